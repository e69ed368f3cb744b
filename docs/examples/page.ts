/** Things that an application has. */
export const controller = new AbortController();

/** It is clicked once the example has ended. */
export const stopButton = document.body.appendChild(document.createElement("button"));

export function show(...what: unknown[]): void {
  console.log(...what);
}

export function log(...what: unknown[]): void {
  console.log(...what);
}

export async function token(isRefused = false): Promise<string> {
  return isRefused ? "Bearer fresh" : "Bearer abc";
}

export function signIn(): void {
  console.log("sign in");
}
