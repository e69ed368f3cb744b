//! Each parser behind one interface: it receives the chunks of one stream, and passes the type and data of each event as text.
//! Parsers that accept chunks are called chunk by chunk; the other parsers read a stream that is always ready, as their
//! documentation shows.

use std::convert::Infallible;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use eventsource_stream::Eventsource;
use futures_util::{Stream, stream};

/// Receives the events.
#[derive(Default)]
pub struct Sink {
    /// The number of received events.
    pub events: usize,
    /// The total length of their types and data.
    pub bytes: usize,
    /// The received events, during a check.
    pub kept: Option<Vec<(String, String)>>,
}

impl Sink {
    #[inline]
    fn take(&mut self, event: &str, data: &str) {
        let (event, data) = black_box((event, data));
        self.events += 1;
        self.bytes += event.len() + data.len();
        if let Some(kept) = &mut self.kept {
            kept.push((event.to_owned(), data.to_owned()));
        }
    }
}

/// A parser of the comparison.
pub struct Parser {
    /// The name in the tables.
    pub name: &'static str,
    /// The crate of the parser; `None` for a floor, which emits no events.
    pub package: Option<&'static str>,
    /// Parses one stream.
    pub parse: fn(&[Bytes], &mut Sink),
}

/// All parsers, in the order of the tables. The first is the base of the ratios.
pub const PARSERS: &[Parser] = &[
    Parser { name: "eventsource-wasm", package: Some("eventsource-wasm"), parse: ours },
    Parser { name: "eventsource-wasm, ParserStream", package: None, parse: ours_owned },
    Parser { name: "sse-core", package: Some("sse-core"), parse: sse_core },
    Parser { name: "sse-parse", package: Some("sse-parse"), parse: sse_parse },
    Parser { name: "sse-stream", package: Some("sse-stream"), parse: sse_stream },
    Parser { name: "sseer", package: Some("sseer"), parse: sseer },
    Parser { name: "eventsource-stream", package: Some("eventsource-stream"), parse: eventsource_stream },
    Parser { name: FLOOR, package: None, parse: memchr2 },
];

/// The name of the floor.
pub const FLOOR: &str = "floor: memchr2";

fn ours(chunks: &[Bytes], sink: &mut Sink) {
    let mut parser = eventsource_wasm::parser::Parser::new();
    for chunk in chunks {
        parser.feed(chunk);
        while let Some(event) = parser.next_event().expect("no limit is set") {
            sink.take(&event.event_type(), &event.data());
        }
    }
}

fn ours_owned(chunks: &[Bytes], sink: &mut Sink) {
    drain(eventsource_wasm::parser::ParserStream::new(body(chunks)), |event| {
        let event = event.expect("no limit is set");
        sink.take(&event.event_type, &event.data);
    });
}

fn sse_core(chunks: &[Bytes], sink: &mut Sink) {
    let mut decoder = sse_core::SseDecoder::new();
    for chunk in chunks {
        let mut rest = chunk.clone();
        while let Some(event) = decoder.next(&mut rest) {
            if let sse_core::SseEvent::Message(message) = event.expect("below its limit") {
                sink.take(&message.event, &message.data);
            }
        }
    }
}

fn sse_parse(chunks: &[Bytes], sink: &mut Sink) {
    let mut parser = sse_parse::SseParser::new();
    for chunk in chunks {
        parser.feed(chunk);
        while let Some(event) = parser.next_event() {
            sink.take(&event.event, &event.data);
        }
    }
}

fn sse_stream(chunks: &[Bytes], sink: &mut Sink) {
    drain(sse_stream::SseByteStream::new(body(chunks)), |block| {
        let block = block.expect("valid UTF-8");
        sink.take(block.event.as_deref().unwrap_or("message"), block.data.as_deref().unwrap_or_default());
    });
}

fn sseer(chunks: &[Bytes], sink: &mut Sink) {
    drain(sseer::EventStream::new(body(chunks)), |event| {
        let event = event.expect("valid UTF-8");
        sink.take(&event.event, &event.data);
    });
}

fn eventsource_stream(chunks: &[Bytes], sink: &mut Sink) {
    drain(body(chunks).eventsource(), |event| {
        let event = event.expect("valid UTF-8");
        sink.take(&event.event, &event.data);
    });
}

/// Finds only the line ends.
fn memchr2(chunks: &[Bytes], sink: &mut Sink) {
    for chunk in chunks {
        sink.bytes += memchr::memchr2_iter(b'\r', b'\n', chunk).map(black_box).count();
    }
}

fn body(chunks: &[Bytes]) -> impl Stream<Item = Result<Bytes, Infallible>> + '_ {
    stream::iter(chunks.iter().cloned().map(Ok))
}

fn drain<T>(stream: impl Stream<Item = T>, mut take: impl FnMut(T)) {
    let mut stream = pin!(stream);
    let mut context = Context::from_waker(Waker::noop());
    while let Poll::Ready(Some(item)) = stream.as_mut().poll_next(&mut context) {
        take(item);
    }
}
