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
mod report;
mod review;
mod rules;
mod settle;
mod sight;

use std::sync::Arc;

pub use crate::domain::Outcome;
pub use checks::{Check, Checks, Finding, Gate, Question};
pub(super) use checks::{Reached, test_finding, why_not};
pub use chooser::{Accepted, Candidate, Chooser, candidates};
pub use difference::{FieldChange, difference, unchanged};
pub use report::{Recorded, report, response, server_words};
pub use review::{Note, Review};
pub use rules::{Confirmation, Names, Rules};
pub use settle::{Evidence, Look, Shows, Verdict};
pub use sight::{DEAF, Sight};

use super::cx::Cx;
use super::effect::{Effect, RequestId};
use super::field::Field;
use crate::domain::{
    Failure, JournalFailure, Moment, Operation, OperationId, Organization, OrganizationPatch, PatchAnswer,
    Transition,
};
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

/// What the journal has of the end of a change: to look again and find the same is no news.
#[derive(Clone, Debug, PartialEq, Eq)]
struct OnRecord {
    outcome: Outcome,
    seen: Untrusted,
    entry: JournalEntry,
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

    /// Puts an intent on record: the one way to a PATCH.
    fn record(&mut self, operation: Operation, review: Option<Box<Review>>, cx: &mut Cx<'_>) -> Vec<Effect> {
        let request = cx.requests.next();
        let intent = Transition::Intent(Box::new(operation.clone()));
        let effect = Effect::Record { request, operation: operation.id, transition: intent };
        self.operation = Some(operation);
        self.phase = Phase::Recording { review, request };
        vec![effect]
    }

    /// Whether this line is the intent that is waited for.
    pub(super) fn waits_for_intent(&self, request: RequestId) -> bool {
        matches!(&self.phase, Phase::Recording { request: waited_for, .. } if *waited_for == request)
    }

    /// A line of the journal is durable, or could not be written; says whether this change waited for it.
    pub fn recorded(
        &mut self,
        request: RequestId,
        result: &Result<u64, JournalFailure>,
        cx: &mut Cx<'_>,
    ) -> Option<Vec<Effect>> {
        match &self.phase {
            Phase::Recording { review, request: waited_for } if *waited_for == request => {
                let review = review.clone();
                Some(match (result, &self.operation) {
                    (Ok(_), Some(operation)) => {
                        let value = operation.after.clone();
                        self.send(value, cx)
                    }
                    (Ok(_), None) => Vec::new(),
                    (Err(why), _) => {
                        self.not_recorded(review, why);
                        Vec::new()
                    }
                })
            }
            Phase::Closing { evidence, outcome, at, request: waited_for } if *waited_for == request => {
                let (evidence, outcome, at) = (evidence.clone(), *outcome, *at);
                let entry = match result {
                    Ok(line) => JournalEntry::Closed(*line),
                    Err(why) => JournalEntry::NotWritten(why.reason.display().into_string()),
                };
                self.on_record = result.is_ok().then(|| {
                    let seen = evidence.latest().map(|organization| organization.connection.clone());
                    OnRecord { outcome, seen: seen.unwrap_or_default(), entry: entry.clone() }
                });
                self.phase = settled(evidence, outcome, at, entry);
                Some(Vec::new())
            }
            _ => None,
        }
    }

    /// The intent could not be written: nothing is sent, and it is as if nobody had agreed yet.
    fn not_recorded(&mut self, review: Option<Box<Review>>, why: &JournalFailure) {
        let words = format!("the journal cannot be written: {}; nothing was sent", why.reason.display());
        self.operation = None;
        self.phase = if let Some(mut review) = review {
            review.note = Some(words);
            Phase::Reviewing(review)
        } else {
            self.chooser.note = Some(words);
            Phase::Choosing
        };
    }

    /// Sends the PATCH.
    fn send(&mut self, value: Untrusted, cx: &mut Cx<'_>) -> Vec<Effect> {
        self.sends += 1;
        let request = cx.requests.next();
        let patch = OrganizationPatch { connection: value.clone() };
        let effect = Effect::PatchOrganization { request, id: self.target.id.clone(), patch };
        self.phase = Phase::Sending { value, request, since: cx.now };
        self.note(Transition::Sent, cx).into_iter().chain([effect]).collect()
    }

    /// Puts a transition on record that nothing waits for.
    fn note(&self, transition: Transition, cx: &mut Cx<'_>) -> Option<Effect> {
        let operation = self.operation.as_ref()?.id;
        Some(Effect::Record { request: cx.requests.next(), operation, transition })
    }

    /// Whether the PATCH of this number is out.
    pub fn waits_for(&self, request: RequestId) -> bool {
        matches!(&self.phase, Phase::Sending { request: waited_for, .. } if *waited_for == request)
    }

