//! The detail pane: the selected organization as fields, or as the JSON the server sent.

use std::time::Duration;

use super::age;
use super::connections::{Completeness, Connections};
use super::cx::Cx;
use super::effect::{Effect, RequestId};
use super::json;
use super::ledger::Ledger;
use super::line::{Line, labelled, wrapped};
use super::list::{ListPane, RowKey, Rows};
use crate::domain::{
    ConnectionState, Damaged, Failure, Listed, Moment, Organization, OrganizationId, Outcome, Record,
};
use crate::keymap::Command;
use crate::text::{self, Untrusted};
use crate::theme::Role;

/// Bytes of a record that are laid out; more is said to be there, not shown.
const MOST_JSON: usize = 64 * 1024;
/// Most names of other organizations, and most past changes, shown.
const MOST_NAMED: usize = 12;
/// Column at which values start.
pub(super) const INDENT: usize = 14;

/// What the pane shows of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum DetailView {
    /// Labelled fields.
    #[default]
    Fields,
    /// The record's JSON.
    Json,
}

/// The detail pane.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DetailPane {
    /// The row that is shown. It follows the selection, but not through every row that a held key passes.
    pub shows: Option<RowKey>,
    /// When it follows: when the selection has rested until then.
    pub follows_at: Option<Moment>,
    /// As what the record is shown.
    pub view: DetailView,
    /// First line on the screen.
    pub scroll: usize,
    /// The reading being waited for, and of which record.
    pub request: Option<(RequestId, OrganizationId)>,
    /// The record that was read by itself last, and when.
    pub read: Option<(OrganizationId, Moment)>,
    /// Why the record could not be read, the last time.
    pub failure: Option<(OrganizationId, Failure)>,
}

impl DetailPane {
    /// Asks for the record, unless it is being read already.
    pub fn refresh(&mut self, id: &OrganizationId, cx: &mut Cx<'_>) -> Vec<Effect> {
        if self.request.as_ref().is_some_and(|(_, asked)| asked == id) {
            return Vec::new();
        }
        let stale = self.request.take().map(|(request, _)| Effect::Cancel(request));
        let request = cx.requests.next();
        self.request = Some((request, id.clone()));
        stale.into_iter().chain([Effect::FetchOrganization { request, id: id.clone() }]).collect()
    }

    /// Takes an answer over into the list; says whether this pane waited for it.
    pub fn fetched(
        &mut self,
        request: RequestId,
        result: &Result<Organization, Failure>,
        list: &mut ListPane,
        now: Moment,
    ) -> bool {
        let Some((_, id)) = self.request.take_if(|(waited_for, _)| *waited_for == request) else {
            return false;
        };
        match result {
            Ok(organization) => {
                list.put(organization.clone());
                (self.read, self.failure) = (Some((id, now)), None);
            }
            Err(failure) => self.failure = Some((id, failure.clone())),
        }
        true
    }
}

/// How long the selection rests before the detail follows.
pub(super) const REST: Duration = Duration::from_millis(80);
/// The same on a line on which each byte counts.
pub(super) const LONG_REST: Duration = Duration::from_millis(400);

/// Where a text of `rows` lines in a window of `height` is scrolled to by a command.
pub fn scrolled(scroll: usize, command: Command, count: usize, rows: usize, height: usize) -> usize {
    let last = super::line::last_scroll(rows, height);
    let page = height.saturating_sub(1).max(1);
    let to = match command {
        Command::MoveDown => scroll.saturating_add(count),
        Command::MoveUp => scroll.saturating_sub(count),
        Command::PageDown => scroll.saturating_add(page.saturating_mul(count)),
        Command::PageUp => scroll.saturating_sub(page.saturating_mul(count)),
        Command::HalfDown => scroll.saturating_add(height.div_ceil(2).saturating_mul(count)),
        Command::HalfUp => scroll.saturating_sub(height.div_ceil(2).saturating_mul(count)),
        Command::First => 0,
        Command::Last => last,
        _ => scroll,
    };
    to.min(last)
}

/// What the lines are made from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// For how many organizations use the connection.
    pub rows: &'a Rows,
    /// Whether those are all that do.
    pub complete: Completeness,
    /// For the state of the connection.
    pub connections: &'a Connections,
    /// For the changes of the past.
    pub ledger: &'a Ledger,
    /// Wall clock in seconds since 1970.
    pub now: i64,
}

