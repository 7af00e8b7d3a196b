//! The core: what is known, what happened, what to do about it. No clock, no I/O, no async, no randomness.

pub mod activity;
pub mod activity_view;
pub mod age;
pub mod change;
pub mod connections;
mod curl;
mod cx;
pub mod detail;
mod effect;
pub mod explain;
pub mod field;
pub mod help;
pub mod identity;
mod json;
mod keys;
pub mod ledger;
pub mod line;
pub mod list;
mod message;
pub mod modal;
pub mod notice;
pub mod palette;
pub mod problem;
pub mod recovery;
mod settings;
mod settings_view;
mod state;
pub mod switch;
mod update;

pub use effect::{Effect, RequestId, RequestIds};
pub use keys::modal_lines;
pub use message::{Message, Reply, Session, Stamped};
pub use settings::{Badge, Effective, JournalState, Run, Settings};
pub use state::{State, next_deadline};
pub use switch::{ConnectFailure, Connecting, Destination, Profile};
pub use update::update;
