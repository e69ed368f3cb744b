//! Tools for browser tests of code that uses this crate: an event server in memory, and a clock that the test advances.
//!
//! ```no_run
//! # async fn test() -> Result<(), eventsource_wasm::Error> {
//! use std::time::Duration;
//! use eventsource_wasm::FetchEventSource;
//! use eventsource_wasm::testing::{TestClock, TestEvent, TestEventServer};
//!
//! let (server, clock) = (TestEventServer::new(), TestClock::new());
//! let source =
//!     FetchEventSource::builder("https://api.test/events").fetch_with(server.fetch()).clock(clock.clone()).connect()?;
//! let _listener = source.on_raw("message", |event| println!("{}", event.data));
//!
//! server.accept().await.send(&TestEvent::data("one").id("7")).fail();
//! clock.advance(Duration::from_secs(3)).await; // the standard's delay before a reconnect
//!
//! let again = server.accept().await;
//! assert_eq!(again.last_event_id(), "7");
//! again.send(&TestEvent::data("two"));
//! clock.advance(Duration::ZERO).await; // until it is delivered
//!
//! source.close();
//! assert!(again.is_closed());
//! # Ok(())
//! # }
//! ```

mod body;
mod clock;
mod connection;
mod event;
mod server;

pub use clock::TestClock;
pub use connection::TestConnection;
pub use event::TestEvent;
pub use server::TestEventServer;
