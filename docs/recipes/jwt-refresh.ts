/**
 * # A token that expires: JWT and refresh
 *
 * A stream that lives longer than its access token. Each request, so each reconnect too, has a token that is good for a
 * while yet; one that the server refuses with 401 is renewed and the request made once more, without an `error` event.
 * However many streams ask at once, the token is fetched once.
 *
 * To change: what fetches the token, here a POST that a cookie authorizes; and `SOON`. An opaque token works too: it is
 * renewed when the server refuses it.
 */
import { FetchEventSource, type FetchEventSourceInit } from "eventsource-wasm";

/** A token that expires within this time (ms) is renewed before it is sent. */
const SOON = 30_000;

export class AccessToken {
  readonly #fetchToken: () => Promise<string>;
  #token: string | undefined;
  #renewal: Promise<string> | undefined;

  constructor(fetchToken: () => Promise<string>) {
    this.#fetchToken = fetchToken;
  }

  /** One that is good for a while. */
  async get(): Promise<string> {
    if (this.#token !== undefined && expiry(this.#token) > Date.now() + SOON) return this.#token;
    return this.renew(this.#token);
  }

  /** One that is not `refused`. */
  async renew(refused: string | undefined): Promise<string> {
    // Another stream may have been refused earlier.
    if (this.#token !== undefined && this.#token !== refused) return this.#token;
    this.#renewal ??= this.#renew().finally(() => {
      this.#renewal = undefined;
    });
    return this.#renewal;
  }

  async #renew(): Promise<string> {
    this.#token = await this.#fetchToken();
    return this.#token;
  }
}

/** When a JWT expires, in milliseconds; never, for a token that does not say. */
function expiry(token: string): number {
  try {
    const payload = token.split(".")[1] ?? "";
    const { exp } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
    return typeof exp === "number" ? exp * 1000 : Number.POSITIVE_INFINITY;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Another attempt would be refused, too. */
export class SignInNeeded extends Error {}

export async function fetchAccessToken(url = "/auth/refresh"): Promise<string> {
  const response = await fetch(url, { method: "POST", credentials: "include" });
  if ([400, 401, 403].includes(response.status)) {
    throw new SignInNeeded(`no token for this user (status ${response.status}): sign in again`);
  }
  if (!response.ok) throw new Error(`no token now (status ${response.status})`);
  const { access_token } = await response.json();
  return access_token;
}

/** A source whose requests carry the token. */
export function authorized(url: string, token: AccessToken, init?: FetchEventSourceInit): FetchEventSource {
  let sent: string | undefined;
  const source = new FetchEventSource(url, {
    retry: { jitter: true },
    ...init,
    headers: async ({ status }) => {
      sent = status === 401 ? await token.renew(sent) : await token.get();
      return { authorization: `Bearer ${sent}` };
    },
  });
  // After other failures, such as a lost network, the source asks for a token again.
  source.addEventListener("error", ({ error }) => {
    if (error?.cause instanceof SignInNeeded) source.close();
  });
  return source;
}
