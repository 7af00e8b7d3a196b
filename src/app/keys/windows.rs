//! What keys do in the windows that are not about a change.

use super::{modal_extent, palette};
use crate::app::activity_view;
use crate::app::detail::scrolled;
use crate::app::effect::Effect;
use crate::app::export;
use crate::app::field::Field;
use crate::app::identity::{self, CertificateWindow};
use crate::app::modal::{Help, Modal, Problem, Reloaded, Retry};
use crate::app::notice::Notice;
use crate::app::state::State;
use crate::app::update::{refresh, sign_in};
use crate::export::Format;
use crate::keymap::{Command, Keymap};
use crate::theme::Theme;

pub(super) fn on_problem(state: &mut State, retry: Retry, command: Command, keymap: &Keymap) -> Vec<Effect> {
    match command {
        Command::Close => {
            state.modals.pop();
        }
        Command::Refresh => {
            state.modals.pop();
            return match retry {
                Retry::SignIn => sign_in(state, None),
                Retry::List => refresh(state),
            };
        }
        movement => {
            let (rows, height) = modal_extent(state, keymap);
            if let Some(Modal::Problem(Problem { scroll, .. })) = state.modals.last_mut() {
                *scroll = scrolled(*scroll, movement, 1, rows, height);
            }
        }
    }
    Vec::new()
}

/// The format of an export.
pub(super) fn on_export(state: &mut State, format: Format, command: Command) -> Vec<Effect> {
    match command {
        Command::Back => {
            state.modals.pop();
        }
        Command::Accept => {
            state.modals.pop();
            return export::write(state, format);
        }
        movement => {
            let place = Format::ALL.iter().position(|other| *other == format).unwrap_or(0);
            let chosen = scrolled(place, movement, 1, Format::ALL.len(), 1);
            if let (Some(Modal::Export(highlighted)), Some(format)) =
                (state.modals.last_mut(), Format::ALL.get(chosen))
            {
                *highlighted = *format;
            }
        }
    }
    Vec::new()
}

/// Every theme is tried on while the choice moves; `Esc` puts the one before on again.
pub(super) fn on_theme(state: &mut State, before: Theme, command: Command) -> Vec<Effect> {
    let all: Vec<Theme> = Theme::all().collect();
    let place = all.iter().position(|theme| *theme == state.theme).unwrap_or(0);
    let chosen = match command {
        Command::MoveDown => all.get(place + 1),
        Command::MoveUp => place.checked_sub(1).and_then(|place| all.get(place)),
        Command::First => all.first(),
        Command::Last => all.last(),
        Command::Back => Some(&before),
        _ => None,
    };
    state.theme = chosen.copied().unwrap_or(state.theme);
    if matches!(command, Command::Back | Command::Accept) {
        state.modals.pop();
    }
    if command == Command::Accept {
        tell_theme(state, before);
    }
    Vec::new()
}

/// How long a theme that was chosen stays.
pub(super) fn tell_theme(state: &mut State, before: Theme) {
    if state.theme != before {
        let name = state.theme.name();
        let words = format!("theme {name}, for this run; theme = \"{name}\" in the configuration keeps it");
        state.notice = Some(Notice::info(&words, state.now));
    }
}

/// The keys of the place that has the keyboard.
pub(super) fn open_help(state: &mut State) {
    let contexts = state.contexts();
    state.modals.push(Modal::Help(Help { contexts, scroll: 0 }));
}

pub(super) fn on_help(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    if command == Command::Filter {
        palette::open_for_help(state);
        return Vec::new();
    }
    if matches!(command, Command::Close | Command::Help) {
        state.modals.pop();
        return Vec::new();
    }
    let (rows, height) = modal_extent(state, keymap);
    if let Some(Modal::Help(Help { scroll, .. })) = state.modals.last_mut() {
        *scroll = scrolled(*scroll, command, 1, rows, height);
    }
    Vec::new()
}

/// The line to the terminal, and how long the server takes.
pub(super) fn on_net(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    match command {
        Command::Close | Command::Net => {
            state.modals.pop();
        }
        Command::LowBandwidth => state.link.toggle(),
        movement => {
            let (rows, height) = modal_extent(state, keymap);
            if let Some(Modal::Net { scroll }) = state.modals.last_mut() {
                *scroll = scrolled(*scroll, movement, 1, rows, height);
            }
        }
    }
    Vec::new()
}

/// The requests of this run, and the changes of the past.
pub(super) fn on_activity(state: &mut State, command: Command) -> Vec<Effect> {
    let shown = activity_view::count(state);
    let page = activity_view::rows_in_sight(state.size);
    let Some(Modal::Activity(window)) = state.modals.last_mut() else { return Vec::new() };
    match command {
        Command::Back | Command::Accept if window.editing => window.editing = false,
        Command::Back if !window.filter.text().is_empty() => window.filter = Field::default(),
        Command::Back | Command::Close => {
            state.modals.pop();
        }
        Command::Filter => window.editing = true,
        Command::CopyCurl => return copy_activity(state),
        movement => {
            // The selection scrolls like a text of which one line is seen.
            window.selected = match movement {
                Command::PageDown => window.selected + page,
                Command::PageUp => window.selected.saturating_sub(page),
                other => scrolled(window.selected, other, 1, shown, 1),
            }
            .min(shown.saturating_sub(1));
        }
    }
    Vec::new()
}

fn copy_activity(state: &mut State) -> Vec<Effect> {
    let Some(call) = activity_view::selected(state).and_then(|line| line.call) else {
        state.notice = Some(Notice::info("this line is no request that a command can make", state.now));
        return Vec::new();
    };
    super::copy_command(state, call.method, &call.path, call.body.as_deref())
}

/// What an earlier run left open.
pub(super) fn on_recovery(state: &mut State, command: Command) -> Vec<Effect> {
    if command == Command::Close {
        state.modals.pop();
    }
    Vec::new()
}

/// The settings in effect, or what is different in them.
pub(super) fn on_settings(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    if command == Command::Close {
        state.modals.pop();
        return Vec::new();
    }
    let (rows, height) = modal_extent(state, keymap);
    if let Some(Modal::Settings { scroll } | Modal::Reloaded(Reloaded { scroll, .. })) =
        state.modals.last_mut()
    {
        *scroll = scrolled(*scroll, command, 1, rows, height);
    }
    Vec::new()
}

/// An unknown server.
pub(super) fn on_first_contact(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Modal::FirstContact(window)) = state.modals.last_mut() else { return Vec::new() };
    match command {
        Command::Accept => return identity::press(state),
        Command::Quit => return vec![Effect::Quit],
        Command::NextButton => window.button = window.button.next(),
        Command::PreviousButton => window.button = window.button.previous(),
        Command::ShowCertificate => {
            let window = CertificateWindow { identity: window.distrust.offered.clone(), scroll: 0 };
            state.modals.push(Modal::Certificate(Box::new(window)));
        }
        _ => {}
    }
    Vec::new()
}

/// A certificate in full.
pub(super) fn on_certificate(state: &mut State, command: Command, keymap: &Keymap) -> Vec<Effect> {
    if command == Command::Close {
        state.modals.pop();
        return Vec::new();
    }
    let (rows, height) = modal_extent(state, keymap);
    if let Some(Modal::Certificate(window)) = state.modals.last_mut() {
        window.scroll = scrolled(window.scroll, command, 1, rows, height);
    }
    Vec::new()
}

/// Another server than before: there is nothing to do but to leave.
pub(super) fn on_stop(state: &mut State, command: Command) -> Vec<Effect> {
    if command == Command::Quit { super::quit(state) } else { Vec::new() }
}
