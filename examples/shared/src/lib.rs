//! The common code of the examples: the requests and events of the demo server as types, and texts for people. The use of a
//! source in a framework is in each example.

mod chat;
mod feed;
mod task;

pub use chat::{Conversation, Outcome, Prompt, Turn, token};
pub use feed::{Latest, Number, Status, cut, feed_url};
pub use task::Task;

use eventsource_wasm::Error;

/// Describes an error for people.
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
