//! What holds in every story, however it goes.

mod order;
mod paging;
mod plan;
mod stories;
mod texts;

use proptest::test_runner::Config;

/// 64 stories, or as many as `PROPTEST_CASES` asks for. What fails becomes a named test of its own.
pub(crate) fn config() -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    Config { cases: asked.unwrap_or(64), failure_persistence: None, ..Config::default() }
}
