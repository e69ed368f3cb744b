//! A source that reconnects, owned by the component. The drop of the source closes the connection.

use eventsource_wasm::{Error, FetchEventSource, Listener};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::{Latest, Number, Status, cut, feed_url};

#[component]
pub fn Feed() -> impl IntoView {
    let url = StoredValue::new(feed_url());
    let numbers = RwSignal::new(Latest::default());
    let status = RwSignal::new(Status::connecting());

    let opened = open(&url.get_value(), numbers, status);
    if let Err(error) = &opened {
        status.set(Status::after(error));
    }
    // The source and its listeners are dropped with the component.
    StoredValue::new_local(opened);

    let cut = move |_| {
        let url = url.get_value();
        spawn_local(async move { cut(&url).await });
    };
    view! {
        <div class="bar">
            <p class="state" data-state=move || status.read().name()>{move || status.read().name()}</p>
            <button type="button" on:click=cut>"Cut the connection"</button>
        </div>
        <p role="status">{move || status.get().text}</p>
        <ol class="numbers">
            <For each=move || numbers.get() key=|shown| shown.number let:shown>
                <li data-replayed=shown.replayed.to_string()>{shown.number}</li>
            </For>
        </ol>
        <p class="legend">"Marked: sent after a cut, so that none is missing."</p>
    }
}

fn open(
    url: &str,
    numbers: RwSignal<Latest>,
    status: RwSignal<Status>,
) -> Result<(FetchEventSource, [Listener; 3]), Error> {
    let source = FetchEventSource::new(url)?;
    let listeners = [
        source.on_open(move |_| status.set(Status::open())),
        source.on_error(move |error| status.set(Status::after(error))),
        source.on::<Number>("number", move |event| numbers.update(|latest| latest.push(event.data))),
    ];
    Ok((source, listeners))
}
