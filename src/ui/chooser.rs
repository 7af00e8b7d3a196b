//! A connection being chosen: what is typed, what can be chosen, and what there is to say about it.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::change::paint_typed;
use crate::app::State;
use crate::app::change::{Candidate, Chooser};
use crate::app::detail::state_role;
use crate::app::explain::explain;
use crate::app::line::{Line, wrapped};
use crate::text::{self, Untrusted};
use crate::theme::Role;

/// Paints `head`, and below it the field and the connections; `present` is the one there is now, and values start at
/// column `indent`.
pub(super) fn paint(
    state: &State,
    (chooser, present, indent): (&Chooser, Option<&Untrusted>, usize),
    head: &[Line],
    area: Rect,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    canvas.lines(area, head);
    let y = area.y + u16::try_from(head.len()).unwrap_or(u16::MAX);
    if y + 1 >= area.bottom() {
        return;
    }
    let indent = u16::try_from(indent).unwrap_or(u16::MAX);
    canvas.put(area.x, y, indent, Role::Dim, "New value");
    paint_typed(&chooser.field, (area.x + indent, y, area.width.saturating_sub(indent)), on_top, canvas);
    let rest = Rect { y: y + 1, height: area.bottom() - y - 1, ..area };
    let (role, words) = note(state, chooser);
    let notes: Vec<Line> = wrapped(role, &words, usize::from(area.width)).collect();
    let kept = u16::try_from(notes.len()).unwrap_or(u16::MAX).min(rest.height);
    let list = Rect { height: rest.height - kept, ..rest };
    paint_candidates(chooser, present, list, canvas);
    canvas.lines(Rect { y: list.bottom(), height: kept, ..rest }, &notes);
}

fn note(state: &State, chooser: &Chooser) -> (Role, String) {
    if let Some(note) = &chooser.note {
        return (Role::Warning, note.clone());
    }
    if let Some(look_alike) = chooser.chosen().and_then(|candidate| candidate.look_alike.as_ref()) {
        return (Role::Warning, format!("≈ {}", look_alike.words()));
    }
    let connections = &state.connections;
    match (&connections.failure, connections.read_at) {
        (Some(failure), _) => {
            let words = explain(failure);
            (
                Role::Warning,
                format!("The connections could not be read ({}): any name can be typed.", words.title),
            )
        }
        (None, None) => (Role::Dim, "reading the connections …".to_owned()),
        (None, Some(_)) => {
            (Role::Dim, format!("{} of {} connections", chooser.narrowed.len(), chooser.candidates.len()))
        }
    }
}

/// What can be chosen, with the one there is now.
fn paint_candidates(chooser: &Chooser, present: Option<&Untrusted>, area: Rect, canvas: &mut Canvas<'_>) {
    let height = usize::from(area.height);
    let first = chooser.highlighted.map_or(0, |place| (place + 1).saturating_sub(height));
    for (y, (place, candidate)) in (area.top()..area.bottom()).zip(chooser.shown().enumerate().skip(first)) {
        let row = Rect { y, height: 1, ..area };
        let chosen = chooser.highlighted == Some(place);
        let now = present == Some(&candidate.name);
        let line = candidate_line(candidate, now, chosen, usize::from(area.width));
        canvas.line(row.x, y, row.width, &line);
        if chosen {
            canvas.restyle(row, Role::Selected);
        }
    }
}

fn candidate_line(candidate: &Candidate, now: bool, chosen: bool, width: usize) -> Line {
    let mark = if chosen { ">" } else { " " };
    let (sign_role, sign) =
        if candidate.look_alike.is_some() { (Role::Warning, "≈") } else { (Role::Text, " ") };
    let (role, state) = state_words(candidate);
    let uses = candidate.complete.number(candidate.uses);
    let uses = if uses == "1" { "1 org".to_owned() } else { format!("{uses} orgs") };
    let room = width.saturating_sub(2 + 1 + 11 + 10 + 5);
    let cloud = if room >= 48 { candidate.cloud_name.brief().into_string() } else { String::new() };
    let name_room = if room >= 48 { room - 25 } else { room };
    let mut line = Line::new(Role::Text, mark)
        .and(sign_role, sign)
        .and(Role::Value, text::pad(candidate.name.brief().as_str(), name_room, '…'))
        .and(Role::Text, " ");
    if room >= 48 {
        line = line.and(Role::Dim, text::pad(&cloud, 25, '…'));
    }
    line.and(role, text::pad(state, 11, '…'))
        .and(Role::Text, text::pad(&uses, 10, '…'))
        .and(Role::Dim, if now { "(now)" } else { "" })
}

pub(crate) fn state_words(candidate: &Candidate) -> (Role, &'static str) {
    candidate.state.map_or((Role::Warning, "not listed"), |state| (state_role(state), state.word()))
}
