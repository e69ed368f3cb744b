//! An open stream: its events, its progress and its end.

use alloc::vec::Vec;
use core::mem;
use core::ops::Range;
use core::time::Duration;

use super::{End, ErrorCode, EventText, Machine, Micros, Opened, Output, State, Unfinished, micros};
use crate::http;
use crate::parser::{Event, Found as Item, IdMark, Text};

/// A byte this long after the response head counts as progress: for a quiet feed behind a proxy that cuts connections.
const LASTING: Micros = 30_000_000;

#[derive(Debug)]
pub(super) struct Stream {
    since: Micros,
    pub(super) is_announced: bool,
    /// The start of the pending read. Time limits count only pending reads, not the time that the user takes to handle
    /// events.
    pub(super) reading_since: Option<Micros>,
    /// The pending read has brought no byte: another read continues it.
    pub(super) is_to_read_again: bool,
    /// The rest of the event timeout at the start of a read.
    pub(super) event_left: Micros,
    has_delivered: bool,
    /// The stream gave a new event, or another last event ID.
    has_progressed: bool,
    has_lasted: bool,
    /// Another stream follows in the body, once the events that have arrived are taken.
    pub(super) is_to_reset: bool,
    /// Whether the body has ended, so that its last events are being delivered.
    pub(super) is_at_end: bool,
    /// Whether the parser still has the event that the end of the body cut off.
    is_to_complete: bool,
    /// Whether the user must still be asked about the event that the end of the body cut off.
    pub(super) has_unfinished: bool,
}

/// An item for the shell, as a range in the parser: a range does not borrow the parser.
pub(super) enum Found {
    Event(Range<usize>),
    Comment(Range<usize>),
    Retry(Duration),
    Id,
}

/// An event that outlives its chunk.
#[derive(Debug)]
pub(super) struct OwnedEvent {
    /// Type, data and last event ID, one after the other.
    text: Vec<u8>,
    type_end: usize,
    data_end: usize,
}

impl OwnedEvent {
    fn of(event: Event<'_>) -> OwnedEvent {
        let mut text = event.event_type_text().map_or(&[][..], Text::as_bytes).to_vec();
        let type_end = text.len();
        text.extend_from_slice(event.data_text().as_bytes());
        let data_end = text.len();
        text.extend_from_slice(event.last_event_id_text().as_bytes());
        OwnedEvent { text, type_end, data_end }
    }

    pub(super) fn text(&self) -> EventText<'_> {
        let (event_type, data, last_event_id) = (..self.type_end, self.type_end..self.data_end, self.data_end..);
        EventText {
            event_type: Text::new(&self.text[event_type]),
            data: Text::new(&self.text[data]),
            last_event_id: Text::new(&self.text[last_event_id]),
        }
    }
}

/// The IDs of the last events: [`Config::dedupe`].
///
/// The shell may have taken events that it has not delivered, so no ID is pushed out before the next chunk.
#[derive(Debug)]
pub(super) struct Recent {
    ids: Vec<Seen>,
    most: usize,
    /// True from a request until the first event with an unseen ID.
    is_replayed: bool,
    /// The place after the last repeated ID: servers repeat events in their order.
    next: usize,
    /// The last event ID before the replayed events.
    id_before: IdMark,
}

#[derive(Debug)]
struct Seen {
    id: Vec<u8>,
    /// False if a block without data has set the ID.
    has_event: bool,
}

impl Recent {
    pub(super) fn new(most: usize) -> Recent {
        Recent { ids: Vec::new(), most, is_replayed: false, next: 0, id_before: IdMark::default() }
    }

    /// All events so far are delivered. Rarely forgets, so that the time for an event does not depend on the number of IDs.
    fn begin_chunk(&mut self) {
        // Half of the entries, or fewer, are IDs without an event.
        if self.ids.len() / 4 > self.most {
            self.forget();
        }
    }

    pub(super) fn replay(&mut self, id_before: &IdMark) {
        self.forget();
        self.is_replayed = self.most > 0;
        self.next = 0;
        self.id_before.clone_from(id_before);
    }

    /// Returns whether an event with this ID was delivered before, and records the ID. An empty ID clears the list: the
    /// server starts from the beginning.
    fn has(&mut self, id: &[u8]) -> bool {
        if self.most == 0 || id.is_empty() {
            self.ids.clear();
            return false;
        }
        if self.is_replayed {
            let is_it = |seen: &Seen| seen.has_event && seen.id == id;
            let is_next = self.ids.get(self.next).is_some_and(is_it);
            if let Some(at) = if is_next { Some(self.next) } else { self.ids.iter().position(is_it) } {
                self.next = at + 1;
                return true;
            }
        }
        self.is_replayed = false;
        self.ids.push(Seen { id: id.to_vec(), has_event: true });
        false
    }

