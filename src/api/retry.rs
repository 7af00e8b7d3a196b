//! When a read is asked again: jittered exponential back-off, the server's own wish, and a budget.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use backon::ExponentialBuilder;
use jiff::fmt::rfc2822;

use crate::domain::Failure;

/// How reads are repeated. Writes never are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Most times a read is sent, the first included.
    pub tries: usize,
    /// The first wait; each next one is twice as long, and up to as much again is added at random.
    pub base: Duration,
    /// Longest wait before the random part.
    pub cap: Duration,
    /// Repetitions in hand at the start, so that a server in trouble is not asked four times as often as
    /// usual for long. Five reads earn one back.
    pub spare: u32,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { tries: 4, base: Duration::from_millis(250), cap: Duration::from_secs(10), spare: 20 }
    }
}

impl RetryPolicy {
    pub(super) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::new()
            .with_min_delay(self.base)
            .with_max_delay(self.cap)
            .with_max_times(self.tries.saturating_sub(1))
            .with_jitter()
    }
}

/// Repetitions that may still be made: one costs five units, a read brings one.
#[derive(Debug)]
pub(super) struct Budget {
    units: AtomicU32,
    most: u32,
}

impl Budget {
    const COST: u32 = 5;

    pub(super) fn new(spare: u32) -> Self {
        let most = spare.saturating_mul(Self::COST);
        Self { units: AtomicU32::new(most), most }
    }

    /// A read is made.
    pub(super) fn earn(&self) {
        self.change(|units| Some((units + 1).min(self.most)));
    }

    /// Whether one repetition may be made.
    pub(super) fn spend(&self) -> bool {
        self.change(|units| units.checked_sub(Self::COST))
    }

    fn change(&self, rule: impl Fn(u32) -> Option<u32>) -> bool {
        self.units.fetch_update(Ordering::Relaxed, Ordering::Relaxed, rule).is_ok()
    }
}

/// Whether the same request may be sent again, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Again {
    /// It would be of no use.
    Never,
    /// After our own back-off.
    Later,
    /// When the server says.
    After(Duration),
}

/// A failed attempt of a read.
#[derive(Debug)]
pub(super) struct Setback {
    // Boxed, because it travels in every `Result` of an exchange.
    pub(super) failure: Box<Failure>,
    pub(super) again: Again,
}

impl Setback {
    pub(super) fn final_one(failure: Failure) -> Self {
        Self { failure: Box::new(failure), again: Again::Never }
    }

    pub(super) fn passing(failure: Failure) -> Self {
        Self { failure: Box::new(failure), again: Again::Later }
    }
}

/// What a `Retry-After` header asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RetryAfter {
    /// At most [`RetryAfter::LONGEST`].
    Wait(Duration),
    /// Longer than anybody should wait without being asked.
    TooLong,
}

impl RetryAfter {
    /// Longest wait honoured.
    pub(super) const LONGEST: Duration = Duration::from_mins(1);

    /// Reads seconds or an HTTP date (RFC 9110 §10.2.3). A date is compared with the answer's own `Date`, so
    /// that the clocks of client and server may differ. Anything else is as good as no header.
    pub(super) fn read(value: &str, date: Option<&str>) -> Option<Self> {
        let seconds = match value.trim() {
            digits if digits.bytes().all(|b| b.is_ascii_digit()) && !digits.is_empty() => {
                digits.parse().unwrap_or(u64::MAX)
            }
            text => {
                let then = rfc2822_seconds(text)?;
                let now = rfc2822_seconds(date?)?;
                u64::try_from(then.saturating_sub(now)).unwrap_or(0)
            }
        };
        let wait = Duration::from_secs(seconds);
        Some(if wait > Self::LONGEST { Self::TooLong } else { Self::Wait(wait) })
    }

    /// The wait, at most 60 s.
    pub(super) const fn at_most(self) -> Duration {
        match self {
            Self::Wait(wait) => wait,
            Self::TooLong => Self::LONGEST,
        }
    }
}

/// Seconds since 1970 of an HTTP date, whose usual form is one of RFC 2822.
fn rfc2822_seconds(text: &str) -> Option<i64> {
    static DATES: rfc2822::DateTimeParser = rfc2822::DateTimeParser::new();
    DATES.parse_timestamp(text.trim()).ok().map(jiff::Timestamp::as_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nt_21_retry_after_is_honoured_between_0_and_60_seconds() {
        let wait = |seconds| Some(RetryAfter::Wait(Duration::from_secs(seconds)));
        let now = Some("Mon, 23 Nov 2026 18:00:00 GMT");
        let table = [
            ("0", wait(0)),
            ("1", wait(1)),
            (" 60 ", wait(60)),
            ("61", Some(RetryAfter::TooLong)),
            ("1000000000", Some(RetryAfter::TooLong)),
            ("99999999999999999999999999", Some(RetryAfter::TooLong)),
            ("Mon, 23 Nov 2026 18:00:05 GMT", wait(5)),
            ("Mon, 23 Nov 2026 17:00:00 GMT", wait(0)),
            ("Mon, 23 Nov 2026 19:00:00 GMT", Some(RetryAfter::TooLong)),
            ("-1", None),
            ("1.5", None),
            ("", None),
            ("soon", None),
            ("\u{1b}[2J", None),
        ];
        for (value, expected) in table {
            assert_eq!(RetryAfter::read(value, now), expected, "{value:?}");
        }
        assert_eq!(RetryAfter::read("Mon, 23 Nov 2026 18:00:05 GMT", None), None);
    }

    #[test]
    fn nt_23_repetitions_are_a_fifth_of_the_reads_once_the_spare_ones_are_gone() {
        let budget = Budget::new(2);
        assert!(budget.spend() && budget.spend());
        let mut repeated = 0;
        for _ in 0..100 {
            budget.earn();
            repeated += u32::from(budget.spend());
        }
        assert_eq!(repeated, 20);
    }
}
