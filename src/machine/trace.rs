//! The feature `trace`, for debugging: a line for each input and output of a machine.
//!
//! ```text
//! 12.345 #1 in  Response 200 text/event-stream
//! 12.345 #1 out Open
//! ```
//!
//! The time is in seconds on the shell's clock; the number is that of the machine. No line contains a URL or a header of the
//! user.

#[cfg(feature = "trace")]
mod on {
    use alloc::borrow::Cow;
    use alloc::format;
    use alloc::string::String;
    use core::fmt;
    use core::sync::atomic::{AtomicU32, Ordering};
    use core::time::Duration;

    use crate::machine::{Decision, End, Failure, Fault, Input, Output, Reason};

    /// The number of characters of the data of an event that a line shows.
    const SHOWN: usize = 60;

    static MACHINES: AtomicU32 = AtomicU32::new(0);

    #[derive(Clone, Copy, Debug)]
    pub(in crate::machine) struct Trace {
        number: u32,
        sink: Option<fn(&str)>,
    }

    impl Trace {
        pub(in crate::machine) fn new() -> Trace {
            Trace { number: MACHINES.fetch_add(1, Ordering::Relaxed) + 1, sink: default_sink() }
        }

        pub(in crate::machine) fn set_sink(&mut self, sink: fn(&str)) {
            self.sink = Some(sink);
        }

        pub(in crate::machine) fn input(&self, input: &Input<'_>, now: Duration) {
            self.line("in ", now, || input_text(input));
        }

        pub(in crate::machine) fn output(&self, output: &Output<'_>, now: Duration) {
            self.line("out", now, || output_text(output, now));
        }

        fn line(&self, direction: &str, now: Duration, text: impl FnOnce() -> String) {
            if let Some(sink) = self.sink {
                sink(&format!("{:.3} #{} {direction} {}", now.as_secs_f64(), self.number, text()));
            }
        }
    }

    /// Prints to stderr, if the environment variable `EVENTSOURCE_TRACE` is set.
    #[cfg(all(feature = "std", not(target_family = "wasm")))]
    fn default_sink() -> Option<fn(&str)> {
        let is_wanted = std::env::var_os("EVENTSOURCE_TRACE").is_some_and(|value| !value.is_empty());
        is_wanted.then_some(|line: &str| std::eprintln!("{line}"))
    }

    #[cfg(not(all(feature = "std", not(target_family = "wasm"))))]
    fn default_sink() -> Option<fn(&str)> {
        None
    }

    fn input_text(input: &Input<'_>) -> String {
        match input {
            Input::Start => "Start".into(),
            Input::Response(head) => format!("Response {} {}", head.status, head.content_type.unwrap_or("-")),
            Input::Body => "Body".into(),
            Input::Chunk(chunk) => format!("Chunk of {} bytes", chunk.len()),
            Input::Filled(length) => format!("Filled {length} bytes"),
            Input::End => "End".into(),
            Input::Failed(Fault::Unusable) => "Failed Unusable".into(),
            Input::Failed(Fault::Rejected { .. }) => "Failed Rejected".into(),
            Input::Failed(fault) => format!("Failed {fault:?}"),
            Input::Decided(Decision::Wait(time)) => format!("Decided Wait {}", Milliseconds(*time)),
            Input::Decided(Decision::WaitFrom { delay, last_event_id }) => {
                format!("Decided Wait {} id={last_event_id}", Milliseconds(*delay))
            }
            Input::Decided(Decision::Stop) => "Decided Stop".into(),
            Input::Timer(deadline) => format!("Timer for {:.3}", deadline.as_secs_f64()),
            Input::Wall(_) => "Wall".into(),
            Input::Forbidden => "Forbidden".into(),
            Input::FailOn { last_event_id, .. } => format!("FailOn id={}", last_event_id.unwrap_or("-")),
            Input::Pause => "Pause".into(),
            Input::Resume => "Resume".into(),
            Input::Page(event) => format!("Page {event:?}"),
            Input::Complete => "Complete".into(),
            Input::Reconnect { last_event_id } => format!("Reconnect id={}", last_event_id.unwrap_or("-")),
            Input::Fail { last_event_id } => format!("Fail id={}", last_event_id.unwrap_or("-")),
            Input::Reset => "Reset".into(),
            Input::Close => "Close".into(),
        }
    }

    fn output_text(output: &Output<'_>, now: Duration) -> String {
        match output {
            Output::Send(request) => {
                let id = String::from_utf8_lossy(request.last_event_id);
                let after = match request.reason {
                    None => Cow::Borrowed(""),
                    Some(Reason::Reconnect) => " to reconnect".into(),
                    Some(Reason::Failed(failure)) => format!(" after {}", Code(failure)).into(),
                };
                format!("Send {} attempt={} id={id}{after}", request.method, request.attempt)
            }
            Output::Read => "Read".into(),
            Output::Cancel => "Cancel".into(),
            Output::Yield => "Yield".into(),
            Output::Open(opened) => format!("Open after {} requests", opened.attempts),
            Output::Unfinished(event) => format!("Unfinished {:?}", shown(&event.data.to_string_lossy())),
            Output::Comment(text) => format!("Comment {:?}", shown(&text.to_string_lossy())),
            Output::Event(event) => {
                let data = shown(&event.data());
                format!("Event {} {data:?} id={}", event.event_type(), event.last_event_id())
            }
            Output::Retry(time) => format!("Retry {}", Milliseconds(*time)),
            Output::Id(id) => format!("Id {}", id.to_string_lossy()),
            Output::Lost(failure) => format!("Lost {}", Loss(*failure)),
            Output::Ask(context) => format!("Ask {} attempt={}", context.code.as_str(), context.attempt),
            Output::Closed(End::Closed) => "Closed by the user".into(),
            Output::Closed(End::Complete) => "Closed complete".into(),
            Output::Closed(End::Failed(failure)) => format!("Closed {}", Loss(*failure)),
            Output::Wait(None) => "Wait".into(),
            Output::Wait(Some(deadline)) => format!("Wait {}", Milliseconds(deadline.saturating_sub(now))),
        }
    }

    fn shown(text: &str) -> String {
        text.chars().take(SHOWN).collect()
    }

    struct Milliseconds(Duration);

    impl fmt::Display for Milliseconds {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} ms", self.0.as_millis())
        }
    }

    /// `network`, or `status 503`.
    struct Code(Failure);

    impl fmt::Display for Code {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str(self.0.code.as_str())?;
            self.0.status.map_or(Ok(()), |status| write!(f, " {status}"))
        }
    }

    struct Loss(Failure);

    impl fmt::Display for Loss {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "{} attempt={}", Code(self.0), self.0.attempt)?;
            self.0.delay.map_or(Ok(()), |delay| write!(f, " delay={}", Milliseconds(delay)))
        }
    }
}

#[cfg(not(feature = "trace"))]
mod off {
    use core::time::Duration;

    use crate::machine::{Input, Output};

    #[derive(Clone, Copy, Debug)]
    pub(in crate::machine) struct Trace;

    impl Trace {
        pub(in crate::machine) fn new() -> Trace {
            Trace
        }

        pub(in crate::machine) fn input(self, _: &Input<'_>, _: Duration) {}

        pub(in crate::machine) fn output(self, _: &Output<'_>, _: Duration) {}
    }
}

#[cfg(not(feature = "trace"))]
pub(super) use off::Trace;
#[cfg(feature = "trace")]
pub(super) use on::Trace;
