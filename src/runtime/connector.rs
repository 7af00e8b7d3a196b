//! From a destination to a client for it.

use std::fmt;

use futures_util::future::{BoxFuture, FutureExt as _, ready};

use super::client::Access;
use crate::app::{ConnectFailure, Destination, Profile, Settings};
use crate::domain::{Fingerprint, Pin};
use crate::text::Untrusted;

/// Makes clients. Nothing is sent while one is made, and nothing of the present one is at hand: a new client
/// begins without a token, and with the password of its own destination or none.
pub trait Connect: fmt::Debug + Send + Sync {
    /// A client for `to`, and what the core needs to know of the place.
    fn connect(&self, to: Destination) -> BoxFuture<'static, Result<Connected, ConnectFailure>>;

    /// What the configuration says of `to` now; no client is made.
    fn settings(&self, to: Destination) -> BoxFuture<'static, Result<Settings, ConnectFailure>>;

    /// The destinations that have a name, and what would hold at each.
    fn profiles(&self) -> BoxFuture<'static, Result<Vec<Profile>, ConnectFailure>>;

    /// Trusts a certificate of the server at `address` (host and port) in this run and, if it can be stored, in
    /// those to come. The words say why it could not.
    fn trust(&self, address: Untrusted, fingerprint: Fingerprint) -> BoxFuture<'static, Trusted>;
}

/// A certificate that is trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trusted {
    /// The certificate, and since when.
    pub pin: Pin,
    /// Whether it is stored; if not, why.
    pub stored: Result<(), Untrusted>,
}

/// A client that has sent nothing yet.
#[derive(Debug)]
pub struct Connected {
    /// What it may do.
    pub access: Access,
    /// What holds there.
    pub settings: Settings,
}

/// There is no other place.
#[derive(Debug)]
pub(super) struct Nowhere;

impl Connect for Nowhere {
    fn connect(&self, _: Destination) -> BoxFuture<'static, Result<Connected, ConnectFailure>> {
        let reason = "this run has no way to another server".into();
        ready(Err(ConnectFailure { reason })).boxed()
    }

    fn settings(&self, _: Destination) -> BoxFuture<'static, Result<Settings, ConnectFailure>> {
        let reason = "this run has no configuration".into();
        ready(Err(ConnectFailure { reason })).boxed()
    }

    fn profiles(&self) -> BoxFuture<'static, Result<Vec<Profile>, ConnectFailure>> {
        ready(Ok(Vec::new())).boxed()
    }

    fn trust(&self, _: Untrusted, fingerprint: Fingerprint) -> BoxFuture<'static, Trusted> {
        let stored = Err("this run stores nothing".into());
        ready(Trusted { pin: Pin { fingerprint, since: None }, stored }).boxed()
    }
}
