//! Spans of time in few characters, and when the characters change next.
//!
//! A span is told in one unit and rounded down. Under a minute it moves in steps of ten seconds, so that an
//! idle screen has little to write.

use std::time::Duration;

use crate::text::Untrusted;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;

/// `span` in one unit: `0s`, `20s`, `5m`, `11h`, `41d`, `3y`.
pub fn short(span: Duration) -> String {
    match span.as_secs() {
        s @ 0..MINUTE => format!("{}s", s / 10 * 10),
        s @ MINUTE..HOUR => format!("{}m", s / MINUTE),
        s @ HOUR..DAY => format!("{}h", s / HOUR),
        // Two years in days tell a rotation that is due better than "1y" does.
        s if s < 2 * YEAR => format!("{}d", s / DAY),
        s => format!("{}y", s / YEAR),
    }
}

/// How long an answer took: milliseconds under ten seconds, seconds under ten minutes: answers are told apart.
pub fn precise(span: Duration) -> String {
    match span.as_millis() {
        ms @ 0..10_000 => format!("{ms} ms"),
        ms @ 10_000..600_000 => format!("{} s", ms / 1000),
        _ => short(span),
    }
}

/// [`short`] for a line on which each byte counts: no seconds.
pub fn in_minutes(span: Duration) -> String {
    if span.as_secs() < MINUTE { "<1m".to_owned() } else { short(span) }
}

/// Time until [`in_minutes`] of a growing span changes.
pub const fn until_next_minute(span: Duration) -> Duration {
    let minute = Duration::from_secs(MINUTE);
    minute.saturating_sub(Duration::from_nanos_u128(span.as_nanos() % minute.as_nanos()))
}

/// Time until [`short`] of a growing span changes.
pub fn until_next(span: Duration) -> Duration {
    step(span).saturating_sub(into_step(span))
}

/// Time until [`short`] of a shrinking span changes.
pub fn until_previous(span: Duration) -> Duration {
    into_step(span) + Duration::from_millis(1)
}

/// The steps in which a span of this length is told.
const fn step(span: Duration) -> Duration {
    Duration::from_secs(if span.as_secs() < MINUTE { 10 } else { MINUTE })
}

/// How far a span is into its present step.
const fn into_step(span: Duration) -> Duration {
    Duration::from_nanos_u128(span.as_nanos() % step(span).as_nanos())
}

/// A server's RFC 3339 time, in nanoseconds since 1970; none when it is not one.
pub fn parse(time: &Untrusted) -> Option<i128> {
    time_of(time.as_sent())
}

/// The same of the text as sent.
pub fn time_of(text: &str) -> Option<i128> {
    text.trim().parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_nanosecond)
}

/// How far ahead a time may be that counts as now, in seconds: our own clock is told in whole ones, rounded down
/// twice.
const NOW: i128 = 2;

/// How long ago a server's time was, at `now` seconds since 1970; none when it cannot be told, or when it
/// lies in the future (clocks differ).
pub fn since(time: &Untrusted, now: i64) -> Option<Duration> {
    since_parsed(parse(time)?, now)
}

/// The same of what [`parse`] made of it.
pub fn since_parsed(nanoseconds: i128, now: i64) -> Option<Duration> {
    let seconds = i128::from(now) - nanoseconds.div_euclid(1_000_000_000);
    let seconds = if (-NOW..0).contains(&seconds) { 0 } else { seconds };
    u64::try_from(seconds).ok().map(Duration::from_secs)
}

/// A server's time as a person reads it, to the second, in the server's own zone letter: `2021-07-22
/// 09:16:23Z`. What is no such time is shown as it came.
pub fn readable(time: &Untrusted) -> String {
    match time.as_sent().trim().parse::<jiff::Timestamp>() {
        Ok(stamp) => stamp.strftime("%Y-%m-%d %H:%M:%SZ").to_string(),
        Err(_) => time.brief().into_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_one_unit() {
        let table = [(0, "0s"), (9, "0s"), (19, "10s"), (59, "50s"), (60, "1m"), (3599, "59m"), (3600, "1h")];
        let days = [(86_400, "1d"), (86_400 * 90, "90d"), (86_400 * 800, "2y")];
        for (seconds, expected) in table.into_iter().chain(days) {
            assert_eq!(short(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn the_next_change_is_when_the_characters_change() {
        for seconds in [0, 5, 10, 59, 60, 61, 3599] {
            let span = Duration::from_millis(seconds * 1000 + 250);
            let next = span + until_next(span);
            assert!(short(next) != short(span) || next.as_secs() >= 3600, "{seconds}");
            assert_eq!(short(next.saturating_sub(Duration::from_millis(1))), short(span), "{seconds}");
        }
    }

    #[test]
    fn js_12_a_time_that_is_none_is_shown_as_it_came() {
        assert_eq!(readable(&"2021-07-22T09:16:23.647946784Z".into()), "2021-07-22 09:16:23Z");
        assert_eq!(readable(&"yesterday\u{7}".into()), r"yesterday\x07");
        assert_eq!(since(&"99999-01-01T00:00:00Z".into(), 0), None);
        assert_eq!(since(&"1970-01-01T00:00:00Z".into(), 90), Some(Duration::from_secs(90)));
        let a_moment_ahead = "1970-01-01T00:01:31.9Z".into();
        assert_eq!(since(&a_moment_ahead, 89), Some(Duration::ZERO));
        assert_eq!(since(&a_moment_ahead, 88), None);
    }
}
