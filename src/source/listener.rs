//! Listeners that stop listening when they are dropped, for both kinds of source.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_events::EventListener;

/// A registered listener. Dropping it removes the listener; its own callback may drop it. All listeners end with their
/// source.
///
/// ```no_run
/// # let source = eventsource_wasm::EventSource::new("/events")?;
/// let listener = source.on_open(|| log("open"));
/// drop(listener); // hears nothing more
/// source.on_open(|| log("open again")).forget(); // hears for as long as the source lives
/// # fn log(_: &str) {}
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[must_use = "a listener stops listening when it is dropped: bind it to a name such as `_listener` (`let _ =` drops it at once), \
              or call `forget()`"]
pub struct Listener(Option<Registration>);

enum Registration {
    /// Registered with an object of the browser.
    Browser(EventListener, Weak<Forgotten>),
    /// Registered with [`Listeners`]; the function removes it.
    Own(Box<dyn FnOnce()>),
}

impl Listener {
    /// A listener of the browser. `forgotten` keeps it after [`forget`](Listener::forget).
    pub(crate) fn browser(listener: EventListener, forgotten: &Rc<Forgotten>) -> Listener {
        Listener(Some(Registration::Browser(listener, Rc::downgrade(forgotten))))
    }

    /// Keeps the listener until the source ends.
    ///
    /// ```no_run
    /// # let source = eventsource_wasm::EventSource::new("/events")?;
    /// source.on_raw("message", |event| log(&event.data)).forget();
    /// # fn log(_: &str) {}
    /// # Ok::<(), eventsource_wasm::Error>(())
    /// ```
    pub fn forget(mut self) {
        if let Some(Registration::Browser(listener, forgotten)) = self.0.take()
            && let Some(forgotten) = forgotten.upgrade()
        {
            forgotten.keep(listener);
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Some(Registration::Own(remove)) = self.0.take() {
            remove();
        }
    }
}

impl std::fmt::Debug for Listener {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Listener")
    }
}

/// Listeners that only their source holds. They are dropped at its end, as their callbacks may hold the source.
pub(crate) struct Forgotten(RefCell<Option<Vec<EventListener>>>);

impl Forgotten {
    pub(crate) fn new() -> Forgotten {
        Forgotten(RefCell::new(Some(Vec::new())))
    }

    fn keep(&self, listener: EventListener) {
        if let Some(listeners) = &mut *self.0.borrow_mut() {
            listeners.push(listener);
        }
    }

    pub(crate) fn end(&self) {
        // Drops the callbacks while nothing is borrowed.
        drop(self.0.take());
    }
}

/// Callbacks for values of type `T`, each for one topic or for all.
pub(crate) struct Listeners<T: ?Sized> {
    /// `None` once the source has ended.
    entries: Rc<RefCell<Option<Entries<T>>>>,
}

type Entries<T> = Vec<Rc<Entry<T>>>;

struct Entry<T: ?Sized> {
    topic: Option<String>,
    removed: Cell<bool>,
    callback: RefCell<Callback<T>>,
}

type Callback<T> = Box<dyn FnMut(&T)>;

impl<T: ?Sized + 'static> Listeners<T> {
    /// Registers a callback for one topic, or for all.
    pub(crate) fn add(&self, topic: Option<&str>, callback: impl FnMut(&T) + 'static) -> Listener {
        let entry = Rc::new(Entry {
            topic: topic.map(str::to_owned),
            removed: Cell::new(false),
            callback: RefCell::new(Box::new(callback)),
        });
        if let Some(entries) = &mut *self.entries.borrow_mut() {
            entries.push(entry.clone());
        }
        let entries = Rc::downgrade(&self.entries);
        Listener(Some(Registration::Own(Box::new(move || remove(&entries, &entry)))))
    }

    /// Calls the callbacks of the topic, in order. Skips callbacks that were added or removed meanwhile, and stops once
    /// `is_over` returns true.
    pub(crate) fn emit(&self, topic: &str, value: &T, is_over: impl Fn() -> bool) {
        let concerned = |entry: &&Rc<Entry<T>>| entry.topic.as_deref().is_none_or(|own| own == topic);
        let entries: Vec<_> = self.entries.borrow().iter().flatten().filter(concerned).cloned().collect();
        for entry in entries {
            if is_over() {
                return;
            }
            // A callback that makes its source emit again is not called while it runs.
            if let (false, Ok(mut callback)) = (entry.removed.get(), entry.callback.try_borrow_mut()) {
                callback(value);
            }
        }
    }

    /// Drops all callbacks, as they may hold the source.
    pub(crate) fn end(&self) {
        // Drops the callbacks while nothing is borrowed.
        drop(self.entries.take());
    }
}

fn remove<T: ?Sized>(entries: &Weak<RefCell<Option<Entries<T>>>>, entry: &Rc<Entry<T>>) {
    entry.removed.set(true);
    if let Some(entries) = entries.upgrade()
        && let Some(entries) = &mut *entries.borrow_mut()
    {
        entries.retain(|other| !Rc::ptr_eq(other, entry));
    }
}

impl<T: ?Sized> Clone for Listeners<T> {
    fn clone(&self) -> Listeners<T> {
        Listeners { entries: self.entries.clone() }
    }
}

impl<T: ?Sized> Default for Listeners<T> {
    fn default() -> Listeners<T> {
        Listeners { entries: Rc::new(RefCell::new(Some(Vec::new()))) }
    }
}