/// The lines of a record, at most `width` cells wide.
pub fn lines(record: &Record<Listed>, view: DetailView, cx: Context<'_>, width: usize) -> Vec<Line> {
    match (record, view) {
        (Record::Sound(listed), DetailView::Fields) => fields(&listed.organization(), cx, width),
        (Record::Sound(listed), DetailView::Json) => json_lines(&listed.part(listed.json()), width),
        (Record::Damaged(damaged), _) => {
            let Damaged { json, reason } = &**damaged;
            let reason = format!("damaged record: {}", reason.brief());
            wrapped(Role::Bad, &reason, width).chain(json_lines(json, width)).collect()
        }
    }
}

/// The record's JSON, laid out for reading.
pub fn json_lines(json: &Untrusted, width: usize) -> Vec<Line> {
    let text = json.as_sent();
    let end = text.floor_char_boundary(MOST_JSON);
    let head = text.get(..end).unwrap_or_default();
    let mut lines: Vec<Line> = json::laid_out(head)
        .iter()
        .flat_map(|line| wrapped_with_indent(&escaped_line(line), width))
        .collect();
    if end < text.len() {
        lines.push(Line::new(Role::Warning, format!("… {} of {} bytes shown", end, text.len())));
    }
    lines
}

/// A line of JSON through the display rule; its indent is ours and stays.
fn escaped_line(line: &str) -> String {
    let text = line.trim_start_matches(' ');
    format!("{}{}", " ".repeat(line.len() - text.len()), text::escape(text))
}

fn wrapped_with_indent(line: &str, width: usize) -> Vec<Line> {
    let text = line.trim_start_matches(' ');
    let indent = (line.len() - text.len()).min(width / 2);
    let blank = " ".repeat(indent);
    let room = width.saturating_sub(indent).max(1);
    text::rows(text, room).into_iter().map(|row| Line::new(Role::Text, format!("{blank}{row}"))).collect()
}

fn fields(organization: &Organization, cx: Context<'_>, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut put = |label: &str, value: &str, role: Role, notes: &[(Role, String)]| {
        lines.extend(with_notes(label, (role, value), notes, width));
    };
    let shown = |value: &Untrusted| or_dash(value);
    put("connection", &shown(&organization.connection), Role::Value, &connection_notes(organization, cx));
    let kind = format!("type {} · cloud {}", shown(&organization.kind), shown(&organization.cloud_name));
    put("organization", &shown(&organization.organization_id), Role::Text, &[(Role::Dim, kind)]);
    put("id", organization.id.as_str(), Role::Text, &[]);
    let (updated, created) =
        (age::readable(&organization.updated_at), age::readable(&organization.created_at));
    let mut notes = Vec::new();
    if let Some(since) = age::since(&organization.updated_at, cx.now) {
        notes.push((Role::Dim, format!("{} ago", age::short(since))));
    }
    notes.push((Role::Dim, format!("created {}", if created.is_empty() { "–" } else { &created })));
    put("updated", if updated.is_empty() { "–" } else { &updated }, Role::Text, &notes);
    let row = cx.rows.get(&RowKey::Id(organization.id.clone()));
    let look_alike = row.and_then(|row| cx.rows.name_look_alike(row));
    let doubt = look_alike.map(|look_alike| (Role::Warning, format!("≈ {}", look_alike.words())));
    put("name", &shown(&organization.name), Role::Text, doubt.as_slice());
    put("uri", &shown(&organization.uri), Role::Text, &[]);
    for field in organization.others() {
        put(field.key.brief().as_str(), &shown(&field.value), Role::Text, &[]);
    }
    lines.extend(shared(organization, cx, width));
    lines.extend(history(organization, cx, width));
    lines
}

