/** Prints the corpora of `../lib/corpora.mjs` as JSON: for each its events, and the text of each as a server sends it. */
import { CORPORA, makeCorpus } from "../lib/corpora.mjs";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

const corpora = Object.entries(CORPORA).map(([name, { title }]) => {
  const { events, chunks } = makeCorpus(name);
  const texts = chunks.event.map((chunk) => decoder.decode(chunk));
  return { title, events: events.map(({ type, data }) => [type, data]), texts };
});
process.stdout.write(JSON.stringify(corpora));
