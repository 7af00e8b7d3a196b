//! Connections: Salesforce credentials, and the list of those to all services.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::auth::Caller;
use super::clock::micros;
use super::error::{Problem, json};
use super::json_body::Object;
use super::path::Named;
use super::query::{Filter, Query, Rule, Test};
use super::router::Shared;
use super::store::{Store, touch};
use super::tls;

const FILTERS: &[Rule] = &[
    ("name", "name", Test::equal),
    ("id", "id", Test::equal),
    ("service", "service", Test::equal),
    ("category", "category", Test::equal),
    ("cloud_name", "cloud_name", Test::equal),
    ("products", "products", Test::holds),
    ("last_connection_ok", "last_connection_ok", Test::truth),
    ("last_connection_before", "last_connection_at", Test::before),
    ("last_connection_after", "last_connection_at", Test::after),
    ("createdBefore", "createdAt", Test::before),
    ("createdAfter", "createdAt", Test::after),
];

/// Fields a caller may set and everybody may read, in the order documents have them.
const OPEN: &[&str] = &[
    "products",
    "description",
    "meta",
    "labels",
    "cloud_name",
    "client_id",
    "username",
    "domain_name",
    "hostname",
    "is_certificate_used",
    "certificate",
    "cert_duration",
    "enable_mutual_tls",
];
/// Fields that are taken and never shown.
const SECRET: &[&str] = &[
    "client_secret",
    "password",
    "tls_client_certificate_with_private_key",
    "tls_client_private_key_password",
];
const CLOUDS: [&str; 2] = ["Salesforce Cloud", "Salesforce Sandbox Cloud"];

/// `GET …/services/salesforce/connections`
pub(super) async fn list(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let query = Query::parse(raw.as_deref())?;
    let mut view = query.view(FILTERS, "createdAt")?;
    view.filters.push(Filter { property: "service", test: Test::Matches("salesforce".into()) });
    Ok(query.answer(&mut state.store_of(&caller).connections, &view))
}

/// `GET /connectionmgmt/connections`: those of all services.
pub(super) async fn list_all(
    State(state): State<Shared>,
    caller: Caller,
    RawQuery(raw): RawQuery,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let query = Query::parse(raw.as_deref())?;
    let view = query.view(FILTERS, "createdAt")?;
    Ok(query.answer(&mut state.store_of(&caller).connections, &view))
}

/// `GET …/connections/{name, id or URI}`
pub(super) async fn one(
    State(state): State<Shared>,
    caller: Caller,
    Named(reference): Named,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let store = state.store_of(&caller);
    let document = salesforce(&store, &reference)?;
    Ok(json(StatusCode::OK, Value::Object(document).to_string()))
}

/// `POST …/connections`
pub(super) async fn create(
    State(state): State<Shared>,
    caller: Caller,
    body: Object,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let [name, cloud] = body.required(["name", "cloud_name"])?;
    check_cloud(cloud)?;
    let mut store = state.store_of(&caller);
    if store.connection(name).is_some() {
        return Err(Problem::conflict(format!("Connection {name} already exists")));
    }
    let now = state.clock.now();
    let mut document = new_document(name, now);
    set_fields(&mut document, &body)?;
    certify(&mut document, name, now)?;
    let like = twin(&store, &document);
    store.reach.copy(name, like.as_deref());
    store.connections.put(&document);
    Ok(json(StatusCode::CREATED, Value::Object(document).to_string()))
}

/// `PATCH …/connections/{name, id or URI}`: anything but the name.
pub(super) async fn patch(
    State(state): State<Shared>,
    caller: Caller,
    Named(reference): Named,
    body: Object,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let mut store = state.store_of(&caller);
    let mut document = salesforce(&store, &reference)?;
    let name = text(&document, "name");
    if body.text("name")?.is_some_and(|other| other != name) {
        return Err(Problem::bad_request("name cannot be changed"));
    }
    if let Some(cloud) = body.text("cloud_name")? {
        check_cloud(cloud)?;
    }
    let now = state.clock.now();
    set_fields(&mut document, &body)?;
    if body.flag("regenerate_certificate")? {
        document.shift_remove("certificate");
    }
    certify(&mut document, &name, now)?;
    touch(&mut document, now);
    let credentials = SECRET.iter().chain(&["client_id", "certificate", "username"]);
    if credentials.into_iter().any(|field| body.0.contains_key(*field)) {
        store.reach.heal(&name);
        forget_test(&mut document);
    }
    store.connections.put(&document);
    Ok(json(StatusCode::OK, Value::Object(document).to_string()))
}

/// `DELETE …/connections/{name, id or URI}`, unless an organization uses it.
pub(super) async fn delete(
    State(state): State<Shared>,
    caller: Caller,
    Named(reference): Named,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    remove(&mut state.store_of(&caller), &reference, Force::No)
}

