/** The page's side of `runInPage`. */

/** The time, in ms, for which a call waits for a first report, and for more reports after it. */
const WAIT = 500;
const MORE = 20;

/** @type {unknown[]} */
let reports = [];
/** @type {{ value?: unknown, error?: string } | undefined} */
let end;
let wake = () => {};

/** Begins a run. It has ended once `take` returns an end. @param {string} module @param {object} order */
export function begin(module, order) {
  reports = [];
  end = undefined;
  const report = (what) => {
    reports.push(what);
    wake();
  };
  import(module)
    .then(({ run }) => run(order, report))
    .then(
      (value) => finish({ value }),
      (error) => finish({ error: String(error) }),
    );
}

function finish(how) {
  end ??= how;
  wake();
}

// Runs after the listeners of tests, which may handle an intended error.
addEventListener("error", (event) => {
  setTimeout(() => !event.defaultPrevented && finish({ error: `uncaught in the page: ${event.message}` }));
});

/** Returns the reports since the last call, and the end if the run has ended. */
export async function take() {
  if (reports.length === 0 && !end) {
    await new Promise((resolve) => {
      wake = () => setTimeout(resolve, MORE);
      setTimeout(resolve, WAIT);
    });
  }
  return { reports: reports.splice(0), end };
}
