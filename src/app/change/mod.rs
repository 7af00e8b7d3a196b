//! The life of one change, from the first typed letter to a proven outcome. There is at most one.
//!
//! ```text
//! Choosing ──Enter──▶ Reviewing ──y──▶ Sending ──answer or none──▶ Settling ──reads──▶ Settled
//!     ▲                  │                                            ▲                    │
//!     └────── n, Esc ────┘                                            └──── look again ────┘
//!     ▲                                                                                    │
//!     └──────────────────────────── edit again (text kept) ────────────────────────────────┘
//! ```
//!
//! The one place that makes a PATCH is [`Change::submit`], and it leaves the phase it needs: a second key
//! finds nothing to submit.

mod chooser;
mod difference;
mod report;
mod settle;

use std::sync::Arc;
use std::time::Duration;

pub use chooser::{Accepted, Candidate, Chooser, candidates};
pub use difference::{FieldChange, difference, unchanged};
pub use report::{report, response, server_words};
pub use settle::{Evidence, Look, Outcome, Shows, Verdict};

use super::cx::Cx;
use super::effect::{Effect, RequestId};
use crate::domain::{Failure, Moment, Organization, OrganizationPatch, PatchAnswer};
use crate::text::Untrusted;

/// How long the review ignores keys after it was drawn: a key typed before it could be read is no consent.
pub const DEAF: Duration = Duration::from_millis(500);

/// A change under way.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The organization as it was on the screen when the window was opened; kept up to date until sending.
    pub target: Arc<Organization>,
    /// When that was read from the server.
    pub seen_at: Moment,
    /// The typed value and what can be chosen; kept through every phase.
    pub chooser: Chooser,
    /// Where it stands.
    pub phase: Phase,
}

/// Where a change stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// The new connection is being typed or chosen.
    Choosing,
    /// What would be sent is on the screen.
    Reviewing {
        /// The new connection.
        value: Untrusted,
        /// When the review was first drawn.
        drawn_at: Option<Moment>,
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
    /// The end.
    Settled {
        /// What is known.
        evidence: Evidence,
        /// What became of it.
        outcome: Outcome,
        /// When that was settled.
        at: Moment,
        /// Whether the whole answer is shown instead of the summary.
        response: bool,
        /// First line on the screen.
        scroll: usize,
    },
}

impl Change {
    /// A change of an organization, nothing typed.
    pub const fn new(target: Arc<Organization>, seen_at: Moment, chooser: Chooser) -> Self {
        Self { target, seen_at, chooser, phase: Phase::Choosing }
    }

    /// Whether a request is out whose outcome is not settled.
    pub const fn in_flight(&self) -> bool {
        matches!(self.phase, Phase::Sending { .. } | Phase::Settling { .. })
    }

    /// Whether closing the window loses typed text.
    pub fn has_typed_text(&self) -> bool {
        matches!(self.phase, Phase::Choosing | Phase::Reviewing { .. })
            && !self.chooser.field.text().is_empty()
    }

    /// `Enter` in the chooser: on to the review, or a note why not.
    pub fn accept(&mut self) {
        match self.chooser.accept(&self.target.connection) {
            Accepted::Value(value) => self.phase = Phase::Reviewing { value, drawn_at: None },
            Accepted::Not(note) => self.chooser.note = Some(note),
        }
    }

    /// Back to the chooser, the text kept.
    pub fn edit_again(&mut self) {
        if !self.in_flight() {
            self.chooser.note = None;
            self.phase = Phase::Choosing;
        }
    }

    /// A frame that shows the present phase was drawn.
    pub fn drawn(&mut self, now: Moment) {
        if let Phase::Reviewing { value: _, drawn_at } = &mut self.phase {
            drawn_at.get_or_insert(now);
        }
    }

    /// The review is not in sight any more: it has to be drawn, and read, anew.
    pub const fn covered(&mut self) {
        if let Phase::Reviewing { value: _, drawn_at } = &mut self.phase {
            *drawn_at = None;
        }
    }

    /// When the review begins to listen; none in other phases, or while it has not been drawn.
    pub fn listens_at(&self) -> Option<Moment> {
        match &self.phase {
            Phase::Reviewing { value: _, drawn_at } => drawn_at.map(|at| at + DEAF),
            _ => None,
        }
    }

    /// Whether the review takes keys at `now`.
    pub fn listens(&self, now: Moment) -> bool {
        self.listens_at().is_some_and(|at| now >= at)
    }

    /// Sends the one PATCH, from the review and from nowhere else.
    pub fn submit(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        if !self.listens(cx.now) {
            return Vec::new();
        }
        let Phase::Reviewing { value, drawn_at: _ } = &self.phase else { return Vec::new() };
        let value = value.clone();
        let request = cx.requests.next();
        let effect = Effect::PatchOrganization {
            request,
            id: self.target.id.clone(),
            patch: OrganizationPatch { connection: value.clone() },
        };
        self.phase = Phase::Sending { value, request, since: cx.now };
        vec![effect]
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
        let evidence = Evidence {
            value: value.clone(),
            accepted: self.accepted(value),
            before: Arc::clone(&self.target),
            sent_at: *since,
            answered_at: cx.now,
            answer,
            looks: Vec::new(),
        };
        self.phase = Phase::Settling { evidence, request: None, due: None };
        self.settle(cx)
    }

    /// Whether a record that shows `connection` shows what this change sent.
    pub fn sent(&self, connection: &Untrusted) -> bool {
        match &self.phase {
            Phase::Choosing | Phase::Reviewing { .. } => false,
            Phase::Sending { value, .. } => self.accepted(value).contains(connection),
            Phase::Settling { evidence, .. } | Phase::Settled { evidence, .. } => {
                evidence.accepted.contains(connection)
            }
        }
    }

    /// What the record may show once `value` is applied.
    fn accepted(&self, value: &Untrusted) -> Vec<Untrusted> {
        let by_id = self.chooser.candidates.iter().find(|candidate| candidate.id == *value);
        std::iter::once(value.clone()).chain(by_id.map(|candidate| candidate.name.clone())).collect()
    }

    /// Goes on after something new is known: waits for the next reading, or ends.
    fn settle(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        let Phase::Settling { evidence, request, due } = &mut self.phase else { return Vec::new() };
        match evidence.verdict(cx.now) {
            Verdict::Look(at) => {
                (*request, *due) = (None, Some(at));
                self.look_if_due(cx)
            }
            Verdict::Settled(outcome) => {
                let evidence = evidence.clone();
                self.phase = Phase::Settled { evidence, outcome, at: cx.now, response: false, scroll: 0 };
                Vec::new()
            }
        }
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
        let Phase::Settling { evidence, request: waited_for, due: _ } = &mut self.phase else { return None };
        if *waited_for != Some(request) {
            return None;
        }
        *waited_for = None;
        let seen = seen.as_ref().map(|organization| Arc::new(organization.clone())).map_err(Clone::clone);
        evidence.looks.push(Look { at: cx.now, seen });
        Some(self.settle(cx))
    }
}
