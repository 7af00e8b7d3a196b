//! What keys and pasted text do: the meaning comes from the keymap, the effect from who has the keyboard.

mod change;
mod connections;
mod copies;
mod mouse;
mod palette;
mod panes;
mod pickers;
mod plan;
mod profiles;
mod session;
mod windows;

use std::time::Duration;

pub(super) use self::change::obstacle as obstacle_to_change;
pub(super) use self::connections::obstacle_to_test;
pub(super) use self::mouse::mouse;

pub use self::plan::{consent_of, timestamp};
pub(super) use self::plan::{open as open_plan, plan_for};
use super::change::{Change, Phase, Recorded, report, response as response_lines};
use super::clipboard;
use super::curl;
use super::effect::Effect;
use super::help;
use super::identity;
use super::identity_view;
use super::line::{self, Line};
use super::list::Chosen;
use super::modal::{ActivityWindow, Help, Modal, Problem, Question, Reloaded, SignIn};
use super::notice::Notice;
use super::plan::row_lines;
use super::problem;
use super::recovery;
use super::settings_view;
use super::state::State;
use super::switch;
use super::view::View;
use crate::input::Key;
use crate::keymap::{Command, Context, Keymap, Resolution};
use crate::layout::{Pane, SignInPanes};
use crate::theme::Role;

/// How long a second Ctrl-C quits.
const TWICE: Duration = Duration::from_millis(1500);
/// A key that comes again within this time is held down; a review takes no such key for consent.
const HELD: Duration = Duration::from_millis(500);
/// Largest count before a movement.
const MOST: usize = 9_999_999;

/// A key was pressed.
pub(super) fn key(state: &mut State, keymap: &Keymap, key: Key) -> Vec<Effect> {
    let held = is_held(state, key);
    state.latest_key = Some((key, state.now));
    let contexts = state.contexts();
    let typing = contexts.first().is_some_and(|context| context.takes_text());
    if held && matches!(contexts.first(), Some(Context::Review | Context::Plan)) {
        return Vec::new();
    }
    if !state.listens() {
        return Vec::new();
    }
    if typing && key.typed().is_some_and(|c| takes(&contexts, c)) {
        state.typed.clear();
        edit(state, key);
        return Vec::new();
    }
    if !typing && takes_count(&contexts) && count(state, key) {
        return Vec::new();
    }
    state.typed.push(key);
    match keymap.resolve(&contexts, &state.typed) {
        Resolution::Pending => Vec::new(),
        Resolution::Command(command) => {
            state.typed.clear();
            let count = state.count.take();
            if state.modals.is_empty() {
                state.list.chosen = Chosen::ByOperator;
            }
            let effects = act(state, keymap, command, count);
            clamp_scroll(state, keymap);
            effects
        }
        Resolution::Unbound => {
            state.typed.clear();
            state.count = None;
            if typing && key.typed().is_none_or(|c| takes(&contexts, c)) {
                edit(state, key);
            }
            Vec::new()
        }
    }
}

/// Whether a key repeats itself because it is held down: terminals send no more than the same key again.
fn is_held(state: &State, key: Key) -> bool {
    state.latest_key.is_some_and(|(latest, at)| latest == key && state.now.since(at) < HELD)
}

/// Whether a character is text where text is typed. In a fingerprint only its digits are.
fn takes(contexts: &[Context], c: char) -> bool {
    contexts.first() != Some(&Context::FirstContact) || identity::FirstContact::takes(c)
}

fn takes_count(contexts: &[Context]) -> bool {
    matches!(contexts.first(), Some(Context::List | Context::Connections))
}

/// Takes a digit of a count; says whether it was one.
fn count(state: &mut State, key: Key) -> bool {
    let Some(digit) = key.typed().and_then(|c| c.to_digit(10)) else { return false };
    if digit == 0 && state.count.is_none() {
        return false;
    }
    let so_far = state.count.unwrap_or(0).saturating_mul(10);
    state.count = Some(so_far.saturating_add(digit as usize).min(MOST));
    true
}

