//! The status line and the hints under it.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use crate::app::change::Phase;
use crate::app::line::Line;
use crate::app::notice::Tone;
use crate::app::view::View;
use crate::app::{State, age};
use crate::keymap::{Command, Context, Keymap};
use crate::text;
use crate::theme::Role;

/// What there is to say: the filter being typed, a notice, a change under way, a row that others changed.
pub(super) fn paint(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    if state.filter().editing {
        let filter = &state.filter().field;
        let before = filter.before_cursor();
        let after = filter.text().get(before.len()..).unwrap_or_default();
        canvas.put(area.x, area.y, area.width, Role::Key, " /");
        let (error, told) = beside_filter(state, area);
        let width = area.width.saturating_sub(3 + told);
        canvas.line(area.right().saturating_sub(told), area.y, told, &error);
        canvas.field(
            area.x + 2,
            area.y,
            width,
            &text::escape_typed(before),
            &text::escape_typed(after),
            true,
        );
        return;
    }
    let line = notice(state).or_else(|| hidden_plan(state)).or_else(|| hidden_change(state));
    if let Some(line) = line.or_else(|| changed_row(state)) {
        paint_line(&line, area, canvas);
    }
}

/// Cells that are left to a filter whatever is to be said beside it.
const FILTER: u16 = 20;

/// Why the filter being typed is none yet, and its width, at most two thirds of the line; else the notice, in the
/// room that the filter does not need.
fn beside_filter(state: &State, area: Rect) -> (Line, u16) {
    let Some(error) = &state.filter().error else {
        let needed = cells(state.filter().field.text()).saturating_add(5).max(FILTER);
        let room = area.width.saturating_sub(needed);
        return notice(state).map_or_else(Default::default, |line| {
            let told = cells(&line.text()).saturating_add(1).min(room);
            (line, told)
        });
    };
    let words = text::one_line(&error.to_string());
    let told = cells(&words).saturating_add(1).min(area.width / 3 * 2);
    (Line::new(Role::Bad, words), told)
}

/// The notice alone: what is to be said while a window is open.
pub(super) fn paint_notice(state: &State, area: Rect, canvas: &mut Canvas<'_>) {
    if let Some(line) = notice(state) {
        paint_line(&line, area, canvas);
    }
}

fn paint_line(line: &Line, area: Rect, canvas: &mut Canvas<'_>) {
    let blank = " ".repeat(usize::from(area.width));
    canvas.put(area.x, area.y, area.width, Role::Text, &blank);
    canvas.line(area.x + 1, area.y, area.width.saturating_sub(2), line);
}

fn notice(state: &State) -> Option<Line> {
    let notice = state.notice.as_ref()?;
    let role = match notice.tone {
        Tone::Info => Role::Text,
        Tone::Warning => Role::Warning,
    };
    Some(Line::new(role, notice.text.clone()))
}

/// `plan p7f3a9c-1 12/38`, while one is applied and its window is hidden.
fn hidden_plan(state: &State) -> Option<Line> {
    let applying = state.applying.as_ref().filter(|applying| applying.is_active())?;
    let (finished, rows) = (applying.counts.finished(), applying.plan.rows.len());
    let line = Line::new(Role::Value, format!("plan {} {finished}/{rows}", applying.plan.id));
    let failed = match applying.counts.failed {
        0 => String::new(),
        failed => format!(", {failed} FAILED"),
    };
    let standing = applying.standing().map(|why| format!(" · {why}")).unwrap_or_default();
    Some(line.and(Role::Bad, failed).and(Role::Warning, standing).and(Role::Text, " · b shows it"))
}

fn hidden_change(state: &State) -> Option<Line> {
    let change = state.change.as_ref().filter(|_| !state.change_is_shown())?;
    let name = change.target.name.brief();
    let words = match &change.phase {
        Phase::Recording { .. } => "is being put on record",
        Phase::Sending { .. } => "is being sent",
        Phase::Settling { .. } | Phase::Closing { .. } => "is being verified",
        Phase::Settled { .. } => "is settled",
        Phase::Choosing | Phase::Reviewing { .. } => "is not sent yet",
    };
    Some(Line::new(Role::Warning, format!("the change of {name} {words} · e shows it")))
}

