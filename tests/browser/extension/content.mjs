/** The content script, before it is bundled. It handles orders of the page, and forwards orders for other places. */
import { answer } from "./answer.mjs";

addEventListener("message", async ({ data: { order } }) => {
  if (order) postMessage({ answer: await (order.place === "content script" ? answer(order) : pass(order)) });
});

async function pass(order) {
  try {
    return await globalThis.chrome.runtime.sendMessage(order);
  } catch (error) {
    return { error: String(error) };
  }
}
