//! A page of the list.

use super::header;
use crate::app::list::{Ended, Row, RowKey};
use crate::app::{State, age};
use crate::text::escape;

/// The page that begins at place `first`, and the numbers of its rows: their places in the whole list.
pub(in crate::plain) fn list(
    state: &State,
    first: usize,
    page: usize,
) -> (Vec<String>, Vec<(usize, RowKey)>) {
    let list = &state.list;
    let mut lines = vec![String::new(), header(state)];
    let rows: Vec<(usize, &Row)> =
        (first..first + page).map_while(|at| Some((at + 1, list.rows.at(at)?))).collect();
    lines.push(head(state, &rows));
    lines.extend(rows.iter().map(|(number, row)| row_line(state, *number, row)));
    (lines, rows.into_iter().map(|(number, row)| (number, row.key.clone())).collect())
}

fn head(state: &State, rows: &[(usize, &Row)]) -> String {
    let list = &state.list;
    let mut words = vec![match (rows.first(), rows.last()) {
        (Some((from, _)), Some((to, _))) => format!("Organizations {from} to {to} of {}", list.rows.shown()),
        _ if !list.rows.is_empty() => "No organization matches the filter".to_owned(),
        _ if list.loaded_at.is_some() => "No organization for this account and domain".to_owned(),
        _ => "The organizations are not read".to_owned(),
    }];
    if !list.filter.is_empty() {
        let filter = escape(list.filter.field.text());
        words.push(format!("filter /{filter}, {} in all", list.rows.len()));
    }
    if let Some(Ended::Incomplete { total }) = list.ended {
        words.push(format!("INCOMPLETE: the server counts {total}"));
    }
    if let Some(at) = list.loaded_at {
        words.push(format!("read {} ago", age::short(state.now.since(at))));
    }
    if list.stale.is_some() {
        words.push("STALE: the last refresh failed".to_owned());
    }
    words.join(", ")
}

fn row_line(state: &State, number: usize, row: &Row) -> String {
    let Some(organization) = row.organization() else {
        return format!("{number} damaged record: {}", row.title());
    };
    let connection = if organization.connection.is_empty() {
        "no connection".to_owned()
    } else {
        organization.connection.brief().into_string()
    };
    let updated = age::since(&organization.updated_at, state.wall_clock());
    let updated = updated.map_or_else(|| age::readable(&organization.updated_at), age::short);
    let changed = if row.changed.is_some() { " · CHANGED, not by you" } else { "" };
    format!("{number} {} · {connection} · updated {updated}{changed}", row.title())
}
