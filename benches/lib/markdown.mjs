/** @param {string[][]} rows the first has the headings */
export function markdown(rows) {
  const widths = rows[0].map((_, column) => Math.max(3, ...rows.map((row) => row[column].length)));
  const line = (row) => {
    const cells = row.map((text, column) => (column === 0 ? text.padEnd(widths[0]) : text.padStart(widths[column])));
    return `| ${cells.join(" | ")} |`;
  };
  const rule = `|${widths.map((width, column) => "-".repeat(width + 1) + (column === 0 ? "-" : ":")).join("|")}|`;
  return [line(rows[0]), rule, ...rows.slice(1).map(line)];
}

/** Formats a number with at least three significant digits. @param {number} value */
export function short(value) {
  if (value >= 100) return Math.round(value).toLocaleString("en");
  return value.toFixed(value >= 10 ? 1 : 2);
}

/** @param {number} value */
export const times = (value) => `${value.toFixed(2)}x`;
