//! The proof of the main promise (G11, O11): what is claimed of a change is what happened on the server, it was
//! asked for exactly once, and it is on record.
//!
//! An operator at the keys changes connections, with the real core, the real executor over HTTP, the demo
//! server, and the real journal on disk. Only the core's clock is the driver's: when nothing is waited for it
//! jumps to the next deadline, so that back-offs cost no time. Every second request for a change or so meets
//! trouble. Afterwards the server's own history is held against the journal and against what was shown.
//!
//! A few hundred changes run with the other tests. The full size, with another seed where one is wanted:
//!
//! ```text
//! CCKM_CHANGES=5000 CCKM_SEED=1 cargo test --test it history:: -- --nocapture
//! ```

mod check;
mod killed;
mod operator;
mod relay;
mod rotation;
mod stories;

use std::env;

use self::check::Tally;
use self::operator::{Operator, Plan, Random};

/// Changes on one server, before the next one starts afresh.
const ROUND: usize = 60;

/// Seconds that a token lasts, by turns: mostly longer than a round, sometimes not longer than a settling.
const TOKENS: [u64; 3] = [1_000_000, 1_000_000, 40];

fn number(name: &str, usual: u64) -> u64 {
    env::var(name).ok().map_or(usual, |text| text.parse().expect("a number"))
}

#[tokio::test]
async fn g_11_every_change_is_sent_once_ends_in_the_truth_and_is_on_record() {
    let (changes, seed) = (number("CCKM_CHANGES", 300), number("CCKM_SEED", 0x5f3c));
    let mut tally = Tally::default();
    let mut random = Random::new(seed);
    let mut left = usize::try_from(changes).unwrap();
    for round in 0.. {
        if left == 0 {
            break;
        }
        let mut operator = Operator::at_work(TOKENS[round % TOKENS.len()]).await;
        for _ in 0..left.min(ROUND) {
            let plan = Plan::draw(&mut random, &operator);
            operator.carry_out(&plan).await;
        }
        left = left.saturating_sub(ROUND);
        operator.let_late_effects_come().await;
        tally.add(&operator.finish().await);
    }
    println!("seed {seed}: {tally}");
    assert_eq!((tally.lost, tally.doubled, tally.wrong), (0, 0, 0), "{tally}\n{}", tally.complaints());
    assert!(tally.complaints().is_empty(), "{}", tally.complaints());
}
