//! The reducer: what happened goes in, the state changes, what to do about it comes out.
//!
//! This file routes: to `replies` what was answered, to `session` what is about signing in, to `follow` the detail that
//! follows the selection. What a pane or window does with a command is in `keys`.

mod follow;
mod replies;
mod session;

use crate::app::change::{Gate, Phase};
use crate::app::cx::Cx;
use crate::app::effect::Effect;
use crate::app::identity;
use crate::app::keys;
use crate::app::message::{Message, Session, Stamped};
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::palette;
use crate::app::plan::{self, Planned};
use crate::app::remembered;
use crate::app::settings::JournalState;
use crate::app::state::State;
use crate::app::view::View;
use crate::domain::{Moment, Transition};
use crate::keymap::Keymap;

use self::follow::follow_selection;
pub(super) use self::replies::follow_target;
use self::replies::{replied, rows_came};
pub(super) use self::session::{arrive, free_sign_in, refresh, sign_in};
use self::session::{read_banner, read_otherwise, session_changed};

/// What is said when the line to the terminal turns out to be slow.
const SLOW_LINE: &str = "the terminal takes output slowly: low bandwidth from here on · L tells more";

/// Applies what happened. Without clock, I/O, async or randomness: the same in always gives the same out.
pub fn update(state: &mut State, keymap: &Keymap, event: Stamped) -> Vec<Effect> {
    state.now = state.now.max(event.at);
    let (selected, offset) = (state.list.selected.clone(), state.list.offset);
    let connection = (state.connection_list.selected.clone(), state.connection_list.offset);
    let by_key = matches!(event.message, Message::Key(_) | Message::Mouse { .. });
    if let Message::Replied { request, reply, took } = &event.message {
        state.activity.answered(*request, reply, *took);
    }
    let checking = is_checking(state);
    let applying = state.is_applying();
    let window = top(state);
    let answered = matches!(event.message, Message::Replied { .. });
    let learned = state.connections.learned;
    let mut effects = apply(state, keymap, event.message);
    effects.extend(read_otherwise(state));
    effects.extend(plan::advance(state, applying));
    effects.extend(plan::outside::offer(state));
    if learned != state.connections.learned || answered && state.list.load.is_none() {
        keep_connections(state);
    }
    if checking && !is_checking(state) {
        // What the last check found has to be drawn, and read, before a key can mean consent to it.
        covered(state);
    }
    identity::keep_stopped(state);
    if window != top(state) {
        state.question_drawn = false;
    }
    effects.extend(watch(state));
    effects.extend(read_banner(state));
    effects.extend(remembered::remember(state));
    state.activity.asked(&effects, state.now);
    remember(state, &effects);
    follow_selection(state, by_key, &(selected, offset), &connection);
    if !state.change_is_in_sight() && !state.plan_is_in_sight() {
        covered(state);
    }
    effects
}

/// The list of connections is made anew after an answer, while it is shown. Not after each page of organizations: as
/// long as they are being read, it says that the numbers are not all.
fn keep_connections(state: &mut State) {
    if state.view == View::Connections {
        state.know_connections();
    }
}

/// Whether a review waits for its checks.
fn is_checking(state: &State) -> bool {
    state.change.as_ref().is_some_and(|change| match &change.phase {
        Phase::Reviewing(review) => review.checks.gate() == Gate::Waiting,
        _ => false,
    }) || state.draft.as_ref().and_then(|draft| draft.planned()).is_some_and(Planned::is_waiting)
}

/// Which window is on top, without what is in it.
fn top(state: &State) -> (usize, Option<std::mem::Discriminant<Modal>>) {
    (state.modals.len(), state.modals.last().map(std::mem::discriminant))
}

fn covered(state: &mut State) {
    if let Some(change) = state.change.as_mut() {
        change.covered();
    }
    if let Some(planned) = state.planned() {
        planned.sight.covered();
    }
}

