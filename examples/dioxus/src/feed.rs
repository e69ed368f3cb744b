//! A source that reconnects, stored in a hook. Dioxus drops the source with the component, and the drop closes the connection.

use std::rc::Rc;

use dioxus::prelude::*;
use eventsource_wasm::{Error, FetchEventSource, Listener};
use shared::{Latest, Number, Status, cut, feed_url};

#[component]
pub fn Feed() -> Element {
    let url = use_hook(feed_url);
    let mut numbers = use_signal(Latest::default);
    let mut status = use_signal(Status::connecting);

    // Listeners run outside of the Dioxus runtime; callbacks enter it.
    let add = use_callback(move |number| numbers.write().push(number));
    let show = use_callback(move |new| status.set(new));
    use_hook(|| {
        let opened = open(&url, add, show);
        if let Err(error) = &opened {
            show(Status::after(error));
        }
        Rc::new(opened)
    });

    let state = status.read().name();
    rsx! {
        div { class: "bar",
            p { class: "state", "data-state": state, {state} }
            button {
                r#type: "button",
                onclick: move |_| {
                    let url = url.clone();
                    async move { cut(&url).await }
                },
                "Cut the connection"
            }
        }
        p { role: "status", "{status.read().text}" }
        ol { class: "numbers",
            for Number { number , replayed } in numbers() {
                li { key: "{number}", "data-replayed": replayed, "{number}" }
            }
        }
        p { class: "legend", "Marked: sent after a cut, so that none is missing." }
    }
}

fn open(url: &str, add: Callback<Number>, show: Callback<Status>) -> Result<(FetchEventSource, [Listener; 3]), Error> {
    let source = FetchEventSource::new(url)?;
    let listeners = [
        source.on_open(move |_| show(Status::open())),
        source.on_error(move |error| show(Status::after(error))),
        source.on::<Number>("number", move |event| add(event.data)),
    ];
    Ok((source, listeners))
}
