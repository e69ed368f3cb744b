/** ms between two lines of a long step, which show that it still runs. */
const HEARTBEAT = 15_000;

/** The steps that have ended, and how long each took. @type {{ name: string, ms: number }[]} */
export const steps = [];

/**
 * Runs one step, with a line when it starts, one when it ends with the time it took, and signs of life between. A step
 * that throws, or gives back that something failed, has a cross.
 *
 * @template T
 * @param {string} title
 * @param {(note: (line: string) => void) => Promise<T>} work calls `note` with the newest line of its tool's output; a
 *   string that it gives back is shown
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

/** A function that returns the time since this call as `12.3 s`. Its `ms` returns it as a number. */
export function stopwatch() {
  const begin = performance.now();
  const ms = () => performance.now() - begin;
  return Object.assign(() => seconds(ms()), { ms });
}

/** @param {number} ms */
export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;
