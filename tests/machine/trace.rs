//! The lines that the feature `trace` prints.
#![cfg(feature = "trace")]

use std::cell::RefCell;
use std::time::Duration;

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::{Config, Fault, Input, Machine, Output};

thread_local! {
    static LINES: RefCell<Vec<String>> = RefCell::default();
}

/// Records a line without the number of the machine, which depends on the order of the tests.
fn keep(line: &str) {
    let mut words = line.splitn(3, ' ');
    let (time, number, rest) = (words.next().unwrap(), words.next().unwrap(), words.next().unwrap());
    assert!(number.starts_with('#'), "{line}");
    LINES.with_borrow_mut(|lines| lines.push(format!("{time} {rest}")));
}

#[test]
fn each_input_and_output_is_a_line_with_its_time() {
    let mut now = Duration::from_millis(12_345);
    let mut machine = Machine::new(Config::default());
    machine.trace_to(keep);
    let mut tell = |input: Input<'_>, now| {
        machine.handle(input, now);
        while !matches!(machine.poll(now), Output::Wait(_)) {}
    };
    tell(Input::Start, now);
    tell(Input::Response(ResponseHead::new(200, Some("text/event-stream"))), now);
    now += Duration::from_millis(5);
    tell(Input::Chunk(b"id: 7\ndata: hello\n\n"), now);
    tell(Input::Failed(Fault::Body), now);
    now += Duration::from_secs(3);
    tell(Input::Timer(now), now);
    tell(Input::Close, now);
    let lines = LINES.take();
    assert_eq!(
        lines,
        [
            "12.345 in  Start",
            "12.345 out Send GET attempt=0 id=",
            "12.345 out Wait",
            "12.345 in  Response 200 text/event-stream",
            "12.345 out Open after 1 requests",
            "12.345 out Read",
            "12.345 out Wait",
            "12.350 in  Chunk of 19 bytes",
            "12.350 out Event message \"hello\" id=7",
            "12.350 out Read",
            "12.350 out Wait",
            "12.350 in  Failed Body",
            "12.350 out Cancel",
            "12.350 out Lost network attempt=1 delay=3000 ms",
            "12.350 out Wait 3000 ms",
            "15.350 in  Timer for 15.350",
            "15.350 out Send GET attempt=1 id=7 after network",
            "15.350 out Wait",
            "15.350 in  Close",
            "15.350 out Cancel",
            "15.350 out Closed by the user",
            "15.350 out Wait",
        ]
    );
}
