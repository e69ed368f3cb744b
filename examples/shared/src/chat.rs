use eventsource_wasm::RawEvent;
use serde::{Deserialize, Serialize};

/// The request body of the chat endpoint.
#[derive(Serialize)]
pub struct Prompt<'a> {
    pub prompt: &'a str,
}

/// The event of a token, in the format of OpenAI's chunks.
#[derive(Deserialize)]
struct Chunk {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    delta: Delta,
}

#[derive(Deserialize)]
struct Delta {
    content: Option<String>,
}

/// The text that an event adds to the answer. `None` for the first event, which has the received request, and for the last
/// chunk.
pub fn token(event: &RawEvent) -> Option<String> {
    let chunk: Chunk = serde_json::from_str(&event.data).ok()?;
    chunk.choices.into_iter().next()?.delta.content
}

/// A prompt and the part of its answer that has arrived.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    pub prompt: String,
    pub answer: String,
    /// `None` while the answer streams.
    pub outcome: Option<Outcome>,
}

/// The end of an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Complete,
    Stopped,
    Failed(String),
}

/// All turns of the chat. Only the last turn changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conversation {
    pub turns: Vec<Turn>,
}

impl Conversation {
    pub fn ask(&mut self, prompt: &str) {
        self.turns.push(Turn { prompt: prompt.to_owned(), answer: String::new(), outcome: None });
    }

    pub fn add(&mut self, token: &str) {
        if let Some(turn) = self.turns.last_mut() {
            turn.answer.push_str(token);
        }
    }

    pub fn end(&mut self, outcome: Outcome) {
        if let Some(turn) = self.turns.last_mut() {
            turn.outcome = Some(outcome);
        }
    }

    /// Whether an answer streams.
    pub fn is_streaming(&self) -> bool {
        self.turns.last().is_some_and(|turn| turn.outcome.is_none())
    }

    /// The state of the last turn, in words.
    pub fn status(&self) -> String {
        match self.turns.last().map(|turn| &turn.outcome) {
            None => "Nothing asked yet.".into(),
            Some(None) => "The answer is on its way.".into(),
            Some(Some(Outcome::Complete)) => "Complete.".into(),
            Some(Some(Outcome::Stopped)) => "Stopped; the request was aborted.".into(),
            Some(Some(Outcome::Failed(why))) => why.clone(),
        }
    }
}
