//! Plans that were made elsewhere: by somebody else, in a file; or by a run that ended before they did.
//!
//! Such a plan is opened in the window of every other one, with the same checks and the same consent. It keeps its
//! name, who made it, its end and its order; rows whose organization has the new connection already are done.

use std::sync::Arc;

use crate::app::change::Change;
use crate::app::effect::{Effect, RequestId};
use crate::app::field::Field;
use crate::app::identity;
use crate::app::keys::{obstacle_to_change, open_plan, timestamp};
use crate::app::modal::{Modal, Question};
use crate::app::notice::Notice;
use crate::app::plan::moves;
use crate::app::state::State;
use crate::domain::{Listed, Plan, PlanId, PlanRow, Refusal, Sha256};
use crate::text::Untrusted;

/// A plan that is opened or offered once the list is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The plan, as it was read.
    pub plan: Arc<Plan>,
    /// The hash that came with it.
    pub hash: Sha256,
    /// Whether an earlier run was applying it: then it is asked whether to go on. If not, it was read from a file.
    pub was_begun: bool,
}

impl Offered {
    /// The question whether to go on with it; `left` rows are not as they should be, and `refusal` says why it cannot
    /// be the same plan any more.
    fn question(&self, left: usize, refusal: Option<&Refusal>) -> String {
        let Plan { id, made_by, rows, .. } = &*self.plan;
        let total = rows.len();
        let begun = "was not finished when an earlier run ended";
        let left = format!("{left} of its {total} rows are left");
        match refusal {
            None => format!("Plan {id} of {} {begun}: {left}. Look at them and go on?", made_by.brief()),
            Some(refusal) => format!(
                "Plan {id} of {} {begun}: {left}, but {refusal}. Make a new plan of them?",
                made_by.brief()
            ),
        }
    }
}

/// Opens the window of a plan of these rows that is made now.
pub fn make(state: &mut State, rows: Vec<PlanRow>, already: usize, reason: &str) -> Vec<Effect> {
    state.draft = None;
    let effects = open_plan(state, rows, already);
    if let Some(planned) = state.draft.as_mut().and_then(|draft| draft.planned_mut()) {
        planned.reason = Field::holding(reason);
        planned.seal(&state.list.rows);
    }
    effects
}

/// Why a plan is not opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Closed {
    /// It is not applied here and now; displayed words.
    Refused(String),
    /// Every row has its new connection already.
    Done,
}

/// The rows that move these organizations to one connection, and how many have it already.
pub fn moving(state: &State, targets: &[Listed], new: &Untrusted) -> (Vec<PlanRow>, usize) {
    let known = state.connections.find(new).map(|connection| connection.name.clone());
    let accepted: Vec<_> = std::iter::once(new.clone()).chain(known).collect();
    moves(targets, new, &accepted)
}

/// Opens the window of a plan that was made before.
///
/// # Errors
///
/// [`Closed`] when it is not.
pub fn reopen(state: &mut State, offered: &Offered) -> Result<Vec<Effect>, Closed> {
    let refusal = offered.plan.refusal(offered.hash, &identity::place(state), timestamp(state));
    if let Some(refusal) = refusal {
        return Err(Closed::Refused(refusal.to_string()));
    }
    if let Some(why) = obstacle_to_change(state) {
        return Err(Closed::Refused(why));
    }
    let rows = left(state, &offered.plan);
    if rows.is_empty() {
        return Err(Closed::Done);
    }
    let already = offered.plan.rows.len() - rows.len();
    state.draft = None;
    let effects = open_plan(state, rows, already);
    let Plan { id, made_at, made_by, valid_until, order, reason, place: _, rows: _ } = &*offered.plan;
    if let Some(planned) = state.draft.as_mut().and_then(|draft| draft.planned_mut()) {
        let plan = &mut planned.plan;
        (plan.id, plan.made_at, plan.valid_until, plan.order) = (*id, *made_at, *valid_until, *order);
        plan.made_by = made_by.clone();
        planned.reason = Field::holding(reason.as_sent());
        planned.whole = Some(Arc::clone(&offered.plan));
        planned.seal(&state.list.rows);
    }
    Ok(effects)
}

/// The rows whose organization does not have the new connection yet.
pub fn left(state: &State, plan: &Plan) -> Vec<PlanRow> {
    let has = |row: &PlanRow, connection: &str| {
        let by_id =
            || state.connections.find(&row.new).is_some_and(|known| known.name.as_sent() == connection);
        connection == row.new.as_sent() || by_id()
    };
    let done = |row: &PlanRow| state.list.rows.listed(&row.id).is_some_and(|now| has(row, now.connection()));
    plan.rows.iter().filter(|row| !done(row)).cloned().collect()
}

