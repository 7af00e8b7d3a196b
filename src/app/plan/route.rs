//! What happens in the program, brought to the plan being made and to the one being applied.

use super::run::{Applying, World};
use crate::app::change::candidates;
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::app::identity;
use crate::app::message::Session;
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::plan::Stage;
use crate::app::state::State;
use crate::domain::{
    Connection, Discovered, Failure, JournalFailure, Organization, OrganizationId, PatchAnswer, Record,
};

/// Lets the plan being applied do something, if there is one.
fn with<T>(state: &mut State, work: impl FnOnce(&mut Applying, &mut World<'_>) -> T) -> Option<T> {
    let mut applying = state.applying.take()?;
    let signed_in = matches!(state.session, Session::SignedIn { .. }) && state.stopped.is_none();
    let mut world = World {
        ledger: &mut state.ledger,
        run: state.run.id,
        settings: &state.settings,
        server_identity: identity::on_record(state.identity.as_deref()),
        signed_in,
        cx: Cx { now: state.now, requests: &mut state.requests },
    };
    let result = work(&mut applying, &mut world);
    state.applying = Some(applying);
    Some(result)
}

/// After each message: begins the rows whose turn it is; `was_active` before that message.
pub(in crate::app) fn advance(state: &mut State, was_active: bool) -> Vec<Effect> {
    if !was_active && !state.is_applying() {
        return Vec::new();
    }
    let done = with(state, |applying, world| (applying.advance(world), applying.take_settled()));
    let Some((effects, settled)) = done else { return Vec::new() };
    state.list.unmark(settled.iter());
    let mut effects = effects;
    if was_active && !state.is_applying() {
        let forgotten = state.applying.as_ref().filter(|applying| applying.is_forgotten());
        effects.extend(forgotten.map(|applying| Effect::ForgetPlan(applying.plan.id)));
    }
    if was_active && !state.is_applying() && !state.modals.contains(&Modal::Progress) {
        let words = state.applying.as_ref().map(|applying| applying.summary()).unwrap_or_default();
        state.notice = Some(Notice::warning(format!("{words} · b shows it")));
    }
    effects
}

/// A reading; none when no row waited for it.
pub(in crate::app) fn looked(
    state: &mut State,
    request: RequestId,
    seen: &Result<Organization, Failure>,
) -> Option<Vec<Effect>> {
    with(state, |applying, world| applying.looked(request, seen, world))?
}

/// A line of the journal; none when no row waited for it.
pub(in crate::app) fn recorded(
    state: &mut State,
    request: RequestId,
    result: &Result<u64, JournalFailure>,
) -> Option<Vec<Effect>> {
    with(state, |applying, world| applying.recorded(request, result, world))?
}

/// The answer to the PATCH of a row, with the row's organization; none when no row waited for it.
pub(in crate::app) fn patched(
    state: &mut State,
    request: RequestId,
    result: Result<PatchAnswer, Failure>,
) -> Option<(OrganizationId, Vec<Effect>)> {
    with(state, |applying, world| {
        let id = applying.waits_for(request)?.id.clone();
        Some((id, applying.patched(request, result, &mut world.cx)))
    })?
}

/// The plan being applied is stored, or could not be: before that no row is begun.
pub(in crate::app) fn kept(state: &mut State, request: RequestId, result: Result<(), JournalFailure>) {
    if let Some(applying) = state.applying.as_mut() {
        applying.kept_on_disk(request, result);
    }
}

/// A connection of the plan being made was read.
pub(in crate::app) fn connection(
    state: &mut State,
    request: RequestId,
    result: &Result<Connection, Failure>,
) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let planned = state.draft.as_mut().and_then(|draft| draft.planned_mut());
    let effects = planned.and_then(|planned| planned.connection(request, result, &mut cx));
    if effects.is_some() {
        weigh(state);
    }
    effects.unwrap_or_default()
}

/// A connection was tested; says whether the plan being made waited for that.
pub(in crate::app) fn tested(
    state: &mut State,
    request: RequestId,
    result: &Result<Connection, Failure>,
) -> bool {
    let wall_clock = state.wall_clock();
    let now = state.now;
    let awaited = state.planned().is_some_and(|planned| planned.tested(request, result, now, wall_clock));
    if awaited {
        weigh(state);
    }
    awaited
}

/// What a connection of the plan being made reaches.
pub(in crate::app) fn discovered(
    state: &mut State,
    request: RequestId,
    result: &Result<Vec<Record<Discovered>>, Failure>,
) {
    let now = state.now;
    if state.planned().is_some_and(|planned| planned.discovered(request, result, now)) {
        weigh(state);
    }
}

/// Looks again at every row of the plan being made.
pub(in crate::app) fn weigh(state: &mut State) {
    if let Some(planned) = state.draft.as_mut().and_then(|draft| draft.planned_mut()) {
        planned.weigh(&state.list.rows, &state.settings.rules);
    }
}

/// The connections were read anew while one is being chosen.
pub(in crate::app) fn offer_candidates(state: &mut State) {
    if let Some(Stage::Choosing(chooser)) = state.draft.as_mut().map(|draft| &mut draft.stage) {
        chooser.offer(candidates(&state.connections, &state.list));
    }
}