    /// Records an ID without an event, as a place to [go back to](Recent::go_back_to).
    fn pass(&mut self, id: &[u8]) {
        if self.most > 0 {
            self.ids.pop_if(|last| !last.has_event);
            self.ids.push(Seen { id: id.to_vec(), has_event: false });
        }
    }

    /// Forgets all IDs but those of the last events.
    fn forget(&mut self) {
        let mut left = self.most;
        let first = self.ids.iter().rposition(|seen| {
            left -= usize::from(seen.has_event);
            left == 0
        });
        self.ids.drain(..first.unwrap_or(0));
    }

    /// Forgets the IDs after this ID: their events were not delivered. Of several places with the ID, the first one counts: an
    /// event that comes twice is better than one that is lost.
    pub(super) fn go_back_to(&mut self, id: &[u8]) {
        let kept = self.ids.iter().position(|seen| seen.id == id).map_or(0, |first| first + 1);
        self.ids.truncate(kept);
    }
}

impl Machine {
    pub(super) fn open(&mut self) {
        self.state = State::Open(Stream {
            since: self.time.now(),
            is_announced: false,
            reading_since: None,
            is_to_read_again: false,
            event_left: micros(self.config.event_timeout.unwrap_or_default()),
            has_delivered: false,
            has_progressed: false,
            has_lasted: false,
            is_to_reset: false,
            is_at_end: false,
            is_to_complete: false,
            has_unfinished: false,
        });
        self.is_woken = false;
        self.reason = None;
        self.credentials_renewed = false;
    }

