//! The reducer: what happened goes in, the state changes, what to do about it comes out.
//!
//! This file routes. What a pane or window does with a command is in its own file, or in `keys.rs`.

use std::sync::Arc;

use super::age;
use super::change::{Change, Gate, Phase, candidates};
use super::connections;
use super::cx::Cx;
use super::detail;
use super::effect::{Effect, RequestId};
use super::export;
use super::identity;
use super::keys;
use super::list::RowKey;
use super::message::{Message, Reply, Session, Stamped};
use super::modal::{Modal, Problem, Retry, SignIn};
use super::notice::Notice;
use super::palette;
use super::plan::{self, Planned};
use super::remembered;
use super::settings::JournalState;
use super::sign_in::Banner;
use super::state::State;
use super::switch;
use super::view::View;
use crate::domain::{
    Call, Connection, Domain, Failure, FailureKind, Introduction, JournalFailure, Moment, Organization, Page,
    PatchAnswer,
};
use crate::keymap::Keymap;
use crate::layout::{Pane, SizeClass};

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
    let told = told(&event.message);
    let mut effects = apply(state, keymap, event.message);
    effects.extend(plan::advance(state, applying));
    effects.extend(plan::outside::offer(state));
    if told == Told::Connections || told == Told::Anything && state.list.load.is_none() {
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

/// What a message may have told of the connections and of who uses them.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Told {
    Nothing,
    /// Something of organizations, or of who knows what.
    Anything,
    /// Something of connections.
    Connections,
}

const fn told(message: &Message) -> Told {
    match message {
        Message::Replied { reply: Reply::ConnectionsListed(_) | Reply::ConnectionTested(_), .. } => {
            Told::Connections
        }
        Message::Replied { .. } => Told::Anything,
        _ => Told::Nothing,
    }
}

/// The list of connections is made anew after an answer, while it is shown. Not after each page of organizations: as
/// long as they are being read, it says that the numbers are not all.
fn keep_connections(state: &mut State) {
    if state.view == View::Connections {
        state.know_connections();
    }
}

/// Lets the detail follow the selection: at once, but while it is moved by keys only when it rests.
///
/// Until then the detail keeps its record, which its title names. Beside a list that scrolls it is empty: what
/// stands still there would have to be written again for each row.
fn follow_selection(
    state: &mut State,
    by_key: bool,
    organization: &(Option<RowKey>, usize),
    connection: &(Option<connections::RowKey>, usize),
) {
    let free = by_key && state.pane == Pane::List && state.modals.is_empty() && !state.filter().editing;
    let rest = if state.link.is_low() { detail::LONG_REST } else { detail::REST };
    let beside = SizeClass::of(state.size) >= SizeClass::L;
    let how = |moved: bool, scrolled: bool| match (free && moved, by_key) {
        (true, _) => Step::Moved { until: state.now + rest, empty: scrolled && beside },
        (false, true) => Step::Rested,
        (false, false) => Step::Waited { now: state.now },
    };
    let step = how(state.list.selected != organization.0, state.list.offset != organization.1);
    let shown = &mut state.detail;
    step.follow((&mut shown.shows, &mut shown.follows_at, &mut shown.scroll), state.list.selected.as_ref());
    if state.detail.follows_at.is_none() {
        let in_sight = state.view == View::Organizations && state.modals.is_empty();
        state.list.rested = in_sight && !state.list.filter.editing;
    }
    let list = &mut state.connection_list;
    let step = how(list.selected != connection.0, list.offset != connection.1);
    let shown = &mut list.detail;
    step.follow((&mut shown.shows, &mut shown.follows_at, &mut shown.scroll), list.selected.as_ref());
}

/// What happened to a selection.
#[derive(Clone, Copy)]
enum Step {
    /// A key moved it; the detail follows when it has rested until then, and is empty before where that spares bytes.
    Moved { until: Moment, empty: bool },
    /// A key that did not move it.
    Rested,
    /// No key.
    Waited { now: Moment },
}

