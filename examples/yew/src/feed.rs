//! A source that reconnects, stored in an effect. The drop of the source closes the connection.

use std::rc::Rc;

use eventsource_wasm::{Error, FetchEventSource, Listener};
use shared::{Latest, Number, Status, cut, feed_url};
use yew::platform::spawn_local;
use yew::prelude::*;

/// Stores the value that `open` returns, such as a source and its listeners. Drops it with the component or when the URL
/// changes.
#[hook]
fn use_event_source<S: 'static>(url: Rc<String>, open: impl FnOnce(&str) -> S + 'static) {
    use_effect_with(url, move |url| {
        let source = open(url);
        move || drop(source)
    });
}

#[derive(Clone, Default, PartialEq)]
struct Numbers(Latest);

impl Reducible for Numbers {
    type Action = Number;

    fn reduce(mut self: Rc<Numbers>, number: Number) -> Rc<Numbers> {
        Rc::make_mut(&mut self).0.push(number);
        self
    }
}

#[component]
pub fn Feed() -> Html {
    let url = use_memo((), |_| feed_url());
    let numbers = use_reducer(Numbers::default);
    let status = use_state(Status::connecting);

    {
        let (numbers, status) = (numbers.dispatcher(), status.clone());
        use_event_source(url.clone(), move |url| {
            let opened = open(url, numbers, status.setter());
            if let Err(error) = &opened {
                status.set(Status::after(error));
            }
            opened
        });
    }

    let cut = move |_: MouseEvent| {
        let url = url.clone();
        spawn_local(async move { cut(&url).await });
    };
    html! {
        <>
            <div class="bar">
                <p class="state" data-state={status.name()}>{ status.name() }</p>
                <button type="button" onclick={cut}>{ "Cut the connection" }</button>
            </div>
            <p role="status">{ &status.text }</p>
            <ol class="numbers">
                { for numbers.0.clone().into_iter().map(|Number { number, replayed }| html! {
                    <li key={number} data-replayed={replayed.to_string()}>{ number }</li>
                }) }
            </ol>
            <p class="legend">{ "Marked: sent after a cut, so that none is missing." }</p>
        </>
    }
}

fn open(
    url: &str,
    numbers: UseReducerDispatcher<Numbers>,
    status: UseStateSetter<Status>,
) -> Result<(FetchEventSource, [Listener; 3]), Error> {
    let source = FetchEventSource::new(url)?;
    let on_open = status.clone();
    let listeners = [
        source.on_open(move |_| on_open.set(Status::open())),
        source.on_error(move |error| status.set(Status::after(error))),
        source.on::<Number>("number", move |event| numbers.dispatch(event.data)),
    ];
    Ok((source, listeners))
}
