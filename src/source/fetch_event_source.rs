use std::cell::RefCell;
use std::fmt::Display;
use std::rc::Rc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use wasm_bindgen_futures::spawn_local;
use web_sys::{ReadableStream, RequestCredentials};

use super::builder::Builder;
use super::end::{Closed, Ending};
use super::hint;
use super::listener::{Listener, Listeners};
use super::stream::{RawEvents, TypedEvents, distinct};
use crate::error::Error;
use crate::event::{Event, RawEvent};
use crate::machine::{Input, ReadyState};
use crate::status::{End, SourceStatus};
use crate::web::exchange::Given;
use crate::web::open::OpenEvent;
use crate::web::shell::{Notice, Shell};

/// An [`EventSource`](crate::EventSource) over `fetch`: any method, a body, headers, credentials that are renewed, errors
/// with details, a retry policy.
///
/// It connects and reconnects as the standard requires; [`SourceBuilder`] has further options. Dropping the last handle (the
/// source, a clone or a stream) closes the source: the request is aborted and nothing is delivered afterwards. A callback may
/// drop it. A callback that holds a clone keeps the source open.
///
/// ```no_run
/// use eventsource_wasm::FetchEventSource;
///
/// #[derive(serde::Deserialize)]
/// struct Progress { percent: f64 }
///
/// let source = FetchEventSource::builder("/push").method("POST").body("{}").connect()?;
/// let listener = source.on::<Progress>("update", |event| show(event.data.percent));
/// # fn show(_: f64) {}
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone)]
#[must_use = "a source closes when its last handle is dropped: bind it to a name such as `source`, and keep it (`let _ =` drops it \
              at once)"]
pub struct FetchEventSource(Rc<Handle>);

/// The state that the clones share. The task that drives the source does not hold it, so it is dropped with the last clone.
struct Handle {
    shell: Rc<Shell>,
    listeners: Rc<SourceListeners>,
    ending: Ending,
    url: Rc<RefCell<String>>,
    with_credentials: bool,
    /// Whether an event with empty data has no payload.
    skips_empty: bool,
}

#[derive(Default)]
struct SourceListeners {
    open: Listeners<OpenEvent>,
    status: Listeners<SourceStatus>,
    events: Listeners<RawEvent>,
    errors: Listeners<Error>,
}

impl SourceListeners {
    /// Notifies the status listeners of the end, then drops all listeners.
    fn notify_end(&self, ending: &Ending) {
        if let Some(end) = ending.get() {
            self.status.emit("", &SourceStatus::Closed(end), || false);
        }
        self.end();
    }

    fn end(&self) {
        self.open.end();
        self.status.end();
        self.events.end();
        self.errors.end();
    }
}

