//! The demo server against the documented contract.

mod access;
mod acls;
mod connections;
mod faults;
mod lists;
mod organizations;
mod seeds;
mod session;
mod support;
mod tokens;
