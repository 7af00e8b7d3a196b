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
use super::line::{Line, labelled, wrapped};
use super::message::Session;
use super::modal::Modal;
use super::notice::Notice;
use super::settings::Badge;
use super::state::State;
use super::update::sign_in;
use crate::domain::{
    Belief, Distrust, Doubt, Failure, Fingerprint, Identity, Pin, PlanPlace, Shown, Validity, Verified, day,
};
use crate::text::{self, Untrusted};
use crate::theme::Role;

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

/// The rows of the first-contact window, the buttons and the field not among them: the fingerprint first and in
/// full, each of the others on one row, so that all of them are in sight at the smallest size.
pub fn first_contact_lines(window: &FirstContact, profile: &str, width: usize) -> Vec<Line> {
    let offered = &window.distrust.offered;
    let mut lines = fingerprint_lines("SHA-256", offered.fingerprint, width);
    lines.extend(about(offered, width));
    if let Doubt::Unknown(why) = &window.distrust.doubt {
        lines.push(Line::new(Role::Warning, cut(&format!("Not trusted: {}.", why.brief()), width)));
    }
    lines.push(Line::new(
        Role::Text,
        cut("Compare it with the value from your CipherTrust administrator.", width),
    ));
    let ask = format!("To trust this server{profile}, paste the SHA-256 here:");
    lines.push(Line::new(Role::Text, cut(&ask, width)));
    lines
}

/// Cells of a label: with half a fingerprint beside it, as wide as the narrowest window.
const LABEL: usize = 9;

fn field_line(label: &str, role: Role, value: &str, width: usize) -> Line {
    let room = width.saturating_sub(LABEL);
    Line::new(Role::Dim, text::pad(label, LABEL, '…')).and(role, cut(value, room))
}

fn cut(shown: &str, width: usize) -> String {
    match text::clip(shown, width) {
        (whole, false) => whole.to_owned(),
        (_, true) => format!("{}…", text::clip(shown, width.saturating_sub(1)).0),
    }
}

/// Subject, issuer, validity and name, one row each.
fn about(identity: &Identity, width: usize) -> Vec<Line> {
    let issuer = if identity.self_issued {
        "itself (made by the appliance, or by somebody else)".to_owned()
    } else {
        identity.issuer.brief().into_string()
    };
    let (role, matches) = name_match(identity);
    vec![
        field_line("Subject", Role::Text, identity.subject.brief().as_str(), width),
        field_line("Issuer", Role::Text, &issuer, width),
        field_line("Valid", Role::Text, &validity(identity), width),
        field_line("Name", role, &matches, width),
    ]
}

fn validity(identity: &Identity) -> String {
    let shown = |at: Option<Timestamp>| at.map_or_else(|| "?".to_owned(), |at| day(at).to_string());
    format!("{} to {}", shown(identity.not_before), shown(identity.not_after))
}

fn name_match(identity: &Identity) -> (Role, String) {
    if identity.name_matches {
        return (Role::Text, "matches".to_owned());
    }
    let names: Vec<_> = identity.names.iter().take(3).map(|name| name.brief().into_string()).collect();
    let names = if names.is_empty() { "it names no server".to_owned() } else { names.join(", ") };
    (Role::Warning, format!("matches: NO ({names})"))
}

/// A certificate in full, at most `width` cells wide.
pub fn certificate_lines(identity: &Identity, width: usize) -> Vec<Line> {
    let row = |label: &str, value: &str| labelled(label, (Role::Text, value), 12, width);
    let mut lines = fingerprint_lines("SHA-256", identity.fingerprint, width);
    lines.extend(row("Subject", identity.subject.display().as_str()));
    lines.extend(row("Issuer", identity.issuer.display().as_str()));
    let exact = |at: Option<Timestamp>| at.map_or_else(|| "cannot be read".to_owned(), |at| at.to_string());
    lines.extend(row("Valid from", &exact(identity.not_before)));
    lines.extend(row("Valid until", &exact(identity.not_after)));
    lines.extend(row("Key", identity.key.display().as_str()));
    lines.extend(row("Signed by", identity.signature.display().as_str()));
    lines.extend(row("Serial", identity.serial.display().as_str()));
    let matches = if identity.name_matches {
        "the name of the server is among them"
    } else {
        "the name of the server is not among them"
    };
    lines.extend(row("Names", matches));
    for name in &identity.names {
        lines.extend(row("", name.display().as_str()));
    }
    lines
}

/// The window of a changed identity, at most `width` cells wide.
pub fn stop_lines(changed: &Changed, profile: Option<&str>, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    let (word, fingerprint, remark) = match &changed.before {
        Before::Pinned(Pin { fingerprint, since: Some(since) }) => {
            ("pinned", fingerprint, format!("since {since}"))
        }
        Before::Pinned(Pin { fingerprint, since: None }) => {
            ("given", fingerprint, "by --pin, CCKM_PIN or the profile".to_owned())
        }
        Before::Vouched(fingerprint, _) => ("before", fingerprint, "vouched for by an authority".to_owned()),
    };
    lines.extend(both(word, *fingerprint, &remark, width));
    let issuer = format!("issuer {}", changed.offered.issuer.brief());
    lines.extend(both("offered", changed.offered.fingerprint, &issuer, width));
    if let Before::Vouched(_, why) = &changed.before {
        lines.extend(wrapped(
            Role::Warning,
            &format!("No authority vouches for it: {}.", why.brief()),
            width,
        ));
    }
    lines.push(Line::default());
    lines.push(Line::new(Role::Title, "Nothing was sent to it. No password, no token."));
    let target = profile.map_or_else(|| changed.address.brief().into_string(), str::to_owned);
    let advice = match &changed.before {
        Before::Pinned(Pin { since: Some(_), .. }) => format!(
            "If the appliance was given a new certificate, re-pin outside: cckm-tui trust replace {target}"
        ),
        Before::Pinned(Pin { since: None, .. }) => {
            "If the appliance was given a new certificate, give its fingerprint instead.".to_owned()
        }
        Before::Vouched(..) => {
            "If the appliance was given a new certificate, start again and compare its fingerprint."
                .to_owned()
        }
    };
    lines.extend(wrapped(Role::Text, &advice, width));
    lines
}

fn both(label: &str, fingerprint: Fingerprint, remark: &str, width: usize) -> Vec<Line> {
    let mut lines = fingerprint_lines(label, fingerprint, width);
    lines.push(field_line("", Role::Dim, remark, width));
    lines
}

/// A fingerprint in full: on one row where there is room, else on two.
fn fingerprint_lines(label: &str, fingerprint: Fingerprint, width: usize) -> Vec<Line> {
    let whole = fingerprint.to_string();
    if width >= LABEL + whole.len() {
        return vec![field_line(label, Role::Value, &whole, width)];
    }
    let rows = [label, ""].into_iter().zip(fingerprint.halves());
    rows.map(|(label, half)| field_line(label, Role::Value, &half, width)).collect()
}
