//! What is under way is said to be slow after a while.

use core::time::Duration;

use leptos::prelude::set_timeout;

/// What is under way is called slow after this.
const SLOW_AFTER: Duration = Duration::from_secs(5);

/// Complains if what is under way now still is, after a while.
pub(super) fn watch<T: PartialEq + 'static>(
    under_way: impl Fn() -> Option<T> + 'static,
    complain: impl FnOnce() + 'static,
) {
    let Some(now) = under_way() else { return };
    let look = move || {
        if under_way() == Some(now) {
            complain();
        }
    };
    set_timeout(look, SLOW_AFTER);
}
