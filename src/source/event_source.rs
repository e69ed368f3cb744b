//! The browser's own `EventSource`, typed.

use std::cell::Cell;
use std::fmt::Display;
use std::rc::Rc;

use gloo_events::EventListener;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use super::end::{Closed, Ending};
use super::hint;
use super::listener::{Forgotten, Listener, Listeners};
use super::stream::{RawEvents, TypedEvents, distinct};
use crate::decode::event_names;
use crate::error::Error;
use crate::event::{Event, RawEvent};
use crate::machine::ReadyState;
use crate::status::End;
use crate::web::{host, url};

/// A typed wrapper over the browser's
/// [`EventSource`](https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface).
///
/// The browser does the transport, the parsing and the reconnects. Its defects remain: Chromium loses the first event after a
/// BOM that a blank line follows, Firefox raises a `retry` below 500 ms to 500. Where they matter, use
/// [`FetchEventSource`](crate::FetchEventSource), which has the same methods.
///
/// Dropping the last handle (the source, a clone or a stream) closes the connection. A callback may drop it. A callback that
/// holds a clone keeps the source open.
///
/// ```no_run
/// use eventsource_wasm::EventSource;
///
/// #[derive(serde::Deserialize)]
/// struct Progress { percent: f64 }
///
/// let source = EventSource::new("/events")?;
/// let listener = source.on::<Progress>("update", |event| show(event.data.percent));
/// # fn show(_: f64) {}
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a source closes when its last handle is dropped: bind it to a name such as `source`, and keep it (`let _ =` drops it \
              at once)"]
pub struct EventSource(Rc<Inner>);

struct Inner {
    raw: web_sys::EventSource,
    errors: Listeners<Error>,
    forgotten: Rc<Forgotten>,
    ending: Ending,
    /// Whether the event loop has turned since the source was made. Always true in release builds.
    has_turned: Rc<Cell<bool>>,
    _error_listener: EventListener,
}

