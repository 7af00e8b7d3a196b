//! Certificates and what is thought of them, for tests of the core.

use std::sync::Arc;

use cckm_tui::app::Message;
use cckm_tui::domain::{Belief, Distrust, Doubt, Fingerprint, Identity, Pin, Shown, Verified};

pub fn fingerprint(byte: u8) -> Fingerprint {
    Fingerprint::new([byte; 32])
}

/// The certificate an appliance makes for itself.
pub fn identity(byte: u8) -> Identity {
    Identity {
        fingerprint: fingerprint(byte),
        subject: "CN=web.ciphertrustmanager.local".into(),
        issuer: "CN=CipherTrust Root CA".into(),
        self_issued: false,
        names: vec!["web.ciphertrustmanager.local".into()],
        name_matches: false,
        not_before: Some("2025-11-02T00:00:00Z".parse().unwrap()),
        not_after: Some("2046-11-02T00:00:00Z".parse().unwrap()),
        key: "EC P-256".into(),
        signature: "ECDSA with SHA-256".into(),
        serial: "0A:1B".into(),
    }
}

pub fn verified(belief: Belief) -> Verified {
    Verified { identity: Arc::new(identity(1)), belief }
}

/// The server with the certificate 1 is believed.
pub fn shown(belief: Belief) -> Message {
    Message::CertificateShown(Shown { believed: Some(verified(belief)), doubted: None })
}

/// The certificate 2 is not.
pub fn distrust(doubt: Doubt) -> Arc<Distrust> {
    Arc::new(Distrust { address: "cm1.example.com:443".into(), offered: identity(2), doubt })
}

/// Nobody vouches for the certificate 2.
pub fn doubted() -> Message {
    let doubt = Doubt::Unknown("it is signed by an authority unknown to this host".into());
    Message::CertificateShown(Shown { believed: None, doubted: Some(distrust(doubt)) })
}

/// The certificate 1 is pinned, and 2 is offered.
pub fn changed() -> Message {
    let pin = Pin { fingerprint: fingerprint(1), since: Some(jiff::civil::date(2026, 3, 2)) };
    Message::CertificateShown(Shown { believed: None, doubted: Some(distrust(Doubt::Changed(pin))) })
}
