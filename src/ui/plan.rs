//! The windows of a plan: what it would change, and how far it is. Only the rows in sight are looked at.

use std::time::Duration;

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::change::{at_most, paint_typed, window};
use super::header;
use super::review::finding_role;
use super::status::{window_hints, window_hints_without};
use super::windows::width_of;
use crate::app::change::{Chooser, Finding, Question};
use crate::app::connections::Completeness;
use crate::app::line::{Line, labelled, wrapped};
use crate::app::plan::{Applying, Draft, DraftRow, Planned, Probe, RowResult, RowState, Stage, Writing};
use crate::app::{State, consent_of};
use crate::domain::PlanRow;
use crate::keymap::{Command, Context, Keymap};
use crate::layout::{full_window, inside};
use crate::text::{self, Untrusted};
use crate::theme::Role;

/// Column at which values start.
const INDENT: usize = 12;
/// Rows from which there is room for blank lines.
const ROOMY: u16 = 18;

pub(super) fn paint(state: &State, keymap: &Keymap, on_top: bool, canvas: &mut Canvas<'_>) {
    let Some(draft) = &state.draft else { return };
    match &draft.stage {
        Stage::Choosing(chooser) => choosing(state, draft, chooser, keymap, on_top, canvas),
        Stage::Planned(planned) => paint_planned(state, planned, keymap, on_top, canvas),
    }
}

/// The connection of many organizations is being chosen.
fn choosing(
    state: &State,
    draft: &Draft,
    chooser: &Chooser,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let targets = &draft.targets;
    let title = format!("Change the connection of {}", count(targets.len(), "organization"));
    let area = window(state, &title, (keymap, Context::Choose), canvas);
    let width = usize::from(area.width);
    let names = targets.iter().take(8).map(|target| target.part(target.name()).brief().into_string());
    let names = names.collect::<Vec<_>>().join(", ");
    let more = if targets.len() > 8 { format!(" and {} more", targets.len() - 8) } else { String::new() };
    let mut lines: Vec<Line> = at_most(3, wrapped(Role::Text, &format!("{names}{more}"), width).collect());
    lines.push(Line::default());
    super::chooser::paint(state, (chooser, None, INDENT), &lines, area, on_top, canvas);
}

/// `1 change`, `3 changes`.
fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

fn paint_planned(state: &State, planned: &Planned, keymap: &Keymap, on_top: bool, canvas: &mut Canvas<'_>) {
    let area = full_window(state.size);
    let title = Line::new(Role::Title, format!("Plan {}: nothing is sent yet", planned.plan.id));
    let context = if planned.writing.is_some() { Context::PlanField } else { Context::Plan };
    canvas.window(area, &title, &remarks(planned), &window_hints(keymap, context, area.width));
    let inside = inside(area);
    let foot = foot(state, planned, inside);
    let kept = u16::try_from(foot.len() + 1).unwrap_or(u16::MAX).min(inside.height.saturating_sub(3));
    let body = Rect { height: inside.height - kept, ..inside };
    let columns = Columns::of(body.width);
    columns.head(body, ["ORGANIZATION", "NOW", "NEW", "CHECKS"], canvas);
    let rows = Rect { y: body.y + 1, height: body.height.saturating_sub(1), ..body };
    let first = first_in_sight(planned.selected, rows.height);
    for (y, (place, row)) in (rows.top()..rows.bottom()).zip(planned.rows.iter().enumerate().skip(first)) {
        let (role, words) = row_checks(planned, row);
        let selected = place == planned.selected;
        columns.row(Rect { y, height: 1, ..rows }, place, &row.row, (role, &words), selected, canvas);
    }
    let below = Rect { y: body.bottom(), height: kept.saturating_sub(1), ..inside };
    canvas.lines(below, &foot);
    let last = Rect { y: inside.bottom().saturating_sub(1), height: 1, ..inside };
    match planned.writing {
        Some(writing) => paint_field(state, planned, writing, last, on_top, canvas),
        None => paint_buttons(state, planned, last, canvas),
    }
}

