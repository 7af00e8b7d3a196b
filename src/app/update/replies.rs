//! What an answer does: to the list, the change, the plan, the windows that waited for it.

use super::session::{ask_to_sign_in, introduce, is_sign_in, read_all, show_problem, sign_in_window};
use crate::app::age;
use crate::app::change::{Change, Phase, candidates};
use crate::app::cx::Cx;
use crate::app::detail;
use crate::app::effect::{Effect, RequestId};
use crate::app::export;
use crate::app::identity;
use crate::app::list::{Batch, RowKey};
use crate::app::message::Reply;
use crate::app::modal::{Modal, Retry};
use crate::app::notice::Notice;
use crate::app::plan;
use crate::app::reload;
use crate::app::sign_in::Banner;
use crate::app::state::State;
use crate::app::switch;
use crate::domain::{Connection, Domain, Failure, JournalFailure, Organization, PatchAnswer};
use crate::text::Untrusted;

pub(super) fn replied(state: &mut State, request: RequestId, reply: Reply) -> Vec<Effect> {
    match reply {
        Reply::SignedIn(result) => signed_in(state, request, result),
        Reply::Listed(result) => listed(state, request, result),
        Reply::Fetched(result) => fetched(state, request, &result),
        Reply::Patched(result) => patched(state, request, *result),
        Reply::ConnectionFetched(result) => {
            let mut cx = Cx { now: state.now, requests: &mut state.requests };
            let review = state.change.as_mut().and_then(Change::reviewed);
            let asked = review.and_then(|review| review.checks.connection(request, &result, &mut cx));
            asked.unwrap_or_else(|| plan::connection(state, request, &result))
        }
        Reply::ConnectionTested(result) => {
            connection_tested(state, request, &result);
            Vec::new()
        }
        Reply::Discovered(result) => {
            if let Some(review) = state.change.as_mut().and_then(Change::reviewed) {
                review.checks.discovered(request, &result, state.now);
            }
            plan::discovered(state, request, &result);
            Vec::new()
        }
        Reply::Banner(result) => {
            if let Some((_, banner)) = state.banner.as_mut().filter(|(asked, _)| *asked == request) {
                *banner = Banner::new(result.as_ref().unwrap_or(&Untrusted::default()));
                if let Err(failure) = result {
                    identity::met_by(state, failure);
                }
            }
            Vec::new()
        }
        Reply::Introduced(who) => {
            if let Some((_, known)) = state.introduction.as_mut().filter(|(asked, _)| *asked == request) {
                *known = who;
            }
            Vec::new()
        }
        Reply::DomainsListed(result) => {
            domains_listed(state, request, result);
            Vec::new()
        }
        Reply::Recorded(result) => recorded(state, request, &result),
        Reply::PlanKept(result) => {
            plan::kept(state, request, result);
            Vec::new()
        }
        Reply::PlanRead(result) => {
            plan::outside::was_read(state, request, result);
            Vec::new()
        }
        Reply::Saved(result) => {
            export::saved(state, result);
            Vec::new()
        }
        Reply::ProfilesListed(result) => {
            state.profiles.listed(request, result);
            Vec::new()
        }
        Reply::Trusted(result) => identity::trusted(state, request, result),
        Reply::Reloaded(result) => {
            reload::read(state, request, result);
            Vec::new()
        }
        Reply::Connected(result) => switch::connected(state, request, result),
        Reply::ConnectionsListed(result) => {
            let needs_sign_in = result.as_ref().err().filter(|failure| is_sign_in(failure)).cloned();
            if state.connections.listed(request, result, state.now) {
                offer_candidates(state);
                if let Some(failure) = needs_sign_in {
                    ask_to_sign_in(state, failure);
                }
            }
            Vec::new()
        }
    }
}

