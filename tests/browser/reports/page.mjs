/** The page's side of `runInPage`. */

/** ms that a call waits for a report, and that it waits for more of them. */
const WAIT = 500;
const MORE = 20;

/** @type {unknown[]} */
let reports = [];
/** @type {{ value?: unknown, error?: string } | undefined} */
let end;
let wake = () => {};

/** Begins a run, which has ended once `take` gives an end. @param {string} module @param {object} order */
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

// After the listeners of tests, which may handle an error that is on purpose.
addEventListener("error", (event) => {
  setTimeout(() => !event.defaultPrevented && finish({ error: `uncaught in the page: ${event.message}` }));
});

/** The reports since the last call, and the end if it has come. */
export async function take() {
  if (reports.length === 0 && !end) {
    await new Promise((resolve) => {
      wake = () => setTimeout(resolve, MORE);
      setTimeout(resolve, WAIT);
    });
  }
  return { reports: reports.splice(0), end };
}