impl EventSource {
    /// Connects to a URL, which may be relative to the document's.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], and [`Error::Unsupported`] where there is no `EventSource`, such as in Node and in server-side
    /// rendering.
    ///
    /// ```no_run
    /// use eventsource_wasm::EventSource;
    ///
    /// let source = EventSource::new("/events")?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn new(url: impl AsRef<str>) -> Result<EventSource, Error> {
        EventSource::builder(url).connect()
    }

    /// A builder for options before connecting.
    ///
    /// ```no_run
    /// use eventsource_wasm::EventSource;
    ///
    /// let source = EventSource::builder("/events").with_credentials(true).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn builder(url: impl AsRef<str>) -> EventSourceBuilder {
        EventSourceBuilder { url: url.as_ref().to_owned(), with_credentials: false }
    }

    /// The state of the connection.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let is_open = source.ready_state() == eventsource_wasm::ReadyState::Open;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn ready_state(&self) -> ReadyState {
        ready_state(&self.0.raw)
    }

    /// The URL, resolved against the document's.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// show(source.url()); // "https://example.org/events"
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn url(&self) -> String {
        self.0.raw.url()
    }

    /// Whether cookies are sent to other origins.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// assert!(!source.with_credentials());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn with_credentials(&self) -> bool {
        self.0.raw.with_credentials()
    }

    /// Closes the connection for good. Nothing is delivered afterwards.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let closing = source.clone();
    /// let listener = source.on_raw("done", move |_| closing.close());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn close(&self) {
        self.0.close();
    }

    /// Resolves when the source has ended: with [`End::Closed`], or with [`End::Failed`] if the browser gave up.
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::EventSource) {
    /// let end = source.closed().await;
    /// if let eventsource_wasm::End::Failed(error) = end {
    ///     show(&error.to_string());
    /// }
    /// # }
    /// # fn show(_: &str) {}
    /// ```
    pub fn closed(&self) -> Closed {
        self.0.ending.closed()
    }

    /// The browser's object. Do not call its `close()`: the browser fires no event for it, so [`closed`](EventSource::closed)
    /// would not resolve. Close the source instead.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let raw: &web_sys::EventSource = source.as_raw();
    /// # Ok::<(), Error>(())
    /// ```
    pub fn as_raw(&self) -> &web_sys::EventSource {
        &self.0.raw
    }

    /// Calls back each time the connection is established.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let listener = source.on_open(|| show("open"));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_open(&self, mut callback: impl FnMut() + 'static) -> Listener {
        self.listen("open", move |event| {
            if !is_message(event) {
                callback();
            }
        })
    }

    /// Calls back for errors: lost connections, for which the browser gives no reason, and payloads that do not decode.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let listener = source.on_error(|error| show(error));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_error(&self, mut callback: impl FnMut(&Error) + 'static) -> Listener {
        self.0.errors.add(None, move |error: &Error| callback(error))
    }

    /// Calls back for events of one name, with their data decoded as a `T`: see [`RawEvent::decode`]. A decoding error goes
    /// to [`on_error`](EventSource::on_error) as [`Error::Decode`].
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// #[derive(serde::Deserialize)]
    /// struct Progress { percent: f64 }
    ///
    /// let listener = source.on::<Progress>("update", |event| show(event.data.percent));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on<T: DeserializeOwned + 'static>(&self, event: &str, callback: impl FnMut(Event<T>) + 'static) -> Listener {
        self.decoded(event, RawEvent::decode, callback)
    }

    /// Calls back for events of one name, with their data decoded by your own function, for example if the data is not JSON.
    /// An error of the decoder goes to [`on_error`](EventSource::on_error) as [`Error::Decode`].
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let listener = source.on_with("price", str::parse::<f64>, |event| show(event.data));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_with<T, E: Display>(
        &self,
        event: &str,
        decode: impl Fn(&str) -> Result<T, E> + 'static,
        callback: impl FnMut(Event<T>) + 'static,
    ) -> Listener {
        self.decoded(event, move |raw| raw.decode_with(&decode), callback)
    }

    fn decoded<T>(
        &self,
        event: &str,
        decode: impl Fn(&RawEvent) -> Result<Event<T>, Error> + 'static,
        mut callback: impl FnMut(Event<T>) + 'static,
    ) -> Listener {
        let (errors, ending) = (self.0.errors.clone(), self.0.ending.clone());
        self.on_raw(event, move |raw| match decode(&raw) {
            Ok(event) => callback(event),
            Err(error) => errors.emit("", &error, || ending.is_closed()),
        })
    }

    /// Calls back for events without a name or with the name `message`, decoded as by [`on`](EventSource::on).
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let listener = source.on_message::<String>(|event| show(event.data));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_message<T: DeserializeOwned + 'static>(&self, callback: impl FnMut(Event<T>) + 'static) -> Listener {
        self.on("message", callback)
    }

    /// Calls back for events of one name, with their data as it arrived.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, EventSource};
    /// # let source = EventSource::new("/events")?;
    /// let listener = source.on_raw("update", |event| show(event.data));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_raw(&self, event: &str, mut callback: impl FnMut(RawEvent) + 'static) -> Listener {
        self.listen(event, move |event| {
            // A page may dispatch anything; only messages are events of the stream.
            if let Some(message) = event.dyn_ref::<MessageEvent>() {
                let data = message.data().as_string().unwrap_or_default();
                callback(RawEvent::new(message.type_(), data, message.last_event_id()));
            }
        })
    }

    /// Events as the variants of an enum with `#[serde(tag = "event", content = "data")]`: see [`TypedEvents`].
    ///
    /// The browser delivers only events that have a listener for their name, so this listens for the names of the variants.
    /// All other events are lost without a notice: `#[serde(other)]` gets none. Debug builds warn if all names begin with a
    /// capital letter, as they do without `rename_all`. A type whose variants are unknown gets events of the name `message`.
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::EventSource) -> Result<(), eventsource_wasm::Error> {
    /// use futures_util::StreamExt;
    ///
    /// #[derive(serde::Deserialize)]
    /// #[serde(tag = "event", content = "data", rename_all = "lowercase")]
    /// enum Feed {
    ///     Update { percent: f64 },
    ///     Message(String),
    /// }
    ///
    /// let mut feed = source.events::<Feed>();
    /// while let Some(event) = feed.next().await {
    ///     match event?.data {
    ///         Feed::Update { percent } => show(percent),
    ///         Feed::Message(text) => show(text),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// # fn show(_: impl ToString) {}
    /// ```
    pub fn events<T: DeserializeOwned>(&self) -> TypedEvents<T> {
        let names = event_names::<T>();
        if cfg!(debug_assertions) {
            hint::named_as_in_rust::<T>(names);
        }
        TypedEvents::new(self.raw_events(if names.is_empty() { &["message"] } else { names }), false)
    }

    /// Events of these names, as they arrived. A repeated name has no effect.
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::EventSource) -> Result<(), eventsource_wasm::Error> {
    /// use futures_util::StreamExt;
    ///
    /// let mut events = source.raw_events(&["message", "update"]);
    /// while let Some(event) = events.next().await {
    ///     show(event?.data);
    /// }
    /// # Ok(())
    /// # }
    /// # fn show(_: impl ToString) {}
    /// ```
    pub fn raw_events(&self, events: &[&str]) -> RawEvents {
        RawEvents::new(self.0.clone(), &self.0.ending, |sender| {
            let listen = |event| {
                let sender = sender.clone();
                self.on_raw(event, move |raw| {
                    // The stream may be gone.
                    let _ = sender.unbounded_send(raw);
                })
            };
            distinct(events).map(listen).collect()
        })
    }

    fn listen(&self, event: &str, mut callback: impl FnMut(&web_sys::Event) + 'static) -> Listener {
        let ending = self.0.ending.clone();
        let listener = EventListener::new(&self.0.raw, event.to_owned(), move |event| {
            // Another listener of the same event may have closed the source.
            if !ending.is_closed() {
                callback(event);
            }
        });
        Listener::browser(listener, &self.0.forgotten)
    }
}

