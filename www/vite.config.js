// @ts-check
import { defineConfig } from "vite";
import { snippets } from "./snippets.js";

export default defineConfig({
  // A relative base, so that the page works below any path.
  base: "./",
  plugins: [snippets()],
  build: { target: "es2022", modulePreload: { polyfill: false } },
});
