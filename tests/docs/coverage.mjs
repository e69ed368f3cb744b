/** The parts of scripts that have never run, by V8's coverage. */
export class Coverage {
  #session;
  /** The scripts by URL. @type {Map<string, { text: string, ran: Uint8Array }>} */
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

  /** Adds the code that has run since the last call. V8 resets its counts at each call. */
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

  /** The code of a source file, as bundled in a script, that has not run. @param {string} url @param {string} file */
  missing(url, file) {
    const { text, ran } = this.#scripts.get(url);
    const parts = [];
    // The modules that the file imports come before it in the bundle.
    let at = text.lastIndexOf(` ${file}\n`);
    const end = text.length;
    if (at < 0) return [file];
    while (at < end) {
      const start = at;
      const did = ran[at];
      while (at < end && ran[at] === did) at += 1;
      const part = text.slice(start, at).trim();
      // Braces alone are no code.
      if (!did && /\w/.test(part)) parts.push(part);
    }
    return parts;
  }
}
