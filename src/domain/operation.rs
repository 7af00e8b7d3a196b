//! One change as the journal keeps it: what was meant, and every step it took.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::{OrganizationId, Outcome, PlanReference};
use crate::text::Untrusted;

/// One run of the program: six random hexadecimal digits, drawn by the runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RunId(u32);

impl RunId {
    /// The run with the lower 24 bits of `random`.
    pub const fn new(random: u32) -> Self {
        Self(random & 0x00ff_ffff)
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06x}", self.0)
    }
}

/// The name of one change, such as `7f3a9c-12`: the run, and how many changes that run had begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId {
    run: RunId,
    count: u64,
}

impl OperationId {
    /// The change number `count` of a run.
    pub const fn new(run: RunId, count: u64) -> Self {
        Self { run, count }
    }

    /// The run that began it.
    pub const fn run(self) -> RunId {
        self.run
    }
}

impl fmt::Display for OperationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}-{}", self.run, self.count))
    }
}

/// A text that is not the id of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the id of an operation, such as 7f3a9c-12")]
pub struct OperationIdError;

/// Reads what `Display` writes, and nothing else.
impl FromStr for OperationId {
    type Err = OperationIdError;

    fn from_str(text: &str) -> Result<Self, OperationIdError> {
        let (run, count) = text.split_once('-').ok_or(OperationIdError)?;
        let run = u32::from_str_radix(run, 16).ok().ok_or(OperationIdError)?;
        let count = count.parse().ok().ok_or(OperationIdError)?;
        let id = Self { run: RunId::new(run), count };
        if id.to_string() == text { Ok(id) } else { Err(OperationIdError) }
    }
}

/// Which record on which server a change is about, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The server's address.
    pub server: Untrusted,
    /// What identifies the server besides its address: the fingerprint of its certificate; empty when unknown.
    pub server_identity: Untrusted,
    /// The domain signed in to; empty for the root domain.
    pub domain: Untrusted,
    /// Who signed in.
    pub user: Untrusted,
    /// The profile; empty without one.
    pub profile: Untrusted,
    /// The record.
    pub id: OrganizationId,
    /// Its name.
    pub name: Untrusted,
    /// Its Salesforce organization id.
    pub organization_id: Untrusted,
}

/// What a change is meant to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Operation {
    /// Its name in the journal.
    pub id: OperationId,
    /// What it is about.
    pub target: Target,
    /// The connection before.
    pub before: Untrusted,
    /// `updatedAt` of the record before.
    pub before_updated_at: Untrusted,
    /// The connection sent.
    pub after: Untrusted,
    /// A reason or a ticket; may be empty.
    pub reason: Untrusted,
    /// Why the guard against a wrong organization was overridden, as typed; empty when it was not.
    pub overridden: Untrusted,
    /// The change that this one takes back.
    pub undo_of: Option<OperationId>,
    /// The plan it belongs to; none for a change of its own.
    pub plan: Option<PlanReference>,
}

/// One step in the life of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// It is about to be sent: durable before the first byte leaves.
    Intent(Box<Operation>),
    /// It was handed to the network.
    Sent,
    /// The server answered.
    Answered {
        /// HTTP status code.
        status: u16,
        /// Whether it is the word of something in between, and not of the server.
        by_another: bool,
    },
    /// There was no usable answer.
    NoAnswer {
        /// Why.
        why: Untrusted,
    },
    /// The record was read back.
    Looked {
        /// The connection it shows.
        connection: Untrusted,
    },
    /// It is known, or known not to be knowable, what became of it.
    Settled {
        /// How it ended.
        outcome: Outcome,
        /// The connection last seen; empty when none was.
        seen: Untrusted,
    },
    /// A later look shows something else than what was settled.
    Corrected {
        /// How it ended after all.
        outcome: Outcome,
        /// The connection last seen; empty when none was.
        seen: Untrusted,
    },
    /// It was never sent.
    Abandoned {
        /// Why.
        why: Untrusted,
    },
}

/// One transition as it stands in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its place; the order of events, whatever the clocks said.
    pub sequence: u64,
    /// When it was written, to the millisecond.
    pub at: Timestamp,
    /// Which change.
    pub operation: OperationId,
    /// What happened to it.
    pub transition: Transition,
}

/// A change whose end is not in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenOperation {
    /// What was meant.
    pub operation: Operation,
    /// When its intent was written.
    pub at: Timestamp,
    /// Whether it is known to have been sent; if not, it may have been all the same.
    pub sent: bool,
    /// The status of the server's own answer, if there was one.
    pub answered: Option<u16>,
}

impl OpenOperation {
    /// Whether it was answered that the change was made.
    pub fn is_answered_well(&self) -> bool {
        self.answered.is_some_and(|status| (200..300).contains(&status))
    }
}

/// Why a transition is not in the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalFailure {
    /// What failed, on what, and what can be done; one line.
    pub reason: Untrusted,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_an_operation_reads_as_it_is_written() {
        let id = OperationId::new(RunId::new(0xab00_7f3a), 12);
        assert_eq!(id.to_string(), "007f3a-12");
        assert_eq!("007f3a-12".parse(), Ok(id));
        for wrong in
            ["", "-", "007f3a", "7f3a-12", "007F3A-12", "007f3a-012", "007f3a-+1", "ab007f3a-1", "007f3a-1 "]
        {
            assert_eq!(wrong.parse::<OperationId>(), Err(OperationIdError), "{wrong:?}");
        }
    }
}
