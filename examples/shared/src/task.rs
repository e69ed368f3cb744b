use std::future::Future;

use futures_util::future::{AbortHandle, abortable};
use wasm_bindgen_futures::spawn_local;

/// A future that runs until it is done or the `Task` is dropped. The drop also drops the values in the future, such as a
/// stream, and thus aborts the request.
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
