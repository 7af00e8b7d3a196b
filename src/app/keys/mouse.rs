//! What the mouse does: in the list it selects, scrolls and opens, and nowhere else does it anything.
//!
//! It is no way to a change, and answers no question: windows take keys only. Where text is read the mouse is not
//! even listened to, so that the terminal's own way to mark and copy works there.

use std::time::Duration;

use ratatui::layout::Position;

use super::panes;
use crate::app::detail::scrolled;
use crate::app::effect::Effect;
use crate::app::state::State;
use crate::app::view::View;
use crate::input::{Mouse, MouseAction};
use crate::keymap::Command;

/// How soon a second press on the same row opens it.
const DOUBLE: Duration = Duration::from_millis(500);

/// Rows that one notch of the wheel goes.
const NOTCH: usize = 3;

/// The mouse was used, so often in a row.
pub(in crate::app) fn mouse(state: &mut State, mouse: Mouse, times: usize) -> Vec<Effect> {
    if !state.takes_mouse() {
        return Vec::new();
    }
    // Half a key sequence was meant for the row that was selected then.
    state.typed.clear();
    state.count = None;
    let (panes, at) = (state.panes(), Position::new(mouse.column, mouse.row));
    let rows = times.saturating_mul(NOTCH);
    match mouse.action {
        MouseAction::Press if panes.list_rows.contains(at) => {
            return press(state, usize::from(mouse.row - panes.list_rows.y), times);
        }
        MouseAction::Press => {}
        MouseAction::WheelUp | MouseAction::WheelDown if panes.detail_rows.contains(at) => {
            let down = mouse.action == MouseAction::WheelDown;
            let (lines, height) = super::detail_extent(state);
            let movement = if down { Command::MoveDown } else { Command::MoveUp };
            let scroll = state.detail_scroll();
            *scroll = scrolled(*scroll, movement, rows, lines, height);
        }
        MouseAction::WheelUp | MouseAction::WheelDown => {
            let down = mouse.action == MouseAction::WheelDown;
            match state.view {
                View::Organizations => state.list.scroll(down, rows),
                View::Connections => {
                    let movement = if down { Command::MoveDown } else { Command::MoveUp };
                    state.connection_list.go(movement, Some(rows));
                }
            }
        }
    }
    state.pressed = None;
    Vec::new()
}

/// Selects the row at this line of the list; the second press in a row opens it.
fn press(state: &mut State, line: usize, times: usize) -> Vec<Effect> {
    let before = state.pressed.take();
    if state.view == View::Connections {
        state.connection_list.select_line(line);
        return Vec::new();
    }
    if !state.list.select_line(line) {
        return Vec::new();
    }
    let Some(row) = state.list.selected.clone() else { return Vec::new() };
    let again = before.is_some_and(|(pressed, at)| pressed == row && state.now.since(at) < DOUBLE);
    if again || times > 1 {
        state.list.filter.accept();
        return panes::open(state);
    }
    state.pressed = Some((row, state.now));
    Vec::new()
}
