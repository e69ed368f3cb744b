//! Events to Rust types: their data, and enums whose variants are events.

mod failure;
mod payload;
mod variant;

use std::cell::Cell;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::event::{Event, RawEvent};
use payload::Payload;

pub(crate) use variant::{decode_variant, event_names};

impl RawEvent {
    /// The event with its data as a `T`, by these rules:
    ///
    /// - The data is JSON.
    /// - A `String` takes all data: a JSON string gives what it says, anything else comes as it arrived. So do an `Option` or a
    ///   newtype of one. Text that happens to be a JSON string loses its quotes; where that matters, take the
    ///   [`data`](Event::data) of the raw event.
    /// - A type that takes values of any kind, such as `serde_json::Value` or an `#[serde(untagged)]` enum, takes what is not
    ///   JSON as a string.
    /// - `()` takes all data, and looks at none.
    ///
    /// In browsers the engine's `JSON.parse` reads the JSON, so that integers beyond 2<sup>53</sup> are not exact. Elsewhere,
    /// as in tests of yours, serde_json does.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`], with this event. What is nested more than 127 deep counts as no JSON.
    ///
    /// ```
    /// use eventsource_wasm::{Error, RawEvent};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Progress { percent: f64 }
    ///
    /// let raw = RawEvent::new("update", r#"{"percent":50}"#, "7");
    /// assert_eq!(raw.decode::<Progress>()?.data.percent, 50.0);
    /// assert!(matches!(raw.decode::<u32>(), Err(Error::Decode { .. })));
    /// # Ok::<(), Error>(())
    /// ```
    pub fn decode<T: DeserializeOwned>(&self) -> Result<Event<T>, Error> {
        let data = T::deserialize(Payload::new(&self.data, &Cell::default())).map_err(|failure| failure.of(self))?;
        Ok(Event { event_type: self.event_type.clone(), data, last_event_id: self.last_event_id.clone() })
    }
}
