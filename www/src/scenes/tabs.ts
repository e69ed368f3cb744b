import { FetchEventSource } from "eventsource-wasm";
import { SharedEventSource, type SharedRole } from "eventsource-wasm/shared";
import { ActionButton, byId } from "../dom.ts";
import { explain, randomId } from "../explain.ts";
import { Log } from "../log.ts";
import { NumberCheck } from "../number-check.ts";
import { ReadyStateView } from "../ready-state.ts";

type Numbers = { number: { number: number; connections: number } };

/** The `localStorage` key of the session that the tabs of this browser share. */
const SESSION = "eventsource-wasm demo: tabs";
/** The query parameter of a tab that joins at once. */
const JOIN = "join";

const ROLES: Record<SharedRole, string> = {
  joining: "is joining",
  leading: "leads: it has the connection",
  following: "follows",
  alone: "has a connection of its own",
};

export function tabs(): void {
  const status = byId("tabs-status");
  const log = new Log("tabs-log");
  const state = new ReadyStateView("tabs");
  let check: NumberCheck | undefined;
  let role: SharedRole | undefined;
  let source: ReturnType<typeof open> | undefined;

  const join = new ActionButton("tabs-join", () => {
    check = undefined;
    role = undefined;
    log.clear();
    source = open();
    state.show(source.readyState);
    status.textContent = "Looking for other tabs.";
    join.enabled = false;
    leave.enabled = true;
  });
  const leave = new ActionButton("tabs-leave", () => {
    close();
    status.textContent = "Left. Another tab leads, if there is one.";
  });

  function open() {
    const source = new SharedEventSource<Numbers>(`resume?session=${session()}`, { decode: "json" });
    source.on("number", ({ number, connections }) => {
      check ??= new NumberCheck(number);
      check.see(number);
      byId("tabs-connections").textContent = String(connections);
      byId("tabs-received").textContent = String(check.received);
      const element = byId("tabs-check");
      element.textContent = `missing: ${check.missing}, twice: ${check.twice}`;
      element.dataset.fine = String(check.missing === 0 && check.twice === 0);
      showRole(source.shared);
    });
    source.addEventListener("statuschange", () => {
      state.show(source.readyState);
      showRole(source.shared);
    });
    source.addEventListener("open", () => state.show(source.readyState));
    source.addEventListener("error", ({ error }) => {
      if (!error) return;
      log.add(error.code, explain(error, { connected: state.isOpen }));
      if (!error.willReconnect) close();
    });
    return source;
  }

  function showRole(now: SharedRole): void {
    if (now === role) return;
    role = now;
    byId("tabs-role").textContent = now;
    log.add("role", `This tab ${ROLES[now]}`);
    status.textContent = `This tab ${ROLES[now]}.`;
  }

  function close(): void {
    source?.close();
    source = undefined;
    byId("tabs-role").textContent = "–";
    state.show(FetchEventSource.CLOSED);
    join.enabled = true;
    leave.enabled = false;
  }

  if (new URLSearchParams(location.search).has(JOIN)) byId("tabs-join").click();
}

/** The session that all tabs of this browser share. */
function session(): string {
  const known = localStorage.getItem(SESSION) ?? randomId();
  localStorage.setItem(SESSION, known);
  return known;
}
