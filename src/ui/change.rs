//! The window of a change, from the typed value to the result.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::status::window_hints;
use super::windows::scrolling;
use super::{chooser, header};
use crate::app::change::{Change, Evidence, Phase};
use crate::app::explain::{explain, status_line};
use crate::app::field::Field;
use crate::app::line::{Line, labelled, wrapped};
use crate::app::list::RowKey;
use crate::app::{State, age};
use crate::domain::{Moment, OrganizationPatch};
use crate::keymap::{Context, Keymap};
use crate::layout::{centered, inside};
use crate::text::{self, Untrusted};
use crate::theme::Role;

/// Column at which values start.
const INDENT: usize = 14;

pub(super) fn paint(state: &State, keymap: &Keymap, on_top: bool, canvas: &mut Canvas<'_>) {
    let Some(change) = &state.change else { return };
    match &change.phase {
        Phase::Choosing => choosing(state, change, keymap, on_top, canvas),
        Phase::Reviewing(review) => super::review::paint(state, change, review, keymap, on_top, canvas),
        Phase::Recording { .. } => recording(state, change, keymap, canvas),
        Phase::Sending { value, since, request: _ } => sending(state, change, value, *since, keymap, canvas),
        Phase::Settling { evidence, .. } | Phase::Closing { evidence, .. } => {
            settling(state, evidence, keymap, canvas);
        }
        Phase::Settled { scroll, response, .. } => {
            let title = if *response { "Result: the whole answer" } else { "Result" };
            scrolling(state, keymap, (title, Context::Result), *scroll, on_top, canvas);
        }
    }
}

pub(super) fn window(
    state: &State,
    title: &str,
    (keymap, context): (&Keymap, Context),
    canvas: &mut Canvas<'_>,
) -> Rect {
    let area = centered(state.size, 74.max(state.size.width / 2).min(100), 20.max(state.size.height / 2));
    let badge =
        Line::new(Role::Badge, header::badge(state)).and(Role::Text, format!(" {}", header::host(state)));
    let hints = window_hints(keymap, context, area.width);
    canvas.window(area, &Line::new(Role::Title, title), &badge, &hints);
    let inside = inside(area);
    // A blank row under the title, where there is one to spare.
    let top = u16::from(inside.height > 14);
    Rect { y: inside.y + top, height: inside.height.saturating_sub(top), ..inside }
}

/// The organization, by name and both ids: two of the same name are told apart.
pub(super) fn target(change: &Change, width: usize) -> Vec<Line> {
    let target = &change.target;
    let mut lines = labelled_value("Organization", "", (Role::Title, &target.name), width);
    let [org_id, kind] = [&target.organization_id, &target.kind].map(Untrusted::brief);
    lines.extend(at_most(1, labelled("", (Role::Text, &format!("{org_id} · {kind}")), INDENT, width)));
    lines.extend(at_most(1, labelled("", (Role::Text, &format!("id {}", target.id)), INDENT, width)));
    lines
}

/// A value of the server or the operator in few rows, however long it is.
pub(super) fn labelled_value(
    label: &str,
    sign: &str,
    (role, value): (Role, &Untrusted),
    width: usize,
) -> Vec<Line> {
    let shown = format!("{sign}{}", value.brief());
    let rows = text::rows(&shown, width.saturating_sub(INDENT)).into_iter().enumerate();
    let lines = rows.map(|(nth, row)| {
        let label = if nth == 0 { label } else { "" };
        Line::new(Role::Dim, text::pad(label, INDENT, '…')).and(role, row)
    });
    at_most(3, lines.collect())
}

/// The first rows, with a mark when there are more.
pub(super) fn at_most(rows: usize, mut lines: Vec<Line>) -> Vec<Line> {
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.pop() {
            lines.push(last.and(Role::Dim, "…"));
        }
    }
    lines
}

fn choosing(state: &State, change: &Change, keymap: &Keymap, on_top: bool, canvas: &mut Canvas<'_>) {
    let area = window(state, "Change connection", (keymap, Context::Choose), canvas);
    let width = usize::from(area.width);
    let mut lines = target(change, width);
    let seen = age::short(state.now.since(change.seen_at));
    lines.extend(labelled_value("Connection", "", (Role::Value, &change.target.connection), width));
    lines.push(Line::new(Role::Dim, format!("{:INDENT$}(now, as read {seen} ago)", "")));
    let present = Some(&change.target.connection);
    chooser::paint(state, (&change.chooser, present, INDENT), &lines, area, on_top, canvas);
}

