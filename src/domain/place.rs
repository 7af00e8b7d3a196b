//! Where a session is, and in whose name.

use crate::text::Untrusted;

/// A domain of the server (API contract §2.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Its id.
    pub id: Untrusted,
    /// Its name, as a token is asked for by; empty when the server does not say.
    pub name: Untrusted,
}

/// What the server says of itself and of the account, as far as the account may read it. Empty: not told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Introduction {
    /// Name of the account.
    pub username: Untrusted,
    /// Name of the domain that the session is for.
    pub domain: Untrusted,
    /// Name of the appliance.
    pub appliance: Untrusted,
    /// Its version, such as `2.19.0+14195`.
    pub version: Untrusted,
}
