/** Runs the example that the URL names, and reports its progress to the parent page. */
const name = new URL(import.meta.url).search.slice(1);
const report = { name, isOver: false, shown: [], problems: [] };
const tell = () => parent.postMessage(report, "*");
const text = (what) => what.map(String).join(" ");

function complain(problem) {
  report.problems.push(problem);
  tell();
}

for (const level of ["log", "info", "warn"]) {
  console[level] = (...what) => {
    report.shown.push(text(what));
    if (what.some((value) => value === undefined || value === null)) complain(`shows nothing: ${text(what)}`);
    tell();
  };
}
console.error = (...what) => complain(text(what));
addEventListener("error", ({ message }) => complain(message));
addEventListener("unhandledrejection", ({ reason }) => complain(`unhandled rejection: ${reason}`));

try {
  await import(`./built/${name}.js`);
  for (const button of document.querySelectorAll("button")) button.click();
  report.isOver = true;
  tell();
} catch (error) {
  complain(`threw ${error}`);
}
