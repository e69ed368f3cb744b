//! One request for each answer: a task reads the stream, and dropping the task aborts the request.

use eventsource_wasm::{Error, events};
use futures_util::StreamExt;
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use shared::{Conversation, Outcome, Prompt, Task, explain, token};

#[component]
pub fn Chat() -> impl IntoView {
    let conversation = RwSignal::new(Conversation::default());
    let streaming = Memo::new(move |_| conversation.read().is_streaming());
    let input = NodeRef::<Input>::new();
    // The task is dropped with the component.
    let running = StoredValue::new_local(None::<Task>);

    let send = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(input) = input.get() else { return };
        let prompt = input.value();
        conversation.update(|conversation| conversation.ask(&prompt));
        running.set_value(Some(Task::spawn(async move {
            let outcome = match answer(&prompt, conversation).await {
                Ok(()) => Outcome::Complete,
                Err(error) => Outcome::Failed(explain(&error)),
            };
            conversation.update(|conversation| conversation.end(outcome));
        })));
    };
    let stop = move |_| {
        running.set_value(None);
        conversation.update(|conversation| conversation.end(Outcome::Stopped));
    };

    view! {
        <div class="log" role="group" aria-label="Conversation" tabindex="0">
            <div>
                <For each=move || 0..conversation.read().turns.len() key=|turn| *turn let:turn>
                    <p class="prompt">{move || conversation.read().turns[turn].prompt.clone()}</p>
                    <p class="answer">{move || conversation.read().turns[turn].answer.clone()}</p>
                </For>
            </div>
        </div>
        <form on:submit=send>
            <label for="prompt">"Your prompt"</label>
            <input id="prompt" node_ref=input maxlength="500" required value="Why stream an answer?" />
            <button type="submit" disabled=streaming>"Send"</button>
            <button type="button" class="quiet" disabled=move || !streaming.get() on:click=stop>"Stop"</button>
        </form>
        <p role="status">{move || conversation.read().status()}</p>
    }
}

async fn answer(prompt: &str, conversation: RwSignal<Conversation>) -> Result<(), Error> {
    let mut answer = events("/chat?format=text").json(&Prompt { prompt })?.until("[DONE]").events()?;
    while let Some(event) = answer.next().await {
        if let Some(token) = token(&event?) {
            conversation.update(|conversation| conversation.add(&token));
        }
    }
    Ok(())
}
