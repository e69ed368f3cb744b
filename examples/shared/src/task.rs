use std::future::Future;

use futures_util::future::{AbortHandle, abortable};
use wasm_bindgen_futures::spawn_local;

/// A future that runs until it is done or this is dropped. Then what it holds is dropped too: a stream, and with it the
/// request.
#[derive(Debug)]
pub struct Task(AbortHandle);

impl Task {
    pub fn spawn(future: impl Future<Output = ()> + 'static) -> Task {
        let (future, handle) = abortable(future);
        spawn_local(async {
            let _ = future.await;
        });
        Task(handle)
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
