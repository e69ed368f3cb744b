import { defineConfig } from "vite";

export default defineConfig({
  build: {
    rolldownOptions: {
      output: {
        codeSplitting: { groups: [{ name: "eventsource-wasm", test: /node_modules.eventsource-wasm/ }] },
        postBanner: ({ name }) => (name === "eventsource-wasm" ? "//# allFunctionsCalledOnLoad" : ""),
      },
    },
  },
});
