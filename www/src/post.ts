import { messageOf, UNREACHABLE } from "./explain.ts";

/** Posts to a control route of the server. Resolves to its JSON, or throws an `Error` with a message for the reader. */
export async function post<T>(url: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(url, { method: "POST", ...init });
  } catch (cause) {
    throw new Error(UNREACHABLE, { cause });
  }
  const body = await response.text();
  if (!response.ok) throw new Error(messageOf(body) ?? `The server answered ${response.status}.`);
  return (body === "" ? undefined : JSON.parse(body)) as T;
}
