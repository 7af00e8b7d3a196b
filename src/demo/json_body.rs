//! Reading the JSON object a request carries.

use axum::extract::{FromRequest, Request};
use serde_json::{Map, Value};

use super::error::Problem;
use super::intake::MAX_BODY;
use super::router::Shared;

/// The object in a request's body, whatever its content type says. Unknown fields are ignored.
#[derive(Debug)]
pub(super) struct Object(pub(super) Map<String, Value>);

impl Object {
    /// A text field; absent, null and blank are the same.
    ///
    /// # Errors
    /// 422 where it is something else than text.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
            Some(_) => Err(Problem::validation(&format!("{name}: {name} must be a string"))),
        }
    }

    /// A number of minutes; absent means 0.
    ///
    /// # Errors
    /// 422 where it is something else than a whole number from 0 on.
    pub(super) fn minutes(&self, name: &str) -> Result<u64, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(0),
            Some(value) => value
                .as_u64()
                .ok_or_else(|| Problem::validation(&format!("{name}: {name} must be a whole number"))),
        }
    }

    /// A yes or no; absent means no.
    ///
    /// # Errors
    /// 422 where it is something else.
    pub(super) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(value)) => Ok(*value),
            Some(_) => Err(Problem::validation(&format!("{name}: {name} must be true or false"))),
        }
    }

    /// These text fields, all of them required.
    ///
    /// # Errors
    /// 422 that names every missing one.
    pub(super) fn required<const N: usize>(&self, names: [&str; N]) -> Result<[&str; N], Problem> {
        let mut values = [""; N];
        let mut missing = Vec::new();
        for (name, value) in names.iter().zip(&mut values) {
            match self.text(name)? {
                Some(text) => *value = text,
                None => missing.push(*name),
            }
        }
        if missing.is_empty() { Ok(values) } else { Err(Problem::missing(&missing)) }
    }
}

impl FromRequest<Shared> for Object {
    type Rejection = Problem;

    async fn from_request(request: Request, _state: &Shared) -> Result<Self, Problem> {
        let bytes = axum::body::to_bytes(request.into_body(), MAX_BODY).await;
        let bytes = bytes.map_err(|_why| Problem::too_large())?;
        match serde_json::from_slice(&bytes).map_err(|_why| Problem::malformed())? {
            Value::Object(object) => Ok(Self(object)),
            _ => Err(Problem::validation("body: body must be an object")),
        }
    }
}
