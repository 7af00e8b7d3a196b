//! Going to another place: another profile, another domain of the same server, the same server once more.
//!
//! ```text
//! connect ─▶ Effect::Connect ─▶ a client is made, nothing is sent ─▶ Reply::Connected ─▶ Effect::Enter
//!             the present place goes on as if nothing were asked       (failed: it stays)   the present one is left
//! ```
//!
//! The core asks for [`Effect::Enter`] in the same step in which it forgets the old place, so every effect
//! before it belongs to the old client and every effect after it to the new one. Request numbers go on
//! growing: an answer to a question of the old place finds nobody who waits for it.

mod profiles;

use std::sync::Arc;

use ratatui::layout::Size;

pub use self::profiles::{Profile, Profiles, ProfilesWindow};

use super::change::{Change, Phase};
use super::effect::{Effect, RequestId};
use super::modal::{Modal, Question};
use super::notice::Notice;
use super::settings::{Badge, Settings};
use super::state::State;
use super::update::{arrive, free_sign_in, sign_in};
use crate::domain::{Moment, Password};
use crate::layout::{full_window, inside};
use crate::text::Untrusted;

/// Why there are no profiles in the demo.
pub const IN_THE_DEMO: &str = "the demo reaches no real server: start without --demo for profiles";

/// Where to go, in words of the configuration: what it does not name, the configuration decides, which is read
/// again for it. Identities that were trusted meanwhile count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    /// Which profile; none: what flags and environment say without one.
    pub profile: Option<String>,
    /// Which domain to sign in to instead of the configured one; an empty text is the root domain.
    pub domain: Option<String>,
    /// Who signs in instead of the configured user.
    pub user: Option<String>,
}

impl Destination {
    /// A profile as the configuration has it.
    pub fn profile(name: impl Into<String>) -> Self {
        Self { profile: Some(name.into()), ..Self::default() }
    }

    /// What it is called on the screen, in displayed text.
    pub fn name(&self) -> String {
        let profile = self.profile.as_deref().map_or_else(
            || "the server of flags and environment".to_owned(),
            |name| format!("profile {}", Untrusted::from(name).brief()),
        );
        match self.domain.as_deref() {
            None => profile,
            Some("") => format!("{profile}, domain root"),
            Some(domain) => format!("{profile}, domain {}", Untrusted::from(domain).brief()),
        }
    }
}

/// Why there is no client for a destination.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectFailure {
    /// What is wrong and what can be done; one line.
    pub reason: Untrusted,
}

/// A client being made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connecting {
    /// The request that is waited for.
    pub request: RequestId,
    /// Where to.
    pub to: Destination,
    /// Since when.
    pub since: Moment,
    /// What was typed for that place: the password, to be tried there once, and whether it is then kept.
    pub typed: Option<(Password, bool)>,
}

/// How many profiles their window shows at a time.
pub fn profiles_in_sight(size: Size) -> usize {
    // Below them are a rule and what holds for the selected one.
    usize::from(inside(full_window(size)).height).saturating_sub(5).max(1)
}

/// Whether what became of a change is not known yet: why nobody leaves now.
pub fn unsettled(state: &State) -> Option<&'static str> {
    if state.is_applying() {
        return Some("a plan is being applied: stop it first, b shows it");
    }
    let in_flight = state.change.as_ref().is_some_and(Change::in_flight);
    in_flight.then_some("a change is not settled yet: first see what becomes of it")
}

/// Goes to another place as the operator wishes: not from a change that is not settled, and from one that was
/// not sent only when that is given up in words.
pub fn leave_for(state: &mut State, to: Destination) -> Vec<Effect> {
    if to.profile.is_some() && state.settings.badge == Badge::Demo {
        state.notice = Some(Notice::warning(IN_THE_DEMO));
        return Vec::new();
    }
    if state.settings.destination == to {
        state.notice = Some(Notice::info(format!("this is {} already", to.name()), state.now));
        return Vec::new();
    }
    let reviewing = |change: &Change| matches!(change.phase, Phase::Reviewing(_));
    let something_to_lose = |change: &Change| reviewing(change) || change.has_typed_text();
    if unsettled(state).is_none() && state.change.as_ref().is_some_and(something_to_lose) {
        state.modals.push(Modal::Question(Question::Depart(to)));
        return Vec::new();
    }
    depart(state, to)
}

