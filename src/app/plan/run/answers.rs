//! What answers do to the rows under way: a row that was read becomes a change, and what its change came to is its
//! result, or has it wait for its turn again.

use std::sync::Arc;

use super::{Applying, KEPT, RECENT, World};
use crate::app::change::{Change, Chooser, Evidence, JournalEntry, Phase};
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::app::explain::explain;
use crate::app::plan::flight::{Ending, Flight, Stage, Trouble, ending};
use crate::app::plan::result::{Hold, RowResult, Stop, is_applied};
use crate::domain::{
    Failure, JournalFailure, Moment, Operation, OperationId, Organization, Outcome, PatchAnswer, PlanRow,
};
use crate::text::Untrusted;

impl Applying {
    /// A reading; none when no row waited for it.
    pub(in crate::app) fn looked(
        &mut self,
        request: RequestId,
        seen: &Result<Organization, Failure>,
        world: &mut World<'_>,
    ) -> Option<Vec<Effect>> {
        let (at, effects) =
            self.flights.iter_mut().enumerate().find_map(|(at, flight)| match &mut flight.stage {
                Stage::Reading(waited_for) => (*waited_for == request).then_some((at, None)),
                Stage::Changing { change, .. } => {
                    change.looked(request, seen, &mut world.cx).map(|effects| (at, Some(effects)))
                }
            })?;
        Some(match effects {
            None => self.read(at, seen, world),
            Some(effects) => {
                self.conclude(at, world);
                effects
            }
        })
    }

    /// A row was read before anything was sent: it is changed only when it is as planned.
    fn read(
        &mut self,
        at: usize,
        seen: &Result<Organization, Failure>,
        world: &mut World<'_>,
    ) -> Vec<Effect> {
        let Some(number) = self.flights.get(at).map(|flight| flight.row) else { return Vec::new() };
        let plan = Arc::clone(&self.plan);
        let Some(row) = plan.rows.get(number) else { return Vec::new() };
        let now = match seen {
            Ok(now) => now,
            Err(failure) => {
                match Trouble::of(failure) {
                    Some(trouble) => self.give_back(at, trouble, world.cx.now),
                    None => self.finish(at, RowResult::NotSent(explain(failure).title), world.cx.now),
                }
                return Vec::new();
            }
        };
        let accepted = self.accepted(&row.new);
        if accepted.contains(&now.connection) {
            self.finish(at, RowResult::Unchanged, world.cx.now);
        } else if now.organization_id != row.organization_id {
            let is = now.organization_id.brief();
            self.finish(at, RowResult::Skipped(format!("it is organization {is} now")), world.cx.now);
        } else if now.connection != row.now {
            let is = now.connection.brief();
            self.finish(at, RowResult::Skipped(format!("changed since: it is {is} now")), world.cx.now);
        } else if self.is_halted() {
            // It was read before: nothing new is sent any more, or for now.
            self.put_back(at);
        } else {
            return self.begin(at, row, now, &accepted, world);
        }
        Vec::new()
    }

    /// Puts the intent of a row on record: from here on it is a change like any other.
    fn begin(
        &mut self,
        at: usize,
        row: &PlanRow,
        now: &Organization,
        accepted: &[Untrusted],
        world: &mut World<'_>,
    ) -> Vec<Effect> {
        let operation = Operation {
            id: world.ledger.next_operation(world.run),
            target: world.settings.target(world.server_identity.clone(), now),
            before: now.connection.clone(),
            before_updated_at: now.updated_at.clone(),
            after: row.new.clone(),
            reason: self.plan.reason.clone(),
            overridden: Untrusted::default(),
            undo_of: row.undo_of,
            plan: Some(self.reference.clone()),
        };
        let mut effects = world.ledger.begin(&row.id, accepted, &now.connection, &mut world.cx);
        self.is_on_record = true;
        let chooser = Chooser::new(self.connections.get(&row.new).cloned().into_iter().collect());
        let (change, begun) = Change::begin(Arc::new(now.clone()), chooser, operation, &mut world.cx);
        effects.extend(begun);
        if let Some(flight) = self.flights.get_mut(at) {
            flight.stage = Stage::Changing { change: Box::new(change), again: None };
        }
        effects
    }

