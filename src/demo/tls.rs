//! Certificates made at start: the server's own, and those of connections that ask for one.

use std::fmt::Write as _;
use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use rcgen::{Certificate, CertificateParams, DnType, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use super::DemoError;

/// The server's certificate is good for this many days from the day before the start.
const DAYS: u64 = 90;

/// No certificate is good for longer, whatever was asked: a hundred years.
const LONGEST: u64 = 36_500;

/// What a server that speaks TLS needs, and what a client needs to trust it.
pub(super) struct Identity {
    pub(super) config: Arc<ServerConfig>,
    pub(super) pem: String,
    /// As `openssl x509 -fingerprint -sha256` prints it: upper case, with colons.
    pub(super) sha256: String,
}

impl Identity {
    /// A self-signed certificate for the loopback names.
    ///
    /// # Errors
    /// [`DemoError::Certificate`] and [`DemoError::Tls`].
    pub(super) fn new(now: Timestamp) -> Result<Self, DemoError> {
        let names = ["localhost", "127.0.0.1", "::1"].map(String::from);
        let (certificate, key) = self_signed("CipherTrust Manager demo", &names, now, DAYS)?;
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), sha256: fingerprint(certificate.der()), pem: certificate.pem() })
    }
}

/// The certificate a connection shows Salesforce, as PEM.
///
/// # Errors
/// Where it can not be made.
pub(super) fn connection_certificate(name: &str, now: Timestamp, days: u64) -> Result<String, DemoError> {
    self_signed(name, &[], now, days).map(|(certificate, _key)| certificate.pem())
}

fn self_signed(
    name: &str,
    names: &[String],
    now: Timestamp,
    days: u64,
) -> Result<(Certificate, KeyPair), DemoError> {
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, name);
    // rcgen's own default runs to the year 4096.
    let (from, to) = (day(now, -1), day(now, days.min(LONGEST).cast_signed()));
    params.not_before =
        date_time_ymd(from.year().into(), from.month().unsigned_abs(), from.day().unsigned_abs());
    params.not_after = date_time_ymd(to.year().into(), to.month().unsigned_abs(), to.day().unsigned_abs());
    let key = KeyPair::generate()?;
    Ok((params.self_signed(&key)?, key))
}

/// The day so many days from now, UTC.
fn day(now: Timestamp, days: i64) -> Date {
    let moment = now.checked_add(SignedDuration::from_hours(days.saturating_mul(24))).unwrap_or(now);
    TimeZone::UTC.to_datetime(moment).date()
}

fn fingerprint(der: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, der);
    let mut text = String::new();
    for (place, byte) in digest.as_ref().iter().enumerate() {
        let colon = if place > 0 { ":" } else { "" };
        write!(text, "{colon}{byte:02X}").unwrap_or_default();
    }
    text
}