impl FetchEventSource {
    /// Connects to a URL, which may be relative to the document's, with a GET.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], and [`Error::Unsupported`] where there is no `fetch`, as in server-side rendering.
    ///
    /// ```no_run
    /// use eventsource_wasm::FetchEventSource;
    ///
    /// let source = FetchEventSource::new("/events")?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn new(url: impl AsRef<str>) -> Result<FetchEventSource, Error> {
        FetchEventSource::builder(url).connect()
    }

    /// A builder for options before connecting, such as headers.
    ///
    /// ```no_run
    /// use eventsource_wasm::FetchEventSource;
    ///
    /// let source = FetchEventSource::builder("/events").header("x-client", "demo").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn builder(url: impl AsRef<str>) -> SourceBuilder {
        SourceBuilder::new(url.as_ref())
    }

    /// A builder that reads a stream of bytes, such as a body that another library fetched, as an event stream. The source
    /// has no URL, so it never reconnects: when the first body fails, pipe another body into the stream and
    /// [`reset`](FetchEventSource::reset) the source. Request options of the builder are an error.
    /// [whatwg/html#12272](https://github.com/whatwg/html/pull/12272) proposes this API.
    ///
    /// ```no_run
    /// # fn example(body: web_sys::ReadableStream) -> Result<(), eventsource_wasm::Error> {
    /// use eventsource_wasm::FetchEventSource;
    ///
    /// let source = FetchEventSource::from_readable_stream(body).connect()?;
    /// let listener = source.on::<f64>("update", |event| show(event.data));
    /// # Ok(())
    /// # }
    /// # fn show(_: f64) {}
    /// ```
    pub fn from_readable_stream(stream: ReadableStream) -> SourceBuilder {
        SourceBuilder::reading(Given::Body(stream))
    }

    fn start(
        shell: Rc<Shell>,
        url: Rc<RefCell<String>>,
        with_credentials: bool,
        skips_empty: bool,
    ) -> FetchEventSource {
        let (listeners, ending) = (Rc::<SourceListeners>::default(), Ending::new());
        spawn_local(run(shell.clone(), listeners.clone(), ending.clone()));
        FetchEventSource(Rc::new(Handle { shell, listeners, ending, url, with_credentials, skips_empty }))
    }

    /// The state of the connection.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let is_open = source.ready_state() == eventsource_wasm::ReadyState::Open;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn ready_state(&self) -> ReadyState {
        self.0.shell.machine().ready_state()
    }

    /// The URL, resolved against the document's. With [`SourceBuilder::url_with`], the URL of the last request.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// show(source.url()); // "https://example.org/events"
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn url(&self) -> String {
        self.0.url.borrow().clone()
    }

    /// Whether cookies are sent to other origins.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// assert!(!source.with_credentials());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn with_credentials(&self) -> bool {
        self.0.with_credentials
    }

    /// The last event ID, which the next request sends as `Last-Event-ID`.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let id = source.last_event_id();
    /// source.close();
    /// let later = FetchEventSource::builder("/events").last_event_id(&id).connect()?;
    /// # Ok::<(), Error>(())
    /// ```
    pub fn last_event_id(&self) -> String {
        self.0.shell.last_event_id()
    }

    /// The reconnection time in force: the server's `retry`, else the policy's.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// show(source.reconnection_time().as_secs()); // 3
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn reconnection_time(&self) -> Duration {
        self.0.shell.machine().reconnection_time()
    }

    /// The status of the source, for user interfaces.
    pub fn status(&self) -> SourceStatus {
        self.0.status()
    }

    /// Prepares a source of [`from_readable_stream`](FetchEventSource::from_readable_stream) for another body in the same
    /// stream: discards the unfinished event of the first body. The last event ID and the reconnection time stay. Has no
    /// effect on a source with a URL: use [`reconnect`](FetchEventSource::reconnect) there.
    pub fn reset(&self) {
        if self.0.shell.is_given() {
            self.0.shell.handle(Input::Reset);
        }
    }

    /// Reconnects at once, in any state except closed. If a listener calls it, the rest of the chunk is not delivered, and
    /// the new request sends the ID of the listener's event.
    pub fn reconnect(&self) {
        self.0.shell.handle(Input::Reconnect { last_event_id: None });
    }

    /// Reconnects at once, with another last event ID; an empty ID starts from the beginning.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let again = source.clone();
    /// let listener = source.on_raw("resync", move |_| again.reconnect_from(""));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn reconnect_from(&self, last_event_id: &str) {
        self.0.shell.handle(Input::Reconnect { last_event_id: Some(last_event_id) });
    }

    /// Pauses the source until [`resume`](FetchEventSource::resume). Nothing is read meanwhile, so flow control holds up the
    /// server, and no time limit runs. If the connection is lost, `resume` reconnects with the last event ID.
    pub fn pause(&self) {
        self.0.shell.handle(Input::Pause);
    }

    /// Resumes the source after [`pause`](FetchEventSource::pause).
    pub fn resume(&self) {
        self.0.shell.handle(Input::Resume);
    }

    /// Closes the connection for good. Nothing is delivered afterwards, not even the rest of a chunk that has arrived.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let closing = source.clone();
    /// let listener = source.on_raw("done", move |_| closing.close());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn close(&self) {
        self.0.shell.close();
        self.0.ending.set(End::Closed);
        self.0.listeners.notify_end(&self.0.ending);
    }

    /// Resolves when the source has ended: with [`End::Closed`], with [`End::Complete`] at the event that `until` names, or
    /// with [`End::Failed`] and the error that [`on_error`](FetchEventSource::on_error) gets.
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::FetchEventSource) {
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

    /// Calls back each time the connection is established, with the head of the response and details of the connection.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let listener = source.on_open(|open| show(open.response.status()));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_open(&self, mut callback: impl FnMut(&OpenEvent) + 'static) -> Listener {
        self.0.listeners.open.add(None, move |open: &OpenEvent| callback(open))
    }

    /// Calls back whenever [`status`](FetchEventSource::status) changes.
    pub fn on_status(&self, mut callback: impl FnMut(&SourceStatus) + 'static) -> Listener {
        self.0.listeners.status.add(None, move |status: &SourceStatus| callback(status))
    }

    /// Calls back for errors: connections that are lost, refused or ended, and payloads that do not decode.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let listener = source.on_error(|error| show(error));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_error(&self, mut callback: impl FnMut(&Error) + 'static) -> Listener {
        self.0.listeners.errors.add(None, move |error: &Error| callback(error))
    }

    /// Calls back for events of one name, with their data decoded as a `T`: see [`RawEvent::decode`]. A decoding error goes
    /// to [`on_error`](FetchEventSource::on_error) as [`Error::Decode`].
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
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
    /// An error of the decoder goes to [`on_error`](FetchEventSource::on_error) as [`Error::Decode`].
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
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
        let (errors, ending) = (self.0.listeners.errors.clone(), self.0.ending.clone());
        let skips_empty = self.0.skips_empty;
        self.0.listeners.events.add(Some(event), move |raw: &RawEvent| {
            if skips_empty && raw.data.is_empty() {
                return;
            }
            match decode(raw) {
                Ok(event) => callback(event),
                Err(error) => errors.emit("", &error, || ending.is_closed()),
            }
        })
    }

    /// Calls back for events without a name or with the name `message`, decoded as by [`on`](FetchEventSource::on).
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
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
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let listener = source.on_raw("update", |event| show(event.data));
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_raw(&self, event: &str, mut callback: impl FnMut(RawEvent) + 'static) -> Listener {
        self.0.listeners.events.add(Some(event), move |raw: &RawEvent| callback(raw.clone()))
    }

    /// Calls back for all events, with their data as it arrived.
    ///
    /// ```no_run
    /// # use eventsource_wasm::{Error, FetchEventSource};
    /// # let source = FetchEventSource::new("/events")?;
    /// let listener = source.on_any(|event| show(event)); // "update #7: {"percent":50}"
    /// # fn show(_: impl ToString) {}
    /// # Ok::<(), Error>(())
    /// ```
    pub fn on_any(&self, mut callback: impl FnMut(RawEvent) + 'static) -> Listener {
        self.0.listeners.events.add(None, move |raw: &RawEvent| callback(raw.clone()))
    }

    /// Events as the variants of an enum with `#[serde(tag = "event", content = "data")]`: see [`TypedEvents`].
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::FetchEventSource) -> Result<(), eventsource_wasm::Error> {
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
        TypedEvents::new(self.any_events(), self.0.skips_empty)
    }

    /// Events of these names, as they arrived. A repeated name has no effect.
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::FetchEventSource) -> Result<(), eventsource_wasm::Error> {
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
        self.stream(distinct(events).map(Some))
    }

    /// All events, as they arrived.
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::FetchEventSource) {
    /// use futures_util::StreamExt;
    ///
    /// let first = source.any_events().next().await;
    /// # }
    /// ```
    pub fn any_events(&self) -> RawEvents {
        self.stream([None])
    }

    fn stream<'a>(&self, topics: impl IntoIterator<Item = Option<&'a str>>) -> RawEvents {
        RawEvents::new(self.0.clone(), &self.0.ending, |sender| {
            let listen = |topic| {
                let sender = sender.clone();
                self.0.listeners.events.add(topic, move |raw: &RawEvent| {
                    // The stream may be gone.
                    let _ = sender.unbounded_send(raw.clone());
                })
            };
            topics.into_iter().map(listen).collect()
        })
    }
}

