//! How many rows are under way at a time: as many as the server takes well, and never more than four.

use std::time::Duration;

/// At the start.
const START: usize = 2;
/// So many good answers in a row earn one row more at a time.
const EARNS: u32 = 6;
/// A row that takes longer than this is a slow one.
const SLOW: Duration = Duration::from_secs(5);
/// The first wait after trouble of the whole server; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// The pace of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    now: usize,
    most: usize,
    good: u32,
    troubles: u32,
}

impl Pace {
    /// Two at a time at first, or fewer where fewer are allowed.
    pub fn new(most: usize) -> Self {
        let most = most.max(1);
        Self { now: START.min(most), most, good: 0, troubles: 0 }
    }

    /// How many at a time.
    pub const fn limit(&self) -> usize {
        self.now
    }

    /// A row went well.
    pub fn went_well(&mut self, took: Duration) {
        self.troubles = 0;
        if took > SLOW {
            (self.now, self.good) = ((self.now - 1).max(1), 0);
            return;
        }
        self.good += 1;
        if self.good >= EARNS {
            (self.now, self.good) = ((self.now + 1).min(self.most), 0);
        }
    }

    /// The server is in trouble, or asked to slow down: one at a time from here on. Says how long to wait.
    pub fn trouble(&mut self, asked: Option<Duration>) -> Duration {
        (self.now, self.good) = (1, 0);
        let wait = FIRST_WAIT.saturating_mul(1 << self.troubles.min(5));
        self.troubles += 1;
        asked.unwrap_or(wait).clamp(Duration::from_millis(500), LONGEST_WAIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a26_good_answers_raise_the_pace_to_four_and_trouble_brings_it_to_one() {
        let quick = Duration::from_millis(300);
        let mut pace = Pace::new(4);
        assert_eq!(pace.limit(), 2);
        (0..100).for_each(|_| pace.went_well(quick));
        assert_eq!(pace.limit(), 4);
        pace.went_well(Duration::from_secs(9));
        assert_eq!(pace.limit(), 3);
        pace.trouble(None);
        assert_eq!(pace.limit(), 1);
        assert_eq!(Pace::new(1).limit(), 1);
    }

    #[test]
    fn nt_21_the_wait_is_the_servers_wish_within_a_minute_else_it_doubles() {
        let mut pace = Pace::new(4);
        let waits: Vec<u64> = (0..7).map(|_| pace.trouble(None).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(pace.trouble(Some(Duration::from_secs(8))).as_secs(), 8);
        assert_eq!(pace.trouble(Some(Duration::from_mins(15))).as_secs(), 60);
        pace.went_well(Duration::ZERO);
        assert_eq!(pace.trouble(None).as_secs(), 2);
    }
}
