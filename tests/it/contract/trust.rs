//! Which servers are believed, and that nothing is said to the others.

use std::path::PathBuf;
use std::sync::Arc;

use cckm_tui::domain::{FailureKind, Window};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls_pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::*;

/// A CA in a file, and a server certificate of it.
struct Authority {
    folder: tempfile::TempDir,
    acceptor: TlsAcceptor,
}

impl Authority {
    fn new(host: &str) -> Self {
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca = CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![host.to_owned()]).unwrap().signed_by(&key, &ca).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), ca.pem()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        Self { folder, acceptor: TlsAcceptor::from(Arc::new(config)) }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    async fn server(&self) -> Scripted {
        Scripted::tls(self.acceptor.clone(), |request| {
            if request.is_token() { token("jwt", "300") } else { Reply::json(200, &page(1, &["a"])) }
        })
        .await
    }
}

fn https(server: &Scripted, trust: Trust) -> Reader {
    let base = base_url(&format!("https://{}", server.address)).unwrap();
    Reader::new(Server { base, trust }, credentials(), limits()).unwrap()
}

#[tokio::test]
async fn a_server_of_the_ca_in_the_file_is_trusted() {
    let authority = Authority::new("127.0.0.1");
    let server = authority.server().await;
    let reader = https(&server, Trust::CaFile(authority.file()));
    reader.sign_in(Some(password())).await.unwrap();
    assert_eq!(reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap().records.len(), 1);
}

#[tokio::test]
async fn a_server_of_another_ca_or_name_is_told_nothing() {
    let authority = Authority::new("127.0.0.1");
    let other = Authority::new("127.0.0.1");
    let elsewhere = Authority::new("cm.example.com");
    let table = [
        (authority.server().await, Trust::System),
        (authority.server().await, Trust::CaFile(other.file())),
        (elsewhere.server().await, Trust::CaFile(elsewhere.file())),
    ];
    for (server, trust) in table {
        let failure = https(&server, trust).sign_in(Some(password())).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotTrusted);
        assert!(!failure.may_have_arrived());
        assert!(failure.detail.as_sent().contains("a CA file"), "{failure:?}");
        assert_eq!(server.requests().len(), 0);
    }
}

#[tokio::test]
async fn nt_14_plain_http_to_a_tls_port_says_so() {
    let authority = Authority::new("127.0.0.1");
    let server = authority.server().await;
    let failure = reader_at(&server.http(), limits()).sign_in(Some(password())).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotUnderstood, "{failure:?}");
    assert!(failure.detail.as_sent().contains("if the port speaks TLS, use https"), "{failure:?}");
}

#[tokio::test]
async fn a_ca_file_that_is_missing_stops_before_anything_is_sent() {
    let base = base_url("https://127.0.0.1").unwrap();
    let trust = Trust::CaFile("/nowhere/ca.pem".into());
    let error = Reader::new(Server { base, trust }, credentials(), limits()).unwrap_err();
    assert!(error.to_string().starts_with("CA file /nowhere/ca.pem: "), "{error}");
}

#[test]
fn tl_08_a_client_is_not_made_for_plain_http_to_another_host() {
    let base = "http://cm.example.com/".parse().unwrap();
    let error = Reader::new(Server { base, trust: Trust::System }, credentials(), limits()).unwrap_err();
    assert!(error.to_string().contains("plain http"), "{error}");
}
