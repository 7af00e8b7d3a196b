//! The field's nouns as plain data: no I/O, no clock, no terminal.

mod answer;
mod connection;
mod failure;
mod moment;
mod organization;
mod page;
mod secret;

pub use answer::{PatchAnswer, ServerWords};
pub use connection::{Connection, ConnectionState};
pub use failure::{Call, Failure, FailureKind};
pub use moment::Moment;
pub use organization::{Field, Organization, OrganizationId, OrganizationPatch};
pub use page::{Page, Record, Window};
pub use secret::Password;
