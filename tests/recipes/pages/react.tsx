import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Percent, useEventSource } from "../../../docs/recipes/react.js";
import type { Driver, Feed } from "./driver.js";

const heard: number[] = [];
let last: ReturnType<Driver["state"]>;

/** A component that only uses the hook, beside the component of the recipe. */
function Probe({ url }: { url: string | null }) {
  const { readyState, error } = useEventSource<Feed>(
    // A separate key, by which the server records its requests.
    url && `${url}-probe`,
    { update: ({ percent }) => heard.push(percent) },
    { decode: "json", until: { event: "done" }, whenHidden: "pause" },
  );
  last = { percent: heard.at(-1) ?? 0, readyState, failed: error?.code };
  return null;
}

const root = createRoot(document.getElementById("app") as HTMLElement);

window.driver = {
  heard,
  show: (url) =>
    root.render(
      <StrictMode>
        <Percent url={url} />
        <Probe url={url} />
      </StrictMode>,
    ),
  stop: () => root.unmount(),
  state: () => ({ ...last, percent: document.querySelector("progress")?.value ?? -1 }),
};
