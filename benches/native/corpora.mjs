/** Prints the corpora of `../lib/corpora.mjs` as JSON: the events of each corpus, and the text of each event. */
import { CORPORA, makeCorpus } from "../lib/corpora.mjs";

const corpora = Object.entries(CORPORA).map(([name, { title }]) => {
  const { events, texts } = makeCorpus(name);
  return { title, events: events.map(({ type, data }) => [type, data]), texts };
});
process.stdout.write(JSON.stringify(corpora));
