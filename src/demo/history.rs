//! What the demo remembers of the changes it applied.

use jiff::Timestamp;

/// One applied change of an organization's connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Counts from 1 without a gap.
    pub sequence: u64,
    /// The organization's resource id.
    pub id: String,
    /// The connection before.
    pub old: String,
    /// The connection after; equal to `old` where the same one was sent again.
    pub new: String,
    /// When it was applied, by the demo's clock.
    pub at: Timestamp,
}

/// The changes in the order they were applied.
#[derive(Debug, Default)]
pub(super) struct History {
    changes: Vec<Change>,
}

impl History {
    /// Keeps `change` under the next sequence number.
    pub(super) fn note(&mut self, change: Change) {
        let sequence = self.changes.len() as u64 + 1;
        self.changes.push(Change { sequence, ..change });
    }

    pub(super) fn changes(&self) -> &[Change] {
        &self.changes
    }
}
