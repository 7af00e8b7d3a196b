//! The whole program, in a terminal and without one.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "test helpers are not covered by the allow-in-tests settings; deadlines need a real clock"
)]

mod canary;
mod change;
mod clipboard;
mod connections;
mod doors;
mod journal;
mod kill;
mod lists;
mod matrix;
mod mouse;
mod outside;
mod panics;
mod picture;
mod plain;
mod plans;
mod rotation;
mod secrets;
mod session;
mod surroundings;
mod switching;
mod terminal;
mod terminal_life;
mod trust;
mod typing;
