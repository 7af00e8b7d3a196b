//! What a server said, success or not: an answer is not an error.

use std::time::Duration;

use super::Organization;
use crate::text::Untrusted;

/// The words of an error body, whichever of its shapes it has (API contract §3.6).
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ServerWords {
    /// Name before the first `:` of `codeDesc`, with its `NCERR`; empty when the body has none.
    pub code: Untrusted,
    /// `message`, else the rest of `codeDesc`, else the head of a body that is not JSON, without its tags.
    pub message: Untrusted,
    /// `requestID`; empty when absent.
    pub request_id: Untrusted,
}

/// The answer to a PATCH, whatever its status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PatchAnswer {
    /// HTTP status code, 200 to 599.
    pub status: u16,
    /// The standard reason phrase of that code; empty for an unassigned one.
    pub reason: &'static str,
    /// From the first byte sent to the last byte read.
    pub took: Duration,
    /// The record in a 2xx body, when there is one that can be read.
    pub organization: Option<Organization>,
    /// The words of an error body.
    pub words: ServerWords,
    /// The body as text, bytes that are not UTF-8 replaced.
    pub body: Untrusted,
    /// When the server asks to come again, at most 60 s.
    pub retry_after: Option<Duration>,
    /// What is odd about the answer, such as a body that is not JSON; empty when nothing is.
    pub oddity: Untrusted,
}

impl PatchAnswer {
    /// Whether the server says that the change was made (any 2xx).
    pub const fn is_success(&self) -> bool {
        matches!(self.status, 200..=299)
    }

    /// Whether it says so with a text that no call of the API answers with: something in between said it.
    pub fn is_of_another(&self) -> bool {
        self.is_success() && self.organization.is_none() && !self.body.is_empty()
    }
}
