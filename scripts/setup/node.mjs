import { Problem } from "../lib/problem.mjs";

/** Fails on a Node.js that Vite does not support. */
export function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  const works = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  if (works) return;
  throw new Problem(`This is Node.js ${process.versions.node}; the build needs 20.19 or newer, or 22.12 or newer.`, {
    advice: "Install a newer Node.js (nodejs.org), then run this again.",
  });
}
