//! The window of profiles: one line each, and what holds for the selected one.

use ratatui::layout::Rect;

use super::canvas::Canvas;
use super::status::window_hints;
use super::windows::narrowed_by;
use crate::app::line::{Line, labelled, wrapped};
use crate::app::switch::{Profile, ProfilesWindow, profiles_in_sight};
use crate::app::{Settings, State};
use crate::keymap::{Context, Keymap};
use crate::layout::{full_window, inside};
use crate::text;
use crate::theme::Role;

pub(super) fn paint(
    state: &State,
    window: &ProfilesWindow,
    keymap: &Keymap,
    on_top: bool,
    canvas: &mut Canvas<'_>,
) {
    let area = full_window(state.size);
    let context = if window.editing { Context::FilterField } else { Context::ProfilePicker };
    let shown = window.shown(&state.profiles);
    let title = Line::new(Role::Title, "Profiles ").and(Role::Text, shown.len().to_string());
    let remarks = narrowed_by(window.filter.text());
    canvas.window(area, &title, &remarks, &window_hints(keymap, context, area.width));
    let inside = inside(area);
    let height = profiles_in_sight(state.size);
    let selected = window.place(&shown);
    let first = (selected + 1).saturating_sub(height);
    for (y, (place, profile)) in (inside.y..).zip(shown.iter().enumerate().skip(first).take(height)) {
        let row = Rect { y, height: 1, ..inside };
        let here = profile.to.profile == state.settings.destination.profile;
        canvas.line(row.x, y, row.width, &line(profile, place == selected, here, usize::from(row.width)));
        if place == selected {
            canvas.restyle(row, Role::Selected);
        }
    }
    if shown.is_empty() {
        canvas.lines(inside, &nothing(state, usize::from(inside.width)));
    }
    let below = inside.y + u16::try_from(height).unwrap_or(u16::MAX);
    if below >= inside.bottom() {
        return;
    }
    canvas.rule(Rect { y: below, height: 1, ..inside }, Role::Border);
    let rest = Rect { y: below + 1, height: inside.bottom() - below - 1, ..inside };
    if window.editing {
        let before = window.filter.before_cursor();
        let after = window.filter.text().get(before.len()..).unwrap_or_default();
        canvas.put(rest.x, rest.y, 1, Role::Key, "/");
        let (before, after) = (text::escape_typed(before), text::escape_typed(after));
        canvas.field(rest.x + 1, rest.y, rest.width.saturating_sub(1), &before, &after, on_top);
    } else if let Some(profile) = shown.get(selected) {
        canvas.lines(rest, &particulars(profile, usize::from(rest.width)));
    }
}

/// Why there is no line.
fn nothing(state: &State, width: usize) -> Vec<Line> {
    match (&state.profiles.failure, state.profiles.is_loading()) {
        (Some(failure), _) => wrapped(Role::Bad, failure.reason.display().as_str(), width).collect(),
        (None, true) => vec![Line::new(Role::Dim, "reading the configuration …")],
        (None, false) if state.profiles.known.is_empty() => {
            let words = "There is no profile: the configuration file has no [profiles.NAME] table.";
            wrapped(Role::Text, words, width).collect()
        }
        (None, false) => vec![Line::new(Role::Dim, "no profile matches")],
    }
}

/// `> prod-eu  here  cm1.example.com  ops1  WRITE`
fn line(profile: &Profile, selected: bool, here: bool, width: usize) -> Line {
    let mode = 10;
    let here_width = 5;
    let rest = width.saturating_sub(2 + here_width + mode + 2);
    let (name, server) = (rest * 4 / 12, rest * 5 / 12);
    let user = rest.saturating_sub(name + server);
    let line = Line::new(Role::Text, if selected { "> " } else { "  " })
        .and(Role::Title, text::pad(&profile.name(), name, '…'))
        .and(Role::Text, " ")
        .and(Role::Good, text::pad(if here { "here" } else { "" }, here_width, '…'));
    let Ok(settings) = &profile.settings else {
        return line.and(Role::Bad, text::pad("cannot be used", server + 1 + user + mode, '…'));
    };
    let mode_role = if settings.read_only { Role::Warning } else { Role::Text };
    line.and(Role::Text, text::pad(&host(settings), server, '…'))
        .and(Role::Text, " ")
        .and(Role::Text, text::pad(settings.user.brief().as_str(), user, '…'))
        .and(mode_role, text::pad(mode_word(settings), mode, '…'))
}

fn host(settings: &Settings) -> String {
    let server = settings.server.brief().into_string();
    server.split_once("://").map_or_else(|| server.clone(), |(_, host)| host.to_owned())
}

const fn mode_word(settings: &Settings) -> &'static str {
    if settings.read_only { " READ-ONLY" } else { " WRITE" }
}

/// What holds for a profile.
fn particulars(profile: &Profile, width: usize) -> Vec<Line> {
    let settings = match &profile.settings {
        Ok(settings) => settings,
        Err(failure) => return wrapped(Role::Bad, failure.reason.display().as_str(), width).collect(),
    };
    let domain =
        if settings.domain.is_empty() { "root".to_owned() } else { settings.domain.brief().into_string() };
    let mut guards = vec![if settings.read_only { "refuses every change" } else { "takes changes" }];
    if settings.rules.confirm_by_name.is_some() {
        guards.push("protected: each is confirmed by typing the profile's name");
    }
    if settings.rules.reason_required {
        guards.push("each needs a reason");
    }
    if !settings.rules.denied.is_empty() {
        guards.push("denies changes of some organizations");
    }
    if !settings.rules.guarded.is_empty() {
        guards.push("some are confirmed by typing their name");
    }
    let mut lines = labelled("server", (Role::Text, settings.server.brief().as_str()), 8, width);
    let who = format!("{} in domain {domain}", settings.user.brief());
    lines.extend(labelled("user", (Role::Text, &who), 8, width));
    lines.extend(labelled("mode", (Role::Text, &guards.join("; ")), 8, width));
    lines
}
