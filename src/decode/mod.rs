//! Decodes events into Rust types: their data, and enums whose variants are events.

mod failure;
mod payload;
mod variant;

use std::fmt::Display;

use serde::de::DeserializeOwned;

use crate::error::Error;
use crate::event::{Event, RawEvent};
use failure::DecodeFailure;
use payload::Payload;

#[cfg(feature = "web")]
pub(crate) use variant::event_names;
pub(crate) use variant::variant_of;

impl RawEvent {
    /// Decodes the data of the event as a `T`, by these rules:
    ///
    /// - serde_json reads the data as JSON, in browsers as elsewhere: a native test has the same result as a page.
    /// - A `String` accepts all data: a JSON string is decoded, all other data stays as it arrived. An `Option` or a newtype
    ///   of a `String` does the same. Text that happens to be a JSON string loses its quotes; where that matters, use the
    ///   [`data`](Event::data) of the raw event.
    /// - A type that accepts values of any kind, such as `serde_json::Value` or an `#[serde(untagged)]` enum, gets data that
    ///   is not JSON as a string.
    /// - An `Option` is `None` for `null`.
    /// - `()` accepts all data and ignores it.
    ///
    /// Numbers are exact: a `u64` of 19 digits, a `u128`, and with the feature `float_roundtrip` (default) an `f64` to its
    /// last bit. The text decides the kind of a number: `5.0` and `5e0` are not integers.
    ///
    /// serde_json is stricter than the `JSON.parse` of JavaScript: data that is nested more than 127 levels deep, a lone
    /// surrogate such as `"\ud800"` and a number beyond the largest `f64`, such as `1e400`, are errors. So is a repeated
    /// field of a derived struct. A `String` keeps a lone surrogate as it arrived, in its quotes.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`], with this event.
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
        match T::deserialize(Payload::new(&self.data)) {
            Ok(data) => Ok(self.with_data(data)),
            Err(failure) => Err(failure.of(self)),
        }
    }

    /// Decodes the data of the event with your own function, for example if the data is not JSON.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`], with this event and the message of the decoder's error.
    ///
    /// ```no_run
    /// # async fn example(source: eventsource_wasm::FetchEventSource) -> Result<(), eventsource_wasm::Error> {
    /// use futures_util::StreamExt;
    ///
    /// let mut prices = source.raw_events(&["price"]).map(|event| event?.decode_with(str::parse::<f64>));
    /// while let Some(price) = prices.next().await {
    ///     show(price?.data);
    /// }
    /// # Ok(())
    /// # }
    /// # fn show(_: f64) {}
    /// ```
    pub fn decode_with<T, E: Display>(&self, decode: impl FnOnce(&str) -> Result<T, E>) -> Result<Event<T>, Error> {
        match decode(&self.data) {
            Ok(data) => Ok(self.with_data(data)),
            Err(error) => Err(DecodeFailure::data(error).of(self)),
        }
    }

    /// Decodes the event as the variant of its name, of an enum with `#[serde(tag = "event", content = "data")]`. `None` if
    /// no variant has this name.
    ///
    /// A variant holds the data of its event, decoded as by [`decode`](RawEvent::decode). A variant without data accepts any
    /// data. With `#[serde(other)]`, such a variant in the last place accepts events of any other name. Beside an
    /// `#[serde(untagged)]` variant, a variant without data accepts only `null`.
    ///
    /// # Errors
    ///
    /// [`Error::Decode`], with this event: the data does not fit the variant, or the type is no such enum.
    ///
    /// ```
    /// use eventsource_wasm::{Error, RawEvent};
    ///
    /// #[derive(Debug, PartialEq, serde::Deserialize)]
    /// #[serde(tag = "event", content = "data", rename_all = "kebab-case")]
    /// enum Feed {
    ///     Update { percent: f64 },
    ///     AllDone,
    /// }
    ///
    /// let update = RawEvent::new("update", r#"{"percent":50}"#, "7").decode_variant::<Feed>()?.expect("a known name");
    /// assert_eq!((update.data, &*update.last_event_id), (Feed::Update { percent: 50.0 }, "7"));
    /// assert_eq!(RawEvent::new("other", "", "7").decode_variant::<Feed>()?, None);
    /// assert!(RawEvent::new("update", "{", "7").decode_variant::<Feed>().is_err());
    /// # Ok::<(), Error>(())
    /// ```
    pub fn decode_variant<T: DeserializeOwned>(&self) -> Result<Option<Event<T>>, Error> {
        variant_of(self).map(|decoded| decoded.map(|data| self.with_data(data))).transpose()
    }

    fn with_data<T>(&self, data: T) -> Event<T> {
        Event { event_type: self.event_type.clone(), data, last_event_id: self.last_event_id.clone() }
    }
}
