//! The review: what would be sent, what was found out about it, and what still stands against sending it.

use crate::app::change::checks::{Checks, Gate};
use crate::app::change::rules::Rules;
use crate::app::change::sight::Sight;
use crate::app::field::Field;
use crate::domain::{OperationId, Organization};
use crate::text::Untrusted;

/// A text that can be given in the review.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// A reason or ticket, for the record.
    Reason,
    /// Why a failed check is overridden, for the record.
    Override,
    /// The name that is asked for instead of `y`.
    Name,
}

/// A change that can be read before it is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    /// The new connection.
    pub value: Untrusted,
    /// What was found out.
    pub checks: Checks,
    /// Since when the present contents are in sight.
    pub sight: Sight,
    /// The text that has the keyboard; none: the buttons.
    pub writing: Option<Note>,
    /// A reason or ticket.
    pub reason: Field,
    /// Why a failed check is overridden.
    pub overriding: Field,
    /// The name typed as a confirmation.
    pub typed_name: Field,
    /// Why the last key did not send it.
    pub note: Option<String>,
    /// The change that this one takes back.
    pub undo_of: Option<OperationId>,
}

impl Review {
    /// A review that was not drawn yet.
    pub fn new(value: Untrusted, checks: Checks, reason: Field, undo_of: Option<OperationId>) -> Self {
        Self {
            value,
            checks,
            sight: Sight::default(),
            writing: None,
            reason,
            overriding: Field::default(),
            typed_name: Field::default(),
            note: None,
            undo_of,
        }
    }

    /// The field that has the keyboard.
    pub const fn field(&mut self) -> Option<&mut Field> {
        match self.writing {
            None => None,
            Some(Note::Reason) => Some(&mut self.reason),
            Some(Note::Override) => Some(&mut self.overriding),
            Some(Note::Name) => Some(&mut self.typed_name),
        }
    }

    /// Why it cannot be sent now; none when only the confirmation is missing.
    pub fn obstacle(&self, rules: &Rules, target: &Organization) -> Option<&'static str> {
        if let Some(denial) = rules.denial(&target.name) {
            return Some(denial);
        }
        let reason = self.reason.text().trim();
        match self.checks.gate() {
            Gate::Waiting => Some("the checks are not finished: nothing was sent"),
            Gate::Conflict if self.undo_of.is_some() => {
                Some("somebody changed the record since: it is not undone, nothing was sent")
            }
            Gate::Conflict => {
                Some("somebody changed the record: look at it, then c checks again; nothing was sent")
            }
            Gate::Stopped if self.overriding.text().trim().is_empty() => {
                Some("a check failed: nothing was sent; o overrides it with a reason, on record")
            }
            Gate::Stopped | Gate::Open if rules.reason_required && reason.is_empty() => {
                Some("this profile asks for a reason: r gives one; nothing was sent")
            }
            Gate::Stopped | Gate::Open => None,
        }
    }

    /// Whether the name is typed, where one is asked for.
    pub fn is_confirmed(&self, rules: &Rules, target: &Organization) -> bool {
        let asked = rules.confirmation(target);
        asked.is_none_or(|confirmation| self.typed_name.text() == confirmation.word().as_sent())
    }
}
