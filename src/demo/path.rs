//! The one variable part of a path.

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;

use super::error::Problem;
use super::router::Shared;

/// An id or a name in a path, decoded. What can not be decoded names nothing.
#[derive(Debug)]
pub(super) struct Named(pub(super) String);

impl FromRequestParts<Shared> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        let path = Path::<String>::from_request_parts(parts, state).await;
        path.map(|Path(name)| Self(name)).map_err(|_undecodable| Problem::not_found())
    }
}