/// A test ended that a review, a plan or the list of connections asked for: whoever it was, the connection is known
/// anew.
fn connection_tested(state: &mut State, request: RequestId, result: &Result<Connection, Failure>) {
    let wall_clock = state.wall_clock();
    let review = state.change.as_mut().and_then(Change::reviewed);
    let for_a_review = review.is_some_and(|review| {
        let stored = state.connections.find(&review.value).map(AsRef::as_ref);
        review.checks.tested(request, result, stored, state.now, wall_clock)
    });
    let for_a_plan = plan::tested(state, request, result);
    let run = state.connections.tested(request, result, state.now);
    if let Ok(connection) = result
        && (for_a_review || for_a_plan || run.is_some())
    {
        state.connections.put(connection.clone());
    }
    let Some(run) = run else { return };
    let took = run.took().map(|took| format!(" ({})", age::precise(took))).unwrap_or_default();
    let words = format!("test of {}: {}{took}", run.name.brief(), run.words());
    state.notice = Some(if run.is_good() { Notice::info(words, state.now) } else { Notice::warning(words) });
    if let Some(failure) = result.as_ref().err().filter(|failure| is_sign_in(failure)) {
        ask_to_sign_in(state, failure.clone());
    }
}

fn domains_listed(state: &mut State, request: RequestId, result: Result<Vec<Domain>, Failure>) {
    let window = state.modals.iter_mut().find_map(|modal| match modal {
        Modal::Domains(window) => Some(window),
        _ => None,
    });
    let Some(window) = window else { return };
    let needs_sign_in = result.as_ref().err().filter(|failure| is_sign_in(failure)).cloned();
    let is_ours = window.listed(request, result, &state.settings.domain);
    if let Some(failure) = needs_sign_in.filter(|_| is_ours) {
        ask_to_sign_in(state, failure);
    }
}

fn listed(state: &mut State, request: RequestId, result: Result<Batch, Failure>) -> Vec<Effect> {
    if !state.list.waits_for(request) {
        return Vec::new();
    }
    let failed = result.as_ref().err().cloned();
    let unlike = state.list.unlike;
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let effects = state.list.listed(request, result, &mut cx);
    if state.list.load.is_none() {
        let wall_clock = state.wall_clock();
        state.list.time_went_by(wall_clock);
        tell_what_is_gone(state);
        tell_lost_marks(state);
        if state.list.unlike != unlike {
            tell_what_is_unlike(state);
        }
        plan::weigh(state);
    }
    rows_came(state);
    if let Some(failure) = failed {
        list_failed(state, failure);
    }
    effects
}

/// There are other rows: what looks at them looks again.
pub(super) fn rows_came(state: &mut State) {
    take_own_mark(state);
    follow_target(state);
    notice_conflict(state);
    offer_candidates(state);
}

/// What others removed has no row that could carry a mark.
fn tell_what_is_gone(state: &mut State) {
    let why = if state.list.asked.is_empty() {
        "removed, or hidden from this account"
    } else {
        "changed so that the server filter leaves it out, removed, or hidden"
    };
    let words = match state.list.gone.take() {
        None => return,
        Some((name, 1)) => format!("{name} is not in the list any more: {why}"),
        Some((name, n)) => format!("{name} and {} more are not in the list any more: {why}", n - 1),
    };
    state.notice = Some(Notice::warning(words));
}

/// A server that does not know a parameter leaves nothing out, and says nothing of it.
fn tell_what_is_unlike(state: &mut State) {
    let words = match (state.list.unlike, state.list.rows.shown()) {
        (0, _) => return,
        (1, 1) => "the only one does".to_owned(),
        (unlike, shown) if unlike == shown => format!("all {shown} do"),
        (1, shown) => format!("1 of {shown} does"),
        (unlike, shown) => format!("{unlike} of {shown} do"),
    };
    let words =
        format!("{words} not look like the server filter: the server may not know it, or read it otherwise");
    state.notice = Some(Notice::warning(words));
}

/// A mark whose organization is not there any more is not kept, and that is said.
fn tell_lost_marks(state: &mut State) {
    let words = match (std::mem::take(&mut state.list.marks_lost), state.list.asked.is_empty()) {
        (0, _) => return,
        (1, false) => "a marked organization does not match the server filter: its mark is gone".to_owned(),
        (n, false) => {
            format!("{n} marked organizations do not match the server filter: their marks are gone")
        }
        (1, true) => "a marked organization is not in the list any more: its mark is gone".to_owned(),
        (n, true) => format!("{n} marked organizations are not in the list any more: their marks are gone"),
    };
    state.notice = Some(Notice::warning(words));
}

