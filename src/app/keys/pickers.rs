//! What keys do where the order of the list and its columns are chosen.

use crate::app::effect::Effect;
use crate::app::list::Columns;
use crate::app::modal::Modal;
use crate::app::pickers::{ColumnPicker, SortPicker};
use crate::app::state::State;
use crate::keymap::Command;

/// The window of the order.
pub(super) fn on_sort(state: &mut State, mut picker: SortPicker, command: Command) -> Vec<Effect> {
    let sort = state.list.sort;
    match command {
        Command::Back if picker.first.is_some() => picker = SortPicker::of(sort),
        Command::Back => {
            state.modals.pop();
        }
        Command::Accept | Command::ReverseSort => {
            state.modals.pop();
            state.list.sort_by(picker.sort(sort, command == Command::ReverseSort));
        }
        Command::ThenBy if picker.first.is_none() => picker.then(sort, &state.list),
        Command::MoveDown => picker.go(true, &state.list),
        Command::MoveUp => picker.go(false, &state.list),
        _ => {}
    }
    if let Some(Modal::Sort(present)) = state.modals.last_mut() {
        *present = picker;
    }
    Vec::new()
}

/// The window of the columns.
pub(super) fn on_columns(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Modal::Columns(picker)) = state.modals.last_mut() else { return Vec::new() };
    let list = &mut state.list;
    match command {
        Command::MoveDown => picker.go(1, list),
        Command::MoveUp => picker.go(-1, list),
        Command::First => picker.go(isize::MIN, list),
        Command::Last => picker.go(isize::MAX, list),
        Command::ShowColumn => picker.toggle(list),
        Command::ColumnLeft => picker.shift(false, list),
        Command::ColumnRight => picker.shift(true, list),
        Command::Narrower | Command::Wider => {
            list.columns.widen(picker.chosen, command == Command::Wider, list.width);
        }
        Command::FitColumn => list.columns.set_width(picker.chosen, None, list.width),
        Command::ResetColumns => list.columns = Columns::default(),
        Command::Back => {
            list.columns = picker.before.clone();
            state.modals.pop();
        }
        Command::Accept => {
            state.modals.pop();
        }
        _ => {}
    }
    state.list.columns.fit(state.list.width);
    Vec::new()
}

/// `C`: opens the window of the columns.
pub(super) fn choose_columns(state: &mut State) {
    let picker = ColumnPicker::of(&state.list);
    state.modals.push(Modal::Columns(picker));
}
