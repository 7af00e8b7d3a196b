//! Somebody else who changes the same organization at the same time.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use serde_json::Value;

use super::organization;
use crate::demo::intake::MAX_BODY;
use crate::demo::router::Shared;
use crate::demo::store::Store;

/// Another person gives the organization of the request another connection, checks aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Another {
    /// Before the request is carried out, or after it succeeded.
    pub when: When,
    /// The connection they choose. Without one: the first by name that reaches the organization, but neither
    /// the one it had before nor the one the request asks for; if there is none, the first other one.
    pub connection: Option<String>,
}

/// On which side of a request somebody else is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Just before it.
    JustBefore,
    /// Just after it.
    JustAfter,
}

impl Another {
    /// Carries the request out with the other person's change on one side of it.
    pub(super) async fn act(&self, state: &Shared, request: Request, next: Next) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, MAX_BODY).await.unwrap_or_default();
        let id = organization(parts.uri.path()).map(ToOwned::to_owned);
        let choice = id.as_deref().and_then(|id| self.choice(&state.store(), id, wanted(&body)));
        let change = || {
            let now = state.clock.now();
            id.as_deref().zip(choice.as_deref()).map(|(id, name)| state.store().set_connection(id, name, now))
        };
        if self.when == When::JustBefore {
            change();
        }
        let own = next.run(Request::from_parts(parts, Body::from(body))).await;
        if self.when == When::JustAfter && own.status().is_success() {
            change();
        }
        own
    }

    fn choice(&self, store: &Store, id: &str, wanted: Option<String>) -> Option<String> {
        if self.connection.is_some() {
            return self.connection.clone();
        }
        let record = store.organizations.get(id)?;
        let organization_id = store.organizations.text_of(record, "organization_id");
        let before = store.organizations.text_of(record, "connection");
        let wanted = wanted.and_then(|wanted| store.connection_name(&wanted));
        let others = store
            .connections
            .iter()
            .map(|record| store.connections.text_of(record, "name"))
            .filter(|name| store.connection_name(name).is_some())
            .filter(|name| *name != before && wanted.as_ref() != Some(name));
        others.min_by_key(|name| (!store.reach.reaches(name, &organization_id), name.clone()))
    }
}

/// What a PATCH asks for.
fn wanted(body: &Bytes) -> Option<String> {
    let body: Value = serde_json::from_slice(body).ok()?;
    body.get("connection").and_then(Value::as_str).map(ToOwned::to_owned)
}
