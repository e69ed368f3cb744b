//! The time that a page spends for events: `run` reads one stream with one subject, and returns the milliseconds.

use std::cell::RefCell;
use std::rc::Rc;

use futures_channel::oneshot::{Sender, channel};
use futures_util::StreamExt;
use serde::Deserialize;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, prelude::wasm_bindgen};
use web_sys::MessageEvent;

#[derive(Deserialize)]
struct Trade {
    id: u32,
    symbol: String,
    side: String,
    price: f64,
    amount: f64,
    time: f64,
}

impl Trade {
    /// Uses each field, so that the compiler cannot drop the decoding of a field.
    fn sum(&self) -> f64 {
        let text = self.symbol.len() + self.side.len();
        f64::from(self.id) + self.price + self.amount + self.time + text as f64
    }
}

#[derive(Deserialize)]
#[serde(tag = "event", content = "data", rename_all = "lowercase")]
enum Feed {
    Trade(Trade),
}

/// Counts events, and notifies `done` after the last event.
struct Count {
    sum: f64,
    left: u32,
    done: Option<Sender<f64>>,
}

impl Count {
    fn add(&mut self, trade: &Trade) {
        self.sum += trade.sum();
        self.left -= 1;
        if self.left == 0
            && let Some(done) = self.done.take()
        {
            let _ = done.send(self.sum);
        }
    }
}

fn now() -> f64 {
    web_sys::window().and_then(|window| window.performance()).expect("a page").now()
}

fn web_sys_by_hand(url: &str, count: Rc<RefCell<Count>>) -> impl Drop + use<> {
    struct Open(web_sys::EventSource, #[allow(dead_code, reason = "it is called")] Closure<dyn FnMut(MessageEvent)>);
    impl Drop for Open {
        fn drop(&mut self) {
            self.0.close();
        }
    }
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let data = event.data().as_string().expect("text");
        count.borrow_mut().add(&serde_json::from_str(&data).expect("a trade"));
    });
    let source = web_sys::EventSource::new(url).expect("a URL");
    source.add_event_listener_with_callback("trade", listener.as_ref().unchecked_ref()).expect("a listener");
    Open(source, listener)
}

macro_rules! subjects {
    ($of_stream:ident, $crate_name:ident, $variant:expr) => {
        mod $of_stream {
            use $crate_name::{EventSource, FetchEventSource, RawEvent, events};

            use super::*;

            pub(super) async fn run(
                subject: &str,
                url: &str,
                count: Rc<RefCell<Count>>,
            ) -> Option<Box<dyn std::any::Any>> {
                let counted = count.clone();
                match subject {
                    "EventSource::on" => {
                        let source = EventSource::new(url).unwrap();
                        let listener = source.on::<Trade>("trade", move |event| counted.borrow_mut().add(&event.data));
                        Some(Box::new((source, listener)))
                    }
                    "on" => {
                        let source = FetchEventSource::new(url).unwrap();
                        let listener = source.on::<Trade>("trade", move |event| counted.borrow_mut().add(&event.data));
                        Some(Box::new((source, listener)))
                    }
                    "on_raw + serde_json" => {
                        let source = FetchEventSource::new(url).unwrap();
                        let listener = source.on_raw("trade", move |event| {
                            counted.borrow_mut().add(&serde_json::from_str(&event.data).unwrap());
                        });
                        Some(Box::new((source, listener)))
                    }
                    "events().typed" => {
                        let mut stream = events(url).events().unwrap().typed::<Feed>();
                        while count.borrow().left > 0 {
                            let Feed::Trade(trade) = $variant(stream.next().await.unwrap().unwrap());
                            counted.borrow_mut().add(&trade);
                        }
                        None
                    }
                    other => panic!("{other}"),
                }
            }

            pub(super) fn decode(data: &str, times: u32) -> f64 {
                let event = RawEvent::new("trade", data, "");
                (0..times).map(|_| event.decode::<Trade>().unwrap().data.sum()).sum()
            }
        }
    };
}

subjects!(new, eventsource_wasm, |event: eventsource_wasm::Event<Feed>| event.data);
subjects!(before, old, |variant: Feed| variant);

/// Returns the milliseconds from the request to the last of `events` events.
#[wasm_bindgen]
pub async fn run(revision: &str, subject: &str, url: &str, events: u32) -> f64 {
    let (done, sum) = channel();
    let count = Rc::new(RefCell::new(Count { sum: 0.0, left: events, done: Some(done) }));
    let start = now();
    let _open: Option<Box<dyn std::any::Any>> = match (revision, subject) {
        ("new", _) => new::run(subject, url, count).await,
        ("old", _) => before::run(subject, url, count).await,
        (_, "web-sys") => Some(Box::new(web_sys_by_hand(url, count))),
        (_, "gloo-net") => {
            let mut source = gloo_net::eventsource::futures::EventSource::new(url).expect("a URL");
            let mut stream = source.subscribe("trade").expect("a name");
            while count.borrow().left > 0 {
                let (_, message) = stream.next().await.expect("an event").expect("an event");
                let data = message.data().as_string().expect("text");
                count.borrow_mut().add(&serde_json::from_str(&data).expect("a trade"));
            }
            None
        }
        other => panic!("{other:?}"),
    };
    let sum = sum.await.expect("a sum");
    assert!(sum > 0.0);
    now() - start
}

/// Returns the milliseconds for `times` decodes of one payload.
#[wasm_bindgen]
pub fn decode(revision: &str, data: &str, times: u32) -> f64 {
    let start = now();
    let sum = match revision {
        "new" => new::decode(data, times),
        "old" => before::decode(data, times),
        _ => (0..times).map(|_| serde_json::from_str::<Trade>(data).expect("a trade").sum()).sum(),
    };
    assert!(sum > 0.0);
    now() - start
}
