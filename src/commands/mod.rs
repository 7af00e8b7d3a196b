//! What the program does without a dashboard: what it prints and reads, in plain functions.

pub mod config;
pub mod journal;
pub mod lists;
pub mod plans;
pub mod snapshot;
pub mod trust;
