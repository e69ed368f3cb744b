import * as Border from "../engine/constants.js";

/**
 * Notifies of the page's events, as inputs of the engine, until the returned function is called. `url` returns the URL of the
 * last request.
 */
export function listenToPage(notify: (input: number) => void, url: () => string | undefined): () => void {
  // Workers have no document.
  const document = globalThis.document as Document | undefined;
  const visibility = () => (document?.hidden ? Border.INPUT_HIDDEN : Border.INPUT_VISIBLE);

  function listener(event: Event & { persisted?: boolean }): void {
    const { type, persisted } = event;
    if (type === POLICY) {
      if (isViolation(event as SecurityPolicyViolationEvent, url())) notify(Border.INPUT_FORBIDDEN);
    } else if (type === "online") notify(Border.INPUT_ONLINE);
    // A frozen page may be visible all the time.
    else if (type === "visibilitychange" || type === "resume") notify(visibility());
    else if (type === "beforeunload") notify(Border.INPUT_LEAVING);
    else if (type === "pagehide") notify(persisted ? Border.INPUT_CACHED : Border.INPUT_LEFT);
    else if (persisted) notify(Border.INPUT_RESTORED);
  }

  function forEach(method: "addEventListener" | "removeEventListener"): void {
    // Node's global object takes no listeners. In a worker, violations are events of its global object; in a page they bubble
    // up from the document.
    for (const type of ["online", "beforeunload", "pagehide", "pageshow", POLICY]) globalThis[method]?.(type, listener);
    for (const type of ["visibilitychange", "resume"]) document?.[method]?.(type, listener);
  }

  if (document?.hidden) notify(Border.INPUT_HIDDEN);
  forEach("addEventListener");
  return () => forEach("removeEventListener");
}

const POLICY = "securitypolicyviolation";

/** Whether the page's policy forbids connections to a URL. A report has the URL without its fragment, or only the origin. */
function isViolation({ disposition, effectiveDirective, blockedURI }: SecurityPolicyViolationEvent, url = ""): boolean {
  if (disposition !== "enforce" || effectiveDirective !== "connect-src") return false;
  const bare = url.replace(/#.*/, "");
  const isOrigin = blockedURI.split("/").length === 3;
  return blockedURI !== "" && (bare === blockedURI || (isOrigin && bare.startsWith(`${blockedURI}/`)));
}
