//! The windows of the session: signing in, and choosing another domain.

use super::modal_extent;
use crate::app::cx::Cx;
use crate::app::detail::scrolled;
use crate::app::domains::{Domains, is_it};
use crate::app::effect::Effect;
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::sign_in::SignInRow;
use crate::app::state::State;
use crate::app::switch::{self, Destination};
use crate::app::update::sign_in;
use crate::keymap::{Command, Keymap};

pub(super) fn on_sign_in(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    let fixed = switch::bound(state).is_some();
    let (rows, height) = modal_extent(state, keymap);
    let Some(Modal::SignIn(window)) = state.modals.last_mut() else { return Vec::new() };
    match command {
        Command::NextField => window.step(true, fixed),
        Command::PreviousField => window.step(false, fixed),
        Command::Accept if window.row.is_place() => window.step(true, fixed),
        Command::Accept if !window.password.is_empty() && !window.busy => return submit(state),
        Command::Accept => {
            window.row = SignInRow::Password;
        }
        Command::Back => {
            state.modals.pop();
            state.notice = Some(Notice::warning("not signed in: r signs in, q quits"));
        }
        movement => window.scroll = scrolled(window.scroll, movement, 1, rows, height),
    }
    Vec::new()
}

/// Tries the password, once: here, or at the place and in the name that were typed.
fn submit(state: &mut State) -> Vec<Effect> {
    let Some(Modal::SignIn(window)) = state.modals.last_mut() else { return Vec::new() };
    let elsewhere = window.leads_elsewhere(&state.settings);
    let (domain, user) = (window.domain.text().to_owned(), window.user.text().to_owned());
    let (keep, password) = (window.keep, window.take_password());
    if elsewhere {
        let to = Destination { domain: Some(domain), user: Some(user), ..here(state) };
        return switch::connect_to_sign_in(state, to, password, keep);
    }
    state.settings.keep_password = keep;
    let mut effects = vec![Effect::KeepPassword(keep)];
    effects.extend(sign_in(state, Some(password)));
    effects
}

/// The present place and account, as a destination.
fn here(state: &State) -> Destination {
    let user = state.settings.user.as_sent().to_owned();
    Destination { user: Some(user), ..state.settings.destination.clone() }
}

/// Asks for the domains, and opens their window.
pub(super) fn ask_for_domains(state: &mut State) -> Vec<Effect> {
    if let Some(why) = switch::bound(state) {
        state.notice = Some(Notice::warning(why));
        return Vec::new();
    }
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let (window, effect) = Domains::ask(&mut cx);
    state.modals.push(Modal::Domains(window));
    vec![effect]
}

pub(super) fn on_domains(state: &mut State, command: Command) -> Vec<Effect> {
    let height = crate::layout::inside(crate::layout::domain_window(state.size)).height;
    let Some(Modal::Domains(window)) = state.modals.last_mut() else { return Vec::new() };
    let known = window.known().len();
    match command {
        Command::Back => {
            state.modals.pop();
        }
        Command::Refresh => {
            state.modals.pop();
            return ask_for_domains(state);
        }
        Command::Accept => return enter_domain(state),
        // The selection scrolls like a text of which one line is seen.
        Command::PageDown => {
            window.selected = (window.selected + usize::from(height)).min(known.saturating_sub(1));
        }
        Command::PageUp => window.selected = window.selected.saturating_sub(usize::from(height)),
        movement => window.selected = scrolled(window.selected, movement, 1, known, 1),
    }
    Vec::new()
}

fn enter_domain(state: &mut State) -> Vec<Effect> {
    let Some(Modal::Domains(window)) = state.modals.last() else { return Vec::new() };
    let Some(domain) = window.chosen().cloned() else { return Vec::new() };
    state.modals.pop();
    if is_it(&domain, &state.settings.domain) {
        state.notice = Some(Notice::info(format!("this is domain {}", domain.name.brief()), state.now));
        return Vec::new();
    }
    let named = if domain.name.is_empty() { &domain.id } else { &domain.name };
    // The root domain is asked for by asking for none.
    let named = if named.as_sent() == "root" { "" } else { named.as_sent() };
    let to = Destination { domain: Some(named.to_owned()), ..here(state) };
    switch::connect(state, to)
}
