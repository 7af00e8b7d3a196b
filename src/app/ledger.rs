//! What this program remembers of changes beyond the one under way: what can be taken back, what may still
//! come, what an earlier run left open, and what happened to each organization.

use std::time::Duration;

use super::change::{Change, Phase};
use super::connections::Connections;
use super::cx::Cx;
use super::effect::{Effect, RequestId};
use super::settings::{Run, Settings};
use crate::domain::{
    Entry, Failure, FailureKind, Listed, Moment, OpenOperation, Operation, OperationId, Organization,
    OrganizationId, Outcome, PlanId, RunId, Transition,
};
use crate::text::Untrusted;

/// Waits before each reading that settles a change of an earlier run, in milliseconds.
const WAITS: [u64; 6] = [0, 500, 1_000, 2_000, 4_000, 8_000];
/// The longest wait: while the server cannot be read at all, and between readings that contradict its answer.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// Further readings where the server answered that it did what the record does not show: readers may be told what was
/// there before.
const MORE_LOOKS: usize = 3;

/// The same where nobody was there to take the answer.
const MORE_LOOKS_UNANSWERED: usize = 1;

/// How long ago such a change was begun when it needs no further readings, in seconds: no less than they take.
const LONG_AGO: i64 = 60;

/// A change that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undoable {
    /// Its name in the journal.
    pub operation: OperationId,
    /// The record as it was after the change.
    pub after: Organization,
    /// The connection before the change.
    pub before: Untrusted,
}

/// Where changes are made: the same id elsewhere is another organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    server: Untrusted,
    domain: Untrusted,
}

impl Place {
    fn of(settings: &Settings) -> Self {
        Self { server: settings.server.clone(), domain: settings.domain.clone() }
    }
}

/// A change that was not applied as far as could be seen, and may still be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Watched {
    place: Place,
    operation: OperationId,
    id: OrganizationId,
    accepted: Vec<Untrusted>,
}

/// A change that an earlier run left open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// What the journal knows of it.
    pub open: OpenOperation,
    /// What became of it, once that is known.
    pub outcome: Option<Outcome>,
    /// What there is to say beside that.
    pub words: String,
    looks: usize,
    /// Readings in a row that failed.
    failed: u32,
    request: Option<RequestId>,
    due: Option<Moment>,
}

impl Recovered {
    /// Whether its record was not read yet.
    pub const fn is_being_read(&self) -> bool {
        self.outcome.is_none() && self.words.is_empty()
    }

    /// Whether a reading is still to tell what became of it.
    const fn is_open_here(&self) -> bool {
        self.outcome.is_none() && (self.is_being_read() || self.due.is_some() || self.request.is_some())
    }
}

/// A change of the past, as the journal tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Its name in the journal.
    pub operation: OperationId,
    /// When it was begun: as in the journal, or nothing for this run.
    pub at: String,
    /// Whose.
    pub user: Untrusted,
    /// Which organization.
    pub id: OrganizationId,
    /// Its name.
    pub name: Untrusted,
    /// The connection before.
    pub before: Untrusted,
    /// The connection sent.
    pub after: Untrusted,
    /// The reason or ticket.
    pub reason: Untrusted,
    /// The status of the answer.
    pub status: Option<u16>,
    /// What became of it; none while it is open.
    pub outcome: Option<Outcome>,
}

/// The memory of changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ledger {
    place: Place,
    /// Changes begun in this run.
    begun: u64,
    /// Plans made in this run.
    planned: u64,
    /// The change that `z` takes back, here.
    pub undoable: Option<Undoable>,
    /// Those of the other places that were shown in this run.
    undoable_elsewhere: Vec<(Place, Undoable)>,
    watched: Vec<Watched>,
    /// What an earlier run left open.
    pub recovered: Vec<Recovered>,
    /// Whether the operator was told of it.
    told: bool,
    /// The changes of the past, the latest last.
    pub past: Vec<Past>,
}

impl Ledger {
    /// The memory that the journal gives.
    pub fn new(run: &Run, settings: &Settings) -> Self {
        let mut ledger = Self { place: Place::of(settings), ..Self::default() };
        for entry in &run.entries {
            ledger.read(entry);
        }
        ledger.recovered =
            run.open_operations.iter().map(|open| Recovered::new(open.clone(), &ledger.place)).collect();
        ledger
    }

