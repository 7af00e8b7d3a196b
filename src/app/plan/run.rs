//! A plan being applied: which rows are begun, and when none is begun any more.
//!
//! A row that was not sent for trouble of the whole server goes back to wait for its turn; one that was sent ends as
//! its change ends. The run holds while the server is in trouble or the journal cannot be written, and stops when the
//! operator says so, when a canary fails or when too many rows have failed: then nothing new is begun, and what is
//! under way is settled.

mod answers;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::flight::{Flight, Stage};
use super::pace::Pace;
use super::probe::Probe;
use super::result::{Counts, Hold, RowResult, Stop};
use crate::app::change::{Candidate, Change};
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::app::ledger::Ledger;
use crate::app::settings::{Run, Settings};
use crate::domain::{
    Entry, JournalFailure, Moment, OrganizationId, Plan, PlanReference, PlanRow, RunId, Transition,
};
use crate::text::Untrusted;

/// Most settled changes that are kept whole; the journal has the others.
const KEPT: usize = 200;
/// Finished rows that the rate is taken of.
const RECENT: usize = 32;

/// What a run may know and number beside itself.
#[derive(Debug)]
pub struct World<'a> {
    /// The memory of changes.
    pub ledger: &'a mut Ledger,
    /// The run of the program.
    pub run: RunId,
    /// Where it is applied, and by whom.
    pub settings: &'a Settings,
    /// What identifies the server.
    pub server_identity: Untrusted,
    /// Whether requests can be made.
    pub signed_in: bool,
    /// The time, and numbers for requests.
    pub cx: Cx<'a>,
}

/// A plan being applied, or applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Applying {
    /// The plan.
    pub plan: Arc<Plan>,
    reference: PlanReference,
    /// What is known of each new connection, by the name in the rows.
    connections: HashMap<Untrusted, Candidate>,
    results: Vec<RowResult>,
    /// What the rows came to.
    pub counts: Counts,
    /// The rows under way.
    pub flights: Vec<Flight>,
    /// The first row that was never begun.
    next: usize,
    /// Rows that wait for another turn.
    again: VecDeque<usize>,
    canaries: usize,
    /// How many at a time.
    pub pace: Pace,
    /// Whether the operator paused it.
    pub paused: bool,
    /// What it waits for.
    pub hold: Option<Hold>,
    /// Why it begins no row any more.
    pub stop: Option<Stop>,
    /// When it was begun.
    pub began: Moment,
    /// When nothing was left to do.
    pub ended: Option<Moment>,
    finished_at: VecDeque<Moment>,
    kept: VecDeque<(usize, Box<Change>)>,
    /// Organizations that are as they should be, since they were asked for last.
    settled: Vec<OrganizationId>,
    /// The request that stores the plan, while it is waited for.
    storing: Option<RequestId>,
    /// The selected row; none: the one begun last.
    pub selected: Option<usize>,
    /// Whether the journal has anything of it.
    pub(super) is_on_record: bool,
}

impl Applying {
    /// A plan that was agreed to. Nothing is begun yet.
    pub(in crate::app) fn new(plan: Plan, probes: &[Probe], now: Moment) -> Self {
        let connections = probes.iter().map(|probe| (probe.connection.clone(), probe.candidate()));
        Self {
            reference: plan.reference(),
            connections: connections.collect(),
            results: vec![RowResult::Waiting; plan.rows.len()],
            counts: Counts::default(),
            flights: Vec::new(),
            next: 0,
            again: VecDeque::new(),
            canaries: plan.order.canaries,
            pace: Pace::new(plan.order.concurrency),
            paused: false,
            hold: None,
            stop: None,
            began: now,
            ended: None,
            finished_at: VecDeque::new(),
            kept: VecDeque::new(),
            settled: Vec::new(),
            storing: None,
            selected: None,
            is_on_record: false,
            plan: Arc::new(plan),
        }
    }