impl Step {
    /// Applies it to what a detail shows, when that follows, and the first line on the screen.
    fn follow<K: Clone + PartialEq>(
        self,
        (shows, follows_at, scroll): (&mut Option<K>, &mut Option<Moment>, &mut usize),
        selected: Option<&K>,
    ) {
        match self {
            Self::Moved { until, empty } => {
                *follows_at = Some(until);
                if empty {
                    (*shows, *scroll) = (None, 0);
                }
                return;
            }
            Self::Waited { now } if follows_at.is_some_and(|at| at > now) => return,
            Self::Rested | Self::Waited { .. } => {}
        }
        *follows_at = None;
        if shows.as_ref() != selected {
            *shows = selected.cloned();
            *scroll = 0;
        }
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
    arrive(state)
}

/// Gets a session where nothing is known yet: with the password at hand, or by asking for one.
pub(super) fn arrive(state: &mut State) -> Vec<Effect> {
    if state.settings.password_known {
        return sign_in(state, None);
    }
    state.modals.push(Modal::SignIn(SignIn::new(&state.settings)));
    Vec::new()
}

/// The banner of the appliance is read when there is a window to show it in, and only once after it is trusted.
/// Nothing waits for it.
fn read_banner(state: &mut State) -> Option<Effect> {
    if state.banner.is_some() || sign_in_window(state).is_none() {
        return None;
    }
    let request = state.requests.next();
    state.banner = Some((request, Banner::default()));
    Some(Effect::ReadBanner { request })
}

/// Who signed in, and at what, is asked once at each place. Nothing waits for it.
fn introduce(state: &mut State) -> Option<Effect> {
    if state.introduction.is_some() {
        return None;
    }
    let request = state.requests.next();
    state.introduction = Some((request, Introduction::default()));
    Some(Effect::Introduce { request })
}

/// Asks for a session, unless that is under way.
pub(super) fn sign_in(state: &mut State, password: Option<crate::domain::Password>) -> Vec<Effect> {
    if state.signing_in.is_some() {
        return Vec::new();
    }
    let request = state.requests.next();
    state.signing_in = Some(request);
    vec![Effect::SignIn { request, password }]
}

/// Reads the list and the connections; without a session, gets one first.
pub(super) fn refresh(state: &mut State) -> Vec<Effect> {
    if state.session == Session::SignedOut {
        return sign_in(state, None);
    }
    read_all(state)
}

fn read_all(state: &mut State) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let mut effects = state.list.refresh(&mut cx);
    effects.extend(state.connections.refresh(&mut cx));
    effects
}

fn replied(state: &mut State, request: RequestId, reply: Reply) -> Vec<Effect> {
    match reply {
        Reply::SignedIn(result) => signed_in(state, request, result),
        Reply::Listed(result) => listed(state, request, result),
        Reply::Fetched(result) => fetched(state, request, &result),
        Reply::Patched(result) => patched(state, request, *result),
        Reply::ConnectionFetched(result) => {
            let mut cx = Cx { now: state.now, requests: &mut state.requests };
            let review = state.change.as_mut().and_then(Change::reviewed);
            let asked = review.and_then(|review| review.checks.connection(request, &result, &mut cx));
            asked.unwrap_or_else(|| plan::connection(state, request, &result))
        }
        Reply::ConnectionTested(result) => {
            connection_tested(state, request, &result);
            plan::tested(state, request, &result);
            Vec::new()
        }
        Reply::Discovered(result) => {
            if let Some(review) = state.change.as_mut().and_then(Change::reviewed) {
                review.checks.discovered(request, &result, state.now);
            }
            plan::discovered(state, request, &result);
            Vec::new()
        }
        Reply::Banner(text) => {
            if let Some((_, banner)) = state.banner.as_mut().filter(|(asked, _)| *asked == request) {
                *banner = Banner::new(&text);
            }
            Vec::new()
        }
        Reply::Introduced(who) => {
            if let Some((_, known)) = state.introduction.as_mut().filter(|(asked, _)| *asked == request) {
                *known = who;
            }
            Vec::new()
        }
        Reply::DomainsListed(result) => {
            domains_listed(state, request, result);
            Vec::new()
        }
        Reply::Recorded(result) => recorded(state, request, &result),
        Reply::PlanKept(result) => {
            plan::kept(state, request, result);
            Vec::new()
        }
        Reply::Saved(result) => {
            export::saved(state, result);
            Vec::new()
        }
        Reply::ProfilesListed(result) => {
            state.profiles.listed(request, result);
            Vec::new()
        }
        Reply::Trusted(result) => identity::trusted(state, request, result),
        Reply::Connected(result) => switch::connected(state, request, result),
        Reply::ConnectionsListed(result) => {
            let needs_sign_in = result.as_ref().err().filter(|failure| is_sign_in(failure)).cloned();
            if state.connections.listed(request, result, state.now) {
                offer_candidates(state);
                if let Some(failure) = needs_sign_in {
                    ask_to_sign_in(state, failure);
                }
            }
            Vec::new()
        }
    }
}

