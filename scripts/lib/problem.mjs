import { readFileSync } from "node:fs";

/**
 * An error with an explanation and advice for the reader. Any other error is a defect in these scripts and keeps its stack
 * trace.
 */
export class Problem extends Error {
  /**
   * @param {string} what one sentence
   * @param {{ advice?: string, output?: string }} [more] the next step for the reader, and the output of the failing tool
   */
  constructor(what, { advice = "", output = "" } = {}) {
    super(what);
    this.advice = advice;
    this.output = output;
  }
}

/** The text of an error for people. */
export function explain(error) {
  if (!(error instanceof Problem)) return error?.stack ?? String(error);
  const output = error.output.trimEnd();
  return [output && indent(lastLines(output, 200)), error.message, error.advice].filter(Boolean).join("\n");
}

/** Runs a script's work. An error becomes a message and the exit code 1. `--help` shows the script's first comment. */
export async function main(work) {
  if (process.argv.includes("--help")) return console.log(usage(process.argv[1] ?? ""));
  try {
    process.exitCode = (await work()) ?? 0;
  } catch (error) {
    console.error(`\n${explain(error)}`);
    process.exitCode = 1;
  }
}

function usage(file) {
  const comment = /^\/\*\*([\s\S]*?)\*\//.exec(readFileSync(file, "utf8"))?.[1] ?? "";
  return comment.replaceAll(/^ \* ?/gm, "").trim();
}

function lastLines(text, count) {
  const lines = text.split("\n");
  if (lines.length <= count) return text;
  return [`(${lines.length - count} lines above)`, ...lines.slice(-count)].join("\n");
}

const indent = (text) => text.replace(/^/gm, "  | ");
