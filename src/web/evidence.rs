//! The details of a failure, from JavaScript values.

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{Headers, Response};

use super::exchange::Exchange;
use crate::error::{Cause, Error, ErrorCode, EventSourceError};
use crate::event::RawEvent;
use crate::machine::{Failure, Machine};

/// The details of a failure that the machine does not know, and the body of a refused response.
#[derive(Clone, Debug)]
pub(crate) struct Evidence {
    pub(crate) response: Option<Response>,
    pub(crate) body: Vec<u8>,
    /// The event that means failure.
    pub(crate) event: Option<RawEvent>,
    pub(crate) unfinished: Option<RawEvent>,
    /// The thrown value, or the reason of a rejection; `undefined` if there is none.
    pub(crate) cause: JsValue,
}

impl Evidence {
    /// The evidence of a failure. `failed` is the event that meant failure, if one did.
    pub(crate) fn of(
        failure: Failure,
        machine: &Machine,
        exchange: Option<&Exchange>,
        failed: Option<RawEvent>,
    ) -> Evidence {
        let is_refused = failure.status.is_some();
        Evidence {
            response: exchange.and_then(Exchange::response).filter(|_| is_refused),
            body: if is_refused { machine.evidence().to_vec() } else { Vec::new() },
            event: failed.filter(|_| failure.code == ErrorCode::Event),
            unfinished: machine.unfinished_event().map(RawEvent::from),
            cause: exchange.map_or(JsValue::UNDEFINED, |exchange| exchange.cause.borrow().clone()),
        }
    }

    /// The error for the user.
    pub(crate) fn into_error(self, failure: Failure, last_event_id: String) -> Error {
        let Evidence { response, body, event, unfinished, cause } = self;
        Error::Connection(Box::new(EventSourceError {
            code: failure.code,
            status: failure.status,
            headers: response.as_ref().map(|response| header_list(&response.headers())).unwrap_or_default(),
            body_prefix: response.map(|_| String::from_utf8_lossy(&body).into_owned()),
            attempt: failure.attempt,
            delay: failure.delay,
            delivered: failure.delivered,
            event,
            unfinished,
            unsent_last_event_id: failure.is_id_unsendable.then_some(last_event_id),
            cause: (!cause.is_undefined()).then(|| cause_of(&cause)),
        }))
    }
}

/// Converts a thrown JavaScript value to data.
pub(crate) fn cause_of(value: &JsValue) -> Cause {
    let text = |property: &str| Reflect::get(value, &JsValue::from_str(property)).ok()?.as_string();
    match (text("name"), text("message")) {
        (Some(name), Some(message)) => Cause { name, message },
        // The text that `String()` would return.
        _ => Cause { name: String::new(), message: value.as_string().unwrap_or_else(|| format!("{value:?}")) },
    }
}

fn header_list(headers: &Headers) -> Vec<(String, String)> {
    let pairs = headers.entries().into_iter().flatten().map(|pair| Array::from(&pair));
    let text = |value: JsValue| value.as_string().unwrap_or_default();
    pairs.map(|pair| (text(pair.get(0)), text(pair.get(1)))).collect()
}
