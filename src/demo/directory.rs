//! Users, groups and domains.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json as value};

use super::auth::{Caller, ROOT};
use super::error::{Problem, json};
use super::path::Named;
use super::query::{Filter, Query, Rule, Test};
use super::router::Shared;

const USER_FILTERS: &[Rule] = &[
    ("name", "name", Test::equal),
    ("username", "username", Test::equal),
    ("email", "email", Test::equal),
    ("auth_domain_name", "auth_domain_name", Test::equal),
];
const GROUP_FILTERS: &[Rule] = &[("name", "name", Test::equal)];
const DOMAIN_FILTERS: &[Rule] = &[("id", "id", Test::equal), ("name", "name", Test::equal)];

/// `GET /usermgmt/users`
pub(super) async fn users(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    must_see(&caller)?;
    let query = Query::parse(raw.as_deref())?;
    let mut view = query.view(USER_FILTERS, "username")?;
    if let Some(group) = query.parameter("groups") {
        let members = state.auth.members(group);
        view.filters.push(Filter { property: "user_id", test: Test::OneOf(members) });
    }
    Ok(query.answer(&mut state.store().users, &view))
}

/// `GET /usermgmt/users/{user_id}`
pub(super) async fn user(
    State(state): State<Shared>,
    caller: Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    must_see(&caller)?;
    let store = state.store();
    let record = store.users.get(&id).ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, record.text().to_owned()))
}

/// `GET /usermgmt/groups`
pub(super) async fn groups(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    must_see(&caller)?;
    let query = Query::parse(raw.as_deref())?;
    let view = query.view(GROUP_FILTERS, "name")?;
    Ok(query.answer(&mut state.store().groups, &view))
}

/// `GET /usermgmt/groups/{name}`
pub(super) async fn group(
    State(state): State<Shared>,
    caller: Caller,
    Named(name): Named,
) -> Result<Response, Problem> {
    must_see(&caller)?;
    let store = state.store();
    let record = store.groups.get(&name).ok_or_else(Problem::not_found)?;
    Ok(json(StatusCode::OK, record.text().to_owned()))
}

/// `GET /auth/self/user`: with the domain the token is for.
pub(super) async fn myself(State(state): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let store = state.store();
    let mut document = store.users.get(&caller.user.id).ok_or_else(Problem::not_found)?.document();
    let domain = store.domains.get(&caller.domain).ok_or_else(Problem::not_found)?.document();
    document.insert("user_metadata".into(), value!({ "current_domain": domain }));
    Ok(json(StatusCode::OK, Value::Object(document).to_string()))
}

/// `GET /auth/self/domains`
pub(super) async fn my_domains(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref())?;
    let mut view = query.view(DOMAIN_FILTERS, "name")?;
    if !caller.sees_all_domains() {
        view.filters.push(Filter { property: "id", test: Test::OneOf(vec![ROOT.to_owned()]) });
    }
    Ok(query.answer(&mut state.store().domains, &view))
}

/// `GET /domain`: the one the token is for.
pub(super) async fn my_domain(State(state): State<Shared>, caller: Caller) -> Result<Response, Problem> {
    let store = state.store();
    let record = store.domains.get(&caller.domain).ok_or_else(Problem::not_found)?;
    let document = Value::Object(record.document());
    Ok(json(StatusCode::OK, document.to_string()))
}

fn must_see(caller: &Caller) -> Result<(), Problem> {
    if caller.sees_directory() {
        return Ok(());
    }
    Err(Problem::forbidden("Insufficient permissions"))
}
