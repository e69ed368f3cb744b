//! Events as the variants of an enum with `#[serde(tag = "event", content = "data")]`.

use std::cell::Cell;
use std::fmt::Display;

use serde::de::value::{BorrowedStrDeserializer, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Expected, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::failure::DecodeFailure;
use super::payload::Payload;
use crate::error::Error;
use crate::event::RawEvent;

/// Decodes an event as the variant of its name; `None` if no variant has this name.
pub(crate) fn variant_of<T: DeserializeOwned>(event: &RawEvent) -> Option<Result<T, Error>> {
    let read = Read::default();
    let failure = match T::deserialize(Tagged { event, has_data: true, read: &read }) {
        Ok(variant) => return Some(Ok(variant)),
        Err(DecodeFailure::UnknownName) => return None,
        Err(failure) => failure,
    };
    // A variant without data, as with `#[serde(other)]`: serde accepts it only without a data entry. Its enum reads the name as
    // a variant, and it asks for data of any kind. In all other types, serde would fill in the missing data of an `Option`.
    if read.asked_for_any.get()
        && !read.variants.get().is_empty()
        && let Ok(variant) = T::deserialize(Tagged { event, has_data: false, read: &read })
    {
        return Some(Ok(variant));
    }
    // For example an enum with another tag: the map lacks its field.
    let failure = if read.takes_map.get() {
        DecodeFailure::data(format_args!("{failure} (events are read by an enum with {ATTRIBUTE})"))
    } else {
        failure
    };
    Some(Err(failure.of(event)))
}

/// The names of the variants; empty if the type is no enum with the attribute.
#[cfg(feature = "web")]
pub(crate) fn event_names<T: DeserializeOwned>() -> &'static [&'static str] {
    let event = RawEvent::new("", "", "");
    let read = Read::default();
    let _ = T::deserialize(Tagged { event: &event, has_data: true, read: &read });
    read.variants.get()
}

/// What the type asked for while it was decoded.
#[derive(Default)]
struct Read {
    /// Whether the type accepted the map without naming a field for the tag.
    takes_map: Cell<bool>,
    asked_for_any: Cell<bool>,
    variants: Cell<&'static [&'static str]>,
}

/// An event as the map that stands for a variant.
#[derive(Clone, Copy)]
struct Tagged<'a> {
    event: &'a RawEvent,
    has_data: bool,
    read: &'a Read,
}

impl<'de> Tagged<'de> {
    fn entries<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        visitor.visit_map(Entries { tagged: self, next: Key::Event })
    }
}

const ATTRIBUTE: &str = r#"#[serde(tag = "event", content = "data")]"#;

/// The failure of a type that cannot be an enum of events.
fn unfit(what: impl Display) -> DecodeFailure {
    DecodeFailure::Data(format!(
        "expected an enum with {ATTRIBUTE}, whose variants are named as the events; {what}. \
         For one type of data, use `on` or `RawEvent::decode`"
    ))
}

macro_rules! unfit {
    ($($method:ident($($argument:ty),*))*) => {$(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* visitor: V) -> Result<V::Value, DecodeFailure> {
            Err(unfit(format_args!("this type expects {}", &visitor as &dyn Expected)))
        }
    )*};
}

impl<'de> Deserializer<'de> for Tagged<'de> {
    type Error = DecodeFailure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        self.read.takes_map.set(true);
        self.entries(visitor)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeFailure> {
        visitor.visit_newtype_struct(self)
    }

    /// Called by an enum with the attribute, whose fields are the tag and the content.
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeFailure> {
        if !fields.contains(&"event") {
            return Err(unfit(format_args!("{name} is no such enum")));
        }
        self.entries(visitor)
    }

    /// Called by an enum without the attribute.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, DecodeFailure> {
        Err(unfit(format_args!("{name} lacks the attribute")))
    }

    unfit! {
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
        deserialize_str()
        deserialize_string()
        deserialize_bytes()
        deserialize_byte_buf()
        deserialize_option()
        deserialize_unit()
        deserialize_unit_struct(&'static str)
        deserialize_seq()
        deserialize_tuple(usize)
        deserialize_tuple_struct(&'static str, usize)
    }

    forward_to_deserialize_any! { map identifier ignored_any }
}

/// The entries of the map of an event, the tag first.
struct Entries<'a> {
    tagged: Tagged<'a>,
    next: Key,
}

enum Key {
    Event,
    Data,
    None,
}

