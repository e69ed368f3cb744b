#![deny(unused_must_use)]

use eventsource_wasm::FetchEventSource;

fn listen(source: &FetchEventSource) {
    source.on::<f64>("progress", |_| ());
    source.events::<f64>();
}

fn main() {}