    /// A line of the journal is durable, or could not be written; none when no row waited for it.
    pub(in crate::app) fn recorded(
        &mut self,
        request: RequestId,
        result: &Result<u64, JournalFailure>,
        world: &mut World<'_>,
    ) -> Option<Vec<Effect>> {
        let mut change = |flight: &mut Flight| match &mut flight.stage {
            Stage::Reading(_) => None,
            Stage::Changing { change, .. } => {
                let unsent = change.waits_for_intent(request) && result.is_err();
                let effects = change.recorded(request, result, &mut world.cx)?;
                Some((unsent, effects))
            }
        };
        let found = self.flights.iter_mut().enumerate().find_map(|(at, f)| Some((at, change(f)?)));
        let (at, (unsent, effects)) = found?;
        if unsent && let Err(why) = result {
            self.put_back(at);
            self.hold_for_the_journal(&why.reason.brief().into_string());
        } else {
            self.conclude(at, world);
        }
        Some(effects)
    }

    /// No row is begun while there is no record of it.
    fn hold_for_the_journal(&mut self, why: &str) {
        let why = format!("the journal cannot be written: {why}; nothing more is sent; p goes on");
        self.hold = Some(Hold { why, until: None });
    }

    /// Whether the PATCH of this number is of a row, and of which organization.
    pub(in crate::app) fn waits_for(&self, request: RequestId) -> Option<&Arc<Organization>> {
        let mut changes = self.flights.iter().filter_map(Flight::change);
        changes.find(|change| change.waits_for(request)).map(|change| &change.target)
    }

    /// The answer to the PATCH of a row, or the lack of one.
    pub(in crate::app) fn patched(
        &mut self,
        request: RequestId,
        answer: Result<PatchAnswer, Failure>,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        let change = self.flights.iter_mut().find_map(|flight| match &mut flight.stage {
            Stage::Reading(_) => None,
            Stage::Changing { change, .. } => change.waits_for(request).then_some(change),
        });
        change.map(|change| change.answered(request, answer, cx)).unwrap_or_default()
    }

    /// A row's change may have come to its end.
    fn conclude(&mut self, at: usize, world: &mut World<'_>) {
        let now = world.cx.now;
        let Some(Flight { row: _, began, stage: Stage::Changing { change, again } }) =
            self.flights.get_mut(at)
        else {
            return;
        };
        let Phase::Settled { evidence, outcome, entry, .. } = &change.phase else { return };
        world.ledger.settled(change);
        let (outcome, began) = (*outcome, *began);
        let trouble = Trouble::behind(evidence).or_else(|| unreadable(evidence));
        let unwritten = match entry {
            JournalEntry::NotWritten(why) => Some(why.clone()),
            JournalEntry::Closed(_) | JournalEntry::LeftOpen => None,
        };
        match ending(evidence, outcome) {
            Ending::Back => {
                let trouble =
                    trouble.unwrap_or_else(|| Trouble { why: outcome.word().to_owned(), after: None });
                self.give_back(at, trouble, now);
            }
            Ending::LookAgain => {
                let trouble =
                    trouble.unwrap_or_else(|| Trouble { why: outcome.word().to_owned(), after: None });
                let wait = self.pace.trouble(trouble.after);
                *again = Some(now + wait);
                self.hold = Some(Hold { why: trouble.why, until: Some(now + wait) });
            }
            Ending::Result => {
                let status = evidence.answer.as_ref().ok().map(|answer| answer.status);
                let operation = change.operation.as_ref().map(|operation| operation.id);
                let took = now.since(began);
                let Some(operation) = operation else { return };
                self.keep(at);
                self.finish(at, RowResult::Done { operation, outcome, status, took }, now);
                match trouble {
                    Some(trouble) => self.hold_for(trouble, now),
                    None => self.pace.went_well(took),
                }
            }
        }
        if let Some(why) = unwritten {
            self.hold_for_the_journal(&why);
        }
    }