/// Options of a [`FetchEventSource`]: [`connect`](SourceBuilder::connect) returns the source.
///
/// ```no_run
/// use std::time::Duration;
/// use eventsource_wasm::{FetchEventSource, RetryPolicy};
///
/// let source = FetchEventSource::builder("/events")
///     .header("x-client", "demo")
///     .idle_timeout(Duration::from_secs(60))
///     .retry(RetryPolicy::default())
///     .connect()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
pub type SourceBuilder = Builder<FetchEventSource>;

impl SourceBuilder {
    /// Connects, and connects again when the connection is lost.
    ///
    /// # Errors
    ///
    /// [`Error::InvalidUrl`], [`Error::InvalidRequest`] for an invalid header, and [`Error::Unsupported`] where there is no
    /// `fetch`, as in server-side rendering.
    ///
    /// ```no_run
    /// let source = eventsource_wasm::FetchEventSource::builder("/events").connect()?;
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn connect(self) -> Result<FetchEventSource, Error> {
        let (with_credentials, skips_empty) = (self.credentials == RequestCredentials::Include, self.skips_empty);
        let (url, shell) = self.into_shell()?;
        Ok(FetchEventSource::start(shell, url, with_credentials, skips_empty))
    }
}

/// Handles of the same connection are equal.
impl PartialEq for FetchEventSource {
    fn eq(&self, other: &FetchEventSource) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }
}

