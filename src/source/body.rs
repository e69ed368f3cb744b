use std::borrow::Cow;

use js_sys::{ArrayBuffer, JsString, Uint8Array};
use wasm_bindgen::JsValue;
use web_sys::{Blob, FormData, UrlSearchParams};

/// The body of a request: text, bytes, or a value that `fetch` accepts. To send your own value as JSON, see
/// [`Builder::json`](crate::Builder::json).
///
/// Text and bytes also work on a server that renders a component, which connects only in the browser. A server has no
/// `Uint8Array`: give `&[u8]` or a `Vec<u8>` instead.
///
/// `fetch` adds a `Content-Type` for text (`text/plain;charset=UTF-8`), for a `FormData`, a `UrlSearchParams` and a `Blob` with
/// a type; for bytes it adds none.
///
/// ```no_run
/// use eventsource_wasm::FetchEventSource;
///
/// let bytes: Vec<u8> = vec![1, 2, 3];
/// let source = FetchEventSource::builder("/events")
///     .header("content-type", "application/octet-stream")
///     .body(bytes)
///     .connect()?;
/// # Ok::<(), eventsource_wasm::Error>(())
/// ```
#[derive(Clone)]
pub struct Body(Kind);

#[derive(Clone)]
enum Kind {
    Text(String),
    Bytes(Vec<u8>),
    Value(JsValue),
}

impl Body {
    pub(super) fn to_js(&self) -> JsValue {
        match &self.0 {
            Kind::Text(text) => JsValue::from_str(text),
            Kind::Bytes(bytes) => Uint8Array::from(&**bytes).into(),
            Kind::Value(value) => value.clone(),
        }
    }
}

macro_rules! from {
    ($($variant:ident: $($kind:ty)*;)*) => {$($(
        impl From<$kind> for Body {
            fn from(body: $kind) -> Body {
                Body(Kind::$variant(body.into()))
            }
        }
    )*)*};
}

from! {
    Text: &str String &String Box<str> Cow<'_, str>;
    Bytes: &[u8] Vec<u8> Box<[u8]> Cow<'_, [u8]>;
    Value: JsValue JsString Uint8Array ArrayBuffer Blob FormData UrlSearchParams;
}

impl From<&Vec<u8>> for Body {
    fn from(bytes: &Vec<u8>) -> Body {
        Body(Kind::Bytes(bytes.clone()))
    }
}

impl<const N: usize> From<&[u8; N]> for Body {
    fn from(bytes: &[u8; N]) -> Body {
        Body(Kind::Bytes(bytes.into()))
    }
}

impl<const N: usize> From<[u8; N]> for Body {
    fn from(bytes: [u8; N]) -> Body {
        Body(Kind::Bytes(bytes.into()))
    }
}

/// Without the content, which may be secret or long.
impl std::fmt::Debug for Body {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.0 {
            Kind::Text(text) => write!(formatter, "Body({} bytes of text)", text.len()),
            Kind::Bytes(bytes) => write!(formatter, "Body({} bytes)", bytes.len()),
            Kind::Value(_) => formatter.write_str("Body(a value of JavaScript)"),
        }
    }
}