/// What others changed: of the selected row, else of the one that changed last, be it hidden by the filter.
fn changed_row(state: &State) -> Option<Line> {
    if state.view != View::Organizations {
        return None;
    }
    let rows = &state.list.rows;
    let selected = state.list.row().filter(|row| row.changed().is_some());
    let row = selected.or_else(|| rows.changed_last())?;
    let changed = row.changed()?;
    let ago = age::short(state.now.since(changed.at));
    let what = match (&changed.connection_was, row.organization()) {
        (Some(was), Some(organization)) => {
            format!("connection {} → {}", was.brief(), organization.connection.brief())
        }
        _ => "changed or added".to_owned(),
    };
    let hidden = if rows.matches(&row.key(), &state.list.filter) { "" } else { ", hidden by the filter" };
    let others = match rows.changed().saturating_sub(1) {
        0 => String::new(),
        others => format!(" · {others} more"),
    };
    let words = format!("Δ {}: {what} (noticed {ago} ago, not by you{hidden}){others}", row.title());
    Some(Line::new(Role::Warning, words))
}

/// The keys most wanted here, as many as fit.
pub(super) fn paint_hints(state: &State, keymap: &Keymap, area: Rect, canvas: &mut Canvas<'_>) {
    let contexts = state.contexts();
    if !state.typed.is_empty() {
        return paint_following(state, keymap, area, canvas);
    }
    let Some(context) = contexts.first().copied() else { return };
    let mut x = area.x + 1;
    let read_only = state.settings.read_only;
    for (key, label) in hints(keymap, context, |command| read_only && command == Command::Edit) {
        let end = x + cells(&key) + 1 + cells(&label);
        if end >= area.right() {
            break;
        }
        let after = canvas.put(x, area.y, area.width, Role::Key, &key);
        canvas.put(after + 1, area.y, area.width, Role::Text, &label);
        x = end + 2;
    }
}

/// What can follow the keys of an unfinished sequence, without the word that all of it begins with.
fn paint_following(state: &State, keymap: &Keymap, area: Rect, canvas: &mut Canvas<'_>) {
    let following = keymap.following(&state.contexts(), &state.typed);
    let labels: Vec<String> = following.iter().map(|(_, command)| command.label()).collect();
    let head = labels.first().and_then(|label| label.split_once(' ')).map(|(head, _)| format!("{head} "));
    let head = head.filter(|head| labels.iter().all(|label| label.starts_with(head.as_str())));
    let head = head.unwrap_or_default();
    let mut line = Line::new(Role::Key, state.typed.to_string()).and(Role::Dim, format!(" {head}…"));
    for ((keys, _), label) in following.iter().zip(&labels) {
        let label = label.strip_prefix(head.as_str()).unwrap_or(label);
        line =
            line.and(Role::Text, "  ").and(Role::Key, keys.to_string()).and(Role::Text, format!(" {label}"));
    }
    canvas.line(area.x + 1, area.y, area.width.saturating_sub(2), &line);
}

/// Key and label of each hint of a place; none for what is refused anyway.
fn hints(
    keymap: &Keymap,
    context: Context,
    is_refused: impl Fn(Command) -> bool,
) -> impl Iterator<Item = (String, String)> {
    keymap
        .hints(context)
        .filter(move |command| !is_refused(*command))
        .filter_map(move |command| Some((key_name(keymap, context, command)?, command.label())))
}

fn key_name(keymap: &Keymap, context: Context, command: Command) -> Option<String> {
    let mut places = [context, Context::Global].into_iter();
    let keys = places.find_map(|place| keymap.keys(place, command).next())?;
    let name = keys.to_string();
    // `esc` and `enter` are written as on the keyboard; letters keep their case, which matters.
    let mut letters = name.chars();
    Some(match letters.next() {
        Some(first) if name.len() > 1 && !name.contains(' ') => first.to_uppercase().chain(letters).collect(),
        _ => name,
    })
}

/// The hints of a window, for its lower edge of `width` cells: those that fit whole.
pub(super) fn window_hints(keymap: &Keymap, context: Context, width: u16) -> Line {
    window_hints_without(keymap, context, width, |_| false)
}

/// The same without those of commands that are refused.
pub(super) fn window_hints_without(
    keymap: &Keymap,
    context: Context,
    width: u16,
    is_refused: impl Fn(Command) -> bool,
) -> Line {
    let mut line = Line::default();
    let room = usize::from(width.saturating_sub(6));
    for (nth, (key, label)) in hints(keymap, context, is_refused).enumerate() {
        let gap = if nth == 0 { "" } else { " · " };
        let longer =
            line.clone().and(Role::Dim, gap).and(Role::Key, key).and(Role::Text, format!(" {label}"));
        if text::width(&longer.text()) > room {
            break;
        }
        line = longer;
    }
    line
}
