//! What goes wrong below HTTP, told in the words of [`Failure`].

use std::error::Error;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::{CertificateError, OtherError};
use thiserror::Error;

use super::base_url::BaseUrlError;
use super::proxy::{Proxy, ProxyError};
use super::retry::Setback;
use super::tls::Refusal;
use crate::domain::{Call, Distrust, Doubt, Failure, FailureKind};
use crate::text::escape;

/// Why no client could be made: a matter of settings, before anything is sent.
#[derive(Debug, Error)]
pub enum ClientError {
    /// The address of the server.
    #[error(transparent)]
    BaseUrl(#[from] BaseUrlError),
    /// The proxy before it.
    #[error(transparent)]
    Proxy(#[from] ProxyError),
    /// The file of CA certificates.
    #[error("CA file {}: {}", escape(&path.to_string_lossy()), escape(reason))]
    CaFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The certificate to sign in with, or its key.
    #[error("client certificate {}: {}", escape(&path.to_string_lossy()), escape(reason))]
    ClientCertificate {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The TLS library refused its settings.
    #[error("TLS cannot be set up")]
    Tls(#[source] rustls::Error),
    /// The HTTP library refused its settings.
    #[error("the HTTP client cannot be set up")]
    Http(#[source] reqwest::Error),
}

/// What the caller knows and the error does not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Circumstances<'a> {
    /// What was asked.
    pub(super) call: Call,
    /// The time that was given to connecting.
    pub(super) connect: Duration,
    /// Whether plain HTTP was spoken.
    pub(super) plain: bool,
    /// What stands in between.
    pub(super) proxy: Option<&'a Proxy>,
}

/// Tells an error of the HTTP library apart by what the operator can do about it.
///
/// Where the cause lies is found by walking the chain of sources, and into [`io::Error`]s, which hide theirs.
pub(super) fn classify(error: reqwest::Error, at: Circumstances<'_>) -> Setback {
    // The URL is known to the operator, and could one day hold more than they want in a log.
    let error = error.without_url();
    let told = chain_text(&error);
    let failure = |kind, detail: String| Failure::new(at.call, kind, detail);
    if let Some(words) = find::<rustls::Error>(&error).and_then(client_certificate_words) {
        return Setback::final_one(failure(FailureKind::NotRecognized, words.to_owned()));
    }
    if error.is_connect() {
        return classify_connect(&error, &told, at);
    }
    if let Some(tls) = find::<rustls::Error>(&error) {
        let detail = format!("the server broke off TLS: {tls}");
        return Setback::final_one(failure(FailureKind::CutOff, detail));
    }
    if find::<hyper::Error>(&error).is_some_and(hyper::Error::is_parse) {
        let hint = if at.plain { "; if the port speaks TLS, use https" } else { "" };
        let detail = format!("the answer is not valid HTTP{hint}: {told}");
        return Setback::final_one(failure(FailureKind::NotUnderstood, detail));
    }
    let undecodable =
        |error: &io::Error| matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput);
    if (error.is_body() || error.is_decode()) && find::<io::Error>(&error).is_some_and(undecodable) {
        let detail = format!("the compressed answer cannot be unpacked: {told}");
        return Setback::final_one(failure(FailureKind::NotUnderstood, detail));
    }
    let detail = format!("the answer was cut off: {told}");
    Setback::passing(failure(FailureKind::CutOff, detail))
}

/// What a server says of the certificate that we showed, or did not show. TLS 1.3 says it after the handshake, and
/// before it looks at any request.
const fn client_certificate_words(error: &rustls::Error) -> Option<&'static str> {
    use rustls::AlertDescription as Alert;
    let rustls::Error::AlertReceived(alert) = error else { return None };
    Some(match alert {
        Alert::CertificateRequired => "the server asks for a client certificate, and none is configured",
        Alert::UnknownCA => "the server does not know the authority of our client certificate",
        Alert::CertificateExpired => "the server says that our client certificate is out of date",
        Alert::CertificateRevoked => "the server says that our client certificate is revoked",
        Alert::BadCertificate
        | Alert::NoCertificate
        | Alert::UnsupportedCertificate
        | Alert::CertificateUnknown
        | Alert::AccessDenied => "the server does not accept our client certificate, or misses one",
        _ => return None,
    })
}

/// No connection was made, so nothing of the request was sent.
fn classify_connect(error: &reqwest::Error, told: &str, at: Circumstances<'_>) -> Setback {
    let failure = |kind, detail: String| Failure::new(at.call, kind, detail);
    let through = at.proxy.map(|proxy| format!(", through the proxy {proxy}")).unwrap_or_default();
    if let Some(tls) = find::<rustls::Error>(error) {
        let mut failure = not_trusted(at.call, tls);
        if failure.distrust.is_none() && !through.is_empty() {
            failure.detail = format!("{}{through}", failure.detail.as_sent()).into();
        }
        return Setback::final_one(failure);
    }
    if error.is_timeout() {
        let detail = format!("no connection within {:?}{through}: check address and network", at.connect);
        return Setback::final_one(failure(FailureKind::Unreachable, detail));
    }
    let passing = find::<io::Error>(error).is_some_and(|error| passes(error.kind()));
    let refused = match at.proxy {
        None => failure(FailureKind::Unreachable, format!("no connection: {told}")),
        Some(proxy) => failure(FailureKind::Unreachable, proxy_words(proxy, told)),
    };
    if passing { Setback::passing(refused) } else { Setback::final_one(refused) }
}

/// What went wrong between this host, its proxy and the server. The words of the library hold no password.
fn proxy_words(proxy: &Proxy, told: &str) -> String {
    if told.contains("proxy authorization required") {
        format!("no connection through the proxy {proxy}: it asks for a user name and a password (407)")
    } else if told.contains("unsuccessful") {
        format!("no connection through the proxy {proxy}: it refused to connect: {told}")
    } else {
        format!("no connection through the proxy {proxy}: {told}")
    }
}

/// Why there is no TLS with the server, or why its certificate is not accepted. Nothing was sent.
pub(super) fn not_trusted(call: Call, error: &rustls::Error) -> Failure {
    let distrust = match error {
        rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(other))) => {
            other.downcast_ref::<Refusal>().map(|Refusal(distrust)| Arc::clone(distrust))
        }
        _ => None,
    };
    let detail = match &distrust {
        Some(distrust) => doubt_words(distrust),
        None => tls_words(error),
    };
    Failure { distrust, ..Failure::new(call, FailureKind::NotTrusted, detail) }
}

