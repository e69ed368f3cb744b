use eventsource_wasm::{RetryPolicy, events};

fn main() {
    let _answer = events("/chat").retry(RetryPolicy::default()).events();
}
