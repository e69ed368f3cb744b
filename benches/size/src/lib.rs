//! One application for each feature. It logs two types of events, each with its own type of data, and errors.

use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = console, js_name = log)]
    fn show(text: &str);
}

#[cfg(not(feature = "floor"))]
#[derive(serde::Deserialize)]
struct Progress {
    percent: f64,
    step: String,
}

#[cfg(not(feature = "floor"))]
#[derive(serde::Deserialize)]
struct Finished {
    id: u64,
}

#[cfg(not(feature = "floor"))]
fn show_progress(Progress { percent, step }: &Progress) {
    show(&format!("{percent} {step}"));
}

#[cfg(not(feature = "floor"))]
fn show_finished(Finished { id }: &Finished) {
    show(&format!("{id}"));
}

/// The parts that each such application has: formatting, and a future.
#[cfg(feature = "floor")]
#[wasm_bindgen]
pub fn run(percent: f64, step: String) {
    wasm_bindgen_futures::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(js_sys::Promise::resolve(&JsValue::UNDEFINED)).await;
        show(&format!("{percent} {step}"));
    });
}

#[cfg(feature = "web-sys")]
#[wasm_bindgen]
pub fn run(url: &str) -> Result<(), JsValue> {
    let source = web_sys::EventSource::new(url)?;
    listen(&source, "progress", |data| match serde_json::from_str(data) {
        Ok(progress) => show_progress(&progress),
        Err(error) => show(&error.to_string()),
    })?;
    listen(&source, "finished", |data| match serde_json::from_str(data) {
        Ok(finished) => show_finished(&finished),
        Err(error) => show(&error.to_string()),
    })?;
    let lost = Closure::<dyn Fn()>::new(|| show("lost"));
    source.set_onerror(Some(lost.as_ref().unchecked_ref()));
    lost.forget();
    std::mem::forget(source);
    Ok(())
}

#[cfg(feature = "web-sys")]
fn listen(source: &web_sys::EventSource, name: &str, callback: impl Fn(&str) + 'static) -> Result<(), JsValue> {
    let listener = Closure::<dyn Fn(web_sys::MessageEvent)>::new(move |event: web_sys::MessageEvent| {
        callback(&event.data().as_string().unwrap_or_default());
    });
    source.add_event_listener_with_callback(name, listener.as_ref().unchecked_ref())?;
    listener.forget();
    Ok(())
}

#[cfg(feature = "gloo-net")]
#[wasm_bindgen]
pub fn run(url: String) -> Result<(), JsError> {
    use futures_util::StreamExt;
    use futures_util::stream::select;

    let mut source = gloo_net::eventsource::futures::EventSource::new(&url)?;
    let (progress, finished) = (source.subscribe("progress")?, source.subscribe("finished")?);
    wasm_bindgen_futures::spawn_local(async move {
        let _source = source;
        let mut events = select(progress, finished);
        while let Some(event) = events.next().await {
            match event {
                Ok((name, message)) => {
                    let data = message.data().as_string().unwrap_or_default();
                    if name == "progress" {
                        match serde_json::from_str(&data) {
                            Ok(progress) => show_progress(&progress),
                            Err(error) => show(&error.to_string()),
                        }
                    } else {
                        match serde_json::from_str(&data) {
                            Ok(finished) => show_finished(&finished),
                            Err(error) => show(&error.to_string()),
                        }
                    }
                }
                Err(error) => show(&error.to_string()),
            }
        }
    });
    Ok(())
}

#[cfg(any(feature = "event-source", feature = "fetch-event-source"))]
#[wasm_bindgen]
pub fn run(url: &str) -> Result<(), JsError> {
    #[cfg(feature = "event-source")]
    let source = eventsource_wasm::EventSource::new(url)?;
    #[cfg(feature = "fetch-event-source")]
    let source = eventsource_wasm::FetchEventSource::builder(url).header("x-client", "size").connect()?;
    source.on::<Progress>("progress", |event| show_progress(&event.data)).forget();
    source.on::<Finished>("finished", |event| show_finished(&event.data)).forget();
    source.on_error(|error| show(&error.to_string())).forget();
    std::mem::forget(source);
    Ok(())
}

#[cfg(feature = "events")]
#[wasm_bindgen]
pub fn run(url: &str) -> Result<(), JsError> {
    use futures_util::StreamExt;

    #[derive(serde::Deserialize)]
    #[serde(tag = "event", content = "data", rename_all = "snake_case")]
    enum Answer {
        Progress(Progress),
        Finished(Finished),
    }

    let mut answer = eventsource_wasm::events(url).body("hello").events()?.typed::<Answer>();
    wasm_bindgen_futures::spawn_local(async move {
        while let Some(event) = answer.next().await {
            match event.map(|event| event.data) {
                Ok(Answer::Progress(progress)) => show_progress(&progress),
                Ok(Answer::Finished(finished)) => show_finished(&finished),
                Err(error) => show(&error.to_string()),
            }
        }
    });
    Ok(())
}
