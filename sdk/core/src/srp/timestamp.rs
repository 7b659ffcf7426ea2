//! `TIMESTAMP`, which the claim signs: `Tue Sep 1 02:03:04 UTC 2026`.
//!
//! English names, UTC, the day without a leading zero, the time with leading zeros. The server takes
//! the text as it is and refuses one that is some minutes off: give the time by its clock.

use alloc::string::String;

const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// The text for a time in seconds since 1970-01-01T00:00:00Z, up to the year 9999.
#[must_use]
pub fn timestamp(epoch_seconds: u64) -> String {
    // The bound keeps the arithmetic and the year's four digits in range, whatever a clock says.
    let seconds = epoch_seconds.min(253_402_300_799);
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    let name = |names: &[&'static str], i: u64| names.get(i as usize).copied().unwrap_or_default();

    let mut text = String::with_capacity(28);
    text.push_str(name(&WEEKDAYS, days % 7));
    text.push(' ');
    text.push_str(name(&MONTHS, month));
    text.push(' ');
    push_number(&mut text, day, 1);
    for (part, separator) in [(time / 3600, ' '), (time / 60 % 60, ':'), (time % 60, ':')] {
        text.push(separator);
        push_number(&mut text, part, 2);
    }
    text.push_str(" UTC ");
    push_number(&mut text, year, 4);
    text
}

/// Year, month from 0, day from 1 of a day since 1970-01-01 in the Gregorian calendar.
fn civil(days: u64) -> (u64, u64, u64) {
    // Years begin in March here, so that the leap day is the last one of its year; eras of 400
    // years have 146,097 days; 1970-01-01 is day 719,468 since 0000-03-01.
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12;
    (era * 400 + year_of_era + u64::from(month < 2), month, day)
}

fn push_number(text: &mut String, number: u64, least_digits: u32) {
    let mut divisor = 10u64.pow(least_digits - 1);
    while divisor * 10 <= number {
        divisor *= 10;
    }
    while divisor > 0 {
        text.push(char::from(b'0' + (number / divisor % 10) as u8));
        divisor /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::timestamp;

    #[test]
    fn known_times_have_their_known_texts() {
        let cases = [
            (0, "Thu Jan 1 00:00:00 UTC 1970"),
            (951_782_399, "Mon Feb 28 23:59:59 UTC 2000"),
            (951_782_400, "Tue Feb 29 00:00:00 UTC 2000"),
            (951_868_800, "Wed Mar 1 00:00:00 UTC 2000"),
            (1_691_769_066, "Fri Aug 11 15:51:06 UTC 2023"),
            (1_788_228_184, "Tue Sep 1 02:03:04 UTC 2026"),
            (1_798_761_599, "Thu Dec 31 23:59:59 UTC 2026"),
            (4_107_542_400, "Mon Mar 1 00:00:00 UTC 2100"),
            (253_402_300_799, "Fri Dec 31 23:59:59 UTC 9999"),
            (u64::MAX, "Fri Dec 31 23:59:59 UTC 9999"),
        ];
        for (seconds, text) in cases {
            assert_eq!(timestamp(seconds), text, "{seconds}");
        }
    }
}
