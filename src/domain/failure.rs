//! Why there is no usable answer, as data the screen can show and tests can compare.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{Distrust, ServerWords};
use crate::text::Untrusted;

/// What was asked of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Call {
    /// The server's certificate, by a handshake and nothing more.
    Look,
    /// A token by password.
    SignIn,
    /// A token by client certificate.
    SignInByCertificate,
    /// A token by refresh token.
    Renew,
    /// A page of organizations.
    ListOrganizations,
    /// One organization.
    GetOrganization,
    /// The change of one organization.
    PatchOrganization,
    /// The Salesforce connections.
    ListConnections,
    /// One connection.
    GetConnection,
    /// The test of one connection, whose result the server stores.
    TestConnection,
    /// The organizations that a connection reaches.
    DiscoverOrganizations,
    /// What the appliance wants to be read before signing in.
    ReadBanner,
    /// The account that signed in.
    WhoAmI,
    /// Name and version of the appliance.
    ReadAppliance,
    /// The domains the account may work in.
    ListDomains,
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Look => "look at the server's certificate",
            Self::SignIn => "sign in",
            Self::SignInByCertificate => "sign in by certificate",
            Self::Renew => "renew the session",
            Self::ListOrganizations => "list the organizations",
            Self::GetOrganization => "read the organization",
            Self::PatchOrganization => "change the organization",
            Self::ListConnections => "list the connections",
            Self::GetConnection => "read the connection",
            Self::TestConnection => "test the connection",
            Self::DiscoverOrganizations => "ask which organizations the connection reaches",
            Self::ReadBanner => "read the sign-in banner",
            Self::WhoAmI => "ask who signed in",
            Self::ReadAppliance => "read name and version of the appliance",
            Self::ListDomains => "list the domains",
        })
    }
}

/// The kind of a failure; the exact words are in [`Failure::detail`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureKind {
    /// No connection was made: nothing was sent.
    Unreachable,
    /// The certificate was not trusted or TLS could not be agreed on: nothing was sent.
    NotTrusted,
    /// The server asks for a client certificate, or does not accept ours: it looked at no request.
    NotRecognized,
    /// No whole answer within the deadline.
    TimedOut {
        /// The deadline.
        after: Duration,
    },
    /// The connection ended before the whole answer was there.
    CutOff,
    /// The answer was larger than accepted, and was not read to its end.
    TooLarge {
        /// The cap on decoded bytes.
        most: usize,
    },
    /// An answer came that is not one of this API.
    NotUnderstood,
    /// The server pointed elsewhere; it was not followed.
    Redirected,
    /// The server answered with an error status.
    Refused {
        /// HTTP status code.
        status: u16,
    },
    /// There is no session and no way to get one without the operator.
    SignInNeeded,
    /// The task that asked ended without an answer (a fault of this program).
    Lost,
}

/// Why a call has no usable answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What was asked.
    pub call: Call,
    /// What kind of failure.
    pub kind: FailureKind,
    /// The exact words: a library's message chain, or what is wrong with the body. Never a secret.
    pub detail: Untrusted,
    /// The server's own words, when it answered.
    pub words: ServerWords,
    /// When the server asks to come again, at most 60 s.
    pub retry_after: Option<Duration>,
    /// The certificate that was not accepted, when that is why.
    pub distrust: Option<Arc<Distrust>>,
}

impl Failure {
    /// A failure without words of the server.
    pub fn new(call: Call, kind: FailureKind, detail: impl Into<Untrusted>) -> Self {
        Self {
            call,
            kind,
            detail: detail.into(),
            words: ServerWords::default(),
            retry_after: None,
            distrust: None,
        }
    }

    /// Whether the bytes of the request may have reached the server.
    ///
    /// A request that needed a token first, and failed at that, was never sent: its failure is one of the
    /// token's.
    pub const fn may_have_arrived(&self) -> bool {
        let token = matches!(self.call, Call::SignIn | Call::SignInByCertificate | Call::Renew);
        let unsent = matches!(
            self.kind,
            FailureKind::Unreachable
                | FailureKind::NotTrusted
                | FailureKind::NotRecognized
                | FailureKind::SignInNeeded
        );
        !token && !unsent
    }
}