impl Eq for FetchEventSource {}

impl std::fmt::Debug for FetchEventSource {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_tuple("FetchEventSource").field(&self.0.url.borrow()).field(&self.ready_state()).finish()
    }
}

impl Handle {
    fn status(&self) -> SourceStatus {
        status_of(&self.shell, &self.ending)
    }

    fn close(&self) {
        self.shell.close();
        self.ending.set(End::Closed);
        self.listeners.end();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        if cfg!(debug_assertions) && !self.shell.is_started() && self.ending.get().is_none() {
            hint::dropped_at_once("FetchEventSource", &self.url.borrow());
        }
        self.close();
    }
}

fn status_of(shell: &Shell, ending: &Ending) -> SourceStatus {
    SourceStatus::new(shell.machine().status(), shell.clock().now(), ending.get())
}

/// Drives a source until it is closed.
async fn run(shell: Rc<Shell>, listeners: Rc<SourceListeners>, ending: Ending) {
    let is_closed = || shell.machine().ready_state() == ReadyState::Closed;
    loop {
        match std::future::poll_fn(|context| shell.poll(context)).await {
            Notice::Open(open) => listeners.open.emit("", &open, is_closed),
            Notice::Status => listeners.status.emit("", &status_of(&shell, &ending), is_closed),
            Notice::Event(event) => listeners.events.emit(&event.event_type, &event, is_closed),
            Notice::Lost(failure, evidence) => {
                let error = evidence.into_error(failure, shell.last_event_id());
                listeners.errors.emit("", &error, is_closed);
            }
            Notice::Closed(end) => {
                let end = end.map(|(failure, evidence)| evidence.into_error(failure, shell.last_event_id()));
                ending.set(end.clone());
                if let End::Failed(error) = end {
                    listeners.errors.emit("", &error, || false);
                }
                return listeners.notify_end(&ending);
            }
        }
    }
}
