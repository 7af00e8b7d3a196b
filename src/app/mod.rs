//! The core: what is known, what happened, what to do about it. No clock, no I/O, no async, no randomness.

mod effect;
mod message;
mod settings;
mod state;

pub use effect::{Effect, RequestId, RequestIds};
pub use message::{Message, Reply, Session, Stamped};
pub use settings::{Badge, Settings};
pub use state::{State, next_deadline, update};
