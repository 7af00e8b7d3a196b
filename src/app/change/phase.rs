//! Where a change stands, and how it stands in the journal.

use super::{Evidence, Outcome, Review};
use crate::app::effect::RequestId;
use crate::domain::Moment;
use crate::text::Untrusted;

/// Where a change stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The new connection is being typed or chosen.
    Choosing,
    /// What would be sent is on the screen.
    Reviewing(Box<Review>),
    /// The intent is being written to the journal.
    Recording {
        /// To go back to when the journal cannot be written; none for a row of a plan, which waits for its turn.
        review: Option<Box<Review>>,
        /// Number of the request.
        request: RequestId,
    },
    /// The PATCH is on its way.
    Sending {
        /// The new connection.
        value: Untrusted,
        /// Number of the request.
        request: RequestId,
        /// Since when.
        since: Moment,
    },
    /// The record is being read to see what became of it.
    Settling {
        /// What is known.
        evidence: Evidence,
        /// The reading being waited for.
        request: Option<RequestId>,
        /// When to look next.
        due: Option<Moment>,
    },
    /// The outcome is known and being written to the journal.
    Closing {
        /// What is known.
        evidence: Evidence,
        /// What became of it.
        outcome: Outcome,
        /// When that was settled.
        at: Moment,
        /// Number of the request.
        request: RequestId,
    },
    /// The end.
    Settled {
        /// What is known.
        evidence: Evidence,
        /// What became of it.
        outcome: Outcome,
        /// When that was settled.
        at: Moment,
        /// How the journal stands.
        entry: JournalEntry,
        /// Whether the whole answer is shown instead of the summary.
        response: bool,
        /// First line on the screen.
        scroll: usize,
    },
}

/// How a settled change stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalEntry {
    /// Closed, in this line.
    Closed(u64),
    /// Left open, because the outcome is unknown.
    LeftOpen,
    /// The outcome could not be written.
    NotWritten(String),
}
