import * as Border from "../engine/constants.js";

/** Notifies of the page's events, as inputs of the engine, until the function that it returns is called. */
export function listenToPage(notify: (input: number) => void): () => void {
  // Workers have none.
  const document = globalThis.document as Document | undefined;
  const visibility = () => (document?.hidden ? Border.INPUT_HIDDEN : Border.INPUT_VISIBLE);

  function listener({ type, persisted }: Event & { persisted?: boolean }): void {
    if (type === "online") notify(Border.INPUT_ONLINE);
    else if (type === "visibilitychange") notify(visibility());
    else if (persisted) notify(type === "pagehide" ? Border.INPUT_CACHED : Border.INPUT_RESTORED);
  }

  function forEach(method: "addEventListener" | "removeEventListener"): void {
    // Node's global object takes no listeners.
    for (const type of ["online", "pagehide", "pageshow"]) globalThis[method]?.(type, listener);
    document?.[method]?.("visibilitychange", listener);
  }

  if (document?.hidden) notify(Border.INPUT_HIDDEN);
  forEach("addEventListener");
  return () => forEach("removeEventListener");
}
