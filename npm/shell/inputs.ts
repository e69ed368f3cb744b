/** Converts the news of an exchange to inputs of the machine. */
import * as Border from "../engine/constants.js";
import { type Machine, mayAccept } from "../engine/machine.js";
import type { News } from "./exchange.js";
import type { ShellHooks } from "./hooks.js";

/** Hands the news to the machine. */
export function handleNews(machine: Machine, news: News, hooks: ShellHooks): void {
  switch (news.type) {
    case "body":
    case "response":
      if (news.type === "body") machine.handle(Border.INPUT_BODY);
      else {
        const { response, contentType, retryAfter } = news;
        const isAccepted = mayAccept(response.status, contentType) && hooks.accept?.(contentType) === true;
        // The function may have closed the source.
        if (machine.isFree) return;
        machine.respond(response.status, contentType, retryAfter, isAccepted);
      }
      if (!news.isStreamed && machine.readyState === 1) machine.handle(Border.INPUT_NOT_STREAMED);
      break;
    case "chunk":
      machine.feed(news.chunk);
      break;
    case "end":
      machine.handle(Border.INPUT_END);
      break;
    case "rejected":
      machine.reject(news.url);
      break;
    case "unusable":
      machine.handle(Border.INPUT_UNUSABLE);
      break;
    case "unprepared":
      machine.handle(Border.INPUT_UNPREPARED);
      break;
    case "broken":
      // Only the machine can tell whether the abort was the user's.
      machine.handle(isAbort(news.cause) ? Border.INPUT_ABORTED : Border.INPUT_BODY_FAILED);
  }
}

/**
 * Whether a body failed by `abort()` or by `AbortSignal.timeout()`. Any other reason of an abort could as well be an error of the
 * stream's producer.
 */
function isAbort(cause: unknown): boolean {
  return /^(Abort|Timeout)Error$/.test((cause as Error | undefined)?.name ?? "");
}