    /// The same for a plan of which some rows are as they should be already: nothing is sent for them.
    pub(in crate::app) fn resumed(plan: Plan, left: &[PlanRow], probes: &[Probe], now: Moment) -> Self {
        let left: HashSet<_> = left.iter().map(|row| &row.id).collect();
        let mut applying = Self::new(plan, probes, now);
        for (row, result) in applying.plan.rows.iter().zip(&mut applying.results) {
            if !left.contains(&row.id) {
                *result = RowResult::Unchanged;
                applying.counts.unchanged += 1;
            }
        }
        applying
    }

    /// The same, of which an earlier run may have changed something already.
    #[must_use]
    pub(in crate::app) fn on_record_of(self, run: &Run) -> Self {
        let is_of_it = |entry: &Entry| match &entry.transition {
            Transition::Intent(operation) => operation.plan.as_ref() == Some(&self.reference),
            _ => false,
        };
        Self { is_on_record: run.entries.iter().any(is_of_it), ..self }
    }

    /// Has the plan stored, so that another run can go on with it; no row is begun before that is done.
    pub(in crate::app) fn keep_on_disk(&mut self, cx: &mut Cx<'_>) -> Effect {
        let request = cx.requests.next();
        self.storing = Some(request);
        Effect::KeepPlan { request, plan: Arc::clone(&self.plan) }
    }

    /// It is stored, or could not be.
    pub(super) fn kept_on_disk(&mut self, request: RequestId, result: Result<(), JournalFailure>) {
        if self.storing.take_if(|waited_for| *waited_for == request).is_none() {
            return;
        }
        if let Err(why) = result {
            let why = why.reason.brief();
            let why =
                format!("the plan cannot be stored: {why}; nothing is sent; p goes on without, s stops");
            self.hold = Some(Hold { why, until: None });
        }
    }

    /// Whether rows may still be begun, or are under way.
    pub const fn is_active(&self) -> bool {
        self.ended.is_none()
    }

    /// What became of a row.
    pub fn result(&self, row: usize) -> Option<&RowResult> {
        self.results.get(row)
    }

    /// The row with its result, for every row.
    pub fn rows(&self) -> impl Iterator<Item = (&PlanRow, &RowResult)> {
        self.plan.rows.iter().zip(&self.results)
    }

    /// The settled change of a row, while it is kept whole.
    pub fn kept(&self, row: usize) -> Option<&Change> {
        self.kept.iter().rev().find(|(kept, _)| *kept == row).map(|(_, change)| change.as_ref())
    }

    /// The row under way, if it is.
    pub fn flight(&self, row: usize) -> Option<&Flight> {
        self.flights.iter().find(|flight| flight.row == row)
    }

    /// The row that the window shows: the selected one, else the one begun last.
    pub fn in_sight(&self) -> usize {
        let last = self.plan.rows.len().saturating_sub(1);
        self.selected.unwrap_or_else(|| self.next.saturating_sub(1)).min(last)
    }

    /// Rows per second, of those finished lately; none before there are two.
    pub fn rate(&self) -> Option<f64> {
        let (first, last) = (self.finished_at.front()?, self.finished_at.back()?);
        let span = last.since(*first).as_secs_f64();
        let rows = u32::try_from(self.finished_at.len().checked_sub(1)?).ok()?;
        (span > 0.0 && rows > 0).then(|| f64::from(rows) / span)
    }

    /// How long the rest may take at that rate.
    pub fn time_left(&self) -> Option<Duration> {
        let rest = u32::try_from(self.plan.rows.len() - self.counts.finished()).ok()?;
        let seconds = f64::from(rest) / self.rate()?;
        Duration::try_from_secs_f64(seconds).ok()
    }

    /// When something is due.
    pub fn due(&self) -> Option<Moment> {
        let hold = self.hold.as_ref().and_then(|hold| hold.until).filter(|_| self.is_active());
        self.flights.iter().filter_map(Flight::due).chain(hold).min()
    }

    /// The organizations that came to be as they should be since this was asked last.
    pub(in crate::app) fn take_settled(&mut self) -> Vec<OrganizationId> {
        std::mem::take(&mut self.settled)
    }

    /// `p`: begins no row until it is pressed again; goes on after the journal could not be written.
    pub(in crate::app) fn pause(&mut self) {
        if !self.paused && self.hold.as_ref().is_some_and(|hold| hold.until.is_none()) {
            self.hold = None;
        } else {
            self.paused = !self.paused;
        }
    }

