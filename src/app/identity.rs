//! Who the server proved to be, and what is done about one that is not believed.
//!
//! ```text
//!  certificate nobody vouches for ─▶ first contact ── its fingerprint typed ──▶ Effect::Trust ─▶ sign-in goes on
//!                                        └ Quit (the button that has the focus at first)
//!  another certificate than before ─▶ STOP: nothing goes on, there is only Quit
//! ```
//!
//! Nothing was sent to either server but the handshake. What was sent before to the one that was believed has
//! its end as ever: a change under way is settled by reading, or stays open for the next run.

use std::sync::Arc;

use jiff::Timestamp;

use super::change::Phase;
use super::effect::{Effect, RequestId};
use super::field::Field;
use super::message::Session;
use super::modal::Modal;
use super::notice::Notice;
use super::settings::Badge;
use super::state::State;
use super::update::sign_in;
use crate::domain::{
    Belief, Distrust, Doubt, Failure, Fingerprint, Identity, Pin, PlanPlace, Shown, Validity, Verified, day,
};
use crate::text::Untrusted;

/// The window of a server that is met for the first time.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstContact {
    /// What it offers, and why nobody vouches for that.
    pub distrust: Arc<Distrust>,
    /// The fingerprint being typed.
    pub field: Field,
    /// What Enter does.
    pub button: Button,
    /// What is wrong with the fingerprint.
    pub wrong: Option<String>,
    /// The request that stores it.
    pub storing: Option<RequestId>,
}

/// What can be done about an unknown server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Button {
    /// Leave.
    Quit,
    /// Say how a CA file is given.
    CaFile,
    /// Compare what was typed, and trust.
    Trust,
}

impl Button {
    /// In the order of the screen.
    pub const ALL: [Self; 3] = [Self::Quit, Self::CaFile, Self::Trust];

    /// The word on it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Quit => "Quit",
            Self::CaFile => "Use a CA file",
            Self::Trust => "Trust",
        }
    }

    /// The one after it.
    #[must_use]
    pub const fn next(self) -> Self {
        match self {
            Self::Quit => Self::CaFile,
            Self::CaFile => Self::Trust,
            Self::Trust => Self::Quit,
        }
    }

    /// The one before it.
    #[must_use]
    pub const fn previous(self) -> Self {
        self.next().next()
    }
}

/// A certificate to be read in full.
#[derive(Clone, Debug, PartialEq)]
pub struct CertificateWindow {
    /// What is shown.
    pub identity: Identity,
    /// First line on the screen.
    pub scroll: usize,
}

/// Another identity than the one that was believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Host and port.
    pub address: Untrusted,
    /// What was believed.
    pub before: Before,
    /// What is offered instead.
    pub offered: Identity,
}

/// What a server was believed for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Before {
    /// Its pin.
    Pinned(Pin),
    /// An authority that vouched for another certificate, earlier in this run; why none vouches for this one.
    Vouched(Fingerprint, Untrusted),
}

/// Whether a failure is told by a window of this file, and needs no other.
pub(super) fn has_own_window(failure: &Failure) -> bool {
    failure.distrust.as_ref().is_some_and(|distrust| !matches!(distrust.doubt, Doubt::Weak(_)))
}

/// The server showed certificates, and they were believed or not.
pub(super) fn shown(state: &mut State, shown: Shown) {
    if let Some(distrust) = shown.doubted {
        met(state, distrust);
    }
    if let Some(verified) = shown.believed {
        believed(state, verified);
    }
}

/// A request failed, for this reason perhaps. It is told as well as [`shown`], and may come first: no password is
/// asked for in between.
pub(super) fn met_by(state: &mut State, failure: Failure) {
    if let Some(distrust) = failure.distrust {
        met(state, distrust);
    }
}