fn first_in_sight(selected: usize, height: u16) -> usize {
    (selected + 1).saturating_sub(usize::from(height))
}

/// `3 changes · 1 warning · 0 blocked`.
fn remarks(planned: &Planned) -> Line {
    let doubtful = if planned.doubtful > 0 { Role::Warning } else { Role::Dim };
    let blocked = if planned.blocked > 0 { Role::Bad } else { Role::Dim };
    Line::new(Role::Text, count(planned.plan.rows.len(), "change"))
        .and(Role::Dim, " · ")
        .and(doubtful, count(planned.doubtful, "warning"))
        .and(Role::Dim, " · ")
        .and(blocked, format!("{} blocked", planned.blocked))
}

fn row_checks(planned: &Planned, row: &DraftRow) -> (Role, String) {
    match row.state {
        RowState::Waiting => (Role::Dim, "checking …".to_owned()),
        RowState::Fine => {
            let probe = planned.probes.iter().find(|probe| probe.connection == row.row.new);
            let words = probe.map(|probe| probe.checks().map(|check| check.finding.word()).join(" "));
            (Role::Good, words.unwrap_or_default())
        }
        RowState::Doubtful => (Role::Warning, format!("WARN {}", row.words)),
        RowState::Blocked => (Role::Bad, format!("BLOCKED {}", row.words)),
    }
}

/// Where the columns of both windows are.
struct Columns {
    name: u16,
    now: u16,
    new: u16,
}

/// Cells before the first column: selection, number.
const GUTTER: u16 = 7;

impl Columns {
    const fn of(width: u16) -> Self {
        let free = width.saturating_sub(GUTTER + 3);
        let connection = if free / 5 > 28 { 28 } else { free / 5 };
        let name = if free * 3 / 10 > 44 { 44 } else { free * 3 / 10 };
        Self { name, now: connection, new: connection }
    }

    fn places(&self, area: Rect) -> [(u16, u16); 4] {
        let name = area.x + GUTTER;
        let now = name + self.name + 1;
        let new = now + self.now + 1;
        let checks = new + self.new + 1;
        [(name, self.name), (now, self.now), (new, self.new), (checks, area.right().saturating_sub(checks))]
    }

    fn head(&self, area: Rect, heads: [&str; 4], canvas: &mut Canvas<'_>) {
        for ((x, width), head) in self.places(area).into_iter().zip(heads) {
            canvas.put(x, area.y, width, Role::Dim, head);
        }
    }

    fn row(
        &self,
        area: Rect,
        place: usize,
        row: &PlanRow,
        (role, words): (Role, &str),
        selected: bool,
        canvas: &mut Canvas<'_>,
    ) {
        let [name, now, new, checks] = self.places(area);
        canvas.put(area.x + 1, area.y, GUTTER - 2, Role::Dim, &format!("{:>5}", place + 1));
        let shown = |value: &Untrusted| value.brief().into_string();
        canvas.put(name.0, area.y, name.1, Role::Text, &shown(&row.name));
        canvas.put(now.0, area.y, now.1, Role::Text, &shown(&row.now));
        canvas.put(new.0, area.y, new.1, Role::Value, &shown(&row.new));
        canvas.put(checks.0, area.y, checks.1, role, words);
        if selected {
            canvas.put(area.x, area.y, 1, Role::Title, ">");
            canvas.restyle(area, Role::Selected);
        }
    }
}

