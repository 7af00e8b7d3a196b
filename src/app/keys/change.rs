//! What keys do in the window of a change.

use std::sync::Arc;

use super::modal_extent;
use crate::app::change::{Change, Chooser, Gate, Note, Phase, Review, candidates};
use crate::app::cx::Cx;
use crate::app::detail::{read_at, scrolled};
use crate::app::effect::Effect;
use crate::app::field::PasteRefused;
use crate::app::help;
use crate::app::identity;
use crate::app::modal::{Modal, Question};
use crate::app::notice::Notice;
use crate::app::plan::outside::{decline, resume};
use crate::app::settings::JournalState;
use crate::app::state::State;
use crate::app::switch::depart;
use crate::app::update::follow_target;
use crate::domain::{Operation, Organization, OrganizationPatch};
use crate::input::Key;
use crate::keymap::{Command, Keymap};

/// An editing key in the window.
pub(super) fn edit(change: &mut Change, key: Key) {
    match change.reviewed() {
        None => change.chooser.key(key),
        Some(review) => {
            if let Some(field) = review.field() {
                field.key(key);
            }
        }
    }
}

/// Pasted text in the window.
pub(super) fn paste(change: &mut Change, text: &str) -> Result<(), PasteRefused> {
    match change.reviewed() {
        None => change.chooser.paste(text),
        Some(review) => review.field().map_or(Ok(()), |field| field.paste(text)),
    }
}

/// Why nothing can be changed here and now, if that is so.
pub(in crate::app) fn obstacle(state: &State) -> Option<String> {
    if state.settings.read_only {
        return Some(help::READ_ONLY.to_owned());
    }
    if state.is_applying() {
        return Some("a plan is being applied: b shows it, and s there stops it".to_owned());
    }
    match &state.run.journal {
        JournalState::Off(why) => {
            Some(format!("e is off: no journal ({}); --no-journal changes without a record", why.display()))
        }
        JournalState::Ready | JournalState::Damaged(_) | JournalState::InMemory | JournalState::Waived => {
            None
        }
    }
}

/// `e`: opens the edit window, or shows the one that is hidden, or says why not.
pub(super) fn edit_selected(state: &mut State) -> Vec<Effect> {
    if show_present(state) {
        return Vec::new();
    }
    if !state.list.marks.is_empty() {
        return super::plan::plan_marked(state);
    }
    let Some(target) = state.list.organization() else {
        let words = if state.list.row().is_some() {
            "a damaged record cannot be changed: its id is not certain"
        } else {
            "there is no organization to change"
        };
        state.notice = Some(Notice::warning(words));
        return Vec::new();
    };
    if let Some(denial) = state.settings.rules.denial(&target.name) {
        state.notice = Some(Notice::warning(denial));
        return Vec::new();
    }
    let seen_at = read_at(&state.detail, &state.list, &target.id).unwrap_or(state.now);
    let chooser = Chooser::new(candidates(&state.connections, &state.list));
    state.change = Some(Change::new(target, seen_at, chooser));
    state.modals.push(Modal::Change);
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.connections.refresh(&mut cx)
}

/// `z`: opens the review of the reverse of the last change.
pub(super) fn undo(state: &mut State) -> Vec<Effect> {
    if show_present(state) {
        return Vec::new();
    }
    let Some(undoable) = state.ledger.undoable.clone() else {
        state.notice = Some(Notice::info("there is no change of this run to take back", state.now));
        return Vec::new();
    };
    if undoable.before.is_empty() {
        state.notice =
            Some(Notice::warning("there was no connection before: there is nothing to go back to"));
        return Vec::new();
    }
    let chooser = Chooser::new(candidates(&state.connections, &state.list));
    let mut change = Change::new(Arc::new(undoable.after), state.now, chooser);
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let effects = change.review(undoable.before, Some(undoable.operation), &mut cx);
    state.change = Some(change);
    state.modals.push(Modal::Change);
    effects
}

/// Says why nothing can be changed, or shows the change there is; says whether that is all.
fn show_present(state: &mut State) -> bool {
    if let Some(why) = obstacle(state) {
        state.notice = Some(Notice::warning(why));
        return true;
    }
    if state.change.is_none() {
        return false;
    }
    state.notice = None;
    if !state.change_is_shown() {
        state.modals.push(Modal::Change);
    }
    true
}

