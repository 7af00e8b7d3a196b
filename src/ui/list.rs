//! The list: only the rows in sight are looked at, however many there are.

use std::borrow::Cow;
use std::ops::Range;

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::header::of;
use crate::app::explain::explain;
use crate::app::line::Line;
use crate::app::list::{Column, GUTTER, Holds, Placed, Row};
use crate::app::query::Query;
use crate::app::{State, age};
use crate::domain::{Listed, RecordTexts};
use crate::layout::{Pane, Panes, SizeClass};
use crate::text::{self, Untrusted};
use crate::theme::Role;

pub(super) fn paint(state: &State, panes: &Panes, canvas: &mut Canvas<'_>) {
    if panes.list_title.is_empty() {
        return;
    }
    let active = state.pane == Pane::List && state.modals.is_empty();
    canvas.titled_rule(panes.list_title, active, &title(state), &remarks(state, panes.class));
    let placed = state.list.columns.placed(panes.list_rows.width);
    paint_head(state, panes.list_head, &placed, canvas);
    let rows = (panes.list_rows.top()..panes.list_rows.bottom()).zip(state.list.in_sight());
    for (y, (row, selected)) in rows {
        let area = Rect { y, height: 1, ..panes.list_rows };
        paint_row(state, row, area, &placed.columns, selected, canvas);
    }
    if state.list.rows.shown() == 0 {
        let (role, words) = match state.repeating.as_ref().filter(|_| state.list.load.is_some()) {
            Some(repeat) => {
                let why = explain(&repeat.failure).title;
                (Role::Warning, format!("{} {why}: asked again", nothing(state)))
            }
            None => (Role::Dim, nothing(state).to_owned()),
        };
        canvas.put(panes.list_rows.x + GUTTER, panes.list_rows.y, panes.list_rows.width, role, &words);
    }
}

const fn nothing(state: &State) -> &'static str {
    let asks = !state.list.asked.is_empty();
    if asks && state.list.load.is_some() {
        "reading what matches from the server …"
    } else if asks && state.list.rows.is_empty() && state.list.loaded_at.is_some() {
        "the server gave none: letter case may count, and * may not; Esc reads all"
    } else if asks && state.list.loaded_at.is_some() {
        "nothing that the server gave matches the rest of the filter; Esc reads all"
    } else if !state.list.rows.is_empty() {
        "no row matches the filter; Esc clears it"
    } else if state.list.load.is_some() {
        "reading the organizations …"
    } else if state.list.loaded_at.is_some() {
        "no organization for this account and domain"
    } else {
        ""
    }
}

/// `Organizations 38/412`: shown and known, or what the server counts where that differs.
fn title(state: &State) -> Line {
    let list = &state.list;
    let (known, shown) = (list.rows.len(), list.rows.shown());
    let is_partial = list.holds == Holds::Others || !list.asked.is_empty() && shown == known;
    let count = match (list.filter.is_empty(), is_partial) {
        (true, _) => known.to_string(),
        (false, true) => shown.to_string(),
        (false, false) => format!("{shown}/{known}"),
    };
    let title = Line::new(Role::Title, "Organizations ").and(Role::Text, count);
    let title = match asked(state) {
        Some(words) => title.and(Role::Warning, words),
        None => title,
    };
    let title = match marked(state) {
        Some(words) => title.and(Role::Value, format!("  {words}")),
        None => title,
    };
    match (&list.load, list.ended) {
        (Some(load), _) if list.loaded_at.is_none() && load.is_again() => {
            title.and(Role::Dim, " reading again: it changed meanwhile")
        }
        (Some(load), _) if list.loaded_at.is_none() => {
            title.and(Role::Dim, format!("{} loading", of(load.total())))
        }
        (_, Some(ended)) => match ended.trouble() {
            Some(words) => title.and(Role::Warning, format!(" {words}")),
            None => title,
        },
        _ => title,
    }
}

fn remarks(state: &State, class: SizeClass) -> Line {
    let list = &state.list;
    let changed = match list.rows.changed() {
        0 => None,
        n => Some((Role::Warning, format!("Δ {n} changed"))),
    };
    let sort =
        (class == SizeClass::XL).then(|| (Role::Dim, format!("sort {}", list.sort.told(list.rows.others()))));
    remarks_of(state, changed.into_iter().chain(sort))
}

/// What narrows the list, then what is to be said of it, then the count being typed.
pub(super) fn remarks_of(state: &State, said: impl IntoIterator<Item = (Role, String)>) -> Line {
    let filter = state.filter();
    let filter =
        (!filter.is_empty()).then(|| (Role::Match, format!("/{}", text::escape_typed(filter.field.text()))));
    let count = state.count.map(|count| (Role::Key, count.to_string()));
    let mut line = Line::default();
    for (role, text) in filter.into_iter().chain(said).chain(count) {
        let gap = if line.0.is_empty() { "" } else { "  " };
        line = line.and(Role::Text, gap).and(role, text);
    }
    line
}

/// ` server filter`, and how far it is: the count beside it is never that of all organizations.
fn asked(state: &State) -> Option<String> {
    let list = &state.list;
    let how_far = match (list.ended.is_some(), list.load.is_some(), list.unlike) {
        (true, _, 0) => "",
        (true, _, unlike) => &format!(", {unlike} unlike"),
        (false, true, _) => ",",
        (false, false, _) => ", not read",
    };
    (!list.asked.is_empty()).then(|| format!(" server filter{how_far}"))
}