/// An editing key goes to the text field that has the keyboard.
fn edit(state: &mut State, key: Key) {
    let wall_clock = state.wall_clock();
    let filtering = state.filter().editing;
    match (state.modals.last_mut(), state.change.as_mut()) {
        (Some(Modal::SignIn(window)), _) if !window.busy => window.key(key),
        (Some(Modal::FirstContact(window)), _) if window.storing.is_none() => {
            window.field.key(key);
            window.edited();
        }
        (Some(Modal::Change), Some(change)) => change::edit(change, key),
        (Some(Modal::Plan), _) => plan::edit(state, key),
        (Some(Modal::Activity(window)), _) => {
            window.filter.key(key);
            window.selected = 0;
        }
        (Some(Modal::Profiles(window)), _) => {
            window.filter.key(key);
        }
        (Some(Modal::Palette(palette)), _) => {
            if palette.field.key(key) {
                state.commands.leave();
            }
            palette.chosen = None;
            super::palette::understand(state);
        }
        (None, _) if filtering => state.narrowed().filter_key(key, wall_clock),
        _ => {}
    }
}

/// Text was pasted: into the field that has the keyboard, or nowhere.
pub(super) fn pasted(state: &mut State, text: &str) {
    if !state.listens() {
        return;
    }
    let typing = state.contexts().first().is_some_and(|context| context.takes_text());
    let result = match (state.modals.last_mut(), state.change.as_mut()) {
        _ if !typing => {
            state.notice = Some(Notice::info("paste ignored: no text field has the keyboard", state.now));
            return;
        }
        (Some(Modal::FirstContact(window)), _) => {
            let result = window.field.paste(text);
            window.edited();
            result
        }
        (Some(Modal::SignIn(window)), _) if window.busy => Ok(()),
        (Some(Modal::SignIn(window)), _) => window.paste(text),
        (Some(Modal::Change), Some(change)) => change::paste(change, text),
        (Some(Modal::Plan), _) => plan::paste(state, text),
        (Some(Modal::Activity(window)), _) => window.filter.paste(text),
        (Some(Modal::Profiles(window)), _) => window.filter.paste(text),
        (Some(Modal::Palette(palette)), _) => palette.field.paste(text),
        _ => {
            let wall_clock = state.wall_clock();
            state.narrowed().filter_paste(text, wall_clock)
        }
    };
    super::palette::understand(state);
    if let Err(refused) = result {
        state.notice = Some(Notice::warning(refused.words()));
    }
}

