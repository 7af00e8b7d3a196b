//! What keys do where the order of a list and the columns of the organizations are chosen.

use std::ops::ControlFlow;

use crate::app::connections;
use crate::app::effect::Effect;
use crate::app::list::{Column, Columns};
use crate::app::modal::Modal;
use crate::app::pickers::{ColumnPicker, SortPicker};
use crate::app::state::State;
use crate::keymap::Command;

/// The window of the order.
pub(super) fn on_sort(state: &mut State, mut picker: SortPicker, command: Command) -> Vec<Effect> {
    let all: Vec<Column> = state.list.rows.columns().collect();
    let came_to = picker.on(command, state.list.sort, &all);
    if let Some(sort) = close(state, came_to, Modal::Sort(picker)) {
        state.list.sort_by(sort);
    }
    Vec::new()
}

/// The same of the connections.
pub(super) fn on_sort_of_connections(
    state: &mut State,
    mut picker: SortPicker<connections::Column>,
    command: Command,
) -> Vec<Effect> {
    let came_to = picker.on(command, state.connection_list.sort, &connections::Column::ALL);
    if let Some(sort) = close(state, came_to, Modal::SortConnections(picker)) {
        state.connection_list.sort_by(sort);
    }
    Vec::new()
}

/// Closes the window of an order and gives what was chosen, or has it as it is now.
fn close<S>(state: &mut State, came_to: ControlFlow<Option<S>>, window: Modal) -> Option<S> {
    state.modals.pop();
    match came_to {
        ControlFlow::Break(chosen) => chosen,
        ControlFlow::Continue(()) => {
            state.modals.push(window);
            None
        }
    }
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
