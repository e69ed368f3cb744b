import { readFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { at } from "../../scripts/lib/paths.mjs";

/** The machine and its load before the benchmark begins. */
export function machine() {
  const [{ model }, ...others] = cpus();
  const load = loadavg()[0].toFixed(1);
  return `${model.trim()}, ${others.length + 1} cores, ${process.platform} ${process.arch}; load at the start: ${load}`;
}

/** @param {Record<string, { package?: string }>} compared */
export function versions(compared) {
  const { packages } = JSON.parse(readFileSync(at("benches", "node_modules", ".package-lock.json"), "utf8"));
  const ours = JSON.parse(readFileSync(at("package.json"), "utf8"));
  const peers = Object.values(compared).flatMap((one) => one.package ?? []);
  const list = peers.map((name) => `${name} ${packages[`node_modules/${name}`].version}`);
  return [`${ours.name} ${ours.version} (current dist/)`, ...list].join(", ");
}
