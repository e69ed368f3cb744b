//! A chat over POST and a live feed, in Yew.

mod chat;
mod feed;

use yew::prelude::*;

use chat::Chat;
use feed::Feed;

#[component]
fn App() -> Html {
    html! {
        <>
            <header>
                <h1>{ "eventsource-wasm in Yew" }</h1>
                <p>{ "Hide a part, and its connection is closed with it." }</p>
            </header>
            <main>
                <Part id="chat" title="Chat"><Chat /></Part>
                <Part id="feed" title="Live feed"><Feed /></Part>
            </main>
        </>
    }
}

#[derive(Properties, PartialEq)]
struct PartProps {
    id: &'static str,
    title: &'static str,
    children: Children,
}

/// A part of the page that can be unmounted.
#[component]
fn Part(PartProps { id, title, children }: &PartProps) -> Html {
    let shown = use_state(|| true);
    let toggle = {
        let shown = shown.clone();
        move |_: MouseEvent| shown.set(!*shown)
    };
    html! {
        <section id={*id}>
            <div class="bar">
                <h2>{ *title }</h2>
                <button type="button" class="quiet" onclick={toggle}>{ if *shown { "Hide" } else { "Show" } }</button>
            </div>
            if *shown {
                { children.clone() }
            }
        </section>
    }
}

fn main() {
    yew::Renderer::<App>::new().render();
}