    /// The same memory at another place: what can be taken back, what may come late and what can be settled by
    /// reading is only what belongs there. What belongs elsewhere waits.
    pub(super) fn moved_to(mut self, settings: &Settings) -> Self {
        let left = std::mem::replace(&mut self.place, Place::of(settings));
        self.undoable_elsewhere.extend(self.undoable.take().map(|undoable| (left, undoable)));
        let here = |(place, _): &mut (Place, Undoable)| *place == self.place;
        self.undoable = self.undoable_elsewhere.extract_if(.., here).map(|(_, undoable)| undoable).last();
        for recovered in self.recovered.iter_mut().filter(|recovered| recovered.outcome.is_none()) {
            *recovered = Recovered::new(recovered.open.clone(), &self.place);
        }
        self
    }

    /// Takes a line of the journal, or a transition of this run, into the past.
    fn read(&mut self, entry: &Entry) {
        self.note(entry.operation, &entry.transition, &entry.at.strftime("%Y-%m-%d %H:%M").to_string());
    }

    /// Takes a transition into the past.
    pub fn note(&mut self, operation: OperationId, transition: &Transition, at: &str) {
        if let Transition::Intent(intent) = transition {
            self.past.push(Past {
                operation,
                at: at.to_owned(),
                user: intent.target.user.clone(),
                id: intent.target.id.clone(),
                name: intent.target.name.clone(),
                before: intent.before.clone(),
                after: intent.after.clone(),
                reason: intent.reason.clone(),
                status: None,
                outcome: None,
            });
            return;
        }
        let Some(past) = self.past.iter_mut().rev().find(|past| past.operation == operation) else { return };
        match transition {
            Transition::Answered { status, .. } => past.status = Some(*status),
            Transition::Settled { outcome, .. } | Transition::Corrected { outcome, .. } => {
                past.outcome = Some(*outcome);
            }
            Transition::Intent(_)
            | Transition::Sent
            | Transition::NoAnswer { .. }
            | Transition::Looked { .. }
            | Transition::Abandoned { .. } => {}
        }
    }

    /// The changes of one organization, the latest first.
    pub fn of(&self, id: &OrganizationId) -> impl Iterator<Item = &Past> {
        self.past.iter().rev().filter(move |past| past.id == *id)
    }

    /// A name for the next change.
    pub const fn next_operation(&self, run: RunId) -> OperationId {
        OperationId::new(run, self.begun + 1)
    }

    /// A name for the next plan.
    pub const fn next_plan(&mut self, run: RunId) -> PlanId {
        self.planned += 1;
        PlanId::new(run, self.planned)
    }

    /// Remembers a settled change: to take it back, or to see whether it comes late.
    pub fn settled(&mut self, change: &Change) {
        let Phase::Settled { evidence, outcome, .. } = &change.phase else { return };
        let Some(operation) = change.operation.as_ref().map(|operation| operation.id) else { return };
        self.watched.retain(|watched| watched.operation != operation);
        match (outcome, evidence.latest()) {
            (Outcome::Verified | Outcome::Applied, Some(after))
                if evidence.accepted.contains(&after.connection) =>
            {
                // What a plan changed is taken back by a plan.
                if change.operation.as_ref().is_some_and(|operation| operation.plan.is_some()) {
                    return;
                }
                let (after, before) = (after.as_ref().clone(), evidence.before.connection.clone());
                self.undoable = Some(Undoable { operation, after, before });
            }
            (Outcome::NotApplied | Outcome::Unknown, _) if evidence.was_sent() => {
                let (id, accepted) = (evidence.before.id.clone(), evidence.accepted.clone());
                let place = self.place.clone();
                self.watched.push(Watched { place, operation, id, accepted });
            }
            _ => {}
        }
    }

