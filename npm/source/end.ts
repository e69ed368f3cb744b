import type { End } from "../types/types.js";

/** Whether nothing may be delivered after it, not even what has arrived. */
export function isCutOff(end: End | undefined): boolean {
  return end?.code === "closed" || end?.code === "aborted";
}

/** What a loop over the events throws at their end: the failure or the reason of the abort, or nothing. */
export function thrownAt(end: End): [] | [unknown] {
  if (end.code === "closed" || end.code === "complete") return [];
  return ["error" in end ? end.error : (end as { cause: unknown }).cause];
}
