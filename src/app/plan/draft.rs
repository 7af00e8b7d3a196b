//! A plan before it is agreed to: what it would change, what was found out about that, and what stands against it.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::probe::Probe;
use crate::app::change::{Chooser, Confirmation, Finding, Rules, Sight};
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::app::field::Field;
use crate::app::list::{Row, RowKey, Rows};
use crate::app::settings::Bulk;
use crate::domain::plan::{ConnectionEffect, effects};
use crate::domain::{
    Connection, Discovered, Failure, Listed, Moment, Order, OrganizationId, Plan, PlanId, PlanPlace, PlanRow,
    Record, Sha256,
};
use crate::text::Untrusted;

/// A plan being made.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The organizations it is made for, in the order in which they would be changed.
    pub targets: Vec<Listed>,
    /// How far it is.
    pub stage: Stage,
}

/// How far a draft is.
#[derive(Clone, Debug, PartialEq)]
pub enum Stage {
    /// The connection is being chosen.
    Choosing(Box<Chooser>),
    /// The plan is on the screen.
    Planned(Box<Planned>),
}

/// A text that is typed in the window of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// The reason or ticket.
    Reason,
    /// The number of changes and the profile: the consent.
    Consent,
}

/// What a row comes to, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowState {
    /// Some answers are still out.
    Waiting,
    /// Nothing speaks against it.
    Fine,
    /// To be looked at.
    Doubtful,
    /// It is left out.
    Blocked,
}

/// One row of a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct DraftRow {
    /// What would be changed.
    pub row: PlanRow,
    /// How it stands.
    pub state: RowState,
    /// Why, where that needs words.
    pub words: String,
}

/// A plan that can be read before it is applied.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// Its rows, those that are left out among them.
    pub rows: Vec<DraftRow>,
    /// How many organizations have the new connection already, and are not in it.
    pub already: usize,
    /// How many were dropped by the operator.
    pub dropped: usize,
    /// How many rows are to be looked at.
    pub doubtful: usize,
    /// How many rows are left out.
    pub blocked: usize,
    /// What was found out about each new connection.
    pub probes: Vec<Probe>,
    /// What it comes to, connection by connection.
    pub effects: Vec<ConnectionEffect>,
    /// The plan as it would be applied: without what is left out.
    pub plan: Plan,
    /// Its hash.
    pub hash: Sha256,
    /// When its present contents were in sight.
    pub sight: Sight,
    /// The text that has the keyboard; none: the buttons.
    pub writing: Option<Writing>,
    /// The reason or ticket.
    pub reason: Field,
    /// The number of changes, and the profile.
    pub consent: Field,
    /// The selected row.
    pub selected: usize,
    /// Why the last key did not apply it.
    pub note: Option<String>,
    /// The plan that was made before and that this is the rest of; none for one that is made now.
    pub whole: Option<Arc<Plan>>,
}

/// What a plan is made with.
#[derive(Clone, Debug)]
pub(in crate::app) struct Frame {
    pub(in crate::app) id: PlanId,
    pub(in crate::app) made_at: Timestamp,
    pub(in crate::app) made_by: Untrusted,
    pub(in crate::app) place: PlanPlace,
    pub(in crate::app) bulk: Bulk,
}

impl Draft {
    /// A draft for these organizations; the connection is to be chosen.
    pub(in crate::app) fn new(targets: Vec<Listed>, chooser: Chooser) -> Self {
        Self { targets, stage: Stage::Choosing(Box::new(chooser)) }
    }

    /// The plan, once there is one.
    pub const fn planned(&self) -> Option<&Planned> {
        match &self.stage {
            Stage::Choosing(_) => None,
            Stage::Planned(planned) => Some(planned),
        }
    }

    pub(in crate::app) const fn planned_mut(&mut self) -> Option<&mut Planned> {
        match &mut self.stage {
            Stage::Choosing(_) => None,
            Stage::Planned(planned) => Some(planned),
        }
    }
}

/// The rows that move organizations to one connection, and how many have it already.
pub(in crate::app) fn moves(
    targets: &[Listed],
    new: &Untrusted,
    accepted: &[Untrusted],
) -> (Vec<PlanRow>, usize) {
    let right = |target: &&Listed| accepted.iter().any(|name| name.as_sent() == target.connection());
    let already = targets.iter().filter(right).count();
    let rows = targets.iter().filter(|target| !right(target)).map(|target| PlanRow {
        id: target.id().to_id(),
        name: target.part(target.name()),
        organization_id: target.part(target.organization_id()),
        now: target.part(target.connection()),
        new: new.clone(),
        undo_of: None,
    });
    (rows.collect(), already)
}

