//! What keys and pasted text do: the meaning comes from the keymap, the effect from who has the keyboard.

use std::time::Duration;

use super::change::{Change, Chooser, Phase, candidates};
use super::cx::Cx;
use super::detail::{DetailView, read_at, scrolled};
use super::effect::Effect;
use super::help;
use super::line::Line;
use super::list::Column;
use super::modal::{Help, Modal, Problem, Question, Retry};
use super::notice::Notice;
use super::problem;
use super::state::State;
use super::update::{follow_target, refresh, sign_in};
use crate::input::Key;
use crate::keymap::{Command, Context, Keymap, Resolution};
use crate::layout::Pane;

/// How long a second Ctrl-C quits.
const TWICE: Duration = Duration::from_millis(1500);
/// Largest count before a movement.
const MOST: usize = 9_999_999;

/// A key was pressed.
pub(super) fn key(state: &mut State, keymap: &Keymap, key: Key) -> Vec<Effect> {
    let contexts = state.contexts();
    let typing = contexts.first().is_some_and(|context| context.takes_text());
    if typing && key.typed().is_some() {
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
            let effects = act(state, keymap, command, count);
            clamp_scroll(state, keymap);
            effects
        }
        Resolution::Unbound => {
            state.typed.clear();
            state.count = None;
            if typing {
                edit(state, key);
            }
            Vec::new()
        }
    }
}

fn takes_count(contexts: &[Context]) -> bool {
    matches!(contexts.first(), Some(Context::List))
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
    match (state.modals.last_mut(), state.change.as_mut()) {
        (Some(Modal::SignIn(window)), _) if !window.busy => window.password.key(key),
        (Some(Modal::Change), Some(change)) => change.chooser.key(key),
        (None, _) if state.list.filter.editing => state.list.filter_key(key),
        _ => {}
    }
}

/// Text was pasted: into the field that has the keyboard, or nowhere.
pub(super) fn pasted(state: &mut State, text: &str) {
    let typing = state.contexts().first().is_some_and(|context| context.takes_text());
    let result = match (state.modals.last_mut(), state.change.as_mut()) {
        _ if !typing => {
            state.notice = Some(Notice::info("paste ignored: no text field has the keyboard", state.now));
            return;
        }
        (Some(Modal::SignIn(window)), _) if window.busy => Ok(()),
        (Some(Modal::SignIn(window)), _) => window.password.paste(text),
        (Some(Modal::Change), Some(change)) => change.chooser.paste(text),
        _ => {
            let result = state.list.filter.field.paste(text);
            state.list.filter_changed();
            result
        }
    };
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
        Command::Help if !state.fits() => return Vec::new(),
        Command::Help if !matches!(state.modals.last(), Some(Modal::Help(_))) => {
            let contexts = state.contexts();
            state.modals.push(Modal::Help(Help { contexts, scroll: 0 }));
            return Vec::new();
        }
        _ => {}
    }
    match state.modals.last() {
        Some(Modal::Change) => on_change(state, keymap, command),
        Some(Modal::Question(question)) => on_question(state, *question, command),
        Some(Modal::Problem(problem)) => on_problem(state, problem.retry, command, keymap),
        Some(Modal::Sort(column)) => on_sort(state, *column, command),
        Some(Modal::SignIn(_)) => on_sign_in(state, command),
        Some(Modal::Help(_)) => on_help(state, keymap, command),
        None => match state.pane {
            Pane::List => on_list(state, command, count),
            Pane::Detail => on_detail(state, command, count),
        },
    }
}

