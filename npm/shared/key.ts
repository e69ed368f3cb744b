/** The key of a connection: sources share a connection if their keys are the same and their options agree. */
import type { RequestOptions, SourceUrl } from "../types/types.js";

/** Options that concern only the tab that gives them. */
const OWN = new Set(
  "signal decode eventNames emptyData lastEventId headers body fetch clock whenHidden persistId key replay closeDelay".split(
    " ",
  ),
);

/** The text that identifies a connection. It may have credentials in it. */
export function keyOf(url: SourceUrl, options: RequestOptions & { key?: string | undefined }): string {
  const { key, headers, body } = options;
  if (key !== undefined) return `key ${key}`;
  const made = Object.entries({ url, method: options.method, headers, body }).find(
    ([, value]) => typeof value === "function",
  );
  const isText = body == null || typeof body === "string" || body instanceof URLSearchParams;
  if (made || !isText) {
    const reason = made ? `'${made[0]}' is made by a function` : "'body' is no text";
    throw new TypeError(
      `option 'key' is missing: ${reason}, so name the feed and the account, such as key: "feed of user 7"`,
    );
  }
  const sorted = [...new Headers(headers as HeadersInit)].filter(([name]) => name !== "last-event-id").sort();
  const { method, credentials } = requestOf(options);
  return JSON.stringify([method, url, credentials, sorted, body == null ? null : String(body)]);
}

/** The method and the credentials of a request, given or by default: both make the same request. */
export function requestOf({ method, body, withCredentials, credentials = "same-origin" }: RequestOptions) {
  return {
    method: method ?? (body == null ? "GET" : "POST"),
    credentials: withCredentials === undefined ? credentials : withCredentials ? "include" : "same-origin",
    withCredentials: undefined,
  };
}

/** The URL without the parts that may be credentials: user, password, query and fragment. */
export function plainUrl(url: string, base?: string): string {
  return Object.assign(new URL(url, base), { username: "", password: "", search: "", hash: "" }).href;
}

/** The options on which members must agree, as text. All functions count as equal. */
export function termsOf(source: SourceUrl, options: RequestOptions): Record<string, string> {
  const url = typeof source === "string" ? plainUrl(source) : source;
  const given = Object.entries({ ...options, ...requestOf(options), url }).filter(
    ([name, value]) => value !== undefined && !OWN.has(name),
  );
  return Object.fromEntries(given.sort().map(([name, value]) => [name, textOf(value)]));
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => (typeof part === "function" ? "a function" : part)) ?? "a function";
}

/** A text with the options that differ. */
export function differences(ours: Record<string, string>, theirs: Record<string, unknown>): string {
  const names = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...names]
    .filter((name) => ours[name] !== theirs[name])
    .map((name) => `${name}: ${ours[name] ?? "none"} here, ${theirs[name] ?? "none"} there`)
    .join("; ");
}

/**
 * A name that does not reveal the text: the names of locks can be listed by every script of the origin. Without a hash
 * function, the text itself: there are no locks then, and the names of channels cannot be listed.
 */
export async function nameOf(text: string): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (!subtle) return text;
  const hash = new Uint8Array(await subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(hash.subarray(0, 16), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
