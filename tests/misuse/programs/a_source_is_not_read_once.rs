use eventsource_wasm::FetchEventSource;

fn main() {
    let _events = FetchEventSource::builder("/events").events();
}
