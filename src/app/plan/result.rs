//! What rows come to, and why a run begins no more of them.

use std::time::Duration;

use crate::domain::{Moment, OperationId, Outcome};

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowResult {
    /// It was not begun, or waits for its turn again.
    Waiting,
    /// It is under way.
    Underway,
    /// It had the new connection already; nothing was sent.
    Unchanged,
    /// It is not as it was planned for; nothing was sent. The words say how it is.
    Skipped(String),
    /// It could not be changed, and nothing was sent. The words say why.
    NotSent(String),
    /// It was sent, and this became of it.
    Done {
        /// Its change in the journal.
        operation: OperationId,
        /// How that ended.
        outcome: Outcome,
        /// The status of the answer, if there was one.
        status: Option<u16>,
        /// From its beginning until that was known.
        took: Duration,
    },
}

impl RowResult {
    /// Whether its organization has the new connection.
    pub const fn is_good(&self) -> bool {
        match self {
            Self::Unchanged => true,
            Self::Done { outcome, .. } => is_applied(*outcome),
            Self::Waiting | Self::Underway | Self::Skipped(_) | Self::NotSent(_) => false,
        }
    }

    /// Whether it counts for the stop rule.
    pub const fn is_failure(&self) -> bool {
        match self {
            Self::Waiting | Self::Underway | Self::Unchanged | Self::Skipped(_) => false,
            Self::NotSent(_) => true,
            Self::Done { outcome, .. } => !is_applied(*outcome),
        }
    }
}

pub(super) const fn is_applied(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Verified | Outcome::Applied)
}

/// How many rows came to what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Changed, and proven so.
    pub applied: usize,
    /// As they should be already.
    pub unchanged: usize,
    /// Not as they were planned for.
    pub skipped: usize,
    /// Refused, not applied, not to be sent, or unknown.
    pub failed: usize,
    /// Those of the failed whose outcome is unknown.
    pub unknown: usize,
}

impl Counts {
    /// All that are finished.
    pub const fn finished(&self) -> usize {
        self.applied + self.unchanged + self.skipped + self.failed
    }
}

/// Why no row is begun for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// In displayed words.
    pub why: String,
    /// When it goes on by itself; none: when the operator says so.
    pub until: Option<Moment>,
}

/// Why no row is begun any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The operator said so.
    Asked,
    /// A row that was to prove the plan failed.
    Canary,
    /// So many rows have failed.
    Failures(usize),
    /// It is not put on record any more: the plan stays stored, to be gone on with.
    Unrecorded,
}

impl RowResult {
    /// What a row came to, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Waiting => "waiting".to_owned(),
            Self::Underway => "under way".to_owned(),
            Self::Unchanged => "unchanged: it has the new connection already".to_owned(),
            Self::Skipped(why) => format!("skipped: {why}"),
            Self::NotSent(why) => format!("not sent: {why}"),
            Self::Done { outcome, status, .. } => match status {
                Some(status) => format!("{status} {}", outcome.word()),
                None => format!("no answer, {}", outcome.word()),
            },
        }
    }
}
