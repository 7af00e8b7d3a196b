//! The life of one change, from the first typed letter to a proven outcome on record. There is at most one.
//!
//! ```text
//! Choosing ─Enter─▶ Reviewing ─y─▶ Recording ─durable─▶ Sending ─answer or none─▶ Settling ─reads─▶ Closing
//!     ▲                │  ▲            │                   ▲                        │  ▲               │
//!     └──── n, Esc ────┘  └─ no record ┘                   └── 401, proven unsent ──┘  │            durable
//!     ▲                                                                                │               ▼
//!     └──────────────── edit again (text kept) ◀─────────────────────── look again ────┴─────────── Settled
//! ```
//!
//! The intent is on disk before the bytes leave, and the outcome before the screen tells it. The one place that
//! makes a PATCH is `Change::send`: it is reached from a recorded intent, and once more after a 401 whose
//! record, read back, proves that nothing was applied.

mod checks;
mod chooser;
mod difference;
mod phase;
mod report;
mod review;
mod rules;
mod sending;
mod settle;
mod sight;

use std::sync::Arc;

pub use crate::domain::Outcome;
pub use checks::{Check, Checks, Finding, Gate, Question};
pub(super) use checks::{Reached, test_finding, why_not};
pub use chooser::{Accepted, Candidate, Chooser, candidates};
pub use difference::{FieldChange, difference, unchanged};
pub use phase::{JournalEntry, Phase};
pub use report::{Recorded, report, response, server_words};
pub use review::{Note, Review};
pub use rules::{Confirmation, Names, Rules};
pub use settle::{Evidence, Look, Shows, Verdict};
pub use sight::{DEAF, Sight};

use super::cx::Cx;
use super::effect::Effect;
use super::field::Field;
use crate::domain::{Moment, Operation, OperationId, Organization};
use crate::text::Untrusted;

/// Said instead of sending what is there already.
const NOTHING_TO_CHANGE: &str = "that is its connection now: there is nothing to change; nothing was sent";

/// A change under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The organization as it was on the screen when the window was opened; kept up to date until it is reviewed.
    pub target: Arc<Organization>,
    /// When that was read from the server.
    pub seen_at: Moment,
    /// The typed value and what can be chosen; kept through every phase.
    pub chooser: Chooser,
    /// What goes on record; none before it is sent.
    pub operation: Option<Operation>,
    /// How often the PATCH was sent: one, or two after a 401 that proved to have changed nothing.
    pub sends: u8,
    /// What was told of it already: from then on it is only read.
    told: Option<Outcome>,
    /// What of that is on record.
    on_record: Option<OnRecord>,
    /// Where it stands.
    pub phase: Phase,
}

/// What the journal has of the end of a change: to look again and find the same is no news.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OnRecord {
    outcome: Outcome,
    seen: Untrusted,
    entry: JournalEntry,
}

impl Change {
    /// A change of an organization, nothing typed.
    pub const fn new(target: Arc<Organization>, seen_at: Moment, chooser: Chooser) -> Self {
        Self {
            target,
            seen_at,
            chooser,
            operation: None,
            sends: 0,
            told: None,
            on_record: None,
            phase: Phase::Choosing,
        }
    }

    /// A row of a plan, which was agreed to as a whole: puts its intent on record. Sends nothing yet.
    pub(super) fn begin(
        target: Arc<Organization>,
        chooser: Chooser,
        operation: Operation,
        cx: &mut Cx<'_>,
    ) -> (Self, Vec<Effect>) {
        let mut change = Self::new(target, cx.now, chooser);
        let effects = change.record(operation, None, cx);
        (change, effects)
    }

    /// Whether a request is out, or may be, whose outcome is not settled.
    pub const fn in_flight(&self) -> bool {
        matches!(
            self.phase,
            Phase::Recording { .. } | Phase::Sending { .. } | Phase::Settling { .. } | Phase::Closing { .. }
        )
    }

    /// Whether it is at its end.
    pub const fn is_settled(&self) -> bool {
        matches!(self.phase, Phase::Settled { .. })
    }

    /// Whether closing the window loses typed text.
    pub fn has_typed_text(&self) -> bool {
        matches!(self.phase, Phase::Choosing | Phase::Reviewing(_)) && !self.chooser.field.text().is_empty()
    }

    /// `Enter` in the chooser: on to the review and its checks, or a note why not.
    pub fn accept(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        match self.chooser.accept(&self.target.connection) {
            Accepted::Value(value) => self.review(value, None, cx),
            Accepted::Not(note) => {
                self.chooser.note = Some(note);
                Vec::new()
            }
        }
    }

