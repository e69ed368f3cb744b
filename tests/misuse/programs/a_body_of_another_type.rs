use eventsource_wasm::events;

struct Prompt;

fn main() {
    let _answer = events("/chat").body(Prompt).events();
}
