//! The machine keeps its contract for random configurations and inputs. The bench checks the contract at every output.

use eventsource_wasm::http::ResponseHead;
use eventsource_wasm::machine::PageEvent::{Cached, Hidden, Left, Online, Restored, Visible};
use eventsource_wasm::machine::{
    Config, Decision, Fault, Input, ReadyState, Retry, RetryPolicy, Unfinished, WhenHidden,
};

use crate::support::{Bench, SECOND, config, milliseconds};

/// A random generator (xorshift64) with a fixed seed, so that a failing life can be repeated.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.roll(from.len())].clone()
    }

    fn config(&mut self) -> Config {
        let limits = [None, None, Some(milliseconds(700)), Some(SECOND * 20)];
        let policy =
            RetryPolicy::default().jitter(self.roll(2) == 0).initial_delay(milliseconds(self.roll(3000) as u64));
        config(|config| {
            config.retry = self.pick(&[None, Some(Retry::Ask), Some(Retry::Policy(policy)), Some(Retry::Never)]);
            config.once = self.roll(8) == 0;
            config.given = self.roll(8) == 0;
            config.until = self.roll(2) == 0;
            config.unfinished =
                self.pick(&[None, Some(Unfinished::Deliver), Some(Unfinished::Error), Some(Unfinished::Discard)]);
            config.connect_timeout = self.pick(&limits);
            config.idle_timeout = self.pick(&limits);
            config.event_timeout = self.pick(&limits);
            config.max_event_size = self.pick(&[20, 1 << 20]);
            config.max_error_body = self.pick(&[0, 4, 64 << 10]);
            config.dedupe = self.pick(&[0, 2]);
            config.comments = self.roll(2) == 0;
            config.renews_credentials = self.roll(2) == 0;
            config.when_hidden = self.pick(&[WhenHidden::Keep, WhenHidden::Pause]);
            config.follows_page = self.roll(4) > 0;
            config.in_page = self.roll(2) == 0;
        })
    }

    fn input(&mut self, bench: &Bench) -> Input<'static> {
        const CHUNKS: [&str; 8] = [
            "data: a\n\n",
            "id: 1\ndata: a\n\nid: 2\ndata: b\n\n",
            ": comment\n",
            "data: ha",
            "retry: 20\n",
            "id\n\n",
            "data: longer than twenty bytes\n\n",
            "",
        ];
        let ids = [None, Some("1"), Some("")];
        match self.roll(20) {
            // A pending read settles.
            0..=4 if bench.is_reading() => Input::Chunk(self.pick(&CHUNKS).as_bytes()),
            5 if bench.is_reading() => Input::End,
            6 if bench.is_reading() => Input::Failed(self.pick(&[Fault::Body, Fault::Body, Fault::Aborted])),
            0..=3 => Input::Response(ResponseHead::new(200, Some("text/event-stream"))),
            4 => Input::Response(ResponseHead::new(self.pick(&[503, 401, 404]), None)),
            5 => Input::Failed(self.pick(&[Fault::Rejected { url: None }, Fault::Unprepared])),
            6 => Input::Decided(Decision::Wait(milliseconds(self.roll(5000) as u64))),
            7 => Input::Body,
            8 | 9 => Input::Page(self.pick(&[Hidden, Visible, Visible, Cached, Restored, Restored, Online, Left])),
            10 => Input::Pause,
            11 | 12 => Input::Resume,
            13 => Input::Wall(bench.now + milliseconds(self.roll(3) as u64 * 4000)),
            14 => Input::Reconnect { last_event_id: self.pick(&ids) },
            15 => Input::FailOn { last_event_id: self.pick(&ids), delivered: self.roll(2) == 0 },
            16 => Input::Fail { last_event_id: self.pick(&ids) },
            17 => Input::Forbidden,
            18 => self.pick(&[Input::Start, Input::Reset, Input::Complete, Input::Start]),
            _ => Input::Timer(bench.deadline.unwrap_or(bench.now)),
        }
    }
}

#[test]
fn random_inputs_never_break_the_contract() {
    for life in 1..2000_u64 {
        let mut dice = Dice(life.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let mut bench = Bench::new(dice.config());
        bench.start();
        for _ in 0..60 {
            bench.now += milliseconds(dice.pick(&[0, 0, 1, 90, 900, 30_000]));
            let input = dice.input(&bench);
            bench.handle(input);
            // Sometimes the next input follows without a drain, as within one task of the event loop.
            if dice.roll(4) > 0 {
                bench.drain();
            }
        }
        bench.close();
        assert_eq!(bench.ready_state(), ReadyState::Closed, "{life}");
    }
}
