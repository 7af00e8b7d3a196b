//! The palette: the line being typed, and under it what it matches.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::status::window_hints;
use crate::app::State;
use crate::app::line::Line;
use crate::app::palette::{Action, Entry, Palette, Scope};
use crate::keymap::{Context, Keymap};
use crate::layout::{centered, inside};
use crate::text;
use crate::theme::Role;

pub(super) fn paint(
    state: &State,
    palette: &Palette,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let area = centered(state.size, 76, 18);
    let hints = window_hints(keymap, Context::Palette, area.width);
    canvas.window(area, &title(state, palette), &Line::default(), &hints);
    let inside = inside(area);
    let before = palette.field.before_cursor();
    let after = palette.field.text().get(before.len()..).unwrap_or_default();
    canvas.put(inside.x, inside.y, 1, Role::Key, ":");
    let room = inside.width.saturating_sub(2);
    let (before, after) = (text::escape_typed(before), text::escape_typed(after));
    canvas.field(inside.x + 2, inside.y, room, &before, &after, on_top);
    if inside.height < 3 {
        return;
    }
    canvas.rule(Rect { y: inside.y + 1, height: 1, ..inside }, Role::Border);
    if !on_top {
        return;
    }
    let rows = Rect { y: inside.y + 2, height: inside.height - 2, ..inside };
    let entries = palette.entries(state, keymap);
    if entries.is_empty() {
        canvas.put(rows.x, rows.y, rows.width, Role::Dim, "no command here is called that");
    }
    let highlighted = palette.highlighted(&entries);
    let first = (highlighted.unwrap_or(0) + 1).saturating_sub(usize::from(rows.height));
    for (y, (place, entry)) in (rows.y..rows.bottom()).zip(entries.iter().enumerate().skip(first)) {
        let row = Rect { y, height: 1, ..rows };
        let is_highlighted = highlighted == Some(place);
        canvas.line(row.x, y, row.width, &line(entry, is_highlighted, usize::from(row.width)));
        if is_highlighted {
            canvas.restyle(row, Role::Selected);
        }
    }
}

/// `Command`, or whose actions these are.
fn title(state: &State, palette: &Palette) -> Line {
    match palette.scope {
        Scope::Everything => Line::new(Role::Title, "Command"),
        Scope::Keys => {
            let place = state.contexts_under().first().map(|context| context.help()).unwrap_or_default();
            Line::new(Role::Title, "Keys: ").and(Role::Text, place)
        }
        Scope::Row => {
            let row = state.list.row().map(|row| row.title().into_string()).unwrap_or_default();
            Line::new(Role::Title, "Actions ").and(Role::Text, row)
        }
    }
}

/// `> name   what it does   keys`; what cannot run is dim, with the reason in the place of what it does. A command with
/// its words takes the place of the keys, too.
fn line(entry: &Entry, highlighted: bool, width: usize) -> Line {
    let has_words = matches!(&entry.action, Action::Say(_, words) if !words.is_empty());
    let (name, keys) = if has_words { (width / 2, 0) } else { ((width / 3).clamp(12, 24), 12) };
    let help = width.saturating_sub(2 + name + 1 + 1 + keys);
    let (role, name_role, words) = match &entry.obstacle {
        Some(why) => (Role::Dim, Role::Dim, format!("not now: {why}")),
        None => (Role::Text, Role::Title, entry.help.clone()),
    };
    let shown = if has_words { text::escape_typed(&entry.name) } else { entry.name.clone() };
    Line::new(Role::Text, if highlighted { "> " } else { "  " })
        .and(name_role, text::pad(&shown, name, '…'))
        .and(Role::Text, " ")
        .and(role, text::pad(&words, help, '…'))
        .and(Role::Text, " ")
        .and(Role::Key, text::pad(&entry.keys, keys, '…'))
}