    /// Opens the review of a value and asks the questions that it is checked with.
    pub fn review(&mut self, value: Untrusted, undo_of: Option<OperationId>, cx: &mut Cx<'_>) -> Vec<Effect> {
        let by_name = self.chooser.candidates.iter().find(|candidate| candidate.name == value);
        let named = by_name.map(|candidate| &candidate.id).filter(|id| !id.is_empty()).unwrap_or(&value);
        let (checks, effects) = Checks::start(&self.target, &value, named, cx);
        let reason = std::mem::take(&mut self.chooser.reason);
        self.phase = Phase::Reviewing(Box::new(Review::new(value, checks, reason, undo_of)));
        effects
    }

    /// The review, while it is open.
    pub const fn reviewed(&mut self) -> Option<&mut Review> {
        match &mut self.phase {
            Phase::Reviewing(review) => Some(review),
            _ => None,
        }
    }

    /// Back to the chooser, the texts kept.
    pub fn edit_again(&mut self) {
        if self.in_flight() {
            return;
        }
        if let Phase::Reviewing(review) = &mut self.phase {
            self.chooser.reason = std::mem::take(&mut review.reason);
        } else if let Some(operation) = &self.operation {
            self.chooser.reason = Field::holding(operation.reason.as_sent());
        }
        self.chooser.note = None;
        (self.operation, self.sends, self.told, self.on_record) = (None, 0, None, None);
        self.phase = Phase::Choosing;
    }

    /// `c` in the review: what was found to be there now is what is shown, and is read once more.
    pub fn check_again(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        let now = cx.now;
        let Phase::Reviewing(review) = &mut self.phase else { return Vec::new() };
        let Some(found) = review.checks.conflict.clone().filter(|_| review.undo_of.is_none()) else {
            return Vec::new();
        };
        review.note = None;
        review.sight.covered();
        let effects = review.checks.restart(&found, cx);
        (self.target, self.seen_at) = (Arc::new(found), now);
        effects
    }

    /// A frame that shows the present phase was drawn.
    pub fn drawn(&mut self, now: Moment) {
        if let Phase::Reviewing(review) = &mut self.phase {
            review.sight.drawn(now);
        }
    }

    /// The review is not in sight any more: it has to be drawn, and read, anew.
    pub const fn covered(&mut self) {
        if let Phase::Reviewing(review) = &mut self.phase {
            review.sight.covered();
        }
    }

    /// When the review begins to listen; none in other phases, or while it has not been drawn.
    pub fn listens_at(&self) -> Option<Moment> {
        match &self.phase {
            Phase::Reviewing(review) => review.sight.listens_at(),
            _ => None,
        }
    }

    /// Whether the review takes keys at `now`.
    pub fn listens(&self, now: Moment) -> bool {
        self.listens_at().is_some_and(|at| now >= at)
    }

    /// The operator says yes: puts the intent on record, or says what stands against it. Sends nothing yet.
    ///
    /// `operation` makes what goes on record, from the record as it was reviewed.
    pub fn submit(
        &mut self,
        rules: &Rules,
        operation: impl FnOnce(&Organization, &Review) -> Operation,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        if !self.listens(cx.now) {
            return Vec::new();
        }
        let changes_nothing = self.reviews_what_is_there();
        let Phase::Reviewing(review) = &mut self.phase else { return Vec::new() };
        let obstacle =
            review.obstacle(rules, &self.target).or_else(|| changes_nothing.then_some(NOTHING_TO_CHANGE));
        if let Some(obstacle) = obstacle {
            review.note = Some(obstacle.to_owned());
            return Vec::new();
        }
        if !review.is_confirmed(rules, &self.target) {
            (review.writing, review.note) = (Some(Note::Name), None);
            return Vec::new();
        }
        let operation = operation(&self.target, review);
        let mut review = review.clone();
        // A name typed for this consent is none for the next.
        (review.writing, review.note, review.typed_name) = (None, None, Field::default());
        self.record(operation, Some(review), cx)
    }

    /// Whether a record that shows `connection` shows what this change sent.
    pub fn sent(&self, connection: &Untrusted) -> bool {
        match &self.phase {
            Phase::Choosing | Phase::Reviewing(_) | Phase::Recording { .. } => false,
            Phase::Sending { value, .. } => self.accepted(value).contains(connection),
            Phase::Settling { evidence, .. }
            | Phase::Closing { evidence, .. }
            | Phase::Settled { evidence, .. } => evidence.accepted.contains(connection),
        }
    }

    /// Whether the record under review has the new connection already: somebody else was faster. To send it all
    /// the same would leave nothing to tell its outcome by.
    fn reviews_what_is_there(&self) -> bool {
        matches!(&self.phase, Phase::Reviewing(review)
            if self.accepted(&review.value).contains(&self.target.connection))
    }

    /// What the record may show once `value` is applied.
    pub(super) fn accepted(&self, value: &Untrusted) -> Vec<Untrusted> {
        let by_id = self.chooser.candidates.iter().find(|candidate| candidate.id == *value);
        std::iter::once(value.clone()).chain(by_id.map(|candidate| candidate.name.clone())).collect()
    }
}
