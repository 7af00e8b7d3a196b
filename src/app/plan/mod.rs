//! Many changes as one plan: drafted, checked, agreed to once, then made one by one.
//!
//! ```text
//!  marks ─e─▶ choose a connection ─▶ Draft: rows, checks, effect, hash ─ number and profile typed ─▶ Applying
//!                                       ▲                                                              │
//!  failed rows, applied rows ───────────┘                    canary, then 2…4 at a time, each row:     ▼
//!                                                             read ─▶ compare ─▶ the single change machine
//! ```
//!
//! Nothing here sends a PATCH: every row is a [`Change`](super::change::Change) of its own, begun by
//! [`Applying`] with an intent on record, sent once and settled by reading. What the plan adds is which rows are
//! begun, and when none is begun any more.

mod after;
mod draft;
mod flight;
pub mod outside;
mod pace;
mod probe;
mod result;
mod route;
mod run;
mod view;

pub use draft::{Draft, DraftRow, Planned, RowState, Stage, Writing};
pub(super) use draft::{Frame, moves};
pub use pace::Pace;
pub use probe::Probe;
pub use result::{Counts, Hold, RowResult, Stop};
pub use run::{Applying, World};
pub use view::row_lines;

pub(super) use route::{
    advance, connection, discovered, kept, looked, offer_candidates, patched, recorded, tested, weigh,
};
