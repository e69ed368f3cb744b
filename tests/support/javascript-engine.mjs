/** Replaces the entries of the package by those without WebAssembly: `node --import <this file>`. */
import * as module from "node:module";
import { replaced } from "./javascript-engine-hooks.mjs";

// Node.js 26 warns about `register`; Node.js 20 has nothing else.
if (module.registerHooks)
  module.registerHooks({ resolve: (specifier, context, next) => replaced(next(specifier, context)) });
else module.register("./javascript-engine-hooks.mjs", import.meta.url);
