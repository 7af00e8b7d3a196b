//! Tests of the library: one binary, one module a topic.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "test helpers are not covered by the allow-in-tests settings"
)]

mod demo;
mod runtime_loop;
