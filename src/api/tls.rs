//! Which servers are trusted: the system's CAs, and those of a file.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use rustls_platform_verifier::Verifier;

use super::error::ClientError;

/// What makes a server's certificate trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trust {
    /// The CAs of this host.
    System,
    /// The CAs of this host, and those of a PEM file.
    CaFile(PathBuf),
}

/// TLS 1.2 and 1.3 with aws-lc-rs, without resumption: a resumed session is never shown to the verifier, so
/// that a change of trust would not be noticed (measured).
pub(super) fn client_config(trust: &Trust) -> Result<ClientConfig, ClientError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let extra = match trust {
        Trust::System => Vec::new(),
        Trust::CaFile(path) => read_ca_file(path)?,
    };
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(ClientError::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(verifier(extra, provider))
        .with_no_client_auth();
    config.resumption = Resumption::disabled();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}

/// The platform's verifier refuses to exist on a host without any CA. The program must still start there, so
/// that it can say so when a certificate has to be judged.
fn verifier(
    extra: Vec<CertificateDer<'static>>,
    provider: Arc<CryptoProvider>,
) -> Arc<dyn ServerCertVerifier> {
    match Verifier::new_with_extra_roots(extra, Arc::clone(&provider)) {
        Ok(verifier) => Arc::new(verifier),
        Err(error) => {
            tracing::warn!(%error, "no CA certificate can be loaded on this host");
            Arc::new(TrustsNobody { provider })
        }
    }
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

/// The verifier of a host without CA certificates: it refuses every server and says what to do.
#[derive(Debug)]
struct TrustsNobody {
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for TrustsNobody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Err(rustls::Error::General("this host has no CA certificates: give a CA file".to_owned()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ca_file_that_cannot_be_used_is_named_with_the_reason() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        let told = || client_config(&Trust::CaFile(path.clone())).unwrap_err().to_string();
        assert!(told().contains("ca.pem") && told().contains("No such file"), "{}", told());
        std::fs::write(&path, "not a certificate").unwrap();
        assert!(told().contains("no PEM certificate"), "{}", told());
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert!(told().contains("certificate 1"), "{}", told());
    }

    #[test]
    fn a_host_without_ca_certificates_trusts_nobody_and_says_what_to_do() {
        let nobody = TrustsNobody { provider: Arc::new(aws_lc_rs::default_provider()) };
        let name = ServerName::try_from("cm.example.com").unwrap();
        let told = nobody
            .verify_server_cert(
                &CertificateDer::from(vec![0]),
                &[],
                &name,
                &[],
                UnixTime::since_unix_epoch(std::time::Duration::ZERO),
            )
            .unwrap_err();
        assert!(told.to_string().contains("give a CA file"), "{told}");
    }
}
