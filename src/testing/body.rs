use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{QueuingStrategy, ReadableStream};

use crate::web::sys::BodyController;

/// The body of a response. Written chunks arrive before the end or the failure, however late they are read.
#[derive(Clone, Default)]
pub(super) struct Body(Rc<RefCell<State>>);

#[derive(Default)]
struct State {
    chunks: VecDeque<Uint8Array>,
    ending: Option<Ending>,
    /// The controller, while the reader waits for a chunk.
    waiting: Option<BodyController>,
}

enum Ending {
    End,
    Failure(JsValue),
}

impl Body {
    /// The body, and the stream that reads it.
    pub(super) fn new() -> (Body, ReadableStream) {
        let body = Body::default();
        let pulled = body.clone();
        let pull = Closure::wrap(Box::new(move |controller: BodyController| {
            pulled.0.borrow_mut().waiting = Some(controller);
            pulled.flow();
        }) as Box<dyn Fn(BodyController)>);
        let (source, strategy) = (Object::new(), Object::new());
        // They are ordinary objects, which take any property.
        let _ = Reflect::set(&source, &"pull".into(), pull.into_js_value().unchecked_ref::<Function>());
        let _ = Reflect::set(&strategy, &"highWaterMark".into(), &0.into());
        let strategy = strategy.unchecked_into::<QueuingStrategy>();
        let stream = ReadableStream::new_with_underlying_source_and_strategy(&source, &strategy);
        (body, stream.expect("a browser makes streams"))
    }

    pub(super) fn write(&self, bytes: &[u8]) {
        self.0.borrow_mut().chunks.push_back(Uint8Array::from(bytes));
        self.flow();
    }

    pub(super) fn end(&self) {
        self.0.borrow_mut().ending = Some(Ending::End);
        self.flow();
    }

    pub(super) fn fail(&self, cause: &JsValue) {
        self.0.borrow_mut().ending = Some(Ending::Failure(cause.clone()));
        self.flow();
    }

    /// Gives the next chunk, or the end, to a reader that waits.
    fn flow(&self) {
        let mut state = self.0.borrow_mut();
        if state.waiting.is_none() || (state.chunks.is_empty() && state.ending.is_none()) {
            return;
        }
        let (controller, chunk) = (state.waiting.take(), state.chunks.pop_front());
        let ending = if chunk.is_none() { state.ending.take() } else { None };
        drop(state);
        let Some(controller) = controller else { return };
        // A stream that the client has cancelled accepts no more.
        match (chunk, ending) {
            (Some(chunk), _) => drop(controller.enqueue(&chunk)),
            (None, Some(Ending::End)) => drop(controller.close()),
            (None, Some(Ending::Failure(cause))) => controller.error(&cause),
            (None, None) => {}
        }
    }
}
