/**
 * Repeats a look until `isIt` accepts the result, or for `patience` ms.
 *
 * @template T
 * @param {() => Promise<T>} look @param {(seen: T) => boolean} isIt @param {number} patience
 * @returns {Promise<T>} the last result
 */
export async function until(look, isIt, patience) {
  const deadline = performance.now() + patience;
  for (;;) {
    const seen = await look();
    if (isIt(seen) || performance.now() > deadline) return seen;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