impl Planned {
    /// A plan of these rows, and the questions it is checked with: for each new connection one test, however many
    /// rows it has. `named` gives what identifies a connection best.
    pub(in crate::app) fn start(
        rows: Vec<PlanRow>,
        already: usize,
        frame: Frame,
        named: impl Fn(&Untrusted) -> Untrusted,
        cx: &mut Cx<'_>,
    ) -> (Self, Vec<Effect>) {
        let mut asked = HashSet::new();
        let mut probes = Vec::new();
        let mut asks = Vec::new();
        for row in &rows {
            if asked.insert(row.new.clone()) {
                let (probe, effects) = Probe::start(&row.new, &named(&row.new), cx);
                probes.push(probe);
                asks.extend(effects);
            }
        }
        let Frame { id, made_at, made_by, place, bulk } = frame;
        let seconds = i64::try_from(bulk.valid_for.as_secs()).unwrap_or(i64::MAX);
        let valid_until = Timestamp::from_second(made_at.as_second().saturating_add(seconds));
        let plan = Plan {
            id,
            made_at,
            made_by,
            valid_until: valid_until.unwrap_or(Timestamp::MAX),
            place,
            reason: Untrusted::default(),
            order: Order {
                concurrency: bulk.concurrency.clamp(1, Order::MOST_AT_A_TIME),
                stop_after: bulk.stop_after.max(1),
                ..Order::default()
            },
            rows: Vec::new(),
        };
        let rows =
            rows.into_iter().map(|row| DraftRow { row, state: RowState::Waiting, words: String::new() });
        let planned = Self {
            rows: rows.collect(),
            already,
            dropped: 0,
            doubtful: 0,
            blocked: 0,
            probes,
            effects: Vec::new(),
            hash: plan.hash(),
            plan,
            sight: Sight::default(),
            writing: None,
            reason: Field::default(),
            consent: Field::default(),
            selected: 0,
            note: None,
            whole: None,
        };
        (planned, asks)
    }

    /// The plan that this is the rest of, as long as nothing of it was left out, dropped or given another reason.
    pub(in crate::app) fn whole(&self) -> Option<&Plan> {
        let Plan { reason, order, .. } = &self.plan;
        let is_rest = |whole: &&Plan| whole.reason == *reason && whole.order == *order;
        self.whole.as_deref().filter(is_rest).filter(|_| self.blocked == 0 && self.dropped == 0)
    }

    /// Whether some answers are still out.
    pub fn is_waiting(&self) -> bool {
        self.probes.iter().any(Probe::is_waiting)
    }

    /// The connection of an answer was read; its test follows.
    pub(in crate::app) fn connection(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        cx: &mut Cx<'_>,
    ) -> Option<Vec<Effect>> {
        self.probes.iter_mut().find_map(|probe| probe.connection(request, result, cx))
    }

    /// A connection was tested; says whether this plan waited for that.
    pub(in crate::app) fn tested(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        now: Moment,
        wall_clock: i64,
    ) -> bool {
        self.probes.iter_mut().any(|probe| probe.tested(request, result, now, wall_clock))
    }

    /// What a connection reaches is known; says whether this plan waited for that.
    pub(in crate::app) fn discovered(
        &mut self,
        request: RequestId,
        result: &Result<Vec<Record<Discovered>>, Failure>,
        now: Moment,
    ) -> bool {
        self.probes.iter_mut().any(|probe| probe.discovered(request, result, now))
    }

    /// Looks at every row again, with what is known now, and makes the plan of those that are not left out.
    pub(in crate::app) fn weigh(&mut self, list: &Rows, rules: &Rules) {
        for row in &mut self.rows {
            let probe = self.probes.iter().find(|probe| probe.connection == row.row.new);
            let shown = list.get(&RowKey::Id(row.row.id.clone()));
            (row.state, row.words) = judged(&row.row, probe, shown, rules);
        }
        self.seal(list);
    }

    /// Makes the plan anew of what is in it now.
    pub(in crate::app) fn seal(&mut self, list: &Rows) {
        let count = |state| self.rows.iter().filter(|row| row.state == state).count();
        (self.doubtful, self.blocked) = (count(RowState::Doubtful), count(RowState::Blocked));
        let kept = self.rows.iter().filter(|row| row.state != RowState::Blocked);
        self.plan.rows = kept.map(|row| row.row.clone()).collect();
        self.plan.reason = self.reason.text().trim().into();
        self.effects = effects(self.plan.rows.iter(), |connection| list.uses(connection));
        self.hash = self.plan.hash();
    }

    /// Takes the selected row out.
    pub(in crate::app) fn drop_row(&mut self, list: &Rows) -> Option<OrganizationId> {
        if self.selected >= self.rows.len() {
            return None;
        }
        let gone = self.rows.remove(self.selected);
        self.dropped += 1;
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        self.sight.covered();
        self.seal(list);
        Some(gone.row.id)
    }

