import { events } from "eventsource-wasm";

type Chunk = {
  choices: [{ delta: { content?: string } }];
};

const stream = events<{ message: Chunk }>("/chat", {
  method: "POST",
  headers: {
    "content-type": "application/json",
    "x-demo-client": "snippet",
  },
  body: JSON.stringify({ prompt: "Why stream?" }),
  decode: { message: "json" },
  until: "[DONE]",
});

let text = "";
for await (const { data } of stream) {
  text += data.choices[0].delta.content ?? "";
}

// Stop, from anywhere:
stream.close();
