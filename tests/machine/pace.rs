//! The budget for delivering events without a break, which all sources of a page share.

use std::time::Duration;

use eventsource_wasm::machine::{Input, Pace};

use crate::support::{Bench, Record, SECOND, config, milliseconds};

/// One `Pace` for each test, as a page has one.
fn pace() -> &'static Pace {
    Box::leak(Box::new(Pace::new()))
}

fn open(pace: &'static Pace) -> Bench {
    Bench::open(config(|config| config.pace = Some(pace)))
}

fn events(number: usize) -> Input<'static> {
    Input::Chunk("data: a\n\n".repeat(number).leak().as_bytes())
}

/// Delivers events, each of which takes some time, until the machine yields or has none left.
fn deliver(bench: &mut Bench, each: Duration) -> (usize, Record) {
    let mut delivered = 0;
    loop {
        match bench.poll() {
            Record::Event { .. } => delivered += 1,
            other => return (delivered, other),
        }
        bench.now += each;
    }
}

#[test]
fn the_event_loop_turns_after_eight_milliseconds_of_deliveries() {
    let mut bench = open(pace());
    bench.handle(events(100));
    // An event is delivered if its delivery begins within the budget: at 0, 1, ... 8 ms.
    assert_eq!(deliver(&mut bench, milliseconds(1)), (9, Record::Yield));
    assert_eq!(deliver(&mut bench, milliseconds(1)), (9, Record::Yield));
    assert_eq!(deliver(&mut bench, Duration::from_micros(100)), (81, Record::Yield));
    assert_eq!(bench.drain(), ["event message \"a\"", "read", "wait"]);
}

#[test]
fn without_a_pace_the_machine_never_yields() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle(events(100));
    assert_eq!(deliver(&mut bench, SECOND), (100, Record::Read));
}

#[test]
fn chunks_without_a_gap_share_one_budget() {
    let mut bench = open(pace());
    let mut delivered = 0;
    loop {
        bench.handle(events(1));
        delivered += 1;
        match deliver(&mut bench, milliseconds(1)) {
            (1, Record::Read) => assert_eq!(bench.poll(), Record::Wait(None)),
            other => {
                // The delivery began within the budget and ended beyond it, so the machine yields before the next read.
                assert_eq!(other, (1, Record::Yield));
                break;
            }
        }
    }
    assert_eq!(delivered, 9);
}

#[test]
fn a_wait_of_more_than_a_millisecond_starts_the_budget_anew() {
    // Seven milliseconds are used: with the gap of one, only one more event may begin within the budget.
    for (gap, delivered) in [(Duration::from_micros(1000), 1), (Duration::from_micros(1001), 9)] {
        let mut bench = open(pace());
        bench.handle(events(7));
        assert_eq!(deliver(&mut bench, milliseconds(1)), (7, Record::Read));
        assert!(matches!(bench.poll(), Record::Wait(None)));
        bench.now += gap;
        bench.handle(events(100));
        assert_eq!(deliver(&mut bench, milliseconds(1)), (delivered, Record::Yield), "{gap:?}");
    }
}

#[test]
fn each_turn_of_the_event_loop_delivers_at_least_one_event() {
    for turn in [Duration::ZERO, Duration::from_micros(500), milliseconds(1), milliseconds(20), SECOND * 5000] {
        for each in [milliseconds(9), milliseconds(20), SECOND] {
            let mut bench = open(pace());
            bench.handle(events(5));
            for _ in 0..5 {
                assert_eq!(deliver(&mut bench, each), (1, Record::Yield), "{turn:?} {each:?}");
                bench.now += turn;
            }
            assert_eq!(bench.drain(), ["read", "wait"]);
        }
    }
}

#[test]
fn the_batch_of_a_chunk_is_paced_by_the_poll_after_it() {
    let mut bench = open(pace());
    assert_eq!(bench.batch("data: a\n\n".repeat(50)).len(), 50);
    assert!(matches!(bench.poll(), Record::Read), "no time has gone by since the chunk");

    let mut bench = open(pace());
    for expected in [Record::Read, Record::Yield] {
        bench.batch("data: a\n\n");
        bench.now += milliseconds(5);
        assert_eq!(bench.poll(), expected);
        if expected == Record::Read {
            assert_eq!(bench.poll(), Record::Wait(None));
        }
    }
    assert_eq!(bench.drain(), ["read", "wait"]);
}