    /// The answer to the PATCH, or the lack of one.
    pub fn answered(
        &mut self,
        request: RequestId,
        answer: Result<PatchAnswer, Failure>,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        let Phase::Sending { value, request: waited_for, since } = &self.phase else { return Vec::new() };
        if *waited_for != request {
            return Vec::new();
        }
        let transition = match &answer {
            Ok(answer) => Transition::Answered { status: answer.status },
            Err(failure) => Transition::NoAnswer { why: super::explain::explain(failure).title.into() },
        };
        let evidence = Evidence {
            value: value.clone(),
            accepted: self.accepted(value),
            before: Arc::clone(&self.target),
            sent_at: *since,
            answered_at: cx.now,
            answer,
            looks: Vec::new(),
        };
        let noted = self.note(transition, cx);
        self.phase = Phase::Settling { evidence, request: None, due: None };
        noted.into_iter().chain(self.settle(cx)).collect()
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

    /// Goes on after something new is known: sends again where that is proven safe, waits for the next
    /// reading, or ends.
    fn settle(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        let Phase::Settling { evidence, request, due } = &mut self.phase else { return Vec::new() };
        if self.sends == 1 && self.told.is_none() && evidence.proves_a_401_changed_nothing() {
            let value = evidence.value.clone();
            return self.send(value, cx);
        }
        match evidence.verdict(cx.now) {
            Verdict::Look(at) => {
                (*request, *due) = (None, Some(at));
                self.look_if_due(cx)
            }
            Verdict::Settled(outcome) => {
                let evidence = evidence.clone();
                self.close(evidence, outcome, cx)
            }
        }
    }

    /// The outcome goes on record before it is told; an unknown one leaves the entry open. What was told
    /// otherwise before is corrected.
    fn close(&mut self, evidence: Evidence, outcome: Outcome, cx: &mut Cx<'_>) -> Vec<Effect> {
        let seen = evidence.latest().map(|organization| organization.connection.clone()).unwrap_or_default();
        if let Some(known) = &self.on_record
            && (known.outcome, &known.seen) == (outcome, &seen)
        {
            self.phase = settled(evidence, outcome, cx.now, known.entry.clone());
            return Vec::new();
        }
        let operation = self.operation.as_ref().map(|operation| operation.id);
        let told = self.told.replace(outcome).filter(|told| *told != Outcome::Unknown);
        let transition = match told {
            Some(told) if told != outcome => Transition::Corrected { outcome, seen },
            None if outcome == Outcome::Unknown => {
                self.on_record =
                    Some(OnRecord { outcome, seen: seen.clone(), entry: JournalEntry::LeftOpen });
                self.phase = settled(evidence, outcome, cx.now, JournalEntry::LeftOpen);
                return self.note(Transition::Looked { connection: seen }, cx).into_iter().collect();
            }
            _ => Transition::Settled { outcome, seen },
        };
        let Some(operation) = operation else {
            self.phase = settled(evidence, outcome, cx.now, JournalEntry::LeftOpen);
            return Vec::new();
        };
        let request = cx.requests.next();
        self.phase = Phase::Closing { evidence, outcome, at: cx.now, request };
        vec![Effect::Record { request, operation, transition }]
    }

    /// When the next reading is due.
    pub const fn due(&self) -> Option<Moment> {
        match &self.phase {
            Phase::Settling { evidence: _, request: _, due } => *due,
            _ => None,
        }
    }

    /// Asks for the reading that is due.
    pub fn look_if_due(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        let id = self.target.id.clone();
        let Phase::Settling { evidence: _, request, due } = &mut self.phase else { return Vec::new() };
        if due.is_none_or(|at| cx.now < at) {
            return Vec::new();
        }
        let number = cx.requests.next();
        (*request, *due) = (Some(number), None);
        vec![Effect::FetchOrganization { request: number, id }]
    }

    /// `v` on a result: reads the record once more.
    pub fn look_again(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        let Phase::Settled { evidence, .. } = &self.phase else { return Vec::new() };
        self.phase = Phase::Settling { evidence: evidence.clone(), request: None, due: Some(cx.now) };
        self.look_if_due(cx)
    }

    /// A reading; says whether this change waited for it.
    pub fn looked(
        &mut self,
        request: RequestId,
        seen: &Result<Organization, Failure>,
        cx: &mut Cx<'_>,
    ) -> Option<Vec<Effect>> {
        match &mut self.phase {
            Phase::Reviewing(review) => review.checks.read(request, seen, cx.now).then(Vec::new),
            Phase::Settling { evidence, request: waited_for, due: _ } if *waited_for == Some(request) => {
                *waited_for = None;
                let seen =
                    seen.as_ref().map(|organization| Arc::new(organization.clone())).map_err(Clone::clone);
                evidence.looks.push(Look { at: cx.now, seen });
                Some(self.settle(cx))
            }
            _ => None,
        }
    }
}

const fn settled(evidence: Evidence, outcome: Outcome, at: Moment, entry: JournalEntry) -> Phase {
    Phase::Settled { evidence, outcome, at, entry, response: false, scroll: 0 }
}
