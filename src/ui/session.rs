//! The windows of the session: signing in, and choosing another domain.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::header;
use super::status::window_hints;
use crate::app::domains::{Domains, is_it};
use crate::app::field::Field;
use crate::app::line::{Line, wrapped};
use crate::app::modal::SignIn;
use crate::app::sign_in::SignInRow;
use crate::app::{State, explain, identity, modal_lines, switch};
use crate::keymap::{Context, Keymap};
use crate::layout::{SignInPanes, domain_window, inside};
use crate::text::{clip_end, escape_typed};
use crate::theme::Role;

/// Cells for the label of a row.
const LABEL: u16 = 12;

pub(super) fn paint_sign_in(
    state: &State,
    window: &SignIn,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let banner = if on_top { modal_lines(state, keymap).0 } else { Vec::new() };
    let panes = SignInPanes::of(state.size, banner.len());
    let badge = Line::new(state.settings.badge_role, header::badge(state));
    let hints = window_hints(keymap, Context::SignIn, panes.window.width);
    canvas.window(panes.window, &Line::new(Role::Title, "Sign in"), &badge, &hints);
    canvas.lines(panes.banner, banner.iter().skip(window.scroll));
    canvas.rule(panes.rule, Role::Border);
    let below = banner.len().saturating_sub(window.scroll + usize::from(panes.banner.height));
    if below > 0 && !panes.rule.is_empty() {
        let more = format!(" {below} more rows of this text: PgDn ");
        canvas.put(panes.rule.x + 2, panes.rule.y, panes.rule.width, Role::Dim, &more);
    }
    paint_form(state, window, panes.form, on_top && !window.busy, canvas);
}

fn paint_form(state: &State, window: &SignIn, form: Rect, active: bool, canvas: &mut Canvas<'_>) {
    let fixed = switch::bound(state).is_some();
    let server = state.settings.server.brief().into_string();
    let mut rows = Rows { form, next: form.y, canvas };
    rows.told("Server", Role::Text, &server);
    rows.told("Identity", Role::Text, &identity::words(state));
    let focus = |row: SignInRow| active && window.row == row;
    rows.place("Domain", &window.domain, "root", fixed, focus(SignInRow::Domain));
    rows.place("User", &window.user, "", fixed, focus(SignInRow::User));
    // Always the same number of dots: the length of a password is nobody's business.
    let dots = if window.password.is_empty() { "" } else { "••••••••" };
    rows.field("Password", dots, "", focus(SignInRow::Password));
    rows.keep(window.keep, focus(SignInRow::Keep));
    rows.next += 1;
    let below = Rect { y: rows.next, height: form.bottom().saturating_sub(rows.next), ..form };
    let words = words(window, fixed, usize::from(form.width));
    canvas.lines(below, &words);
}

/// The rows of the form, from the top.
struct Rows<'a, 'c> {
    form: Rect,
    next: u16,
    canvas: &'a mut Canvas<'c>,
}

impl Rows<'_, '_> {
    /// Begins a row; gives its place, and the width right of the label.
    fn label(&mut self, label: &str, focused: bool) -> (u16, u16, u16) {
        let (y, role) = (self.next, if focused { Role::Title } else { Role::Dim });
        self.next += 1;
        self.canvas.put(self.form.x, y, LABEL, role, label);
        if focused {
            self.canvas.put(self.form.x + LABEL - 1, y, 1, role, ">");
        }
        (self.form.x + LABEL, y, self.form.width.saturating_sub(LABEL))
    }

    fn told(&mut self, label: &str, role: Role, value: &str) {
        let (x, y, width) = self.label(label, false);
        self.canvas.put(x, y, width, role, value);
    }

    fn field(&mut self, label: &str, before: &str, after: &str, focused: bool) {
        let (x, y, width) = self.label(label, focused);
        self.canvas.field(x, y, width, before, after, focused);
    }

