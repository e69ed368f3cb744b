/**
 * Looks again and again until what it sees is as wanted, or for so many ms.
 *
 * @template T
 * @param {() => Promise<T>} look @param {(seen: T) => boolean} isIt @param {number} patience
 * @returns {Promise<T>} what it saw last
 */
export async function until(look, isIt, patience) {
  const deadline = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (isIt(seen) || performance.now() > deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
