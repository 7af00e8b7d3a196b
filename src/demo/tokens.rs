//! The calls about tokens: sign-in, renewal, list, revocation.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::Value;

use super::auth::{Caller, Proof, ROOT, Wishes};
use super::documents::Documents;
use super::error::{Problem, json};
use super::json_body::Object;
use super::path::Named;
use super::query::{Query, Rule, Test};
use super::router::Shared;

const FILTERS: &[Rule] = &[
    ("user_id", "userId", Test::equal),
    ("labels", "labels", Test::holds),
    ("expired", "expired", Test::truth),
    ("revoked", "revoked", Test::truth),
    ("refreshed_before", "refreshedAt", Test::before),
];
const WRONG: &str = "Wrong username or password.";

/// `POST /auth/tokens`
pub(super) async fn create(State(state): State<Shared>, body: Object) -> Result<Response, Problem> {
    let answer = match body.text("grant_type")?.unwrap_or("password") {
        "password" => sign_in(&state, &body)?,
        "refresh_token" => refresh(&state, &body)?,
        "user_certificate" | "client_credential" => return Err(Problem::refused("Invalid Client")),
        _ => return Err(Problem::invalid("grant_type")),
    };
    Ok(json(StatusCode::OK, answer.to_string()))
}

fn sign_in(state: &Shared, body: &Object) -> Result<Value, Problem> {
    let username = match body.text("username")? {
        Some(username) => username,
        None => body.text("name")?.ok_or_else(|| Problem::missing(&["username"]))?,
    };
    let [password] = body.required(["password"])?;
    let local = body.text("connection")?.is_none_or(|name| name == "local_account");
    // Every account was made in the root domain.
    if !local || domain(state, body, "auth_domain")?.is_none_or(|id| id != ROOT) {
        return Err(Problem::refused(WRONG));
    }
    let user = state.auth.verify(username, password).ok_or_else(|| Problem::refused(WRONG))?;
    let domain = domain(state, body, "domain")?.ok_or_else(Problem::not_found)?;
    if !user.may_enter(&domain) {
        return Err(Problem::forbidden("Insufficient permissions"));
    }
    let wishes = Wishes {
        domain,
        labels: body.0.get("labels").filter(|labels| labels.is_array()).cloned(),
        lifetime: body.minutes("refresh_token_lifetime")?,
        revoke_unused_in: body.minutes("refresh_token_revoke_unused_in")?,
    };
    state.auth.begin(user, wishes)
}

fn refresh(state: &Shared, body: &Object) -> Result<Value, Problem> {
    let [token] = body.required(["refresh_token"])?;
    let domain = domain(state, body, "domain")?.ok_or_else(Problem::not_found)?;
    state.auth.refresh(token, &domain, body.flag("renew_refresh_token")?)
}

/// Id of the domain that `field` names, by name or id; absent means the root domain. Nothing where there is none.
fn domain(state: &Shared, body: &Object, field: &str) -> Result<Option<String>, Problem> {
    let Some(domain) = body.text(field)? else { return Ok(Some(ROOT.to_owned())) };
    let store = state.store();
    let found = store.domains.get(domain).or_else(|| store.domains.find("name", domain));
    Ok(found.map(|record| record.key().to_owned()))
}

/// `GET /auth/tokens`
pub(super) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref())?;
    let view = query.view(FILTERS, "-createdAt")?;
    let mut documents = Documents::from_values("id", &[], state.auth.documents(&caller));
    Ok(query.answer(&mut documents, &view))
}

/// `GET /auth/tokens/{id}`
pub(super) async fn one(
    State(state): State<Shared>,
    caller: Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    let documents = Documents::from_values("id", &[], state.auth.documents(&caller));
    let record = documents.get(&id).ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, record.text().to_owned()))
}

/// `DELETE /auth/tokens/{id}`
pub(super) async fn delete(
    State(state): State<Shared>,
    caller: Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    state.auth.revoke(&id, &caller)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /auth/revoke`: by value, for whoever knows the client id or the user's password.
pub(super) async fn revoke(State(state): State<Shared>, body: Object) -> Result<Response, Problem> {
    let [token] = body.required(["token"])?;
    let proof = Proof {
        client_id: body.text("client_id")?,
        password: body.text("username")?.zip(body.text("password")?),
    };
    state.auth.revoke_value(token, &proof)?;
    Ok(StatusCode::NO_CONTENT.into_response())
}
