//! What a part of the core may know beside its own state.

use super::effect::RequestIds;
use crate::domain::Moment;

/// Passed down to the reducer of a part.
#[derive(Debug)]
pub struct Cx<'a> {
    /// When what is being handled happened.
    pub now: Moment,
    /// For numbering requests.
    pub requests: &'a mut RequestIds,
}
