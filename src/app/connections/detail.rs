//! The detail of a connection: how it stands, its tests, who uses it, its fields, or the JSON the server sent.

use std::sync::Arc;

use super::Connections;
use super::row::{Of, Row, Standing};
use super::rows::Completeness;
use super::tests::Run;
use crate::app::age;
use crate::app::detail::{DetailView, INDENT, json_lines, or_dash, users_named, with_notes};
use crate::app::explain::explain;
use crate::app::line::{Line, labelled, wrapped};
use crate::app::list::ListPane;
use crate::domain::{Connection, Failure};
use crate::theme::Role;

/// What the lines are made from.
#[derive(Clone, Copy, Debug)]
pub(in crate::app) struct Context<'a> {
    /// For its tests, and for why it may not be listed.
    pub(in crate::app) connections: &'a Connections,
    /// For the organizations that use it.
    pub(in crate::app) list: &'a ListPane,
    /// Whether those are all.
    pub(in crate::app) complete: Completeness,
    /// Wall clock in seconds since 1970.
    pub(in crate::app) now: i64,
}

/// How a connection's standing is shown, beside its word.
pub const fn standing_role(standing: Standing) -> Role {
    match standing {
        Standing::Ready => Role::Good,
        Standing::Fail | Standing::Missing | Standing::Damaged => Role::Bad,
        Standing::NotTested | Standing::NotListed => Role::Warning,
    }
}

/// The lines of a row, at most `width` cells wide.
pub(in crate::app) fn lines(row: &Row, view: DetailView, cx: Context<'_>, width: usize) -> Vec<Line> {
    match (&row.of, view) {
        (Of::Known(connection), DetailView::Json) => json_lines(&connection.json, width),
        (Of::Damaged { json, reason }, _) => {
            let reason = format!("damaged record: {}", reason.brief());
            wrapped(Role::Bad, &reason, width).chain(json_lines(json, width)).collect()
        }
        (Of::Missing | Of::Unlisted, DetailView::Json) => {
            wrapped(Role::Dim, "the server sent no record of it", width).collect()
        }
        (Of::Known(_) | Of::Missing | Of::Unlisted, DetailView::Fields) => fields(row, cx, width),
    }
}

fn fields(row: &Row, cx: Context<'_>, width: usize) -> Vec<Line> {
    let mut lines = standing(row, cx, width);
    let run = cx.connections.tests.of(&row.key);
    lines.extend(run.map(|run| test(run, width)).into_iter().flatten());
    let is_told = |connection: &Connection| run.is_some_and(|run| run.tells(&connection.error));
    let is_said = |connection: &&Arc<Connection>| !connection.error.is_empty() && !is_told(connection);
    if let Some(connection) = row.connection().filter(is_said) {
        let error = connection.error.display_lines(20);
        for (nth, line) in error.iter().enumerate() {
            let label = if nth == 0 { "error" } else { "" };
            lines.extend(labelled(label, (Role::Bad, line.as_str()), INDENT, width));
        }
    }
    lines.extend(used_by(row, cx, width));
    match row.connection() {
        Some(connection) => lines.extend(sent(connection, cx, width)),
        None => lines.extend(labelled("name", (Role::Text, &or_dash(&row.name)), INDENT, width)),
    }
    lines.extend(users(row, cx, width));
    lines
}

/// How it stands, and since when.
fn standing(row: &Row, cx: Context<'_>, width: usize) -> Vec<Line> {
    let standing = row.standing();
    let words = match standing {
        Standing::Missing => {
            Some("organizations name it, and the server lists no such connection".to_owned())
        }
        Standing::NotListed => Some(match &cx.connections.failure {
            Some(failure) => format!("the connections could not be read: {}", explain(failure).title),
            None if cx.connections.read_at.is_none() => "the connections are not read yet".to_owned(),
            None => format!("it may be one of {} that cannot be read", cx.connections.damaged.len()),
        }),
        Standing::Ready | Standing::Fail | Standing::NotTested | Standing::Damaged => None,
    };
    let tested = row.connection().filter(|connection| !connection.tested_at.is_empty()).map(|connection| {
        let ago = age::since(&connection.tested_at, cx.now).map(age::short);
        let ago = ago.map(|ago| format!(" ({ago} ago)")).unwrap_or_default();
        format!("tested {}{ago}", age::readable(&connection.tested_at))
    });
    let look_alike = row.look_alike.as_ref().map(|alike| (Role::Warning, format!("≈ {}", alike.words())));
    let notes: Vec<_> =
        words.or(tested).map(|words| (Role::Dim, words)).into_iter().chain(look_alike).collect();
    with_notes("state", (standing_role(standing), standing.word()), &notes, width)
}

