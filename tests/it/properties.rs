//! What holds in every story, however it goes.

mod order;
mod paging;
mod plan;
mod stories;
mod texts;

use proptest::test_runner::{Config, RngSeed};

/// 64 stories that are the same in every run, so that the verdict is about the tree alone. `PROPTEST_CASES` asks for
/// as many others, new in each run. What fails becomes a named test of its own.
pub(crate) fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    let seed = if asked.is_some() { Config::default().rng_seed } else { RngSeed::Fixed(2025) };
    Config { cases: asked.unwrap_or(64), rng_seed: seed, failure_persistence: None, ..Config::default() }
}
