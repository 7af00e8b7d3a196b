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
mod status;
mod windows;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

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

/// What painters need beside the state.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// What the terminal can show.
    pub surface: Surface,
    /// Keys, for the hints and the help.
    pub keymap: &'a Keymap,
}

/// Paints a whole frame on blank cells: the panes, then the windows from the bottom up. Says where the cursor
/// is shown, if it is.
pub fn view(state: &State, look: Look<'_>, frame: &mut Buffer) -> Option<Position> {
    let area = frame.area;
    let palette = state.theme.on(look.surface);
    let mut canvas = Canvas::new(frame, &palette);
    if !state.fits() || area.as_size() != state.size {
        too_small(state, &mut canvas, area);
        return None;
    }
    let panes = state.panes();
    header::paint(state, panes.header, panes.class, &mut canvas);
    match state.view {
        View::Organizations => list::paint(state, &panes, &mut canvas),
        View::Connections => connections::paint(state, &panes, &mut canvas),
    }
    detail::paint(state, &panes, &mut canvas);
    activity::paint_strip(state, &panes, &mut canvas);
    canvas.rule(panes.status_rule, Role::Border);
    canvas.rule(panes.hint_rule, Role::Border);
    if state.modals.is_empty() {
        status::paint_hints(state, look.keymap, panes.hints, &mut canvas);
        status::paint(state, panes.status, &mut canvas);
    } else {
        status::paint_notice(state, panes.hints, &mut canvas);
    }
    for (depth, modal) in state.modals.iter().enumerate() {
        let on_top = depth + 1 == state.modals.len();
        match modal {
            Modal::Change => change::paint(state, look.keymap, on_top, &mut canvas),
            other => windows::paint(state, other, look.keymap, on_top, &mut canvas),
        }
    }
    canvas.cursor()
}

/// Under the smallest size: whose data, that nothing is lost, and how to leave.
fn too_small(state: &State, canvas: &mut Canvas<'_>, area: Rect) {
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