    /// `s`: begins no row any more.
    pub(in crate::app) fn stop(&mut self) {
        let unrecorded = self.hold.as_ref().is_some_and(|hold| hold.until.is_none());
        self.stop.get_or_insert(if unrecorded { Stop::Unrecorded } else { Stop::Asked });
    }

    /// Whether it would wait for ever where nobody presses a key.
    pub fn waits_for_the_operator(&self) -> bool {
        self.flights.is_empty()
            && self.stop.is_none()
            && self.hold.as_ref().is_some_and(|hold| hold.until.is_none())
    }

    /// Whether every row has its new connection.
    pub fn is_accomplished(&self) -> bool {
        self.counts.applied + self.counts.unchanged == self.plan.rows.len()
    }

    /// Whether nobody goes on with it after its end.
    pub(super) fn is_forgotten(&self) -> bool {
        self.stop != Some(Stop::Unrecorded)
    }

    /// There is a session again: what waited for one goes on.
    pub(in crate::app) fn session_is_back(&mut self) {
        self.hold.take_if(|hold| hold.until.is_some());
    }

    /// Whether nothing new is sent, any more or for now.
    const fn is_halted(&self) -> bool {
        self.paused || self.hold.is_some() || self.stop.is_some()
    }

    /// Whether a row may be begun now.
    fn may_begin(&self, signed_in: bool) -> bool {
        let at_a_time = if self.canaries > 0 { 1 } else { self.pace.limit() };
        signed_in
            && self.storing.is_none()
            && !self.is_halted()
            && self.is_active()
            && self.flights.len() < at_a_time
    }

    /// A row that is not begun yet and unchanged was done before this run.
    fn pass_over_done(&mut self) {
        while self.results.get(self.next) == Some(&RowResult::Unchanged) {
            self.next += 1;
        }
    }

    fn take_next(&mut self) -> Option<usize> {
        self.pass_over_done();
        let fresh = (self.next < self.plan.rows.len()).then_some(self.next);
        self.again.pop_front().or_else(|| {
            self.next += usize::from(fresh.is_some());
            fresh
        })
    }

    /// Begins the rows whose turn it is, by reading them; ends when nothing is left.
    pub(in crate::app) fn advance(&mut self, world: &mut World<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.pass_over_done();
        while self.may_begin(world.signed_in) {
            let Some(row) = self.take_next() else { break };
            let Some(id) = self.plan.rows.get(row).map(|row| row.id.clone()) else { break };
            let request = world.cx.requests.next();
            self.note(row, RowResult::Underway);
            self.flights.push(Flight { row, began: world.cx.now, stage: Stage::Reading(request) });
            effects.push(Effect::FetchOrganization { request, id });
        }
        self.pass_over_done();
        let nothing_left = self.again.is_empty() && self.next >= self.plan.rows.len();
        if self.flights.is_empty() && self.is_active() && (nothing_left || self.stop.is_some()) {
            (self.ended, self.hold, self.paused) = (Some(world.cx.now), None, false);
        }
        effects
    }

    /// What is due by now.
    pub(in crate::app) fn deadline(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        self.hold.take_if(|hold| hold.until.is_some_and(|until| until <= cx.now));
        let mut effects = Vec::new();
        for flight in &mut self.flights {
            if let Stage::Changing { change, again } = &mut flight.stage {
                effects.extend(change.look_if_due(cx));
                if again.take_if(|at| *at <= cx.now).is_some() {
                    effects.extend(change.look_again(cx));
                }
            }
        }
        effects
    }

    fn note(&mut self, row: usize, result: RowResult) {
        if let Some(place) = self.results.get_mut(row) {
            *place = result;
        }
    }

    /// What a record may show once it is moved to a connection: as the rows name it, and as the server does.
    pub(super) fn accepted(&self, new: &Untrusted) -> Vec<Untrusted> {
        let by_server = self.connections.get(new).map(|known| known.name.clone());
        std::iter::once(new.clone()).chain(by_server.filter(|name| name != new)).collect()
    }
}
