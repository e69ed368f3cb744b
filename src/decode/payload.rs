//! The data of an event, as serde reads it.

use std::cell::Cell;

use serde::de::{Deserializer, IgnoredAny, Visitor};
use serde_json::de::StrRead;

use super::failure::DecodeFailure;

/// Data that is parsed as JSON only if its type asks for JSON, as text need not be JSON.
#[derive(Clone, Copy)]
pub(super) struct Payload<'de> {
    text: &'de str,
    /// Set if the type asks for a value of any kind; an `Option` of such a type does not.
    asked_for_any: Option<&'de Cell<bool>>,
}

impl<'de> Payload<'de> {
    pub(super) fn new(text: &'de str) -> Payload<'de> {
        Payload { text, asked_for_any: None }
    }

    pub(super) fn noting(self, asked_for_any: &'de Cell<bool>) -> Payload<'de> {
        Payload { asked_for_any: Some(asked_for_any), ..self }
    }

    /// Reads all of the text as JSON.
    fn json<T>(
        self,
        read: impl FnOnce(&mut serde_json::Deserializer<StrRead<'de>>) -> serde_json::Result<T>,
    ) -> Result<T, DecodeFailure> {
        let mut json = serde_json::Deserializer::from_str(self.text);
        let value = read(&mut json).map_err(DecodeFailure::data)?;
        json.end().map_err(DecodeFailure::data)?;
        Ok(value)
    }
}

/// The name under which `serde_json::value::RawValue` asks for the text of a value.
const RAW_VALUE: &str = "$serde_json::private::RawValue";

macro_rules! from_json {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, DecodeFailure> {
            self.json(|json| json.$method($($argument,)* visitor))
        }
    )*};
}

impl<'de> Deserializer<'de> for Payload<'de> {
    type Error = DecodeFailure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        if let Some(asked_for_any) = self.asked_for_any {
            asked_for_any.set(true);
        }
        // Checks the syntax alone: JSON outside of the ranges of serde_json is an error, not a string.
        match serde_json::from_str::<IgnoredAny>(self.text) {
            Ok(_) => self.json(|json| json.deserialize_any(visitor)),
            // The syntax error of the JSON helps more than the error that a string was not expected.
            Err(error) => {
                visitor.visit_borrowed_str::<DecodeFailure>(self.text).map_err(|_| DecodeFailure::data(error))
            }
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        if self.text.trim_ascii_start().starts_with('"')
            && let Ok(text) = serde_json::from_str(self.text)
        {
            return visitor.visit_string(text);
        }
        visitor.visit_borrowed_str(self.text)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        if self.text.trim_ascii() == "null" {
            visitor.visit_none()
        } else {
            visitor.visit_some(Payload::new(self.text))
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeFailure> {
        if name == RAW_VALUE {
            return self.json(|json| json.deserialize_newtype_struct(name, visitor));
        }
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        visitor.visit_unit()
    }

    fn deserialize_unit_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, DecodeFailure> {
        visitor.visit_unit()
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        visitor.visit_unit()
    }

    from_json! {
        deserialize_bool()
        deserialize_i8()
        deserialize_i16()
        deserialize_i32()
        deserialize_i64()
        deserialize_i128()
        deserialize_u8()
        deserialize_u16()
        deserialize_u32()
        deserialize_u64()
        deserialize_u128()
        deserialize_f32()
        deserialize_f64()
        deserialize_char()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_seq()
        deserialize_map()
        deserialize_identifier()
        deserialize_tuple(length: usize)
        deserialize_tuple_struct(name: &'static str, length: usize)
        deserialize_struct(name: &'static str, fields: &'static [&'static str])
        deserialize_enum(name: &'static str, variants: &'static [&'static str])
    }
}
