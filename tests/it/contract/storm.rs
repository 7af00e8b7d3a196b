//! Ten thousand requests over tokens that last two seconds: nobody notices a renewal.
//!
//! Small in the ordinary run; in full with
//! `CCKM_REQUESTS=10000 cargo test --test it au_02_short_tokens -- --nocapture`.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use cckm_tui::domain::Window;
use tokio::time::Instant;

use super::*;

/// How long a token lasts; the server refuses it from then on.
const LASTS: Duration = Duration::from_secs(2);

/// The tokens given out: number, and when each ends. A renewal gives a new refresh token, and the old one dies.
#[derive(Default)]
struct Ledger {
    ends: Mutex<HashMap<String, Instant>>,
    given: AtomicUsize,
}

impl Ledger {
    fn give(&self, presented: &str) -> Reply {
        let number = self.given.fetch_add(1, Ordering::SeqCst) + 1;
        if number > 1 && !presented.contains(&format!("canary-refresh-{}\"", number - 1)) {
            return unauthorized();
        }
        let jwt = format!("jwt.{number}");
        self.ends.lock().unwrap().insert(format!("Bearer {jwt}"), Instant::now() + LASTS);
        let body = format!(
            r#"{{"jwt":"{jwt}","duration":2,"refresh_token_id":"id","refresh_token":"canary-refresh-{number}"}}"#
        );
        Reply::json(200, &body)
    }

    fn accepts(&self, header: &str) -> bool {
        self.ends.lock().unwrap().get(header).is_some_and(|end| Instant::now() < *end)
    }
}

fn requests() -> usize {
    std::env::var("CCKM_REQUESTS").ok().and_then(|text| text.parse().ok()).unwrap_or(600)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn au_02_short_tokens_are_renewed_unseen_and_no_more_often_than_they_end() {
    let (all, ledger) = (requests(), Arc::new(Ledger::default()));
    let refused = Arc::new(AtomicUsize::new(0));
    let server = {
        let (ledger, refused) = (Arc::clone(&ledger), Arc::clone(&refused));
        Scripted::plain(move |request| {
            if request.is_token() {
                return ledger.give(&request.body);
            }
            if ledger.accepts(request.header("authorization")) {
                return Reply::json(200, &page(1, &["a"]));
            }
            refused.fetch_add(1, Ordering::SeqCst);
            unauthorized()
        })
        .await
    };
    let reader = signed_in(&server, Limits { in_flight: 32, ..limits() }).await;
    let (started, asked, failed) = (Instant::now(), AtomicUsize::new(0), AtomicUsize::new(0));
    // Slowly enough to see tokens end: three of them in the small run, about twenty in the full one.
    let span = if all < 5_000 { LASTS * 3 } else { LASTS * 16 };
    let pause = span * 32 / u32::try_from(all).unwrap();
    let one = async || {
        while asked.fetch_add(1, Ordering::SeqCst) < all {
            if reader.organizations(Window::FIRST, &Criteria::NONE).await.is_err() {
                failed.fetch_add(1, Ordering::SeqCst);
            }
            tokio::time::sleep(pause).await;
        }
    };
    futures_util::future::join_all((0..32).map(|_| one())).await;
    let took = started.elapsed();
    let renewals = ledger.given.load(Ordering::SeqCst) - 1;
    let ends = ledger.ends.lock().unwrap().values().filter(|end| **end <= Instant::now()).count();
    eprintln!(
        "{all} requests in {took:.1?}: {} failed, {renewals} renewals for {ends} ends, {} answers were 401",
        failed.load(Ordering::SeqCst),
        refused.load(Ordering::SeqCst),
    );
    assert_eq!(failed.load(Ordering::SeqCst), 0, "errors seen");
    assert!(ends >= 2, "tokens ended while it ran");
    assert!(renewals <= ends + 1, "{renewals} renewals for {ends} ends");
}
