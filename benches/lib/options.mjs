import { Problem } from "../../scripts/lib/problem.mjs";

/** @param {string} option @param {string} list names with commas @param {string[]} known */
export function chosen(option, list, known) {
  const names = list.split(",");
  const unknown = names.find((name) => !known.includes(name));
  if (unknown === undefined) return names;
  throw new Problem(`--${option} ${unknown} is unknown.`, { advice: `Give one or more of: ${known.join(",")}` });
}

/** @param {string} option @param {string} text */
export function positive(option, text) {
  const value = Number(text);
  if (value > 0) return value;
  throw new Problem(`--${option} ${text} is not a number above 0.`);
}

/** @param {string} option @param {string} text */
export function count(option, text) {
  const value = positive(option, text);
  if (Number.isInteger(value)) return value;
  throw new Problem(`--${option} ${text} is not a whole number.`);
}
