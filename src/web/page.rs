//! The events of a page that matter to its connections.

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::sys::{GLOBAL, OnPageEvent, PageEvent as DomEvent, PageEventTarget};
use crate::machine::{Input, PageEvent};

const POLICY: &str = "securitypolicyviolation";

/// Listens to the page's events until it is dropped.
pub(crate) struct PageListener {
    listener: OnPageEvent,
    global: PageEventTarget,
    /// `None` in workers.
    document: Option<PageEventTarget>,
}

impl PageListener {
    /// Calls `handle` with the events as inputs, and at once if the document is hidden. `is_ours` gets the URL of a violation of
    /// the page's Content-Security-Policy, and returns whether it is the URL of the source's request.
    pub(crate) fn new(is_ours: impl Fn(&str) -> bool + 'static, handle: impl Fn(Input<'_>) + 'static) -> PageListener {
        let global = GLOBAL.with(PageEventTarget::clone);
        let document = global.document();
        let is_hidden = {
            let document = document.clone();
            move || document.as_ref().is_some_and(PageEventTarget::hidden)
        };
        if is_hidden() {
            handle(Input::Page(PageEvent::Hidden));
        }
        let listener = Closure::new(move |event: DomEvent| {
            let page_event = match &*event.name() {
                "online" => PageEvent::Online,
                // A page that was frozen may be visible all the time.
                "visibilitychange" | "resume" if is_hidden() => PageEvent::Hidden,
                "visibilitychange" | "resume" => PageEvent::Visible,
                "beforeunload" => PageEvent::Leaving,
                "pagehide" if event.persisted() => PageEvent::Cached,
                "pagehide" => PageEvent::Left,
                "pageshow" if event.persisted() => PageEvent::Restored,
                POLICY if is_enforced(&event) && is_ours(&event.blocked_uri()) => return handle(Input::Forbidden),
                _ => return,
            };
            handle(Input::Page(page_event));
        });
        let listener = PageListener { listener, global, document };
        listener.for_each(PageEventTarget::add_event_listener);
        listener
    }

    /// Adds or removes the listeners. Errors are ignored: Node's global object takes no listeners.
    fn for_each(&self, act: fn(&PageEventTarget, &str, &OnPageEvent) -> Result<(), JsValue>) {
        // A worker fires violations at its global object; in a page they bubble up from the document.
        for name in ["online", "beforeunload", "pagehide", "pageshow", POLICY] {
            let _ = act(&self.global, name, &self.listener);
        }
        if let Some(document) = &self.document {
            for name in ["visibilitychange", "resume"] {
                let _ = act(document, name, &self.listener);
            }
        }
    }
}

fn is_enforced(event: &DomEvent) -> bool {
    event.disposition() == "enforce" && event.effective_directive() == "connect-src"
}

impl Drop for PageListener {
    fn drop(&mut self) {
        self.for_each(PageEventTarget::remove_event_listener);
    }
}
