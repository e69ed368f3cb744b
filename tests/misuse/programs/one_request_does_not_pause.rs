use eventsource_wasm::{WhenHidden, events};

fn main() {
    let _answer = events("/chat").when_hidden(WhenHidden::Pause).events();
}
