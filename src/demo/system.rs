//! What the appliance says of itself.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value, json as value};

use super::auth::Caller;
use super::error::{Problem, json};
use super::router::Shared;

/// `GET /system/info`
pub(super) async fn info(State(state): State<Shared>, _caller: Caller) -> Result<Response, Problem> {
    let seed = include_str!("../../assets/demo/system-info.json");
    let mut document: Map<String, Value> =
        serde_json::from_str(seed).map_err(|_broken| Problem::internal())?;
    let now = state.clock.now();
    let minutes = now.duration_since(state.started).as_mins().max(0);
    let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
    document.insert("uptime".into(), format!("{days} days, {hours} hours, {minutes} minutes").into());
    document.insert("system_time".into(), format!("{now:.0}").into());
    Ok(json(StatusCode::OK, Value::Object(document).to_string()))
}

/// `GET /auth/banners/pre-auth`: needs no token. Without a banner the text is empty; the documentation leaves it
/// open.
pub(super) async fn pre_auth_banner(State(state): State<Shared>) -> Response {
    json(StatusCode::OK, value!({ "name": "pre-auth", "value": state.banner }).to_string())
}

/// `GET /system/services/status`: needs no token.
pub(super) async fn services() -> Response {
    json(StatusCode::OK, include_str!("../../assets/demo/services-status.json"))
}
