//! The detail pane.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use crate::app::State;
use crate::app::detail::DetailView;
use crate::app::line::Line;
use crate::app::view::View;
use crate::layout::{Pane, Panes, SizeClass};
use crate::theme::Role;

pub(super) fn paint(state: &State, panes: &Panes, canvas: &mut Canvas<'_>) {
    if panes.detail_title.is_empty() {
        return;
    }
    let active = state.pane == Pane::Detail && state.modals.is_empty();
    let name = state.detail_title();
    let title = if name.is_empty() { Line::default() } else { Line::new(Role::Title, name) };
    canvas.titled_rule(panes.detail_title, active, &title, &views(state));
    let beside = panes.detail_rows.x > 0;
    let area = panes.detail_rows;
    if beside {
        canvas.upright(Rect { width: 1, ..area }, Role::Border);
    }
    let inside = panes.detail_text;
    let (view, scroll) = state.detail_view();
    let lines = state.detail_lines(view, usize::from(inside.width));
    canvas.lines(inside, lines.iter().skip(scroll));
    if panes.class == SizeClass::XL && view == DetailView::Fields && scroll == 0 {
        json_below(state, inside, lines.len(), canvas);
    }
}

/// A large screen has room for the JSON under the fields.
fn json_below(state: &State, inside: Rect, fields: usize, canvas: &mut Canvas<'_>) {
    let top = u16::try_from(fields + 1).unwrap_or(u16::MAX);
    if top + 2 >= inside.height || fields == 0 {
        return;
    }
    canvas.put(inside.x, inside.y + top, inside.width, Role::Title, "The server's JSON");
    let rest = Rect { y: inside.y + top + 1, height: inside.height - top - 1, ..inside };
    let lines = state.detail_lines(DetailView::Json, usize::from(inside.width));
    canvas.lines(rest, &lines);
}

fn views(state: &State) -> Line {
    let role = |view| if state.detail_view().0 == view { Role::Title } else { Role::Dim };
    let reading = if state.view == View::Organizations && state.detail.request.is_some() {
        "reading …  "
    } else {
        ""
    };
    Line::new(Role::Dim, reading)
        .and(Role::Key, "1 ")
        .and(role(DetailView::Fields), "fields  ")
        .and(Role::Key, "2 ")
        .and(role(DetailView::Json), "json")
}
