//! Everything the core can ask of the world, as plain data.

use crate::domain::{OrganizationId, OrganizationPatch, Password, Window};

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
    /// Send one PATCH, once. The only write there is.
    PatchOrganization {
        /// Number of the request.
        request: RequestId,
        /// Which organization.
        id: OrganizationId,
        /// The one field and its new value.
        patch: OrganizationPatch,
    },
    /// The answer of a read is not wanted any more.
    Cancel(RequestId),
    /// Draw everything again, as if the screen were unknown.
    Repaint,
    /// Leave the program.
    Quit,
}