/// `POST /connectionmgmt/connections/{id}/delete`, with `{"force": true}` even one in use.
pub(super) async fn force_delete(
    State(state): State<Shared>,
    caller: Caller,
    Named(reference): Named,
    body: Object,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let force = if body.flag("force")? { Force::Yes } else { Force::No };
    remove(&mut state.store_of(&caller), &reference, force)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Force {
    Yes,
    No,
}

fn remove(store: &mut Store, reference: &str, force: Force) -> Result<Response, Problem> {
    let record = store.connection(reference).ok_or_else(Problem::not_found)?;
    let name = store.connections.text_of(record, "name");
    if force == Force::No && store.uses(&name) > 0 {
        return Err(Problem::conflict(format!("Connection {name} is in use")));
    }
    store.remove_connection(reference);
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST …/connections/{id}/test`: asks Salesforce, and remembers what it said.
pub(super) async fn test(
    State(state): State<Shared>,
    caller: Caller,
    Named(reference): Named,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let mut store = state.store_of(&caller);
    let mut document = salesforce(&store, &reference)?;
    let trouble = store.reach.trouble(&text(&document, "name")).map(str::to_owned);
    note_test(&mut document, trouble.as_deref(), state.clock.now());
    store.connections.put(&document);
    Ok(outcome(trouble.as_deref()))
}

/// `POST …/salesforce/connection-test`: tries parameters without storing them.
///
/// Salesforce knows the My Domains and consumer keys of the stored connections, and no others.
pub(super) async fn test_parameters(
    State(state): State<Shared>,
    caller: Caller,
    body: Object,
) -> Result<Response, Problem> {
    must_manage(&caller)?;
    let [cloud, _client] = body.required(["cloud_name", "client_id"])?;
    check_cloud(cloud)?;
    let known = twin(&state.store_of(&caller), &body.0).is_some();
    let trouble = (!known).then_some("invalid_client_id: client identifier invalid");
    Ok(outcome(trouble))
}

fn outcome(trouble: Option<&str>) -> Response {
    let mut body = Map::new();
    body.insert("connection_ok".into(), trouble.is_none().into());
    if let Some(trouble) = trouble {
        body.insert("connection_error".into(), trouble.into());
    }
    json(StatusCode::OK, Value::Object(body).to_string())
}

fn must_manage(caller: &Caller) -> Result<(), Problem> {
    if caller.manages_connections() {
        return Ok(());
    }
    Err(Problem::forbidden("Insufficient permissions"))
}

fn salesforce(store: &Store, reference: &str) -> Result<Map<String, Value>, Problem> {
    let document = store.connection(reference).ok_or_else(Problem::not_found)?.document();
    if text(&document, "service") == "salesforce" { Ok(document) } else { Err(Problem::not_found()) }
}

fn check_cloud(cloud: &str) -> Result<(), Problem> {
    if CLOUDS.contains(&cloud) { Ok(()) } else { Err(Problem::invalid("cloud_name")) }
}

fn new_document(name: &str, now: Timestamp) -> Map<String, Value> {
    let id = Uuid::new_v4().to_string();
    let slug = name.to_lowercase().replace(' ', "-");
    let fields = [
        ("uri", format!("kylo:kylo:connectionmgmt:connections:{slug}-{id}")),
        ("account", "kylo:kylo:admin:accounts:kylo".into()),
        ("createdAt", micros(now)),
        ("updatedAt", micros(now)),
        ("service", "salesforce".into()),
        ("category", "cloud".into()),
        ("name", name.into()),
    ];
    let all = [("id", id)].into_iter().chain(fields);
    let mut document: Map<String, Value> =
        all.map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    document.insert("products".into(), Value::Array(vec!["cckm".into()]));
    document.insert("description".into(), "".into());
    document.insert("meta".into(), Value::Object(Map::new()));
    document
}

/// Takes over the open fields of `body`; secrets are accepted and not kept.
fn set_fields(document: &mut Map<String, Value>, body: &Object) -> Result<(), Problem> {
    for name in OPEN {
        let Some(value) = body.0.get(*name) else { continue };
        check_field(name, value)?;
        document.insert((*name).to_owned(), value.clone());
    }
    Ok(())
}

fn check_field(name: &str, value: &Value) -> Result<(), Problem> {
    let fits = match name {
        "products" => value.is_array(),
        "meta" | "labels" => value.is_object(),
        "is_certificate_used" | "enable_mutual_tls" => value.is_boolean(),
        "cert_duration" => value.is_u64(),
        _ => value.is_string(),
    };
    if fits { Ok(()) } else { Err(Problem::validation(&format!("{name}: {name} has the wrong type"))) }
}

/// Makes the certificate of a connection that asks for one and has none.
fn certify(document: &mut Map<String, Value>, name: &str, now: Timestamp) -> Result<(), Problem> {
    let wanted = document.get("is_certificate_used") == Some(&Value::Bool(true));
    if !wanted || document.contains_key("certificate") {
        return Ok(());
    }
    let days = document.get("cert_duration").and_then(Value::as_u64).unwrap_or(730);
    let pem = tls::connection_certificate(name, now, days).map_err(|_why| Problem::internal())?;
    document.insert("certificate".into(), pem.into());
    Ok(())
}

/// A stored connection with the same My Domain, else with the same consumer key.
fn twin(store: &Store, document: &Map<String, Value>) -> Option<String> {
    ["domain_name", "client_id"].into_iter().find_map(|field| {
        let value = text(document, field);
        let record = store.connections.find(field, &value).filter(|_found| !value.is_empty())?;
        Some(store.connections.text_of(record, "name"))
    })
}

fn note_test(document: &mut Map<String, Value>, trouble: Option<&str>, now: Timestamp) {
    forget_test(document);
    let place = document.keys().position(|key| key == "name").unwrap_or(document.len());
    if let Some(trouble) = trouble {
        document.shift_insert(place, "last_connection_error".into(), trouble.into());
    }
    document.shift_insert(place, "last_connection_at".into(), micros(now).into());
    document.shift_insert(place, "last_connection_ok".into(), trouble.is_none().into());
}

fn forget_test(document: &mut Map<String, Value>) {
    for field in ["last_connection_ok", "last_connection_at", "last_connection_error"] {
        document.shift_remove(field);
    }
}

fn text(document: &Map<String, Value>, field: &str) -> String {
    document.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}
