//! The list of connections: only the rows in sight are looked at, however many there are.

use std::ops::Range;

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::list::{paint_head_of, paint_matches, paint_selection, remarks_of};
use crate::app::connections::{Column, Completeness, Row, Run, Standing, standing_role, used};
use crate::app::explain::explain;
use crate::app::line::Line;
use crate::app::list::GUTTER;
use crate::app::{State, age};
use crate::layout::{Pane, Panes, SizeClass};
use crate::theme::Role;

pub(super) fn paint(state: &State, panes: &Panes, canvas: &mut Canvas<'_>) {
    if panes.list_title.is_empty() {
        return;
    }
    let list = &state.connection_list;
    let active = state.pane == Pane::List && state.modals.is_empty();
    canvas.titled_rule(panes.list_title, active, &title(state), &remarks(state));
    let columns = columns(panes.list_rows.width);
    paint_head(state, panes.list_head, &columns, canvas);
    for (y, row) in (panes.list_rows.top()..panes.list_rows.bottom()).zip(list.in_sight()) {
        let area = Rect { y, height: 1, ..panes.list_rows };
        paint_row(state, row, area, &columns, canvas);
        if list.selected.as_ref() == Some(&row.key) {
            paint_selection(state, area, canvas);
        }
    }
    if list.shown() == 0 {
        let area = panes.list_rows;
        canvas.put(area.x + GUTTER, area.y, area.width.saturating_sub(GUTTER), Role::Dim, nothing(state));
    }
}

const fn nothing(state: &State) -> &'static str {
    let connections = &state.connections;
    if !state.connection_list.is_empty() {
        "no row matches the filter; Esc clears it"
    } else if connections.request.is_some() {
        "reading the connections …"
    } else if connections.read_at.is_some() {
        "no connection for this account and domain"
    } else {
        "the connections are not read; r reads them"
    }
}

/// `Connections 3/18`: shown and known, and why that may not be all.
fn title(state: &State) -> Line {
    let list = &state.connection_list;
    let known = list.len();
    let count = if list.filter.is_empty() { known.to_string() } else { format!("{}/{known}", list.shown()) };
    let title = Line::new(Role::Title, "Connections ").and(Role::Text, count);
    match &state.connections.failure {
        Some(failure) if state.connections.read_at.is_some() => {
            title.and(Role::Warning, format!(" not refreshed: {}", explain(failure).title))
        }
        Some(failure) => title.and(Role::Warning, format!(" not listed: {}", explain(failure).title)),
        None if state.connections.request.is_some() && state.connections.read_at.is_none() => {
            title.and(Role::Dim, " reading …")
        }
        None => title,
    }
}

/// What asks for a look: how many fail, are missing or unused; why numbers are not known.
fn remarks(state: &State) -> Line {
    let list = &state.connection_list;
    let mut said = Vec::new();
    if !list.filter.is_empty() && state.panes().class == SizeClass::S {
        // There is no room for both.
        return remarks_of(state, said);
    }
    let mut put = |count: usize, role: Role, word: &str| {
        if count > 0 {
            said.push((role, format!("{count} {word}")));
        }
    };
    put(state.connections.tests.running(), Role::Warning, "testing");
    put(list.summary.failing, Role::Bad, "fail");
    put(list.summary.missing, Role::Bad, "missing");
    put(list.summary.unused, Role::Dim, "unused");
    match list.complete {
        Completeness::Whole => {}
        Completeness::Unread | Completeness::Incomplete => {
            said.push((Role::Warning, "? organizations incomplete".to_owned()));
        }
        Completeness::Filtered => said.push((Role::Warning, "? server filter".to_owned())),
    }
    remarks_of(state, said)
}