    /// A field that says where to sign in: told, not asked, while a change is open.
    fn place(&mut self, label: &str, field: &Field, when_empty: &str, fixed: bool, focused: bool) {
        let text = field.text();
        match (fixed, text.is_empty() && !focused) {
            (true, true) => self.told(label, Role::Text, when_empty),
            (true, false) => self.told(label, Role::Text, &escape_typed(text)),
            (false, true) => self.field(label, when_empty, "", focused),
            (false, false) => {
                let before = escape_typed(field.before_cursor());
                let after = escape_typed(text.strip_prefix(field.before_cursor()).unwrap_or_default());
                self.field(label, &before, &after, focused);
            }
        }
    }

    fn keep(&mut self, keep: bool, focused: bool) {
        let (x, y, width) = self.label("Keep", focused);
        let mark = |chosen: bool| if chosen { "(•)" } else { "( )" };
        let words = format!("{} this session   {} no", mark(keep), mark(!keep));
        self.canvas.put(x, y, width, Role::Text, &words);
        if focused {
            self.canvas.cursor_at(x + if keep { 1 } else { 18 }, y);
        }
    }
}

fn words(window: &SignIn, fixed: bool, width: usize) -> Vec<Line> {
    let Some(failure) = &window.failure else {
        let words = match (window.busy, fixed, window.keep) {
            (true, _, _) => "signing in …",
            (false, true, _) => "Afterwards everything is as it was; the record of the change is read again.",
            (false, false, true) => "Sent once. Kept in memory only, to sign in again without a question.",
            (false, false, false) => "Sent once, and forgotten.",
        };
        return wrapped(Role::Dim, words, width).collect();
    };
    let words = explain::explain(failure);
    let mut lines = vec![Line::new(Role::Bad, words.title)];
    let said = failure.words.message.display_lines(1);
    lines.extend(said.into_iter().map(|line| Line::new(Role::Text, line.into_string())));
    lines.extend(wrapped(Role::Text, words.next, width));
    lines
}

pub(super) fn paint_domains(state: &State, window: &Domains, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let area = domain_window(state.size);
    let hints = window_hints(keymap, Context::DomainPicker, area.width);
    let count = window.known().len();
    let remarks = if count > 0 { format!("{} of {count}", window.selected + 1) } else { String::new() };
    canvas.window(area, &Line::new(Role::Title, "Domain"), &Line::new(Role::Dim, remarks), &hints);
    let inside = inside(area);
    match &window.list {
        None => {
            canvas.put(inside.x, inside.y, inside.width, Role::Dim, "asking the server …");
        }
        Some(Err(failure)) => {
            let words = explain::explain(failure);
            let mut lines = vec![Line::new(Role::Bad, words.title)];
            lines.extend(wrapped(Role::Text, words.next, usize::from(inside.width)));
            canvas.lines(inside, &lines);
        }
        Some(Ok(domains)) if domains.is_empty() => {
            let words = "The server names no domain that this account may work in.";
            canvas.lines(inside, &wrapped(Role::Text, words, usize::from(inside.width)).collect::<Vec<_>>());
        }
        Some(Ok(domains)) => {
            let first = (window.selected + 1).saturating_sub(usize::from(inside.height));
            for (y, (place, domain)) in
                (inside.top()..inside.bottom()).zip(domains.iter().enumerate().skip(first))
            {
                let chosen = place == window.selected;
                let mark = if chosen { ">" } else { " " };
                let now = if is_it(domain, &state.settings.domain) { "  here" } else { "" };
                let id = domain.id.brief().into_string();
                let id = clip_end(&id, 12);
                let name = domain.name.brief();
                let row = Rect { y, height: 1, ..inside };
                let end =
                    canvas.put(row.x, y, row.width.saturating_sub(20), Role::Text, &format!("{mark} {name}"));
                canvas.put(end, y, row.width, Role::Dim, now);
                canvas.put(row.right().saturating_sub(13), y, 13, Role::Dim, &format!("…{id}"));
                if chosen {
                    canvas.restyle(row, Role::Selected);
                }
            }
        }
    }
}
