//! What every request passes before anything looks at it: who may ask, how much may be sent.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::header::{HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::uri::{Authority, PathAndQuery};
use axum::http::{HeaderMap, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;

use super::error::Problem;
use super::router::Shared;

/// Bodies up to 1 MiB are read.
pub(super) const MAX_BODY: usize = 1024 * 1024;
/// Of a longer body this much is taken and dropped, so that its sender gets to read the 413.
const MAX_DRAINED: usize = 8 * MAX_BODY;
/// How long a body may take to arrive.
const BODY_TIME: Duration = Duration::from_secs(30);

/// Turns away foreign hosts and web pages, reads the body, notes the request, trims one trailing slash.
pub(super) async fn receive(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    if !is_local(&parts) {
        let text = "this demo server answers local programs only";
        return Problem::forbidden(text).into_response();
    }
    let body = match tokio::time::timeout(BODY_TIME, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(problem)) => return problem.into_response(),
        Err(_elapsed) => return Problem::bad_request("request body did not arrive in time").into_response(),
    };
    state.recorder.note(&parts, &body);
    parts.uri = trimmed(&parts.uri);
    if !state.latency.is_zero() {
        tokio::time::sleep(state.latency).await;
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

/// A loopback name in `Host` (and in the request line, if there), and no `Origin`: a browser page of
/// another site sends one or the other, also after DNS rebinding.
fn is_local(parts: &Parts) -> bool {
    let in_line = parts.uri.authority().is_none_or(is_loopback);
    in_line && !parts.headers.contains_key(ORIGIN) && has_local_host(&parts.headers)
}

fn has_local_host(headers: &HeaderMap) -> bool {
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return false };
    let authority: Option<Authority> = host.to_str().ok().and_then(|host| host.parse().ok());
    authority.as_ref().is_some_and(is_loopback)
}

fn is_loopback(authority: &Authority) -> bool {
    let plain = !authority.as_str().contains('@');
    plain && ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| authority.host().eq_ignore_ascii_case(own))
}

async fn read(body: Body) -> Result<Bytes, Problem> {
    let mut kept = Vec::new();
    let mut length = 0_usize;
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_broken| Problem::bad_request("request body is incomplete"))?;
        length = length.saturating_add(chunk.len());
        if length > MAX_DRAINED {
            break;
        }
        if length <= MAX_BODY {
            kept.extend_from_slice(&chunk);
        }
    }
    if length > MAX_BODY { Err(Problem::too_large()) } else { Ok(kept.into()) }
}

/// The same without one trailing slash of the path.
fn trimmed(uri: &Uri) -> Uri {
    let Some(path) = uri.path().strip_suffix('/').filter(|path| !path.is_empty()) else { return uri.clone() };
    let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
    let mut parts = uri.clone().into_parts();
    let Ok(path_and_query) = format!("{path}{query}").parse::<PathAndQuery>() else { return uri.clone() };
    parts.path_and_query = Some(path_and_query);
    Uri::from_parts(parts).unwrap_or_else(|_invalid| uri.clone())
}
