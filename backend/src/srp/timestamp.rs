//! TIMESTAMP of a proof: `Tue Sep 1 02:03:04 UTC 2026`, English, the day of the month without a
//! leading zero.

/// How far a client's clock may be off, in seconds, to either side.
pub const TIMESTAMP_TOLERANCE_SECONDS: i64 = 300;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Whether a TIMESTAMP is within [`TIMESTAMP_TOLERANCE_SECONDS`] of `now`.
#[must_use]
pub fn is_fresh(text: &str, now: i64) -> bool {
    seconds_of_timestamp(text).is_some_and(|at| (at - now).abs() <= TIMESTAMP_TOLERANCE_SECONDS)
}

/// Seconds since 1970 of a TIMESTAMP, `None` if it is not written in the protocol's form. The day
/// of the week is not checked against the date: the string is part of the proof as it stands, and
/// only its freshness matters.
#[must_use]
pub fn seconds_of_timestamp(text: &str) -> Option<i64> {
    let mut words = text.split(' ');
    let (_weekday, month, day, time, zone, year) = (
        words.next().filter(|word| word.len() == 3)?,
        words.next()?,
        words.next()?,
        words.next()?,
        words.next()?,
        words.next()?,
    );
    if words.next().is_some() || zone != "UTC" {
        return None;
    }
    let month = MONTHS.iter().position(|name| *name == month)?;
    let month = time::Month::try_from(u8::try_from(month + 1).ok()?).ok()?;
    let date = time::Date::from_calendar_date(number(year)?, month, number(day)?).ok()?;
    let mut parts = time.split(':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let time = time::Time::from_hms(number(hour)?, number(minute)?, number(second)?).ok()?;
    Some(
        time::PrimitiveDateTime::new(date, time)
            .assume_utc()
            .unix_timestamp(),
    )
}

/// Digits only: no sign, which `parse` would take.
fn number<T: std::str::FromStr>(digits: &str) -> Option<T> {
    digits
        .bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_form_is_read() {
        assert_eq!(
            seconds_of_timestamp("Tue Sep 1 02:03:04 UTC 2026"),
            Some(1_788_228_184)
        );
        assert_eq!(
            seconds_of_timestamp("Fri Aug 11 15:51:06 UTC 2023"),
            Some(1_691_769_066)
        );
    }

    #[test]
    fn other_forms_are_not() {
        for text in [
            "",
            "Tue Sep 1 02:03:04 2026",
            "Tue Sep 1 02:03:04 CET 2026",
            "Tue Sep 31 02:03:04 UTC 2026",
            "Tue Sep -1 02:03:04 UTC 2026",
            "Tue Sep 1 25:03:04 UTC 2026",
            "Tue Sep 1 02:03:04:05 UTC 2026",
            "Di Sep 1 02:03:04 UTC 2026",
            "Tue Sep 1 02:03:04 UTC 2026 ",
        ] {
            assert_eq!(seconds_of_timestamp(text), None, "{text}");
        }
    }
}
