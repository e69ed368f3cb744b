# FastAPI: pip install -r requirements.txt && uvicorn main:app --port 3000
import asyncio
import json

from fastapi import FastAPI, Header
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])

HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


class Question(BaseModel):
    prompt: str


def event(data: str, name: str | None = None, id: int | None = None) -> str:
    lines = [] if id is None else [f"id: {id}"]
    if name is not None:
        lines.append(f"event: {name}")
    # One data line for each line of the text.
    lines += [f"data: {line}" for line in data.splitlines() or [""]]
    return "\n".join(lines) + "\n\n"


def stream(events) -> StreamingResponse:
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


@app.get("/events")
async def feed(last_event_id: int = Header(default=0)) -> StreamingResponse:
    """Named events. Each event has an ID, so a client that reconnects continues after its last event."""

    async def ticks():
        id = last_event_id
        yield "retry: 1000\n\n"  # at once: Firefox waits for the first byte
        while True:  # when the client disconnects, the generator is cancelled
            await asyncio.sleep(0.5)
            id += 1
            yield event(json.dumps({"id": id}), name="tick", id=id)

    return stream(ticks())


@app.post("/chat")
async def chat(question: Question) -> StreamingResponse:
    """The words of the prompt, one by one, as a model writes its answer."""

    async def words():
        for word in question.prompt.split(" "):
            yield event(json.dumps({"delta": word}))
            await asyncio.sleep(0.1)
        yield event("[DONE]")

    return stream(words())
