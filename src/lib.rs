//! Terminal dashboard for the Salesforce organizations of CipherTrust Cloud Key Manager.

pub mod api;
pub mod demo;
pub mod domain;
pub mod text;
