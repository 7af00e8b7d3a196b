//! The certificate that we prove ourselves with, where the server asks for one (API contract §2.7).

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use super::error::ClientError;
use crate::files::{self, Demands};

/// Two PEM files: a certificate with its chain, and its private key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientCertificate {
    /// The certificate first, then what vouches for it.
    pub certificate: PathBuf,
    /// Its private key, not encrypted; a file that nobody else can read.
    pub key: PathBuf,
}

impl ClientCertificate {
    /// Shows this certificate to a server that asks for one.
    ///
    /// # Errors
    ///
    /// [`ClientError::ClientCertificate`] names the file and what is wrong with it.
    pub(super) fn show_with(&self, config: &mut ClientConfig) -> Result<(), ClientError> {
        let certificates = |pem: &[u8]| CertificateDer::pem_slice_iter(pem).collect();
        let chain: Vec<_> = read(&self.certificate, Demands::any(LARGEST), certificates)?;
        if chain.is_empty() {
            return Err(fault(&self.certificate, "it holds no PEM certificate"));
        }
        let demands = Demands::secret(LARGEST).following_links();
        let key = read(&self.key, demands, PrivateKeyDer::from_pem_slice)?;
        let both = CertifiedKey::from_der(chain, key, config.crypto_provider())
            .map_err(|error| fault(&self.key, &format!("it does not fit the certificate: {error}")))?;
        config.client_auth_cert_resolver = Arc::new(SingleCertAndKey::from(both));
        Ok(())
    }
}

/// Longest PEM file that is read, in bytes.
const LARGEST: u64 = 256 << 10;

fn read<T>(
    path: &Path,
    demands: Demands,
    parse: impl FnOnce(&[u8]) -> Result<T, rustls_pki_types::pem::Error>,
) -> Result<T, ClientError> {
    let contents = files::read(path, demands).map_err(|error| fault(path, &error.problem.to_string()))?;
    parse(&contents.bytes).map_err(|error| fault(path, &format!("it is not PEM as expected: {error}")))
}

fn fault(path: &Path, reason: &str) -> ClientError {
    ClientError::ClientCertificate { path: path.to_owned(), reason: reason.to_owned() }
}
