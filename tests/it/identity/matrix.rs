//! Every certificate in every mode: with TLS 1.3, and with `CCKM_MATRIX=whole` with TLS 1.2 as well.

use std::path::Path;

use cckm_tui::api::{Trust, look};
use cckm_tui::domain::{Belief, Doubt, Failure, FailureKind};
use cckm_tui::text::Untrusted;
use rustls::version::{TLS12, TLS13};

use super::certificates::{ALL, Chain, Expect, fingerprint, named};
use super::*;

/// How a server is believed.
#[derive(Clone, Copy, Debug)]
enum Mode {
    System,
    CaFile,
    PinRight,
    PinWrong,
}

const MODES: [Mode; 4] = [Mode::System, Mode::CaFile, Mode::PinRight, Mode::PinWrong];

fn trust(mode: Mode, chain: &Chain, folder: &Path) -> Trust {
    match mode {
        Mode::System => Trust::System,
        Mode::CaFile => {
            let file = folder.join("ca.pem");
            std::fs::write(&file, &chain.ca).unwrap();
            Trust::CaFile(file)
        }
        Mode::PinRight => pinned(&chain.certificates[0]),
        Mode::PinWrong => wrong_pin(),
    }
}

/// What is wrong with what came of it; nothing, if it is as it should be.
fn judged(mode: Mode, chain: &Chain, outcome: Result<(), &Failure>) -> Result<(), String> {
    let expected = match mode {
        Mode::CaFile => chain.by_ca,
        Mode::PinRight => chain.by_pin,
        // No authority of this host knows any of them, and the pin is that of another certificate.
        Mode::System | Mode::PinWrong => match chain.by_pin {
            Expect::Believed => Expect::Refused(""),
            refused @ Expect::Refused(_) => refused,
        },
    };
    match (expected, outcome) {
        (Expect::Believed, Ok(())) => Ok(()),
        (Expect::Believed, Err(failure)) => Err(format!("refused: {:?}", failure.detail)),
        (Expect::Refused(_), Ok(())) => Err("believed".to_owned()),
        (Expect::Refused(words), Err(failure)) => {
            let told = failure.detail.as_sent();
            let doubt = failure.distrust.as_ref().map(|distrust| &distrust.doubt);
            let said = match (mode, chain.by_pin) {
                (Mode::CaFile | Mode::PinRight, _) => told.contains(words),
                // What is weak, too long or no certificate is refused before anything else is looked at.
                (Mode::System | Mode::PinWrong, Expect::Refused(_)) => true,
                (Mode::System, Expect::Believed) => matches!(doubt, Some(Doubt::Unknown(_))),
                (Mode::PinWrong, Expect::Believed) => matches!(doubt, Some(Doubt::Changed(_))),
            };
            let fits = failure.kind == FailureKind::NotTrusted && !failure.may_have_arrived() && said;
            let offered = failure.distrust.as_ref().map(|distrust| distrust.offered.fingerprint);
            let names = offered.is_none_or(|offered| offered == fingerprint(&chain.certificates[0]));
            if fits && names { Ok(()) } else { Err(format!("{:?}: {told}", failure.kind)) }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tl_01_to_tl_07_every_certificate_in_every_mode_and_no_byte_before_the_decision() {
    let folder = tempfile::tempdir().unwrap();
    let chains = &*ALL;
    assert!(chains.len() >= 40, "{}", chains.len());
    let (mut cells, mut believed, mut wrong) = (0, 0, Vec::new());
    for chain in chains {
        let whole = std::env::var_os("CCKM_MATRIX").is_some_and(|size| size == "whole");
        let versions = [(&TLS13, "1.3"), (&TLS12, "1.2")];
        for (version, word) in versions.into_iter().take(if whole { 2 } else { 1 }) {
            let witness = Witness::with(chain, version).await;
            for mode in MODES {
                let before = witness.told().len();
                let reader = reader(&witness, trust(mode, chain, folder.path()));
                let outcome = sign_in(&reader).await;
                let told = witness.told().split_off(before);
                let place = format!("{} · {mode:?} · TLS {word}", chain.name);
                if let Err(why) = judged(mode, chain, outcome.as_ref().copied()) {
                    wrong.push(format!("{place}: {why}"));
                }
                let has_password = told.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes());
                match &outcome {
                    Ok(()) if !has_password => wrong.push(format!("{place}: the witness is blind")),
                    Err(_) if !told.is_empty() => {
                        wrong.push(format!("{place}: {} bytes were said", told.len()));
                    }
                    _ => {}
                }
                (cells, believed) = (cells + 1, believed + usize::from(outcome.is_ok()));
            }
        }
    }
    println!("{} certificates, {cells} cells, {believed} believed, {} wrong", chains.len(), wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn tl_04_a_pinned_certificate_that_has_expired_is_believed_and_says_so() {
    for (name, valid) in [("expired", "2021-02-03"), ("not yet valid", "2120-04-05")] {
        let chain = named(name);
        let witness = Witness::with(chain, &TLS13).await;
        let reader = reader(&witness, pinned(&chain.certificates[0]));
        sign_in(&reader).await.unwrap();
        let seen = reader.shown().borrow().believed.clone().unwrap();
        assert!(matches!(seen.belief, Belief::Pinned(_)));
        let validity = seen.identity.validity("2026-11-25T00:00:00Z".parse().unwrap());
        assert!(format!("{validity:?}").contains(valid), "{validity:?}");
    }
}

#[tokio::test]
async fn a_certificate_is_told_as_it_is() {
    let chain = good();
    let witness = Witness::with(&chain, &TLS13).await;
    let failure = look(&server(witness.address, Trust::System), None, &limits()).await.unwrap_err();
    let distrust = failure.distrust.unwrap();
    assert_eq!(distrust.address.as_sent(), witness.address.to_string());
    let offered = &distrust.offered;
    assert_eq!(offered.subject.as_sent(), "CN=web.ciphertrustmanager.local");
    assert_eq!(offered.issuer.as_sent(), "CN=CipherTrust Root CA");
    assert_eq!((offered.key.as_sent(), offered.signature.as_sent()), ("EC P-256", "ECDSA with SHA-256"));
    assert_eq!(offered.names.iter().map(Untrusted::as_sent).collect::<Vec<_>>(), ["127.0.0.1"]);
    assert!(offered.name_matches && !offered.self_issued);
    assert_eq!(offered.not_before.unwrap().to_string(), "2025-01-01T00:00:00Z");
    assert_eq!(offered.fingerprint, fingerprint(&chain.certificates[0]));
}

#[tokio::test]
async fn tl_09_names_of_a_certificate_are_shown_escaped_and_cut() {
    for (name, most) in [("hostile names", 400), ("10 kB names", 1030)] {
        let chain = named(name);
        let witness = Witness::with(chain, &TLS13).await;
        let failure = look(&server(witness.address, Trust::System), None, &limits()).await.unwrap_err();
        let offered = failure.distrust.unwrap().offered.clone();
        let shown = offered.subject.display();
        assert!(shown.as_str().chars().all(|c| !c.is_control() && c != '\u{202e}'), "{shown}");
        assert!(shown.as_str().len() <= most, "{}", shown.as_str().len());
    }
}

#[tokio::test]
async fn a_look_sends_nothing_whatever_it_finds() {
    for version in [&TLS12, &TLS13] {
        let chain = good();
        let witness = Witness::with(&chain, version).await;
        let right = server(witness.address, pinned(&chain.certificates[0]));
        assert!(matches!(look(&right, None, &limits()).await.unwrap().belief, Belief::Pinned(_)));
        assert!(look(&server(witness.address, wrong_pin()), None, &limits()).await.is_err());
        assert_eq!((witness.told().len(), witness.handshakes()), (0, 2));
    }
}

#[tokio::test]
async fn tl_02_a_look_at_a_foreign_key_is_told_as_such() {
    for version in [&TLS12, &TLS13] {
        let chain = named("foreign key");
        let witness = Witness::with(chain, version).await;
        let failure = look(&server(witness.address, Trust::System), None, &limits()).await.unwrap_err();
        assert!(failure.detail.as_sent().contains("does not have the key"), "{failure:?}");
        assert_eq!(failure.distrust, None, "there is nothing to pin");
    }
}