pub(super) fn on_change(state: &mut State, keymap: &Keymap, command: Command) -> Vec<Effect> {
    let Some(change) = state.change.as_mut() else {
        state.modals.pop();
        return Vec::new();
    };
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    match (&change.phase, command) {
        (Phase::Choosing, Command::Accept) => return change.accept(&mut cx),
        (Phase::Choosing, Command::Complete) => change.chooser.complete(),
        (Phase::Choosing, Command::MoveDown) => change.chooser.go(true),
        (Phase::Choosing, Command::MoveUp) => change.chooser.go(false),
        (Phase::Choosing, Command::Back) if change.has_typed_text() => {
            state.modals.push(Modal::Question(Question::Discard));
        }
        (Phase::Reviewing(_), _) => return on_review(state, command),
        (
            Phase::Recording { .. } | Phase::Sending { .. } | Phase::Settling { .. } | Phase::Closing { .. },
            Command::Close,
        ) => {
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
        (Phase::Settled { .. }, Command::Undo) => {
            close(state);
            return undo(state);
        }
        (Phase::Settled { evidence, .. }, Command::CopyCurl) => {
            let path = evidence.before.id.path();
            let body = OrganizationPatch { connection: evidence.value.clone() }.body();
            return super::copy_command(state, "PATCH", &path, Some(&body));
        }
        (Phase::Choosing, Command::Back) | (Phase::Settled { .. }, Command::Close) => close(state),
        (Phase::Settled { .. }, movement) => scroll_result(state, keymap, movement),
        _ => {}
    }
    Vec::new()
}

fn close(state: &mut State) {
    state.modals.retain(|modal| *modal != Modal::Change);
    state.change = None;
}

/// A key in the review; none before it was drawn and read.
fn on_review(state: &mut State, command: Command) -> Vec<Effect> {
    let now = state.now;
    let Some(change) = state.change.as_mut().filter(|change| change.listens(now)) else { return Vec::new() };
    let Some(review) = change.reviewed() else { return Vec::new() };
    if review.writing.is_some() {
        return on_note(state, command);
    }
    match command {
        Command::Submit => return submit(state),
        Command::Reason => (review.writing, review.note) = (Some(Note::Reason), None),
        Command::Override if review.checks.gate() == Gate::Stopped => {
            (review.writing, review.note) = (Some(Note::Override), None);
        }
        Command::Override => review.note = Some("no check failed: there is nothing to override".to_owned()),
        Command::CheckAgain => {
            let mut cx = Cx { now, requests: &mut state.requests };
            return change.check_again(&mut cx);
        }
        Command::Back if review.undo_of.is_some() => close(state),
        Command::Back => {
            change.edit_again();
            follow_target(state);
        }
        _ => {}
    }
    Vec::new()
}

/// A key in a text of the review.
fn on_note(state: &mut State, command: Command) -> Vec<Effect> {
    let Some(change) = state.change.as_mut() else { return Vec::new() };
    let target = Arc::clone(&change.target);
    let Some(review) = change.reviewed() else { return Vec::new() };
    let asked = state.settings.rules.confirmation(&target).filter(|_| review.writing == Some(Note::Name));
    match command {
        Command::Accept => {
            let Some(asked) = asked else {
                review.writing = None;
                return Vec::new();
            };
            if review.is_confirmed(&state.settings.rules, &target) {
                return submit(state);
            }
            review.note = Some(format!("that is not the name of {}: nothing was sent", asked.whose()));
        }
        Command::Back => {
            review.typed_name = crate::app::field::Field::default();
            review.writing = None;
        }
        _ => {}
    }
    Vec::new()
}

fn submit(state: &mut State) -> Vec<Effect> {
    let obstacle = obstacle(state);
    if let (Some(why), Some(review)) = (obstacle, state.change.as_mut().and_then(Change::reviewed)) {
        review.note = Some(why);
        return Vec::new();
    }
    let Some(change) = state.change.as_mut() else { return Vec::new() };
    let id = state.ledger.next_operation(state.run.id);
    let settings = &state.settings;
    let server_identity = identity::on_record(state.identity.as_deref());
    let operation = |target: &Organization, review: &Review| Operation {
        id,
        target: settings.target(server_identity.clone(), target),
        before: target.connection.clone(),
        before_updated_at: target.updated_at.clone(),
        after: review.value.clone(),
        reason: review.reason.text().trim().into(),
        overridden: review.overriding.text().trim().into(),
        undo_of: review.undo_of,
        plan: None,
    };
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let mut effects = change.submit(&settings.rules, operation, &mut cx);
    if !effects.is_empty() {
        let sent = change.operation.as_ref().map(|operation| change.accepted(&operation.after));
        let target = &change.target;
        let sent = sent.unwrap_or_default();
        effects.extend(state.ledger.begin(&target.id, &sent, &target.connection, &mut cx));
    }
    effects
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

pub(super) fn on_question(state: &mut State, question: Question, command: Command) -> Vec<Effect> {
    state.question_drawn = false;
    match (question, command) {
        (Question::Discard, Command::Confirm) => {
            state.modals.pop();
            close(state);
        }
        (Question::Depart(to), Command::Confirm) => {
            state.modals.pop();
            return depart(state, to);
        }
        (Question::Resume { offered, .. }, Command::Confirm) => {
            state.modals.pop();
            return resume(state, &offered);
        }
        (Question::Resume { offered, .. }, Command::Decline) => {
            state.modals.pop();
            return decline(state, &offered);
        }
        (Question::Leave | Question::LeavePlan, Command::Confirm) => return vec![Effect::Quit],
        (_, Command::Decline) => {
            state.modals.pop();
        }
        _ => {}
    }
    Vec::new()
}
