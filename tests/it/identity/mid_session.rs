//! A certificate that changes while a session is under way.

use cckm_tui::api::Writer;
use cckm_tui::domain::{Criteria, Doubt, FailureKind, OrganizationId, OrganizationPatch, Window};
use rustls::version::{TLS12, TLS13};

use super::*;

#[tokio::test]
async fn tl_03_another_certificate_in_mid_session_gets_no_change_and_no_token() {
    for version in [&TLS12, &TLS13] {
        let (chain, other) = (good(), good());
        let witness = Witness::with(&chain, version).await;
        let writer = Writer::new(reader(&witness, pinned(&chain.certificates[0])));
        sign_in(writer.reader()).await.unwrap();
        writer.reader().organizations(Window::FIRST, &Criteria::NONE).await.unwrap();
        witness.swap(&other, version);
        let before = witness.told().len();

        // A change has a connection of its own, which is verified like the first.
        let id = OrganizationId::new("2473e846-31a8-4ee6-8299-17025548b4e2").unwrap();
        let patch = OrganizationPatch { connection: "new-sfdc-connection".into() };
        let failure = writer.patch_organization(&id, &patch).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotTrusted);
        assert!(!failure.may_have_arrived());
        let distrust = failure.distrust.unwrap();
        assert!(matches!(distrust.doubt, Doubt::Changed(_)));
        assert_eq!(distrust.offered.fingerprint, fingerprint(&other.certificates[0]));
        assert_eq!(witness.told().len(), before, "nothing was said to the other");
    }
}

#[tokio::test]
async fn tl_03_a_certificate_swapped_at_the_start_gets_no_password() {
    let (chain, other) = (good(), good());
    let witness = Witness::with(&other, &TLS13).await;
    let reader = reader(&witness, pinned(&chain.certificates[0]));
    let failure = sign_in(&reader).await.unwrap_err();
    assert!(matches!(failure.distrust.unwrap().doubt, Doubt::Changed(_)));
    assert!(witness.told().is_empty() && reader.shown().borrow().believed.is_none());
}

#[tokio::test]
async fn a_renewed_certificate_of_the_same_authority_is_no_news_to_an_authority() {
    let folder = tempfile::tempdir().unwrap();
    let (chain, other) = (good(), good());
    std::fs::write(folder.path().join("ca.pem"), &chain.ca).unwrap();
    let witness = Witness::with(&chain, &TLS13).await;
    let reader = reader(&witness, Trust::CaFile(folder.path().join("ca.pem")));
    sign_in(&reader).await.unwrap();
    let first = reader.shown().borrow().believed.clone().unwrap();
    assert_eq!(first.identity.fingerprint, fingerprint(&chain.certificates[0]));
    witness.swap(&other, &TLS13);
    let writer = Writer::new(reader);
    let id = OrganizationId::new("2473e846-31a8-4ee6-8299-17025548b4e2").unwrap();
    writer.patch_organization(&id, &OrganizationPatch { connection: "c".into() }).await.unwrap();
    let second = writer.reader().shown().borrow().believed.clone().unwrap();
    assert_eq!(second.identity.fingerprint, fingerprint(&other.certificates[0]));
}
