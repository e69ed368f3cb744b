import { showProgress } from "../../../docs/recipes/progress-bar.js";

const bar = document.getElementById("app")?.appendChild(document.createElement("progress")) as HTMLProgressElement;

Object.assign(window, { bar, run: (url: string, signal?: AbortSignal) => showProgress(bar, url, signal) });
