#![deny(unused_must_use)]

use eventsource_wasm::{Error, EventSource, FetchEventSource};

fn main() -> Result<(), Error> {
    FetchEventSource::new("/events")?;
    EventSource::new("/events")?;
    Ok(())
}
