//! What the examples have in common: what the demo server takes and sends, as types, and what to tell people about it. How a
//! source is used in a framework is in each of them.

mod chat;
mod feed;
mod task;

pub use chat::{Conversation, Outcome, Prompt, Turn, token};
pub use feed::{Latest, Number, Status, cut, feed_url};
pub use task::Task;

use eventsource_wasm::Error;

/// An error in words.
pub fn explain(error: &Error) -> String {
    let Error::Connection(lost) = error else {
        return error.to_string();
    };
    let what = match lost.status {
        Some(status) => format!("The server answered {status}."),
        None => format!("The connection was lost ({}).", lost.code.as_str()),
    };
    match lost.delay {
        Some(delay) => format!("{what} Next try in {:.1} s.", delay.as_secs_f64()),
        None => what,
    }
}
