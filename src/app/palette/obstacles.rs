//! Why a command cannot run now.

use crate::app::export;
use crate::app::keys::{obstacle_to_change, obstacle_to_test};
use crate::app::modal::Modal;
use crate::app::settings::Badge;
use crate::app::state::State;
use crate::app::switch::{Destination, IN_THE_DEMO, unsettled};
use crate::app::view::View;
use crate::keymap::Command;

const HERE: &str = "this is where you are";

/// Why `command` cannot run in the place under the palette; none: it can.
pub(super) fn of_command(state: &State, command: Command) -> Option<String> {
    let no_row = || state.list.id().is_none();
    match command {
        Command::Submit | Command::Confirm => {
            Some("only by its own key, in sight of what it does".to_owned())
        }
        Command::Edit | Command::Undo if obstacle_to_change(state).is_some() => obstacle_to_change(state),
        Command::Progress if state.applying.is_none() => Some("no plan was applied in this run".to_owned()),
        Command::Edit if state.change.is_none() && state.list.marks.is_empty() && no_row() => {
            Some("there is no organization to change".to_owned())
        }
        Command::Edit if state.change.is_none() && state.list.marks.is_empty() && denial(state).is_some() => {
            denial(state)
        }
        Command::Undo if state.change.is_none() && state.ledger.undoable.is_none() => {
            Some("there is no change of this run to take back".to_owned())
        }
        Command::Open | Command::Users if state.row_is_missing() => {
            Some("there is no row to open".to_owned())
        }
        Command::Test if state.row_is_missing() => Some("there is nothing to test".to_owned()),
        Command::Test => obstacle_to_test(state),
        Command::Connections if state.view == View::Connections => Some(HERE.to_owned()),
        Command::Organizations if state.view == View::Organizations => Some(HERE.to_owned()),
        copy if copy.copies_a_part() && state.windows_under().is_empty() => match state.view {
            View::Organizations => no_row().then(|| "there is no organization to copy from".to_owned()),
            View::Connections => {
                state.row_is_missing().then(|| "there is no connection to copy from".to_owned())
            }
        },
        Command::Export if export::shown(state) == 0 => Some("there is no row to export".to_owned()),
        Command::Profiles if state.settings.badge == Badge::Demo => Some(IN_THE_DEMO.to_owned()),
        Command::Activity if has(state, |modal| matches!(modal, Modal::Activity(_))) => {
            Some("its window is open already".to_owned())
        }
        _ => None,
    }
}

/// Why the selected organization is not changed here at all.
fn denial(state: &State) -> Option<String> {
    state.settings.rules.denial(&state.list.organization()?.name).map(str::to_owned)
}

/// Why one cannot go there now.
pub(super) fn of_switch(state: &State, to: &Destination) -> Option<String> {
    if state.settings.destination == *to {
        return Some(HERE.to_owned());
    }
    unsettled(state).map(str::to_owned)
}

fn has(state: &State, is_it: impl Fn(&Modal) -> bool) -> bool {
    state.modals.iter().any(is_it)
}
