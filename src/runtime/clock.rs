//! The only clock: moments for messages, and the wall clock once at the start.

use std::time::UNIX_EPOCH;

use tokio::time::Instant;

use crate::domain::Moment;

/// Turns instants into moments since the start and back. Tests pause tokio's clock, and this one with it.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    start: Instant,
}

impl Clock {
    /// A clock whose [`Moment::START`] is now.
    pub fn starting_now() -> Self {
        Self { start: Instant::now() }
    }

    /// The present moment.
    pub fn now(self) -> Moment {
        self.moment(Instant::now())
    }

    /// The moment of an instant; the start for everything before it.
    pub fn moment(self, instant: Instant) -> Moment {
        Moment::after_start(instant.saturating_duration_since(self.start))
    }

    /// The instant of a moment; one that is too far away counts as a day from now.
    pub fn instant(self, moment: Moment) -> Instant {
        let far_away = || Instant::now() + std::time::Duration::from_hours(24);
        self.start.checked_add(moment.since_start()).unwrap_or_else(far_away)
    }
}

/// The wall clock, for what is read by people later.
pub fn wall() -> jiff::Timestamp {
    jiff::Timestamp::now()
}

/// The wall clock, in seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the one place that asks for the wall clock")]
pub fn wall_seconds() -> i64 {
    let since = std::time::SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
