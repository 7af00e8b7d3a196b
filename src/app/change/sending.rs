//! From the intent that was agreed to, to a proven outcome on record. Here and nowhere else a PATCH is made.

use std::sync::Arc;

use super::{Change, Evidence, JournalEntry, Look, OnRecord, Outcome, Phase, Review, Verdict};
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::app::explain::explain;
use crate::domain::{
    Failure, JournalFailure, Moment, Operation, Organization, OrganizationPatch, PatchAnswer, Transition,
};
use crate::text::Untrusted;

impl Change {
    /// Puts an intent on record: the one way to a PATCH.
    pub(super) fn record(
        &mut self,
        operation: Operation,
        review: Option<Box<Review>>,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        let request = cx.requests.next();
        let intent = Transition::Intent(Box::new(operation.clone()));
        let effect = Effect::Record { request, operation: operation.id, transition: intent };
        self.operation = Some(operation);
        self.phase = Phase::Recording { review, request };
        vec![effect]
    }

    /// Whether this line is the intent that is waited for.
    pub(in crate::app) fn waits_for_intent(&self, request: RequestId) -> bool {
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
            Ok(answer) => Transition::Answered { status: answer.status, by_another: answer.is_of_another() },
            Err(failure) => Transition::NoAnswer { why: explain(failure).title.into() },
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
