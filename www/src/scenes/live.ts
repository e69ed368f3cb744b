import { EventSource, FetchEventSource } from "eventsource-wasm";
import { ActionButton, byId } from "../dom.ts";
import { explain, UNREACHABLE } from "../explain.ts";
import { Log } from "../log.ts";
import { ReadyStateView } from "../ready-state.ts";

type Feed = {
  welcome: { clients: number; retry: number };
  customEvent: { id: number; time: string };
  article: string;
  message: string;
};

/**
 * The query of the page. `?server=http://localhost:3000/events` connects this scene to another event server, such as one of
 * `examples/servers/`; `SERVERS=http://localhost:3000 npm start` permits it. `&body=…` sends this body by POST.
 */
const query = new URLSearchParams(location.search);
const elsewhere = query.get("server");

export function live(): void {
  const status = byId("live-status");
  const log = new Log("live-log");
  const state = new ReadyStateView("live", (name) => log.add("state", name));
  let source: EventSource<Feed> | FetchEventSource | undefined;

  const connect = new ActionButton("live-connect", () => {
    connect.enabled = false;
    disconnect.enabled = true;
    log.clear();
    status.textContent = "Connecting.";
    source = elsewhere === null ? open() : openElsewhere(elsewhere);
    state.show(source.readyState);
  });

  const disconnect = new ActionButton("live-disconnect", () => {
    close();
    status.textContent = "Disconnected.";
  });

  function open(): EventSource<Feed> {
    let opened = false;
    const source = new EventSource<Feed>("events/live", { decode: { welcome: "json", customEvent: "json" } });
    source.on("welcome", ({ clients, retry }) => {
      log.add("welcome", `Clients: ${clients}. After a lost connection, retry in ${retry / 1000}\u00a0s`);
    });
    source.on("customEvent", ({ id, time }) => log.add("customEvent", `${id} --- ${time}`));
    source.on("message", (text) => log.add("message", text));
    source.on("article", (text) => log.add("article", text));
    source.onopen = () => {
      opened = true;
      state.show(source.readyState);
      status.textContent = "Connected. One event each second.";
    };
    source.onerror = () => {
      state.show(source.readyState);
      if (source.readyState === EventSource.CLOSED) {
        close();
        status.textContent = "The server refused. The browser gives no reason; usually the server is full (503).";
      } else if (!opened) {
        status.textContent = `${UNREACHABLE} The browser keeps trying.`;
      } else {
        status.textContent = "The connection was lost. The browser tries again in 30\u00a0s, as the server asked.";
      }
    };
    return source;
  }

  function openElsewhere(url: string): FetchEventSource {
    const body = query.get("body");
    const source = new FetchEventSource(
      url,
      body === null ? {} : { body, headers: { "content-type": "application/json" } },
    );
    source.onAny(({ type, data }) => log.add(type, data));
    source.onopen = () => {
      state.show(source.readyState);
      status.textContent = `Connected to ${url}.`;
    };
    source.onerror = ({ error }) => {
      if (!error) return;
      state.show(source.readyState);
      if (!error.willReconnect) close();
      status.textContent = explain(error, { connected: true });
    };
    return source;
  }

  function close(): void {
    source?.close();
    source = undefined;
    state.show(EventSource.CLOSED);
    connect.enabled = true;
    disconnect.enabled = false;
  }

  addEventListener("pagehide", () => {
    if (!source) return;
    close();
    status.textContent = "Disconnected when you left the page.";
  });
}
