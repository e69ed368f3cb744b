//! Sources over `fetch`: [`FetchEventSource`], which reconnects, and [`Events`], which is one request read once.

mod builder;
mod clock;
mod driver;
mod events;
mod exchange;
mod pace;
mod page;
mod source;
mod sys;
mod url;

pub use builder::{Builder, RequestContext};
pub use events::{Events, events};
pub use page::WhenHidden;
pub use source::FetchEventSource;

pub(crate) use driver::Evidence;
pub(crate) use pace::StreamPace;
