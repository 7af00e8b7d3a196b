//! Holds what was claimed against what happened.

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

use cckm_tui::app::State;
use cckm_tui::demo::Demo;
use cckm_tui::domain::{OperationId, Outcome, Transition};
use cckm_tui::journal;

use super::operator::Plan;

/// A change that was carried out, or given up.
#[derive(Clone, Debug)]
pub(super) struct Done {
    pub(super) plan: Plan,
    /// The length of the server's history before it.
    pub(super) begun: usize,
    /// Its name in the journal; none when it was never sent.
    pub(super) operation: Option<OperationId>,
    /// Requests for the change that arrived.
    pub(super) patches: usize,
    /// What was shown when it settled.
    pub(super) first: Option<Outcome>,
    /// What was shown when its window was closed.
    pub(super) last: Option<Outcome>,
}

impl Done {
    /// Whether it may still be carried out.
    pub(super) fn is_late(&self) -> bool {
        let late = self.plan.fault.starts_with("apply-latex") || self.plan.fault == "stale-readx1:40000";
        self.patches > 0 && late
    }
}

/// What all changes come to.
#[derive(Debug, Default)]
pub(super) struct Tally {
    changes: usize,
    sent: usize,
    troubled: usize,
    corrected: usize,
    /// Corrected because the record shows what was asked for, which somebody else had set.
    alike: usize,
    pub(super) lost: usize,
    pub(super) doubled: usize,
    pub(super) wrong: usize,
    outcomes: BTreeMap<&'static str, usize>,
    faults: BTreeMap<&'static str, usize>,
    complaints: Vec<String>,
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changes, sent, troubled, corrected, alike, lost, doubled, wrong, outcomes, .. } = self;
        write!(
            f,
            "{changes} changes, {sent} sent, {troubled} of them met one of {} troubles, {corrected} corrected \
             later, {alike} of them since somebody else set the same; {lost} lost, {doubled} doubled, {wrong} wrong; {outcomes:?}",
            self.faults.len()
        )
    }
}

impl Tally {
    pub(super) fn add(&mut self, other: &Self) {
        self.changes += other.changes;
        self.sent += other.sent;
        self.troubled += other.troubled;
        self.corrected += other.corrected;
        self.alike += other.alike;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.wrong += other.wrong;
        for (outcome, count) in &other.outcomes {
            *self.outcomes.entry(outcome).or_default() += count;
        }
        for (fault, count) in &other.faults {
            *self.faults.entry(fault).or_default() += count;
        }
        self.complaints.extend_from_slice(&other.complaints);
    }

    pub(super) fn complaints(&self) -> String {
        self.complaints.join("\n")
    }
}

/// What the journal says of one change.
#[derive(Debug, Default)]
struct OnRecord {
    steps: Vec<Transition>,
}

impl OnRecord {
    fn count(&self, is_it: impl Fn(&Transition) -> bool) -> usize {
        self.steps.iter().filter(|step| is_it(step)).count()
    }

    fn place(&self, is_it: impl Fn(&Transition) -> bool) -> Option<usize> {
        self.steps.iter().position(is_it)
    }

    /// What was told and what holds in the end.
    fn outcome(&self) -> Option<Outcome> {
        self.steps.iter().rev().find_map(|step| match step {
            Transition::Settled { outcome, .. } | Transition::Corrected { outcome, .. } => Some(*outcome),
            _ => None,
        })
    }

    fn is_corrected(&self) -> bool {
        self.count(|step| matches!(step, Transition::Corrected { .. })) > 0
    }
}

/// The oracle: the server's history and documents against the journal and the screen.
pub(super) fn check(
    demo: &Demo,
    home: &Path,
    state: &State,
    done: &[Done],
    complaints: Vec<String>,
) -> Tally {
    let mut tally = Tally { complaints, changes: done.len(), ..Tally::default() };
    let file = journal::file_in(home);
    if let Err(error) = journal::verify(&file) {
        tally.complaints.push(format!("the journal does not verify: {error}"));
    }
    let entries = journal::read(&file).unwrap().entries;
    let mut records: BTreeMap<OperationId, OnRecord> = BTreeMap::new();
    for entry in &entries {
        records.entry(entry.operation).or_default().steps.push(entry.transition.clone());
    }
    let applied = attribute(demo, done, &mut tally);
    let all = done;
    for (place, (done, applied)) in all.iter().zip(applied).enumerate() {
        let problems = match done.operation {
            None => not_sent(done, applied),
            Some(operation) => {
                tally.sent += 1;
                let record = records.remove(&operation).unwrap_or_default();
                let last = record.outcome().unwrap_or(Outcome::Unknown);
                *tally.outcomes.entry(last.word()).or_default() += 1;
                if !done.plan.fault.is_empty() {
                    tally.troubled += 1;
                    *tally.faults.entry(done.plan.fault).or_default() += 1;
                }
                tally.corrected += usize::from(record.is_corrected());
                let alike = record.is_corrected() && somebody_else_may_have_set_it(&all[place..]);
                let applied = if alike && applied == 0 && last == Outcome::Applied {
                    tally.alike += 1;
                    1
                } else {
                    applied
                };
                tally.doubled += usize::from(applied > 1);
                tally.lost +=
                    usize::from(applied > 0 && matches!(last, Outcome::Refused | Outcome::NotApplied));
                tally.wrong +=
                    usize::from(applied == 0 && matches!(last, Outcome::Verified | Outcome::Applied));
                let shown = state.ledger.past.iter().find(|past| past.operation == operation);
                let shown = shown.and_then(|past| past.outcome);
                let mut problems = on_record(done, &record);
                problems
                    .extend((shown != record.outcome()).then(|| format!("the program remembers {shown:?}")));
                problems.extend(truth(done, &record, applied));
                problems
            }
        };
        for problem in problems {
            let steps = done.operation.map(|operation| {
                entries.iter().filter(|entry| entry.operation == operation).map(|it| &it.transition).collect()
            });
            let steps: Vec<&Transition> = steps.unwrap_or_default();
            tally.complaints.push(format!("{problem}; applied {applied} times; {done:?}; {steps:#?}"));
        }
    }
    for operation in records.keys() {
        tally.complaints.push(format!("nobody asked for {operation}"));
    }
    tally
}