/// The same, with a change that was not sent given up.
pub(super) fn depart(state: &mut State, to: Destination) -> Vec<Effect> {
    if unsettled(state).is_none() {
        state.change = None;
        state.modals.retain(|modal| *modal != Modal::Change);
    }
    connect(state, to)
}

/// Why the present place cannot be left at this moment; none: it can.
pub fn bound(state: &State) -> Option<&'static str> {
    if let Some(why) = unsettled(state) {
        return Some(why);
    }
    let change = state.change.as_ref()?;
    let closed = matches!(change.phase, Phase::Settled { .. });
    (!closed).then_some("a change is open: send it or close it first")
}

/// Begins to go to another place, unless a change holds the operator here.
pub fn connect(state: &mut State, to: Destination) -> Vec<Effect> {
    if let Some(why) = bound(state) {
        state.notice = Some(Notice::warning(why));
        return Vec::new();
    }
    let mut effects = give_up(state);
    let request = state.requests.next();
    state.notice = Some(Notice::warning(format!("on the way to {} · Ctrl-C stays here", to.name())));
    state.connecting = Some(Connecting { request, to: to.clone(), since: state.now, typed: None });
    effects.push(Effect::Connect { request, to });
    effects
}

/// The same, with what the operator typed to sign in there.
pub(super) fn connect_to_sign_in(
    state: &mut State,
    to: Destination,
    password: Password,
    keep: bool,
) -> Vec<Effect> {
    let effects = connect(state, to);
    match state.connecting.as_mut() {
        Some(connecting) => connecting.typed = Some((password, keep)),
        None => free_sign_in(state),
    }
    effects
}

/// Stays here after all.
pub fn give_up(state: &mut State) -> Vec<Effect> {
    state.connecting.take().map(|connecting| Effect::Cancel(connecting.request)).into_iter().collect()
}

/// The client is made, or cannot be: then everything stays as it is.
pub(super) fn connected(
    state: &mut State,
    request: RequestId,
    result: Result<Box<Settings>, ConnectFailure>,
) -> Vec<Effect> {
    let Some(connecting) = state.connecting.take_if(|connecting| connecting.request == request) else {
        return Vec::new();
    };
    let name = connecting.to.name();
    let stay = |state: &mut State, why: &str| {
        free_sign_in(state);
        state.notice = Some(Notice::warning(format!("still here, not at {name}: {why}")));
    };
    match (result, bound(state)) {
        (Err(failure), _) => {
            stay(state, failure.reason.display().as_str());
            Vec::new()
        }
        (Ok(_), Some(why)) => {
            stay(state, why);
            vec![Effect::Cancel(request)]
        }
        (Ok(settings), None) => {
            move_to(state, *settings);
            let mut effects = vec![Effect::Enter(request)];
            match connecting.typed {
                None => effects.extend(arrive(state)),
                Some((password, keep)) => {
                    state.settings.keep_password = keep;
                    effects.push(Effect::KeepPassword(keep));
                    effects.extend(sign_in(state, Some(password)));
                }
            }
            effects
        }
    }
}

/// Forgets the place that was shown. What remains is of this run: its size, its line, its clock, its numbers, its journal.
fn move_to(state: &mut State, settings: Settings) {
    let ledger = std::mem::take(&mut state.ledger).moved_to(&settings);
    // A theme that was chosen inside stays, unless the new place is configured to look otherwise.
    let theme = if settings.theme == state.settings.theme { state.theme } else { settings.theme };
    let State { run, size, now, requests, latest_key, interrupted_until, link, .. } = state;
    let warnings = settings.warnings.join(" · ");
    let fresh = State::at(*size, Arc::clone(run), settings, ledger);
    *state = State {
        now: *now,
        requests: requests.clone(),
        latest_key: *latest_key,
        link: link.clone(),
        interrupted_until: *interrupted_until,
        theme,
        notice: (!warnings.is_empty()).then(|| Notice::warning(warnings)),
        ..fresh
    };
}
