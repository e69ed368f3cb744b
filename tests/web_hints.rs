//! Hints on the console, in debug builds, about programs that compile and do nothing.
#![cfg(target_arch = "wasm32")]

#[path = "support/web.rs"]
#[allow(dead_code)]
mod web;

use std::cell::RefCell;
use std::rc::Rc;

use eventsource_wasm::{EventSource, FetchEventSource, events};
use futures_util::StreamExt;
use js_sys::{Function, Reflect};
use serde::Deserialize;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web::{pause, route};

wasm_bindgen_test_configure!(run_in_browser);

/// Replaces one function of the console until it is dropped, and records the arguments.
struct Console {
    name: &'static str,
    original: JsValue,
    texts: Rc<RefCell<Vec<String>>>,
    _note: Closure<dyn FnMut(String)>,
}

impl Console {
    fn object() -> JsValue {
        Reflect::get(&js_sys::global(), &"console".into()).unwrap()
    }

    fn of(name: &'static str) -> Console {
        let texts = Rc::<RefCell<Vec<String>>>::default();
        let noted = texts.clone();
        let note = Closure::new(move |text| noted.borrow_mut().push(text));
        let original = Reflect::get(&Console::object(), &name.into()).unwrap();
        Reflect::set(&Console::object(), &name.into(), note.as_ref().unchecked_ref::<Function>()).unwrap();
        Console { name, original, texts, _note: note }
    }

    fn take(&self) -> Vec<String> {
        self.texts.take()
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        Reflect::set(&Console::object(), &self.name.into(), &self.original).unwrap();
    }
}

#[wasm_bindgen_test]
async fn dropping_a_new_source_at_once_is_a_warning_that_names_the_fix() {
    let console = Console::of("warn");
    let url = route("/numbers").url;
    let _listener = FetchEventSource::new(&url).unwrap().on_message::<u32>(|_| ());
    let texts = console.take();
    assert!(texts[0].contains("let source = FetchEventSource::new(..)?;") && texts[0].contains(&url), "{texts:?}");
    let _listener = EventSource::new(&url).unwrap().on_message::<u32>(|_| ());
    let texts = console.take();
    assert!(texts[0].contains("let source = EventSource::new(..)?;") && texts[0].contains(&url), "{texts:?}");
}

#[wasm_bindgen_test]
async fn dropping_a_source_that_was_closed_or_kept_is_no_warning() {
    let console = Console::of("warn");
    let url = route("/numbers").url;
    FetchEventSource::new(&url).unwrap().close();
    EventSource::new(&url).unwrap().close();
    let sources = (FetchEventSource::new(&url).unwrap(), EventSource::new(&url).unwrap());
    pause(1).await;
    drop(sources);
    let stream = FetchEventSource::new(&url).unwrap().any_events();
    pause(1).await;
    drop(stream);
    assert_eq!(console.take(), [""; 0]);
}

/// Only one variant has an event name that looks like Rust.
#[derive(Debug, Deserialize)]
#[serde(tag = "event", content = "data")]
enum Feed {
    Update,
    #[serde(rename = "message")]
    Message,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "event", content = "data")]
enum AsInRust {
    Update,
    Done,
}

#[wasm_bindgen_test]
async fn a_warning_names_variants_of_an_event_source_that_lack_rename_all() {
    let console = Console::of("warn");
    let source = EventSource::new(route("/numbers").url).unwrap();
    let _quiet = source.events::<Feed>();
    assert_eq!(console.take(), [""; 0]);
    let _feed = source.events::<AsInRust>();
    let texts = console.take();
    assert!(texts[0].contains("'Update', 'Done'") && texts[0].contains("rename_all"), "{texts:?}");
}

#[wasm_bindgen_test]
async fn an_event_without_a_variant_is_reported_once_with_the_variants() {
    let (warnings, details) = (Console::of("warn"), Console::of("debug"));
    let body =
        ["update", "progress", "update", "progress", "message"].map(|name| format!("event: {name}\ndata: 1\n\n"));
    let body = js_sys::encode_uri_component(&body.concat());
    let feed = events(&route(&format!("/body?body={body}&end")).url).events().unwrap().typed::<Feed>();
    let all: Vec<_> = feed.collect().await;
    assert!(matches!(&all[..], [Ok(event)] if matches!(event.data, Feed::Message)), "{all:?}");
    let (warnings, details) = (warnings.take(), details.take());
    assert_eq!((warnings.len(), details.len()), (1, 1), "{warnings:?} {details:?}");
    assert!(warnings[0].contains("the event 'update'") && warnings[0].contains("named 'Update'"), "{warnings:?}");
    assert!(details[0].contains("takes the event 'progress'"), "{details:?}");
    assert!(details[0].contains("'Update', 'message'"), "{details:?}");
}
