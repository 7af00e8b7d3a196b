//! The review of a change: who, what, the checks, the exact request, and what stands against it.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::change::{at_most, labelled_value, name_warning, request, target};
use super::chooser::state_words;
use super::header;
use super::status::window_hints;
use super::windows::width_of;
use crate::app::change::{Change, Check, Confirmation, Finding, Gate, Note, Review};
use crate::app::line::{Line, labelled, wrapped};
use crate::app::{JournalState, State};
use crate::keymap::{Context, Keymap};
use crate::layout::{inside, large_window};
use crate::text::{self, Untrusted};
use crate::theme::Role;

/// Column at which values start.
const INDENT: usize = 14;
/// Rows from which there is room for blank lines and the server.
const ROOMY: u16 = 20;
/// Width of a finding's word: `CANNOT CHECK` and a blank.
const WORD: usize = 13;
/// Width of a question, and of its short form.
const LABEL: usize = 19;
/// See [`LABEL`].
const SHORT_LABEL: usize = 11;
/// Rows above the foot from which the organization id has a row of its own.
const SPARE: u16 = 11;
/// Columns from which the questions are told in whole words.
const WIDE: usize = 68;

pub(super) fn paint(
    state: &State,
    change: &Change,
    review: &Review,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let area = large_window(state.size);
    let badge =
        Line::new(Role::Badge, header::badge(state)).and(Role::Text, format!(" {}", header::host(state)));
    let context = if review.writing.is_some() { Context::ReviewField } else { Context::Review };
    let title =
        if review.undo_of.is_some() { "Undo: nothing is sent yet" } else { "Review: nothing is sent yet" };
    canvas.window(area, &Line::new(Role::Title, title), &badge, &window_hints(keymap, context, area.width));
    let inside = inside(area);
    let foot = foot(state, review, usize::from(inside.width), inside.height < ROOMY);
    let kept = u16::try_from(foot.len() + 1).unwrap_or(u16::MAX).min(inside.height);
    let body = Rect { height: inside.height - kept, ..inside };
    canvas.lines(body, &lines(state, change, review, body));
    let below = Rect { y: body.bottom(), height: kept, ..inside };
    canvas.lines(below, &foot);
    let last = Rect { y: inside.bottom().saturating_sub(1), height: 1, ..inside };
    match review.writing {
        Some(note) => {
            let asked = state.settings.rules.confirmation(&change.target);
            paint_field(review, (note, asked), last, on_top, canvas);
        }
        None => paint_buttons(state, change, review, last, canvas),
    }
}

fn lines(state: &State, change: &Change, review: &Review, body: Rect) -> Vec<Line> {
    let width = usize::from(body.width);
    let roomy = body.height + 3 >= ROOMY;
    // A conflict takes the room of the blanks: what is there now matters more.
    let blank = || (roomy && review.checks.conflict.is_none()).then(Line::default);
    let mut lines = if roomy { target(change, width) } else { short_target(change, width, body.height) };
    lines.extend(at_most(1, name_warning(state, change, width)));
    if roomy {
        let who = state.settings.user.brief();
        let as_who = format!("{} as {}/{who}", header::host(state), header::domain(state));
        lines.extend(at_most(1, labelled("Server", (Role::Text, &as_who), INDENT, width)));
    }
    match (&review.checks.conflict, roomy) {
        (Some(_), false) => lines.extend(conflict(change, review, width)),
        (_, _) => lines.extend(values(change, review, roomy, width)),
    }
    lines.extend(blank());
    for check in review.checks.iter() {
        lines.push(check_line(check, width));
    }
    if roomy {
        lines.extend(conflict(change, review, width));
    }
    lines.extend(blank());
    let room = usize::from(body.height).saturating_sub(lines.len());
    let mut request = request(change, &review.value, width);
    // The id and the body are nowhere else.
    while request.len() > room && request.len() > 1 {
        request.remove(0);
    }
    lines.extend(request);
    lines
}

/// Name and organization id in as few rows as there are; the path of the request holds the other id.
fn short_target(change: &Change, width: usize, height: u16) -> Vec<Line> {
    let lines = target(change, width);
    let [name, id] = [&change.target.name, &change.target.organization_id].map(Untrusted::brief);
    let room = width.saturating_sub(INDENT + 2 + text::width(id.as_str()));
    if height < SPARE {
        let name = text::clip(name.as_str(), room).0;
        return labelled("Organization", (Role::Title, &format!("{name}  {id}")), INDENT, width);
    }
    let head = at_most(1, labelled_value("Organization", "", (Role::Title, &change.target.name), width));
    let ids = lines.into_iter().rev().nth(1);
    head.into_iter().chain(ids).collect()
}