fn connection_tested(state: &mut State, request: RequestId, result: &Result<Connection, Failure>) {
    let wall_clock = state.wall_clock();
    if let Some(review) = state.change.as_mut().and_then(Change::reviewed) {
        let stored = state.connections.find(&review.value).map(AsRef::as_ref);
        review.checks.tested(request, result, stored, state.now, wall_clock);
    }
    let Some(run) = state.connections.tested(request, result, state.now) else { return };
    let took = run.took().map(|took| format!(" ({})", age::precise(took))).unwrap_or_default();
    let words = format!("test of {}: {}{took}", run.name.brief(), run.words());
    state.notice = Some(if run.is_good() { Notice::info(words, state.now) } else { Notice::warning(words) });
    if let Some(failure) = result.as_ref().err().filter(|failure| is_sign_in(failure)) {
        ask_to_sign_in(state, failure.clone());
    }
}

fn domains_listed(state: &mut State, request: RequestId, result: Result<Vec<Domain>, Failure>) {
    let window = state.modals.iter_mut().find_map(|modal| match modal {
        Modal::Domains(window) => Some(window),
        _ => None,
    });
    let Some(window) = window else { return };
    let needs_sign_in = result.as_ref().err().filter(|failure| is_sign_in(failure)).cloned();
    let is_ours = window.listed(request, result, &state.settings.domain);
    if let Some(failure) = needs_sign_in.filter(|_| is_ours) {
        ask_to_sign_in(state, failure);
    }
}

fn listed(state: &mut State, request: RequestId, result: Result<Page<Organization>, Failure>) -> Vec<Effect> {
    if !state.list.waits_for(request) {
        return Vec::new();
    }
    let failed = result.as_ref().err().cloned();
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let effects = state.list.listed(request, result, &mut cx);
    if state.list.load.is_none() {
        let wall_clock = state.wall_clock();
        state.list.time_went_by(wall_clock);
        tell_what_is_gone(state);
        tell_lost_marks(state);
        plan::weigh(state);
    }
    take_own_mark(state);
    follow_target(state);
    notice_conflict(state);
    offer_candidates(state);
    if let Some(failure) = failed {
        list_failed(state, failure);
    }
    effects
}

/// What others removed has no row that could carry a mark.
fn tell_what_is_gone(state: &mut State) {
    let words = match state.list.gone.take() {
        None => return,
        Some((name, 1)) => {
            format!("{name} is not in the list any more: removed, or hidden from this account")
        }
        Some((name, n)) => format!(
            "{name} and {} more are not in the list any more: removed, or hidden from this account",
            n - 1
        ),
    };
    state.notice = Some(Notice::warning(words));
}

/// A mark whose organization is not there any more is not kept, and that is said.
fn tell_lost_marks(state: &mut State) {
    let words = match std::mem::take(&mut state.list.marks_lost) {
        0 => return,
        1 => "a marked organization is not in the list any more: its mark is gone".to_owned(),
        n => format!("{n} marked organizations are not in the list any more: their marks are gone"),
    };
    state.notice = Some(Notice::warning(words));
}

fn signed_in(state: &mut State, request: RequestId, result: Result<(), Failure>) -> Vec<Effect> {
    if state.signing_in != Some(request) {
        return Vec::new();
    }
    state.signing_in = None;
    match result {
        Ok(()) => {
            state.modals.retain(|modal| !matches!(modal, Modal::SignIn(_) | Modal::Problem(_)));
            let mut effects = read_all(state);
            effects.extend(reread_target(state));
            if let Some(applying) = state.applying.as_mut() {
                applying.session_is_back();
            }
            effects.extend(recover(state));
            effects.extend(introduce(state));
            effects
        }
        Err(failure) if is_sign_in(&failure) => {
            ask_to_sign_in(state, failure);
            Vec::new()
        }
        // The sign-in window stays busy: sign-in goes on when the server is trusted after all.
        Err(failure) if identity::has_own_window(&failure) => Vec::new(),
        Err(failure) => {
            match sign_in_window(state) {
                Some(window) => (window.busy, window.failure) = (false, Some(failure)),
                None => show_problem(state, failure, Retry::SignIn),
            }
            Vec::new()
        }
    }
}

