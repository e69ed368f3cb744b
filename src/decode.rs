//! JSON payloads to Rust types: the engine's own `JSON.parse`, then serde.

use serde::de::DeserializeOwned;
use wasm_bindgen::JsValue;

use crate::error::Error;
use crate::event::{Event, RawEvent};

/// Decodes the data of an event as JSON.
pub(crate) fn decode<T: DeserializeOwned>(raw: &RawEvent) -> Result<Event<T>, Error> {
    let fail = |message: String| Error::Decode { event: raw.clone(), message };
    let value = js_sys::JSON::parse(&raw.data).map_err(|error| fail(describe(&error)))?;
    let data = serde_wasm_bindgen::from_value(value).map_err(|error| fail(error.to_string()))?;
    Ok(Event { event: raw.event.clone(), data, last_event_id: raw.last_event_id.clone() })
}

fn describe(error: &JsValue) -> String {
    js_sys::Object::from(error.clone()).to_string().into()
}
