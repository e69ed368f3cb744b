//! axum: cargo run
use std::convert::Infallible;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::Sse;
use axum::response::sse::{Event, KeepAlive};
use axum::routing::{get, post};
use axum::{Json, Router};
use futures_util::{Stream, StreamExt, stream};
use tower_http::cors::CorsLayer;

#[derive(serde::Deserialize)]
struct Question {
    prompt: String,
}

/// GET /events: named events. Each event has an ID, so a client that reconnects continues after its last event.
async fn feed(headers: HeaderMap) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()?.parse::<u64>().ok());
    let ticks = stream::unfold(last.unwrap_or(0) + 1, |id| async move {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let data = serde_json::json!({ "id": id });
        Some((Ok(Event::default().id(id.to_string()).event("tick").data(data.to_string())), id + 1))
    });
    // Sent at once, since Firefox waits for the first byte. When the client disconnects, axum drops the stream.
    let hello = stream::once(async { Ok(Event::default().retry(Duration::from_secs(1))) });
    Sse::new(hello.chain(ticks)).keep_alive(KeepAlive::default())
}

/// POST /chat: the words of the prompt, one by one, as a model writes its answer.
async fn chat(Json(question): Json<Question>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let delta = |word: &str| serde_json::json!({ "delta": word }).to_string();
    let words: Vec<String> = question.prompt.split(' ').map(delta).collect();
    let texts = words.into_iter().chain(["[DONE]".to_owned()]);
    let answer = stream::iter(texts).then(|text| async move {
        tokio::time::sleep(Duration::from_millis(100)).await;
        Ok(Event::default().data(text))
    });
    Sse::new(answer)
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let app = Router::new().route("/events", get(feed)).route("/chat", post(chat)).layer(CorsLayer::very_permissive());
    let listener = tokio::net::TcpListener::bind(format!("localhost:{port}")).await?;
    println!("http://localhost:{port}/events");
    axum::serve(listener, app).await
}
