//! What the life of a page means for its connections: hidden, in the back/forward cache, online again.

use std::cell::Cell;
use std::rc::Rc;

use gloo_events::EventListener;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, EventTarget};

use super::sys::{Document, PageTransitionEvent};
use crate::connection::Input;

/// What a source does while its document is [hidden](https://html.spec.whatwg.org/multipage/interaction.html#dom-document-hidden).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenHidden {
    /// It goes on.
    #[default]
    Keep,
    /// It gives up its connection, which is no error, and connects again at once when the document is visible.
    Pause,
}

/// Calls back with what the page's events are to the machine, for as long as the listeners live. Whatever else they do,
/// pages in the back/forward cache have no connection: browsers would not keep them there.
pub(super) fn listen(when_hidden: WhenHidden, tell: impl Fn(Input<'static>) + 'static) -> Vec<EventListener> {
    // Node has none, workers have no document.
    let Some(global) = event_target(&js_sys::global()) else {
        return Vec::new();
    };
    let document = property(&global, "document").filter(|_| when_hidden == WhenHidden::Pause);
    let is_cached = Cell::new(false);
    let is_hidden = {
        let document = document.clone();
        move || document.as_ref().is_some_and(|document| document.unchecked_ref::<Document>().hidden())
    };
    if is_hidden() {
        tell(Input::Hidden);
    }
    let hear = Rc::new(move |event: &Event| {
        let name = event.type_();
        if name == "online" {
            return tell(Input::Online);
        }
        if name != "visibilitychange" {
            if !event.unchecked_ref::<PageTransitionEvent>().persisted() {
                return;
            }
            is_cached.set(name == "pagehide");
        }
        tell(if is_cached.get() || is_hidden() { Input::Hidden } else { Input::Visible });
    });
    let on = |target: &EventTarget, name: &'static str| {
        let hear = hear.clone();
        EventListener::new(target, name, move |event| hear(event))
    };
    let mut listeners: Vec<_> = ["online", "pagehide", "pageshow"].map(|name| on(&global, name)).into();
    if let Some(document) = document.as_ref().and_then(event_target) {
        listeners.push(on(&document, "visibilitychange"));
    }
    listeners
}

fn event_target(object: &JsValue) -> Option<EventTarget> {
    property(object, "addEventListener").map(|_| object.clone().unchecked_into())
}

fn property(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok().filter(|value| !value.is_undefined())
}