/// A command of the place that has the keyboard.
fn act(state: &mut State, keymap: &Keymap, command: Command, count: Option<usize>) -> Vec<Effect> {
    match command {
        Command::Interrupt => return interrupt(state),
        Command::Quit if state.modals.is_empty() || !state.fits() => return quit(state),
        Command::Repaint => return vec![Effect::Repaint],
        Command::Suspend => return vec![Effect::Suspend],
        Command::Help
        | Command::Activity
        | Command::Net
        | Command::Profiles
        | Command::Palette
        | Command::Actions
            if !state.fits() || state.stopped.is_some() =>
        {
            return Vec::new();
        }
        Command::Profiles => return profiles::open(state),
        Command::Palette => return palette::open(state),
        Command::Actions if state.modals.is_empty() => {
            palette::open_for_row(state);
            return Vec::new();
        }
        Command::Activity if !state.modals.iter().any(|modal| matches!(modal, Modal::Activity(_))) => {
            state.modals.push(Modal::Activity(ActivityWindow::default()));
            return Vec::new();
        }
        Command::Theme if state.modals.is_empty() && state.fits() => {
            state.modals.push(Modal::Theme { before: state.theme });
            return Vec::new();
        }
        Command::Net if !matches!(state.modals.last(), Some(Modal::Net { .. })) => {
            state.modals.push(Modal::Net { scroll: 0 });
            return Vec::new();
        }
        Command::Help if !matches!(state.modals.last(), Some(Modal::Help(_))) => {
            windows::open_help(state);
            return Vec::new();
        }
        _ => {}
    }
    match state.modals.last() {
        Some(Modal::Change) => change::on_change(state, keymap, command),
        Some(Modal::Plan) => plan::on_plan(state, command),
        Some(Modal::Progress) => plan::on_progress(state, command),
        Some(Modal::RowResult { .. }) => plan::on_row_result(state, keymap, command),
        Some(Modal::Question(question)) => change::on_question(state, question.clone(), command),
        Some(Modal::Problem(problem)) => windows::on_problem(state, problem.retry, command, keymap),
        Some(Modal::Theme { before }) => windows::on_theme(state, *before, command),
        Some(Modal::Sort(picker)) => pickers::on_sort(state, *picker, command),
        Some(Modal::SortConnections(picker)) => pickers::on_sort_of_connections(state, *picker, command),
        Some(Modal::Columns(_)) => pickers::on_columns(state, command),
        Some(Modal::Export(format)) => windows::on_export(state, *format, command),
        Some(Modal::SignIn(_)) => session::on_sign_in(state, keymap, command),
        Some(Modal::Domains(_)) => session::on_domains(state, command),
        Some(Modal::Help(_)) => windows::on_help(state, keymap, command),
        Some(Modal::Activity(_)) => windows::on_activity(state, command),
        Some(Modal::Recovery) => windows::on_recovery(state, command),
        Some(Modal::Profiles(_)) => profiles::on_profiles(state, command),
        Some(Modal::Palette(_)) => palette::on_palette(state, keymap, command),
        Some(Modal::Settings { .. } | Modal::Reloaded(_)) => windows::on_settings(state, keymap, command),
        Some(Modal::FirstContact(_)) => windows::on_first_contact(state, command),
        Some(Modal::Certificate(_)) => windows::on_certificate(state, command, keymap),
        Some(Modal::Stop) => windows::on_stop(state, command),
        Some(Modal::Net { .. }) => windows::on_net(state, keymap, command),
        None => match (state.view, state.pane) {
            (View::Organizations, Pane::List) => panes::on_list(state, command, count),
            (View::Organizations, Pane::Detail) => panes::on_detail(state, command, count),
            (View::Connections, Pane::List) => connections::on_list(state, command, count),
            (View::Connections, Pane::Detail) => connections::on_detail(state, command, count),
        },
    }
}

/// Ctrl-C: cancels what can be cancelled; twice: quits.
fn interrupt(state: &mut State) -> Vec<Effect> {
    if state.interrupted_until.is_some_and(|until| state.now < until) {
        return quit(state);
    }
    state.interrupted_until = Some(state.now + TWICE);
    let cancelled = switch::give_up(state);
    if !cancelled.is_empty() {
        state.notice = Some(Notice::info("still here: going elsewhere was cancelled", state.now));
        return cancelled;
    }
    let cancelled = state.list.cancel(state.now);
    if !cancelled.is_empty() {
        state.notice = Some(Notice::info("reading the list was cancelled; r reads it again", state.now));
        return cancelled;
    }
    state.notice = Some(Notice::info("q quits; Ctrl-C again quits too", state.now));
    Vec::new()
}

/// Quits, but asks first while a change is not settled.
fn quit(state: &mut State) -> Vec<Effect> {
    if state.change.as_ref().is_some_and(Change::in_flight) {
        if !state.asks_to_leave() {
            state.modals.push(Modal::Question(Question::Leave));
        }
        return Vec::new();
    }
    if state.is_applying() {
        if !state.asks_to_leave() {
            state.modals.push(Modal::Question(Question::LeavePlan));
        }
        return Vec::new();
    }
    vec![Effect::Quit]
}

/// Copies the command that makes a request.
fn copy_command(state: &State, method: &str, path: &str, body: Option<&str>) -> Vec<Effect> {
    let settings = &state.settings;
    let command = curl::command(&settings.server, &settings.ca_file, method, path, body);
    clipboard::copy("a curl command", &command)
}

