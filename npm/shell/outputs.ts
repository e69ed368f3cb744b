/** Converts steps of the machine to the arguments of the hooks. */
import * as Border from "../engine/constants.js";
import type { Step } from "../engine/step.js";
import type { Failure } from "../error/errors.js";
import type { ErrorCode, RequestContext, RetryContext } from "../types/types.js";
import type { Exchange } from "./exchange.js";
import type { Opening, RequestOrder } from "./hooks.js";

/** The context of a `STEP_SEND` or a `STEP_ASK`. `opened` is the last response that opened a stream. */
function requestContextOf(step: Step, opened: Response | undefined, lastEventId: string): RequestContext {
  return { attempt: step.attempt, status: step.status, lastEventId, reason: step.code, response: opened };
}

export function orderOf(step: Step, opened: Response | undefined): RequestOrder {
  return { ...requestContextOf(step, opened, step.text), method: step.method };
}

/** The details of a `STEP_OPEN`. */
export function openingOf(step: Step): Opening {
  return {
    reopened: step.is(Border.STEP_IS_REOPENING),
    attempts: step.attempt,
    elapsed: step.time(0) as number,
    sentLastEventId: step.text,
  };
}

export function retryContextOf(step: Step, opened: Response | undefined, lastEventId: string): RetryContext {
  return {
    ...(requestContextOf(step, opened, lastEventId) as RequestContext & { reason: ErrorCode }),
    code: step.code as ErrorCode,
    retryAfter: step.time(0),
    reconnectionTime: step.time(1) as number,
    elapsed: step.time(2) as number,
  };
}

/** The failure of a `STEP_LOST` or a `STEP_FAILED`. */
export function failureOf(step: Step, exchange: Exchange | undefined): Failure {
  return {
    code: step.code as ErrorCode,
    attempt: step.attempt,
    delay: step.time(0),
    delivered: step.is(Border.STEP_HAS_DELIVERED),
    unfinished: step.is(Border.STEP_HAS_UNFINISHED) ? step.event : undefined,
    ...evidenceOf(step, exchange),
  };
}

/** Failure details that stay in JavaScript: the refused response, the start of its body, the cause. */
export function evidenceOf(step: Step, exchange: Exchange | undefined) {
  const isRefused = step.status !== undefined;
  return {
    response: isRefused ? exchange?.response : undefined,
    bodyPrefix: isRefused ? step.text : undefined,
    cause: exchange?.cause,
  };
}
