//! Everything that can happen, as plain data.

use std::time::Duration;

use ratatui::layout::Size;

use super::clipboard::Copied;
use super::effect::RequestId;
use super::export::Saved;
use super::list::Batch;
use super::plan::outside::Offered;
use super::settings::Settings;
use super::switch::{ConnectFailure, Profile};
use crate::domain::{
    Connection, Discovered, Domain, Failure, Introduction, JournalFailure, Moment, Organization, PatchAnswer,
    Record, Shown,
};
use crate::input::{Key, Mouse};
use crate::text::Untrusted;

/// Something that happened, and when. The runtime makes the stamp; nobody else has a clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Stamped {
    /// When it happened.
    pub at: Moment,
    /// What happened.
    pub message: Message,
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    /// The loop runs; the first message of all.
    Started,
    /// A key was pressed.
    Key(Key),
    /// The mouse was used.
    Mouse {
        /// What was done, and where.
        mouse: Mouse,
        /// How often in a row.
        times: usize,
    },
    /// Text was pasted (bracketed paste), as it came.
    Pasted(String),
    /// The terminal has another size.
    Resized(Size),
    /// The moment that [`next_deadline`](super::next_deadline) named has come.
    DeadlineReached,
    /// A request was answered.
    Replied {
        /// The number the request was given.
        request: RequestId,
        /// What came of it.
        reply: Reply,
        /// From the first byte sent to the last byte read, retries included.
        took: Duration,
    },
    /// The session began, was renewed or ended, whoever caused it.
    SessionChanged(Session),
    /// A read failed and is sent again, the first of them; or none is any more.
    Repeating(Option<Repeat>),
    /// The server showed a certificate, and it was believed or not.
    CertificateShown(Shown),
    /// The frame that shows the present state was written to the terminal.
    Drawn,
    /// What was written for that; not told of a frame that changed nothing.
    Sent {
        /// Bytes of it.
        bytes: usize,
        /// How long the terminal made them wait; nothing when it took them at once.
        waited: Duration,
    },
    /// A text was copied, or was not.
    Copied {
        /// What it is called.
        what: String,
        /// Where it went.
        copied: Copied,
    },
    /// Bytes came from the keyboard that are no UTF-8.
    Garbled,
    /// The screen shows something else: it was somebody else's in the meantime.
    ScreenLost,
    /// The program could not be stopped for a shell, for this reason.
    NotStopped(String),
    /// The program was asked to end by a signal.
    ShutdownRequested,
}

/// A read that failed for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Why, the last time.
    pub failure: Failure,
    /// When it is sent again.
    pub at: Moment,
}

/// What came of a request.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Of [`Effect::SignIn`](super::Effect::SignIn).
    SignedIn(Result<(), Failure>),
    /// Of [`Effect::ListOrganizations`](super::Effect::ListOrganizations).
    Listed(Result<Batch, Failure>),
    /// Of [`Effect::FetchOrganization`](super::Effect::FetchOrganization).
    Fetched(Box<Result<Organization, Failure>>),
    /// Of [`Effect::PatchOrganization`](super::Effect::PatchOrganization).
    Patched(Box<Result<PatchAnswer, Failure>>),
    /// Of [`Effect::FetchConnection`](super::Effect::FetchConnection).
    ConnectionFetched(Box<Result<Connection, Failure>>),
    /// Of [`Effect::TestConnection`](super::Effect::TestConnection): the connection as it is after the test.
    ConnectionTested(Box<Result<Connection, Failure>>),
    /// Of [`Effect::Discover`](super::Effect::Discover).
    Discovered(Result<Vec<Record<Discovered>>, Failure>),
    /// Of [`Effect::Record`](super::Effect::Record): the number of the line, which is durable.
    Recorded(Result<u64, JournalFailure>),
    /// Of [`Effect::KeepPlan`](super::Effect::KeepPlan): it is durable.
    PlanKept(Result<(), JournalFailure>),
    /// Of [`Effect::ReadPlan`](super::Effect::ReadPlan); the words say why there is none.
    PlanRead(Result<Offered, Untrusted>),
    /// Of [`Effect::Save`](super::Effect::Save); the words say why there is no file.
    Saved(Result<Saved, Untrusted>),
    /// Of [`Effect::ListProfiles`](super::Effect::ListProfiles).
    ProfilesListed(Result<Vec<Profile>, ConnectFailure>),
    /// Of [`Effect::Connect`](super::Effect::Connect): what holds there. Nothing was sent yet.
    Connected(Result<Box<Settings>, ConnectFailure>),
    /// Of [`Effect::Reload`](super::Effect::Reload): what the configuration says now.
    Reloaded(Result<Box<Settings>, ConnectFailure>),
    /// Of [`Effect::Trust`](super::Effect::Trust): it is believed; the words say why it is not stored.
    Trusted(Result<(), Untrusted>),
    /// Of [`Effect::ReadBanner`](super::Effect::ReadBanner); empty when there is none.
    Banner(Result<Untrusted, Failure>),
    /// Of [`Effect::Introduce`](super::Effect::Introduce).
    Introduced(Introduction),
    /// Of [`Effect::ListDomains`](super::Effect::ListDomains): every page.
    DomainsListed(Result<Vec<Domain>, Failure>),
    /// Of [`Effect::ListConnections`](super::Effect::ListConnections): every page.
    ConnectionsListed(Result<Vec<Record<Connection>>, Failure>),
}

/// Whether requests can be made in somebody's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// No token.
    SignedOut,
    /// A token that the server accepts until then; it is renewed by itself.
    SignedIn {
        /// When the present token ends.
        until: Moment,
    },
}
