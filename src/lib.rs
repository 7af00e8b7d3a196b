//! Terminal dashboard for the Salesforce organizations of CipherTrust Cloud Key Manager.

pub mod api;
pub mod app;
pub mod cli;
pub mod config;
pub mod demo;
pub mod domain;
pub mod input;
pub mod keymap;
pub mod layout;
pub mod logging;
pub mod runtime;
pub mod text;
pub mod theme;
pub mod ui;
