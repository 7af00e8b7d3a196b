//! The authorities of this host, read when the first certificate is to be judged: that takes longer than everything
//! else before the first frame, and plain http and pinned servers never ask for them.

use std::sync::{Arc, OnceLock};

use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::CryptoProvider;
use rustls_platform_verifier::Verifier;

/// The authorities of this host, once they were asked for.
#[derive(Debug)]
pub(super) struct Host {
    provider: Arc<CryptoProvider>,
    read: OnceLock<Option<Arc<dyn ServerCertVerifier>>>,
}

impl Host {
    pub(super) fn new(provider: &Arc<CryptoProvider>) -> Self {
        Self { provider: Arc::clone(provider), read: OnceLock::new() }
    }

    /// What judges by them; none where this host has no authority.
    pub(super) fn verifier(&self) -> Option<&Arc<dyn ServerCertVerifier>> {
        self.read.get_or_init(|| read(&self.provider)).as_ref()
    }
}

/// The platform's verifier refuses to exist on a host without any CA. The program must still run there:
/// servers can be pinned.
fn read(provider: &Arc<CryptoProvider>) -> Option<Arc<dyn ServerCertVerifier>> {
    match Verifier::new(Arc::clone(provider)) {
        Ok(verifier) => Some(Arc::new(verifier)),
        Err(error) => {
            tracing::warn!(%error, "no CA certificate can be loaded on this host");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use rustls::crypto::aws_lc_rs;

    use super::*;

    #[test]
    fn making_a_client_reads_no_authority_of_this_host() {
        let host = Host::new(&Arc::new(aws_lc_rs::default_provider()));
        assert!(host.read.get().is_none());
        let found = host.verifier().is_some();
        assert_eq!(host.read.get().map(Option::is_some), Some(found), "read once, when it is asked for");
    }
}
