//! What masking a page of a hundred records costs, with nothing to mask in it and with a secret in each.
#![allow(clippy::unwrap_used, missing_docs, reason = "a bench")]

use cckm_tui::domain::Password;
use cckm_tui::redact::Secrets;
use divan::Bencher;

fn main() {
    divan::main();
}

/// A page as servers send it; `note` is in each record.
fn page(note: &str) -> String {
    let row = |n: usize| {
        format!(
            r#"{{"id":"2473e846-31a8-4ee6-8299-{n:012}","uri":"kylo:kylo:cckm:organization:{n}","account":"kylo:kylo:admin:accounts:kylo","createdAt":"2024-05-06T09:27:39.119284Z","updatedAt":"2024-05-06T09:27:39.118124Z","name":"Organization {n}","organization_id":"00D5e000000HEcDEAW","connection":"connection-{n}","cloud_name":"sfdc","type":"Regular","note":"{note}"}}"#
        )
    };
    let rows: Vec<_> = (0..100).map(row).collect();
    format!(r#"{{"skip":0,"limit":100,"total":100,"resources":[{}]}}"#, rows.join(","))
}

/// A session as it is after many renewals.
fn secrets() -> Secrets {
    let secrets = Secrets::default();
    secrets.learn_password(&Password::new("a password with \"marks\""));
    for n in 0..8 {
        secrets.learn_token(&format!("eyJhbGciOiJIUzI1NiJ9.{}.signature-{n}", "eyJzdWIi".repeat(100)));
    }
    secrets
}

#[divan::bench(args = ["none", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl", "\",\"client_secret\":\"x"])]
fn a_page(bencher: Bencher<'_, '_>, note: &str) {
    let (secrets, page) = (secrets(), page(note));
    bencher.bench_local(|| secrets.mask_data(page.as_str().into()).len());
}

#[divan::bench]
fn a_line_of_the_log(bencher: Bencher<'_, '_>) {
    let _secrets = secrets();
    let line = "method=GET path=/api/v1/cckm/sfdc/organizations status=200 took=1.2ms answered";
    bencher.bench_local(|| cckm_tui::redact::mask(line.into()).len());
}