    /// The next change begins: these connections, where it shows them later, say nothing of
    /// earlier changes any more; others do. What an earlier run left open of it is settled by what it shows `now`:
    /// from here on nobody could tell whose effect is seen.
    pub fn begin(
        &mut self,
        id: &OrganizationId,
        accepted: &[Untrusted],
        now: &Untrusted,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        self.begun += 1;
        let mut settled = Vec::new();
        for recovered in self.recovered.iter_mut().filter(|recovered| recovered.is_open_here()) {
            let operation = &recovered.open.operation;
            if operation.target.id != *id || !accepted.contains(&operation.after) {
                continue;
            }
            let untouched = *now == operation.before;
            let is_denied = untouched && !recovered.open.is_answered_well();
            let outcome = if is_denied { Outcome::NotApplied } else { Outcome::Unknown };
            settled.push((operation.id, Transition::Settled { outcome, seen: now.clone() }));
            "as the next change of it began".clone_into(&mut recovered.words);
            (recovered.outcome, recovered.request, recovered.due) = (Some(outcome), None, None);
        }
        let same = |watched: &Watched| watched.accepted.iter().any(|name| accepted.contains(name));
        self.watched.retain(|watched| watched.place != self.place || watched.id != *id || !same(watched));
        let mut record = |(operation, transition): (OperationId, Transition)| {
            self.note(operation, &transition, "");
            Effect::Record { request: cx.requests.next(), operation, transition }
        };
        settled.into_iter().map(&mut record).collect()
    }

    /// Compares what the list shows now with what may still come. Returns the corrections to record and the
    /// words to tell.
    pub fn watch<'a>(
        &mut self,
        organization: impl Fn(&OrganizationId) -> Option<&'a Listed>,
        cx: &mut Cx<'_>,
    ) -> (Vec<Effect>, Option<String>) {
        let mut effects = Vec::new();
        let mut words = None;
        self.watched.retain(|watched| {
            let organization = |id| organization(id).filter(|_| watched.place == self.place);
            let Some(now) = organization(&watched.id)
                .filter(|now| watched.accepted.iter().any(|name| name.as_sent() == now.connection()))
            else {
                return true;
            };
            let transition =
                Transition::Corrected { outcome: Outcome::Applied, seen: now.connection().into() };
            let request = cx.requests.next();
            effects.push(Effect::Record { request, operation: watched.operation, transition });
            let name = now.part(now.name()).brief();
            let operation = watched.operation;
            // No reading can tell a late effect from somebody else's change to the same value.
            words =
                Some(format!("{name}: APPLIED now: {operation} came late, or somebody set the same value"));
            false
        });
        (effects, words)
    }

    /// Begins to settle what an earlier run left open here. Says whether the operator is to be told.
    pub fn recover(&mut self, now: Moment) -> bool {
        let mut news = !self.recovered.is_empty() && !std::mem::replace(&mut self.told, true);
        for recovered in &mut self.recovered {
            let waiting =
                recovered.request.is_some() || recovered.due.is_some() || recovered.outcome.is_some();
            if !waiting && recovered.words.is_empty() {
                recovered.due = Some(now);
                news = true;
            }
        }
        news
    }

    /// Whether what an earlier run left open here is not settled yet.
    pub fn is_recovering(&self) -> bool {
        self.recovered.iter().any(Recovered::is_open_here)
    }

    /// When the next reading is due.
    pub fn due(&self) -> Option<Moment> {
        self.recovered.iter().filter_map(|recovered| recovered.due).min()
    }

    /// Asks for the readings that are due.
    pub fn look_if_due(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        let mut effects = Vec::new();
        for recovered in &mut self.recovered {
            if recovered.due.take_if(|due| *due <= cx.now).is_some() {
                let request = cx.requests.next();
                recovered.request = Some(request);
                let id = recovered.open.operation.target.id.clone();
                effects.push(Effect::FetchOrganization { request, id });
            }
        }
        effects
    }

    /// A reading; none when nobody here waited for it. `wall_clock`: seconds since 1970.
    pub fn looked(
        &mut self,
        request: RequestId,
        seen: &Result<Organization, Failure>,
        connections: &Connections,
        wall_clock: i64,
        cx: &mut Cx<'_>,
    ) -> Option<Vec<Effect>> {
        let recovered = self.recovered.iter_mut().find(|recovered| recovered.request == Some(request))?;
        recovered.request = None;
        recovered.looks += 1;
        let operation = recovered.open.operation.clone();
        let by_id = connections.find(&operation.after).map(|connection| connection.name.clone());
        let accepted: Vec<Untrusted> = [operation.after.clone()].into_iter().chain(by_id).collect();
        let Some(outcome) = recovered.verdict(seen, &accepted, wall_clock) else {
            recovered.due = Some(cx.now + recovered.wait(seen.is_err()));
            return Some(Vec::new());
        };
        recovered.outcome = Some(outcome);
        let seen = seen.as_ref().map(|now| now.connection.clone()).unwrap_or_default();
        if matches!(outcome, Outcome::NotApplied | Outcome::Unknown) {
            let (place, id) = (self.place.clone(), operation.target.id.clone());
            self.watched.push(Watched { place, operation: operation.id, id, accepted });
        }
        let transition = Transition::Settled { outcome, seen };
        self.note(operation.id, &transition, "");
        Some(vec![Effect::Record { request: cx.requests.next(), operation: operation.id, transition }])
    }
}

