/** ms between the lines that show that a long step still runs. */
const HEARTBEAT = 15_000;

/** The finished steps with their durations. @type {{ name: string, ms: number }[]} */
export const steps = [];

/**
 * Runs one step. Prints a line at its start, a line every few seconds, and a line with its duration at its end. A step that
 * throws, or returns `failed` above 0, gets a cross.
 *
 * @template T
 * @param {string} title
 * @param {(note: (line: string) => void) => Promise<T>} work calls `note` with the newest line of its tool's output; a
 *   returned string is printed
 * @returns {Promise<T>}
 */
export async function step(title, work) {
  const clock = stopwatch();
  let latest = "";
  console.log(`… ${title}`);
  const heartbeat = setInterval(() => console.log(`  ${title}: ${clock()} ${latest}`.trimEnd()), HEARTBEAT);
  try {
    const result = await work((line) => {
      if (line.trim()) latest = `(${line.trim().slice(0, 90)})`;
    });
    const detail = typeof result === "string" ? `, ${result}` : "";
    const { failed = 0 } = Object(result);
    console.log(`${failed > 0 ? "✗" : "✓"} ${title} (${clock()}${detail})`);
    return result;
  } catch (error) {
    console.log(`✗ ${title} (${clock()})`);
    throw error;
  } finally {
    clearInterval(heartbeat);
    steps.push({ name: title, ms: clock.ms() });
  }
}

/** Starts a stopwatch. The returned function returns the elapsed time as `12.3 s`, and its `ms` as a number. */
export function stopwatch() {
  const begin = performance.now();
  const ms = () => performance.now() - begin;
  return Object.assign(() => seconds(ms()), { ms });
}

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
