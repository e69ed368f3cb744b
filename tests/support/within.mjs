/**
 * Waits for a promise, but not for ever.
 *
 * @template T
 * @param {number} limit ms
 * @param {string} what the beginning of the error's sentence: who was asked for what
 * @param {Promise<T>} promise
 * @returns {Promise<T>}
 */
export async function within(limit, what, promise) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Promise<never>} */
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${what}: no answer within ${limit / 1000} s`)), limit);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