/// Everything under the rows but the last line. On a low screen each thing has one row; what is asked, or stands
/// against it, is always there.
fn foot(state: &State, planned: &Planned, inside: Rect) -> Vec<Line> {
    let width = usize::from(inside.width);
    let roomy = inside.height >= ROOMY;
    let rows = if roomy { 2 } else { 1 };
    let mut lines = Vec::new();
    let row = planned.rows.get(planned.selected).map(|row| row.words.as_str());
    if let Some(words) = row.filter(|words| !words.is_empty()) {
        let name = format!("Row {}", planned.selected + 1);
        lines.extend(at_most(rows, labelled(&name, (Role::Warning, words), INDENT, width)));
    } else if roomy {
        lines.push(Line::default());
    }
    lines.extend(at_most(1, left_out(planned, width)));
    let probes = planned.probes.len();
    lines.extend(planned.probes.iter().take(rows).map(|probe| probe_line(probe, width)));
    if roomy && probes > rows {
        let waiting = planned.probes.iter().filter(|probe| probe.is_waiting()).count();
        let words = format!("and {} more connections; {waiting} being checked", probes - rows);
        lines.extend(at_most(1, labelled("", (Role::Dim, &words), INDENT, width)));
    }
    let complete = Completeness::of(&state.list);
    lines.extend(at_most(rows, labelled("Effect", (Role::Value, &effect(planned, complete)), INDENT, width)));
    lines.extend(at_most(rows, labelled("Order", (Role::Text, &order(planned)), INDENT, width)));
    if planned.writing != Some(Writing::Reason) {
        let (role, words) = reason(state, planned);
        lines.extend(at_most(1, labelled("Reason", (role, &words), INDENT, width)));
    }
    lines
        .extend(at_most(rows, labelled("Plan hash", (Role::Text, &validity(state, planned)), INDENT, width)));
    if roomy {
        lines.push(Line::default());
    }
    let (role, words) = match &planned.note {
        Some(note) => (Role::Warning, note.clone()),
        None if planned.is_waiting() => (Role::Dim, "the checks are being made …".to_owned()),
        None => (Role::Text, format!("To apply, press y and type:   {}", consent_of(state, planned))),
    };
    let ask = at_most(2, wrapped(role, &words, width).collect());
    // The rows of the plan keep three rows, and the buttons one.
    lines.truncate(usize::from(inside.height).saturating_sub(4 + ask.len()));
    lines.extend(ask);
    lines
}

fn reason(state: &State, planned: &Planned) -> (Role, String) {
    match (planned.reason.text().trim(), state.settings.rules.reason_required) {
        ("", true) => (Role::Warning, "this profile asks for a reason: r gives one".to_owned()),
        ("", false) => (Role::Dim, "none; r gives one".to_owned()),
        (reason, _) => (Role::Text, text::escape(reason).into_owned()),
    }
}

/// `Left out    2 have it already · 1 dropped · 1 blocked`.
fn left_out(planned: &Planned, width: usize) -> Vec<Line> {
    let parts =
        [(planned.already, "have it already"), (planned.dropped, "dropped"), (planned.blocked, "blocked")];
    let parts: Vec<String> =
        parts.into_iter().filter(|(n, _)| *n > 0).map(|(n, words)| format!("{n} {words}")).collect();
    if parts.is_empty() {
        return Vec::new();
    }
    labelled("Left out", (Role::Warning, &parts.join(" · ")), INDENT, width)
}

/// `sfdc-eu-02  ok exists  ok test works  ok reaches 3 organizations`.
fn probe_line(probe: &Probe, width: usize) -> Line {
    let name = probe.connection.brief();
    let mut line = Line::new(Role::Dim, text::pad("Checks", INDENT, '…'))
        .and(Role::Value, text::clip(name.as_str(), width / 3).0);
    for check in probe.checks() {
        // What is as it should be needs no words, but for how much is reached.
        let silent = matches!(check.finding, Finding::Fine(_)) && check.question != Question::Reaches;
        let words = match check.finding.words() {
            words if silent || words.is_empty() => String::new(),
            words => format!(" {words}"),
        };
        line = line
            .and(Role::Dim, format!(" · {} ", check.question.short()))
            .and(finding_role(&check.finding), format!("{}{words}", check.finding.word()));
    }
    line
}

