//! A chat over POST and a live feed, in Leptos.

mod chat;
mod feed;

use leptos::prelude::*;

use chat::Chat;
use feed::Feed;

#[component]
fn App() -> impl IntoView {
    view! {
        <header>
            <h1>"eventsource-wasm in Leptos"</h1>
            <p>"Hide a part, and its connection is closed with it."</p>
        </header>
        <main>
            <Part id="chat" title="Chat"><Chat /></Part>
            <Part id="feed" title="Live feed"><Feed /></Part>
        </main>
    }
}

/// A part of the page that can be unmounted.
#[component]
fn Part(id: &'static str, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let shown = RwSignal::new(true);
    view! {
        <section id=id>
            <div class="bar">
                <h2>{title}</h2>
                <button type="button" class="quiet" on:click=move |_| shown.update(|shown| *shown = !*shown)>
                    {move || if shown.get() { "Hide" } else { "Show" }}
                </button>
            </div>
            <Show when=move || shown.get()>{children()}</Show>
        </section>
    }
}

fn main() {
    leptos::mount::mount_to_body(App);
}
