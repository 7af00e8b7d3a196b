//! The demo's wall clock: the machine's, moved forward by hand where a test wants tokens to age.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The machine's time plus whatever [`Clock::advance`] added. Clones move together.
#[derive(Debug, Clone, Default)]
pub struct Clock {
    ahead: Arc<Mutex<SignedDuration>>,
}

impl Clock {
    /// The time now.
    pub fn now(&self) -> Timestamp {
        let ahead = *self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        Timestamp::now().checked_add(ahead).unwrap_or(Timestamp::MAX)
    }

    /// Lets `span` pass at once.
    pub fn advance(&self, span: Duration) {
        let mut ahead = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
        *ahead = ahead.saturating_add(span);
    }
}

/// A moment as most documents print it: UTC, up to six digits, trailing zeros cut.
pub(super) fn micros(moment: Timestamp) -> String {
    let whole = Timestamp::from_microsecond(moment.as_microsecond()).unwrap_or(moment);
    whole.to_string()
}

/// A moment as `updatedAt` prints it after a change of connection: nine digits.
pub(super) fn nanos(moment: Timestamp) -> String {
    format!("{moment:.9}")
}
