//! Who is believed: the verifier of every handshake.
//!
//! ```text
//!  certificate ─▶ weak? ─▶ pinned here? ─ the fingerprint ──────────▶ believed, or changed
//!                    │            └ no ─ system CAs, CA file ───────▶ believed, or unknown
//!                    ▼                                                       │
//!                 refused                                signature of the handshake: the key is proved
//! ```
//!
//! A certificate is public: who shows it need not have its key. That is proved by the signature of the
//! handshake, which is checked whatever the certificate is believed for.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{CertificateError, DigitallySignedStruct, Error, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use thiserror::Error;
use tokio::sync::watch;

use super::certificate;
use super::host::Host;
use crate::domain::{Belief, Distrust, Doubt, Identity, Pin, Shown, Validity, Verified, day};
use crate::text::Untrusted;

/// Most certificates of a chain; more are not looked at.
const CHAIN: usize = 10;
/// Most certificates that wait for the proof of their key.
const WAITING: usize = 16;

/// A refusal with the certificate it is about, on its way through the TLS library's error.
#[derive(Debug, Error)]
#[error("the certificate is not trusted")]
pub(in crate::api) struct Refusal(pub(in crate::api) Arc<Distrust>);

/// The authorities that are asked where nothing is pinned.
#[derive(Debug, Default)]
pub(super) struct Authorities {
    /// Those of this host.
    pub(super) system: Option<Host>,
    /// Those of the CA file.
    pub(super) file: Option<Arc<dyn ServerCertVerifier>>,
}

/// Decides about the certificates of one server.
#[derive(Debug)]
pub(super) struct Judge {
    provider: Arc<CryptoProvider>,
    /// Host and port, for the words.
    address: Untrusted,
    pin: Option<Pin>,
    authorities: Authorities,
    /// Believed, if their key is proved.
    waiting: Mutex<Vec<Verified>>,
    shown: watch::Sender<Shown>,
}

impl Judge {
    pub(super) fn new(
        provider: Arc<CryptoProvider>,
        address: Untrusted,
        pin: Option<Pin>,
        authorities: Authorities,
        shown: watch::Sender<Shown>,
    ) -> Self {
        Self { provider, address, pin, authorities, waiting: Mutex::default(), shown }
    }

    /// What is made of a certificate.
    fn judge(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<Verified, Error> {
        if intermediates.len() >= CHAIN {
            let words = format!("the server sent more than {CHAIN} certificates");
            return Err(Error::General(words));
        }
        let (identity, weakness) = certificate::read(end_entity, server);
        if let Some(weakness) = weakness {
            return Err(self.refused(identity, Doubt::Weak(weakness.into())));
        }
        match self.pin {
            Some(pin) if pin.fingerprint == identity.fingerprint => {
                Ok(Verified { identity: Arc::new(identity), belief: Belief::Pinned(pin) })
            }
            Some(pin) => Err(self.refused(identity, Doubt::Changed(pin))),
            None => match self.authorities.ask(end_entity, intermediates, server, ocsp, now) {
                Ok(belief) => Ok(Verified { identity: Arc::new(identity), belief }),
                Err(reason) => {
                    let words = reason_words(&reason, &identity, now);
                    Err(self.refused(identity, Doubt::Unknown(words.into())))
                }
            },
        }
    }

    fn refused(&self, offered: Identity, doubt: Doubt) -> Error {
        let distrust = Arc::new(Distrust { address: self.address.clone(), offered, doubt });
        self.shown.send_if_modified(|shown| {
            let news = shown.doubted.as_ref() != Some(&distrust);
            shown.doubted = Some(Arc::clone(&distrust));
            news
        });
        let refusal = Refusal(distrust);
        Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(refusal))))
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<Verified>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its key is proved as well: from here on it is believed.
    fn proved(&self, certificate: &CertificateDer<'_>) {
        let fingerprint = certificate::fingerprint(certificate);
        let proved = self.waiting().iter().find(|v| v.identity.fingerprint == fingerprint).cloned();
        self.shown.send_if_modified(|shown| {
            let news = proved.is_some() && shown.believed != proved;
            if news {
                shown.believed = proved;
            }
            news
        });
    }
}