fn signed_in(state: &mut State, request: RequestId, result: Result<(), Failure>) -> Vec<Effect> {
    if state.signing_in != Some(request) {
        return Vec::new();
    }
    state.signing_in = None;
    match result {
        Ok(()) => {
            state.modals.retain(|modal| !matches!(modal, Modal::SignIn(_) | Modal::Problem(_)));
            let mut effects = read_all(state);
            effects.extend(reread_target(state));
            if let Some(applying) = state.applying.as_mut() {
                applying.session_is_back();
            }
            effects.extend(recover(state));
            effects.extend(introduce(state));
            effects
        }
        Err(failure) if is_sign_in(&failure) => {
            ask_to_sign_in(state, failure);
            Vec::new()
        }
        // The sign-in window stays busy: sign-in goes on when the server is trusted after all.
        Err(failure) if identity::has_own_window(&failure) => {
            identity::met_by(state, failure);
            Vec::new()
        }
        Err(failure) => {
            match sign_in_window(state) {
                Some(window) => (window.busy, window.failure) = (false, Some(failure)),
                None => show_problem(state, failure, Retry::SignIn),
            }
            Vec::new()
        }
    }
}

/// Settles what an earlier run left open, by reading; tells it once.
fn recover(state: &mut State) -> Vec<Effect> {
    if state.ledger.recover(state.now) && !state.modals.contains(&Modal::Recovery) {
        state.modals.push(Modal::Recovery);
    }
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.ledger.look_if_due(&mut cx)
}

/// A line of the journal is durable, or could not be written.
fn recorded(state: &mut State, request: RequestId, result: &Result<u64, JournalFailure>) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let waited_for = state.change.as_mut().and_then(|change| change.recorded(request, result, &mut cx));
    if waited_for.is_none()
        && let Some(effects) = plan::recorded(state, request, result)
    {
        return effects;
    }
    if let (None, Err(failure)) = (&waited_for, result) {
        state.notice =
            Some(Notice::warning(format!("the journal cannot be written: {}", failure.reason.display())));
    }
    if waited_for.is_some() {
        after_change_moved(state);
    }
    waited_for.unwrap_or_default()
}

/// The record under review was found changed by a refresh: nothing is sent until that was looked at.
fn notice_conflict(state: &mut State) {
    let Some(change) = state.change.as_mut() else { return };
    let Some(now) = state.list.rows.organization(&change.target.id) else { return };
    let same = now.connection == change.target.connection && now.updated_at == change.target.updated_at;
    if let Some(review) = change.reviewed().filter(|_| !same) {
        review.checks.found_changed(&now, state.now);
    }
}

/// After a new sign-in the record of an open change is read again: time has passed.
fn reread_target(state: &mut State) -> Vec<Effect> {
    let Some(change) = state.change.as_ref().filter(|change| !change.in_flight()) else { return Vec::new() };
    let id = change.target.id.clone();
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.detail.refresh(&id, &mut cx)
}

/// A window only where there is nothing to look at yet and nothing else has the keyboard; else the header says
/// "stale" and the data stay.
fn list_failed(state: &mut State, failure: Failure) {
    let shown = state.modals.iter().any(|modal| matches!(modal, Modal::Problem(_)));
    if is_sign_in(&failure) {
        ask_to_sign_in(state, failure);
    } else if state.list.rows.is_empty() && (shown || state.modals.is_empty()) {
        show_problem(state, failure, Retry::List);
    } else {
        let words = crate::app::explain::explain(&failure);
        state.notice = Some(Notice::warning(format!("not refreshed: {} · r again", words.title)));
    }
}

