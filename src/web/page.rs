//! The events of a page that matter to its connections.

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::sys::{GLOBAL, OnPageEvent, PageEvent as DomEvent, PageEventTarget};
use crate::machine::PageEvent;

/// Listens to the page's events until it is dropped.
pub(crate) struct PageListener {
    listener: OnPageEvent,
    global: PageEventTarget,
    /// Workers have none.
    document: Option<PageEventTarget>,
}

impl PageListener {
    /// Calls back with the events, and at once if the document is hidden.
    pub(crate) fn new(notify: impl Fn(PageEvent) + 'static) -> PageListener {
        let global = GLOBAL.with(PageEventTarget::clone);
        let document = global.document();
        let is_hidden = {
            let document = document.clone();
            move || document.as_ref().is_some_and(PageEventTarget::hidden)
        };
        if is_hidden() {
            notify(PageEvent::Hidden);
        }
        let listener = Closure::new(move |event: DomEvent| match &*event.name() {
            "online" => notify(PageEvent::Online),
            "visibilitychange" => notify(if is_hidden() { PageEvent::Hidden } else { PageEvent::Visible }),
            "pagehide" if event.persisted() => notify(PageEvent::Cached),
            "pageshow" if event.persisted() => notify(PageEvent::Restored),
            _ => {}
        });
        let listener = PageListener { listener, global, document };
        listener.for_each(PageEventTarget::add_event_listener);
        listener
    }

    /// Node's global object takes no listeners.
    fn for_each(&self, act: fn(&PageEventTarget, &str, &OnPageEvent) -> Result<(), JsValue>) {
        for name in ["online", "pagehide", "pageshow"] {
            let _ = act(&self.global, name, &self.listener);
        }
        if let Some(document) = &self.document {
            let _ = act(document, "visibilitychange", &self.listener);
        }
    }
}

impl Drop for PageListener {
    fn drop(&mut self) {
        self.for_each(PageEventTarget::remove_event_listener);
    }
}
