/**
 * Imports a subject and measures its first event. Runs in the page, so the function uses nothing outside of its body.
 *
 * @param {{ url: string, data: string }} options the module's URL, and the data of the event
 * @returns {Promise<import("./bench.mjs").Times>}
 */
export async function measure({ url, data }) {
  const { WebAssembly } = globalThis;
  let engine = 0;
  const timed = (what) =>
    new Proxy(what, {
      construct(target, args) {
        const begin = performance.now();
        const made = Reflect.construct(target, args);
        engine += performance.now() - begin;
        return made;
      },
    });
  WebAssembly.Module = timed(WebAssembly.Module);
  WebAssembly.Instance = timed(WebAssembly.Instance);
  const bytes = new TextEncoder().encode(`data: ${data}\n\n`);
  const response = new Response(bytes, { headers: { "content-type": "text/event-stream" } });

  const begin = performance.now();
  const { first } = await import(url);
  const imported = performance.now();
  const found = await first(response);
  const end = performance.now();

  if (found !== data) throw new Error(`${url}: the first event has ${JSON.stringify(found)}`);
  const [timing] = performance.getEntriesByName(new URL(url, location.href).href);
  const { responseEnd } = /** @type {PerformanceResourceTiming} */ (timing);
  return {
    fetch: responseEnd - begin,
    evaluate: imported - responseEnd,
    engine,
    rest: end - imported - engine,
    total: end - responseEnd,
  };
}
