//! Pause and resume by the user. In a pause, the machine reads nothing, sends nothing, and no time limit runs. The bench
//! checks at every output that nothing is read or sent.

use eventsource_wasm::ErrorCode;
use eventsource_wasm::machine::PageEvent::{Cached, Hidden, Online, Restored, Visible};
use eventsource_wasm::machine::{Decision, Input, Retry, Status, WhenHidden};

use crate::support::{Bench, Record, SECOND, config};

#[test]
fn an_empty_chunk_is_no_byte_for_the_idle_timeout_also_around_a_pause() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 4;
    assert_eq!(bench.chunk(""), ["read", "wait 6000"]);
    bench.now += SECOND * 3;
    assert_eq!(bench.chunk(""), ["read", "wait 3000"]);
    bench.pause();
    bench.now += SECOND * 60;
    bench.chunk("");
    bench.now += SECOND * 60;
    assert_eq!(bench.resume(), ["read", "wait 10000"]);
    bench.now += SECOND * 9;
    assert_eq!(bench.chunk("\n"), ["read", "wait 10000"]);
    assert_eq!(bench.pass(SECOND * 10)[1], "lost idle-timeout attempt=1 delay=3000");
}

#[test]
fn events_that_arrive_in_a_pause_are_delivered_at_the_resume_before_the_next_read() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.pause(), ["wait"]);
    // The chunk settles a read that was pending before the pause.
    assert_eq!(bench.chunk("id: 1\ndata: a\n\ndata: b\n\n"), ["wait"]);
    assert_eq!(bench.take_batch(), [""; 0]);
    assert_eq!(bench.machine.parser().last_event_id(), "");
    assert_eq!(bench.resume(), ["event message \"a\" id=1", "event message \"b\" id=1", "read", "wait"]);
}

#[test]
fn a_pause_within_a_chunk_holds_back_the_rest_of_the_chunk() {
    let mut bench = Bench::open(config(|_| {}));
    bench.handle(Input::Chunk(b"data: a\n\ndata: b\n\n"));
    assert!(matches!(bench.poll(), Record::Event { data, .. } if data == "a"));
    assert_eq!(bench.pause(), ["wait"]);
    assert_eq!(bench.resume(), ["event message \"b\"", "read", "wait"]);
}

#[test]
fn a_pause_after_the_last_event_of_a_chunk_reads_no_other_chunk() {
    let mut bench = Bench::open(config(|_| {}));
    assert_eq!(bench.batch("data: a\n\n"), ["event message \"a\""]);
    assert_eq!(bench.pause(), ["wait"]);
    assert_eq!(bench.pass(SECOND * 100), ["wait"]);
    assert_eq!(bench.resume(), ["read", "wait"]);
}

#[test]
fn a_resume_while_a_read_is_pending_starts_no_second_read() {
    let mut bench = Bench::open(config(|_| {}));
    bench.pause();
    assert_eq!(bench.resume(), ["wait"]);
    assert_eq!(bench.chunk("data: a\n\n"), ["event message \"a\"", "read", "wait"]);
}

