//! The windows that are not about a change: problem, help, settings, question, sign-in.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use super::identity;
use super::status::window_hints;
use super::{activity, palette, pickers, plan, profiles, session};
use crate::app::export::scope;
use crate::app::line::{Line, wrapped};
use crate::app::modal::{Modal, Question};
use crate::app::{State, modal_lines};
use crate::export::Format;
use crate::keymap::{Context, Keymap};
use crate::layout::{centered, inside, large_window};
use crate::text;
use crate::theme::{Role, Theme};

pub(super) fn paint(state: &State, modal: &Modal, keymap: &Keymap, on_top: bool, canvas: &mut Canvas<'_>) {
    match modal {
        Modal::Change => {}
        Modal::Plan => plan::paint(state, keymap, on_top, canvas),
        Modal::Progress => plan::paint_progress(state, keymap, canvas),
        Modal::RowResult { row: _, scroll } => {
            scrolling(state, keymap, ("Result of a row", Context::RowResult), *scroll, on_top, canvas);
        }
        Modal::Question(question) => paint_question(state, question, keymap, canvas),
        Modal::Problem(problem) => {
            scrolling(state, keymap, ("Problem", Context::Problem), problem.scroll, on_top, canvas);
        }
        Modal::Help(help) => {
            scrolling(state, keymap, ("Help", Context::HelpScreen), help.scroll, on_top, canvas);
        }
        Modal::Recovery => {
            scrolling(state, keymap, ("Changes of an earlier run", Context::Recovery), 0, on_top, canvas);
        }
        Modal::Settings { scroll } => {
            let title = ("Settings", Context::SettingsScreen);
            scrolling(state, keymap, title, *scroll, on_top, canvas);
        }
        Modal::Reloaded(window) => {
            let title = ("Configuration read again", Context::SettingsScreen);
            scrolling(state, keymap, title, window.scroll, on_top, canvas);
        }
        Modal::Profiles(window) => profiles::paint(state, window, keymap, on_top, canvas),
        Modal::Palette(window) => palette::paint(state, window, keymap, on_top, canvas),
        Modal::Net { scroll } => {
            scrolling(state, keymap, ("Bytes and times", Context::Net), *scroll, on_top, canvas);
        }
        Modal::Activity(window) => activity::paint(state, window, keymap, on_top, canvas),
        Modal::Sort(picker) => pickers::paint_sort(state, *picker, keymap, canvas),
        Modal::SortConnections(picker) => {
            pickers::paint_sort_of_connections(state, *picker, keymap, canvas);
        }
        Modal::Columns(picker) => pickers::paint_columns(state, picker, keymap, canvas),
        Modal::Export(format) => paint_export(state, *format, keymap, canvas),
        Modal::FirstContact(window) => identity::paint_first_contact(state, window, keymap, on_top, canvas),
        Modal::Certificate(window) => identity::paint_certificate(state, window, keymap, on_top, canvas),
        Modal::Stop => identity::paint_stop(state, keymap, canvas),
        Modal::Theme { before: _ } => paint_themes(state, keymap, canvas),
        Modal::SignIn(window) => session::paint_sign_in(state, window, keymap, on_top, canvas),
        Modal::Domains(window) => session::paint_domains(state, window, keymap, canvas),
    }
}

/// A window of lines that scrolls; only the one on top has its lines made.
pub(super) fn scrolling(
    state: &State,
    keymap: &Keymap,
    (title, context): (&str, Context),
    scroll: usize,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let area = large_window(state.size);
    let (lines, height) = if on_top { modal_lines(state, keymap) } else { (Vec::new(), 0) };
    let below = lines.len().saturating_sub(scroll + height);
    let more = if scroll > 0 || below > 0 {
        format!("line {} of {}", scroll + 1, lines.len())
    } else {
        String::new()
    };
    let remarks = if more.is_empty() { Line::default() } else { Line::new(Role::Dim, more) };
    let hints = window_hints(keymap, context, area.width);
    canvas.window(area, &Line::new(Role::Title, title), &remarks, &hints);
    canvas.lines(inside(area), lines.iter().skip(scroll));
}

fn paint_question(state: &State, question: &Question, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let lines: Vec<Line> = wrapped(Role::Text, &question.words(), 48).collect();
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX).saturating_add(4);
    let area = centered(state.size, 54, height);
    canvas.window(
        area,
        &Line::new(Role::Title, "Sure?"),
        &Line::default(),
        &window_hints(keymap, Context::Question, area.width),
    );
    let inside = inside(area);
    canvas.lines(Rect { y: inside.y + 1, ..inside }, &lines);
}

fn paint_export(state: &State, chosen: Format, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let scope: Vec<Line> = wrapped(Role::Text, &scope(state), 56).collect();
    let height = u16::try_from(scope.len()).unwrap_or(u16::MAX).saturating_add(8);
    let area = centered(state.size, 60, height);
    let hints = window_hints(keymap, Context::ExportPicker, area.width);
    canvas.window(area, &Line::new(Role::Title, "Export to a file"), &Line::default(), &hints);
    let inside = inside(area);
    canvas.lines(inside, &scope);
    let first = inside.y.saturating_add(u16::try_from(scope.len()).unwrap_or(u16::MAX)).saturating_add(1);
    for (y, format) in (first..inside.bottom()).zip(Format::ALL) {
        let mark = if format == chosen { ">" } else { " " };
        let line =
            Line::new(Role::Text, format!("{mark} {:<12}", format.name())).and(Role::Dim, format.about());
        canvas.line(inside.x, y, inside.width, &line);
        if format == chosen {
            canvas.restyle(Rect { y, height: 1, ..inside }, Role::Selected);
        }
    }
}

fn paint_themes(state: &State, keymap: &Keymap, canvas: &mut Canvas<'_>) {
    let area = centered(state.size, 66, 12);
    let hints = window_hints(keymap, Context::ThemePicker, area.width);
    canvas.window(area, &Line::new(Role::Title, "Theme"), &Line::default(), &hints);
    let inside = inside(area);
    for (y, theme) in (inside.y + 1..inside.bottom()).zip(Theme::all()) {
        let row = Rect { y, height: 1, ..inside };
        let chosen = theme == state.theme;
        let mark = if chosen { ">" } else { " " };
        let line =
            Line::new(Role::Text, format!("{mark} {:<15}", theme.name())).and(Role::Dim, theme.summary());
        canvas.line(row.x, row.y, row.width, &line);
        if chosen {
            canvas.restyle(row, Role::Selected);
        }
    }
    let states = Line::new(Role::Good, "Ready")
        .and(Role::Text, "  ")
        .and(Role::Warning, "Not tested")
        .and(Role::Text, "  ")
        .and(Role::Bad, "Fail")
        .and(Role::Text, "  ")
        .and(Role::Value, "sfdc-connection");
    canvas.line(inside.x + 2, inside.bottom().saturating_sub(1), inside.width.saturating_sub(2), &states);
}

/// What a window is narrowed by, for its upper border.
pub(super) fn narrowed_by(filter: &str) -> Line {
    if filter.is_empty() {
        Line::default()
    } else {
        Line::new(Role::Match, format!("/{}", text::escape(filter)))
    }
}

/// How wide a line is, for centring.
pub(super) fn width_of(line: &Line) -> u16 {
    cells(&line.text())
}
