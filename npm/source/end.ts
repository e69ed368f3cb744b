import type { End } from "../types/types.js";

/** Whether nothing may be delivered after this end, not even events that have arrived. */
export function isCutOff(end: End | undefined): boolean {
  return end?.code === "closed" || end?.code === "aborted";
}

/** The error that a loop over the events throws at this end: the failure, or the reason of the abort. Empty for none. */
export function thrownAt(end: End): [] | [unknown] {
  if (end.code === "closed" || end.code === "complete") return [];
  return ["error" in end ? end.error : (end as { cause: unknown }).cause];
}