/// A text field of ours at a place of a width.
pub(super) fn paint_typed(
    field: &Field,
    (x, y, width): (u16, u16, u16),
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let before = field.before_cursor();
    let after = field.text().get(before.len()..).unwrap_or_default();
    canvas.field(x, y, width, &text::escape_typed(before), &text::escape_typed(after), on_top);
}

fn recording(state: &State, change: &Change, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let area = window(state, "Writing the journal", (keymap, Context::Sending), canvas);
    let width = usize::from(area.width);
    let mut lines = target(change, width);
    lines.push(Line::default());
    let words = "The intent is being written to the journal. Nothing is sent before it is on the disk.";
    lines.extend(wrapped(Role::Warning, words, width));
    canvas.lines(area, &lines);
}

/// That the organization's name may be taken for another, if it may.
pub(super) fn name_warning(state: &State, change: &Change, width: usize) -> Vec<Line> {
    let row = state.list.rows.get(&RowKey::Id(change.target.id.clone()));
    let look_alike = row.and_then(|row| state.list.rows.name_look_alike(row));
    let words = look_alike.map(|look_alike| format!("≈ {}", look_alike.words()));
    words.map_or_else(Vec::new, |words| labelled("", (Role::Warning, &words), INDENT, width))
}

/// The request as it would be sent, the path broken before the id where it has to be broken.
pub(crate) fn request(change: &Change, value: &Untrusted, width: usize) -> Vec<Line> {
    let path = format!("PATCH {}", change.target.id.path());
    let id = change.target.id.as_str();
    let whole = text::width(&path) + INDENT <= width;
    let rows = if whole { vec![path.as_str()] } else { vec![path.strip_suffix(id).unwrap_or(&path), id] };
    let mut lines = Vec::new();
    for (nth, row) in rows.into_iter().enumerate() {
        let label = if nth == 0 { "Request" } else { "" };
        lines.extend(labelled(label, (Role::Text, row), INDENT, width));
    }
    let body = Untrusted::new(OrganizationPatch { connection: value.clone() }.body());
    lines.extend(labelled_value("", "", (Role::Text, &body), width));
    lines
}

fn sending(
    state: &State,
    change: &Change,
    value: &Untrusted,
    since: Moment,
    keymap: &Keymap,
    canvas: &mut Canvas<'_>,
) {
    let area = window(state, "Sending", (keymap, Context::Sending), canvas);
    let width = usize::from(area.width);
    let mut lines = target(change, width);
    lines.push(Line::default());
    lines.extend(labelled_value("New value", "", (Role::Value, value), width));
    lines.push(Line::default());
    let sent =
        if change.sends > 1 { "sent a second time (the first was proven not applied)" } else { "sent once" };
    let waited = format!("{sent}, {} s ago; waiting for the answer", state.now.since(since).as_secs());
    lines.push(Line::new(Role::Warning, waited));
    let rest = "It is not repeated by itself. The rest of the dashboard stays usable.";
    lines.extend(wrapped(Role::Dim, rest, width));
    canvas.lines(area, &lines);
}

fn settling(state: &State, evidence: &Evidence, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let area = window(state, "Verifying", (keymap, Context::Sending), canvas);
    let width = usize::from(area.width);
    let answer = answer(evidence);
    let mut lines = labelled_value("Organization", "", (Role::Title, &evidence.before.name), width);
    lines.extend(labelled_value("Sent", "", (Role::Value, &evidence.value), width));
    lines.extend(labelled("Answer", (Role::Text, &answer), INDENT, width));
    lines.push(Line::default());
    let waited = state.now.since(evidence.sent_at).as_secs();
    let words =
        format!("reading the record back: {} so far, {waited} s after sending", reads(evidence.looks.len()));
    lines.extend(wrapped(Role::Warning, &words, width));
    for look in &evidence.looks {
        let seen = match &look.seen {
            Ok(organization) => format!("connection = {}", organization.connection.brief()),
            Err(failure) => explain(failure).title,
        };
        lines.extend(at_most(2, labelled("", (Role::Text, &seen), INDENT, width)));
    }
    canvas.lines(area, &lines);
}

/// The answer to the PATCH in a few words, or why there is none.
pub(crate) fn answer(evidence: &Evidence) -> String {
    match &evidence.answer {
        Ok(answer) => status_line(answer.status),
        Err(failure) => explain(failure).title,
    }
}

fn reads(count: usize) -> String {
    if count == 1 { "1 read".to_owned() } else { format!("{count} reads") }
}
