//! Two pieces of work at the same time.

use core::future::{Future, poll_fn};
use core::pin::pin;
use core::task::Poll;

/// Both results, when both are there. The work takes turns on one thread.
pub(crate) async fn join<A, B>(
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut first_result, mut second_result) = (None, None);
    poll_fn(|context| {
        if first_result.is_none()
            && let Poll::Ready(result) = first.as_mut().poll(context)
        {
            first_result = Some(result);
        }
        if second_result.is_none()
            && let Poll::Ready(result) = second.as_mut().poll(context)
        {
            second_result = Some(result);
        }
        match (first_result.take(), second_result.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (first, second) => {
                (first_result, second_result) = (first, second);
                Poll::Pending
            }
        }
    })
    .await
}
