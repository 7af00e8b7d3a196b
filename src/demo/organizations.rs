//! The seven operations on Salesforce organizations.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::acls;
use super::auth::Caller;
use super::clock::micros;
use super::error::{Problem, json};
use super::history::Change;
use super::json_body::Object;
use super::path::Named;
use super::query::{Filter, Query, Rule, Test};
use super::reach::Candidate;
use super::router::Shared;
use super::salesforce_id;
use super::store::{Store, touch};

/// Filter names are not field names: `sfdc_org_id` looks at `organization_id`.
const FILTERS: &[Rule] = &[
    ("id", "id", Test::equal),
    ("sfdc_org_id", "organization_id", Test::equal),
    ("organization_type", "type", Test::equal),
    ("name", "name", Test::equal),
    ("connection", "connection", Test::equal),
    ("cloud_name", "cloud_name", Test::equal),
];

/// `GET …/organizations`
pub(super) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    let query = Query::parse(raw.as_deref())?;
    let mut view = query.view(FILTERS, "-createdAt")?;
    view.viewer = caller.viewer();
    let now = state.clock.now();
    let mut store = state.store_of(&caller);
    view.filters.iter_mut().for_each(|filter| name_for_id(&store, filter));
    let mut page = query.page(&mut store.organizations, &view);
    store.age(&mut page, now);
    Ok(query.envelope(&page))
}

/// The `connection` filter takes a connection's id as well as its name.
fn name_for_id(store: &Store, filter: &mut Filter) {
    let Test::Matches(wanted) = &filter.test else { return };
    if filter.property != "connection" {
        return;
    }
    if let Some(record) = store.connections.get(wanted) {
        filter.test = Test::OneOf(vec![wanted.clone(), store.connections.text_of(record, "name")]);
    }
}

/// `GET …/organizations/{id}`
pub(super) async fn one(
    State(state): State<Shared>,
    caller: Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    let now = state.clock.now();
    let store = state.store_of(&caller);
    let record = store.organization(&id, caller.viewer().as_ref())?;
    let text = store.reading(&id, record.text(), now).to_owned();
    Ok(json(StatusCode::OK, text))
}

/// The shape in which `get-organizations` answers. The documented example is one bare object, the text speaks of
/// a list, and nobody knows what live systems do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Discovery {
    /// One candidate is answered bare; none and several make an array.
    Documented,
    /// An array always.
    Array,
    /// Like any list: `resources`, with the numbers around it.
    Envelope,
}

impl Discovery {
    fn answer(self, mut found: Vec<Value>) -> Value {
        match self {
            Self::Documented if found.len() == 1 => found.remove(0),
            Self::Documented | Self::Array => Value::Array(found),
            Self::Envelope => serde_json::json!({
                "skip": 0,
                "limit": found.len(),
                "total": found.len(),
                "resources": found,
            }),
        }
    }
}

/// `POST …/get-organizations`: what a connection reaches, added or not.
pub(super) async fn discover(
    State(state): State<Shared>,
    caller: Caller,
    body: Object,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let [reference] = body.required(["connection"])?;
    let store = state.store_of(&caller);
    let name = store.connection_name(reference).ok_or_else(Problem::not_found)?;
    must_work(&store, &name)?;
    let found = store.candidates(&name).iter().map(|one| one.document(&name)).collect();
    Ok(json(StatusCode::OK, state.discovery.answer(found).to_string()))
}

/// `POST …/add-organizations`
pub(super) async fn add(
    State(state): State<Shared>,
    caller: Caller,
    body: Object,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let [reference, wanted] = body.required(["connection", "sfdc_org_id"])?;
    let mut store = state.store_of(&caller);
    let name = store.connection_name(reference).ok_or_else(Problem::not_found)?;
    let organization_id = salesforce_id::complete(wanted).unwrap_or_else(|| wanted.to_owned());
    must_reach(&store, &name, &organization_id)?;
    if store.organizations.find("organization_id", &organization_id).is_some() {
        return Err(Problem::conflict(format!("Organization {organization_id} already exists")));
    }
    let Some(candidate) = store.reach.take(&organization_id) else {
        return Err(no_access(&name, &organization_id, ""));
    };
    let document = new_document(&candidate, &name, &micros(state.clock.now()));
    let text = store.put_organization(&document);
    Ok(json(StatusCode::CREATED, text))
}

