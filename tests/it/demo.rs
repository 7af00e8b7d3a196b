//! The demo server against the documented contract.
