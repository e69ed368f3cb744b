//! Serializes errors for logs and for JavaScript, with the field names of JavaScript.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Cause, Error, ErrorCode, EventSourceError};

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Cause {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        fields.serialize_entry("name", &self.name)?;
        fields.serialize_entry("message", &self.message)?;
        fields.end()
    }
}

/// The fields of the JavaScript class of this name; `delay` is in milliseconds. Fields that are `None` are left out.
impl Serialize for EventSourceError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        connection(&mut fields, self)?;
        fields.end()
    }
}

/// As in JavaScript: `name`, `message` and the fields of the variant.
impl Serialize for Error {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_map(None)?;
        if let Error::Connection(error) = self {
            connection(&mut fields, error)?;
            return fields.end();
        }
        fields.serialize_entry("name", name(self))?;
        fields.serialize_entry("message", &self.to_string())?;
        match self {
            Error::InvalidUrl { url } => fields.serialize_entry("url", url)?,
            Error::InvalidRequest(cause) => fields.serialize_entry("cause", cause)?,
            Error::EventSource { will_reconnect } => fields.serialize_entry("willReconnect", will_reconnect)?,
            Error::Decode { event, .. } => {
                fields.serialize_entry("type", &event.event_type)?;
                fields.serialize_entry("data", &event.data)?;
                fields.serialize_entry("lastEventId", &event.last_event_id)?;
            }
            Error::Unsupported | Error::Connection(_) => {}
        }
        fields.end()
    }
}

fn name(error: &Error) -> &'static str {
    match error {
        Error::InvalidUrl { .. } => "SyntaxError",
        Error::InvalidRequest(_) => "TypeError",
        Error::Unsupported => "NotSupportedError",
        Error::Connection(_) | Error::EventSource { .. } => "EventSourceError",
        Error::Decode { .. } => "DecodeError",
    }
}

fn connection<M: SerializeMap>(fields: &mut M, error: &EventSourceError) -> Result<(), M::Error> {
    fields.serialize_entry("name", "EventSourceError")?;
    fields.serialize_entry("message", &error.to_string())?;
    fields.serialize_entry("code", &error.code)?;
    optional(fields, "status", &error.status)?;
    if !error.headers.is_empty() {
        fields.serialize_entry("headers", &Headers(&error.headers))?;
    }
    optional(fields, "bodyPrefix", &error.body_prefix)?;
    fields.serialize_entry("attempt", &error.attempt)?;
    fields.serialize_entry("willReconnect", &error.will_reconnect())?;
    optional(fields, "delay", &error.delay.map(|delay| delay.as_secs_f64() * 1000.0))?;
    fields.serialize_entry("delivered", &error.delivered)?;
    optional(fields, "event", &error.event)?;
    optional(fields, "unfinished", &error.unfinished)?;
    optional(fields, "unsentLastEventId", &error.unsent_last_event_id)?;
    optional(fields, "cause", &error.cause)
}

fn optional<M: SerializeMap>(fields: &mut M, name: &str, value: &Option<impl Serialize>) -> Result<(), M::Error> {
    value.as_ref().map_or(Ok(()), |value| fields.serialize_entry(name, value))
}

struct Headers<'a>(&'a [(String, String)]);

impl Serialize for Headers<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