/// A certificate was not believed.
fn met(state: &mut State, distrust: Arc<Distrust>) {
    let before = match (&distrust.doubt, &state.identity) {
        (Doubt::Weak(_), _) => return,
        (Doubt::Changed(pin), _) => Before::Pinned(*pin),
        // It was believed a moment ago: this is another one, or somebody in between.
        (Doubt::Unknown(why), Some(verified)) => Before::Vouched(verified.identity.fingerprint, why.clone()),
        (Doubt::Unknown(_), None) => return first_contact(state, distrust),
    };
    stop(state, Changed { address: distrust.address.clone(), before, offered: distrust.offered.clone() });
}

fn first_contact(state: &mut State, distrust: Arc<Distrust>) {
    let open = state.modals.iter_mut().find_map(|modal| match modal {
        Modal::FirstContact(window) => Some(window),
        _ => None,
    });
    match open {
        Some(window) if window.distrust.offered.fingerprint == distrust.offered.fingerprint => {}
        Some(window) => **window = FirstContact::new(distrust),
        None => {
            state.modals.retain(|modal| !matches!(modal, Modal::Problem(_)));
            state.modals.push(Modal::FirstContact(Box::new(FirstContact::new(distrust))));
        }
    }
}

/// Nothing goes on from here.
fn stop(state: &mut State, changed: Changed) {
    if state.stopped.is_some() {
        return;
    }
    state.stopped = Some(Arc::new(changed));
    state.session = Session::SignedOut;
    state.signing_in = None;
    // A change that was not sent dies; one that was has its end on record.
    if state.change.as_ref().is_some_and(|change| !change.in_flight() && !is_settled(&change.phase)) {
        state.change = None;
    }
    state.draft = None;
    if let Some(applying) = state.applying.as_mut() {
        applying.stop();
    }
    state.modals.clear();
    state.modals.push(Modal::Stop);
}

const fn is_settled(phase: &Phase) -> bool {
    matches!(phase, Phase::Settled { .. })
}

/// After a stop its window is the only one, but for the question whether to leave an unsettled change.
pub(super) fn keep_stopped(state: &mut State) {
    if state.stopped.is_none() {
        return;
    }
    state.session = Session::SignedOut;
    state.modals.retain(|modal| matches!(modal, Modal::Stop | Modal::Question(_)));
}

/// A server was believed.
fn believed(state: &mut State, verified: Verified) {
    if let Some(words) = concern(&verified, state.wall_clock()) {
        state.notice = Some(Notice::warning(words));
    }
    state.identity = Some(Arc::new(verified));
}

/// What is odd about a certificate that is believed all the same.
fn concern(verified: &Verified, now: i64) -> Option<String> {
    let now = Timestamp::from_second(now).ok()?;
    match verified.identity.validity(now) {
        Validity::Valid => None,
        Validity::Expired(end) => {
            Some(format!("the pinned certificate of the server expired on {}", day(end)))
        }
        Validity::NotYet(begin) => {
            Some(format!("the pinned certificate of the server is not valid before {}", day(begin)))
        }
    }
}

/// Why the server is believed, in a few words for the header and the sign-in window: displayed text.
pub fn words(state: &State) -> String {
    let now = state.wall_clock();
    match state.identity.as_deref() {
        None if state.settings.server.as_sent().starts_with("http://") => {
            "plain http, this machine only".into()
        }
        None => "not seen yet".to_owned(),
        Some(Verified { identity, belief }) => {
            let short = identity.fingerprint.short();
            match belief {
                Belief::System => "system CA".to_owned(),
                Belief::CaFile => "CA file".to_owned(),
                Belief::Pinned(pin) => {
                    let since =
                        pin.since.map_or_else(|| "pinned".to_owned(), |since| format!("pinned {since}"));
                    let state = match Timestamp::from_second(now).map(|now| identity.validity(now)) {
                        Ok(Validity::Expired(end)) => format!("EXPIRED {}", day(end)),
                        Ok(Validity::NotYet(begin)) => format!("NOT VALID before {}", day(begin)),
                        _ => "ok".to_owned(),
                    };
                    format!("{since} sha256:{short} {state}")
                }
            }
        }
    }
}

