//! Everything the core can ask of the world, as plain data.

use std::sync::Arc;

use super::export::Content;
use super::remembered::Remembered;
use super::switch::Destination;
use crate::domain::{
    Connection, Criteria, Fingerprint, OperationId, OrganizationId, OrganizationPatch, Password, Plan,
    PlanId, Transition, Window,
};
use crate::text::Untrusted;

/// The number of a request, handed out in order and never twice. An answer whose number nobody waits for is
/// dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RequestId(u64);

/// Hands out request numbers.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct RequestIds(u64);

impl RequestIds {
    /// The next number.
    pub const fn next(&mut self) -> RequestId {
        self.0 += 1;
        RequestId(self.0)
    }
}

/// Something the runtime must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Get a token: with this password, or with the configured one when there is none.
    SignIn {
        /// Number of the request.
        request: RequestId,
        /// As typed by the operator; tried once.
        password: Option<Password>,
    },
    /// Read one page of organizations.
    ListOrganizations {
        /// Number of the request.
        request: RequestId,
        /// Which part of the list.
        window: Window,
        /// What the list is without.
        criteria: Criteria,
    },
    /// Read one organization.
    FetchOrganization {
        /// Number of the request.
        request: RequestId,
        /// Which one.
        id: OrganizationId,
    },
    /// Read all Salesforce connections.
    ListConnections {
        /// Number of the request.
        request: RequestId,
    },
    /// Whether a password that is accepted from here on is kept in memory; one that is kept is forgotten at once.
    KeepPassword(bool),
    /// Read what the appliance wants to be read before signing in.
    ReadBanner {
        /// Number of the request.
        request: RequestId,
    },
    /// Ask who signed in, and at what.
    Introduce {
        /// Number of the request.
        request: RequestId,
    },
    /// Read the domains that the account may work in.
    ListDomains {
        /// Number of the request.
        request: RequestId,
    },
    /// Send one PATCH, once. The only change of an organization there is.
    PatchOrganization {
        /// Number of the request.
        request: RequestId,
        /// Which organization.
        id: OrganizationId,
        /// The one field and its new value.
        patch: OrganizationPatch,
    },
    /// Read one connection.
    FetchConnection {
        /// Number of the request.
        request: RequestId,
        /// Its id, or its name.
        named: Untrusted,
    },
    /// Have the server test a connection, then read it.
    TestConnection {
        /// Number of the request.
        request: RequestId,
        /// Which one.
        connection: Connection,
    },
    /// Ask the server which organizations a connection reaches.
    Discover {
        /// Number of the request.
        request: RequestId,
        /// Its name, or its id.
        connection: Untrusted,
    },
    /// Write a line of the journal, durably, in the order asked for.
    Record {
        /// Number of the request.
        request: RequestId,
        /// Which change.
        operation: OperationId,
        /// What happened to it.
        transition: Transition,
    },
    /// Believe a certificate from here on, and store that.
    Trust {
        /// Number of the request.
        request: RequestId,
        /// Host and port.
        address: Untrusted,
        /// The certificate.
        fingerprint: Fingerprint,
    },
    /// Store a plan that is about to be applied, durably, before the first step of its rows is recorded.
    KeepPlan {
        /// Number of the request.
        request: RequestId,
        /// The plan.
        plan: Arc<Plan>,
    },
    /// A plan is done, or nobody goes on with it: it is stored no more.
    ForgetPlan(PlanId),
    /// Read a plan from a file that the operator named.
    ReadPlan {
        /// Number of the request.
        request: RequestId,
        /// The file, as it was typed.
        file: String,
    },
    /// Write a new file, off the loop; nothing that is there is touched.
    Save {
        /// Number of the request.
        request: RequestId,
        /// Its name, of our own parts.
        name: String,
        /// What is in it.
        content: Content,
    },
    /// Write what the journal has of a plan to two new files; the answer is that of [`Effect::Save`].
    SaveReport {
        /// Number of the request.
        request: RequestId,
        /// The name of the Markdown, of our own parts; the CSV is beside it.
        name: String,
        /// Which plan.
        plan: PlanId,
    },
    /// Copy a text. The answer is [`Message::Copied`](super::Message::Copied).
    Copy {
        /// What it is called, to be said with the answer.
        what: String,
        /// The text.
        text: String,
    },
    /// Write down how the list of a profile is shown, for the next run.
    Remember {
        /// The profile; none: the place that flags and environment name.
        profile: Option<String>,
        /// What is to be known of it.
        remembered: Box<Remembered>,
    },
    /// Read which profiles there are.
    ListProfiles {
        /// Number of the request.
        request: RequestId,
    },
    /// Read the configuration again, for a place that is not left.
    Reload {
        /// Number of the request.
        request: RequestId,
        /// Which place.
        to: Destination,
    },
    /// Make a client for another place. The present one goes on until [`Effect::Enter`].
    Connect {
        /// Number of the request.
        request: RequestId,
        /// Where to.
        to: Destination,
    },
    /// The client that this request made takes the place of the present one, which is left: its reads are given
    /// up, its session is ended at its server, and nothing it may still answer is heard.
    Enter(RequestId),
    /// The answer of a read is not wanted any more.
    Cancel(RequestId),
    /// Draw everything again, as if the screen were unknown.
    Repaint,
    /// Give the terminal to the shell until it lets the program go on. Where that cannot be, the answer is
    /// [`Message::NotStopped`](super::Message::NotStopped).
    Suspend,
    /// Leave the program.
    Quit,
}

impl Effect {
    /// The number under which this is answered; none for what has no answer.
    pub const fn request(&self) -> Option<RequestId> {
        match self {
            Self::SignIn { request, .. }
            | Self::ListOrganizations { request, .. }
            | Self::FetchOrganization { request, .. }
            | Self::ListConnections { request }
            | Self::ReadBanner { request }
            | Self::Introduce { request }
            | Self::ListDomains { request }
            | Self::FetchConnection { request, .. }
            | Self::TestConnection { request, .. }
            | Self::Discover { request, .. }
            | Self::Record { request, .. }
            | Self::Save { request, .. }
            | Self::SaveReport { request, .. }
            | Self::KeepPlan { request, .. }
            | Self::ReadPlan { request, .. }
            | Self::ListProfiles { request }
            | Self::Connect { request, .. }
            | Self::Reload { request, .. }
            | Self::Trust { request, .. }
            | Self::PatchOrganization { request, .. } => Some(*request),
            Self::KeepPassword(_)
            | Self::Enter(_)
            | Self::Cancel(_)
            | Self::Copy { .. }
            | Self::ForgetPlan(_)
            | Self::Remember { .. }
            | Self::Repaint
            | Self::Suspend
            | Self::Quit => None,
        }
    }
}
