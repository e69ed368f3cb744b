/** Which parts of scripts have never run, as V8 counts. */
export class Coverage {
  #session;
  /** By URL. @type {Map<string, { text: string, ran: Uint8Array }>} */
  #scripts = new Map();

  /** @param {import("puppeteer-core").CDPSession} session of the page @param {Map<string, string>} scripts texts by URL */
  static async start(session, scripts) {
    await session.send("Profiler.enable");
    await session.send("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
    return new Coverage(session, scripts);
  }

  constructor(session, scripts) {
    this.#session = session;
    for (const [url, text] of scripts) this.#scripts.set(url, { text, ran: new Uint8Array(text.length) });
  }

  /** Adds what has run since the last time: V8 counts anew from each. */
  async take() {
    const { result } = await this.#session.send("Profiler.takePreciseCoverage");
    for (const { url, functions } of result) {
      const script = this.#scripts.get(url);
      if (!script) continue;
      const now = new Uint8Array(script.text.length);
      // An inner range comes after its outer range.
      for (const { ranges } of functions) {
        for (const { startOffset, endOffset, count } of ranges) now.fill(count > 0 ? 1 : 0, startOffset, endOffset);
      }
      now.forEach((ran, at) => {
        if (ran) script.ran[at] = 1;
      });
    }
  }

  /** Code of a script that has not run, in what the bundler has made of a file. @param {string} url @param {string} file */
  missing(url, file) {
    const { text, ran } = this.#scripts.get(url);
    const parts = [];
    // The modules that it imports come before it.
    let at = text.lastIndexOf(` ${file}\n`);
    const end = text.length;
    if (at < 0) return [file];
    while (at < end) {
      const start = at;
      const did = ran[at];
      while (at < end && ran[at] === did) at += 1;
      const part = text.slice(start, at).trim();
      // A brace is no code.
      if (!did && /\w/.test(part)) parts.push(part);
    }
    return parts;
  }
}
