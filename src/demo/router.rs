//! The paths of the demo and what answers them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use jiff::Timestamp;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use super::auth::{Auth, Caller};
use super::clock::Clock;
use super::error::Problem;
use super::faults::{self, Faults};
use super::recorder::Recorder;
use super::store::Store;
use super::{DemoError, Discovery, Options};
use super::{connections, directory, intake, organizations, system, tokens};

/// What every request can get at.
#[derive(Debug)]
pub(super) struct State {
    pub(super) auth: Auth,
    pub(super) banner: String,
    pub(super) clock: Clock,
    pub(super) discovery: Discovery,
    pub(super) faults: Faults,
    pub(super) latency: Duration,
    pub(super) recorder: Recorder,
    pub(super) started: Timestamp,
    store: Mutex<Store>,
    /// What there is in the other domains, by their ids.
    elsewhere: HashMap<String, Mutex<Store>>,
}

/// [`State`] as it is handed around.
pub(super) type Shared = Arc<State>;

impl State {
    /// # Errors
    /// [`DemoError::Seed`] and [`DemoError::Randomness`].
    pub(super) fn new(options: &Options) -> Result<Shared, DemoError> {
        let clock = Clock::default();
        let store = Store::load(options.organizations)?;
        let elsewhere = store.domains.iter().skip(1).map(|domain| {
            let rows = Mutex::new(Store::of_another_domain()?);
            Ok((domain.key().to_owned(), rows))
        });
        Ok(Arc::new(Self {
            elsewhere: elsewhere.collect::<Result<_, DemoError>>()?,
            banner: options.banner.clone(),
            auth: Auth::new(options.password.clone(), options.token_seconds, clock.clone())?,
            started: clock.now(),
            clock,
            discovery: options.discovery,
            faults: Faults::default(),
            latency: options.latency,
            recorder: Recorder::new(options.record),
            store: Mutex::new(store),
        }))
    }

    /// The documents of the root domain, where users, groups and domains are too. Handlers hold them for one
    /// answer, never across an await.
    pub(super) fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The documents of the domain that the caller's token is for.
    pub(super) fn store_of(&self, caller: &Caller) -> MutexGuard<'_, Store> {
        let store = self.elsewhere.get(&caller.domain).unwrap_or(&self.store);
        store.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Intake (who may ask at all), then scripted trouble, then compression, then the calls.
pub(super) fn router(state: &Shared) -> Router {
    let calls = Router::new()
        .nest("/api/v1", api())
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::wrong_method())
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest))
        .with_state(Arc::clone(state));
    Router::new()
        .fallback_service(calls)
        .layer(from_fn_with_state(Arc::clone(state), faults::play))
        .layer(from_fn_with_state(Arc::clone(state), intake::receive))
}

fn api() -> Router<Shared> {
    Router::new()
        .merge(sign_in())
        .merge(organization_calls())
        .merge(connection_calls())
        .merge(directory_calls())
}

fn sign_in() -> Router<Shared> {
    Router::new()
        .route("/system/services/status", get(system::services))
        .route("/system/info", get(system::info))
        .route("/auth/tokens", get(tokens::list).post(tokens::create))
        .route("/auth/tokens/{id}", get(tokens::one).delete(tokens::delete))
        .route("/auth/revoke", post(tokens::revoke))
        .route("/auth/banners/pre-auth", get(system::pre_auth_banner))
}

fn organization_calls() -> Router<Shared> {
    Router::new()
        .route("/cckm/sfdc/organizations", get(organizations::list))
        .route(
            "/cckm/sfdc/organizations/{id}",
            get(organizations::one).patch(organizations::patch).delete(organizations::delete),
        )
        .route("/cckm/sfdc/organizations/{id}/update-acls", post(organizations::update_acls))
        .route("/cckm/sfdc/get-organizations", post(organizations::discover))
        .route("/cckm/sfdc/add-organizations", post(organizations::add))
}

fn connection_calls() -> Router<Shared> {
    let salesforce = "/connectionmgmt/services/salesforce";
    Router::new()
        .route(&format!("{salesforce}/connections"), get(connections::list).post(connections::create))
        .route(
            &format!("{salesforce}/connections/{{id}}"),
            get(connections::one).patch(connections::patch).delete(connections::delete),
        )
        .route(&format!("{salesforce}/connections/{{id}}/test"), post(connections::test))
        .route(&format!("{salesforce}/connection-test"), post(connections::test_parameters))
        .route("/connectionmgmt/connections", get(connections::list_all))
        .route("/connectionmgmt/connections/{id}", axum::routing::delete(connections::delete))
        .route("/connectionmgmt/connections/{id}/delete", post(connections::force_delete))
}

fn directory_calls() -> Router<Shared> {
    Router::new()
        .route("/usermgmt/users", get(directory::users))
        .route("/usermgmt/users/{id}", get(directory::user))
        .route("/usermgmt/groups", get(directory::groups))
        .route("/usermgmt/groups/{name}", get(directory::group))
        .route("/auth/self/user", get(directory::myself))
        .route("/auth/self/domains", get(directory::my_domains))
        .route("/domain", get(directory::my_domain))
}
