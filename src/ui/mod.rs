//! The painters: what the state looks like. They read the state, write cells and change nothing.

mod activity;
mod ascii;
mod canvas;
mod change;
mod chooser;
mod connections;
mod detail;
mod header;
mod identity;
mod list;
mod palette;
mod pickers;
mod plan;
mod profiles;
mod review;
mod session;
mod sheet;
mod status;
mod windows;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};

use crate::app::State;
use crate::app::line::{Line, wrapped};
use crate::app::modal::{Modal, Question};
use crate::app::view::View;
use crate::keymap::Keymap;
use crate::theme::{Role, Surface};
pub(crate) use ascii::spelled;
use canvas::Canvas;
pub(crate) use change::{answer, request};
pub(crate) use chooser::state_words;
pub(crate) use header::{badge, domain, mode};
pub(crate) use review::{about, alike, standing};
pub use sheet::Sheet;

/// What painters need beside the state.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// What the terminal can show.
    pub surface: Surface,
    /// Keys, for the hints and the help.
    pub keymap: &'a Keymap,
}

/// Paints a whole frame, whatever stood there. Says where the cursor is shown, if it is.
pub fn view(state: &State, look: Look<'_>, frame: &mut Buffer) -> Option<Position> {
    let mut sheet = Sheet::default();
    let cursor = repaint(state, look, frame.area.as_size(), &mut sheet);
    frame.content.clone_from_slice(&sheet.cells().content);
    cursor
}

/// Paints a frame of this size on the sheet of the one before: the panes, then the windows from the bottom up. Says
/// where the cursor is shown, if it is.
pub fn repaint(state: &State, look: Look<'_>, size: Size, sheet: &mut Sheet) -> Option<Position> {
    let palette = state.theme.on(look.surface);
    let mut canvas = Canvas::new(sheet, size, &palette);
    if state.fits() && size == state.size {
        paint(state, look, &mut canvas);
    } else {
        too_small(state, &mut canvas, size);
    }
    canvas.finish()
}

fn paint(state: &State, look: Look<'_>, canvas: &mut Canvas<'_>) {
    let panes = state.panes();
    header::paint(state, panes.header, panes.class, canvas);
    match state.view {
        View::Organizations => list::paint(state, &panes, canvas),
        View::Connections => connections::paint(state, &panes, canvas),
    }
    detail::paint(state, &panes, canvas);
    activity::paint_strip(state, &panes, canvas);
    canvas.rule(panes.status_rule, Role::Border);
    canvas.rule(panes.hint_rule, Role::Border);
    if state.modals.is_empty() {
        status::paint_hints(state, look.keymap, panes.hints, canvas);
        status::paint(state, panes.status, canvas);
    } else {
        status::paint_notice(state, panes.hints, canvas);
    }
    for (depth, modal) in state.modals.iter().enumerate() {
        let on_top = depth + 1 == state.modals.len();
        match modal {
            Modal::Change => change::paint(state, look.keymap, on_top, canvas),
            other => windows::paint(state, other, look.keymap, on_top, canvas),
        }
    }
}

/// Under the smallest size: whose data, that nothing is lost, and how to leave.
fn too_small(state: &State, canvas: &mut Canvas<'_>, area: Size) {
    let left = if area.width > 36 { 2 } else { 0 };
    let badge =
        Line::new(state.settings.badge_role, badge(state)).and(Role::Text, format!(" {}", mode(state)));
    let mut lines = vec![badge, Line::default()];
    if state.asks_to_leave() {
        let width = usize::from(area.width - left);
        lines.extend(wrapped(Role::Warning, &Question::Leave.words(), width));
        lines.extend(wrapped(Role::Text, "y yes · n no", width));
    } else {
        let size = format!("Terminal is {}x{}; needs 60x16.", state.size.width, state.size.height);
        lines.push(Line::new(Role::Text, size));
        lines.push(Line::new(Role::Text, "Nothing was lost."));
        lines.push(Line::new(Role::Text, "Enlarge the window, or q quits,"));
        lines.push(Line::new(Role::Text, "or use:  cckm-tui --plain"));
    }
    let top = u16::from(area.height > 6);
    for (row, line) in (top..area.height).zip(&lines) {
        canvas.line(left, row, area.width.saturating_sub(left), line);
    }
}
