//! One piece of work for any number of callers at the same time.

use alloc::vec::Vec;
use core::cell::RefCell;
use core::future::{Future, poll_fn};
use core::mem::take;
use core::task::{Poll, Waker};

/// Work under way, and those who wait for it. The first caller does the work, the others get a copy
/// of its result. If the first one goes away before the end, the next one starts anew.
#[derive(Debug)]
pub(crate) struct Flight<T>(RefCell<Inner<T>>);

#[derive(Debug)]
struct Inner<T> {
    number: u32,
    running: bool,
    landed: Option<(u32, T)>,
    waiting: Vec<Waker>,
}

impl<T> Default for Flight<T> {
    fn default() -> Self {
        Self(RefCell::new(Inner {
            number: 0,
            running: false,
            landed: None,
            waiting: Vec::new(),
        }))
    }
}

impl<T: Clone> Flight<T> {
    /// The result of `work`, or of the same work that somebody else began before. Results that
    /// `is_personal` are not shared: they are about the caller who did the work.
    pub(crate) async fn join(
        &self,
        work: impl Future<Output = T>,
        is_personal: impl Fn(&T) -> bool,
    ) -> T {
        while self.0.borrow().running {
            let number = self.0.borrow().number;
            poll_fn(|context| {
                let mut inner = self.0.borrow_mut();
                if !inner.running || inner.number != number {
                    return Poll::Ready(());
                }
                inner.waiting.push(context.waker().clone());
                Poll::Pending
            })
            .await;
            if let Some((landed, result)) = &self.0.borrow().landed
                && *landed == number
            {
                return result.clone();
            }
        }
        self.begin();
        let landing = Landing(self);
        let result = work.await;
        if !is_personal(&result) {
            let mut inner = self.0.borrow_mut();
            inner.landed = Some((inner.number, result.clone()));
        }
        drop(landing);
        result
    }

    fn begin(&self) {
        let mut inner = self.0.borrow_mut();
        inner.running = true;
        inner.number = inner.number.wrapping_add(1);
        inner.landed = None;
    }
}

/// Wakes those who wait, also when the work was dropped before its end.
struct Landing<'a, T>(&'a Flight<T>);

impl<T> Drop for Landing<'_, T> {
    fn drop(&mut self) {
        let waiting = {
            let mut inner = self.0.0.borrow_mut();
            inner.running = false;
            take(&mut inner.waiting)
        };
        waiting.into_iter().for_each(Waker::wake);
    }
}
