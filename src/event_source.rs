//! The browser's own `EventSource`, typed.

use std::rc::Rc;

use gloo_events::EventListener;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::MessageEvent;

use crate::connection::ReadyState;
use crate::decode::decode;
use crate::error::Error;
use crate::event::{Event, RawEvent};
use crate::listener::{Listener, Listeners};

/// A typed wrapper over the browser's
/// [`EventSource`](https://html.spec.whatwg.org/multipage/server-sent-events.html#the-eventsource-interface).
///
/// Transport, parsing and reconnection are the browser's. Its faults are too: Chromium loses the first event after a BOM
/// that a blank line follows, Firefox raises a `retry` below 500 ms to 500. Where that matters, use
/// [`FetchEventSource`](crate::FetchEventSource), which has the same methods.
///
/// Dropping the last clone closes the connection.
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
pub struct EventSource(Rc<Inner>);

struct Inner {
    raw: web_sys::EventSource,
    errors: Listeners<Error>,
    _error_listener: EventListener,
}

impl EventSource {
    /// Connects to a URL, which may be relative to the document's.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], and [`Error::Unsupported`] where there is no `EventSource`, such as in Node.
    pub fn new(url: &str) -> Result<EventSource, Error> {
        EventSource::builder(url).connect()
    }

    /// Options before connecting.
    pub fn builder(url: &str) -> EventSourceBuilder {
        EventSourceBuilder { url: url.to_owned(), with_credentials: false }
    }

    /// The state of the connection.
    pub fn ready_state(&self) -> ReadyState {
        ready_state(&self.0.raw)
    }

    /// The URL, resolved against the document's.
    pub fn url(&self) -> String {
        self.0.raw.url()
    }

    /// Whether cookies are sent to other origins.
    pub fn with_credentials(&self) -> bool {
        self.0.raw.with_credentials()
    }

    /// Closes the connection for good. Nothing is delivered afterwards.
    pub fn close(&self) {
        self.0.raw.close();
    }

    /// The browser's object.
    pub fn as_raw(&self) -> &web_sys::EventSource {
        &self.0.raw
    }

    /// Calls back each time the connection is established.
    pub fn on_open(&self, mut callback: impl FnMut() + 'static) -> Listener {
        self.listen("open", move |_| callback())
    }

    /// Calls back for errors: lost connections, of which the browser tells nothing, and payloads that do not decode.
    pub fn on_error(&self, mut callback: impl FnMut(&Error) + 'static) -> Listener {
        self.0.errors.add(None, move |error: &Error| callback(error))
    }

    /// Calls back for events of one name, with the JSON in their data as a `T`. A payload that does not decode goes to
    /// [`on_error`](EventSource::on_error) as [`Error::Decode`].
    pub fn on<T: DeserializeOwned + 'static>(
        &self,
        event: &str,
        mut callback: impl FnMut(Event<T>) + 'static,
    ) -> Listener {
        let errors = self.0.errors.clone();
        self.on_raw(event, move |raw| match decode(&raw) {
            Ok(event) => callback(event),
            Err(error) => errors.emit("", &error, || false),
        })
    }

    /// Calls back for events without a name, or of the name `message`.
    pub fn on_message<T: DeserializeOwned + 'static>(&self, callback: impl FnMut(Event<T>) + 'static) -> Listener {
        self.on("message", callback)
    }

    /// Calls back for events of one name, with their data as it arrived.
    pub fn on_raw(&self, event: &str, mut callback: impl FnMut(RawEvent) + 'static) -> Listener {
        self.listen(event, move |event| {
            // A page may dispatch anything; only messages are events of the stream.
            if let Some(message) = event.dyn_ref::<MessageEvent>() {
                callback(Event {
                    event: message.type_(),
                    data: message.data().as_string().unwrap_or_default(),
                    last_event_id: message.last_event_id(),
                });
            }
        })
    }

    fn listen(&self, event: &str, callback: impl FnMut(&web_sys::Event) + 'static) -> Listener {
        Listener::browser(EventListener::new(&self.0.raw, event.to_owned(), callback))
    }
}

impl std::fmt::Debug for EventSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("EventSource").field(&self.url()).field(&self.ready_state()).finish()
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.raw.close();
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
    pub fn with_credentials(mut self, yes: bool) -> EventSourceBuilder {
        self.with_credentials = yes;
        self
    }

    /// Connects.
    ///
    /// # Errors
    ///
    /// As for [`EventSource::new`].
    pub fn connect(self) -> Result<EventSource, Error> {
        let init = web_sys::EventSourceInit::new();
        init.set_with_credentials(self.with_credentials);
        if !js_sys::Reflect::has(&js_sys::global(), &JsValue::from_str("EventSource")).unwrap_or(false) {
            return Err(Error::Unsupported);
        }
        let raw = web_sys::EventSource::new_with_event_source_init_dict(&self.url, &init)
            .map_err(|_| Error::InvalidUrl { url: self.url })?;
        let errors = Listeners::default();
        let listener = EventListener::new(&raw, "error", {
            let (raw, errors) = (raw.clone(), errors.clone());
            move |_| {
                let will_reconnect = ready_state(&raw) != ReadyState::Closed;
                errors.emit("", &Error::EventSource { will_reconnect }, || false);
            }
        });
        Ok(EventSource(Rc::new(Inner { raw, errors, _error_listener: listener })))
    }
}

fn ready_state(raw: &web_sys::EventSource) -> ReadyState {
    match raw.ready_state() {
        web_sys::EventSource::CONNECTING => ReadyState::Connecting,
        web_sys::EventSource::OPEN => ReadyState::Open,
        _ => ReadyState::Closed,
    }
}
