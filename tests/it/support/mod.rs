//! Shared by the tests: a core with a keyboard, made-up records, a screen to look at, a scripted server.

pub mod app;
pub mod identity;
pub mod records;
pub mod screen;
pub(crate) mod scripted;
