/** Replaces the entries of the package by those without WebAssembly: `node --import <this file>`. */
import { register } from "node:module";

register("./javascript-engine-hooks.mjs", import.meta.url);
