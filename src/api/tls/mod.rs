//! Which servers are believed: by a pin, by the system's authorities, or by those of a file.

mod certificate;
mod host;
mod judge;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::ServerCertVerifier;
use rustls::client::{Resumption, WebPkiServerVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use tokio::sync::watch;

use self::host::Host;
pub(super) use self::judge::Refusal;
use self::judge::{Authorities, Judge, Onlooker};
use super::error::ClientError;
use crate::domain::{Failure, Pin, Shown, Verified};
use crate::text::Untrusted;

/// What makes a server's certificate believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The CAs of this host.
    System,
    /// The CAs of this host, and those of a PEM file.
    CaFile(PathBuf),
    /// This one certificate and no other, whoever signed it.
    Pinned(Pin),
}

/// TLS with the server at `address`, believed for `trust`; what it shows goes to `shown`.
pub(super) fn tls(
    trust: &Trust,
    address: Untrusted,
    shown: watch::Sender<Shown>,
) -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let judge = judge(trust, address, &provider, shown)?;
    client_config(Arc::new(judge), provider)
}

/// A look at one server: its handshakes end before anything is sent.
pub(super) struct Look {
    pub(super) config: ClientConfig,
    onlooker: Arc<Onlooker>,
}

impl Look {
    pub(super) fn new(trust: &Trust, address: Untrusted) -> Result<Self, ClientError> {
        let provider = Arc::new(aws_lc_rs::default_provider());
        let onlooker = Arc::new(Onlooker::new(judge(trust, address, &provider, watch::Sender::default())?));
        let verifier: Arc<dyn ServerCertVerifier> = Arc::<Onlooker>::clone(&onlooker);
        Ok(Self { config: client_config(verifier, provider)?, onlooker })
    }

    /// What the look found, or `failure` when it did not come as far.
    pub(super) fn found(&self, failure: Failure) -> Result<Verified, Failure> {
        match self.onlooker.take() {
            Some(found) if found.proved => {
                found.verdict.map_err(|error| super::error::not_trusted(failure.call, &error))
            }
            Some(_) | None => Err(failure),
        }
    }
}

/// TLS 1.2 and 1.3 with aws-lc-rs, without resumption: a resumed session is never shown to the verifier, so
/// that a change of trust would not be noticed (measured). Keys are never logged: `SSLKEYLOGFILE` is not read.
fn client_config(
    verifier: Arc<dyn ServerCertVerifier>,
    provider: Arc<CryptoProvider>,
) -> Result<ClientConfig, ClientError> {
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(ClientError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

fn judge(
    trust: &Trust,
    address: Untrusted,
    provider: &Arc<CryptoProvider>,
    shown: watch::Sender<Shown>,
) -> Result<Judge, ClientError> {
    let (pin, authorities) = match trust {
        Trust::Pinned(pin) => (Some(*pin), Authorities::default()),
        Trust::System => (None, Authorities { system: Some(Host::new(provider)), file: None }),
        Trust::CaFile(path) => {
            let file = Some(ca_file(path, provider)?);
            (None, Authorities { system: Some(Host::new(provider)), file })
        }
    };
    Ok(Judge::new(Arc::clone(provider), address, pin, authorities, shown))
}

fn ca_file(path: &Path, provider: &Arc<CryptoProvider>) -> Result<Arc<dyn ServerCertVerifier>, ClientError> {
    let fault = |reason: String| ClientError::CaFile { path: path.to_owned(), reason };
    let mut roots = RootCertStore::empty();
    for certificate in read_ca_file(path)? {
        roots.add(certificate).map_err(|error| fault(error.to_string()))?;
    }
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(provider)).build();
    Ok(verifier.map_err(|error| fault(error.to_string()))?)
}

fn read_ca_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, ClientError> {
    let fault = |reason: String| ClientError::CaFile { path: path.to_owned(), reason };
    let pem = std::fs::read(path).map_err(|error| fault(error.to_string()))?;
    let mut probe = RootCertStore::empty();
    let mut certificates = Vec::new();
    for (index, certificate) in CertificateDer::pem_slice_iter(&pem).enumerate() {
        let which = index + 1;
        let certificate = certificate.map_err(|error| fault(format!("certificate {which}: {error}")))?;
        probe.add(certificate.clone()).map_err(|error| fault(format!("certificate {which}: {error}")))?;
        certificates.push(certificate);
    }
    if certificates.is_empty() {
        return Err(fault("it holds no PEM certificate".to_owned()));
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_that_cannot_be_used_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let told = || {
            let trust = Trust::CaFile(path.clone());
            tls(&trust, "cm:443".into(), watch::Sender::default()).unwrap_err().to_string()
        };
        assert!(told().contains("ca.pem") && told().contains("No such file"), "{}", told());
        std::fs::write(&path, "not a certificate").unwrap();
        assert!(told().contains("no PEM certificate"), "{}", told());
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert!(told().contains("certificate 1"), "{}", told());
    }
}
