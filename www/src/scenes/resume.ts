import { FetchEventSource } from "eventsource-wasm";
import { Countdown } from "../countdown.ts";
import { ActionButton, byId } from "../dom.ts";
import { explain, randomId } from "../explain.ts";
import { Log } from "../log.ts";
import { NumberCheck } from "../number-check.ts";
import { post } from "../post.ts";
import { ReadyStateView } from "../ready-state.ts";
import { Strip } from "../strip.ts";

type Numbers = { number: { number: number; replayed: boolean } };

/** The reports of the server about its own failures. */
type Cut = { cutInEvent: number[] };
type Restart = { ended: number; downFor: number };
type Refuse = { ended: number; retryAfter: number };

export function resume(): void {
  const status = byId("resume-status");
  const strip = new Strip("resume-strip");
  const log = new Log("resume-log");
  const countdown = new Countdown(byId("resume-delay"));
  const state = new ReadyStateView("resume", (name) => log.add("state", name));
  let check = new NumberCheck();
  let session = "";
  let source: FetchEventSource<Numbers> | undefined;

  const start = new ActionButton("resume-start", () => {
    session = randomId();
    check = new NumberCheck();
    strip.clear();
    log.clear();
    showCheck();
    byId("resume-last-event-id").textContent = "–";
    status.textContent = "Connecting.";
    source = open();
    state.show(source.readyState);
    enable(true);
  });
  const stop = new ActionButton("resume-stop", () => {
    close();
    status.textContent = `Stopped after ${check.received} numbers.`;
  });
  const faults = [
    fault("cut", ({ cutInEvent: [number] }: Cut) =>
      number === undefined
        ? "There was no connection to cut"
        : `The server stopped in the middle of number ${number} and destroyed the socket`,
    ),
    fault("restart", ({ ended, downFor }: Restart) =>
      [
        ended > 0 ? "The server ended the stream" : "There was no stream to end",
        `it takes no connection for ${downFor / 1000}\u00a0s`,
      ].join("; "),
    ),
    fault("refuse", ({ ended }: Refuse) =>
      [
        ended > 0 ? "The server ended the stream" : "There was no stream to end",
        "it answers the next request with 503",
      ].join("; "),
    ),
  ];

  /** A button that makes the server fail in one way, and logs the server's report. */
  function fault<Did>(name: string, report: (did: Did) => string): ActionButton {
    return new ActionButton(`resume-${name}`, async () => {
      const asked = session;
      const what = await post<Did>(`resume/${name}?session=${asked}`).then(report, (error: Error) => error.message);
      if (session === asked) log.add("fault", what);
    });
  }

  function open(): FetchEventSource<Numbers> {
    const source = new FetchEventSource<Numbers>(`resume?session=${session}`, {
      decode: "json",
      retry: { initialDelay: 1000, maxDelay: 5000, factor: 1.5 },
    });
    source.on("number", ({ number, replayed }) => {
      check.see(number);
      strip.show(number, replayed ? "replayed" : "live");
      showCheck();
    });
    source.addEventListener("open", ({ response }) => {
      state.show(source.readyState);
      countdown.stop();
      showLastEventId(response.headers);
      status.textContent = "Open. Numbers are coming in.";
    });
    source.addEventListener("error", ({ error }) => {
      if (!error) return;
      const what = explain(error, { connected: state.isOpen });
      state.show(source.readyState);
      if (error.headers) showLastEventId(error.headers);
      if (error.willReconnect && error.delay !== undefined) {
        countdown.start(error.delay);
        log.add(error.code, `${what} Next try in ${(error.delay / 1000).toFixed(1)}\u00a0s`);
        status.textContent = `${what} Trying again.`;
      } else {
        close();
        log.add(error.code, what);
        status.textContent = what;
      }
    });
    return source;
  }

  /** Shows the `Last-Event-ID` that the server received. The server returns it in a header. */
  function showLastEventId(headers: Headers): void {
    const id = decodeURIComponent(headers.get("x-last-event-id") ?? "");
    byId("resume-last-event-id").textContent = id === "" ? "none" : id;
    log.add("request", id === "" ? "without Last-Event-ID" : `with Last-Event-ID: ${id}`);
  }

  function showCheck(): void {
    const element = byId("resume-check");
    element.textContent = `missing: ${check.missing}, twice: ${check.twice}`;
    element.dataset.fine = String(check.missing === 0 && check.twice === 0);
    byId("resume-received").textContent = String(check.received);
  }

  function enable(running: boolean): void {
    start.enabled = !running;
    stop.enabled = running;
    for (const button of faults) button.enabled = running;
  }

  function close(): void {
    source?.close();
    source = undefined;
    countdown.stop();
    state.show(FetchEventSource.CLOSED);
    enable(false);
  }

  addEventListener("pagehide", () => {
    if (!source) return;
    close();
    status.textContent = "Stopped when you left the page.";
  });
}
