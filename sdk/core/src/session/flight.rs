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

#[cfg(test)]
mod tests {
    use super::Flight;
    use alloc::boxed::Box;
    use core::cell::Cell;
    use core::future::{Future, pending, ready};
    use core::pin::Pin;
    use core::task::{Context, Waker};

    fn poll<T>(work: &mut Pin<Box<impl Future<Output = T>>>) -> core::task::Poll<T> {
        work.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }

    #[test]
    fn the_next_one_starts_anew_when_the_first_goes_away() {
        let flight = Flight::<u32>::default();
        let started = Cell::new(0);
        let work = |result: Option<u32>| {
            let started = &started;
            async move {
                started.set(started.get() + 1);
                match result {
                    Some(result) => ready(result).await,
                    None => pending().await,
                }
            }
        };
        let shared = |_: &u32| false;
        let mut first = Box::pin(flight.join(work(None), shared));
        let mut second = Box::pin(flight.join(work(Some(2)), shared));
        assert!(poll(&mut first).is_pending());
        assert!(poll(&mut second).is_pending());
        assert_eq!(started.get(), 1);
        drop(first);
        assert_eq!(poll(&mut second), core::task::Poll::Ready(2));
        assert_eq!(started.get(), 2);
    }

    #[test]
    fn work_that_begins_after_the_end_is_done_again() {
        let flight = Flight::<u32>::default();
        for result in [1, 2] {
            let mut work = Box::pin(flight.join(ready(result), |_| false));
            assert_eq!(poll(&mut work), core::task::Poll::Ready(result));
        }
    }
}