impl<'de> MapAccess<'de> for Entries<'de> {
    type Error = DecodeFailure;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeFailure> {
        let key = match self.next {
            Key::Event => "event",
            Key::Data if self.tagged.has_data => "data",
            Key::Data | Key::None => return Ok(None),
        };
        seed.deserialize(BorrowedStrDeserializer::new(key)).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, DecodeFailure> {
        let Tagged { event, read, .. } = self.tagged;
        if let Key::Event = self.next {
            self.next = Key::Data;
            seed.deserialize(Name { name: &event.event_type, variants: &read.variants })
        } else {
            self.next = Key::None;
            seed.deserialize(Payload::new(&event.data).noting(&read.asked_for_any))
        }
    }
}

/// The name of an event, which chooses the variant.
struct Name<'a> {
    name: &'a str,
    variants: &'a Cell<&'static [&'static str]>,
}

impl<'de> Deserializer<'de> for Name<'_> {
    type Error = DecodeFailure;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeFailure> {
        visitor.visit_str(self.name)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeFailure> {
        self.variants.set(variants);
        let name: StrDeserializer<'_, DecodeFailure> = self.name.into_deserializer();
        visitor.visit_enum(name).map_err(|_| DecodeFailure::UnknownName)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, Deserialize, PartialEq)]
    struct Progress {
        percent: f64,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "event", content = "data", rename_all = "kebab-case")]
    enum Feed {
        Update(Progress),
        Moved { x: i32 },
        Message(String),
        Maybe(Option<Progress>),
        Value(Value),
        AllDone,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "type", rename_all = "lowercase")]
    enum Shape {
        Circle { r: f64 },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(untagged)]
    enum NumberOrList {
        Number(u64),
        List(Vec<u64>),
    }

    #[derive(Debug, Deserialize, PartialEq)]
    struct Optional<T>(Option<T>);

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "event", content = "data", rename_all = "lowercase")]
    enum Options {
        Shape(Option<Shape>),
        Either(Option<NumberOrList>),
        Value(Option<Value>),
        Newtype(Optional<Shape>),
        Done,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "event", content = "data", rename_all = "lowercase")]
    enum OptionsAndUntagged {
        Shape(Option<Shape>),
        #[serde(untagged)]
        Other {
            event: String,
            data: u64,
        },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "event", rename_all = "lowercase")]
    enum WithDataFields {
        Shape { data: Option<Shape> },
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "event", content = "data", rename_all = "lowercase")]
    enum WithOther {
        Update(Progress),
        #[serde(other)]
        Other,
    }

    #[derive(Debug, Deserialize, PartialEq)]
    #[serde(tag = "event", content = "data", rename_all = "lowercase")]
    enum WithUntagged {
        Update(Progress),
        #[serde(untagged)]
        Unknown {
            event: String,
            data: Value,
        },
    }

    #[derive(Debug, Deserialize)]
    enum WithoutAttribute {
        #[allow(dead_code, reason = "it cannot be decoded")]
        Message(String),
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "type", content = "data")]
    enum OtherTag {
        #[allow(dead_code, reason = "it cannot be decoded")]
        Message(String),
    }

    #[derive(Debug, Deserialize)]
    #[serde(tag = "type")]
    enum TagAlone {
        Message,
    }

    fn decoded<T: DeserializeOwned>(event: &str, data: &str) -> Option<Result<T, Error>> {
        variant_of(&RawEvent::new(event, data, "7"))
    }

    fn decode<T: DeserializeOwned>(event: &str, data: &str) -> T {
        decoded(event, data).expect("a variant of that name").expect("data of its type")
    }

    #[test]
    fn the_name_of_the_event_chooses_the_variant() {
        assert_eq!(decode::<Feed>("update", r#"{"percent":50}"#), Feed::Update(Progress { percent: 50.0 }));
        assert_eq!(decode::<Feed>("moved", r#"{"x":-1}"#), Feed::Moved { x: -1 });
        assert_eq!(decode::<Feed>("message", "hello"), Feed::Message("hello".into()));
        assert_eq!(decode::<Feed>("value", "[1]"), Feed::Value(json!([1])));
        assert_eq!(decode::<Feed>("value", "[DONE]"), Feed::Value(json!("[DONE]")));
    }

    #[test]
    fn a_variant_without_data_accepts_any_data() {
        for data in ["", "null", "{}", r#"{"percent":50}"#, "[1]", "1", "not JSON", "{"] {
            assert_eq!(decode::<Feed>("all-done", data), Feed::AllDone, "{data}");
            assert_eq!(decode::<WithOther>("whatever", data), WithOther::Other, "{data}");
        }
    }

    #[test]
    fn an_event_without_a_variant_of_its_name_is_none() {
        assert!(decoded::<Feed>("whatever", "{}").is_none());
        assert!(decoded::<Feed>("", "{}").is_none());
        assert!(decoded::<Feed>("Update", "{}").is_none(), "names are case-sensitive");
    }

    #[test]
    fn an_untagged_variant_gets_the_name_and_the_data_of_all_other_events() {
        let unknown = |data| WithUntagged::Unknown { event: "whatever".into(), data };
        assert_eq!(
            decode::<WithUntagged>("update", r#"{"percent":1}"#),
            WithUntagged::Update(Progress { percent: 1.0 })
        );
        assert_eq!(decode::<WithUntagged>("whatever", r#"{"x":[1]}"#), unknown(json!({ "x": [1] })));
        assert_eq!(decode::<WithUntagged>("whatever", "text"), unknown(json!("text")));
    }

    #[test]
    fn data_of_another_type_is_an_error_with_the_event_not_another_variant() {
        for (event, data) in
            [("update", "{}"), ("update", "null"), ("update", "{"), ("maybe", "{}"), ("maybe", ""), ("moved", "")]
        {
            let error = decoded::<Feed>(event, data).expect("a variant of that name").expect_err(data);
            let Error::Decode { event: RawEvent { last_event_id, .. }, .. } = error else { panic!("{error}") };
            assert_eq!(last_event_id, "7");
        }
        assert_eq!(decode::<Feed>("maybe", "null"), Feed::Maybe(None));
        assert!(matches!(decoded::<WithOther>("update", "{}"), Some(Err(Error::Decode { .. }))));
    }

    #[test]
    fn an_option_is_none_for_null_and_not_for_data_of_another_type() {
        fn check<T: DeserializeOwned + PartialEq + std::fmt::Debug>(event: &str, none: T, wrong: &[&str]) {
            assert_eq!(decode::<T>(event, "null"), none);
            for data in wrong {
                let decoded = decoded::<T>(event, data);
                assert!(matches!(decoded, Some(Err(Error::Decode { .. }))), "{event} {data}: {decoded:?}");
            }
        }
        let wrong = ["", "oops", "{}", r#"{"type":"circle"}"#, r#"{"type":"triangle"}"#];
        check("shape", Options::Shape(None), &wrong);
        check("newtype", Options::Newtype(Optional(None)), &wrong);
        check("either", Options::Either(None), &["", "-1", r#""x""#, "{}"]);
        check("value", Options::Value(None), &["1e400", r#""\ud800""#]);
        check("shape", OptionsAndUntagged::Shape(None), &wrong);
        check("shape", WithDataFields::Shape { data: None }, &wrong);

        assert_eq!(
            decode::<Options>("shape", r#"{"type":"circle","r":1}"#),
            Options::Shape(Some(Shape::Circle { r: 1.0 }))
        );
        assert_eq!(decode::<Options>("value", "text"), Options::Value(Some(json!("text"))));
        assert_eq!(decode::<Options>("done", r#"{"type":"triangle"}"#), Options::Done);
    }

    #[test]
    fn a_type_that_is_no_enum_of_events_fails_with_the_attribute_to_add() {
        fn message<T: DeserializeOwned + std::fmt::Debug>() -> String {
            let error = decoded::<T>("Message", r#"{"type":"Message"}"#).expect("an error").expect_err("an error");
            let Error::Decode { message, .. } = error else { panic!("{error}") };
            assert!(message.contains(r#"#[serde(tag = "event", content = "data")]"#), "{message}");
            message
        }
        for (message, reason) in [
            (message::<WithoutAttribute>(), "WithoutAttribute lacks the attribute"),
            (message::<OtherTag>(), "OtherTag is no such enum"),
            (message::<TagAlone>(), "missing field `type`"),
            (message::<Progress>(), "Progress is no such enum"),
            (message::<String>(), "this type expects a string"),
            (message::<Vec<Feed>>(), "this type expects a sequence"),
            (message::<Option<Feed>>(), "this type expects option"),
            (message::<u64>(), "this type expects u64"),
        ] {
            assert!(message.contains(reason), "{message}");
        }
    }

    #[cfg(feature = "web")]
    #[test]
    fn event_names_are_the_names_of_the_variants() {
        assert_eq!(event_names::<Feed>(), ["update", "moved", "message", "maybe", "value", "all-done"]);
        assert_eq!(event_names::<WithOther>(), ["update", "other"]);
        assert!(event_names::<Progress>().is_empty());
        assert!(event_names::<WithUntagged>().is_empty());
    }
}