/// The lines of the window on top, as many as there are, and how many of them it shows.
pub fn modal_lines(state: &State, keymap: &Keymap) -> (Vec<Line>, usize) {
    if let Some(Modal::SignIn(_)) = state.modals.last() {
        return banner_lines(state);
    }
    let inside = crate::layout::inside(crate::layout::large_window(state.size));
    let (width, height) = (usize::from(inside.width), usize::from(inside.height));
    let lines = match (state.modals.last(), state.change.as_ref().map(|change| &change.phase)) {
        (Some(Modal::Change), Some(Phase::Settled { evidence, outcome, at, entry, response, .. })) => {
            let change = state.change.as_ref();
            let operation = change.and_then(|change| change.operation.as_ref());
            if *response {
                response_lines(evidence, width)
            } else {
                report(
                    evidence,
                    *outcome,
                    *at,
                    Recorded { operation, entry, journal: &state.run.journal },
                    width,
                )
            }
        }
        (Some(Modal::Problem(problem)), _) => problem::lines(&problem.failure, &state.settings.server, width),
        (Some(Modal::Certificate(window)), _) => identity_view::certificate_lines(&window.identity, width),
        (Some(Modal::RowResult { row, .. }), _) => state
            .applying
            .as_ref()
            .map(|applying| row_lines(applying, *row, &state.run.journal, width))
            .unwrap_or_default(),
        (Some(Modal::Recovery), _) => recovery::lines(&state.ledger, width),
        (Some(Modal::Settings { .. }), _) => settings_view::lines(&state.settings.effective, width),
        (Some(Modal::Reloaded(reloaded)), _) => reloaded.lines(width),
        (Some(Modal::Help(help)), _) => {
            help::lines(keymap, &help.contexts, &state.settings, &state.run, width)
        }
        (Some(Modal::Net { .. }), _) => state.link.lines(&state.activity, width),
        _ => Vec::new(),
    };
    (lines, height)
}

/// The rows of the banner in the sign-in window.
fn banner_lines(state: &State) -> (Vec<Line>, usize) {
    let width = usize::from(SignInPanes::banner_width(state.size));
    let rows = state.banner.as_ref().map(|(_, banner)| banner.rows(width)).unwrap_or_default();
    let height = usize::from(SignInPanes::of(state.size, rows.len()).banner.height);
    (rows.into_iter().map(|row| Line::new(Role::Text, row)).collect(), height)
}

pub(super) fn modal_extent(state: &State, keymap: &Keymap) -> (usize, usize) {
    let (lines, height) = modal_lines(state, keymap);
    (lines.len(), height)
}

pub(super) fn detail_extent(state: &State) -> (usize, usize) {
    let pane = state.panes().detail_text;
    let (view, _) = state.detail_view();
    let rows = state.detail_lines(view, usize::from(pane.width)).len();
    (rows, usize::from(pane.height))
}

/// Keeps what is scrolled within its text after the text or the window changed.
pub(super) fn clamp_scroll(state: &mut State, keymap: &Keymap) {
    let (rows, height) = modal_extent(state, keymap);
    let last = line::last_scroll(rows, height);
    match (state.modals.last_mut(), state.change.as_mut().map(|change| &mut change.phase)) {
        (
            Some(
                Modal::Problem(Problem { scroll, .. })
                | Modal::Help(Help { scroll, .. })
                | Modal::Settings { scroll }
                | Modal::Reloaded(Reloaded { scroll, .. })
                | Modal::RowResult { row: _, scroll }
                | Modal::SignIn(SignIn { scroll, .. })
                | Modal::Net { scroll },
            ),
            _,
        )
        | (Some(Modal::Change), Some(Phase::Settled { scroll, .. })) => *scroll = (*scroll).min(last),
        (Some(Modal::Certificate(window)), _) => window.scroll = window.scroll.min(last),
        _ => {}
    }
    if state.detail_view().1 > 0 {
        let (rows, height) = detail_extent(state);
        let scroll = state.detail_scroll();
        *scroll = (*scroll).min(line::last_scroll(rows, height));
    }
}