fn fetched(state: &mut State, request: RequestId, result: &Result<Organization, Failure>) -> Vec<Effect> {
    let wall_clock = state.wall_clock();
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    if let Some(effects) = state.ledger.looked(request, result, &state.connections, wall_clock, &mut cx) {
        if let Ok(organization) = result {
            state.list.put(organization.clone());
        }
        return effects;
    }
    if let Some(effects) = state.change.as_mut().and_then(|change| change.looked(request, result, &mut cx)) {
        match result {
            Ok(organization) => {
                state.list.put(organization.clone());
                take_own_mark(state);
            }
            Err(failure) if is_sign_in(failure) => ask_to_sign_in(state, failure.clone()),
            Err(_) => {}
        }
        after_change_moved(state);
        return effects;
    }
    if let Some(effects) = plan::looked(state, request, result) {
        match result {
            Ok(organization) => state.list.put(organization.clone()),
            Err(failure) if is_sign_in(failure) => ask_to_sign_in(state, failure.clone()),
            Err(_) => {}
        }
        return effects;
    }
    if state.detail.fetched(request, result, &mut state.list, state.now) {
        match result {
            Ok(_) => {
                follow_target(state);
                notice_conflict(state);
            }
            Err(failure) if is_sign_in(failure) => ask_to_sign_in(state, failure.clone()),
            Err(failure) => {
                let words = crate::app::explain::explain(failure);
                state.notice = Some(Notice::warning(format!("{} failed: {}", failure.call, words.title)));
            }
        }
    }
    Vec::new()
}

fn patched(state: &mut State, request: RequestId, result: Result<PatchAnswer, Failure>) -> Vec<Effect> {
    let answered = result.as_ref().ok().and_then(|answer| answer.organization.clone());
    let signed_out = result.as_ref().err().filter(|failure| is_sign_in(failure)).cloned();
    let change = state.change.as_mut().filter(|change| change.waits_for(request));
    let is_single = change.is_some();
    let told = match change {
        Some(change) => {
            let mut cx = Cx { now: state.now, requests: &mut state.requests };
            let effects = change.answered(request, result, &mut cx);
            Some((change.target.id.clone(), effects))
        }
        None => plan::patched(state, request, result),
    };
    let Some((sent_to, effects)) = told else { return Vec::new() };
    if let Some(organization) = answered.filter(|organization| organization.id == sent_to) {
        state.list.put(organization);
    }
    if is_single {
        after_change_moved(state);
    }
    if let Some(failure) = signed_out {
        ask_to_sign_in(state, failure);
    }
    effects
}

/// What the operator changed needs no mark, whoever read it first.
fn take_own_mark(state: &mut State) {
    let Some(change) = &state.change else { return };
    let known = state.list.rows.organization(&change.target.id);
    if known.is_some_and(|organization| change.sent(&organization.connection)) {
        state.list.rows.looked_at(&RowKey::Id(change.target.id.clone()));
    }
}

/// A settled change is remembered; one whose window was hidden tells its result in the status line.
fn after_change_moved(state: &mut State) {
    if let Some(change) = &state.change {
        state.ledger.settled(change);
    }
    if state.change_is_shown() {
        return;
    }
    if let Some(Phase::Settled { outcome, evidence, .. }) = state.change.as_ref().map(|change| &change.phase)
    {
        let name = evidence.before.name.brief();
        state.notice =
            Some(Notice::warning(format!("{}: the change of {name} · e shows the result", outcome.word())));
    }
}

/// An open change shows the record as it is known now, until it is sent.
pub(in crate::app) fn follow_target(state: &mut State) {
    let Some(change) = state.change.as_mut().filter(|change| matches!(change.phase, Phase::Choosing)) else {
        return;
    };
    if let Some(organization) = state.list.rows.organization(&change.target.id) {
        change.seen_at = detail::read_at(&state.detail, &state.list, &organization.id).unwrap_or(state.now);
        change.target = organization;
    }
}

fn offer_candidates(state: &mut State) {
    if let Some(change) = state.change.as_mut().filter(|change| matches!(change.phase, Phase::Choosing)) {
        change.chooser.offer(candidates(&state.connections, &state.list));
    }
    plan::offer_candidates(state);
}
