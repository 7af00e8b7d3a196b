//! The windows about who the server is: first contact, a changed identity, a certificate in full.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::status::window_hints;
use super::windows::scrolling;
use crate::app::State;
use crate::app::identity::{Button, CertificateWindow, FirstContact, profile_of};
use crate::app::identity_view::{first_contact_lines, stop_lines};
use crate::app::line::Line;
use crate::keymap::{Context, Keymap};
use crate::layout::{centered, inside};
use crate::text;
use crate::theme::Role;

/// Wide enough for half a fingerprint, not wider than the eye likes.
const WIDTH: u16 = 76;

pub(super) fn paint_first_contact(
    state: &State,
    window: &FirstContact,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let profile = profile_of(state).map(|name| format!(" for profile {name}")).unwrap_or_default();
    let width = usize::from(centered(state.size, WIDTH, u16::MAX).width.saturating_sub(4));
    let lines = first_contact_lines(window, &profile, width);
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(3);
    let area = centered(state.size, WIDTH, rows.saturating_add(3));
    let address = window.distrust.address.brief();
    let title = Line::new(Role::Title, format!("First contact with {address}"));
    let hints = window_hints(keymap, Context::FirstContact, area.width);
    canvas.window(area, &title, &Line::new(Role::Bad, "not yet trusted"), &hints);
    let inside = inside(area);
    canvas.lines(inside, &lines);
    // The field, the words and the buttons keep their rows however low the screen is.
    let feet = inside.bottom().saturating_sub(3).max(inside.y);
    for y in feet..inside.bottom() {
        canvas.put(inside.x, y, inside.width, Role::Text, &" ".repeat(usize::from(inside.width)));
    }
    canvas.put(inside.x, feet, 2, Role::Text, "> ");
    let room = inside.width.saturating_sub(2);
    let typing = on_top && window.storing.is_none();
    let before = window.field.before_cursor();
    let after = window.field.text().strip_prefix(before).unwrap_or_default();
    canvas.field(inside.x + 2, feet, room, &text::escape(before), &text::escape(after), typing);
    let words = match (&window.wrong, window.storing) {
        (Some(wrong), _) => Line::new(Role::Bad, wrong.as_str()),
        (None, Some(_)) => Line::new(Role::Dim, "storing …"),
        (None, None) => Line::default(),
    };
    canvas.line(inside.x, feet + 1, inside.width, &words);
    buttons(window.button, Rect { y: feet + 2, height: 1, ..inside }, canvas);
}

/// What `v` does; the hints say it as well.
const FULL: &str = "v full certificate";

fn buttons(focused: Button, row: Rect, canvas: &mut Canvas<'_>) {
    let mut x = row.x;
    for button in Button::ALL {
        let room = row.right().saturating_sub(x);
        // The focus is a letter, too: not every terminal has colours.
        let mark = if button == focused { '>' } else { ' ' };
        let end = canvas.put(x, row.y, room, Role::Text, &format!("[{mark}{} ]", button.word()));
        if button == focused {
            canvas.restyle(Rect { x, width: end.saturating_sub(x), ..row }, Role::Selected);
        }
        x = end.saturating_add(3);
    }
    let room = row.right().saturating_sub(x);
    if usize::from(room) >= FULL.len() {
        canvas.put(x, row.y, room, Role::Dim, FULL);
    }
}

pub(super) fn paint_stop(state: &State, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let Some(changed) = &state.stopped else { return };
    let width = usize::from(centered(state.size, WIDTH, u16::MAX).width.saturating_sub(4));
    let profile = profile_of(state);
    let mut lines = stop_lines(changed, profile.as_deref(), width);
    lines.push(Line::default());
    let rows = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let area = centered(state.size, WIDTH, rows.saturating_add(3));
    let title = format!("STOP: the identity of {} CHANGED", changed.address.brief());
    let hints = window_hints(keymap, Context::Stop, area.width);
    canvas.window(area, &Line::new(Role::Bad, title), &Line::default(), &hints);
    let inside = inside(area);
    canvas.lines(inside, &lines);
    let button = Rect { y: inside.bottom().saturating_sub(1), height: 1, ..inside };
    let end = canvas.put(button.x, button.y, button.width, Role::Text, "[ Quit ]");
    canvas.restyle(Rect { width: end.saturating_sub(button.x), ..button }, Role::Selected);
}

pub(super) fn paint_certificate(
    state: &State,
    window: &CertificateWindow,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    scrolling(state, keymap, ("Certificate", Context::Certificate), window.scroll, on_top, canvas);
}