/// Old and new value, and what is known of the new one.
fn values(change: &Change, review: &Review, roomy: bool, width: usize) -> Vec<Line> {
    let rows = if roomy { 3 } else { 2 };
    let old = labelled_value("Connection", "- ", (Role::Text, &change.target.connection), width);
    let new = labelled_value("", "+ ", (Role::Value, &review.value), width);
    let mut lines = [at_most(rows, old), at_most(rows, new)].concat();
    let (role, words) = about(change, &review.value);
    let room = lines.last().map_or(0, |line| text::width(&line.text())) + 2 + text::width(&words) <= width;
    match lines.last_mut().filter(|_| room) {
        Some(line) => line.0.extend([(Role::Dim, "  ".to_owned()), (role, words)]),
        None if roomy => lines.extend(labelled("", (role, &words), INDENT + 2, width)),
        None => {}
    }
    let candidates = &change.chooser.candidates;
    let chosen = candidates.iter().find(|candidate| candidate.name == review.value);
    if let Some(look_alike) = chosen.and_then(|candidate| candidate.look_alike.as_ref()) {
        let words = format!("≈ {}", look_alike.words());
        lines.extend(at_most(1, labelled("", (Role::Warning, &words), INDENT + 2, width)));
    }
    if let Some(words) = alike(&change.target.connection, &review.value) {
        lines.extend(labelled("", (Role::Warning, words), INDENT, width));
    }
    lines
}

/// What is known of a new value.
pub(crate) fn about(change: &Change, value: &Untrusted) -> (Role, String) {
    let known = change.chooser.candidates.iter().find(|c| c.name == *value || c.id == *value);
    match known {
        Some(candidate) => {
            let (role, state) = state_words(candidate);
            let users = candidate.complete.organizations(candidate.uses);
            (role, format!("{state} · used by {users}"))
        }
        None => (Role::Warning, "not in the list of connections".to_owned()),
    }
}

/// Two values that differ only in case or in blanks are easily taken for one.
pub(crate) fn alike(old: &Untrusted, new: &Untrusted) -> Option<&'static str> {
    let squeezed = |value: &Untrusted| -> String { value.as_squeezed().to_lowercase() };
    (squeezed(old) == squeezed(new)).then_some("the two differ only in upper and lower case or in blanks")
}

/// How a finding is shown, beside its word.
pub(super) const fn finding_role(finding: &Finding) -> Role {
    match finding {
        Finding::Waiting => Role::Dim,
        Finding::Fine(_) => Role::Good,
        Finding::Doubtful(_) | Finding::Unknown(_) => Role::Warning,
        Finding::Wrong(_) => Role::Bad,
    }
}

/// `ok  connection exists  sfdc-eu-02   31 ms`.
pub(super) fn check_line(check: &Check, width: usize) -> Line {
    let role = finding_role(&check.finding);
    let took = check.took.map(|took| format!("{} ms", took.as_millis())).unwrap_or_default();
    let head = text::pad(check.finding.word(), WORD, '…');
    let label = if width < WIDE {
        text::pad(check.question.short(), SHORT_LABEL, '…')
    } else {
        text::pad(check.question.label(), LABEL, '…')
    };
    let used = text::width(&head) + text::width(&label) + text::width(&took) + 1;
    let words = text::pad(check.finding.words(), width.saturating_sub(used), '…');
    Line::new(role, head).and(Role::Text, label).and(Role::Dim, words).and(Role::Dim, format!(" {took}"))
}

/// Was, is and yours, when somebody else changed the record.
fn conflict(change: &Change, review: &Review, width: usize) -> Vec<Line> {
    let Some(now) = &review.checks.conflict else { return Vec::new() };
    let rows = [
        ("  was", Role::Text, &change.target.connection, &change.target.updated_at),
        ("  is", Role::Bad, &now.connection, &now.updated_at),
    ];
    let room = width.saturating_sub(INDENT);
    let mut lines = Vec::new();
    for (label, role, connection, updated) in rows {
        let words = format!("{}  {}", connection.brief(), updated.brief());
        lines.push(
            Line::new(Role::Dim, text::pad(label, INDENT, '…')).and(role, text::pad(&words, room, '…')),
        );
    }
    lines.extend(labelled("  yours", (Role::Value, review.value.brief().as_str()), INDENT, width));
    lines
}

