import * as Border from "../engine/constants.js";
import type { Machine } from "../engine/machine.js";
import type { Step } from "../engine/step.js";
import type { Exchange } from "./exchange.js";
import type { RequestOrder, ShellHooks } from "./hooks.js";
import { evidenceOf, failureOf, openingOf, orderOf, retryContextOf } from "./outputs.js";

/** Notifies the consumer of a source of what the machine puts out, by the hooks. */
export class Notifier {
  readonly #machine: Machine;
  readonly #hooks: ShellHooks;
  /** The last response that opened a stream. */
  #opened: Response | undefined;
  /** The status of which the consumer was notified last. */
  #status = Border.STATUS_CONNECTING;

  constructor(machine: Machine, hooks: ShellHooks) {
    this.#machine = machine;
    this.#hooks = hooks;
  }

  /** Notifies of the status, if it has changed, and returns whether it has. The end has a notice of its own. */
  notifyOfStatus(): boolean {
    const { status } = this.#machine;
    if (status === this.#status || status === Border.STATUS_CLOSED) return false;
    this.#status = status;
    this.#hooks.status();
    return true;
  }

  /**
   * Notifies of a step, which is about this exchange. Returns whether more steps may follow, and `undefined` if the consumer was
   * only asked something.
   */
  notify(step: Step, exchange: Exchange | undefined): boolean | undefined {
    // A hook may call the engine, which then overwrites the step.
    const { kind } = step;
    switch (kind) {
      case Border.STEP_OPEN:
        this.#opened = exchange?.response;
        this.#hooks.open(this.#opened as Response, openingOf(step));
        return true;
      case Border.STEP_UNFINISHED:
        this.#hooks.unfinished(step.event);
        return undefined;
      case Border.STEP_ASK: {
        const context = retryContextOf(step, this.#opened, this.#hooks.lastEventId());
        const { delay, lastEventId } = this.#hooks.retry(context, evidenceOf(step, exchange));
        // The function may have closed the source.
        if (!this.#machine.isFree) this.#machine.decide(delay, lastEventId);
        return undefined;
      }
      case Border.STEP_LOST:
      case Border.STEP_FAILED:
        this.#hooks.lost(failureOf(step, exchange), step.is(Border.STEP_IS_ID_UNSENDABLE));
        return kind === Border.STEP_LOST;
      case Border.STEP_ABORTED:
        this.#hooks.aborted(exchange?.cause);
        return false;
      default:
        this.#hooks.complete();
        return false;
    }
  }

  /** The context of the request that a step asks for. */
  orderOf(step: Step): RequestOrder {
    return orderOf(step, this.#opened);
  }
}