    pub(super) fn opened(&self, is_reopening: bool) -> Opened<'_> {
        Opened {
            is_reopening,
            attempts: self.requests,
            elapsed: Duration::from_micros(self.time.now().saturating_sub(self.trying_since)),
            last_event_id: &self.sent.id,
        }
    }

    pub(super) fn take_bytes(&mut self, length: usize) {
        let now = self.time.now();
        // The chunk may be the first of several that waited while nothing watched the limit.
        self.begins_grace_if_late();
        let State::Open(stream) = &mut self.state else { return };
        if length == 0 {
            stream.is_to_read_again = true;
            return;
        }
        if let Some(since) = stream.reading_since.take() {
            // The event timeout does not run in a pause.
            let waited = if self.is_paused { 0 } else { now.saturating_sub(since) };
            stream.event_left = stream.event_left.saturating_sub(waited);
        }
        stream.has_lasted |= now.saturating_sub(stream.since) >= LASTING;
        self.is_woken = false;
        self.recent.begin_chunk();
        self.parser.fed(length);
    }

    pub(super) fn has_delivered(&self) -> bool {
        matches!(self.state, State::Open(Stream { has_delivered: true, .. }))
    }

    pub(super) fn set_delivered(&mut self, delivered: bool) {
        if let State::Open(stream) = &mut self.state {
            stream.has_delivered = delivered;
        }
    }

    /// Whether the attempt that ends with `code` made progress: by the data that arrived, not by its duration.
    pub(super) fn has_progressed_until(&self, code: ErrorCode) -> bool {
        let State::Open(stream) = &self.state else { return false };
        stream.has_progressed || stream.has_lasted && !code.is_time_limit()
    }

    pub(super) fn has_progressed(&self) -> bool {
        self.has_progressed_until(ErrorCode::Network)
    }

    /// Takes the next item for the shell out of the parser. The event that the end of the body cut off comes last.
    pub(super) fn next_found(&mut self) -> Option<Found> {
        let found = self.next_whole();
        if found.is_some() || self.has_overflowed || self.is_paused {
            return found;
        }
        let State::Open(Stream { is_to_complete, .. }) = &mut self.state else { return None };
        if !mem::take(is_to_complete) {
            return None;
        }
        self.complete_body();
        self.next_whole()
    }

    fn next_whole(&mut self) -> Option<Found> {
        let State::Open(stream) = &mut self.state else { return None };
        if self.has_overflowed || self.is_paused {
            return None;
        }
        let event_limit = micros(self.config.event_timeout.unwrap_or_default());
        loop {
            match self.parser.advance() {
                Ok(Some(Item::Event(data))) => {
                    let event = self.parser.dispatched(data.clone());
                    let id = event.last_event_id_text().as_bytes();
                    // A server repeats its last event, and so one event, and only if it was told the ID. Later events of
                    // this ID are new, as of a feed with one ID for a whole run.
                    let is_repeated = !stream.has_delivered
                        && event.sets_id()
                        && !id.is_empty()
                        && id == self.sent.id
                        && self.config.sends_last_event_id
                        && http::is_sendable(id);
                    if event.sets_id() && self.recent.has(id) {
                        self.parser.restore_id(&self.recent.id_before);
                        continue;
                    }
                    stream.has_delivered = true;
                    stream.has_progressed |= !is_repeated;
                    stream.event_left = event_limit;
                    return Some(Found::Event(data));
                }
                Ok(Some(Item::Id)) => {
                    let id = self.parser.last_event_id_text().as_bytes();
                    stream.has_progressed |= id != self.sent.id;
                    if id.is_empty() {
                        self.recent.go_back_to(id);
                    } else {
                        self.recent.pass(id);
                    }
                    stream.event_left = event_limit;
                    if self.recent.is_replayed {
                        self.recent.id_before = self.parser.mark_id();
                    }
                    return Some(Found::Id);
                }
                Ok(Some(Item::Comment(text))) if self.config.comments => return Some(Found::Comment(text)),
                Ok(Some(Item::Retry(time))) => {
                    let time = Duration::from_millis(time);
                    self.server_retry = Some(time);
                    return Some(Found::Retry(time));
                }
                Ok(Some(_)) => {}
                Ok(None) => {
                    if mem::take(&mut stream.is_to_reset) {
                        self.parser.reset();
                    }
                    return None;
                }
                Err(_) => {
                    self.has_overflowed = true;
                    return None;
                }
            }
        }
    }

    pub(super) fn unfinished_output(&self) -> Output<'_> {
        self.unfinished_event().map_or(Output::Yield, Output::Unfinished)
    }

    pub(super) fn output(&self, found: Found) -> Output<'_> {
        match found {
            Found::Event(data) => Output::Event(self.parser.dispatched(data)),
            Found::Comment(text) => Output::Comment(Text::new(&self.parser.buffer()[text])),
            Found::Retry(time) => Output::Retry(time),
            Found::Id => Output::Id(self.parser.last_event_id_text()),
        }
    }

    /// Fails because of an event that is too large, once the events before it have been delivered.
    pub(super) fn settle(&mut self) {
        if mem::take(&mut self.has_overflowed) {
            self.fail(ErrorCode::EventTooLarge);
        }
    }

    /// Keeps a copy of the event that the end of the body cuts off, for the error. Discards the items before it; the last
    /// event ID stays.
    pub(super) fn keep_unfinished(&mut self) {
        let State::Open(_) = self.state else { return };
        let mark = self.parser.mark_id();
        while let Ok(Some(_)) = self.parser.advance() {}
        if self.parser.complete()
            && let Ok(Some(Item::Event(data))) = self.parser.advance()
        {
            self.unfinished = Some(OwnedEvent::of(self.parser.dispatched(data)));
        }
        self.parser.restore_id(&mark);
    }

    pub(super) fn end_of_body(&mut self) {
        let State::Open(stream) = &mut self.state else { return };
        stream.reading_since = None;
        stream.is_at_end = true;
        stream.is_to_complete = true;
    }

    /// Delivers or keeps the event that the end of the body cut off, after all items before it.
    fn complete_body(&mut self) {
        if self.how_to_end() == Unfinished::Deliver && self.parser.complete() {
            return;
        }
        self.keep_unfinished();
        let has_unfinished = self.unfinished.is_some();
        if let State::Open(stream) = &mut self.state {
            stream.has_unfinished = has_unfinished;
        }
    }

    fn how_to_end(&self) -> Unfinished {
        self.config.unfinished.unwrap_or(if self.config.once { Unfinished::Error } else { Unfinished::Discard })
    }

    /// Ends the stream, after the end of the body and the delivery of all its events.
    pub(super) fn finish_body(&mut self) {
        if self.config.until || self.unfinished.is_some() && self.how_to_end() == Unfinished::Error {
            self.fail(ErrorCode::Truncated);
        } else if self.config.once {
            self.finish(End::Complete);
        } else {
            self.fail(ErrorCode::Ended);
        }
    }
}