/// What is given for the record, and why the last key did not send it.
fn foot(state: &State, review: &Review, width: usize, short: bool) -> Vec<Line> {
    let mut lines = Vec::new();
    let texts = [("Reason", &review.reason, Note::Reason), ("Override", &review.overriding, Note::Override)];
    for (label, field, note) in texts {
        if !field.text().is_empty() && review.writing != Some(note) {
            lines.extend(labelled(label, (Role::Text, &text::escape(field.text())), INDENT, width));
        }
    }
    if state.run.journal == JournalState::Waived {
        lines.push(Line::new(Role::Warning, "this change goes on no record: --no-journal"));
    }
    let rules = &state.settings.rules;
    let words = match &review.note {
        Some(note) => Some((Role::Warning, note.clone())),
        None => standing(review).or_else(|| {
            let missing = rules.reason_required && review.reason.text().trim().is_empty();
            missing.then(|| (Role::Warning, "this profile asks for a reason: r gives one".to_owned()))
        }),
    };
    if short && words.is_some() {
        lines.clear();
    } else if short && lines.len() > 1 {
        let [reason, overriding] =
            [&review.reason, &review.overriding].map(|field| text::escape(field.text()));
        let both = text::clip(&format!("Reason {reason} · Override {overriding}"), width).0.to_owned();
        lines = vec![Line::new(Role::Text, both)];
    }
    if let Some((role, words)) = words {
        lines.extend(at_most(if short { 2 } else { 3 }, wrapped(role, &words, width).collect()));
    }
    lines
}

/// What stands against sending it.
pub(crate) fn standing(review: &Review) -> Option<(Role, String)> {
    let words = match review.checks.gate() {
        Gate::Conflict if review.undo_of.is_some() => "changed by somebody else since: it is not undone",
        Gate::Conflict => "somebody changed the record: c checks again with what it is now",
        Gate::Stopped if review.overriding.text().trim().is_empty() => {
            "stopped by a failed check; o overrides it with a reason"
        }
        Gate::Stopped | Gate::Waiting | Gate::Open => return None,
    };
    Some((Role::Bad, words.to_owned()))
}

fn paint_field(
    review: &Review,
    (note, asked): (Note, Option<Confirmation<'_>>),
    area: Rect,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let name = asked.map_or_else(String::new, |asked| format!("Type the name of {}", asked.whose()));
    let (label, field) = match note {
        Note::Reason => ("Reason or ticket", &review.reason),
        Note::Override => ("Override because", &review.overriding),
        Note::Name => (name.as_str(), &review.typed_name),
    };
    let x = canvas.put(area.x, area.y, area.width, Role::Title, label) + 1;
    let before = field.before_cursor();
    let after = field.text().get(before.len()..).unwrap_or_default();
    let room = area.right().saturating_sub(x);
    canvas.field(x, area.y, room, &text::escape(before), &text::escape(after), on_top);
}

/// Cancel has the focus; sending is on a key of its own, which listens only after a moment.
fn paint_buttons(state: &State, change: &Change, review: &Review, area: Rect, canvas: &mut Canvas<'_>) {
    let rules = &state.settings.rules;
    let ready = change.listens(state.now) && review.obstacle(rules, &change.target).is_none();
    let words = match (review.checks.gate(), rules.confirmation(&change.target)) {
        (Gate::Waiting, _) => " checking …".to_owned(),
        (_, Some(asked)) => format!(" Type the name of {} to send", asked.whose()),
        (_, None) => " Send the change".to_owned(),
    };
    // The key stands there only where it does something.
    let (key, label) = if ready { ("y", Role::Text) } else { (" ", Role::Dim) };
    let send = Line::new(Role::Key, key).and(label, words);
    let width = cells("[ Cancel ]") + 4 + width_of(&send);
    let x = area.x + area.width.saturating_sub(width) / 2;
    let x = canvas.put(x, area.y, 10, Role::Focused, "[ Cancel ]");
    canvas.line(x + 4, area.y, area.right().saturating_sub(x + 4), &send);
}
