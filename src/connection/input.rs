use super::response::ResponseHead;
use crate::retry::{Decision, ErrorCode};

/// What happened.
///
/// ```
/// use eventsource_wasm::connection::{Config, Connection, Input, ReadyState};
/// use std::time::Duration;
///
/// let mut connection = Connection::new(Config::default());
/// connection.handle(Input::Start, Duration::ZERO);
/// connection.handle(Input::Close, Duration::from_secs(1));
/// assert_eq!(connection.ready_state(), ReadyState::Closed);
/// ```
#[derive(Clone, Copy, Debug)]
pub enum Input<'a> {
    /// Begin.
    Start,
    /// The response head arrived.
    Response(ResponseHead<'a>),
    /// Bytes of the body arrived.
    Chunk(&'a [u8]),
    /// The driver begins to read: time that its consumer has taken is not idle time of the server.
    Read,
    /// The body ended cleanly.
    End,
    /// All of the stream has come, as the user says of an event: [`Until::Told`](super::Until::Told). What has not been
    /// taken of the chunk is discarded.
    Complete,
    /// The request or the body failed: [`ErrorCode::Network`] or [`ErrorCode::Request`].
    Failed(ErrorCode),
    /// The user's answer to [`Action::Decide`](super::Action::Decide).
    Decided(Decision),
    /// The [`deadline`](super::Connection::deadline) has passed, or has not: an early call does nothing.
    Timer,
    /// Connect anew at once, whatever the state; once visible, if hidden. Nothing once closed.
    Reconnect,
    /// The network is back: ends a wait, unless a response made it necessary. Attempts go on counting.
    Online,
    /// The page is hidden, or goes into the back/forward cache: the connection is given up, and none is made before
    /// [`Input::Visible`]. This is no failure. Nothing under [`Retry::Never`](crate::retry::Retry::Never), where no request may be
    /// sent again.
    Hidden,
    /// The page is there again: connect at once, if hiding gave up a connection or kept one from being made. A wait
    /// that goes on ends as by [`Input::Online`].
    Visible,
    /// Close for good.
    Close,
}
