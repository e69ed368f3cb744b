use core::time::Duration;

use super::retry::Decision;
use crate::http::ResponseHead;

/// Something that happened to a source, for [`Machine::handle`](super::Machine::handle).
///
/// An input that does not fit the state of the machine is late news of a request that was given up: it does nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The user starts the source.
    Start,
    /// The head of the response arrived.
    Response(ResponseHead<'a>),
    /// The body that the user gave is there. It counts as an event stream, so it needs no head: see
    /// [`Config::given`](super::Config::given).
    Body,
    /// Bytes of the body arrived.
    Chunk(&'a [u8]),
    /// So many bytes of the body were written to the [`room`](super::Machine::room): a [`Chunk`](Input::Chunk) without the
    /// copy.
    Filled(usize),
    /// The body ended cleanly.
    End,
    /// The request failed, or its response or body cannot be read.
    Failed(Fault<'a>),
    /// The user's answer to [`Output::Ask`](super::Output::Ask).
    Decided(Decision),
    /// The timer rang that was set for this deadline: the machine's clock is there, even if `now` disagrees. Browsers make
    /// `performance.now()` coarse, and test runners may fake `setTimeout` alone.
    Timer(Duration),
    /// The time of the wall clock, since any fixed moment: at the start, before a chunk, when a timer rings, and when the page
    /// shows itself.
    /// Most clocks that never go back stand still while a computer sleeps; by this the machine finds out, and makes up for it.
    /// Comes after [`Timer`](Input::Timer).
    Wall(Duration),
    /// An event of the page; see [`Machine::watches_page`](super::Machine::watches_page).
    Page(PageEvent),
    /// The page's Content-Security-Policy forbids the URL of the request: its `connect-src`, enforced.
    Forbidden,
    /// The next event to be delivered completes the stream, as the user says: see [`Config::until`](super::Config::until). The
    /// rest of the chunk is discarded.
    Complete,
    /// The next event to be delivered means failure, as the user says: [`ErrorCode::Event`]. The rest of the chunk is discarded.
    ///
    /// [`ErrorCode::Event`]: crate::ErrorCode::Event
    FailOn {
        /// The ID of the event before that one: an event that means failure does not move the last event ID. `None` keeps that of
        /// the last event that the machine gave out.
        last_event_id: Option<&'a str>,
        /// Whether an event of this stream was delivered before it.
        delivered: bool,
    },
    /// The user wants no events until [`Resume`](Input::Resume). Nothing is sent, nothing is read but the body of a refused
    /// response, and no time limit runs. A connection that is lost meanwhile is made again at the resume.
    Pause,
    /// The user wants events again.
    Resume,
    /// The user connects anew, whatever the state. A hidden page connects once it is visible. Nothing once closed.
    Reconnect {
        /// The ID of the event that was delivered last, for a shell that took more events than it has delivered. `None`
        /// keeps the ID of the last event that the machine gave out.
        last_event_id: Option<&'a str>,
    },
    /// A listener failed in a way that ends the connection, as those of `fetchEventSource` may: [`ErrorCode::Request`].
    ///
    /// [`ErrorCode::Request`]: crate::ErrorCode::Request
    Fail {
        /// As for [`Reconnect`](Input::Reconnect).
        last_event_id: Option<&'a str>,
    },
    /// Another stream follows in the same body: the unfinished event is discarded. The last event ID and the reconnection
    /// time stay.
    Reset,
    /// The user closes the source for good.
    Close,
}

/// A failure of a request, as far as the shell can see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault<'a> {
    /// The request cannot be made, or its answer cannot be read: a callback threw, `fetch` refused the arguments, the body
    /// is locked, a chunk is not bytes. Another connection would not help.
    Unusable,
    /// `fetch` rejected.
    Rejected {
        /// The URL that was fetched; `None` if the user's own `fetch` rejected, for which any URL may be right.
        url: Option<&'a str>,
    },
    /// The body broke off.
    Body,
    /// The response has no body that can be read as a stream.
    NotStreamed,
    /// The user aborted the request of the response or body that he gave.
    Aborted,
}

/// An event in the life of a page, as the browser fires it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageEvent {
    /// `visibilitychange` to hidden.
    Hidden,
    /// `visibilitychange` to visible, or `resume` of a page that is.
    Visible,
    /// `beforeunload`: the page may be about to be left. Firefox and WebKit break its fetches now, and it lives on until the next
    /// page answers.
    Leaving,
    /// `pagehide` without `persisted`: the page is left, and nobody is notified of anything any more.
    Left,
    /// `pagehide` with `persisted`: the page goes into the back/forward cache.
    Cached,
    /// `pageshow` with `persisted`: the page comes out of the back/forward cache.
    Restored,
    /// `online`: the network is back.
    Online,
}
