//! Signing in with a certificate: over mutual TLS, with a server that knows who may come.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

use cckm_tui::api::ClientCertificate;
use cckm_tui::domain::{Call, FailureKind, Window};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::RootCertStore;
use rustls::server::WebPkiClientVerifier;
use rustls::version::{TLS12, TLS13};
use rustls_pki_types::PrivateKeyDer;
use tokio_rustls::TlsAcceptor;

use super::*;

type Issuer = CertifiedIssuer<'static, KeyPair>;

fn issuer(name: &str) -> Issuer {
    let mut ca = CertificateParams::new(Vec::new()).unwrap();
    ca.distinguished_name.push(DnType::CommonName, name);
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(ca, KeyPair::generate().unwrap()).unwrap()
}

/// A server with a CA for itself and for who may come, and the files of who does.
struct House {
    folder: tempfile::TempDir,
    server: Scripted,
}

impl House {
    /// One that lets nobody in without a certificate of its own CA.
    async fn new(version: &'static rustls::SupportedProtocolVersion) -> Self {
        let (ours, theirs) = (issuer("ours"), issuer("theirs"));
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), ours.pem()).unwrap();
        for (name, issuer) in [("known", &ours), ("stranger", &theirs)] {
            let key = KeyPair::generate().unwrap();
            let leaf =
                CertificateParams::new(vec!["ops1".to_owned()]).unwrap().signed_by(&key, issuer).unwrap();
            std::fs::write(folder.path().join(format!("{name}.pem")), leaf.pem()).unwrap();
            let file = folder.path().join(format!("{name}.key"));
            std::fs::write(&file, key.serialize_pem()).unwrap();
            std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        }
        let mut roots = RootCertStore::empty();
        roots.add(ours.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let visitors = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf =
            CertificateParams::new(vec!["127.0.0.1".to_owned()]).unwrap().signed_by(&key, &ours).unwrap();
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[version])
            .unwrap()
            .with_client_cert_verifier(visitors)
            .with_single_cert(vec![leaf.der().clone()], PrivateKeyDer::Pkcs8(key.serialize_der().into()))
            .unwrap();
        let server = Scripted::tls(TlsAcceptor::from(Arc::new(config)), |request| {
            if request.is_token() { token("jwt", "300") } else { Reply::json(200, &page(1, &["a"])) }
        })
        .await;
        Self { folder, server }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A client with the certificate of that name.
    fn visitor(&self, certificate: &str, key: &str) -> Result<Reader, cckm_tui::api::ClientError> {
        let (certificate, key) = (self.file(certificate), self.file(key));
        self.client(Some(ClientCertificate { certificate, key }))
    }

    fn client(&self, certificate: Option<ClientCertificate>) -> Result<Reader, cckm_tui::api::ClientError> {
        let base = base_url(&format!("https://{}", self.server.address)).unwrap();
        let trust = Trust::CaFile(self.file("ca.pem"));
        Reader::new(Server { base, trust }, Credentials { certificate, ..credentials() }, limits())
    }
}

#[tokio::test]
async fn a_certificate_signs_in_without_a_password() {
    for version in [&TLS12, &TLS13] {
        let house = House::new(version).await;
        let reader = house.visitor("known.pem", "known.key").unwrap();
        reader.sign_in(None).await.unwrap();
        assert_eq!(reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap().records.len(), 1);
        let asked = house.server.requests();
        assert_eq!(asked[0].json(), serde_json::json!({"grant_type": "user_certificate"}));
    }
}

#[tokio::test]
async fn a_password_is_sent_over_a_connection_that_shows_the_certificate() {
    let house = House::new(&TLS13).await;
    let reader = house.visitor("known.pem", "known.key").unwrap();
    reader.sign_in(Some(password())).await.unwrap();
    let body = house.server.requests()[0].json();
    assert_eq!((&body["grant_type"], &body["username"]), (&"password".into(), &"admin".into()));
}