impl Recovered {
    /// One that nobody looked at yet, as seen from `here`.
    fn new(open: OpenOperation, here: &Place) -> Self {
        let target = &open.operation.target;
        let is_ours = target.server == here.server && target.domain == here.domain;
        let words = if is_ours {
            String::new()
        } else {
            format!("on {}: start there to settle it", target.server.brief())
        };
        Self { open, outcome: None, words, looks: 0, failed: 0, request: None, due: None }
    }

    /// What a reading comes to, when the record shows one of `accepted` once the change is applied; none: look
    /// again.
    fn verdict(
        &mut self,
        seen: &Result<Organization, Failure>,
        accepted: &[Untrusted],
        wall_clock: i64,
    ) -> Option<Outcome> {
        let Operation { before, before_updated_at, .. } = &self.open.operation;
        match seen {
            Ok(now) if accepted.contains(&now.connection) => Some(Outcome::Applied),
            Ok(now) if now.connection == *before => {
                let untouched = now.updated_at == *before_updated_at;
                let is_denied = !self.open.is_answered_well();
                let is_believed = self.looks >= WAITS.len() + self.more_looks(wall_clock);
                let words = match (is_denied, is_believed) {
                    // What was answered is not denied by what may be an old reading: nothing is sent again for it.
                    (false, _) => "the server answered that it is done; the record does not show it",
                    (true, false) => "not applied so far; the record is read again",
                    (true, true) => "the record shows the old value",
                };
                let others = if is_denied && !untouched { "; changed by others" } else { "" };
                self.words = format!("{words}{others}");
                let outcome = if is_denied { Outcome::NotApplied } else { Outcome::Unknown };
                is_believed.then_some(outcome)
            }
            Ok(now) => {
                self.words = format!("somebody else set the connection to {}", now.connection.brief());
                Some(Outcome::Unknown)
            }
            Err(failure) if failure.kind == (FailureKind::Refused { status: 404 }) => {
                "the organization is gone, or not visible to this account".clone_into(&mut self.words);
                Some(Outcome::Unknown)
            }
            Err(failure) => {
                self.words =
                    format!("cannot be read: {}", super::explain::explain(failure).title.to_lowercase());
                None
            }
        }
    }

    /// Further readings that show the old value until that is believed.
    fn more_looks(&self, wall_clock: i64) -> usize {
        let age = wall_clock.saturating_sub(self.open.at.as_second());
        match self.open.answered {
            Some(_) if self.open.is_answered_well() => MORE_LOOKS,
            // The request may be on its way still, or be done and readers told what was there before.
            None if age < LONG_AGO => MORE_LOOKS_UNANSWERED,
            Some(_) | None => 0,
        }
    }

    /// The wait before the next reading.
    fn wait(&mut self, failed: bool) -> Duration {
        if failed {
            // A reading that failed proves nothing: it does not count.
            self.looks = self.looks.saturating_sub(1);
            self.failed = (self.failed + 1).min(5);
            return Duration::from_secs(1 << self.failed).min(LONGEST_WAIT);
        }
        self.failed = 0;
        WAITS.get(self.looks).map_or(LONGEST_WAIT, |wait| Duration::from_millis(*wait))
    }
}
