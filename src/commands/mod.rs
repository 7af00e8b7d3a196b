//! What the program does without a dashboard and without a server.

pub mod config;
pub mod journal;
pub mod trust;
