//! Rows that came and have no place in the order yet. To find the places of one page in a long list takes nearly as
//! long as to find those of ten, and pages come faster than that: they wait for one another, but not for long.

use std::time::Duration;

use crate::domain::Moment;

/// Rows from which on a list is long.
const LONG: usize = 4_096;

/// Rows wait until there is one for so many others,
const ROWS_A_NEW_ONE: usize = 4;

/// or as long as this.
const PATIENCE: Duration = Duration::from_millis(100);

/// Since when the first of them waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Late(Option<Moment>);

impl Late {
    /// Some came.
    pub(super) fn add(&mut self, now: Moment) {
        self.0.get_or_insert(now);
    }

    /// Whether so many of them are to be placed among so many rows now.
    pub(super) fn is_due(self, waiting: usize, rows: usize, now: Moment) -> bool {
        rows < LONG || waiting * ROWS_A_NEW_ONE >= rows || self.due_at().is_some_and(|at| at <= now)
    }

    /// When they are to be placed at the latest.
    pub fn due_at(self) -> Option<Moment> {
        self.0.map(|since| since + PATIENCE)
    }

    /// Whether there are any; then none waits from here on.
    pub(super) fn take(&mut self) -> bool {
        self.0.take().is_some()
    }
}