/// The columns that fit, each with its place and width in cells.
fn columns(width: u16) -> Vec<(Column, Range<u16>)> {
    let room = width.saturating_sub(GUTTER + 1);
    let wanted: &[(Column, u16)] = match width {
        0..64 => &[(Column::Name, 0), (Column::State, 10), (Column::Tested, 7), (Column::UsedBy, 7)],
        64..100 => &[
            (Column::Name, 0),
            (Column::State, 10),
            (Column::Tested, 7),
            (Column::UsedBy, 7),
            (Column::Kind, 13),
            (Column::Error, 0),
        ],
        _ => &[
            (Column::Name, 0),
            (Column::State, 10),
            (Column::Tested, 7),
            (Column::UsedBy, 7),
            (Column::Kind, 24),
            (Column::Error, 0),
        ],
    };
    let gaps = u16::try_from(wanted.len()).unwrap_or(u16::MAX).saturating_sub(1);
    let fixed: u16 = wanted.iter().map(|(_, width)| width).sum();
    let free = room.saturating_sub(fixed + gaps);
    let has_error = wanted.iter().any(|(column, _)| *column == Column::Error);
    let error = if has_error { free * 2 / 5 } else { 0 };
    let mut x = GUTTER;
    let mut placed = Vec::with_capacity(wanted.len());
    for (column, fixed) in wanted {
        let width = match column {
            Column::Name => free - error,
            Column::Error => error,
            Column::State | Column::Tested | Column::UsedBy | Column::Kind => *fixed,
        };
        placed.push((*column, x..x + width));
        x += width + 1;
    }
    placed
}

fn paint_head(state: &State, area: Rect, columns: &[(Column, Range<u16>)], canvas: &mut Canvas<'_>) {
    let sort = state.connection_list.sort;
    for (column, cells) in columns {
        paint_head_of((column.head(), &sort.arrow(*column)), cells, area, canvas);
    }
}

fn paint_row(
    state: &State,
    row: &Row,
    area: Rect,
    columns: &[(Column, Range<u16>)],
    canvas: &mut Canvas<'_>,
) {
    if row.standing() == Standing::Damaged {
        let text = format!("damaged record: {}", row.title());
        canvas.put(area.x + GUTTER, area.y, area.width.saturating_sub(GUTTER), Role::Bad, &text);
        return;
    }
    let query = state.connection_list.filter.query();
    for (column, place) in columns {
        let x = area.x + place.start;
        let width = place.end - place.start;
        let (role, shown) = cell(state, row, *column);
        let shown = if *column == Column::Kind { fitting(&shown, width) } else { shown };
        canvas.put(x, area.y, width, role, &shown);
        if let Some(named) = named(*column) {
            paint_matches((query, named), &shown, x..area.x + place.end, area.y, canvas);
        }
    }
    if row.look_alike.is_some() {
        canvas.put(area.x + 3, area.y, 1, Role::Warning, "≈");
    }
}

/// The place of a column in the vocabulary of the filter; none for one that it cannot point at.
const fn named(column: Column) -> Option<usize> {
    match column {
        Column::Name => Some(0),
        Column::State => Some(1),
        Column::Kind => Some(2),
        Column::UsedBy => Some(3),
        Column::Error => Some(4),
        Column::Tested => None,
    }
}

/// A kind in a narrow column: what all kinds begin with says the least.
fn fitting(kind: &str, width: u16) -> String {
    let rest = kind.strip_prefix("Salesforce ").filter(|rest| !rest.is_empty() && cells(kind) > width);
    rest.unwrap_or(kind).to_owned()
}

/// What stands in a column. What a test of this run came to goes before what is stored.
fn cell(state: &State, row: &Row, column: Column) -> (Role, String) {
    let connection = row.connection();
    let run = state.connections.tests.of(&row.key);
    let or_dash =
        |shown: String| if shown.is_empty() { (Role::Dim, "–".to_owned()) } else { (Role::Text, shown) };
    match column {
        Column::Name => or_dash(row.name.brief().into_string()),
        Column::State => (standing_role(row.standing()), row.standing().word().to_owned()),
        Column::Tested if run.is_some_and(|run| run.ended.is_none()) => (Role::Warning, "now …".to_owned()),
        Column::Tested => {
            let at = connection.map(|connection| &connection.tested_at);
            let since = at.and_then(|at| age::since(at, state.wall_clock())).map(age::short);
            or_dash(since.or_else(|| at.map(age::readable)).unwrap_or_default())
        }
        Column::UsedBy => {
            let shown = used(row.uses, state.connection_list.complete);
            let role = if row.uses == 0 { Role::Dim } else { Role::Text };
            (role, shown)
        }
        Column::Kind => {
            or_dash(connection.map_or_else(String::new, |one| one.cloud_name.brief().into_string()))
        }
        Column::Error => {
            let failed = run.filter(|run| matches!(run.ended, Some((_, Err(_))))).map(Run::words);
            let stored = || connection.map_or_else(String::new, |one| one.error.brief().into_string());
            (Role::Bad, failed.unwrap_or_else(stored))
        }
    }
}
