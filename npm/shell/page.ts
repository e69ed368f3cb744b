import * as Input from "../engine/input.js";

/**
 * Tells of what the life of a page means for its connections, until the function that it returns is called. Whatever sources
 * do when hidden, pages in the back/forward cache have no connection: browsers would not keep them there.
 */
export function listenToPage(pausesWhenHidden: boolean, tell: (input: Input.Input) => void): () => void {
  // Workers have none.
  const document = pausesWhenHidden ? globalThis.document : undefined;
  let isCached = false;

  function hear({ type, persisted }: Event & { persisted?: boolean }): void {
    if (type === "online") {
      tell(Input.ONLINE);
    } else if (type === "visibilitychange" || persisted) {
      if (type !== "visibilitychange") isCached = type === "pagehide";
      tell(isCached || document?.hidden ? Input.HIDDEN : Input.VISIBLE);
    }
  }

  function forEach(method: "addEventListener" | "removeEventListener"): void {
    // Node's global object takes no listeners.
    for (const type of ["online", "pagehide", "pageshow"]) globalThis[method]?.(type, hear);
    document?.[method]("visibilitychange", hear);
  }

  if (document?.hidden) tell(Input.HIDDEN);
  forEach("addEventListener");
  return () => forEach("removeEventListener");
}