/// Ctrl-C: cancels what can be cancelled; twice: quits.
fn interrupt(state: &mut State) -> Vec<Effect> {
    if state.interrupted_until.is_some_and(|until| state.now < until) {
        return quit(state);
    }
    state.interrupted_until = Some(state.now + TWICE);
    if let Some(cancelled) = state.list.cancel(state.now) {
        state.notice = Some(Notice::info("reading the list was cancelled; r reads it again", state.now));
        return vec![cancelled];
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
    vec![Effect::Quit]
}

fn on_list(state: &mut State, command: Command, count: Option<usize>) -> Vec<Effect> {
    match command {
        Command::NextPane => {
            state.pane = Pane::Detail;
            state.fit();
        }
        Command::Open => return open(state),
        Command::Back if state.list.filter.editing || !state.list.filter.is_empty() => {
            state.list.clear_filter();
        }
        Command::Back => state.notice = None,
        Command::Accept => state.list.filter.editing = false,
        Command::Filter => state.list.filter.editing = true,
        Command::Sort => state.modals.push(Modal::Sort(state.list.sort.column)),
        Command::ReverseSort => {
            let mut sort = state.list.sort;
            sort.descending = !sort.descending;
            state.list.sort_by(sort);
        }
        Command::Refresh => {
            state.notice = None;
            return refresh(state);
        }
        Command::Pause => pause(state),
        Command::Edit => return edit_selected(state),
        movement => state.list.go(movement, count),
    }
    Vec::new()
}

/// Opens the detail of the selected row and reads it afresh.
fn open(state: &mut State) -> Vec<Effect> {
    state.pane = Pane::Detail;
    state.fit();
    reread_selected(state)
}

fn reread_selected(state: &mut State) -> Vec<Effect> {
    let Some(id) = state.list.organization().map(|organization| organization.id.clone()) else {
        return Vec::new();
    };
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.detail.refresh(&id, &mut cx)
}

fn pause(state: &mut State) {
    state.list.paused = !state.list.paused;
    let words = if state.list.paused {
        "automatic refresh paused; p resumes it"
    } else {
        "automatic refresh resumed"
    };
    state.notice = Some(Notice::info(words, state.now));
}

fn on_detail(state: &mut State, command: Command, count: Option<usize>) -> Vec<Effect> {
    match command {
        Command::NextPane | Command::Back => {
            state.pane = Pane::List;
            state.fit();
        }
        Command::ShowFields => (state.detail.view, state.detail.scroll) = (DetailView::Fields, 0),
        Command::ShowJson => (state.detail.view, state.detail.scroll) = (DetailView::Json, 0),
        Command::Refresh => {
            state.notice = None;
            return reread_selected(state);
        }
        Command::Edit => return edit_selected(state),
        movement => {
            let (rows, height) = detail_extent(state);
            state.detail.scroll = scrolled(state.detail.scroll, movement, count.unwrap_or(1), rows, height);
        }
    }
    Vec::new()
}

/// `e`: opens the edit window, or shows the one that is hidden, or says why not.
fn edit_selected(state: &mut State) -> Vec<Effect> {
    if state.settings.read_only {
        state.notice = Some(Notice::warning(help::READ_ONLY));
        return Vec::new();
    }
    if state.change.is_some() {
        state.notice = None;
        state.modals.push(Modal::Change);
        return Vec::new();
    }
    let Some(target) = state.list.organization().cloned() else {
        let words = if state.list.row().is_some() {
            "a damaged record cannot be changed: its id is not certain"
        } else {
            "there is no organization to change"
        };
        state.notice = Some(Notice::warning(words));
        return Vec::new();
    };
    let seen_at = read_at(&state.detail, &state.list, &target.id).unwrap_or(state.now);
    let chooser = Chooser::new(candidates(&state.connections, &state.list.rows));
    state.change = Some(Change::new(target, seen_at, chooser));
    state.modals.push(Modal::Change);
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.connections.refresh(&mut cx)
}

fn on_change(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    let moved = changed_meanwhile(state);
    let Some(change) = state.change.as_mut() else {
        state.modals.pop();
        return Vec::new();
    };
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    match (&change.phase, command) {
        (Phase::Choosing, Command::Accept) => change.accept(),
        (Phase::Choosing, Command::Complete) => change.chooser.complete(),
        (Phase::Choosing, Command::MoveDown) => change.chooser.go(true),
        (Phase::Choosing, Command::MoveUp) => change.chooser.go(false),
        (Phase::Choosing, Command::Back) if change.has_typed_text() => {
            state.modals.push(Modal::Question(Question::Discard));
        }
        (Phase::Reviewing { .. }, _) if !change.listens(cx.now) => {}
        (Phase::Reviewing { .. }, Command::Submit) if moved => show_what_changed(state),
        (Phase::Reviewing { .. }, Command::Submit) => return change.submit(&mut cx),
        (Phase::Reviewing { .. }, Command::Back) => change.edit_again(),
        (Phase::Sending { .. } | Phase::Settling { .. }, Command::Close) => {
            state.modals.pop();
            let words = "the change goes on; e shows it again";
            state.notice = Some(Notice::info(words, state.now));
        }
        (Phase::Settled { .. }, Command::Edit) => {
            change.edit_again();
            follow_target(state);
        }
        (Phase::Settled { .. }, Command::LookAgain) => return change.look_again(&mut cx),
        (Phase::Settled { .. }, Command::ShowResponse) => toggle_response(change),
        (Phase::Choosing, Command::Back) | (Phase::Settled { .. }, Command::Close) => {
            state.modals.pop();
            state.change = None;
        }
        (Phase::Settled { .. }, movement) => scroll_result(state, keymap, movement),
        _ => {}
    }
    Vec::new()
}

/// Whether a refresh found the record different from what the review shows.
fn changed_meanwhile(state: &State) -> bool {
    let Some(change) = state.change.as_ref() else { return false };
    let known = state.list.rows.organization(&change.target.id);
    known.is_none_or(|known| {
        known.connection != change.target.connection || known.updated_at != change.target.updated_at
    })
}

/// Back to the chooser, with what the record shows now; nothing is sent.
fn show_what_changed(state: &mut State) {
    let Some(change) = state.change.as_mut() else { return };
    let was = change.target.connection.brief();
    change.edit_again();
    let known = state.list.rows.organization(&change.target.id);
    let words = known.map_or_else(
        || "the organization is not in the list any more: nothing was sent".to_owned(),
        |known| {
            let is = known.connection.brief();
            format!("somebody changed the record meanwhile (connection was {was}, is {is}): nothing was sent")
        },
    );
    change.chooser.note = Some(words);
    follow_target(state);
}

fn toggle_response(change: &mut Change) {
    if let Phase::Settled { response, scroll, .. } = &mut change.phase {
        (*response, *scroll) = (!*response, 0);
    }
}

fn scroll_result(state: &mut State, keymap: &Keymap, movement: Command) {
    let (rows, height) = modal_extent(state, keymap);
    if let Some(Phase::Settled { scroll, .. }) = state.change.as_mut().map(|change| &mut change.phase) {
        *scroll = scrolled(*scroll, movement, 1, rows, height);
    }
}

fn on_question(state: &mut State, question: Question, command: Command) -> Vec<Effect> {
    match (question, command) {
        (Question::Discard, Command::Confirm) => {
            state.modals.pop();
            state.modals.retain(|modal| *modal != Modal::Change);
            state.change = None;
        }
        (Question::Leave, Command::Confirm) => return vec![Effect::Quit],
        (_, Command::Decline) => {
            state.modals.pop();
        }
        _ => {}
    }
    Vec::new()
}

fn on_problem(state: &mut State, retry: Retry, command: Command, keymap: &Keymap) -> Vec<Effect> {
    match command {
        Command::Close => {
            state.modals.pop();
        }
        Command::Refresh => {
            state.modals.pop();
            return match retry {
                Retry::SignIn => sign_in(state, None),
                Retry::List => refresh(state),
            };
        }
        movement => {
            let (rows, height) = modal_extent(state, keymap);
            if let Some(Modal::Problem(Problem { scroll, .. })) = state.modals.last_mut() {
                *scroll = scrolled(*scroll, movement, 1, rows, height);
            }
        }
    }
    Vec::new()
}

fn on_sort(state: &mut State, column: Column, command: Command) -> Vec<Effect> {
    let place = Column::ALL.iter().position(|other| *other == column).unwrap_or(0);
    let step = match command {
        Command::MoveDown => 1,
        Command::MoveUp => Column::ALL.len() - 1,
        _ => 0,
    };
    let chosen = Column::ALL.get((place + step) % Column::ALL.len()).copied().unwrap_or(column);
    let mut sort = state.list.sort;
    match command {
        Command::Back => {
            state.modals.pop();
        }
        Command::Accept => {
            state.modals.pop();
            sort.descending = sort.descending && sort.column == column;
            sort.column = column;
            state.list.sort_by(sort);
        }
        Command::ReverseSort => {
            state.modals.pop();
            sort.descending = sort.column != column || !sort.descending;
            sort.column = column;
            state.list.sort_by(sort);
        }
        _ => {
            if let Some(Modal::Sort(highlighted)) = state.modals.last_mut() {
                *highlighted = chosen;
            }
        }
    }
    Vec::new()
}

fn on_sign_in(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(Modal::SignIn(window)) = state.modals.last_mut() else { return Vec::new() };
    match command {
        Command::Accept if !window.password.is_empty() && !window.busy => {
            (window.busy, window.failure) = (true, None);
            let password = window.password.take();
            sign_in(state, Some(password))
        }
        Command::Back => {
            state.modals.pop();
            state.notice = Some(Notice::warning("not signed in: r signs in, q quits"));
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn on_help(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    if matches!(command, Command::Close | Command::Help) {
        state.modals.pop();
        return Vec::new();
    }
    let (rows, height) = modal_extent(state, keymap);
    if let Some(Modal::Help(Help { scroll, .. })) = state.modals.last_mut() {
        *scroll = scrolled(*scroll, command, 1, rows, height);
    }
    Vec::new()
}

/// The lines of the window on top, as many as there are, and how many of them it shows.
pub fn modal_lines(state: &State, keymap: &Keymap) -> (Vec<Line>, usize) {
    let inside = crate::layout::inside(crate::layout::large_window(state.size));
    let (width, height) = (usize::from(inside.width), usize::from(inside.height));
    let lines = match (state.modals.last(), state.change.as_ref().map(|change| &change.phase)) {
        (Some(Modal::Change), Some(Phase::Settled { evidence, outcome, at, response, .. })) => {
            if *response {
                super::change::response(evidence, width)
            } else {
                super::change::report(evidence, *outcome, *at, width)
            }
        }
        (Some(Modal::Problem(problem)), _) => problem::lines(&problem.failure, width),
        (Some(Modal::Help(help)), _) => help::lines(keymap, &help.contexts, &state.settings, width),
        _ => Vec::new(),
    };
    (lines, height)
}

fn modal_extent(state: &State, keymap: &Keymap) -> (usize, usize) {
    let (lines, height) = modal_lines(state, keymap);
    (lines.len(), height)
}

fn detail_extent(state: &State) -> (usize, usize) {
    let pane = state.panes().detail_text;
    let rows = state.detail_lines(state.detail.view, usize::from(pane.width)).len();
    (rows, usize::from(pane.height))
}

/// Keeps what is scrolled within its text after the text or the window changed.
pub(super) fn clamp_scroll(state: &mut State, keymap: &Keymap) {
    let (rows, height) = modal_extent(state, keymap);
    let last = super::line::last_scroll(rows, height);
    match (state.modals.last_mut(), state.change.as_mut().map(|change| &mut change.phase)) {
        (Some(Modal::Problem(Problem { scroll, .. }) | Modal::Help(Help { scroll, .. })), _)
        | (Some(Modal::Change), Some(Phase::Settled { scroll, .. })) => *scroll = (*scroll).min(last),
        _ => {}
    }
    if state.detail.scroll > 0 {
        let (rows, height) = detail_extent(state);
        state.detail.scroll = state.detail.scroll.min(super::line::last_scroll(rows, height));
    }
}
