//! One request for each answer: a task reads the stream, and cancelling the task aborts the request.

use dioxus::core::Task;
use dioxus::prelude::*;
use eventsource_wasm::{Error, events};
use futures_util::StreamExt;
use shared::{Conversation, Outcome, Prompt, explain, token};

#[component]
pub fn Chat() -> Element {
    let mut conversation = use_signal(Conversation::default);
    let mut prompt = use_signal(|| "Why stream an answer?".to_owned());
    // Dioxus cancels the task with the component.
    let mut running = use_signal(|| None::<Task>);

    let send = move |event: FormEvent| {
        event.prevent_default();
        conversation.write().ask(&prompt.peek());
        running.set(Some(spawn(async move {
            let outcome = match answer(prompt(), conversation).await {
                Ok(()) => Outcome::Complete,
                Err(error) => Outcome::Failed(explain(&error)),
            };
            conversation.write().end(outcome);
        })));
    };
    let stop = move |_| {
        if let Some(task) = running.take() {
            task.cancel();
            conversation.write().end(Outcome::Stopped);
        }
    };

    let streaming = conversation.read().is_streaming();
    rsx! {
        div { class: "log", role: "group", aria_label: "Conversation", tabindex: 0,
            div {
                for turn in conversation.read().turns.iter() {
                    p { class: "prompt", "{turn.prompt}" }
                    p { class: "answer", "{turn.answer}" }
                }
            }
        }
        form { onsubmit: send,
            label { r#for: "prompt", "Your prompt" }
            input {
                id: "prompt",
                maxlength: 500,
                required: true,
                value: prompt,
                oninput: move |event| prompt.set(event.value()),
            }
            button { r#type: "submit", disabled: streaming, "Send" }
            button { r#type: "button", class: "quiet", disabled: !streaming, onclick: stop, "Stop" }
        }
        p { role: "status", {conversation.read().status()} }
    }
}

async fn answer(prompt: String, mut conversation: Signal<Conversation>) -> Result<(), Error> {
    let mut answer = events("/chat?format=text").json(&Prompt { prompt: &prompt })?.until("[DONE]").events()?;
    while let Some(event) = answer.next().await {
        if let Some(token) = token(&event?) {
            conversation.write().add(&token);
        }
    }
    Ok(())
}
