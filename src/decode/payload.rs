//! The data of an event, as serde reads it.

use std::cell::Cell;

use serde::de::{Deserializer, Visitor};

use super::failure::DecodeFailure;
use crate::web::host::parse_json;

/// Parsed when it is known what is wanted, since text need not be JSON.
#[derive(Clone, Copy)]
pub(super) struct Payload<'a> {
    text: &'a str,
    asked_for_any: &'a Cell<bool>,
}

impl<'a> Payload<'a> {
    /// `asked_for_any` tells afterwards whether a value of any kind was wanted.
    pub(super) fn new(text: &'a str, asked_for_any: &'a Cell<bool>) -> Payload<'a> {
        Payload { text, asked_for_any }
    }
}

macro_rules! from_json {
    ($($method:ident($($argument:ident: $type:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, DecodeFailure> {
            let json = parse_json(self.text).map_err(DecodeFailure::Data)?;
            json.$method($($argument,)* visitor).map_err(DecodeFailure::data)
        }
    )*};
}

impl<'de> Deserializer<'de> for Payload<'_> {
    type Error = DecodeFailure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        self.asked_for_any.set(true);
        match parse_json(self.text) {
            Ok(json) => json.deserialize_any(visitor).map_err(DecodeFailure::data),
            // What is wrong with the JSON says more than that a string was not expected.
            Err(message) => visitor.visit_str::<DecodeFailure>(self.text).map_err(|_| DecodeFailure::Data(message)),
        }
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        if self.text.trim_ascii_start().starts_with('"')
            && let Ok(json) = parse_json(self.text)
        {
            return json.deserialize_string(visitor).map_err(DecodeFailure::data);
        }
        visitor.visit_str(self.text)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        self.deserialize_string(visitor)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        if self.text.trim_ascii() == "null" { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeFailure> {
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