fn apply(state: &mut State, keymap: &Keymap, message: Message) -> Vec<Effect> {
    match message {
        Message::Started => started(state),
        Message::Key(key) => keys::key(state, keymap, key),
        Message::Mouse { mouse, times } => keys::mouse(state, mouse, times),
        Message::Pasted(text) => {
            keys::pasted(state, &text);
            Vec::new()
        }
        Message::Resized(size) => {
            state.size = size;
            state.fit();
            keys::clamp_scroll(state, keymap);
            Vec::new()
        }
        Message::DeadlineReached => deadline(state),
        Message::Replied { request, reply, took: _ } => {
            let effects = replied(state, request, reply);
            palette::understand(state);
            keys::clamp_scroll(state, keymap);
            effects
        }
        Message::CertificateShown(shown) => {
            identity::shown(state, shown);
            Vec::new()
        }
        Message::Repeating(repeat) => {
            state.repeating = repeat;
            Vec::new()
        }
        Message::SessionChanged(session) => {
            session_changed(state, session);
            Vec::new()
        }
        Message::Drawn => {
            drawn(state);
            Vec::new()
        }
        Message::ScreenLost => {
            state.question_drawn = false;
            covered(state);
            Vec::new()
        }
        Message::Garbled => {
            let words = "a key came that is no UTF-8: is the terminal set to another encoding?";
            state.notice = Some(Notice::info(words, state.now));
            Vec::new()
        }
        Message::Copied { what, copied } => {
            let words = copied.words(&what);
            let arrived = copied.arrived();
            state.notice =
                Some(if arrived { Notice::info(words, state.now) } else { Notice::warning(words) });
            Vec::new()
        }
        Message::NotStopped(why) => {
            state.notice = Some(Notice::info(why, state.now));
            Vec::new()
        }
        Message::Sent { bytes, waited } => {
            if state.link.sent(bytes, waited) {
                state.notice = Some(Notice::info(SLOW_LINE, state.now));
            }
            Vec::new()
        }
        Message::ShutdownRequested => vec![Effect::Quit],
    }
}

fn started(state: &mut State) -> Vec<Effect> {
    state.notice = match &state.run.journal {
        JournalState::Ready | JournalState::InMemory if state.settings.warnings.is_empty() => None,
        JournalState::Ready | JournalState::InMemory => {
            Some(Notice::warning(state.settings.warnings.join(" · ")))
        }
        JournalState::Damaged(words) => Some(Notice::warning(words.brief().into_string())),
        JournalState::Off(why) => Some(Notice::warning(format!("nothing can be changed: {}", why.brief()))),
        JournalState::Waived => Some(Notice::warning("changes go on no record: --no-journal")),
    };
    let file = state.run.plan_file.clone();
    let reading = file.map(|file| plan::outside::read(state, file));
    arrive(state).into_iter().chain(reading).collect()
}

/// A change that was thought not to be applied may come late: what the records show now corrects the journal.
fn watch(state: &mut State) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let rows = &state.list.rows;
    let (effects, words) = state.ledger.watch(|id| rows.listed(id), &mut cx);
    if let Some(words) = words {
        state.notice = Some(Notice::warning(words));
    }
    effects
}

/// What goes into the journal goes into the memory of this run too.
fn remember(state: &mut State, effects: &[Effect]) {
    for effect in effects {
        if let Effect::Record { request: _, operation, transition } = effect {
            state.ledger.note(*operation, transition, "");
            if let (Transition::Corrected { outcome, .. }, Some(applying)) = (transition, &mut state.applying)
            {
                applying.corrected(*operation, *outcome);
            }
        }
    }
}

fn deadline(state: &mut State) -> Vec<Effect> {
    let now = state.now;
    let passed = |at: Option<Moment>| at.is_some_and(|at| at <= now);
    if passed(state.notice.as_ref().and_then(|notice| notice.until)) {
        state.notice = None;
    }
    if passed(state.interrupted_until) {
        state.interrupted_until = None;
    }
    if passed(state.list.late.due_at()) {
        state.list.take_late();
        rows_came(state);
    }
    let mut effects = Vec::new();
    let signed_in = matches!(state.session, Session::SignedIn { .. });
    let mut cx = Cx { now, requests: &mut state.requests };
    if signed_in && passed(state.list.refresh_at(state.settings.refresh_every)) {
        effects.extend(state.list.refresh(&mut cx));
        if state.view == View::Connections {
            effects.extend(state.connections.refresh(&mut cx));
        }
    }
    if signed_in {
        effects.extend(state.ledger.look_if_due(&mut cx));
    }
    if let Some(change) = state.change.as_mut() {
        effects.extend(change.look_if_due(&mut cx));
    }
    if let Some(applying) = state.applying.as_mut() {
        effects.extend(applying.deadline(&mut cx));
    }
    effects
}

fn drawn(state: &mut State) {
    state.question_drawn = state.asks_for_consent() && (state.fits() || state.asks_to_leave());
    let in_sight = state.change_is_in_sight();
    if let Some(change) = state.change.as_mut().filter(|_| in_sight) {
        change.drawn(state.now);
    }
    let (now, in_sight) = (state.now, state.plan_is_in_sight());
    if let Some(planned) = state.planned().filter(|_| in_sight) {
        planned.sight.drawn(now);
    }
}
