/**
 * The deviation of events from the standard, or `undefined`. IDs are compared only if the given events have IDs.
 *
 * @param {{ type: string, data: string, id?: string }[]} given
 * @param {import("./corpora.mjs").Event[]} expected
 */
export function deviationOf(given, expected) {
  const different = [...expected.keys()].filter((index) => differing(given[index], expected[index]) !== undefined);
  const surplus = given.length - expected.length;
  if (different.length === 0 && surplus <= 0) return undefined;
  const [first] = different;
  const example = first === undefined ? "" : `; ${firstDifference(given[first], expected[first])}`;
  const counts = `${different.length} of ${expected.length} events differ`;
  return `${counts}${surplus > 0 ? `, ${surplus} too many` : ""}${example}`;
}

/** The name of the first field that differs, or `event` for a missing event. */
function differing(given, expected) {
  if (given === undefined) return "event";
  return Object.keys(given).find((name) => given[name] !== expected[name]);
}

function firstDifference(given, expected) {
  const name = differing(given, expected);
  if (name === "event") return "some are missing";
  if (name !== "data") return `${name} ${JSON.stringify(given[name])} for ${JSON.stringify(expected[name])}`;
  let at = 0;
  while (given.data[at] === expected.data[at]) at += 1;
  const around = (data) => JSON.stringify(data.slice(Math.max(0, at - 8), at + 16));
  return `as ${around(given.data)} for ${around(expected.data)}`;
}
