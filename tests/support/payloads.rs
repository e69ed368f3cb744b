//! A table of payloads: the data, the type to decode it as, and the outcome. Outcomes are equal natively and in a browser.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Debug;

use eventsource_wasm::{Error, RawEvent};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_json::value::RawValue;

/// One row of the table, decoded.
pub(crate) struct Row {
    pub(crate) claim: &'static str,
    pub(crate) expected: &'static str,
    pub(crate) outcome: String,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by Debug")]
struct Trade {
    id: u64,
    price: f64,
    #[serde(default)]
    note: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "read by Debug")]
struct Strict {
    id: u64,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "read by Debug")]
enum Number {
    N(u64),
    F(f64),
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
#[allow(dead_code, reason = "read by Debug")]
enum TradeOrText {
    Trade(Trade),
    Text(String),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[allow(dead_code, reason = "read by Debug")]
enum Internally {
    Delta { id: u64 },
    Stop,
}

#[derive(Debug, Deserialize)]
#[serde(tag = "t", content = "c")]
#[allow(dead_code, reason = "read by Debug")]
enum Adjacently {
    Id(u64),
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by Debug")]
enum Externally {
    Id(u64),
    Stop,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by Debug")]
struct Flattened {
    id: u64,
    #[serde(flatten)]
    rest: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by Debug")]
struct Text(String);

#[derive(Debug, Deserialize)]
#[allow(dead_code, reason = "read by Debug")]
struct Id(u64);

#[derive(Debug, Deserialize)]
struct Unit;

fn outcome<T: DeserializeOwned + Debug>(data: &str) -> String {
    match RawEvent::new("message", data, "7").decode::<T>() {
        Ok(event) => format!("{:?}", event.data),
        Err(Error::Decode { message, .. }) => format!("error: {message}"),
        Err(error) => panic!("{error}"),
    }
}

macro_rules! rows {
    ($($claim:literal: $type:ty, $data:expr => $expected:literal)*) => {
        vec![$(Row { claim: $claim, expected: $expected, outcome: outcome::<$type>(&$data) }),*]
    };
}

fn nested(depth: usize) -> String {
    ["[".repeat(depth), "]".repeat(depth)].concat()
}

pub(crate) fn rows() -> Vec<Row> {
    rows! {
        // Integers.
        "a u64 of 19 digits": u64, "1234567890123456789" => "1234567890123456789"
        "the largest u64": u64, "18446744073709551615" => "18446744073709551615"
        "beyond a u64": u64, "18446744073709551616" => "error: invalid type: floating point `1.8446744073709552e+19`, expected u64 at line 1 column 20"
        "the smallest i64": i64, "-9223372036854775808" => "-9223372036854775808"
        "a u128": u128, "1" => "1"
        "the largest u128": u128, "340282366920938463463374607431768211455" => "340282366920938463463374607431768211455"
        "an i128": i128, "-170141183460469231731687303715884105728" => "-170141183460469231731687303715884105728"
        "beyond a u8": u8, "256" => "error: invalid value: integer `256`, expected u8 at line 1 column 3"
        "a negative number for an unsigned type": u32, "-1" => "error: invalid value: integer `-1`, expected u32 at line 1 column 2"
        "a fraction for an integer": u64, "5.0" => "error: invalid type: floating point `5.0`, expected u64 at line 1 column 3"
        "an exponent for an integer": u64, "1e3" => "error: invalid type: floating point `1000.0`, expected u64 at line 1 column 3"
        "a leading zero": u32, "01" => "error: invalid number at line 1 column 2"
        "a plus sign": u32, "+1" => "error: expected value at line 1 column 1"

        // Floats.
        "an integer for a float": f64, "5" => "5.0"
        "a float that a quick parser rounds wrongly": f64, "31.245270191439438" => "31.245270191439438"
        "the smallest float": f64, "5e-324" => "5e-324"
        "a float beyond the largest": f64, "1e400" => "error: number out of range at line 1 column 5"
        "a float below the smallest": f64, "1e-400" => "0.0"
        "negative zero": f64, "-0.0" => "-0.0"
        "NaN is no JSON": f64, "NaN" => "error: expected value at line 1 column 1"

        // Values of any kind.
        "a Value beyond 2^53": Value, "9007199254740993" => "Number(9007199254740993)"
        "a Value that is no JSON is a string": Value, "[DONE]" => r#"String("[DONE]")"#
        "a Value of empty data is an empty string": Value, "" => r#"String("")"#
        "a Value of JSON with other text after it is a string": Value, "1 2" => r#"String("1 2")"#
        "a Value beyond the largest float": Value, "1e400" => "error: number out of range at line 1 column 5"
        "of two equal keys in a Value the last counts": Value, r#"{"a":1,"a":2}"# => r#"Object {"a": Number(2)}"#
        "a Value nested 127 deep": bool, outcome::<Value>(&nested(127)).starts_with("Array").to_string() => "true"
        "a Value nested 128 deep": Value, nested(128) => "error: recursion limit exceeded at line 1 column 128"
        "a Value nested so deep that it would exhaust the stack": Value, nested(100_000) => "error: recursion limit exceeded at line 1 column 128"
        "a RawValue is the JSON text": Box<RawValue>, r#" {"a": 1.0} "# => r#"RawValue({"a": 1.0})"#
        "a RawValue of data that is no JSON": Box<RawValue>, "[DONE]" => "error: expected value at line 1 column 2"

        // Strings and characters.
        "a String takes text": String, "hello" => r#""hello""#
        "a String takes empty data": String, "" => r#""""#
        "a String takes a number": String, "1" => r#""1""#
        "a String takes an object": String, r#"{"a":1}"# => r#""{\"a\":1}""#
        "a String takes a JSON string without its quotes": String, r#" "a\n\u00e9\ud83e\udd80" "# => r#""a\né🦀""#
        "a JSON string without its closing quote stays text": String, r#""half"# => r#""\"half""#
        "a lone surrogate is no JSON string": String, r#""\ud800""# => r#""\"\\ud800\"""#
        "a lone surrogate in a Value": Value, r#"["\ud800"]"# => "error: unexpected end of hex escape at line 1 column 9"
        "a newtype of a String": Text, "hello" => r#"Text("hello")"#
        "an Option of a String": Option<String>, "hello" => r#"Some("hello")"#
        "a char": char, r#""é""# => "'é'"

        // Options, newtypes, units.
        "null for an Option": Option<u64>, " null " => "None"
        "a value for an Option": Option<u64>, "5" => "Some(5)"
        "empty data for an Option": Option<u64>, "" => "error: EOF while parsing a value at line 1 column 0"
        "null for a number": u64, "null" => "error: invalid type: null, expected u64 at line 1 column 4"
        "a newtype": Id, "1234567890123456789" => "Id(1234567890123456789)"
        "() takes any data": (), "{" => "()"
        "a unit struct takes any data": Unit, "[1" => "Unit"

        // Structs, maps, sequences.
        "a struct": Trade, r#"{"price":0.1,"id":1234567890123456789,"other":[]}"# => "Trade { id: 1234567890123456789, price: 0.1, note: None }"
        "a missing field": Trade, r#"{"id":1}"# => "error: missing field `price` at line 1 column 8"
        "a field twice": Trade, r#"{"id":1,"price":1,"id":2}"# => "error: duplicate field `id` at line 1 column 22"
        "an unknown field that is denied": Strict, r#"{"id":1,"other":2}"# => "error: unknown field `other`, expected `id` at line 1 column 15"
        "flattened unknown fields": Flattened, r#"{"id":1,"big":9007199254740993}"# => r#"Flattened { id: 1, rest: {"big": Number(9007199254740993)} }"#
        "numbers as keys": HashMap<u32, u64>, r#"{"7":1234567890123456789}"# => "{7: 1234567890123456789}"
        "a tuple": (u8, String), r#"[1,"a"]"# => r#"(1, "a")"#
        "a tuple of another length": (u8, u8), "[1,2,3]" => "error: trailing characters at line 1 column 6"
        "bytes from numbers": Vec<u8>, "[0,255]" => "[0, 255]"
        "data after the value": Vec<u8>, "[1] x" => "error: trailing characters at line 1 column 5"

        // Enums.
        "untagged: a fraction is no integer": Number, "5.0" => "F(5.0)"
        "untagged: an integer": Number, "5" => "N(5)"
        "untagged: text": TradeOrText, "[DONE]" => r#"Text("[DONE]")"#
        "untagged: a struct": TradeOrText, r#"{"id":1234567890123456789,"price":5}"# => "Trade(Trade { id: 1234567890123456789, price: 5.0, note: None })"
        "internally tagged": Internally, r#"{"id":1234567890123456789,"type":"delta"}"# => "Delta { id: 1234567890123456789 }"
        "internally tagged, without content": Internally, r#"{"type":"stop"}"# => "Stop"
        "internally tagged, data that is no JSON": Internally, "[DONE]" => "error: expected value at line 1 column 2"
        "adjacently tagged, content before the tag": Adjacently, r#"{"c":1234567890123456789,"t":"Id"}"# => "Id(1234567890123456789)"
        "externally tagged": Externally, r#"{"Id":1234567890123456789}"# => "Id(1234567890123456789)"
        "externally tagged, without content": Externally, r#""Stop""# => "Stop"
        "an unknown variant": Externally, r#""Go""# => "error: unknown variant `Go`, expected `Id` or `Stop` at line 1 column 4"
    }
}

/// Decodes all rows, and panics with each row that has another outcome.
pub(crate) fn check() {
    let rows = rows();
    assert!(rows.len() >= 55, "{} rows", rows.len());
    let differ: Vec<_> = rows.iter().filter(|row| row.outcome != row.expected).collect();
    let shown =
        differ.iter().map(|row| format!("{}\n  expected {}\n  but was  {}\n", row.claim, row.expected, row.outcome));
    assert!(differ.is_empty(), "{}", shown.collect::<String>());
}
