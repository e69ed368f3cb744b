//! A flood of events must not keep the page from drawing: what arrives faster than it is handled is handled in one long run
//! of microtasks. After a while the run stops for a task of the event loop, as the browser's own class does after each event.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

use super::sys;

/// A run may last so long, in ms: half of what a frame has.
const BUDGET: f64 = 8.0;
/// A pause of more than this, in ms, ends a run.
const GAP: f64 = 1.0;
/// The clock is looked at once in so many events.
const STRIDE: u32 = 4;

#[derive(Default)]
pub(super) struct Pace {
    began: f64,
    waits_since: Option<f64>,
    events: u32,
}

impl Pace {
    /// There is nothing to do for now.
    pub(super) fn wait(&mut self) {
        self.waits_since.get_or_insert_with(sys::performance_now);
    }

    /// An event is about to be delivered.
    pub(super) fn go_on(&mut self) {
        if let Some(since) = self.waits_since.take() {
            let now = sys::performance_now();
            if now - since > GAP {
                self.began = now;
            }
        }
    }

    /// Lets the event loop turn, when it is time for that after an event.
    pub(super) async fn rest(&mut self) {
        self.events = self.events.wrapping_add(1);
        if self.events.is_multiple_of(STRIDE) && sys::performance_now() - self.began > BUDGET {
            task().await;
            self.began = sys::performance_now();
        }
    }
}

/// A task of the event loop: not a timer's, which browsers delay in hidden pages.
async fn task() {
    let Ok(channel) = MessageChannel::new() else {
        return;
    };
    let (here, there) = (channel.port1(), channel.port2());
    let told = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::UNDEFINED).is_ok() {
        // It does not reject.
        let _ = JsFuture::from(told).await;
    }
    here.close();
}
