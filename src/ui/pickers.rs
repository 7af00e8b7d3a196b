//! The windows in which the order of a list and the columns of the organizations are chosen.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::status::window_hints_without;
use crate::app::State;
use crate::app::connections;
use crate::app::line::Line;
use crate::app::list::Sort;
use crate::app::pickers::{ColumnPicker, SortPicker};
use crate::keymap::{Command, Context, Keymap};
use crate::layout::{centered, inside};
use crate::text;
use crate::theme::Role;

/// Cells for the name of a column.
const NAME: usize = 20;

pub(super) fn paint_sort(state: &State, picker: SortPicker, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let (list, others) = (&state.list, state.list.rows.others());
    let columns = picker.columns(list.rows.columns());
    let head = |column| others.head(column);
    paint_order((state, keymap, Context::SortPicker), (picker, list.sort), &columns, head, canvas);
}

pub(super) fn paint_sort_of_connections(
    state: &State,
    picker: SortPicker<connections::Column>,
    keymap: &Keymap,
    canvas: &mut Canvas<'_>,
) {
    let (columns, sort) = (picker.columns(connections::Column::ALL), state.connection_list.sort);
    let head = |column: connections::Column| column.head().to_owned();
    paint_order((state, keymap, Context::ConnectionSortPicker), (picker, sort), &columns, head, canvas);
}

/// The window of an order: the columns that can be chosen, and which of them decide now.
fn paint_order<C: Copy + PartialEq + Default>(
    place: (&State, &Keymap, Context),
    (picker, now): (SortPicker<C>, Sort<C>),
    columns: &[C],
    head: impl Fn(C) -> String,
    canvas: &mut Canvas<'_>,
) {
    let title = Line::new(Role::Title, "Sort by");
    let title = match picker.first {
        Some(first) => title
            .and(Role::Text, format!(" {} {}, ", head(first.column), first.arrow()))
            .and(Role::Title, "then by"),
        None => title,
    };
    let refuses = |command| picker.refuses(command);
    let rows = window(place, (52, columns.len()), &title, refuses, canvas);
    let chosen = columns.iter().position(|column| *column == picker.chosen).unwrap_or(0);
    let lines = columns.iter().map(|column| {
        let nth = [Some(now.first), now.second];
        let now = nth.into_iter().enumerate().find_map(|(nth, by)| {
            let by = by.filter(|by| by.column == *column)?;
            Some(format!("{} {}", by.arrow(), ["now", "now, second"].get(nth)?))
        });
        format!("{} {}", text::pad(&head(*column), NAME, '…'), now.unwrap_or_default())
    });
    paint_choices(rows, chosen, lines, canvas);
}

pub(super) fn paint_columns(state: &State, picker: &ColumnPicker, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let others = state.list.rows.others();
    let choices = ColumnPicker::choices(&state.list);
    let title = Line::new(Role::Title, "Columns");
    let rows = window((state, keymap, Context::ColumnPicker), (72, choices.len()), &title, |_| false, canvas);
    let chosen = choices.iter().position(|choice| choice.column == picker.chosen).unwrap_or(0);
    let placed = state.list.columns.placed(state.list.width);
    let lines = choices.iter().map(|choice| {
        let mark = if choice.shown { "[x]" } else { "[ ]" };
        let seen = placed.columns.iter().find(|(column, _)| *column == choice.column);
        let width = match (choice.width, seen) {
            (Some(width), _) => format!("{width} cells"),
            (None, Some((_, cells))) => format!("{} cells, fitted", cells.end - cells.start),
            (None, None) if choice.shown => "out of sight".to_owned(),
            (None, None) => String::new(),
        };
        format!("{mark} {} {width}", text::pad(&others.head(choice.column), NAME, '…'))
    });
    paint_choices(rows, chosen, lines, canvas);
}

/// An empty window of a picker with so many lines; gives the rows for them.
fn window(
    (state, keymap, context): (&State, &Keymap, Context),
    (width, lines): (u16, usize),
    title: &Line,
    refuses: impl Fn(Command) -> bool,
    canvas: &mut Canvas<'_>,
) -> Rect {
    let area = centered(state.size, width, u16::try_from(lines).unwrap_or(u16::MAX).saturating_add(4));
    let hints = window_hints_without(keymap, context, area.width, refuses);
    canvas.window(area, title, &Line::default(), &hints);
    let inside = inside(area);
    let top = u16::from(inside.height > 2);
    Rect { y: inside.y + top, height: inside.height.saturating_sub(top), ..inside }
}

/// One line each, the chosen one marked and in sight.
fn paint_choices(rows: Rect, chosen: usize, lines: impl Iterator<Item = String>, canvas: &mut Canvas<'_>) {
    let first = (chosen + 1).saturating_sub(usize::from(rows.height));
    for (y, (place, line)) in (rows.top()..rows.bottom()).zip(lines.enumerate().skip(first)) {
        let row = Rect { y, height: 1, ..rows };
        let mark = if place == chosen { ">" } else { " " };
        canvas.put(row.x, y, row.width, Role::Text, &format!("{mark} {line}"));
        if place == chosen {
            canvas.restyle(row, Role::Selected);
        }
    }
}
