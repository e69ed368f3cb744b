use std::fmt;

use serde::de;

use crate::error::Error;
use crate::event::RawEvent;

/// Why an event does not decode.
#[derive(Debug)]
pub(super) enum DecodeFailure {
    /// The enum has no variant of the event's name.
    UnknownName,
    Data(String),
}

impl DecodeFailure {
    pub(super) fn data(error: impl fmt::Display) -> DecodeFailure {
        DecodeFailure::Data(error.to_string())
    }

    pub(super) fn of(self, event: &RawEvent) -> Error {
        Error::Decode { event: event.clone(), message: self.to_string() }
    }
}

impl fmt::Display for DecodeFailure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DecodeFailure::UnknownName => formatter.write_str("no variant has this name"),
            DecodeFailure::Data(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for DecodeFailure {}

impl de::Error for DecodeFailure {
    fn custom<T: fmt::Display>(message: T) -> DecodeFailure {
        DecodeFailure::data(message)
    }
}
