//! What keys do in the palette.

use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::palette::{Action, Palette};
use crate::app::state::State;
use crate::app::switch;
use crate::keymap::{Command, Keymap};

/// `:`: opens it, and reads which profiles there are.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    if matches!(state.modals.last(), Some(Modal::Palette(_))) {
        return Vec::new();
    }
    state.modals.push(Modal::Palette(Palette::default()));
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.profiles.refresh(&mut cx)
}

pub(super) fn on_palette(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    let Some(Modal::Palette(palette)) = state.modals.last() else { return Vec::new() };
    let entries = palette.entries(state, keymap);
    let Some(Modal::Palette(palette)) = state.modals.last_mut() else { return Vec::new() };
    match command {
        Command::MoveDown => palette.go(true, &entries),
        Command::MoveUp => palette.go(false, &entries),
        Command::Complete => palette.complete(&entries),
        Command::Back => {
            state.modals.pop();
        }
        Command::Accept => {
            let Some(entry) = palette.highlighted(&entries).and_then(|place| entries.get(place)) else {
                if palette.field.text().trim().is_empty() {
                    state.modals.pop();
                } else {
                    state.notice = Some(Notice::info("there is no such command here", state.now));
                }
                return Vec::new();
            };
            if let Some(why) = &entry.obstacle {
                state.notice = Some(Notice::warning(format!("{}: {why}", entry.name)));
                return Vec::new();
            }
            state.modals.pop();
            return run(state, keymap, entry.action.clone());
        }
        _ => {}
    }
    Vec::new()
}

fn run(state: &mut State, keymap: &Keymap, action: Action) -> Vec<Effect> {
    match action {
        Action::Command(command) => super::act(state, keymap, command, None),
        Action::Quit => super::quit(state),
        Action::Settings => {
            state.modals.push(Modal::Settings { scroll: 0 });
            Vec::new()
        }
        Action::Switch(to) => switch::leave_for(state, to),
    }
}
