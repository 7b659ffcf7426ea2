//! Futures and promises: a future waits for a promise ([`settled`]), and JavaScript for a future ([`promise`]).
//!
//! The npm package has a small executor of its own, most of it in the JavaScript module beside this: wasm-bindgen's
//! serves closures that live for ever and threads, and weighs 1.9 KB brotli with its glue, ours 0.5 KB. User interfaces in Rust and
//! the tests have wasm-bindgen's executor anyway, and this crate's futures run on theirs.
//!
//! # Limits
//! A future of this module is polled by the task that polled it first: none is handed from one to another.

use cognate_core::ports::{StoreBlocked, Unavailable};

#[cfg(all(feature = "std", any(feature = "js", feature = "account")))]
pub(crate) use of_bindgen::promise;
#[cfg(feature = "std")]
pub(crate) use of_bindgen::settled;
#[cfg(not(feature = "std"))]
pub(crate) use own::{promise, settled};

/// A promise was rejected. With what is nowhere asked.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Failed;

impl From<Failed> for StoreBlocked {
    fn from(_: Failed) -> Self {
        Self
    }
}

impl From<Failed> for Unavailable {
    fn from(_: Failed) -> Self {
        Self
    }
}

#[cfg(feature = "std")]
mod of_bindgen {
    #[cfg(any(feature = "js", feature = "account"))]
    use core::future::Future;

    use js_sys::Promise;
    use wasm_bindgen::JsValue;
    use wasm_bindgen_futures::JsFuture;
    #[cfg(any(feature = "js", feature = "account"))]
    use wasm_bindgen_futures::future_to_promise;

    use super::Failed;

    pub(crate) async fn settled(promise: Promise) -> Result<JsValue, Failed> {
        JsFuture::from(promise).await.map_err(|_| Failed)
    }

    #[cfg(any(feature = "js", feature = "account"))]
    pub(crate) fn promise(
        work: impl Future<Output = Result<JsValue, JsValue>> + 'static,
    ) -> Promise {
        future_to_promise(work)
    }
}

#[cfg(not(feature = "std"))]
mod own {
    use alloc::boxed::Box;
    use alloc::sync::Arc;
    use alloc::task::Wake;
    use core::cell::RefCell;
    use core::fmt;
    use core::future::{Future, poll_fn};
    use core::pin::Pin;
    use core::task::{Context, Poll, Waker};

    use js_sys::Promise;
    use wasm_bindgen::prelude::*;

    use super::Failed;

    type Work = Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>;

    #[wasm_bindgen(module = "/src/browser/task.js")]
    extern "C" {
        fn run(task: Task) -> Promise;

        fn wake(id: u32);

        fn waiting(promise: &Promise) -> JsValue;

        fn outcome(wait: &JsValue) -> u32;

        fn value(wait: &JsValue) -> JsValue;
    }

    /// A future, as JavaScript runs it.
    #[wasm_bindgen]
    pub struct Task(RefCell<Work>);

    impl fmt::Debug for Task {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("Task(..)")
        }
    }

    #[wasm_bindgen]
    impl Task {
        /// Goes on. `undefined`: not to the end yet. Throws what the future fails with.
        pub fn poll(&self, id: u32) -> Result<JsValue, JsValue> {
            let waker = Waker::from(Arc::new(Id(id)));
            match self
                .0
                .borrow_mut()
                .as_mut()
                .poll(&mut Context::from_waker(&waker))
            {
                Poll::Ready(result) => result,
                Poll::Pending => Ok(JsValue::UNDEFINED),
            }
        }
    }

    struct Id(u32);

    impl Wake for Id {
        fn wake(self: Arc<Self>) {
            wake(self.0);
        }
    }

    /// What comes of a future, which must not be `undefined`.
    pub(crate) fn promise(
        work: impl Future<Output = Result<JsValue, JsValue>> + 'static,
    ) -> Promise {
        run(Task(RefCell::new(Box::pin(work))))
    }

    pub(crate) async fn settled(promise: Promise) -> Result<JsValue, Failed> {
        let wait = waiting(&promise);
        poll_fn(|_| match outcome(&wait) {
            0 => Poll::Pending,
            1 => Poll::Ready(Err(Failed)),
            _ => Poll::Ready(Ok(value(&wait))),
        })
        .await
    }
}