/// Handles of the same connection are equal.
impl PartialEq for EventSource {
    fn eq(&self, other: &EventSource) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for EventSource {}

impl std::fmt::Debug for EventSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("EventSource").field(&self.url()).field(&self.ready_state()).finish()
    }
}

impl Inner {
    fn close(&self) {
        self.raw.close();
        self.ending.set(End::Closed);
        self.errors.end();
        self.forgotten.end();
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if !self.has_turned.get() && self.ending.get().is_none() {
            hint::dropped_at_once("EventSource", &self.raw.url());
        }
        self.close();
    }
}

/// Options of an [`EventSource`].
///
/// ```no_run
/// use eventsource_wasm::EventSource;
///
/// let source = EventSource::builder("https://example.org/events").with_credentials(true).connect()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct EventSourceBuilder {
    url: String,
    with_credentials: bool,
}

impl EventSourceBuilder {
    /// Sends cookies to other origins too. Default false.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::EventSource::builder("https://example.org/").with_credentials(true).connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn with_credentials(mut self, yes: bool) -> EventSourceBuilder {
        self.with_credentials = yes;
        self
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// The errors of [`EventSource::new`].
    ///
    /// ```no_run
    /// let source = eventsource_wasm::EventSource::builder("/events").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn connect(self) -> Result<EventSource, Error> {
        host::require("EventSource")?;
        let init = web_sys::EventSourceInit::new();
        init.set_with_credentials(self.with_credentials);
        let raw = web_sys::EventSource::new_with_event_source_init_dict(&self.url, &init)
            .map_err(|_| Error::InvalidUrl { url: url::shown(&self.url) })?;
        let (errors, forgotten, ending) = (Listeners::default(), Rc::new(Forgotten::new()), Ending::new());
        let listener = EventListener::new(&raw, "error", {
            let (raw, errors, forgotten, ending) = (raw.clone(), errors.clone(), forgotten.clone(), ending.clone());
            move |event| {
                if is_message(event) {
                    return;
                }
                let will_reconnect = ready_state(&raw) != ReadyState::Closed;
                let error = Error::EventSource { will_reconnect };
                if will_reconnect {
                    return errors.emit("", &error, || ending.is_closed());
                }
                ending.set(End::Failed(error.clone()));
                errors.emit("", &error, || false);
                errors.end();
                forgotten.end();
            }
        });
        let has_turned = Rc::new(Cell::new(true));
        if cfg!(debug_assertions) {
            has_turned.set(false);
            let turned = has_turned.clone();
            spawn_local(async move { turned.set(true) });
        }
        Ok(EventSource(Rc::new(Inner { raw, errors, forgotten, ending, has_turned, _error_listener: listener })))
    }
}

/// Whether this is an event of the stream: a server may give it any name, even `open` and `error`.
fn is_message(event: &web_sys::Event) -> bool {
    event.is_instance_of::<MessageEvent>()
}

fn ready_state(raw: &web_sys::EventSource) -> ReadyState {
    match raw.ready_state() {
        web_sys::EventSource::CONNECTING => ReadyState::Connecting,
        web_sys::EventSource::OPEN => ReadyState::Open,
        _ => ReadyState::Closed,
    }
}