    /// So many canary rows, one more each time, then none.
    pub(in crate::app) fn next_canaries(&mut self) {
        const MOST: usize = 3;
        let canaries = &mut self.plan.order.canaries;
        *canaries = if *canaries >= MOST { 0 } else { *canaries + 1 };
        self.hash = self.plan.hash();
        self.sight.covered();
    }

    /// The text that has the keyboard.
    pub const fn field(&mut self) -> Option<&mut Field> {
        match self.writing {
            None => None,
            Some(Writing::Reason) => Some(&mut self.reason),
            Some(Writing::Consent) => Some(&mut self.consent),
        }
    }

    /// What has to be typed to apply it.
    pub fn consent_asked(&self, profile: Option<&str>) -> String {
        let number = self.plan.rows.len();
        profile.map_or_else(|| number.to_string(), |profile| format!("{number} {profile}"))
    }

    /// Why it is not written to a file: nobody could apply it, or it would not be what the checks leave of it.
    pub(in crate::app) fn unwritable(&self, now: Timestamp) -> Option<String> {
        if self.is_waiting() {
            return Some("the checks are not finished: nothing was written".to_owned());
        }
        if self.plan.rows.is_empty() {
            return Some("no row is left to change: nothing was written".to_owned());
        }
        let over = self.plan.expired(now).is_some();
        over.then(|| "the plan's time is over: Esc, and e makes it anew".to_owned())
    }

    /// Why it cannot be applied now; none when only the consent is missing.
    pub fn obstacle(&self, rules: &Rules, bulk: &Bulk, now: Timestamp) -> Option<String> {
        let rows = self.plan.rows.len();
        if self.is_waiting() {
            return Some("the checks are not finished: nothing was sent".to_owned());
        }
        if rows == 0 {
            return Some("no row is left to change".to_owned());
        }
        if let Some(most) = bulk.maximum_rows.filter(|most| rows > *most) {
            return Some(format!(
                "this profile allows {most} changes in a plan, these are {rows}: drop rows"
            ));
        }
        if self.plan.expired(now).is_some() {
            return Some("the plan's time is over: Esc, and e makes it anew".to_owned());
        }
        if rules.reason_required && self.plan.reason.is_empty() {
            return Some("this profile asks for a reason: r gives one; nothing was sent".to_owned());
        }
        self.plan.unsound().map(|refusal| refusal.to_string())
    }

    /// How long it holds from `now` on.
    pub fn left(&self, now: Timestamp) -> Duration {
        let seconds = self.plan.valid_until.as_second().saturating_sub(now.as_second());
        Duration::from_secs(u64::try_from(seconds).unwrap_or(0))
    }
}

/// How a row stands, given what is known of its new connection and what the list shows of it now.
fn judged(row: &PlanRow, probe: Option<&Probe>, shown: Option<&Row>, rules: &Rules) -> (RowState, String) {
    let Some(probe) = probe else {
        return (RowState::Blocked, "no connection was checked for it".to_owned());
    };
    let Some(organization) = shown.and_then(Row::organization) else {
        return (RowState::Blocked, "it is not in the list any more".to_owned());
    };
    if organization.connection != row.now {
        return (RowState::Blocked, format!("changed since: it is {} now", organization.connection.brief()));
    }
    if let Some(denial) = rules.denial(&organization.name) {
        return (RowState::Blocked, denial.to_owned());
    }
    let guarded = matches!(rules.confirmation(&organization), Some(Confirmation::Organization(_)));
    let guard = probe.reaches(&row.organization_id);
    let findings = [&probe.exists.finding, &probe.works.finding, &guard];
    if let Some(Finding::Wrong(words)) = findings.iter().find(|finding| matches!(finding, Finding::Wrong(_)))
    {
        return (RowState::Blocked, words.clone());
    }
    if findings.contains(&&Finding::Waiting) {
        return (RowState::Waiting, String::new());
    }
    let doubt = findings.iter().find(|f| matches!(f, Finding::Doubtful(_) | Finding::Unknown(_)));
    match (doubt, shown.and_then(|row| row.changed())) {
        _ if guarded => (RowState::Doubtful, "guarded: by itself it is agreed to by its own name".to_owned()),
        (Some(doubt), _) => {
            (RowState::Doubtful, format!("{}: {}", doubt.word().to_lowercase(), doubt.words()))
        }
        (None, Some(_)) => (RowState::Doubtful, "somebody else changed it since you looked".to_owned()),
        (None, None) => (RowState::Fine, String::new()),
    }
}
