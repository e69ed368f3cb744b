/**
 * # A progress bar
 *
 * Shows how far a job on the server is in a `<progress>` element. The connection may be lost meanwhile: the source
 * connects again, and the server goes on from `Last-Event-ID`. The job's events are `progress` with
 * `{ "done": 3, "total": 8 }`, and at the end `result` or `failed`, with any JSON.
 *
 * To change: the names and payloads in `Job`.
 */
import { FetchEventSource } from "eventsource-wasm";

type Job<Result> = {
  progress: { done: number; total: number };
  result: Result;
  failed: { message: string };
};

/**
 * Resolves with the job's result. Rejects when the job fails, when the connection fails for good, and when the signal
 * aborts.
 */
export async function showProgress<Result>(
  bar: HTMLProgressElement,
  url: string,
  signal?: AbortSignal,
): Promise<Result> {
  const source = new FetchEventSource<Job<unknown>>(url, {
    decode: "json",
    signal,
    retry: { initialDelay: 500, maxDelay: 10_000, jitter: true, maxAttempts: 10 },
  });
  // A bar without a value says that it is not known how long it will take.
  bar.removeAttribute("value");
  source.onopen = () => bar.removeAttribute("aria-busy");
  source.onerror = () => bar.setAttribute("aria-busy", "true");

  // Leaving the loop, by `return` or `throw`, closes the connection.
  for await (const { type, data } of source) {
    switch (type) {
      case "progress":
        bar.max = data.total;
        bar.value = data.done;
        break;
      case "result":
        bar.value = bar.max;
        return data as Result;
      case "failed":
        throw new Error(data.message);
    }
  }
  throw new Error("the connection was closed before the job was done");
}
