//! The shell for browsers: `fetch`, a reader, one timer, the page's events. It executes the outputs of the machine.

pub(crate) mod callbacks;
pub(crate) mod clock;
pub(crate) mod evidence;
pub(crate) mod exchange;
pub(crate) mod host;
mod inputs;
pub(crate) mod open;
pub(crate) mod pace;
pub(crate) mod page;
pub(crate) mod reader;
pub(crate) mod shell;
pub(crate) mod sys;
pub(crate) mod task;
mod to_js;
pub(crate) mod url;
