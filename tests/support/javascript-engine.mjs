/** Gives programs the entries without WebAssembly in place of the others: `node --import <this file>`. */
import { register } from "node:module";

register("./javascript-engine-hooks.mjs", import.meta.url);