#[test]
fn two_pauses_need_one_resume_and_a_resume_without_a_pause_does_nothing() {
    let mut bench = Bench::open(config(|config| config.idle_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 4;
    assert_eq!(bench.resume(), ["wait 6000"]);
    bench.handle_all([Input::Pause, Input::Pause, Input::Resume]);
    assert_eq!(bench.drain(), ["wait 10000"]);
}

#[test]
fn a_pause_past_a_deadline_neither_fails_nor_spins() {
    let mut bench = Bench::open(config(|config| {
        config.idle_timeout = Some(SECOND * 10);
        config.event_timeout = Some(SECOND * 10);
    }));
    let deadline = bench.deadline.unwrap();
    assert_eq!(bench.pause(), ["wait"]);
    bench.now = deadline;
    assert_eq!(bench.tell(Input::Timer(deadline)), ["wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    assert_eq!(bench.resume(), ["wait 10000"]);
    assert_eq!(bench.ring(), ["cancel", "lost idle-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn the_connect_timeout_does_not_run_in_a_pause() {
    let mut bench = Bench::sent(config(|config| config.connect_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 9;
    assert_eq!(bench.pause(), ["wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    assert_eq!(bench.resume(), ["wait 10000"]);
    assert_eq!(bench.ring(), ["cancel", "lost connect-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn the_event_timeout_counts_the_time_before_and_after_a_pause() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 4;
    bench.handle(Input::Pause);
    // A second pause must not subtract the four seconds again.
    assert_eq!(bench.pause(), ["wait"]);
    bench.now += SECOND * 600;
    assert_eq!(bench.resume(), ["wait 6000"]);
    assert_eq!(bench.ring(), ["cancel", "lost event-timeout attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_chunk_that_arrives_in_a_pause_does_not_shorten_the_event_timeout() {
    let mut bench = Bench::open(config(|config| config.event_timeout = Some(SECOND * 10)));
    bench.now += SECOND * 4;
    bench.pause();
    bench.now += SECOND * 600;
    assert_eq!(bench.chunk(": comment\n"), ["wait"]);
    bench.now += SECOND * 600;
    assert_eq!(bench.resume(), ["read", "wait 6000"]);
}

#[test]
fn a_jump_of_the_wall_clock_in_a_pause_starts_no_grace() {
    let mut bench = Bench::new(config(|config| config.idle_timeout = Some(SECOND * 10)));
    bench.handle_all([Input::Start, Input::Wall(SECOND * 10_000)]);
    bench.drain();
    bench.accept();
    bench.pause();
    assert_eq!(bench.tell(Input::Wall(SECOND * 20_000)), ["wait"]);
    assert_eq!(bench.resume(), ["wait 10000"]);
}

#[test]
fn a_pause_before_a_request_is_sent_sends_none_until_the_resume() {
    // Before the start.
    let mut bench = Bench::new(config(|_| {}));
    assert_eq!(bench.pause(), ["wait"]);
    assert_eq!(bench.start(), ["wait"]);
    assert_eq!(bench.resume(), ["send GET attempt=0", "wait"]);

    // Right after the start.
    let mut bench = Bench::new(config(|_| {}));
    bench.handle_all([Input::Start, Input::Pause]);
    assert_eq!(bench.drain(), ["wait"]);
    assert_eq!(bench.machine.status(), Status::Paused);
    assert_eq!(bench.resume(), ["send GET attempt=0", "wait"]);

    // After a reconnect, which cancels the request before it.
    let mut bench = Bench::open(config(|_| {}));
    bench.handle_all([Input::Reconnect { last_event_id: Some("7") }, Input::Pause]);
    assert_eq!(bench.drain(), ["cancel", "wait"]);
    assert_eq!(bench.resume(), ["send GET attempt=0 id=7 to reconnect", "wait"]);
}

#[test]
fn a_pause_and_a_resume_before_the_request_is_sent_change_nothing() {
    let mut bench = Bench::new(config(|config| config.connect_timeout = Some(SECOND)));
    bench.handle_all([Input::Start, Input::Pause, Input::Resume]);
    assert_eq!(bench.drain(), ["send GET attempt=0", "wait 1000"]);
}

#[test]
fn a_wait_that_ends_in_a_pause_sends_its_request_at_the_resume() {
    let mut bench = Bench::open(config(|_| {}));
    bench.lose();
    assert_eq!(bench.pause(), ["wait 3000"]);
    assert_eq!(bench.ring(), ["wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    assert_eq!(bench.page(Online), ["wait"]);
    assert_eq!(bench.resume(), ["send GET attempt=1 after network", "wait"]);

    let mut bench = Bench::open(config(|_| {}));
    bench.lose();
    bench.pause();
    assert_eq!(bench.resume(), ["wait 3000"], "a resume ends no wait");
}

#[test]
fn a_loss_in_a_pause_is_notified_at_once_and_reconnects_at_the_resume() {
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("id: 7\ndata: a\n\n");
    bench.pause();
    assert_eq!(bench.lose(), ["cancel", "lost network attempt=1 delay=3000", "wait 3000"]);
    assert_eq!(bench.ring(), ["wait"]);
    assert_eq!(bench.resume(), ["send GET attempt=1 id=7 after network", "wait"]);
}

#[test]
fn the_end_of_a_body_in_a_pause_is_handled_at_the_resume() {
    let mut bench = Bench::open(config(|_| {}));
    bench.chunk("data: half");
    bench.pause();
    assert_eq!(bench.end(), ["wait"]);
    assert_eq!(bench.resume(), ["unfinished  \"half\"", "cancel", "lost ended attempt=1 delay=3000", "wait 3000"]);
}

#[test]
fn a_response_in_a_pause_opens_and_is_read_at_the_resume() {
    let mut bench = Bench::sent(config(|config| config.idle_timeout = Some(SECOND * 10)));
    bench.pause();
    assert_eq!(bench.accept(), ["open", "wait"]);
    assert_eq!(bench.pass(SECOND * 600), ["wait"]);
    assert_eq!(bench.resume(), ["read", "wait 10000"]);
}

#[test]
fn a_request_with_new_credentials_is_sent_at_the_resume() {
    let mut bench = Bench::sent(config(|config| config.renews_credentials = true));
    bench.respond(401, None);
    bench.pause();
    assert_eq!(bench.end(), ["cancel", "wait"]);
    assert_eq!(bench.resume(), ["send GET attempt=0 after status 401", "wait"]);
}

#[test]
fn reconnecting_in_a_pause_cancels_at_once_and_sends_at_the_resume() {
    let mut bench = Bench::open(config(|_| {}));
    bench.pause();
    assert_eq!(bench.reconnect(), ["cancel", "wait"]);
    assert_eq!(bench.reconnect(), ["wait"]);
    assert_eq!(bench.resume(), ["send GET attempt=0 to reconnect", "wait"]);
}

#[test]
fn a_source_paused_by_its_user_and_its_page_waits_for_both() {
    for (away, back) in [(Hidden, Visible), (Cached, Restored)] {
        let paused = || {
            let mut bench = Bench::open(config(|config| config.when_hidden = WhenHidden::Pause));
            bench.pause();
            assert_eq!(bench.page(away), ["cancel", "wait"]);
            bench
        };
        let mut bench = paused();
        assert_eq!(bench.resume(), ["wait"]);
        assert_eq!(bench.page(back), ["send GET attempt=0", "wait"]);
        let mut bench = paused();
        assert_eq!(bench.page(back), ["wait"]);
        assert_eq!(bench.resume(), ["send GET attempt=0", "wait"]);
    }
}

#[test]
fn until_and_fail_on_take_effect_in_a_pause_too() {
    // The user pauses in the listener of an event. The shell has already taken the next event of the batch.
    let mut bench = Bench::open(config(|config| config.until = true));
    bench.batch("data: a\n\ndata: last\n\n");
    bench.handle(Input::Pause);
    assert_eq!(bench.tell(Input::Complete), ["cancel", "closed complete", "wait"]);

    let mut bench = Bench::open(config(|config| config.retry = Some(Retry::Ask)));
    bench.batch("data: a\n\nevent: error\ndata\n\n");
    bench.handle(Input::Pause);
    assert_eq!(bench.fail_on("", true), ["cancel", "ask event attempt=1", "wait"]);
    assert_eq!(bench.decide(Decision::Wait(SECOND)), ["lost event attempt=1 delay=1000", "wait 1000"]);
    assert_eq!(bench.ring(), ["wait"]);
}

#[test]
fn closing_in_a_pause_is_final() {
    let mut bench = Bench::open(config(|_| {}));
    bench.pause();
    bench.chunk("data: a\n\n");
    assert_eq!(bench.close(), ["cancel", "closed by the user", "wait"]);
    assert_eq!(bench.resume(), ["wait"]);
}

#[test]
fn an_event_too_large_in_a_pause_fails_at_the_resume_after_the_events_before_it() {
    let mut bench = Bench::open(config(|config| config.max_event_size = 8));
    bench.pause();
    assert_eq!(bench.chunk("data: a\n\ndata: 123456789"), ["wait"]);
    assert_eq!(bench.resume(), ["event message \"a\"", "cancel", "failed event-too-large attempt=1", "wait"]);
    assert_eq!(bench.failure.unwrap().code, ErrorCode::EventTooLarge);
}

#[test]
fn a_pause_during_a_batch_does_not_fail_for_a_later_event_too_large() {
    for input in [Input::Pause, Input::Resume] {
        let mut bench = Bench::open(config(|config| config.max_event_size = 8));
        assert_eq!(bench.batch("data: a\n\ndata: 123456789"), ["event message \"a\""]);
        bench.handle(input);
        assert_eq!(bench.machine.end(), None);
    }
}

#[test]
fn a_given_body_can_be_paused_before_its_start_and_later() {
    let mut bench = Bench::new(config(|config| config.given = true));
    bench.pause();
    assert_eq!(bench.start(), ["wait"]);
    assert_eq!(bench.tell(Input::Body), ["open", "wait"]);
    assert_eq!(bench.resume(), ["read", "wait"]);

    let mut bench = Bench::sent(config(|config| config.given = true));
    bench.pause();
    assert_eq!(bench.tell(Input::Body), ["open", "wait"]);
    assert_eq!(bench.resume(), ["read", "wait"]);
}

#[test]
fn the_status_of_a_pause_is_paused_until_the_source_is_closed() {
    let mut bench = Bench::open(config(|_| {}));
    bench.pause();
    assert_eq!(bench.machine.status(), Status::Paused);
    bench.lose();
    assert_eq!(bench.machine.status(), Status::Paused, "paused also in a wait");
    bench.close();
    assert_eq!(bench.machine.status(), Status::Closed);
}
