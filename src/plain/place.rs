//! Where the operator is: what is asked now, told from the state alone.

use crate::app::State;
use crate::app::change::{Finding, Note, Phase};
use crate::app::ledger::Recovered;
use crate::app::modal::Modal;
use crate::app::plan::Writing;

/// What is asked, or waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Nothing is asked until this is done.
    Waiting(&'static str),
    /// The list.
    List,
    /// One organization.
    Organization,
    /// Which connection?
    Choose,
    /// Send it?
    Review,
    /// A text for the record.
    Note(Note),
    /// A change is under way.
    Flight(Step),
    /// What became of it.
    Result,
    /// A plan that was made before: is it to be applied?
    Plan,
    /// It is being applied.
    Applying,
    /// What became of it.
    Applied,
    /// Yes or no?
    Question,
    /// The password.
    Password,
    /// Whether a server is trusted.
    FirstContact,
    /// The server is another one: the end.
    Stopped,
    /// Something failed.
    Problem,
    /// What an earlier run left open.
    Recovery,
    /// A window that only the dashboard opens.
    Elsewhere,
}

/// How far a change under way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Its intent is being written to the journal.
    Recording,
    /// It was sent, so many times.
    Sending(u8),
    /// It is being read back.
    Settling,
    /// Its outcome is being written to the journal.
    Closing,
}

impl Place {
    /// The place that a state puts the operator in. `open`: an organization is; `patient`: what is being read
    /// was asked for by the last line.
    pub(super) fn of(state: &State, open: bool, patient: bool) -> Self {
        match state.modals.last() {
            None => Self::without_a_window(state, open, patient),
            Some(Modal::Change) => Self::of_a_change(state, patient),
            Some(Modal::Plan) => Self::of_a_plan(state),
            Some(Modal::Progress) if state.is_applying() => Self::Applying,
            Some(Modal::Progress) => Self::Applied,
            Some(Modal::Question(_)) => Self::Question,
            Some(Modal::SignIn(window)) if window.busy => Self::Waiting("Signing in."),
            Some(Modal::SignIn(_))
                if state.banner.as_ref().is_some_and(|(_, banner)| banner.is_awaited()) =>
            {
                Self::Waiting("Looking at the server.")
            }
            Some(Modal::SignIn(_)) => Self::Password,
            Some(Modal::FirstContact(window)) if window.storing.is_some() => {
                Self::Waiting("Storing the fingerprint.")
            }
            Some(Modal::FirstContact(_)) => Self::FirstContact,
            Some(Modal::Stop) => Self::Stopped,
            Some(Modal::Problem(_)) => Self::Problem,
            Some(Modal::Recovery) if state.ledger.recovered.iter().any(Recovered::is_being_read) => {
                Self::Waiting("Reading what an earlier run left open.")
            }
            Some(Modal::Recovery) => Self::Recovery,
            Some(_) => Self::Elsewhere,
        }
    }

    fn without_a_window(state: &State, open: bool, patient: bool) -> Self {
        let never = state.list.loaded_at.is_none();
        if state.signing_in.is_some() && (patient || never) {
            Self::Waiting("Signing in.")
        } else if state.list.load.is_some() && ((patient && !open) || never) {
            Self::Waiting("Reading the organizations.")
        } else if open && patient && (state.detail.request.is_some() || state.connections.request.is_some()) {
            Self::Waiting("Reading the organization.")
        } else if open {
            Self::Organization
        } else {
            Self::List
        }
    }

    fn of_a_change(state: &State, patient: bool) -> Self {
        let Some(change) = &state.change else { return Self::Elsewhere };
        match &change.phase {
            Phase::Choosing if patient && state.connections.request.is_some() => {
                Self::Waiting("Reading the connections.")
            }
            Phase::Choosing => Self::Choose,
            Phase::Reviewing(review) => match review.writing {
                // What is printed stays as it is: a check that is not done yet would never be told.
                _ if review.checks.iter().any(|check| check.finding == Finding::Waiting) => {
                    Self::Waiting("Checking; nothing is sent.")
                }
                None | Some(Note::Name) => Self::Review,
                Some(note) => Self::Note(note),
            },
            Phase::Recording { .. } => Self::Flight(Step::Recording),
            Phase::Sending { .. } => Self::Flight(Step::Sending(change.sends)),
            Phase::Settling { .. } => Self::Flight(Step::Settling),
            Phase::Closing { .. } => Self::Flight(Step::Closing),
            Phase::Settled { .. } => Self::Result,
        }
    }

    fn of_a_plan(state: &State) -> Self {
        match state.draft.as_ref().and_then(|draft| draft.planned()) {
            None => Self::Elsewhere,
            // As in a review: what is printed stays as it is.
            Some(planned) if planned.is_waiting() => Self::Waiting("Checking; nothing is sent."),
            Some(planned) if planned.writing == Some(Writing::Reason) => Self::Note(Note::Reason),
            Some(_) => Self::Plan,
        }
    }

    /// Whether what was typed before the question is no answer to it.
    pub(super) const fn matters(self) -> bool {
        matches!(
            self,
            Self::Review
                | Self::Plan
                | Self::Applied
                | Self::Question
                | Self::Password
                | Self::FirstContact
                | Self::Result
                | Self::Problem
        )
    }

    /// Whether what is told here may become something else while the operator thinks.
    pub(super) const fn changes_by_itself(self) -> bool {
        matches!(self, Self::Password | Self::FirstContact | Self::Problem | Self::Recovery)
    }

    /// What was not done if the input ends here; nothing where that is an end like any other.
    pub(super) const fn unfinished(self) -> Option<&'static str> {
        match self {
            Self::Password | Self::FirstContact | Self::Stopped | Self::Problem => {
                Some("the input ended where an answer was needed")
            }
            Self::Choose | Self::Review | Self::Plan | Self::Note(_) | Self::Question => {
                Some("the input ended before the change was sent; nothing was sent")
            }
            Self::Waiting(_)
            | Self::List
            | Self::Organization
            | Self::Flight(_)
            | Self::Applying
            | Self::Applied
            | Self::Result
            | Self::Recovery
            | Self::Elsewhere => None,
        }
    }
}
