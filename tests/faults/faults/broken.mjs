/** Servers that break the promise, so that no client could keep it: the suite must say so of each. */

const cut = (text) => async (exchange) => {
  await exchange.send(exchange.head() + text(exchange));
  await exchange.fin();
};

/** @type {import("../server.mjs").Fault[]} */
export const broken = [
  { name: "an event comes twice", serve: cut((exchange) => exchange.next(2) + exchange.event(exchange.sent)) },
  {
    name: "an event comes twice, at the very end",
    times: 1,
    least: 1,
    serve: (exchange) => exchange.send(exchange.head() + exchange.next() + exchange.event(exchange.sent)),
  },
  {
    name: "an event is left out",
    serve: cut((exchange) => exchange.next(1) + exchange.next(2).slice(exchange.event(exchange.sent).length)),
  },
  {
    name: "two events change places",
    serve: cut((exchange) => [exchange.next(1), exchange.next(1)].reverse().join("")),
  },
  { name: "data is altered", serve: cut((exchange) => exchange.next(2).replace("🦀", "\ufffd")) },
  { name: "an ID is another", serve: cut((exchange) => exchange.next(2).replace("id: 1", "id: 2")) },
  {
    name: "the last event never comes",
    times: 1,
    least: 1,
    client: { patience: 2000 },
    serve: (exchange) => exchange.send(exchange.head() + exchange.next(11)),
  },
  { name: "the server refuses for good", serve: (exchange) => exchange.refuse(404) },
  { name: "the fault does not happen", serve: (exchange) => exchange.well() },
];
