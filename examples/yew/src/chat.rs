//! One request for each answer: a task reads the stream, and dropping the task aborts the request.

use std::rc::Rc;

use eventsource_wasm::{Error, events};
use futures_util::StreamExt;
use shared::{Conversation, Outcome, Prompt, Task, Turn, explain, token};
use web_sys::HtmlInputElement;
use yew::prelude::*;

#[derive(Clone, Default, PartialEq)]
struct State(Conversation);

enum Action {
    Ask(String),
    Add(String),
    End(Outcome),
}

impl Reducible for State {
    type Action = Action;

    fn reduce(mut self: Rc<State>, action: Action) -> Rc<State> {
        let State(conversation) = Rc::make_mut(&mut self);
        match action {
            Action::Ask(prompt) => conversation.ask(&prompt),
            Action::Add(token) => conversation.add(&token),
            Action::End(outcome) => conversation.end(outcome),
        }
        self
    }
}

#[component]
pub fn Chat() -> Html {
    let state = use_reducer(State::default);
    let input = use_node_ref();
    // The task is dropped with the component.
    let running = use_mut_ref(|| None::<Task>);

    let send = {
        let (state, input, running) = (state.dispatcher(), input.clone(), running.clone());
        move |event: SubmitEvent| {
            event.prevent_default();
            let Some(input) = input.cast::<HtmlInputElement>() else { return };
            let (prompt, state) = (input.value(), state.clone());
            state.dispatch(Action::Ask(prompt.clone()));
            *running.borrow_mut() = Some(Task::spawn(async move {
                state.dispatch(Action::End(match answer(&prompt, &state).await {
                    Ok(()) => Outcome::Complete,
                    Err(error) => Outcome::Failed(explain(&error)),
                }));
            }));
        }
    };
    let stop = {
        let state = state.dispatcher();
        move |_: MouseEvent| {
            running.take();
            state.dispatch(Action::End(Outcome::Stopped));
        }
    };

    let State(conversation) = &*state;
    let streaming = conversation.is_streaming();
    html! {
        <>
            <div class="log" role="group" aria-label="Conversation" tabindex="0">
                <div>{ for conversation.turns.iter().map(show) }</div>
            </div>
            <form onsubmit={send}>
                <label for="prompt">{ "Your prompt" }</label>
                <input id="prompt" ref={input} maxlength="500" required=true value="Why stream an answer?" />
                <button type="submit" disabled={streaming}>{ "Send" }</button>
                <button type="button" class="quiet" disabled={!streaming} onclick={stop}>{ "Stop" }</button>
            </form>
            <p role="status">{ conversation.status() }</p>
        </>
    }
}

async fn answer(prompt: &str, state: &UseReducerDispatcher<State>) -> Result<(), Error> {
    let mut answer = events("/chat?format=text").json(&Prompt { prompt })?.until("[DONE]").events()?;
    while let Some(event) = answer.next().await {
        if let Some(token) = token(&event?) {
            state.dispatch(Action::Add(token));
        }
    }
    Ok(())
}

fn show(turn: &Turn) -> Html {
    html! {
        <>
            <p class="prompt">{ &turn.prompt }</p>
            <p class="answer">{ &turn.answer }</p>
        </>
    }
}