    /// A finished change turned out to have been applied after all: it is told, counted and taken back as such.
    pub(in crate::app) fn corrected(&mut self, corrected: OperationId, now: Outcome) {
        let mut rows = self.plan.rows.iter().zip(&mut self.results);
        let found = rows.find_map(|(row, result)| match result {
            RowResult::Done { operation, outcome, .. } if *operation == corrected => Some((row, outcome)),
            _ => None,
        });
        let Some((row, outcome)) = found.filter(|(_, was)| is_applied(now) && !is_applied(**was)) else {
            return;
        };
        self.counts.unknown -= usize::from(*outcome == Outcome::Unknown);
        self.counts.failed -= 1;
        self.counts.applied += 1;
        *outcome = now;
        self.settled.push(row.id.clone());
    }

    /// Keeps a settled change whole, those that failed for longer.
    fn keep(&mut self, at: usize) {
        let Some(Flight { row, stage: Stage::Changing { change, .. }, .. }) = self.flights.get(at) else {
            return;
        };
        self.kept.push_back((*row, change.clone()));
        if self.kept.len() > KEPT {
            let went_well = |(_, change): &(usize, Box<Change>)| matches!(&change.phase, Phase::Settled { outcome, .. } if is_applied(*outcome));
            let gone = self.kept.iter().position(went_well).unwrap_or(0);
            self.kept.remove(gone);
        }
    }

    /// A row under way was not sent, for trouble that is not its own: it waits for its turn again.
    fn give_back(&mut self, at: usize, trouble: Trouble, now: Moment) {
        self.put_back(at);
        self.hold_for(trouble, now);
    }

    /// A row under way waits for its turn again, in the order of the plan.
    fn put_back(&mut self, at: usize) {
        let flight = self.flights.remove(at);
        self.note(flight.row, RowResult::Waiting);
        let place = self.again.partition_point(|row| *row < flight.row);
        self.again.insert(place, flight.row);
    }

    fn hold_for(&mut self, trouble: Trouble, now: Moment) {
        let until = now + self.pace.trouble(trouble.after);
        if self.hold.as_ref().is_none_or(|hold| hold.until.is_some_and(|earlier| earlier < until)) {
            self.hold = Some(Hold { why: trouble.why, until: Some(until) });
        }
    }

    /// A row came to its end.
    fn finish(&mut self, at: usize, result: RowResult, now: Moment) {
        let row = self.flights.remove(at).row;
        let counts = &mut self.counts;
        match &result {
            RowResult::Waiting | RowResult::Underway => return,
            RowResult::Unchanged => counts.unchanged += 1,
            RowResult::Skipped(_) => counts.skipped += 1,
            RowResult::NotSent(_) => counts.failed += 1,
            RowResult::Done { outcome, .. } if is_applied(*outcome) => {
                counts.applied += 1;
                self.canaries = self.canaries.saturating_sub(1);
            }
            RowResult::Done { outcome, .. } => {
                counts.failed += 1;
                counts.unknown += usize::from(*outcome == Outcome::Unknown);
            }
        }
        if result.is_failure() && self.stop.is_none() {
            if self.canaries > 0 {
                self.stop = Some(Stop::Canary);
            } else if self.counts.failed >= self.plan.order.stop_after {
                self.stop = Some(Stop::Failures(self.counts.failed));
            }
        }
        if !result.is_failure()
            && !matches!(result, RowResult::Skipped(_))
            && let Some(row) = self.plan.rows.get(row)
        {
            self.settled.push(row.id.clone());
        }
        self.note(row, result);
        self.finished_at.push_back(now);
        if self.finished_at.len() > RECENT {
            self.finished_at.pop_front();
        }
    }
}

/// The trouble that kept a change from being read back.
fn unreadable(evidence: &Evidence) -> Option<Trouble> {
    evidence.looks.last().and_then(|look| look.seen.as_ref().err()).and_then(Trouble::of)
}