#[tokio::test]
async fn a_missing_or_unknown_certificate_is_told_in_words_and_nothing_is_read() {
    for version in [&TLS12, &TLS13] {
        let house = House::new(version).await;
        let table = [
            (
                house.client(None).unwrap(),
                Some(password()),
                ["asks for a client certificate", "or misses one"],
            ),
            (
                house.visitor("stranger.pem", "stranger.key").unwrap(),
                None,
                ["does not know the authority"; 2],
            ),
        ];
        for (reader, given, words) in table {
            let failure = reader.sign_in(given).await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::NotRecognized, "{failure:?}");
            assert!(!failure.may_have_arrived());
            let told = failure.detail.as_sent();
            assert!(words.iter().any(|words| told.contains(words)), "{told}");
        }
        assert_eq!(house.server.requests().len(), 0);
    }
}

#[tokio::test]
async fn a_certificate_that_the_appliance_knows_nobody_for_is_its_own_refusal_and_is_tried_once() {
    let invalid = r#"{"code":5,"codeDesc":"NCERRUnauthorizedAccess","message":"Invalid Client"}"#;
    let server = Scripted::plain(move |_| Reply::json(401, invalid)).await;
    let house = House::new(&TLS13).await;
    let (certificate, key) = (house.file("known.pem"), house.file("known.key"));
    let credentials =
        Credentials { certificate: Some(ClientCertificate { certificate, key }), ..credentials() };
    let at = Server { base: base_url(&server.http()).unwrap(), trust: Trust::System };
    let reader = Reader::new(at, credentials, limits()).unwrap();
    let failure = reader.sign_in(None).await.unwrap_err();
    assert_eq!(
        (failure.call, failure.kind),
        (Call::SignInByCertificate, FailureKind::Refused { status: 401 })
    );
    assert_eq!(failure.words.message.as_sent(), "Invalid Client");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_session_of_a_certificate_is_begun_again_by_it() {
    let house = House::new(&TLS13).await;
    let (certificate, key) = (house.file("known.pem"), house.file("known.key"));
    let server = Scripted::plain(|request| match request {
        request if !request.is_token() && request.header("authorization") == "Bearer jwt.2" => {
            Reply::json(200, "[]")
        }
        request if !request.is_token() => unauthorized(),
        request if request.body.contains("refresh_token\",") => unauthorized(),
        request if request.connection == 0 => token("jwt.1", "300"),
        _ => token("jwt.2", "300"),
    })
    .await;
    let credentials =
        Credentials { certificate: Some(ClientCertificate { certificate, key }), ..credentials() };
    let at = Server { base: base_url(&server.http()).unwrap(), trust: Trust::System };
    let reader = Reader::new(at, credentials, limits()).unwrap();
    reader.sign_in(None).await.unwrap();
    let outcome = reader.organizations(Window::FIRST, &Criteria::NONE).await;
    let grants: Vec<_> = server.requests().into_iter().filter(Request::is_token).collect();
    let grants: Vec<_> = grants.iter().map(|request| request.json()["grant_type"].clone()).collect();
    assert_eq!(grants, ["user_certificate", "refresh_token", "user_certificate"], "{outcome:?}");
}

#[tokio::test]
async fn files_that_cannot_be_used_or_that_others_can_read_are_named_with_the_reason() {
    let house = House::new(&TLS13).await;
    std::fs::write(house.file("empty.pem"), "").unwrap();
    std::fs::set_permissions(house.file("empty.pem"), Permissions::from_mode(0o600)).unwrap();
    std::fs::copy(house.file("known.key"), house.file("open.key")).unwrap();
    std::fs::set_permissions(house.file("open.key"), Permissions::from_mode(0o640)).unwrap();
    for (certificate, key, words) in [
        ("none.pem", "known.key", "none.pem: there is no such file"),
        ("known.pem", "open.key", "open.key: others have access to it (mode 640)"),
        ("empty.pem", "known.key", "empty.pem: it holds no PEM certificate"),
        ("known.pem", "empty.pem", "empty.pem: it is not PEM as expected"),
        ("known.pem", "stranger.key", "stranger.key: it does not fit the certificate"),
    ] {
        let told = house.visitor(certificate, key).unwrap_err().to_string();
        assert!(told.starts_with("client certificate ") && told.contains(words), "{told}");
    }
}
