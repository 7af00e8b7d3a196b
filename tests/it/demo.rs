//! The demo server against the documented contract.

mod access;
mod acls;
mod connections;
mod faults;
mod lists;
mod named_faults;
mod organizations;
mod seeds;
mod session;
pub(crate) mod support;
mod tokens;
