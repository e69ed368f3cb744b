//! Events and errors for JavaScript, in libraries that wasm-bindgen exports.

use js_sys::{Object, Reflect};
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Headers;

use super::host;
use crate::error::{Cause, Error};
use crate::event::Event;

/// Converts to a JavaScript `Error` with the fields of the npm package's `EventSourceError` or `DecodeError`: `code`,
/// `status`, `headers`, `delay` in milliseconds and so on. Outside of JavaScript the result is `undefined`.
///
/// ```no_run
/// use eventsource_wasm::events;
/// use wasm_bindgen::JsValue;
///
/// async fn first(url: &str) -> Result<JsValue, JsValue> {
///     use futures_util::StreamExt;
///     let mut answer = events(url).events()?;
///     answer.next().await.transpose()?.map_or(Ok(JsValue::UNDEFINED), |event| event.to_js())
/// }
/// ```
impl From<Error> for JsValue {
    fn from(error: Error) -> JsValue {
        if host::require("Error").is_err() {
            return JsValue::UNDEFINED;
        }
        let value = js_sys::Error::new(&error.to_string());
        // Strings, booleans and numbers far below 2^53: serializing them cannot fail.
        if let Ok(fields) = error.serialize(&serde_wasm_bindgen::Serializer::json_compatible()) {
            Object::assign(&value, fields.unchecked_ref());
        }
        let cause = match &error {
            Error::InvalidRequest(cause) => Some(cause),
            Error::Connection(lost) => lost.cause.as_ref(),
            _ => None,
        };
        if let Some(cause) = cause {
            value.set_cause(&thrown(cause));
        }
        if let Error::Connection(lost) = &error
            && let Ok(headers) = to_headers(&lost.headers)
            && !lost.headers.is_empty()
        {
            let _ = Reflect::set(&value, &"headers".into(), &headers);
        }
        value.into()
    }
}

impl<T: Serialize> Event<T> {
    /// The event as the npm package delivers it: an object with `type`, `data` and `lastEventId`.
    ///
    /// # Errors
    ///
    /// A JavaScript `Error` if a JavaScript number cannot hold an integer of the data; outside of JavaScript, `undefined`.
    pub fn to_js(&self) -> Result<JsValue, JsValue> {
        host::require("Object")?;
        Ok(self.serialize(&serde_wasm_bindgen::Serializer::json_compatible())?)
    }
}

fn thrown(cause: &Cause) -> JsValue {
    if cause.name.is_empty() {
        return JsValue::from_str(&cause.message);
    }
    let error = js_sys::Error::new(&cause.message);
    error.set_name(&cause.name);
    error.into()
}

fn to_headers(list: &[(String, String)]) -> Result<Headers, JsValue> {
    let headers = Headers::new()?;
    list.iter().try_for_each(|(name, value)| headers.append(name, value))?;
    Ok(headers)
}
