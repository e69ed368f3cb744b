/** The service worker of the extension; in Firefox, its background page. */
import { answerMessages } from "./answer.mjs";

const { runtime, offscreen } = globalThis.chrome;

answerMessages("background");

runtime.onMessage.addListener(({ place }, _sender, respond) => {
  if (place !== "opener of the offscreen document") return false;
  const url = runtime.getURL("tests/browser/extension/document.html");
  offscreen.createDocument({ url, reasons: ["WORKERS"], justification: "a test" }).then(
    () => respond({ value: true }),
    (error) => respond({ error: String(error) }),
  );
  return true;
});
