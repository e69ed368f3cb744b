//! Lets the event loop turn.

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::MessageChannel;

/// Resolves after a turn of the event loop. It uses no timer, as browsers delay timers in hidden pages.
pub(crate) async fn task() {
    let Ok(channel) = MessageChannel::new() else {
        return;
    };
    let (here, there) = (channel.port1(), channel.port2());
    let turned = Promise::new(&mut |resolve, _| here.set_onmessage(Some(&resolve)));
    if there.post_message(&JsValue::UNDEFINED).is_ok() {
        // The promise never rejects.
        let _ = JsFuture::from(turned).await;
    }
    here.close();
}