#[test]
fn two_sources_share_one_budget() {
    let pace = pace();
    let (mut first, mut second) = (open(pace), open(pace));
    first.handle(events(5));
    assert_eq!(deliver(&mut first, milliseconds(1)), (5, Record::Read));
    assert!(matches!(first.poll(), Record::Wait(None)));
    second.now = first.now;
    second.handle(events(100));
    assert_eq!(deliver(&mut second, milliseconds(1)), (4, Record::Yield));

    // The turn of the event loop renews the budget of both sources.
    first.now = second.now;
    first.handle(events(100));
    assert_eq!(deliver(&mut first, milliseconds(1)), (9, Record::Yield));
}

#[test]
fn sources_share_the_budget_even_if_none_of_them_waits() {
    let pace = pace();
    let (mut first, mut second) = (open(pace), open(pace));
    first.handle(events(100));
    for _ in 0..5 {
        assert!(matches!(first.poll(), Record::Event { .. }));
        first.now += milliseconds(1);
    }
    second.now = first.now;
    second.handle(events(100));
    assert_eq!(deliver(&mut second, milliseconds(1)), (4, Record::Yield));
}

#[test]
fn a_source_that_is_closed_by_its_listener_leaves_the_others_the_rest_of_the_budget() {
    let pace = pace();
    let (mut first, mut second) = (open(pace), open(pace));
    first.handle(events(2));
    assert!(matches!(first.poll(), Record::Event { .. }));
    first.now += milliseconds(5);
    assert_eq!(first.close(), ["cancel", "closed by the user", "wait"]);
    second.now = first.now;
    second.handle(events(100));
    assert_eq!(deliver(&mut second, milliseconds(1)), (4, Record::Yield));
}

#[test]
fn a_source_that_waits_for_its_response_uses_no_budget() {
    let pace = pace();
    let mut bench = Bench::sent(config(|config| config.pace = Some(pace)));
    assert_eq!(bench.accept(), ["open", "read", "wait"]);
    let mut other = Bench::new(config(|config| config.pace = Some(pace)));
    bench.now += SECOND;
    other.now = bench.now;
    other.start();
    bench.handle(events(100));
    assert_eq!(deliver(&mut bench, milliseconds(1)), (9, Record::Yield));
}

#[test]
fn sources_with_different_paces_do_not_share_a_budget() {
    let (mut first, mut second) = (open(pace()), open(pace()));
    first.handle(events(5));
    assert_eq!(deliver(&mut first, milliseconds(1)), (5, Record::Read));
    second.now = first.now;
    second.handle(events(100));
    assert_eq!(deliver(&mut second, milliseconds(1)), (9, Record::Yield));
}

#[test]
fn a_source_whose_time_is_ahead_uses_the_clock_of_the_shell_for_the_budget() {
    let pace = pace();
    let (mut ahead, mut other) = (open(pace), open(pace));
    let now = ahead.now;
    ahead.lose();
    let deadline = ahead.deadline.unwrap();
    ahead.tell(Input::Timer(deadline));
    assert_eq!(ahead.accept(), ["open", "read", "wait"]);
    assert_eq!(ahead.now, now, "a clock that stood still");

    ahead.handle(events(5));
    assert_eq!(deliver(&mut ahead, milliseconds(1)), (5, Record::Read));
    assert!(matches!(ahead.poll(), Record::Wait(None)));
    other.now = ahead.now;
    other.handle(events(100));
    assert_eq!(deliver(&mut other, milliseconds(1)), (4, Record::Yield));
}

#[test]
fn the_budget_survives_the_overflow_of_its_microseconds() {
    let pace = pace();
    let mut bench = open(pace);
    // 2³² µs are 4294967.296 ms.
    bench.now = milliseconds(4_294_967 - 3);
    bench.handle(events(100));
    assert_eq!(deliver(&mut bench, milliseconds(1)), (9, Record::Yield));
    assert_eq!(deliver(&mut bench, milliseconds(1)), (9, Record::Yield));
}

#[test]
fn comments_and_losses_need_no_budget() {
    let mut bench = open(pace());
    for _ in 0..3 {
        bench.now += milliseconds(30);
        assert_eq!(bench.chunk(": comment\n"), ["read", "wait"]);
    }
    bench.now += milliseconds(30);
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_source_delivers_events_even_if_another_uses_up_the_budget_of_each_turn() {
    let pace = pace();
    let mut bench = open(pace);
    bench.handle(events(20));
    let mut delivered = 0;
    for _ in 0..20 {
        // Another source uses up the budget of this turn.
        pace.restart(bench.now);
        bench.now += milliseconds(20);
        pace.is_spent(bench.now);
        delivered += deliver(&mut bench, milliseconds(10)).0;
    }
    assert!(delivered >= 10, "{delivered} events in 20 turns");
}
