//! Refusals, in the two shapes an appliance uses.
//!
//! Shape 1 has the text in `message`; shape 2 glues it to `codeDesc` after a colon. Sign-in and
//! validation answer in shape 1, everything else in shape 2.

use axum::body::Body;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};

/// A refusal: its status and everything its JSON body says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    status: StatusCode,
    code: u32,
    name: &'static str,
    text: String,
    shape: Shape,
}

/// Where the text of a [`Problem`] goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    /// `message`, with a fresh `requestID`.
    MessageAndRequest,
    /// `message` alone.
    Message,
    /// Behind the name in `codeDesc`.
    Glued,
}

impl Problem {
    const fn new(status: StatusCode, code: u32, name: &'static str, text: String, shape: Shape) -> Self {
        Self { status, code, name, text, shape }
    }

    /// 400: the request can not be served as it stands.
    pub(super) fn bad_request(text: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, 15, "NCERRBadRequest", text.into(), Shape::Glued)
    }

    /// 400: the body is no JSON.
    pub(super) fn malformed() -> Self {
        Self::bad_request("malformed JSON")
    }

    /// 400: a parameter or field has a value that does not exist.
    pub(super) fn invalid(parameter: &str) -> Self {
        let text = format!("Invalid value for parameter '{parameter}'");
        Self::new(StatusCode::BAD_REQUEST, 9, "NCERRInvalidParamValue", text, Shape::Glued)
    }

    /// 401 at sign-in: wrong password, unknown refresh token.
    pub(super) fn refused(text: &str) -> Self {
        let text = text.to_owned();
        Self::new(StatusCode::UNAUTHORIZED, 5, "NCERRUnauthorizedAccess", text, Shape::MessageAndRequest)
    }

    /// 401 on a call: the bearer token is missing, garbled, expired or revoked.
    pub(super) fn unauthorized(text: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, 5, "NCERRUnauthorizedAccess", text.into(), Shape::Message)
    }

    /// 403: the caller may see this, but not do that.
    pub(super) fn forbidden(text: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, 6, "NCERRForbidden", text.into(), Shape::Glued)
    }

    /// 404: unknown, or not visible to the caller; there is no telling which.
    pub(super) fn not_found() -> Self {
        let text = "Resource not found".to_owned();
        Self::new(StatusCode::NOT_FOUND, 16, "NCERRResourceNotFound", text, Shape::Glued)
    }

    /// 405: the path exists, the method does not.
    pub(super) fn wrong_method() -> Self {
        let text = "Method not allowed".to_owned();
        Self::new(StatusCode::METHOD_NOT_ALLOWED, 10, "NCERRMethodNotAllowed", text, Shape::Glued)
    }

    /// 409: it exists already, or it is still in use.
    pub(super) fn conflict(text: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, 13, "NCERRConflict", text.into(), Shape::Glued)
    }

    /// 413: the body is longer than the server reads.
    pub(super) fn too_large() -> Self {
        let text = "request body exceeds 1 MiB".to_owned();
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, 11, "NCERRRequestTooLarge", text, Shape::Glued)
    }

    /// 422: the body is JSON, but not the JSON this call wants.
    pub(super) fn validation(text: &str) -> Self {
        let text = format!("Validation errors:\n{text}");
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, 12, "NCERRValidation", text, Shape::Message)
    }

    /// 422: these required fields are absent or blank.
    pub(super) fn missing(fields: &[&str]) -> Self {
        let lines: Vec<String> =
            fields.iter().map(|field| format!("{field}: {field} is a required field")).collect();
        Self::validation(&lines.join("\n"))
    }

    /// 500: the server's own fault.
    pub(super) fn internal() -> Self {
        let text = "unexpected error".to_owned();
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, 14, "NCERRInternalServerError", text, Shape::Glued)
    }

    /// 502, 503, 504: the service behind the front is not there yet. Their names are our choice.
    pub(super) fn starting(status: StatusCode) -> Self {
        let name = match status {
            StatusCode::BAD_GATEWAY => "NCERRBadGateway",
            StatusCode::GATEWAY_TIMEOUT => "NCERRGatewayTimeout",
            _ => "NCERRServiceUnavailable",
        };
        Self::new(status, 18, name, "service is starting".to_owned(), Shape::Glued)
    }

    pub(super) const fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// The JSON body.
    pub(super) fn text(&self) -> String {
        self.body().to_string()
    }

    fn body(&self) -> Value {
        let mut body = Map::new();
        body.insert("code".into(), self.code.into());
        if self.shape == Shape::Glued {
            body.insert("codeDesc".into(), format!("{}: {}", self.name, self.text).into());
            return Value::Object(body);
        }
        body.insert("codeDesc".into(), self.name.into());
        body.insert("message".into(), self.text.clone().into());
        if self.shape == Shape::MessageAndRequest {
            body.insert("requestID".into(), uuid::Uuid::new_v4().to_string().into());
        }
        Value::Object(body)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        json(self.status, self.text())
    }
}

/// An answer with a JSON body, typed as the appliance types it.
pub(super) fn json(status: StatusCode, text: impl Into<Body>) -> Response {
    let content_type = [(axum::http::header::CONTENT_TYPE, "application/json; charset=UTF-8")];
    (status, content_type, text.into()).into_response()
}
