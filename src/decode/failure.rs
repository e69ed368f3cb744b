use std::fmt;

use serde::de;

use crate::error::Error;
use crate::event::RawEvent;

/// What serde says.
#[derive(Debug)]
pub(super) enum Failure {
    /// The enum has no variant of the event's name.
    UnknownName,
    Data(String),
}

impl Failure {
    pub(super) fn data(error: impl fmt::Display) -> Failure {
        Failure::Data(error.to_string())
    }

    pub(super) fn of(self, event: &RawEvent) -> Error {
        Error::Decode { event: event.clone(), message: self.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::UnknownName => formatter.write_str("no variant has this name"),
            Failure::Data(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for Failure {}

impl de::Error for Failure {
    fn custom<T: fmt::Display>(message: T) -> Failure {
        Failure::data(message)
    }
}