/// Settles what an earlier run left open, by reading; tells it once.
fn recover(state: &mut State) -> Vec<Effect> {
    if state.ledger.recover(state.now) && !state.modals.contains(&Modal::Recovery) {
        state.modals.push(Modal::Recovery);
    }
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.ledger.look_if_due(&mut cx)
}

/// A line of the journal is durable, or could not be written.
fn recorded(state: &mut State, request: RequestId, result: &Result<u64, JournalFailure>) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let waited_for = state.change.as_mut().and_then(|change| change.recorded(request, result, &mut cx));
    if waited_for.is_none()
        && let Some(effects) = plan::recorded(state, request, result)
    {
        return effects;
    }
    if let (None, Err(failure)) = (&waited_for, result) {
        state.notice =
            Some(Notice::warning(format!("the journal cannot be written: {}", failure.reason.display())));
    }
    if waited_for.is_some() {
        after_change_moved(state);
    }
    waited_for.unwrap_or_default()
}

/// A change that was thought not to be applied may come late: what the records show now corrects the journal.
fn watch(state: &mut State) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let rows = &state.list.rows;
    let (effects, words) = state.ledger.watch(|id| rows.organization(id).map(AsRef::as_ref), &mut cx);
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
        }
    }
}

/// The record under review was found changed by a refresh: nothing is sent until that was looked at.
fn notice_conflict(state: &mut State) {
    let Some(change) = state.change.as_mut() else { return };
    let Some(now) = state.list.rows.organization(&change.target.id) else { return };
    let same = now.connection == change.target.connection && now.updated_at == change.target.updated_at;
    if let Some(review) = change.reviewed().filter(|_| !same) {
        review.checks.found_changed(now, state.now);
    }
}

/// After a new sign-in the record of an open change is read again: time has passed.
fn reread_target(state: &mut State) -> Vec<Effect> {
    let Some(change) = state.change.as_ref().filter(|change| !change.in_flight()) else { return Vec::new() };
    let id = change.target.id.clone();
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.detail.refresh(&id, &mut cx)
}

/// Whether only the operator's password helps.
fn is_sign_in(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::SignInNeeded | FailureKind::Refused { status: 401 })
}

/// The sign-in window, wherever it lies.
fn sign_in_window(state: &mut State) -> Option<&mut SignIn> {
    state.modals.iter_mut().find_map(|modal| match modal {
        Modal::SignIn(window) => Some(window),
        _ => None,
    })
}

/// A session that ends by itself could not be renewed: only the operator can begin another.
fn session_changed(state: &mut State, session: Session) {
    let ended = session == Session::SignedOut && state.session != Session::SignedOut;
    state.session = session;
    if ended && state.signing_in.is_none() {
        let words = "the session has ended, and the server did not renew it";
        ask_to_sign_in(state, Failure::new(Call::Renew, FailureKind::SignInNeeded, words));
    }
}

/// Lets the sign-in window be used again: what was tried did not lead anywhere.
pub(super) fn free_sign_in(state: &mut State) {
    if let Some(window) = sign_in_window(state) {
        window.busy = false;
    }
}

/// Puts the sign-in window on top; what lies under it stays as it is. A window whose own answer is still
/// waited for says nothing of other calls.
fn ask_to_sign_in(state: &mut State, failure: Failure) {
    let waits = state.signing_in.is_some();
    match sign_in_window(state) {
        Some(window) if window.busy && waits => {}
        Some(window) => (window.busy, window.failure) = (false, Some(failure)),
        None => {
            let window = SignIn { failure: Some(failure), ..SignIn::new(&state.settings) };
            state.modals.push(Modal::SignIn(window));
        }
    }
}

/// Opens the problem window, or gives an open one the news where it lies.
fn show_problem(state: &mut State, failure: Failure, retry: Retry) {
    let present = state.modals.iter_mut().find_map(|modal| match modal {
        Modal::Problem(problem) => Some(problem),
        _ => None,
    });
    match present {
        Some(problem) => (problem.failure, problem.retry) = (failure, retry),
        None => state.modals.push(Modal::Problem(Problem { failure, retry, scroll: 0 })),
    }
}

/// A window only where there is nothing to look at yet and nothing else has the keyboard; else the header says
/// "stale" and the data stay.
fn list_failed(state: &mut State, failure: Failure) {
    let shown = state.modals.iter().any(|modal| matches!(modal, Modal::Problem(_)));
    if is_sign_in(&failure) {
        ask_to_sign_in(state, failure);
    } else if state.list.rows.is_empty() && (shown || state.modals.is_empty()) {
        show_problem(state, failure, Retry::List);
    } else {
        let words = super::explain::explain(&failure);
        state.notice = Some(Notice::warning(format!("not refreshed: {} · r again", words.title)));
    }
}