/// The same in two words, for where there is room for no more.
pub fn word(state: &State) -> &'static str {
    match state.identity.as_deref().map(|verified| &verified.belief) {
        Some(Belief::Pinned(_)) => "tls pinned",
        Some(Belief::System | Belief::CaFile) => "tls ca",
        None if state.settings.server.as_sent().starts_with("http://") => "no tls",
        None => "tls",
    }
}

/// What the journal calls the server: the fingerprint of its certificate; empty with plain http.
pub(super) fn on_record(verified: Option<&Verified>) -> Untrusted {
    verified.map(|verified| format!("sha256:{}", verified.identity.fingerprint).into()).unwrap_or_default()
}

/// Where this is, as plans and snapshots name it.
pub fn place(state: &State) -> PlanPlace {
    PlanPlace {
        server: state.settings.server.clone(),
        server_identity: on_record(state.identity.as_deref()),
        domain: state.settings.domain.clone(),
    }
}

/// The profile's name, displayed.
pub fn profile_of(state: &State) -> Option<String> {
    match &state.settings.badge {
        Badge::Profile(name) => Some(name.brief().into_string()),
        Badge::Demo | Badge::Unnamed => None,
    }
}

impl FirstContact {
    /// The window before anything was typed. Quit has the focus.
    pub fn new(distrust: Arc<Distrust>) -> Self {
        Self { distrust, field: Field::default(), button: Button::Quit, wrong: None, storing: None }
    }

    /// The field was edited: who types a fingerprint wants it compared.
    pub(super) fn edited(&mut self) {
        self.wrong = None;
        self.button = if self.field.text().is_empty() { Button::Quit } else { Button::Trust };
    }

    /// Whether a typed character belongs to a fingerprint; others are commands.
    pub(super) const fn takes(c: char) -> bool {
        c.is_ascii_hexdigit() || matches!(c, ':' | ' ')
    }

    /// Compares what was typed with what is offered.
    fn compared(&self) -> Result<Fingerprint, String> {
        if self.field.text().trim().is_empty() {
            return Err("type or paste the SHA-256 first".to_owned());
        }
        let typed = Fingerprint::parse(self.field.text()).map_err(|error| error.to_string())?;
        if typed == self.distrust.offered.fingerprint {
            Ok(typed)
        } else {
            Err("that is another fingerprint than this server's: do not trust it".to_owned())
        }
    }
}

/// Enter on a button.
pub(super) fn press(state: &mut State) -> Vec<Effect> {
    let Some(Modal::FirstContact(window)) = state.modals.last_mut() else { return Vec::new() };
    if window.storing.is_some() {
        return Vec::new();
    }
    match window.button {
        Button::Quit => vec![Effect::Quit],
        Button::CaFile => {
            window.wrong =
                Some("quit, and start with --ca-file FILE: the PEM file of the authority".to_owned());
            Vec::new()
        }
        Button::Trust => match window.compared() {
            Err(words) => {
                window.wrong = Some(words);
                Vec::new()
            }
            Ok(fingerprint) => {
                let request = state.requests.next();
                (window.storing, window.wrong) = (Some(request), None);
                let address = window.distrust.address.clone();
                vec![Effect::Trust { request, address, fingerprint }]
            }
        },
    }
}

/// The fingerprint is trusted from here on: sign-in goes on.
pub(super) fn trusted(state: &mut State, request: RequestId, result: Result<(), Untrusted>) -> Vec<Effect> {
    let waited =
        |modal: &Modal| matches!(modal, Modal::FirstContact(window) if window.storing == Some(request));
    if !state.modals.iter().any(waited) {
        return Vec::new();
    }
    state.modals.retain(|modal| !matches!(modal, Modal::FirstContact(_) | Modal::Certificate(_)));
    state.notice = Some(match result {
        Ok(()) => Notice::info("trusted from here on, and stored", state.now),
        Err(why) => Notice::warning(format!("trusted for this run only: {}", why.brief())),
    });
    let typing = state.modals.iter().any(|modal| matches!(modal, Modal::SignIn(window) if !window.busy));
    if typing {
        // Who has not sent a password yet goes on typing it, below the banner that could not be read before.
        state.banner = None;
        return Vec::new();
    }
    sign_in(state, None)
}
