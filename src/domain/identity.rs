//! Who a server proves to be: its certificate as an operator reads it, and why it is believed or not.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::Fingerprint;
use crate::text::Untrusted;

/// A certificate as an operator reads it. Every text is the server's own, and cut where it is long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// SHA-256 of the whole certificate.
    pub fingerprint: Fingerprint,
    /// Whose it is, as a distinguished name; empty when it has none.
    pub subject: Untrusted,
    /// Who signed it.
    pub issuer: Untrusted,
    /// Whether subject and issuer are the same.
    pub self_issued: bool,
    /// The names and addresses it is made out for.
    pub names: Vec<Untrusted>,
    /// Whether the name the server was reached by is among them.
    pub name_matches: bool,
    /// Since when it is valid; none when that cannot be read.
    pub not_before: Option<Timestamp>,
    /// Until when.
    pub not_after: Option<Timestamp>,
    /// The key, such as `EC P-256` or `RSA 2048`.
    pub key: Untrusted,
    /// How it is signed.
    pub signature: Untrusted,
    /// Its number, in hexadecimal digits.
    pub serial: Untrusted,
}

impl Identity {
    /// How its validity stands at `now`.
    pub fn validity(&self, now: Timestamp) -> Validity {
        match (self.not_before, self.not_after) {
            (Some(begin), _) if now < begin => Validity::NotYet(begin),
            (_, Some(end)) if now > end => Validity::Expired(end),
            _ => Validity::Valid,
        }
    }
}

/// Whether a certificate is used within its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// It is.
    Valid,
    /// It begins only then.
    NotYet(Timestamp),
    /// It ended then.
    Expired(Timestamp),
}

/// The day of a point in time, UTC.
pub fn day(at: Timestamp) -> Date {
    jiff::tz::TimeZone::UTC.to_datetime(at).date()
}

/// One certificate a server is known by, whoever signed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin {
    /// The certificate.
    pub fingerprint: Fingerprint,
    /// Since when it is trusted; none when it was given for this run.
    pub since: Option<Date>,
}

/// Why a server is believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belief {
    /// Its certificate is the one that was given or stored.
    Pinned(Pin),
    /// An authority of this host vouches for it.
    System,
    /// An authority of the CA file does.
    CaFile,
}

/// A server whose certificate was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The certificate.
    pub identity: Arc<Identity>,
    /// Why it was accepted.
    pub belief: Belief,
}

/// A server whose certificate was not accepted: nothing but the handshake was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Distrust {
    /// Host and port as they were reached, the host in ASCII form.
    pub address: Untrusted,
    /// What it offered.
    pub offered: Identity,
    /// Why that was not accepted.
    pub doubt: Doubt,
}

/// What a server showed so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// The certificate accepted last.
    pub believed: Option<Verified>,
    /// The certificate refused last; it stays, whatever is shown after it.
    pub doubted: Option<Arc<Distrust>>,
}

/// Why a certificate was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// No authority that is known here vouches for it; the words say what is in the way. It can be pinned.
    Unknown(Untrusted),
    /// Another certificate is pinned for this server.
    Changed(Pin),
    /// It is too weak to prove anything, pinned or not; the words say in what.
    Weak(Untrusted),
}
