/** The engine of the parser: the functions of `engine/src/parser.rs`. `parser` is a handle. */
import source from "../../target/npm/bindgen/parser_wasm.js";
import { type Engine, Memory, start } from "../engine/wasm.js";

interface Exports {
  readonly memory: WebAssembly.Memory;
  parser_new(maxEventSize: number, wants: number): number;
  parser_free(parser: number): void;
  /** The address of room for a chunk. */
  parser_reserve(parser: number, length: number): number;
  /** The address of a batch's header. */
  parser_parse(parser: number, length: number): number;
  parser_reset(parser: number): void;
}

const engine: Engine<Exports> = { source };

export const startEngine = (): Exports => start(engine);

let views: Memory | undefined;

/**
 * The views of the engine's memory, until the next call into the engine. Made on first use: SWC, and so Rspack, would keep a
 * constant that is made from an engine, even if it is unused.
 */
export function memory(): Memory {
  views ??= new Memory(engine);
  return views.renewed();
}
