//! What keys do in the window of profiles, and on the way to another place.

use crate::app::cx::Cx;
use crate::app::detail::scrolled;
use crate::app::effect::Effect;
use crate::app::field::Field;
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::settings::Badge;
use crate::app::state::State;
use crate::app::switch::{self, IN_THE_DEMO, ProfilesWindow, profiles_in_sight};
use crate::keymap::Command;

/// `P`: opens the window, or says why there is nothing to choose.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    if state.settings.badge == Badge::Demo {
        state.notice = Some(Notice::info(IN_THE_DEMO, state.now));
        return Vec::new();
    }
    if state.modals.iter().any(|modal| matches!(modal, Modal::Profiles(_))) {
        return Vec::new();
    }
    state.modals.push(Modal::Profiles(ProfilesWindow::at(&state.settings.destination)));
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.profiles.refresh(&mut cx)
}

pub(super) fn on_profiles(state: &mut State, command: Command) -> Vec<Effect> {
    let page = profiles_in_sight(state.size);
    let Some(Modal::Profiles(window)) = state.modals.last_mut() else { return Vec::new() };
    let shown = window.shown(&state.profiles);
    let place = window.place(&shown);
    match command {
        Command::Accept if window.editing => window.editing = false,
        Command::Back if window.editing => (window.editing, window.filter) = (false, Field::default()),
        Command::Back if !window.filter.text().is_empty() => window.filter = Field::default(),
        Command::Back => {
            state.modals.pop();
        }
        Command::Filter => window.editing = true,
        Command::Accept => {
            let Some(profile) = shown.get(place) else { return Vec::new() };
            return match &profile.settings {
                Ok(_) => {
                    let to = profile.to.clone();
                    state.modals.pop();
                    switch::leave_for(state, to)
                }
                Err(failure) => {
                    state.notice = Some(Notice::warning(failure.reason.display().into_string()));
                    Vec::new()
                }
            };
        }
        Command::Refresh => {
            let mut cx = Cx { now: state.now, requests: &mut state.requests };
            return state.profiles.refresh(&mut cx);
        }
        movement => {
            let to = match movement {
                Command::PageDown => place + page,
                Command::PageUp => place.saturating_sub(page),
                // The selection scrolls like a text of which one line is seen.
                other => scrolled(place, other, 1, shown.len(), 1),
            };
            window.select(&shown, to.min(shown.len().saturating_sub(1)));
        }
    }
    Vec::new()
}
