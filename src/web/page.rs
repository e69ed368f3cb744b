//! What the life of a page means for its connections: hidden, in the back/forward cache, online again.

use std::cell::Cell;

use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use super::sys::{GLOBAL, Hear, PageEvent, PageEventTarget};
use crate::connection::Input;

/// What a source does while its document is [hidden](https://html.spec.whatwg.org/multipage/interaction.html#dom-document-hidden).
///
/// ```no_run
/// use eventsource_wasm::{FetchEventSource, WhenHidden};
///
/// let source = FetchEventSource::builder("/ticks").when_hidden(WhenHidden::Pause).connect()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenHidden {
    /// It goes on.
    #[default]
    Keep,
    /// It gives up its connection, which is no error, and connects again at once when the document is visible.
    Pause,
}

/// Listens to the page's events until it is dropped.
pub(crate) struct PageListener {
    hear: Hear,
    global: PageEventTarget,
    document: Option<PageEventTarget>,
}

impl PageListener {
    /// Calls back with what the events are to the machine. Whatever sources do when hidden, pages in the back/forward cache
    /// have no connection: browsers would not keep them there.
    pub(crate) fn new(when_hidden: WhenHidden, tell: impl Fn(Input<'static>) + 'static) -> PageListener {
        let global = GLOBAL.with(PageEventTarget::clone);
        // Workers have none.
        let document = if when_hidden == WhenHidden::Pause { global.document() } else { None };
        let hidden = document.clone();
        let is_hidden = move || hidden.as_ref().is_some_and(PageEventTarget::hidden);
        if is_hidden() {
            tell(Input::Hidden);
        }
        let is_cached = Cell::new(false);
        let hear = Closure::new(move |event: PageEvent| {
            let name = event.name();
            if name == "online" {
                return tell(Input::Online);
            }
            if name != "visibilitychange" {
                if !event.persisted() {
                    return;
                }
                is_cached.set(name == "pagehide");
            }
            tell(if is_cached.get() || is_hidden() { Input::Hidden } else { Input::Visible });
        });
        let listener = PageListener { hear, global, document };
        listener.for_each(PageEventTarget::add_event_listener);
        listener
    }

    /// Node's global object takes no listeners.
    fn for_each(&self, act: fn(&PageEventTarget, &str, &Hear) -> Result<(), JsValue>) {
        for name in ["online", "pagehide", "pageshow"] {
            let _ = act(&self.global, name, &self.hear);
        }
        if let Some(document) = &self.document {
            let _ = act(document, "visibilitychange", &self.hear);
        }
    }
}

impl Drop for PageListener {
    fn drop(&mut self) {
        self.for_each(PageEventTarget::remove_event_listener);
    }
}
