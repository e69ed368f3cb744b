//! A chat over POST and a live feed, in Dioxus.

mod chat;
mod feed;

use dioxus::prelude::*;

use chat::Chat;
use feed::Feed;

#[component]
fn App() -> Element {
    rsx! {
        header {
            h1 { "eventsource-wasm in Dioxus" }
            p { "Hide a part, and its connection is closed with it." }
        }
        main {
            Part { id: "chat", title: "Chat", Chat {} }
            Part { id: "feed", title: "Live feed", Feed {} }
        }
    }
}

/// A part of the page that can be unmounted.
#[component]
fn Part(id: &'static str, title: &'static str, children: Element) -> Element {
    let mut shown = use_signal(|| true);
    rsx! {
        section { id,
            div { class: "bar",
                h2 { {title} }
                button { r#type: "button", class: "quiet", onclick: move |_| shown.toggle(),
                    if shown() { "Hide" } else { "Show" }
                }
            }
            if shown() {
                {children}
            }
        }
    }
}

fn main() {
    dioxus::launch(App);
}