fn new_document(candidate: &Candidate, connection: &str, now: &str) -> Map<String, Value> {
    let id = Uuid::new_v4().to_string();
    let fields = [
        ("uri", format!("kylo:kylo:cckm:sfdc-organization:{id}")),
        ("account", "kylo:kylo:admin:accounts:kylo".into()),
        ("application", "ncryptify:gemalto:admin:apps:kylo".into()),
        ("devAccount", "ncryptify:gemalto:admin:accounts:gemalto".into()),
        ("createdAt", now.into()),
        ("updatedAt", now.into()),
        ("name", candidate.name.clone()),
        ("organization_id", candidate.organization_id.clone()),
        ("connection", connection.into()),
        ("cloud_name", candidate.cloud_name.clone()),
        ("type", candidate.kind.clone()),
    ];
    let all = [("id", id)].into_iter().chain(fields);
    all.map(|(name, value)| (name.to_owned(), Value::String(value))).collect()
}

/// `PATCH …/organizations/{id}`: another connection; nothing else can be changed.
pub(super) async fn patch(
    State(state): State<Shared>,
    caller: Caller,
    Named(id): Named,
    body: Object,
) -> Result<Response, Problem> {
    let mut store = state.store_of(&caller);
    let record = store.organization(&id, caller.viewer().as_ref())?;
    must_manage(&caller)?;
    let [reference] = body.required(["connection"])?;
    let name = store.connection_name(reference).ok_or_else(Problem::not_found)?;
    must_reach(&store, &name, &store.organizations.text_of(record, "organization_id"))?;
    let now = state.clock.now();
    let (old, text) = store.set_connection(&id, &name, now).ok_or_else(Problem::not_found)?;
    store.history.note(Change { sequence: 0, id, old, new: name, at: now });
    Ok(json(StatusCode::OK, text))
}

/// `DELETE …/organizations/{id}`
pub(super) async fn delete(
    State(state): State<Shared>,
    caller: Caller,
    Named(id): Named,
) -> Result<Response, Problem> {
    let mut store = state.store_of(&caller);
    store.organization(&id, caller.viewer().as_ref())?;
    must_manage(&caller)?;
    store.remove_organization(&id);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST …/organizations/{id}/update-acls`
pub(super) async fn update_acls(
    State(state): State<Shared>,
    caller: Caller,
    Named(id): Named,
    body: Object,
) -> Result<Response, Problem> {
    let mut store = state.store_of(&caller);
    let record = store.organization(&id, caller.viewer().as_ref())?;
    must_manage(&caller)?;
    let orders = acls::read(&body, &store)?;
    let mut document = record.document();
    acls::apply(&mut document, &orders);
    touch(&mut document, state.clock.now());
    Ok(json(StatusCode::OK, store.put_organization(&document)))
}

fn must_manage(caller: &Caller) -> Result<(), Problem> {
    if caller.manages_organizations() {
        return Ok(());
    }
    Err(Problem::forbidden("Insufficient permissions"))
}

/// Salesforce accepts the connection's credentials, as far as anybody tried.
fn must_work(store: &Store, name: &str) -> Result<(), Problem> {
    match trouble(store, name) {
        Some(text) => Err(Problem::bad_request(format!("Salesforce refused connection {name}: {text}"))),
        None => Ok(()),
    }
}

fn must_reach(store: &Store, name: &str, organization_id: &str) -> Result<(), Problem> {
    if let Some(text) = trouble(store, name) {
        return Err(no_access(name, organization_id, &format!(": {text}")));
    }
    if store.reach.reaches(name, organization_id) {
        return Ok(());
    }
    Err(no_access(name, organization_id, ""))
}

fn no_access(name: &str, organization_id: &str, why: &str) -> Problem {
    Problem::bad_request(format!(
        "connection {name} does not have access to organization {organization_id}{why}"
    ))
}

/// What Salesforce answers to this connection, or answered to its last test.
fn trouble(store: &Store, name: &str) -> Option<String> {
    if let Some(text) = store.reach.trouble(name) {
        return Some(text.to_owned());
    }
    let document = store.connection(name)?.document();
    let failed = document.get("last_connection_ok") == Some(&Value::Bool(false));
    let error = document.get("last_connection_error").and_then(Value::as_str);
    failed.then(|| error.unwrap_or("authentication failure").to_owned())
}
