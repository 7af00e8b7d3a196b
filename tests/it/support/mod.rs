//! Shared by the tests: a whole core with a keyboard, made-up records, and a screen to look at.

pub mod app;
pub mod records;
pub mod screen;
