//! Plans in files: written by one person and applied by another, and kept while they are applied.
//!
//! A plan is one JSON object, its rows one a line, so that it can be read and compared before it is applied:
//!
//! ```text
//! {"format":"cckm-tui plan 1","id":"p7f3a9c-2","made_at":"…","made_by":"ops1","valid_until":"…",
//! "server":"https://cm1.example.com","server_identity":"sha256:…","domain":"","reason":"CHG-20417",
//! "canaries":1,"concurrency":4,"stop_after":1,"rows":[
//! {"id":"2473e846-…","name":"Acme","organization_id":"00D…","now":"sfdc-2024","new":"sfdc-2025","undo_of":null}
//! ],"hash":"<sha-256>"}
//! ```
//!
//! What comes from a file is believed as little as what comes from a server: its size is bounded, a key that is not
//! known is an error, since the hash would not cover it, and the hash is taken again of everything that was read. The hash is
//! no signature: who edits the plan can take it anew. Whoever applies a plan of somebody else compares it with them.

mod file;
mod store;

pub use file::{PlanFileError, Sealed, parse, read, text};
pub use store::{Held, Store};
