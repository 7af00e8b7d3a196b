//! The field's nouns as plain data: no I/O, no clock, no terminal.

mod answer;
mod connection;
mod criteria;
mod digest;
mod discovered;
mod failure;
mod field;
mod fingerprint;
mod identity;
pub mod json;
mod listed;
mod moment;
mod operation;
mod organization;
mod outcome;
mod page;
mod place;
pub mod plan;
pub mod salesforce_id;
mod secret;
mod segment;

pub use answer::{PatchAnswer, ServerWords};
pub use connection::{Connection, ConnectionState};
pub use criteria::{Criteria, Parameter};
pub use digest::{Sha256, Sha256Error};
pub use discovered::Discovered;
pub use failure::{Call, Failure, FailureKind};
pub use field::Field;
pub use fingerprint::{Fingerprint, FingerprintError};
pub use identity::{Belief, Distrust, Doubt, Identity, Pin, Shown, Validity, Verified, day};
pub use listed::{Listed, RecordText, RecordTexts, Sheet};
pub use moment::Moment;
pub use operation::{
    Entry, JournalFailure, OpenOperation, Operation, OperationId, OperationIdError, RunId, Target, Transition,
};
pub use organization::{IdRef, Organization, OrganizationId, OrganizationPatch};
pub use outcome::Outcome;
pub use page::{Damaged, Page, Record, Window};
pub use place::{Domain, Introduction};
pub use plan::{Order, Plan, PlanId, PlanIdError, PlanPlace, PlanReference, PlanRow, Refusal};
pub use salesforce_id::SalesforceIds;
pub use secret::Password;