/// `sfdc-eu-01 27 → 24   sfdc-eu-02 5 → 8 orgs`.
fn effect(planned: &Planned, complete: Completeness) -> String {
    let number = |count| complete.number(count);
    let shown = planned.effects.iter().take(4).map(|effect| {
        format!("{} {} → {}", effect.connection.brief(), number(effect.before), number(effect.after))
    });
    let shown: Vec<String> = shown.collect();
    let more = match planned.effects.len() {
        0..=4 => String::new(),
        all => format!("   and {} more", all - 4),
    };
    format!("{} orgs{more}", shown.join("   "))
}

fn order(planned: &Planned) -> String {
    let order = planned.plan.order;
    let first = match order.canaries {
        0 => String::new(),
        1 => "1 canary, verified; then ".to_owned(),
        n => format!("{n} canaries, verified; then "),
    };
    format!("{first}up to {} at a time; stop after {}", order.concurrency, count(order.stop_after, "failure"))
}

fn validity(state: &State, planned: &Planned) -> String {
    let left = planned.left(crate::app::timestamp(state));
    let place = format!("{}/{}", header::host(state), header::domain(state));
    format!("{}   valid {} more, for {place} only", planned.hash.short(), clock(left))
}

/// Minutes and seconds.
fn clock(span: Duration) -> String {
    let seconds = span.as_secs();
    if seconds >= 3600 {
        format!("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    } else {
        format!("{}:{:02}", seconds / 60, seconds % 60)
    }
}

fn paint_field(
    state: &State,
    planned: &Planned,
    writing: Writing,
    area: Rect,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let (label, field) = match writing {
        Writing::Reason => ("Reason or ticket".to_owned(), &planned.reason),
        Writing::Consent => (format!("Type {}", consent_of(state, planned)), &planned.consent),
    };
    let x = canvas.put(area.x, area.y, area.width / 2, Role::Title, &label) + 1;
    paint_typed(field, (x, area.y, area.right().saturating_sub(x)), on_top, canvas);
}

/// Cancel has the focus; applying is on a key of its own, and then a text.
fn paint_buttons(state: &State, planned: &Planned, area: Rect, canvas: &mut Canvas<'_>) {
    let ready = planned.sight.listens(state.now) && !planned.is_waiting() && !planned.plan.rows.is_empty();
    let (key, label) = if ready { (Role::Key, Role::Text) } else { (Role::Dim, Role::Dim) };
    let words = format!(" Apply {}", count(planned.plan.rows.len(), "change"));
    let apply = Line::new(key, "y").and(label, words);
    let width = cells("[ Cancel ]") + 4 + width_of(&apply);
    let x = area.x + area.width.saturating_sub(width) / 2;
    let x = canvas.put(x, area.y, 10, Role::Focused, "[ Cancel ]");
    canvas.line(x + 4, area.y, area.right().saturating_sub(x + 4), &apply);
}

/// The window of a plan being applied, or applied.
pub(super) fn paint_progress(state: &State, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let Some(applying) = &state.applying else { return };
    let area = full_window(state.size);
    let title = if applying.is_active() { "Applying plan" } else { "Plan" };
    let title = Line::new(Role::Title, format!("{title} {}", applying.plan.id));
    let refuses = |command| applying.refusal(command, &state.list.rows).is_some();
    let hints = window_hints_without(keymap, Context::Progress, area.width, refuses);
    canvas.window(area, &title, &times(state, applying), &hints);
    let inside = inside(area);
    let mut y = inside.y;
    for line in [bar(applying, usize::from(inside.width)), counts(applying)] {
        canvas.line(inside.x, y, inside.width, &line);
        y += 1;
    }
    let foot = progress_foot(state, applying, usize::from(inside.width));
    let kept = u16::try_from(foot.len()).unwrap_or(u16::MAX).min(4);
    let head = Rect { y: y + 1, height: 1, ..inside };
    let columns = Columns::of(inside.width);
    columns.head(head, ["ORGANIZATION", "NOW", "NEW", "RESULT"], canvas);
    let rows = Rect { y: y + 2, height: inside.bottom().saturating_sub(y + 2 + kept), ..inside };
    let selected = applying.in_sight();
    let first = first_in_sight(selected, rows.height);
    let in_sight = applying.rows().enumerate().skip(first);
    for (y, (place, (row, result))) in (rows.top()..rows.bottom()).zip(in_sight) {
        let words = row_words(state, applying, place, result);
        let line = Rect { y, height: 1, ..rows };
        columns.row(line, place, row, (result.role(), &words), place == selected, canvas);
    }
    canvas.lines(Rect { y: rows.bottom(), height: kept, ..inside }, &foot);
}

fn row_words(state: &State, applying: &Applying, place: usize, result: &RowResult) -> String {
    match (result, applying.flight(place)) {
        (RowResult::Underway, Some(flight)) => {
            let since = state.now.since(flight.began).as_secs();
            if since > 0 { format!("{} {since} s", flight.words()) } else { flight.words().to_owned() }
        }
        (RowResult::Done { took, .. }, _) => format!("{}  {} ms", result.words(), took.as_millis()),
        _ => result.words(),
    }
}

/// `12 of 38 · 0:41 · about 1:25 left`.
fn times(state: &State, applying: &Applying) -> Line {
    let until = applying.ended.unwrap_or(state.now);
    let (finished, rows) = (applying.counts.finished(), applying.plan.rows.len());
    let mut words = format!("{finished} of {rows} · {}", clock(until.since(applying.began)));
    if let Some(left) = applying.time_left().filter(|_| applying.is_active()) {
        words = format!("{words} · about {} left", clock(left));
    }
    Line::new(Role::Text, words)
}

/// `[#####      ] 12/38   1.1/s`.
fn bar(applying: &Applying, width: usize) -> Line {
    let (finished, rows) = (applying.counts.finished(), applying.plan.rows.len().max(1));
    let rate = applying.rate().map(|rate| format!("   {rate:.1}/s")).unwrap_or_default();
    let told = format!("] {finished}/{rows}{rate}");
    let room = width.saturating_sub(text::width(&told) + 1);
    let full = room * finished / rows;
    Line::new(Role::Text, "[")
        .and(Role::Good, "#".repeat(full))
        .and(Role::Text, " ".repeat(room - full))
        .and(Role::Text, told)
}

fn counts(applying: &Applying) -> Line {
    let counts = applying.counts;
    let waiting = applying.plan.rows.len() - counts.finished() - applying.flights.len();
    let failed = if counts.failed > 0 { Role::Bad } else { Role::Text };
    let unknown = match counts.unknown {
        0 => String::new(),
        unknown => format!(" ({unknown} UNKNOWN)"),
    };
    Line::new(Role::Good, format!("applied {}", counts.applied))
        .and(Role::Text, format!("   unchanged {}   skipped {}   ", counts.unchanged, counts.skipped))
        .and(failed, format!("failed {}{unknown}", counts.failed))
        .and(Role::Text, format!("   under way {}   waiting {waiting}", applying.flights.len()))
}

/// Why it does not go on, or what can be done now.
fn progress_foot(state: &State, applying: &Applying, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    if let Some(mut why) = applying.standing() {
        if let Some(until) = applying.hold.as_ref().and_then(|hold| hold.until) {
            let left = until.since(state.now).as_secs_f64().ceil();
            why = format!("{why}: goes on by itself in {left:.0} s");
        }
        lines.extend(wrapped(Role::Warning, &why, width).take(2));
    } else if applying.is_active() {
        let limit = applying.pace.limit();
        lines.push(Line::new(
            Role::Dim,
            format!("up to {limit} at a time; the list is usable: Esc hides this"),
        ));
    }
    if !applying.is_active() {
        let offered = |command| applying.refusal(command, &state.list.rows).is_none();
        let left = if offered(Command::RetryPlan) { "R plans what is left; " } else { "" };
        let undo = if offered(Command::RollBack) { "Z takes back what was applied" } else { "" };
        let words = format!("ended; {left}{undo}");
        lines.push(Line::new(Role::Text, words.trim_end_matches([';', ' ']).to_owned()));
    }
    lines
}
