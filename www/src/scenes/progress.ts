import { FetchEventSource } from "eventsource-wasm";
import { ActionButton, byId } from "../dom.ts";
import { explain, randomId } from "../explain.ts";
import { Log } from "../log.ts";
import { post } from "../post.ts";
import { ReadyStateView } from "../ready-state.ts";

type Push = {
  joined: { id: string; clients: number; max: number };
  clients: { clients: number; max: number };
  update: { count: number; total: number };
};

export function progress(): void {
  const status = byId("progress-status");
  const bar = byId("progress-bar", HTMLProgressElement);
  const log = new Log("progress-log");
  const state = new ReadyStateView("progress", (name) => log.add("state", name));
  let id = "";
  let source: FetchEventSource<Push> | undefined;

  const join = new ActionButton("progress-join", () => open());
  const start = new ActionButton("progress-start", async () => {
    start.enabled = false;
    showCount(0, 1);
    if (source) await startJob();
    else open({ thenStart: true });
  });
  const leave = new ActionButton("progress-leave", () => {
    remove();
    status.textContent = "Left. The server removed this client from its map.";
  });

  function open({ thenStart = false } = {}): void {
    id = randomId();
    log.clear();
    const opened = new FetchEventSource<Push>(`event/push?id=${id}`, { decode: "json" });
    source = opened;
    join.enabled = false;
    leave.enabled = true;
    status.textContent = "Joining.";
    state.show(opened.readyState);

    opened.on("joined", (joined) => {
      log.add("joined", `as client ${joined.id}`);
      byId("progress-id").textContent = joined.id;
      showClients(joined);
      status.textContent = "Joined. Waiting for a job.";
      if (thenStart) void startJob();
      thenStart = false;
    });
    opened.on("clients", (now) => {
      log.add("clients", `${now.clients} on the map`);
      showClients(now);
    });
    opened.on("update", ({ count, total }) => {
      log.add("update", `${count} of ${total}`);
      showCount(count, total);
      if (count < total) return;
      status.textContent = "Done. Start it again, or leave.";
      start.enabled = true;
    });
    opened.onopen = () => state.show(opened.readyState);
    opened.addEventListener("error", ({ error }) => {
      if (!error) return;
      const what = explain(error, { connected: state.isOpen });
      state.show(opened.readyState);
      start.enabled = true;
      if (error.willReconnect) {
        byId("progress-clients").textContent = "–";
      } else {
        close();
      }
      status.textContent = error.willReconnect ? `${what} Joining again.` : what;
    });
  }

  async function startJob(): Promise<void> {
    try {
      log.add("request", `POST event/progress?id=${id}`);
      await post(`event/progress?id=${id}`);
      status.textContent = "The job is running. Its updates come to this page only.";
    } catch (error) {
      start.enabled = true;
      status.textContent = (error as Error).message;
    }
  }

  function showCount(count: number, total: number): void {
    const percent = Math.round((100 * count) / total);
    bar.value = percent;
    byId("progress-percent").textContent = `${percent}%`;
    byId("progress-count").textContent = `${count}`;
  }

  function showClients({ clients, max }: Push["clients"]): void {
    byId("progress-clients").textContent = `${clients} of at most ${max}`;
  }

  /** Sends the server a request that outlives the page, and closes the stream. */
  function remove(): void {
    log.add("request", `POST event/remove?id=${id}`);
    navigator.sendBeacon(`event/remove?id=${id}`);
    close();
  }

  function close(): void {
    source?.close();
    source = undefined;
    state.show(FetchEventSource.CLOSED);
    byId("progress-id").textContent = "–";
    byId("progress-clients").textContent = "–";
    join.enabled = true;
    start.enabled = true;
    leave.enabled = false;
  }

  addEventListener("pagehide", () => {
    if (!source) return;
    remove();
    status.textContent = "Left when you left the page.";
  });
}
