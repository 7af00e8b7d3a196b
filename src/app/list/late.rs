//! Records that came and are not among the rows yet. To find the places of one page in a long list takes nearly as
//! long as to find those of ten, and pages come faster than that: they wait for one another, but not for long.

use std::sync::Arc;
use std::time::Duration;

use super::row::RowKey;
use crate::domain::{Moment, Organization, Record};

/// Rows from which on a list is long.
const LONG: usize = 4_096;

/// Records wait until there is one for so many rows,
const ROWS_A_RECORD: usize = 4;

/// or as long as this.
const PATIENCE: Duration = Duration::from_millis(100);

/// The records, and since when the first of them waits.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Late {
    records: Vec<Record<Arc<Organization>>>,
    since: Option<Moment>,
}

impl Late {
    /// Takes the records of a page.
    pub(super) fn add(&mut self, records: Vec<Record<Arc<Organization>>>, now: Moment) {
        self.since.get_or_insert(now);
        self.records.extend(records);
    }

    /// One of them was read by itself since: what the page says of it is older.
    pub(super) fn forget(&mut self, key: &RowKey) {
        self.records.retain(|record| RowKey::of(record) != *key);
    }

    /// Whether they are to be put among so many rows now.
    pub(super) fn is_due(&self, rows: usize, now: Moment) -> bool {
        rows < LONG || self.records.len() * ROWS_A_RECORD >= rows || self.due_at().is_some_and(|at| at <= now)
    }

    /// When they are to be put among the rows at the latest.
    pub fn due_at(&self) -> Option<Moment> {
        self.since.map(|since| since + PATIENCE)
    }

    /// The records, and when the first of them came; nothing where none waits.
    pub(super) fn take(&mut self) -> Option<(Vec<Record<Arc<Organization>>>, Moment)> {
        let since = self.since.take()?;
        Some((std::mem::take(&mut self.records), since))
    }
}