fn fetched(state: &mut State, request: RequestId, result: &Result<Organization, Failure>) -> Vec<Effect> {
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    if let Some(effects) = state.ledger.looked(request, result, &state.connections, &mut cx) {
        if let Ok(organization) = result {
            state.list.put(organization.clone());
        }
        return effects;
    }
    if let Some(effects) = state.change.as_mut().and_then(|change| change.looked(request, result, &mut cx)) {
        match result {
            Ok(organization) => {
                state.list.put(organization.clone());
                take_own_mark(state);
            }
            Err(failure) if is_sign_in(failure) => ask_to_sign_in(state, failure.clone()),
            Err(_) => {}
        }
        after_change_moved(state);
        return effects;
    }
    if let Some(effects) = plan::looked(state, request, result) {
        match result {
            Ok(organization) => state.list.put(organization.clone()),
            Err(failure) if is_sign_in(failure) => ask_to_sign_in(state, failure.clone()),
            Err(_) => {}
        }
        return effects;
    }
    if state.detail.fetched(request, result, &mut state.list, state.now) {
        match result {
            Ok(_) => {
                follow_target(state);
                notice_conflict(state);
            }
            Err(failure) if is_sign_in(failure) => ask_to_sign_in(state, failure.clone()),
            Err(failure) => {
                let words = super::explain::explain(failure);
                state.notice = Some(Notice::warning(format!("{} failed: {}", failure.call, words.title)));
            }
        }
    }
    Vec::new()
}

fn patched(state: &mut State, request: RequestId, result: Result<PatchAnswer, Failure>) -> Vec<Effect> {
    let answered = result.as_ref().ok().and_then(|answer| answer.organization.clone());
    let signed_out = result.as_ref().err().filter(|failure| is_sign_in(failure)).cloned();
    let change = state.change.as_mut().filter(|change| change.waits_for(request));
    let is_single = change.is_some();
    let told = match change {
        Some(change) => {
            let mut cx = Cx { now: state.now, requests: &mut state.requests };
            let effects = change.answered(request, result, &mut cx);
            Some((change.target.id.clone(), effects))
        }
        None => plan::patched(state, request, result),
    };
    let Some((sent_to, effects)) = told else { return Vec::new() };
    if let Some(organization) = answered.filter(|organization| organization.id == sent_to) {
        state.list.put(organization);
    }
    if is_single {
        after_change_moved(state);
    }
    if let Some(failure) = signed_out {
        ask_to_sign_in(state, failure);
    }
    effects
}

/// What the operator changed needs no mark, whoever read it first.
fn take_own_mark(state: &mut State) {
    let Some(change) = &state.change else { return };
    let known = state.list.rows.organization(&change.target.id);
    if known.is_some_and(|organization| change.sent(&organization.connection)) {
        state.list.rows.looked_at(&RowKey::Id(change.target.id.clone()));
    }
}

/// A settled change is remembered; one whose window was hidden tells its result in the status line.
fn after_change_moved(state: &mut State) {
    if let Some(change) = &state.change {
        state.ledger.settled(change);
    }
    if state.change_is_shown() {
        return;
    }
    if let Some(Phase::Settled { outcome, evidence, .. }) = state.change.as_ref().map(|change| &change.phase)
    {
        let name = evidence.before.name.brief();
        state.notice =
            Some(Notice::warning(format!("{}: the change of {name} · e shows the result", outcome.word())));
    }
}

/// An open change shows the record as it is known now, until it is sent.
pub(super) fn follow_target(state: &mut State) {
    let Some(change) = state.change.as_mut().filter(|change| matches!(change.phase, Phase::Choosing)) else {
        return;
    };
    if let Some(organization) = state.list.rows.organization(&change.target.id) {
        change.target = Arc::clone(organization);
        change.seen_at = detail::read_at(&state.detail, &state.list, &organization.id).unwrap_or(state.now);
    }
}

fn offer_candidates(state: &mut State) {
    if let Some(change) = state.change.as_mut().filter(|change| matches!(change.phase, Phase::Choosing)) {
        change.chooser.offer(candidates(&state.connections, &state.list.rows));
    }
    plan::offer_candidates(state);
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
