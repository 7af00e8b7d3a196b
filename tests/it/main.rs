//! Tests of the library: one binary, one module a topic.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::format_push_string,
    missing_docs,
    unreachable_pub,
    clippy::large_stack_arrays,
    reason = "test helpers are not covered by the allow-in-tests settings"
)]

mod architecture;
mod contract;
mod demo;
mod display_rule;
mod executor;
mod file_faults;
mod fuzz;
mod history;
mod identity;
mod journal;
mod plain;
mod properties;
mod runtime_loop;
mod support;
mod switching;
mod update;
mod view;
