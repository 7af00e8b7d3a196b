//! One row under way: read afresh, then a change of its own.

use crate::app::change::{Change, Evidence, Phase};
use crate::app::effect::RequestId;
use crate::app::explain::explain;
use crate::domain::{Failure, FailureKind, Moment, Outcome};

/// A row under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Flight {
    /// Its place in the plan.
    pub row: usize,
    /// Since when.
    pub began: Moment,
    /// How far it is.
    pub(super) stage: Stage,
}

/// How far a row is.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Stage {
    /// Its record is being read, to see whether it is still as planned.
    Reading(RequestId),
    /// It is being changed.
    Changing {
        change: Box<Change>,
        /// When it is looked at again, after the server could not tell what became of it.
        again: Option<Moment>,
    },
}

/// Trouble that is the server's and not the row's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// In displayed words.
    pub(super) why: String,
    /// When the server asked to come again.
    pub(super) after: Option<std::time::Duration>,
}

impl Trouble {
    /// Whether a failure is of the whole server: any row would have met it.
    pub(super) fn of(failure: &Failure) -> Option<Self> {
        let whole = match failure.kind {
            FailureKind::Unreachable
            | FailureKind::NotTrusted
            | FailureKind::NotRecognized
            | FailureKind::TimedOut { .. }
            | FailureKind::CutOff
            | FailureKind::SignInNeeded => true,
            FailureKind::Refused { status } => matches!(status, 401 | 408 | 429 | 500..=599),
            FailureKind::TooLarge { .. }
            | FailureKind::NotUnderstood
            | FailureKind::Redirected
            | FailureKind::Lost => false,
        };
        whole.then(|| Self { why: explain(failure).title, after: failure.retry_after })
    }

    /// The same of a change that was answered, or was not.
    pub(super) fn behind(evidence: &Evidence) -> Option<Self> {
        match &evidence.answer {
            Ok(answer) if matches!(answer.status, 408 | 429 | 500..=599) => {
                Some(Self { why: crate::app::explain::status_line(answer.status), after: answer.retry_after })
            }
            Ok(_) => None,
            Err(failure) => Self::of(failure),
        }
    }
}

/// What becomes of a row whose change is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ending {
    /// Nothing reached the server, or it said so and proved it: the row waits for its turn again.
    Back,
    /// The server could not be read: it is looked at again when it can.
    LookAgain,
    /// It is what the change came to.
    Result,
}

/// How a settled change ends for its row.
pub(super) fn ending(evidence: &Evidence, outcome: Outcome) -> Ending {
    let asked_to_wait = matches!(&evidence.answer, Ok(answer) if answer.status == 429);
    let unreadable = evidence.looks.last().and_then(|look| look.seen.as_ref().err());
    let not_taken = asked_to_wait && outcome == Outcome::Refused && evidence.is_untouched();
    if not_taken || !evidence.was_sent() {
        Ending::Back
    } else if outcome == Outcome::Unknown && unreadable.is_some_and(|failure| Trouble::of(failure).is_some())
    {
        Ending::LookAgain
    } else {
        Ending::Result
    }
}

impl Flight {
    /// The change, once it is begun.
    pub fn change(&self) -> Option<&Change> {
        match &self.stage {
            Stage::Reading(_) => None,
            Stage::Changing { change, .. } => Some(change),
        }
    }

    /// What it does now.
    pub fn words(&self) -> &'static str {
        match self.change().map(|change| &change.phase) {
            None => "reading …",
            Some(Phase::Choosing | Phase::Reviewing(_) | Phase::Recording { .. }) => "on record …",
            Some(Phase::Sending { .. }) => "sending …",
            Some(Phase::Settling { .. } | Phase::Settled { .. }) => "verifying …",
            Some(Phase::Closing { .. }) => "closing …",
        }
    }

    /// When something is due.
    pub(super) fn due(&self) -> Option<Moment> {
        match &self.stage {
            Stage::Reading(_) => None,
            Stage::Changing { change, again } => change.due().into_iter().chain(*again).min(),
        }
    }
}
