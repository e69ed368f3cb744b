//! The parts of HTTP that event streams need: the meaning of a response head, and the headers of a request.

mod request;
mod response;
mod retry_after;

pub use request::{ACCEPT, last_event_id_bytes, last_event_id_header};
pub(crate) use request::{default_method, is_http, is_idempotent, is_sendable};
pub use response::ResponseHead;
pub use retry_after::parse_retry_after;