/// Why no plan can be opened from a file now.
pub(in crate::app) fn obstacle(state: &State) -> Option<String> {
    let open = state.change.as_ref().is_some_and(|change| !change.is_settled());
    let open = open.then(|| "a change is open: send it or close it first".to_owned());
    let is_filtered = !state.list.asked.is_empty();
    let filtered = is_filtered.then(|| "a server filter is on: Esc in the list reads all first".to_owned());
    obstacle_to_change(state).or(open).or(filtered)
}

/// Has a plan file read; what is in it is opened by [`offer`].
pub(in crate::app) fn read(state: &mut State, file: String) -> Effect {
    let request = state.requests.next();
    state.reading = Some(request);
    Effect::ReadPlan { request, file }
}

/// The file was read, or could not be.
pub(in crate::app) fn was_read(state: &mut State, request: RequestId, read: Result<Offered, Untrusted>) {
    if state.reading.take_if(|waited_for| *waited_for == request).is_none() {
        return;
    }
    match read {
        Ok(offered) => state.offered.insert(0, offered),
        Err(why) => state.notice = Some(Notice::warning(format!("no plan was opened: {}", why.display()))),
    }
}

/// Opens a plan that was read from a file: who named it wants to see it, and is not asked.
fn open(state: &mut State, offered: &Offered) -> Vec<Effect> {
    let id = offered.plan.id;
    let (effects, notice) = match reopen(state, offered) {
        Ok(effects) => (effects, None),
        Err(Closed::Refused(why)) => {
            (Vec::new(), Some(Notice::warning(format!("plan {id} was not opened: {why}"))))
        }
        Err(Closed::Done) => (Vec::new(), Some(Notice::lasting(done(id)))),
    };
    state.notice = notice;
    effects
}

fn done(id: PlanId) -> String {
    format!("plan {id} is done: every row has its new connection")
}

/// Opens the plan that was read, or offers the next one that an earlier run left, once what that run left open is
/// settled and the list is read.
pub(in crate::app) fn offer(state: &mut State) -> Vec<Effect> {
    let list = &state.list;
    // What of it is left can only be said when every organization may be in the list.
    let is_read = list.loaded_at.is_some() && list.load.is_none() && list.asked.is_empty();
    let is_ready = is_read && state.modals.is_empty();
    let is_free =
        state.change.as_ref().is_none_or(Change::is_settled) && state.draft.is_none() && !state.is_applying();
    if state.offered.is_empty() || !is_ready || !is_free || state.ledger.is_recovering() {
        return Vec::new();
    }
    let offered = state.offered.remove(0);
    if !offered.was_begun {
        return open(state, &offered);
    }
    let rows = left(state, &offered.plan);
    let refusal = offered.plan.refusal(offered.hash, &identity::place(state), timestamp(state));
    match refusal {
        None if rows.is_empty() => {
            state.notice = Some(Notice::lasting(done(offered.plan.id)));
            return vec![Effect::ForgetPlan(offered.plan.id)];
        }
        None | Some(Refusal::Expired(_)) if rows.is_empty() => {
            return vec![Effect::ForgetPlan(offered.plan.id)];
        }
        None | Some(Refusal::Expired(_)) => {
            let question = offered.question(rows.len(), refusal.as_ref());
            state.modals.push(Modal::Question(Question::Resume { offered, question }));
        }
        Some(refusal) => {
            let words = format!("plan {} of an earlier run is not offered: {refusal}", offered.plan.id);
            state.notice = Some(Notice::warning(words));
        }
    }
    Vec::new()
}

/// Not now: a plan that still holds is offered again at the next start.
pub(in crate::app) fn decline(state: &mut State, offered: &Offered) -> Vec<Effect> {
    let id = offered.plan.id;
    if offered.plan.expired(timestamp(state)).is_some() {
        state.notice = Some(Notice::info(
            format!("plan {id} is not offered again; the journal has what it did"),
            state.now,
        ));
        return vec![Effect::ForgetPlan(id)];
    }
    let words = format!("plan {id} is offered again at the next start, as long as it holds");
    state.notice = Some(Notice::info(words, state.now));
    Vec::new()
}

/// The operator goes on with an offered plan, or makes a new one of what is left of it.
pub(in crate::app) fn resume(state: &mut State, offered: &Offered) -> Vec<Effect> {
    if offered.plan.expired(timestamp(state)).is_some() {
        let rows = left(state, &offered.plan);
        let already = offered.plan.rows.len() - rows.len();
        let mut effects = vec![Effect::ForgetPlan(offered.plan.id)];
        effects.extend(make(state, rows, already, offered.plan.reason.as_sent()));
        return effects;
    }
    let id = offered.plan.id;
    match reopen(state, offered) {
        Ok(effects) => effects,
        Err(Closed::Refused(why)) => {
            state.notice = Some(Notice::warning(format!("plan {id}: {why}")));
            Vec::new()
        }
        Err(Closed::Done) => vec![Effect::ForgetPlan(id)],
    }
}
