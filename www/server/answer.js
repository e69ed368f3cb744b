// @ts-check

/**
 * Composes the answer to a prompt from a template, so that equal prompts get equal answers.
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
    "At the end of the stream, the server sends `[DONE]`.",
  ].join("\n");
}

/**
 * Splits a text into short pieces as a model's tokenizer does, each with the space in front of its word.
 *
 * @param {string} text
 */
export function tokenize(text) {
  return text.match(/\n+|[^\S\n]*\S{1,7}|[^\S\n]+/gu) ?? [];
}
