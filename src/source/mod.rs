//! The public sources, their listeners, streams and ends.

pub(crate) mod body;
pub(crate) mod builder;
pub(crate) mod end;
pub(crate) mod event_source;
pub(crate) mod events;
pub(crate) mod fetch_event_source;
mod hint;
pub(crate) mod listener;
pub(crate) mod reconnect_options;
pub(crate) mod stream;
pub(crate) mod traits;
