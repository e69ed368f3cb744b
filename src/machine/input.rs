use core::time::Duration;

use super::retry::Decision;
use crate::http::ResponseHead;

/// Something that happened to a source, for [`Machine::handle`](super::Machine::handle).
///
/// An input that does not fit the state of the machine comes from an earlier, cancelled request; it does nothing.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Input<'a> {
    /// The user starts the source.
    Start,
    /// The head of the response arrived.
    Response(ResponseHead<'a>),
    /// The body that the user gave is available. It counts as an event stream, so it needs no head: see
    /// [`Config::given`](super::Config::given).
    Body,
    /// Bytes of the body arrived.
    Chunk(&'a [u8]),
    /// This number of body bytes was written to the [`room`](super::Machine::room): a [`Chunk`](Input::Chunk) without the
    /// copy.
    Filled(usize),
    /// The body ended cleanly.
    End,
    /// The request failed, or its response or body cannot be read.
    Failed(Fault<'a>),
    /// The user's answer to [`Output::Ask`](super::Output::Ask).
    Decided(Decision),
    /// The timer for this deadline fired. The machine's clock advances to the deadline even if `now` is earlier: browsers
    /// make `performance.now()` coarse, and test runners may fake only `setTimeout`.
    Timer(Duration),
    /// The time of the wall clock, since any fixed moment. Give it at the start, before a chunk, after
    /// [`Timer`](Input::Timer), and when the page becomes visible. Most monotonic clocks stop while a computer sleeps; the
    /// wall clock lets the machine detect the sleep and correct its time.
    Wall(Duration),
    /// An event of the page; see [`Machine::watches_page`](super::Machine::watches_page).
    Page(PageEvent),
    /// The page's Content-Security-Policy blocked the request: an enforced `connect-src` forbids its URL.
    Forbidden,
    /// The user's `until` accepted the next event to be delivered, so the stream is complete: see
    /// [`Config::until`](super::Config::until). The rest of the chunk is discarded.
    Complete,
    /// The user's function classified the next event to be delivered as a failure: [`ErrorCode::Event`]. The rest of the
    /// chunk is discarded.
    ///
    /// [`ErrorCode::Event`]: crate::ErrorCode::Event
    FailOn {
        /// The ID of the event before the failing event, which does not change the last event ID. `None` keeps the ID of the
        /// last event that the machine emitted.
        last_event_id: Option<&'a str>,
        /// Whether an event of this stream was delivered before the failing event.
        delivered: bool,
    },
    /// The user pauses the source until [`Resume`](Input::Resume). The machine sends nothing, reads only the body of a
    /// refused response, and runs no time limit. A connection that is lost meanwhile is restored at the resume.
    Pause,
    /// The user resumes the source.
    Resume,
    /// The user reconnects, in any state except closed. A source that is paused by its page connects when the page is
    /// visible.
    Reconnect {
        /// The ID of the last delivered event, for a shell that took more events than it delivered. `None` keeps the ID of
        /// the last event that the machine emitted.
        last_event_id: Option<&'a str>,
    },
    /// A listener failed and thereby ends the connection, as in `fetchEventSource`: [`ErrorCode::Request`].
    ///
    /// [`ErrorCode::Request`]: crate::ErrorCode::Request
    Fail {
        /// The ID of the last delivered event: see [`Reconnect`](Input::Reconnect).
        last_event_id: Option<&'a str>,
    },
    /// Another stream follows in the same body: the unfinished event is discarded, and in a pause the events that wait for its
    /// end. The last event ID and the reconnection time stay.
    Reset,
    /// The user closes the source for good.
    Close,
}

/// A failure of a request, as the shell sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault<'a> {
    /// The request cannot be made, or its response cannot be read: `fetch` refused the arguments, the body is locked, a chunk
    /// is not bytes. Another connection would not help.
    Unusable,
    /// A function of the user that makes a part of the request failed, such as one that fetches a token. Another call may
    /// succeed, so a [`RetryPolicy`](super::RetryPolicy) repeats it. The code is [`ErrorCode::Request`].
    ///
    /// [`ErrorCode::Request`]: crate::ErrorCode::Request
    Unprepared,
    /// `fetch` rejected.
    Rejected {
        /// The URL of the request; `None` if the user's own `fetch` rejected, which may accept any URL.
        url: Option<&'a str>,
    },
    /// The body failed before its end.
    Body,
    /// The response has no body that can be read as a stream.
    NotStreamed,
    /// The user gave the response or the body, and then aborted its request.
    Aborted,
}

/// An event in the life of a page, as the browser fires it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PageEvent {
    /// `visibilitychange` to hidden.
    Hidden,
    /// `visibilitychange` to visible, or `resume` of a visible page.
    Visible,
    /// `beforeunload`: the user may be leaving the page. Firefox and WebKit abort its fetches now, but the page lives until
    /// the next page responds.
    Leaving,
    /// `pagehide` without `persisted`: the page is left, and the user gets no more notifications.
    Left,
    /// `pagehide` with `persisted`: the page goes into the back/forward cache.
    Cached,
    /// `pageshow` with `persisted`: the page comes out of the back/forward cache.
    Restored,
    /// `online`: the network is back.
    Online,
}
