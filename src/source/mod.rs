//! What users hold: the sources, their listeners and streams, and how they end.

pub(crate) mod event;

#[cfg(feature = "web")]
pub(crate) mod builder;
#[cfg(feature = "web")]
pub(crate) mod end;
#[cfg(feature = "web")]
pub(crate) mod error;
#[cfg(feature = "web")]
pub(crate) mod event_source;
#[cfg(feature = "web")]
pub(crate) mod events;
#[cfg(feature = "web")]
pub(crate) mod fetch_event_source;
#[cfg(feature = "web")]
pub(crate) mod listener;
#[cfg(feature = "web")]
pub(crate) mod stream;
#[cfg(feature = "web")]
pub(crate) mod traits;
