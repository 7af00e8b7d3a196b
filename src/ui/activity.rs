//! The window of requests and changes: the lines, and the selected one in particular.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::status::window_hints;
use super::windows::narrowed_by;
use crate::app::State;
use crate::app::activity_view::{
    Entry, count, latest, lines, particulars, rows_in_sight, selected as selected_entry,
};
use crate::app::line::Line;
use crate::app::modal::ActivityWindow;
use crate::keymap::{Context, Keymap};
use crate::layout::{Panes, full_window, inside};
use crate::text;
use crate::theme::Role;

pub(super) fn paint(
    state: &State,
    window: &ActivityWindow,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let area = full_window(state.size);
    let context = if window.editing { Context::FilterField } else { Context::Activity };
    let title = Line::new(Role::Title, "Activity ").and(Role::Text, count(state).to_string());
    let remarks = narrowed_by(window.filter.text());
    canvas.window(area, &title, &remarks, &window_hints(keymap, context, area.width));
    let inside = inside(area);
    let height = rows_in_sight(state.size);
    let first = (window.selected + 1).saturating_sub(height);
    for (y, (place, entry)) in (inside.y..).zip(lines(state).enumerate().skip(first).take(height)) {
        let row = Rect { y, height: 1, ..inside };
        let selected = place == window.selected;
        canvas.line(row.x, y, row.width, &row_line(&entry, selected, usize::from(row.width)));
        if selected {
            canvas.restyle(row, Role::Selected);
        }
    }
    let below = inside.y + u16::try_from(height).unwrap_or(u16::MAX);
    if below >= inside.bottom() {
        return;
    }
    canvas.rule(Rect { y: below, height: 1, ..inside }, Role::Border);
    let rest = Rect { y: below + 1, height: inside.bottom() - below - 1, ..inside };
    if window.editing {
        let before = text::escape(window.filter.before_cursor()).into_owned();
        let after = window.filter.text().get(window.filter.before_cursor().len()..).unwrap_or_default();
        canvas.put(rest.x, rest.y, 1, Role::Key, "/");
        let room = rest.width.saturating_sub(1);
        canvas.field(rest.x + 1, rest.y, room, &before, &text::escape(after), on_top);
    } else if let Some(entry) = selected_entry(state) {
        canvas.lines(rest, &particulars(&entry, state, usize::from(rest.width)));
    }
}

/// The latest lines, on a large screen. Without their ages: a screen at rest would have to be drawn for those.
pub(super) fn paint_strip(state: &State, panes: &Panes, canvas: &mut Canvas<'_>) {
    if panes.activity_title.is_empty() {
        return;
    }
    let title = Line::new(Role::Title, "Activity");
    let count = state.activity.len() + state.ledger.past.len();
    canvas.titled_rule(
        panes.activity_title,
        false,
        &title,
        &Line::new(Role::Dim, format!("{count} · @ shows all")),
    );
    let width = usize::from(panes.activity_rows.width.saturating_sub(2));
    for (y, entry) in (panes.activity_rows.top()..panes.activity_rows.bottom()).zip(latest(state)) {
        let outcome = width / 2;
        let target = width.saturating_sub(outcome + 9);
        let line = Line::new(Role::Title, text::pad(&entry.what, 8, '…'))
            .and(Role::Text, text::pad(&entry.target, target, '…'))
            .and(Role::Text, " ")
            .and(entry.outcome.0, entry.outcome.1);
        canvas.line(panes.activity_rows.x + 1, y, panes.activity_rows.width.saturating_sub(2), &line);
    }
}

fn row_line(entry: &Entry, selected: bool, width: usize) -> Line {
    let mark = if selected { "> " } else { "  " };
    let when = if width < 76 { 9 } else { 17 };
    let fixed = 2 + when + 8;
    let outcome = (width.saturating_sub(fixed) / 2).max(10);
    let target = width.saturating_sub(fixed + outcome + 1);
    Line::new(Role::Text, mark)
        .and(Role::Dim, text::pad(&entry.when, when, '…'))
        .and(Role::Title, text::pad(&entry.what, 8, '…'))
        .and(Role::Text, text::pad(&entry.target, target, '…'))
        .and(Role::Text, " ")
        .and(entry.outcome.0, text::pad(&entry.outcome.1, outcome, '…'))
}