/// Which other organizations use the same connection: who is hit when it changes.
fn shared(organization: &Organization, cx: Context<'_>, width: usize) -> Vec<Line> {
    let others = cx.rows.uses(&organization.connection).saturating_sub(1);
    if others == 0 {
        return Vec::new();
    }
    let users =
        cx.rows.users(&organization.connection).filter(|other| other.id() != organization.id.borrowed());
    let named = users_named(users, others);
    let connection = organization.connection.brief();
    let mut lines = vec![
        Line::default(),
        Line::new(
            Role::Title,
            format!("Other organizations on {connection} ({})", cx.complete.number(others)),
        ),
    ];
    lines.extend(wrapped(Role::Text, &named, width));
    lines
}

/// The first of `all` organizations by name, and how many more there are.
pub(super) fn users_named<'a>(users: impl Iterator<Item = &'a Listed>, all: usize) -> String {
    let named: Vec<String> =
        users.take(MOST_NAMED).map(|user| user.part(user.name()).brief().into_string()).collect();
    let more = all.saturating_sub(named.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{}{more}", named.join(", "))
}

/// What this tool changed here, the latest first.
fn history(organization: &Organization, cx: Context<'_>, width: usize) -> Vec<Line> {
    let mut past = cx.ledger.of(&organization.id).peekable();
    if past.peek().is_none() {
        return Vec::new();
    }
    let mut lines = vec![Line::default(), Line::new(Role::Title, "Changes made with this tool")];
    for past in past.take(MOST_NAMED) {
        let when = if past.at.is_empty() { "this run" } else { &past.at };
        let (before, after) = (past.before.brief(), past.after.brief());
        let outcome = past.outcome.map_or("open", Outcome::word);
        let words = format!("{when} {} {before} → {after} {outcome} {}", past.user.brief(), past.operation);
        lines.extend(wrapped(Role::Text, &words, width));
    }
    lines
}

pub(super) fn or_dash(value: &Untrusted) -> String {
    if value.is_empty() { "–".to_owned() } else { value.display_head(4096).0.into_string() }
}

fn connection_notes(organization: &Organization, cx: Context<'_>) -> Vec<(Role, String)> {
    let uses = cx.rows.uses(&organization.connection);
    let mut notes = vec![(Role::Dim, format!("used by {}", cx.complete.organizations(uses)))];
    let row = cx.rows.get(&RowKey::Id(organization.id.clone()));
    let look_alike = row.and_then(|row| cx.rows.connection_look_alike(row));
    notes.extend(look_alike.map(|look_alike| (Role::Warning, format!("≈ {}", look_alike.words()))));
    match cx.connections.find(&organization.connection) {
        Some(connection) => {
            let tested = age::since(&connection.tested_at, cx.now).map(age::short);
            let when = tested.map(|age| format!(" ({age} ago)")).unwrap_or_default();
            notes.push((state_role(connection.state), format!("{}{when}", connection.state.word())));
        }
        None if cx.connections.read_at.is_some() => {
            notes.push((Role::Bad, "MISSING: no such connection is listed".to_owned()));
        }
        None => {}
    }
    notes
}

/// How a connection's state is shown, beside its word.
pub const fn state_role(state: ConnectionState) -> Role {
    match state {
        ConnectionState::Ready => Role::Good,
        ConnectionState::Fail => Role::Bad,
        ConnectionState::NotTested => Role::Warning,
    }
}

/// A labelled value with remarks: beside it where they fit, under it where not.
pub(super) fn with_notes(
    label: &str,
    value: (Role, &str),
    notes: &[(Role, String)],
    width: usize,
) -> Vec<Line> {
    let mut lines = labelled(label, value, INDENT, width);
    for (nth, (role, note)) in notes.iter().enumerate() {
        let gap = if nth == 0 { "  " } else { " · " };
        let used = lines.last().map_or(0, |line| text::width(&line.text()));
        let fits = used + text::width(gap) + text::width(note) <= width;
        match lines.last_mut().filter(|_| fits) {
            Some(line) => line.0.extend([(Role::Dim, gap.to_owned()), (*role, note.clone())]),
            None => lines.extend(labelled("", (*role, note), INDENT, width)),
        }
    }
    lines
}

/// When the shown record was read: by itself, or with the whole list.
pub fn read_at(detail: &DetailPane, list: &ListPane, id: &OrganizationId) -> Option<Moment> {
    let alone = detail.read.as_ref().filter(|(read, _)| read == id).map(|(_, at)| *at);
    alone.max(list.loaded_at)
}
