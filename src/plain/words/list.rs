//! A page of the list.

use super::header;
use crate::app::explain::explain;
use crate::app::list::{Ended, Row, RowKey};
use crate::app::{State, age};
use crate::text::{Untrusted, escape};

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
    (lines, rows.into_iter().map(|(number, row)| (number, row.key())).collect())
}

fn head(state: &State, rows: &[(usize, &Row)]) -> String {
    let list = &state.list;
    let mut words = vec![match (rows.first(), rows.last()) {
        (Some((from, _)), Some((to, _))) => format!("Organizations {from} to {to} of {}", list.rows.shown()),
        _ if !list.rows.is_empty() => "No organization matches the filter".to_owned(),
        _ if list.loaded_at.is_some() => "No organization for this account and domain".to_owned(),
        _ => match &list.stale {
            Some(failed) => {
                return format!("The organizations could not be read: {}", explain(&failed.failure).title);
            }
            None => "The organizations are not read: r reads them".to_owned(),
        },
    }];
    if !list.filter.is_empty() {
        let filter = escape(list.filter.field.text());
        let all = if list.asked.is_empty() { "in all" } else { "read by this server filter" };
        words.push(format!("filter /{filter}, {} {all}", list.rows.len()));
    }
    words.extend(list.ended.and_then(Ended::trouble).map(|words| words.to_uppercase()));
    if let Some(at) = list.loaded_at {
        words.push(format!("read {} ago", age::short(state.now.since(at))));
    }
    if let Some(failed) = &list.stale {
        words.push(format!("STALE: the last refresh failed ({})", explain(&failed.failure).title));
    }
    words.join(", ")
}

/// A text, or a word for none that no text can look like: in a displayed text a backslash begins an escape.
fn or_none(text: &Untrusted) -> String {
    if text.is_empty() { r"\(none)".to_owned() } else { text.brief().into_string() }
}

fn row_line(state: &State, number: usize, row: &Row) -> String {
    let Some(organization) = row.organization() else {
        return format!("{number} damaged record: {}", row.title());
    };
    let connection = or_none(&organization.connection);
    let updated = age::since(&organization.updated_at, state.wall_clock());
    let updated = updated.map_or_else(|| age::readable(&organization.updated_at), age::short);
    let (name, id) = (or_none(&organization.name), organization.organization_id.brief());
    let mut cells =
        vec![format!("{number} {name}"), id.into_string(), connection, format!("updated {updated}")];
    cells.extend(row.changed().is_some().then(|| "CHANGED, not by you".to_owned()));
    let rows = &state.list.rows;
    let doubts = [("name", rows.name_look_alike(row)), ("connection", rows.connection_look_alike(row))];
    cells.extend(doubts.into_iter().filter_map(|(which, doubt)| Some(format!("{which} {}", doubt?.words()))));
    cells.join(" · ")
}
