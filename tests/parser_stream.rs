//! `ParserStream`: the parser over a stream of bytes.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use eventsource_wasm::RawEvent;
use eventsource_wasm::parser::{EventTooLarge, Parser, ParserStream, StreamError};
use futures_util::Stream;
use futures_util::stream::FusedStream;

#[derive(Clone, Debug, PartialEq, Eq)]
struct Broken;

type Step = Poll<Option<Result<&'static [u8], Broken>>>;

/// A stream that answers each poll with the next step. It panics at a poll after the last step, and notes when it is dropped.
struct Script<'a> {
    steps: VecDeque<Step>,
    dropped: &'a std::cell::Cell<bool>,
}

impl Stream for Script<'_> {
    type Item = Result<&'static [u8], Broken>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Step {
        self.steps.pop_front().expect("no poll after the end")
    }
}

impl Drop for Script<'_> {
    fn drop(&mut self) {
        self.dropped.set(true);
    }
}

fn bytes(bytes: &'static [u8]) -> Step {
    Poll::Ready(Some(Ok(bytes)))
}

const END: Step = Poll::Ready(None);
const BROKEN: Step = Poll::Ready(Some(Err(Broken)));

fn event(data: &str, last_event_id: &str) -> Poll<Option<Result<RawEvent, StreamError<Broken>>>> {
    Poll::Ready(Some(Ok(RawEvent::new("message", data, last_event_id))))
}

fn failure(error: StreamError<Broken>) -> Poll<Option<Result<RawEvent, StreamError<Broken>>>> {
    Poll::Ready(Some(Err(error)))
}

/// Polls a stream over these steps, and expects these answers and then the end at two more polls.
fn check(
    parser: Parser,
    steps: impl IntoIterator<Item = Step>,
    answers: impl IntoIterator<Item = Poll<Option<Result<RawEvent, StreamError<Broken>>>>>,
) -> (String, Option<Duration>) {
    let dropped = std::cell::Cell::new(false);
    let source = Script { steps: steps.into_iter().collect(), dropped: &dropped };
    let mut stream = ParserStream::with_parser(source, parser);
    let mut context = Context::from_waker(Waker::noop());
    let mut poll = |stream: &mut ParserStream<_>| Pin::new(stream).poll_next(&mut context);
    for (index, answer) in answers.into_iter().enumerate() {
        assert!(!stream.is_terminated());
        assert_eq!(poll(&mut stream), answer, "answer {index}");
    }
    assert_eq!(poll(&mut stream), Poll::Ready(None));
    assert!(stream.is_terminated());
    assert!(dropped.get(), "the source was not dropped at the end");
    assert_eq!(poll(&mut stream), Poll::Ready(None));
    (stream.last_event_id().into_owned(), stream.reconnection_time())
}

#[test]
fn events_come_as_soon_as_their_bytes_even_if_the_source_is_often_pending() {
    let steps = [
        Poll::Pending,
        bytes(b"\xef\xbb\xbfid: 1\nda"),
        bytes(b""),
        Poll::Pending,
        Poll::Pending,
        bytes(b"ta: a\n\ndata: b\n\ndata: c\r"),
        bytes(b"\r"),
        Poll::Pending,
        bytes(b"\n: comment\n"),
        END,
    ];
    let answers =
        [Poll::Pending, Poll::Pending, Poll::Pending, event("a", "1"), event("b", "1"), event("c", "1"), Poll::Pending];
    assert_eq!(check(Parser::new(), steps, answers), ("1".into(), None));
}

#[test]
fn the_unfinished_event_is_discarded_at_the_end() {
    let steps = [bytes(b"data: a\nid: 1\n\ndata: b\nid: 2\n"), END];
    assert_eq!(check(Parser::new(), steps, [event("a", "1")]).0, "1");
}

#[test]
fn an_error_of_the_source_is_the_last_item() {
    let steps = [bytes(b"data: a\nid: 1\n\ndata: b\nid: 2\n"), Poll::Pending, BROKEN];
    let answers = [event("a", "1"), Poll::Pending, failure(StreamError::Source(Broken))];
    assert_eq!(check(Parser::new(), steps, answers).0, "1");
}

#[test]
fn an_event_that_is_too_large_ends_the_stream() {
    let steps = [bytes(b"data: a\nid: 1\n\ndata: more than sixteen bytes\n\ndata: c\n\n")];
    let answers = [event("a", "1"), failure(StreamError::EventTooLarge(EventTooLarge { limit: 16 }))];
    assert_eq!(check(Parser::new().with_max_event_size(16), steps, answers).0, "1");
}

#[test]
fn last_event_id_and_reconnection_time_are_available_during_and_after_the_stream() {
    let steps = [bytes(b"retry: 500\n\nid: 8\n\ndata: a\n\nretry: 600\nid: 9"), END];
    let answers = [event("a", "8")];
    let parser = Parser::new().with_last_event_id("7");
    assert_eq!(check(parser, steps, answers), ("8".into(), Some(Duration::from_millis(600))));
    assert_eq!(check(Parser::new().with_last_event_id("7"), [END], []), ("7".into(), None));
}

#[test]
fn the_error_of_the_byte_stream_is_the_source_of_the_error() {
    let error = StreamError::Source(std::io::Error::other("reset"));
    assert_eq!(error.to_string(), "the stream of bytes failed: see the source of the error");
    assert_eq!(std::error::Error::source(&error).expect("the source").to_string(), "reset");
}
