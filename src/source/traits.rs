//! The methods of both kinds of source.

use std::fmt::Display;

use serde::de::DeserializeOwned;

use super::end::Closed;
use super::event_source::EventSource;
use super::fetch_event_source::FetchEventSource;
use super::listener::Listener;
use super::stream::{RawEvents, TypedEvents};
use crate::error::Error;
use crate::event::{Event, RawEvent};
use crate::machine::ReadyState;
use crate::web::open::OpenEvent;

/// A source of events, an [`EventSource`] or a [`FetchEventSource`], for code that accepts both. Each method calls the method
/// of the same name.
///
/// The trait is sealed, so that it can grow.
///
/// ```no_run
/// use eventsource_wasm::{Error, EventSource, FetchEventSource, Listener, Source};
///
/// fn follow(source: &impl Source) -> Listener {
///     source.on::<f64>("progress", |event| show(event.data))
/// }
///
/// let (one, other) = (EventSource::new("/events")?, FetchEventSource::new("/events")?);
/// let listeners = [follow(&one), follow(&other)];
/// # fn show(_: f64) {}
/// # Ok::<(), Error>(())
/// ```
pub trait Source: Clone + Eq + std::fmt::Debug + sealed::Sealed + 'static {
    /// The state of the connection.
    fn ready_state(&self) -> ReadyState;

    /// The URL, resolved against the document's.
    fn url(&self) -> String;

    /// Whether cookies are sent to other origins.
    fn with_credentials(&self) -> bool;

    /// Closes the connection for good. Nothing is delivered afterwards.
    fn close(&self);

    /// Resolves with the end of the source.
    fn closed(&self) -> Closed;

    /// Calls back each time the connection is established.
    fn on_open(&self, callback: impl FnMut() + 'static) -> Listener;

    /// Calls back for errors.
    fn on_error(&self, callback: impl FnMut(&Error) + 'static) -> Listener;

    /// Calls back for events of one name, with their data as a `T`.
    fn on<T: DeserializeOwned + 'static>(&self, event: &str, callback: impl FnMut(Event<T>) + 'static) -> Listener;

    /// Calls back for events of one name, with their data decoded by your own function.
    fn on_with<T, E: Display>(
        &self,
        event: &str,
        decode: impl Fn(&str) -> Result<T, E> + 'static,
        callback: impl FnMut(Event<T>) + 'static,
    ) -> Listener;

    /// Calls back for events of one name, with their data as it arrived.
    fn on_raw(&self, event: &str, callback: impl FnMut(RawEvent) + 'static) -> Listener;

    /// Calls back for events without a name or with the name `message`.
    fn on_message<T: DeserializeOwned + 'static>(&self, callback: impl FnMut(Event<T>) + 'static) -> Listener {
        self.on("message", callback)
    }

    /// Events as the variants of an enum.
    fn events<T: DeserializeOwned>(&self) -> TypedEvents<T>;

    /// Events of these names, as they arrived. A repeated name has no effect.
    fn raw_events(&self, events: &[&str]) -> RawEvents;
}

mod sealed {
    pub trait Sealed {}
}

macro_rules! source {
    ($source:ident, $opened:path) => {
        impl sealed::Sealed for $source {}

        impl Source for $source {
            fn ready_state(&self) -> ReadyState {
                $source::ready_state(self)
            }

            fn url(&self) -> String {
                $source::url(self)
            }

            fn with_credentials(&self) -> bool {
                $source::with_credentials(self)
            }

            fn close(&self) {
                $source::close(self);
            }

            fn closed(&self) -> Closed {
                $source::closed(self)
            }

            fn on_open(&self, callback: impl FnMut() + 'static) -> Listener {
                $source::on_open(self, $opened(callback))
            }

            fn on_error(&self, callback: impl FnMut(&Error) + 'static) -> Listener {
                $source::on_error(self, callback)
            }

            fn on<T: DeserializeOwned + 'static>(
                &self,
                event: &str,
                callback: impl FnMut(Event<T>) + 'static,
            ) -> Listener {
                $source::on(self, event, callback)
            }

            fn on_with<T, E: Display>(
                &self,
                event: &str,
                decode: impl Fn(&str) -> Result<T, E> + 'static,
                callback: impl FnMut(Event<T>) + 'static,
            ) -> Listener {
                $source::on_with(self, event, decode, callback)
            }

            fn on_raw(&self, event: &str, callback: impl FnMut(RawEvent) + 'static) -> Listener {
                $source::on_raw(self, event, callback)
            }

            fn events<T: DeserializeOwned>(&self) -> TypedEvents<T> {
                $source::events(self)
            }

            fn raw_events(&self, events: &[&str]) -> RawEvents {
                $source::raw_events(self, events)
            }
        }
    };
}

source!(EventSource, std::convert::identity);
source!(FetchEventSource, without_event);

fn without_event(mut callback: impl FnMut() + 'static) -> impl FnMut(&OpenEvent) + 'static {
    move |_| callback()
}
