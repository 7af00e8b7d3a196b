//! Terminal dashboard for the Salesforce organizations of CipherTrust Cloud Key Manager.

pub mod demo;
pub mod domain;
pub mod text;
