/** Servers with which no client can get every event once, in order. The suite must report each of them. */

const cut = (text) => async (exchange) => {
  await exchange.send(exchange.head() + text(exchange));
  await exchange.fin();
};

/** `says` is a part of the expected report. @type {(import("../server.mjs").Fault & { says: string })[]} */
export const broken = [
  {
    name: "an event is sent twice",
    says: 'instead of event 3: "2 ',
    serve: cut((exchange) => exchange.next(2) + exchange.event(exchange.sent)),
  },
  {
    name: "the last event is sent twice",
    says: 'instead of event 13: "12 ',
    times: 1,
    least: 1,
    serve: (exchange) => exchange.send(exchange.head() + exchange.next() + exchange.event(exchange.sent)),
  },
  {
    name: "an event is left out",
    says: 'instead of event 2: "3 ',
    serve: cut((exchange) => exchange.next(1) + exchange.next(2).slice(exchange.event(exchange.sent).length)),
  },
  {
    name: "two events are swapped",
    says: 'instead of event 1: "2 ',
    serve: cut((exchange) => [exchange.next(1), exchange.next(1)].reverse().join("")),
  },
  {
    name: "data is altered",
    says: "instead of event 1: ",
    serve: cut((exchange) => exchange.next(2).replace("🦀", "\ufffd")),
  },
  {
    name: "an ID is wrong",
    says: 'event 1 has the ID "2"',
    serve: cut((exchange) => exchange.next(2).replace("id: 1", "id: 2")),
  },
  {
    name: "the last event is never sent",
    says: "11 of 12 events",
    times: 1,
    least: 1,
    client: { patience: 8000 },
    serve: (exchange) => exchange.send(exchange.head() + exchange.next(11)),
  },
  { name: "the server refuses every request", says: "closed: status 404", serve: (exchange) => exchange.refuse(404) },
  { name: "the fault does not happen", says: "the fault did not happen", serve: (exchange) => exchange.well() },
];