/// `3 marked`, and how many of them the filter hides.
fn marked(state: &State) -> Option<String> {
    let marks = &state.list.marks;
    let range = if marks.has_range() { "range  " } else { "" };
    match (marks.len(), marks.hidden()) {
        (0, _) => None,
        (marked, 0) => Some(format!("{range}{marked} marked")),
        (marked, hidden) => Some(format!("{range}{marked} marked, {hidden} hidden")),
    }
}

/// The heads of the columns with the order they are in, and how many columns are out of sight at either side.
fn paint_head(state: &State, area: Rect, placed: &Placed, canvas: &mut Canvas<'_>) {
    for (column, cells) in &placed.columns {
        let head = (state.list.rows.others().head(*column), state.list.sort.arrow(*column));
        paint_head_of((&head.0, &head.1), cells, area, canvas);
    }
    if placed.left > 0 {
        canvas.put(area.x, area.y, GUTTER - 1, Role::Key, &format!("<{}", placed.left));
    }
    if placed.right > 0 {
        let more = format!(" {}>", placed.right);
        let at = area.right().saturating_sub(cells(&more));
        canvas.put(at, area.y, area.right() - at, Role::Key, &more);
    }
}

/// The head of a column, and the arrow, which outlives the end of a name that has no room.
pub(super) fn paint_head_of(
    (head, arrow): (&str, &str),
    cells: &Range<u16>,
    area: Rect,
    canvas: &mut Canvas<'_>,
) {
    let width = cells.end - cells.start;
    let room = usize::from(width).saturating_sub(text::width(arrow));
    let head = format!("{}{arrow}", text::clip(head, room).0);
    canvas.put(area.x + cells.start, area.y, width, Role::Dim, &head);
}

fn paint_row(
    state: &State,
    row: &Row,
    area: Rect,
    columns: &[(Column, Range<u16>)],
    selected: bool,
    canvas: &mut Canvas<'_>,
) {
    let query = state.list.filter.query();
    if let Some(listed) = row.listed() {
        let texts = listed.texts();
        for (column, place) in columns {
            let (role, shown) = cell(state, listed, &texts, *column);
            let x = area.x + place.start;
            canvas.put(x, area.y, place.end - place.start, role, &shown);
            if let Some(field) = column.field().filter(|_| !query.is_empty()) {
                paint_matches((query, field.column()), &shown, x..area.x + place.end, area.y, canvas);
            }
        }
    } else {
        let text = format!("damaged record: {}", row.title());
        canvas.put(area.x + GUTTER, area.y, area.width.saturating_sub(GUTTER), Role::Bad, &text);
    }
    let rows = &state.list.rows;
    if rows.name_look_alike(row).or_else(|| rows.connection_look_alike(row)).is_some() {
        canvas.put(area.x + 3, area.y, 1, Role::Warning, "≈");
    }
    if row.listed().is_some_and(|listed| state.list.marks.contains(listed.id())) {
        canvas.put(area.x + 1, area.y, 1, Role::Value, "*");
    }
    if row.changed().is_some() {
        canvas.put(area.x + 2, area.y, 1, Role::Warning, "Δ");
    }
    if selected {
        paint_selection(state, area, canvas);
    }
}

/// The row that is selected, whatever stands in it.
pub(super) fn paint_selection(state: &State, row: Rect, canvas: &mut Canvas<'_>) {
    canvas.put(row.x, row.y, 1, Role::Title, ">");
    let active = state.pane == Pane::List;
    // On a slow line the mark alone tells which row it is: two cells for a move instead of two rows.
    if !state.link.is_low() {
        canvas.restyle(row, if active { Role::Selected } else { Role::Title });
    }
}

pub(super) fn paint_matches(
    (query, column): (&Query, usize),
    shown: &str,
    place: Range<u16>,
    y: u16,
    canvas: &mut Canvas<'_>,
) {
    for found in query.highlights(column, shown) {
        let start = place.start + cells(shown.get(..found.start).unwrap_or_default());
        let width = cells(shown.get(found).unwrap_or_default());
        if start < place.end {
            canvas.restyle(Rect::new(start, y, width.min(place.end - start), 1), Role::Match);
        }
    }
}

/// What stands in a column. The mark of an empty value is dim: a name that is a dash is not.
fn cell<'a>(
    state: &State,
    listed: &'a Listed,
    texts: &RecordTexts<'a>,
    column: Column,
) -> (Role, Cow<'a, str>) {
    let value = column.among(texts, listed, state.list.rows.others()).filter(|value| !value.is_empty());
    let Some(value) = value else { return (Role::Dim, "–".into()) };
    if column == Column::Id {
        return (Role::Text, value);
    }
    if column.is_time() {
        let at = age::time_of(&value).filter(|_| !state.list.columns.wide);
        let since = at.and_then(|at| age::since_parsed(at, state.wall_clock()));
        let shown = since.map_or_else(|| age::readable(&Untrusted::from(&*value)), age::short);
        return (Role::Text, shown.into());
    }
    let shown = match value {
        Cow::Borrowed(value) => text::brief(value),
        Cow::Owned(value) => text::brief(&value).into_owned().into(),
    };
    (Role::Text, shown)
}