fn doubt_words(distrust: &Distrust) -> String {
    let offered = distrust.offered.fingerprint;
    match &distrust.doubt {
        Doubt::Unknown(why) => format!(
            "the certificate is not trusted: {}; its SHA-256 is {offered}; a CA file or its fingerprint can be given",
            why.as_sent()
        ),
        Doubt::Changed(pin) => {
            format!(
                "the certificate is another than the pinned one: pinned {}, offered {offered}",
                pin.fingerprint
            )
        }
        Doubt::Weak(why) => format!("the certificate is too weak to be trusted: {}", why.as_sent()),
    }
}

fn tls_words(error: &rustls::Error) -> String {
    use rustls::{AlertDescription as Alert, Error as E, InvalidMessage, PeerIncompatible as Peer};
    match error {
        E::InvalidMessage(
            InvalidMessage::HandshakePayloadTooLarge | InvalidMessage::CertificatePayloadTooLarge,
        ) => "the server sends more certificates than are read, 64 kB".to_owned(),
        E::InvalidMessage(_) => {
            "the server does not speak TLS on this port; perhaps it speaks plain http".to_owned()
        }
        E::AlertReceived(Alert::ProtocolVersion)
        | E::PeerIncompatible(
            Peer::ServerTlsVersionIsDisabledByOurConfig
            | Peer::Tls12NotOffered
            | Peer::Tls12NotOfferedOrEnabled
            | Peer::ServerDoesNotSupportTls12Or13,
        ) => "the server speaks only TLS 1.1 or older, and TLS 1.2 is the least".to_owned(),
        E::AlertReceived(Alert::HandshakeFailure) | E::PeerIncompatible(_) => {
            format!("the server speaks no kind of TLS that is safe enough: {error}")
        }
        E::InvalidCertificate(CertificateError::BadSignature) => {
            "the server cannot prove that the certificate is its own: it does not have the key".to_owned()
        }
        other => format!("TLS could not be agreed on: {other}"),
    }
}

/// Whether a server that is just starting, or a network that hiccups, gives this error.
const fn passes(kind: io::ErrorKind) -> bool {
    use io::ErrorKind as K;
    matches!(
        kind,
        K::ConnectionRefused
            | K::ConnectionReset
            | K::ConnectionAborted
            | K::BrokenPipe
            | K::UnexpectedEof
            | K::NotConnected
    )
}

/// The first error of type `E` in the chain, also inside [`io::Error`]s.
fn find<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<E>() {
            return Some(found);
        }
        let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
        next = match inside {
            Some(inside) => Some(inside),
            None => error.source(),
        };
    }
    None
}

/// The messages of the chain, each once: libraries repeat those of their sources.
fn chain_text(error: &(dyn Error + 'static)) -> String {
    let mut told = error.to_string();
    let mut next = error.source();
    while let Some(error) = next {
        let message = error.to_string();
        if !told.contains(&message) {
            told.push_str(": ");
            told.push_str(&message);
        }
        next = error.source();
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_found_inside_an_io_error_inside_an_io_error() {
        let tls = rustls::Error::General("deep".to_owned());
        let inner = io::Error::other(tls);
        let outer = io::Error::new(io::ErrorKind::ConnectionReset, inner);
        assert!(find::<rustls::Error>(&outer).is_some());
        assert!(find::<hyper::Error>(&outer).is_none());
    }

    #[test]
    fn a_message_of_the_chain_is_told_once() {
        let outer = io::Error::other(io::Error::other("refused"));
        assert_eq!(chain_text(&outer), "refused");
    }

    #[test]
    fn a_ca_file_with_an_odd_name_is_told_escaped() {
        let error = ClientError::CaFile { path: "a\u{1b}b".into(), reason: "no\nsuch".to_owned() };
        assert_eq!(error.to_string(), r"CA file a\x1bb: no\x0asuch");
    }
}
