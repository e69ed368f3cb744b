//! Listeners that stop listening when they are dropped, for both kinds of source.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use gloo_events::EventListener;

/// A listener that is registered. Dropping it removes it; so may its own callback. All end with their source.
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
    /// With an object of the browser's.
    Browser(EventListener, Weak<Forgotten>),
    /// With [`Listeners`]; the function removes it.
    Own(Box<dyn FnOnce()>),
}

impl Listener {
    /// `forgotten` keeps it if it is forgotten.
    pub(crate) fn browser(listener: EventListener, forgotten: &Rc<Forgotten>) -> Listener {
        Listener(Some(Registration::Browser(listener, Rc::downgrade(forgotten))))
    }

    /// Listens for as long as the source lives and has not ended.
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

/// Listeners that nobody holds but their source, until it ends: their callbacks may hold the source in turn.
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
        // What callbacks hold is dropped when nothing is borrowed.
        drop(self.0.take());
    }
}

/// Callbacks for values of type `T`, each for the values whose topic it named.
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

    /// Calls those that were registered for the topic when this began, in order, unless one was removed meanwhile or
    /// `is_over` says that nothing more is to be delivered.
    pub(crate) fn emit(&self, topic: &str, value: &T, is_over: impl Fn() -> bool) {
        let concerned = |entry: &&Rc<Entry<T>>| entry.topic.as_deref().is_none_or(|own| own == topic);
        let entries: Vec<_> = self.entries.borrow().iter().flatten().filter(concerned).cloned().collect();
        for entry in entries {
            if is_over() {
                return;
            }
            // A callback that makes its source emit again is not called anew while it runs.
            if let (false, Ok(mut callback)) = (entry.removed.get(), entry.callback.try_borrow_mut()) {
                callback(value);
            }
        }
    }

    /// Forgets all callbacks: they may hold the source, which has ended.
    pub(crate) fn end(&self) {
        // What they hold is dropped when nothing is borrowed.
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
