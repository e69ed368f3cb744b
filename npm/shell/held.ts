import type { Machine } from "../engine/machine.js";
import type { Exchange } from "./exchange.js";

/** `undefined` in runtimes without it. */
let registry: FinalizationRegistry<Held> | undefined;

/** The machine and the current exchange of a shell. They are released with the shell: by `close()`, or when it is garbage. */
export class Held {
  readonly machine: Machine;
  /** The current exchange, or the last one. */
  exchange: Exchange | undefined;

  constructor(shell: object, machine: Machine) {
    this.machine = machine;
    // Made at first use, as nothing happens at import.
    registry ??= globalThis.FinalizationRegistry && new FinalizationRegistry((held) => held.release());
    registry?.register(shell, this, this);
  }

  /** Aborts the exchange and frees the machine. */
  release(): void {
    registry?.unregister(this);
    this.exchange?.abort();
    this.machine.free();
  }
}
