/** Prints the corpora of `../lib/corpora.mjs` as JSON: for each its events, and the text of each as a server sends it. */
import { CORPORA, makeCorpus } from "../lib/corpora.mjs";

const corpora = Object.entries(CORPORA).map(([name, { title }]) => {
  const { events, texts } = makeCorpus(name);
  return { title, events: events.map(({ type, data }) => [type, data]), texts };
});
process.stdout.write(JSON.stringify(corpora));
