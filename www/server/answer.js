// @ts-check

/**
 * The answer to a prompt: no model, only a template, so the same prompt always has the same answer.
 *
 * @param {string} prompt
 * @param {"markdown" | "text"} format
 */
export function composeAnswer(prompt, format) {
  const quoted = prompt.replace(/\s+/g, " ").trim();
  const words = quoted.split(" ");
  const longest = words.reduce((a, b) => (b.length > a.length ? b : a));
  const count = words.length === 1 ? "1 word" : `${words.length} words`;
  const characters = [...quoted].length;

  if (format === "text") {
    return [
      `You asked: ${quoted}`,
      "",
      `I am a template and not a model, but I stream like one. Your prompt has ${count} in ${characters} characters, and the longest is ${longest}.`,
      "",
      "It came to the server in the body of a POST request, which the browser's own EventSource cannot send. The answer goes back as events, one token in each, and the page puts each one on the screen as it arrives. Press Stop, and the request is aborted: the server sees it at once and sends no more tokens.",
      "",
      "Switch to Markdown to get the same answer with a list and some code.",
    ].join("\n");
  }

  return [
    "### You asked",
    "",
    `> ${quoted}`,
    "",
    `I am a template and not a model, but I stream like one. Your prompt has **${count}** in ${characters} characters, and the longest is *${longest}*.`,
    "",
    "What happened on the way:",
    "",
    "1. The prompt went out in the body of a **POST** request, which the browser's own `EventSource` cannot send.",
    "2. Each token comes back as one event, a chunk of JSON like those of the well-known model APIs.",
    "3. Press **Stop**, and the request is aborted: the server sees it at once.",
    "",
    "```ts",
    "for await (const event of stream) {",
    '  text += event.data.choices[0].delta.content ?? "";',
    "}",
    "```",
    "",
    "When the stream is over, the server sends `[DONE]`.",
  ].join("\n");
}

/**
 * Cuts a text the way a model's tokenizer would: short pieces, with the space in front of the word.
 *
 * @param {string} text
 */
export function tokenize(text) {
  return text.match(/\n+|[^\S\n]*\S{1,7}|[^\S\n]+/gu) ?? [];
}
