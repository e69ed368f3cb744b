import DOMPurify from "dompurify";
import { DecodeError, EventSourceError, events } from "eventsource-wasm";
import { Marked } from "marked";
import { ActionButton, byId, growAtEnd } from "../dom.ts";
import { explain } from "../explain.ts";

type Received = {
  id: string;
  method: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: { prompt: string };
};
type Chunk = { choices: [{ delta: { content?: string } }] };
type Reply = { request: Received; message: Chunk };

/** The server's report about an answer. */
type Answer = { state: "streaming" | "complete" | "disconnected"; sent: number; of: number };

const MAX_TURNS = 10;

/** Renders Markdown, and shows HTML in it as plain text. */
const markdown = new Marked({
  renderer: { html: ({ text }) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") },
});

export function chat(): void {
  const form = byId("chat-form", HTMLFormElement);
  const prompt = byId("chat-prompt", HTMLTextAreaElement);
  const transcript = byId("chat-log");
  const status = byId("chat-status");
  const dot = document.querySelector<HTMLElement>('[data-nav="chat"]');
  let stream: ReturnType<typeof ask> | undefined;

  const send = new ActionButton("chat-send");
  const stop = new ActionButton("chat-stop", () => stream?.close());

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (stream) return;
    const text = prompt.value.trim();
    if (text === "") {
      status.textContent = "Write a prompt first.";
      prompt.focus();
      return;
    }
    void answer(text, new FormData(form).get("format") === "text" ? "text" : "markdown");
  });
  prompt.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
  addEventListener("pagehide", () => stream?.close());

  async function answer(text: string, format: "markdown" | "text"): Promise<void> {
    const turn = addTurn(transcript, text);
    let answerText = "";
    let tokens = 0;
    let id: string | undefined;

    const current = ask(text, format);
    stream = current;
    setBusy(true);
    status.textContent = "The answer is on its way.";
    try {
      for await (const event of current) {
        if (event.type === "request") {
          id = event.data.id;
          showReceived(event.data);
          continue;
        }
        const { content } = event.data.choices[0].delta;
        if (content === undefined) continue;
        answerText += content;
        tokens += 1;
        growAtEnd(transcript, () => render(turn, answerText, format));
      }
    } catch (error) {
      turn.textContent ||= "No answer.";
      if (error instanceof EventSourceError) {
        const what = explain(error, { connected: id !== undefined });
        status.textContent = error.code === "network" ? `${what} Press Send to try again.` : what;
      } else if (error instanceof DecodeError) status.textContent = "The server sent an event that is not JSON.";
      else throw error;
      return;
    } finally {
      stream = undefined;
      setBusy(false);
      turn.ariaBusy = null;
    }

    const end = await current.closed;
    if (end.code !== "closed") {
      status.textContent = `Done: ${tokens} tokens, then [DONE].`;
      return;
    }
    turn.classList.add("stopped");
    const stopped = `Stopped after ${tokens} tokens.`;
    status.textContent = stopped;
    if (id === undefined) return;
    const seen = await whatTheServerSaw(id);
    // The next answer may have started by now.
    if (status.textContent === stopped) status.textContent = `${stopped} ${seen}`;
  }

  function setBusy(busy: boolean): void {
    send.enabled = !busy;
    stop.enabled = busy;
    if (dot) dot.dataset.state = busy ? "OPEN" : "CLOSED";
  }
}

function ask(prompt: string, format: "markdown" | "text") {
  return events<Reply>(`chat?format=${format}`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-demo-client": "www" },
    body: JSON.stringify({ prompt }),
    decode: "json",
    until: "[DONE]",
  });
}

function addTurn(transcript: HTMLElement, prompt: string): HTMLElement {
  const question = document.createElement("p");
  question.className = "question";
  question.textContent = prompt;
  const answer = document.createElement("div");
  answer.className = "answer";
  answer.ariaBusy = "true";
  transcript.append(question, answer);
  while (transcript.childElementCount > 2 * MAX_TURNS) transcript.firstElementChild?.remove();
  transcript.scrollTop = transcript.scrollHeight;
  return answer;
}

function render(turn: HTMLElement, text: string, format: "markdown" | "text"): void {
  if (format === "text") {
    turn.textContent = text;
    turn.classList.add("plain");
  } else {
    turn.innerHTML = DOMPurify.sanitize(markdown.parse(text, { async: false }), { FORBID_TAGS: ["img"] });
  }
}

function showReceived({ query, headers, body }: Received): void {
  byId("chat-query").textContent = JSON.stringify(query);
  byId("chat-header").textContent = `x-demo-client: ${headers["x-demo-client"]}`;
  byId("chat-body").textContent = JSON.stringify(body);
}

/** Asks the server for the state of an answer until the server has detected the abort, which takes a moment. */
async function whatTheServerSaw(id: string): Promise<string> {
  try {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      const response = await fetch(`chat/answers/${id}`);
      const { state, sent, of }: Answer = await response.json();
      if (state === "disconnected") return `The server saw the disconnect at token ${sent} of ${of}.`;
      if (state === "complete") return "The server had already sent everything.";
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return "The server has not detected the disconnect yet.";
  } catch {
    return "The server did not respond to a question about it.";
  }
}
