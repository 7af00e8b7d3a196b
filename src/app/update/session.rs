//! Getting a session and losing it: the windows that ask for one, and what is read once there is one.

use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::message::Session;
use crate::app::modal::{Modal, Problem, Retry, SignIn};
use crate::app::notice::Notice;
use crate::app::sign_in::Banner;
use crate::app::state::State;
use crate::domain::{Call, Failure, FailureKind, Introduction};

/// Gets a session where nothing is known yet: with the password at hand, or by asking for one.
pub(in crate::app) fn arrive(state: &mut State) -> Vec<Effect> {
    if state.settings.password_known {
        return sign_in(state, None);
    }
    state.modals.push(Modal::SignIn(SignIn::new(&state.settings)));
    Vec::new()
}

/// The banner of the appliance is read when there is a window to show it in, and only once after it is trusted.
/// Nothing waits for it.
pub(super) fn read_banner(state: &mut State) -> Option<Effect> {
    if state.banner.is_some() || sign_in_window(state).is_none() {
        return None;
    }
    let request = state.requests.next();
    state.banner = Some((request, Banner::default()));
    Some(Effect::ReadBanner { request })
}

/// Who signed in, and at what, is asked once at each place. Nothing waits for it.
pub(super) fn introduce(state: &mut State) -> Option<Effect> {
    if state.introduction.is_some() {
        return None;
    }
    let request = state.requests.next();
    state.introduction = Some((request, Introduction::default()));
    Some(Effect::Introduce { request })
}

/// Asks for a session, unless that is under way.
pub(in crate::app) fn sign_in(state: &mut State, password: Option<crate::domain::Password>) -> Vec<Effect> {
    if state.signing_in.is_some() {
        return Vec::new();
    }
    let request = state.requests.next();
    state.signing_in = Some(request);
    vec![Effect::SignIn { request, password }]
}

/// Reads the list and the connections; without a session, gets one first.
pub(in crate::app) fn refresh(state: &mut State) -> Vec<Effect> {
    if state.session == Session::SignedOut {
        return sign_in(state, None);
    }
    read_all(state)
}

pub(super) fn read_all(state: &mut State) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let mut effects = state.list.refresh(&mut cx);
    effects.extend(state.connections.refresh(&mut cx));
    effects
}

/// Reads the list anew when the server is to leave out something else than before, whatever changed the filter.
pub(super) fn read_otherwise(state: &mut State) -> Vec<Effect> {
    let criteria = state.list.filter.asked();
    if *criteria == state.list.asked {
        return Vec::new();
    }
    let words = match (criteria.is_empty(), state.list.filter.query().here()) {
        (true, _) => "no server filter any more: every organization is read again".to_owned(),
        (false, 0) => "server filter: only what matches is read; Esc reads all".to_owned(),
        (false, 1) => "server filter: only what matches is read; one term is looked for in that".to_owned(),
        (false, here) => {
            format!("server filter: only what matches is read; {here} terms are looked for in that")
        }
    };
    let mut effects = state.list.ask_for(criteria.clone());
    state.notice = Some(Notice::info(words, state.now));
    if state.session != Session::SignedOut {
        let mut cx = Cx { now: state.now, requests: &mut state.requests };
        effects.extend(state.list.refresh(&mut cx));
    }
    effects
}

/// Whether only the operator's password helps.
pub(super) fn is_sign_in(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::SignInNeeded | FailureKind::Refused { status: 401 })
}

/// The sign-in window, wherever it lies.
pub(super) fn sign_in_window(state: &mut State) -> Option<&mut SignIn> {
    state.modals.iter_mut().find_map(|modal| match modal {
        Modal::SignIn(window) => Some(window),
        _ => None,
    })
}

/// A session that ends by itself could not be renewed: only the operator can begin another.
pub(super) fn session_changed(state: &mut State, session: Session) {
    let ended = session == Session::SignedOut && state.session != Session::SignedOut;
    state.session = session;
    if ended && state.signing_in.is_none() {
        let words = "the session has ended, and the server did not renew it";
        ask_to_sign_in(state, Failure::new(Call::Renew, FailureKind::SignInNeeded, words));
    }
}

/// Lets the sign-in window be used again: what was tried did not lead anywhere.
pub(in crate::app) fn free_sign_in(state: &mut State) {
    if let Some(window) = sign_in_window(state) {
        window.busy = false;
    }
}

/// Puts the sign-in window on top; what lies under it stays as it is. A window whose own answer is still
/// waited for says nothing of other calls.
pub(super) fn ask_to_sign_in(state: &mut State, failure: Failure) {
    let waits = state.signing_in.is_some();
    match sign_in_window(state) {
        Some(window) if window.busy && waits => {}
        Some(window) => (window.busy, window.failure) = (false, Some(failure)),
        None => {
            let window = SignIn { failure: Some(failure), ..SignIn::new(&state.settings) };
            state.modals.push(Modal::SignIn(window));
        }
    }
}

/// Opens the problem window, or gives an open one the news where it lies.
pub(super) fn show_problem(state: &mut State, failure: Failure, retry: Retry) {
    let present = state.modals.iter_mut().find_map(|modal| match modal {
        Modal::Problem(problem) => Some(problem),
        _ => None,
    });
    match present {
        Some(problem) => (problem.failure, problem.retry) = (failure, retry),
        None => state.modals.push(Modal::Problem(Problem { failure, retry, scroll: 0 })),
    }
}