impl Authorities {
    fn ask(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<Belief, Error> {
        let mut reason = Error::InvalidCertificate(CertificateError::UnknownIssuer);
        // The file comes last: its reason is the one that is told.
        let system = self.system.as_ref().and_then(Host::verifier);
        for (verifier, belief) in [(system, Belief::System), (self.file.as_ref(), Belief::CaFile)] {
            let Some(verifier) = verifier else { continue };
            match verifier.verify_server_cert(end_entity, intermediates, server, ocsp, now) {
                Ok(_) => return Ok(belief),
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }
}

/// Why authorities do not vouch for a certificate, as a clause that follows a colon.
fn reason_words(reason: &Error, identity: &Identity, now: UnixTime) -> String {
    use CertificateError as E;
    let now = i64::try_from(now.as_secs()).ok().and_then(|now| Timestamp::from_second(now).ok());
    let Error::InvalidCertificate(reason) = reason else { return reason.to_string() };
    match (reason, now.map(|now| identity.validity(now))) {
        (E::Expired | E::ExpiredContext { .. }, Some(Validity::Expired(end))) => {
            format!("it expired on {}", day(end))
        }
        (E::NotValidYet | E::NotValidYetContext { .. }, Some(Validity::NotYet(begin))) => {
            format!("it is not valid before {}", day(begin))
        }
        (E::UnknownIssuer, _) => "it is signed by an authority unknown to this host".to_owned(),
        (E::NotValidForName | E::NotValidForNameContext { .. }, _) => {
            "it is made out for another name".to_owned()
        }
        (E::BadSignature, _) => "its signature is not its issuer's".to_owned(),
        (E::Expired | E::ExpiredContext { .. }, _) => "an authority of its chain has expired".to_owned(),
        (E::NotValidYet | E::NotValidYetContext { .. }, _) => {
            "an authority of its chain is not valid yet".to_owned()
        }
        (E::Other(_), _) if format!("{reason:?}").contains("CaUsedAsEndEntity") => {
            "it is the certificate of an authority, used as that of a server".to_owned()
        }
        (other, _) => other.to_string(),
    }
}

impl ServerCertVerifier for Judge {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let believed = self.judge(end_entity, intermediates, server, ocsp, now)?;
        let mut waiting = self.waiting();
        waiting.retain(|other| other.identity.fingerprint != believed.identity.fingerprint);
        let surplus = waiting.len().saturating_sub(WAITING - 1);
        waiting.drain(..surplus);
        waiting.push(believed);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let valid = verify_tls12_signature(message, certificate, signed, algorithms)?;
        self.proved(certificate);
        Ok(valid)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        let valid = verify_tls13_signature(message, certificate, signed, algorithms)?;
        self.proved(certificate);
        Ok(valid)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What a look at a server found.
#[derive(Debug)]
pub(super) struct Found {
    /// What the judge makes of it.
    pub(super) verdict: Result<Verified, Error>,
    /// Whether the server proved the key.
    pub(super) proved: bool,
}

/// Looks at a server's certificate and has its key proved, and then ends every handshake: whatever the judge
/// says, nothing is ever sent on such a connection.
#[derive(Debug)]
pub(super) struct Onlooker {
    judge: Judge,
    found: Mutex<Option<Found>>,
}

impl Onlooker {
    pub(super) fn new(judge: Judge) -> Self {
        Self { judge, found: Mutex::new(None) }
    }

    /// What was found, if the server came as far as showing a certificate.
    pub(super) fn take(&self) -> Option<Found> {
        self.found().take()
    }

    fn found(&self) -> MutexGuard<'_, Option<Found>> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn looked(&self, checked: Result<HandshakeSignatureValid, Error>) -> Error {
        match checked {
            Ok(_) => {
                if let Some(found) = self.found().as_mut() {
                    found.proved = true;
                }
                Error::General("looked at, and left".to_owned())
            }
            Err(error) => error,
        }
    }
}

impl ServerCertVerifier for Onlooker {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.judge.judge(end_entity, intermediates, server, ocsp, now);
        *self.found() = Some(Found { verdict, proved: false });
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(self.looked(self.judge.verify_tls12_signature(message, certificate, signed)))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(self.looked(self.judge.verify_tls13_signature(message, certificate, signed)))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.judge.supported_verify_schemes()
    }
}