/// The test of this run.
fn test(run: &Run, width: usize) -> Vec<Line> {
    let role = match &run.ended {
        None => Role::Warning,
        Some(_) if run.is_good() => Role::Good,
        Some(_) => Role::Bad,
    };
    let took = run.took().map(|took| (Role::Dim, format!("took {}", age::precise(took))));
    let mut lines = with_notes("test", (role, &run.words()), took.as_slice(), width);
    if let Some((_, Err(failure))) = &run.ended {
        lines.extend(failed(failure, width));
    }
    lines
}

/// The server's words in full, and what to do.
fn failed(failure: &Failure, width: usize) -> Vec<Line> {
    let explanation = explain(failure);
    let mut lines = Vec::new();
    let mut put = |role: Role, text: &str| lines.extend(labelled("", (role, text), INDENT, width));
    if !failure.words.code.is_empty() {
        put(Role::Text, failure.words.code.brief().as_str());
    }
    for line in failure.words.message.display_lines(20).iter().skip(1) {
        put(Role::Text, line.as_str());
    }
    if failure.words.message.is_empty() {
        put(Role::Text, failure.detail.brief().as_str());
    }
    put(Role::Dim, explanation.cause);
    put(Role::Dim, explanation.next);
    lines
}

/// The blast radius.
fn used_by(row: &Row, cx: Context<'_>, width: usize) -> Vec<Line> {
    let noun = if row.uses == 1 { "organization" } else { "organizations" };
    let value = match (cx.complete.words(), row.uses) {
        (None, 0) => (Role::Warning, "unused: no organization uses it".to_owned()),
        (None, uses) => (Role::Value, format!("{uses} {noun}")),
        (Some(why), 0) => (Role::Warning, format!("? not known: {why}")),
        (Some(why), uses) => (Role::Warning, format!("? at least {uses} {noun}: {why}")),
    };
    let by_id = row.connection().is_some_and(|one| row.named.iter().any(|named| *named != one.name));
    let note = by_id.then(|| (Role::Dim, "by its id too".to_owned()));
    with_notes("used by", (value.0, &value.1), note.as_slice(), width)
}

/// The record's fields, those without a meaning here last.
fn sent(connection: &Connection, cx: Context<'_>, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut put = |label: &str, value: &str, notes: &[(Role, String)]| {
        lines.extend(with_notes(label, (Role::Text, value), notes, width));
    };
    put("kind", &or_dash(&connection.cloud_name), &[]);
    put("id", &or_dash(&connection.id), &[]);
    put("name", &or_dash(&connection.name), &[]);
    let readable = |time| Some(age::readable(time)).filter(|text| !text.is_empty()).unwrap_or("–".to_owned());
    let ago = age::since(&connection.updated_at, cx.now).map(|ago| format!("{} ago", age::short(ago)));
    let notes = ago.into_iter().chain([format!("created {}", readable(&connection.created_at))]);
    let notes: Vec<_> = notes.map(|note| (Role::Dim, note)).collect();
    put("updated", &readable(&connection.updated_at), &notes);
    put("uri", &or_dash(&connection.uri), &[]);
    for field in connection.others() {
        put(field.key.brief().as_str(), &or_dash(&field.value), &[]);
    }
    lines
}

/// The organizations that use it, by name.
fn users(row: &Row, cx: Context<'_>, width: usize) -> Vec<Line> {
    if row.uses == 0 {
        return Vec::new();
    }
    let users = row.named.iter().flat_map(|named| cx.list.rows.users(named));
    let words = users_named(users, row.uses);
    let head = format!("Organizations on it ({}) · Enter shows them", row.uses);
    [Line::default(), Line::new(Role::Title, head)]
        .into_iter()
        .chain(wrapped(Role::Text, &words, width))
        .collect()
}