/// How often each change was applied. Whatever belongs to none was not asked for.
fn attribute(demo: &Demo, done: &[Done], tally: &mut Tally) -> Vec<usize> {
    let mut applied = vec![0; done.len()];
    for (place, change) in demo.history().iter().enumerate() {
        let candidates: Vec<usize> = (0..done.len())
            .rev()
            .filter(|at| done[*at].begun <= place && done[*at].patches > 0)
            .filter(|at| done[*at].plan.id == change.id && done[*at].plan.name == change.new)
            .collect();
        let free = candidates.iter().find(|at| applied[**at] == 0).or(candidates.first());
        if let Some(at) = free {
            applied[*at] += 1;
        } else {
            tally.wrong += 1;
            tally.complaints.push(format!("applied and not asked for: {change:?}"));
        }
    }
    applied
}

/// Whether the value of the first of these changes may have been set by somebody else since. No read tells that
/// from a late arrival of the change itself.
fn somebody_else_may_have_set_it(changes: &[Done]) -> bool {
    let plan = &changes[0].plan;
    changes
        .iter()
        .filter(|later| later.plan.id == plan.id)
        .any(|later| later.plan.another == plan.name || later.plan.fault.starts_with("changed-by-another"))
}

fn not_sent(done: &Done, applied: usize) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend((done.patches > 0).then(|| "sent without a yes".to_owned()));
    problems.extend((applied > 0).then(|| "applied without a yes".to_owned()));
    problems
}

/// What is in the journal is whole, in order, and equal to what was shown.
fn on_record(done: &Done, record: &OnRecord) -> Vec<String> {
    let mut problems = Vec::new();
    let sent = record.count(|step| *step == Transition::Sent);
    let unauthorized = record.place(|step| *step == Transition::Answered { status: 401, by_another: false });
    let second = record.steps.iter().rposition(|step| *step == Transition::Sent);
    if record.place(|step| matches!(step, Transition::Intent(_))) != Some(0) {
        problems.push("no intent at the beginning".to_owned());
    }
    if sent != done.patches {
        problems.push(format!("{sent} sent on record, {} arrived", done.patches));
    }
    if done.patches > 2 || (done.patches == 2 && (unauthorized.is_none() || unauthorized > second)) {
        problems.push(format!("{} requests", done.patches));
    }
    let settled = record.place(|step| matches!(step, Transition::Settled { .. }));
    if settled.is_some_and(|settled| second.is_some_and(|second| second > settled)) {
        problems.push("sent after it was settled".to_owned());
    }
    let told = record.steps.iter().find_map(|step| match step {
        Transition::Settled { outcome, .. } => Some(*outcome),
        _ => None,
    });
    if done.first != Some(Outcome::Unknown) && told != done.first {
        problems.push(format!("shown {:?}, on record {told:?}", done.first));
    }
    let last = record.outcome().unwrap_or(Outcome::Unknown);
    if done.last != Some(last) && !record.is_corrected() {
        problems.push(format!("shown at last {:?}, on record {last:?}", done.last));
    }
    problems
}

/// What is claimed in the end is what happened.
fn truth(done: &Done, record: &OnRecord, applied: usize) -> Vec<String> {
    let mut problems = Vec::new();
    problems.extend((applied > 1).then(|| "doubled".to_owned()));
    let disturbed = done.plan.fault.starts_with("changed-by-another") || !done.plan.another.is_empty();
    match record.outcome().unwrap_or(Outcome::Unknown) {
        Outcome::Verified | Outcome::Applied if applied == 0 => {
            problems.push("claimed and not applied".to_owned());
        }
        Outcome::Refused | Outcome::NotApplied if applied > 0 => {
            problems.push("applied and not claimed".to_owned());
        }
        // A yes, whatever page it came on, and the old value for a quarter of a minute: nobody can tell.
        Outcome::Unknown if applied == 0 && matches!(done.plan.fault, "htmlx1:200" | "garbagex1") => {}
        Outcome::Unknown if done.plan.blind == 0 && !disturbed => {
            problems.push("unknown though it could be read".to_owned());
        }
        _ => {}
    }
    problems
}
