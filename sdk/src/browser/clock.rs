//! The time of day, as the device believes it to be.

use js_sys::Date;

pub(super) fn now_ms() -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole milliseconds since 1970, far below 2^53"
    )]
    (Date::now() as u64)
}
