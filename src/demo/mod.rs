//! The embedded demo server: an appliance for trying things out, in this process, on loopback.
//!
//! It is reached over a real socket by the same client that talks to real appliances, and by `curl`.
//! It shares nothing with that client: it edits the JSON documents of `assets/demo` as the
//! documentation describes them, so that a mistake in the client's idea of them shows.
//!
//! ```text
//! socket -> serve -> intake -> faults -> gzip -> router -> organizations, connections, tokens, ...
//!                                                             |
//!                                    store: documents + reach + history        auth: sessions
//! ```
//!
//! Trouble is played on demand, by [`Rule`]s: requests that are carried out and not answered, answered late, in
//! pieces, wrongly or with an error; reads that show what was before; somebody else who changes the same
//! organization. [`FAULTS`] are those with names, for tests and for the flag `--fault` alike.
//!
//! What the documentation leaves open is decided in the module that does it. Nothing here is
//! reachable from another machine: it binds loopback only, and turns away foreign host names and web
//! pages. Passwords, keys and the certificate are made at each start.
//!
//! Which connection reaches which organization is kept apart from what is served (`reach`): a client
//! finds out as it would with Salesforce, by asking or by trying.

mod acls;
mod auth;
mod clock;
mod connections;
mod directory;
mod documents;
mod error;
mod faults;
mod generate;
mod history;
mod intake;
mod json_body;
mod organizations;
mod path;
mod query;
mod reach;
mod recorder;
mod router;
mod salesforce_id;
mod serve;
mod store;
mod system;
mod tls;
mod tokens;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use serde_json::{Map, Value};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

pub use self::clock::Clock;
pub use self::faults::{Another, Answer, Apply, FAULTS, Fault, FaultError, Faults, Rule, When, fault_help};
pub use self::history::Change;
pub use self::organizations::Discovery;
pub use self::recorder::Recorded;
use self::router::{Shared, State};
use self::tls::Identity;

/// How a demo server is started.
#[derive(Clone)]
pub struct Options {
    /// Where to listen; loopback only. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// The number of organizations: those of the seed first, then generated ones. 0 means the whole seed
    /// and nothing else.
    pub organizations: usize,
    /// The lifetime of a token in seconds.
    pub token_seconds: u64,
    /// The time every answer is held back.
    pub latency: Duration,
    /// Speak TLS, with a certificate made at start.
    pub tls: bool,
    /// The administrator's password; a random one where there is none.
    pub password: Option<String>,
    /// What is to be read before signing in; may be empty.
    pub banner: String,
    /// Keep what is received for [`Demo::requests`].
    pub record: bool,
    /// The shape in which `get-organizations` answers.
    pub discovery: Discovery,
}

/// A running demo server. It stops when dropped.
pub struct Demo {
    state: Shared,
    base: String,
    identity: Option<Identity>,
    task: JoinHandle<()>,
    running: watch::Receiver<()>,
}

/// Why a demo server did not start.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum DemoError {
    /// It serves this machine only.
    #[error("the demo server listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// The port is taken, as a rule.
    #[error("can not listen on {address}")]
    Listen {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// A document is not what it should be.
    #[error("a demo document can not be read")]
    Seed(#[from] serde_json::Error),
    /// The system gave no random bytes.
    #[error("no random bytes from the system")]
    Randomness,
    /// The certificate could not be made.
    #[error("can not make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The certificate could not be used.
    #[error("can not set up TLS")]
    Tls(#[from] rustls::Error),
    /// The start was interrupted.
    #[error("the start of the demo server was interrupted")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl Default for Options {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            organizations: 0,
            token_seconds: 300,
            latency: Duration::ZERO,
            tls: false,
            password: None,
            banner: String::new(),
            record: false,
            discovery: Discovery::Documented,
        }
    }
}

/// The password stays out.
impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("listen", &self.listen)
            .field("organizations", &self.organizations)
            .field("token_seconds", &self.token_seconds)
            .field("latency", &self.latency)
            .field("tls", &self.tls)
            .field("record", &self.record)
            .field("discovery", &self.discovery)
            .finish_non_exhaustive()
    }
}

impl Demo {
    /// Starts a server and returns once it accepts connections.
    ///
    /// # Errors
    /// [`DemoError`]: an address that is not loopback, a port that is taken, no randomness.
    pub async fn start(options: Options) -> Result<Self, DemoError> {
        if !options.listen.ip().is_loopback() {
            return Err(DemoError::NotLoopback(options.listen));
        }
        let address = options.listen;
        let listen = |source| DemoError::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listen)?;
        let local = listener.local_addr().map_err(listen)?;
        let (state, identity) = tokio::task::spawn_blocking(move || prepare(&options)).await??;
        let config = identity.as_ref().map(|identity| Arc::clone(&identity.config));
        let (alive, running) = watch::channel(());
        let router = router::router(&state);
        let task = tokio::spawn(async move {
            serve::run(listener, config, router).await;
            drop(alive);
        });
        let scheme = if identity.is_some() { "https" } else { "http" };
        Ok(Self { state, base: format!("{scheme}://{local}"), identity, task, running })
    }

    /// Where it listens, `http://127.0.0.1:43121` for instance: no slash at the end, no `/api`.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The administrator's name.
    pub fn user(&self) -> &str {
        auth::ADMIN
    }

    /// The administrator's password.
    pub fn password(&self) -> &str {
        self.state.auth.password(auth::ADMIN)
    }

    /// Name and password of a member of `CCKM Users`, who sees a few organizations and changes none.
    pub fn second_user(&self) -> (&str, &str) {
        (auth::SECOND, self.state.auth.password(auth::SECOND))
    }

    /// The certificate's SHA-256 as `openssl x509 -fingerprint` prints it; nothing without TLS.
    pub fn certificate_sha256(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.sha256.as_str())
    }

    /// The certificate; nothing without TLS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.identity.as_ref().map(|identity| identity.pem.as_str())
    }

    /// Scripted trouble.
    pub fn faults(&self) -> &Faults {
        &self.state.faults
    }

    /// The server's clock, for tests that let tokens age.
    pub fn clock(&self) -> &Clock {
        &self.state.clock
    }

    /// What was received, oldest first, at most 10,000; nothing unless [`Options::record`] is set.
    pub fn requests(&self) -> Vec<Recorded> {
        self.state.recorder.requests()
    }

    /// The changes of connections that were applied, in order. [`Demo::change_connection`] is not among them.
    pub fn history(&self) -> Vec<Change> {
        self.state.store().history.changes().to_vec()
    }

    /// The number of organizations.
    pub fn organizations(&self) -> usize {
        self.state.store().organizations.len()
    }

    /// The document of an organization as it is now, whatever readers are shown.
    pub fn organization(&self, id: &str) -> Option<String> {
        self.state.store().organizations.get(id).map(|record| record.text().to_owned())
    }

    /// Another person gives the organization `id` another connection, checks aside; false if there is none.
    pub fn change_connection(&self, id: &str, connection: &str) -> bool {
        let now = self.state.clock.now();
        self.state.store().set_connection(id, connection, now).is_some()
    }

    /// Puts in an organization of any shape, or replaces one; it is served byte for byte.
    ///
    /// # Errors
    /// [`DemoError::Seed`] where `document` is no JSON object.
    pub fn put_organization(&self, document: &str) -> Result<(), DemoError> {
        let fields: Map<String, Value> = serde_json::from_str(document)?;
        self.state.store().organizations.put_text(&fields, document.to_owned());
        Ok(())
    }

    /// Another person deletes an organization; false if there is none.
    pub fn delete_organization(&self, id: &str) -> bool {
        self.state.store().remove_organization(id)
    }

    /// All organizations go.
    pub fn clear_organizations(&self) {
        self.state.store().organizations.truncate(0);
    }

    /// Another person deletes a connection by force; organizations keep its name. False if there is none.
    pub fn delete_connection(&self, name: &str) -> bool {
        self.state.store().remove_connection(name)
    }

    /// Lets a connection reach one Salesforce organization (18 characters) more.
    pub fn grant(&self, connection: &str, organization_id: &str) {
        self.state.store().reach.grant(connection, organization_id);
    }

    /// The same calls without a socket. Requests need a `Host` that is a loopback name.
    pub fn router(&self) -> Router {
        router::router(&self.state)
    }

    /// Waits until the server has stopped, which is until somebody drops it or ends the process.
    pub async fn stopped(&self) {
        let mut running = self.running.clone();
        while running.changed().await.is_ok() {}
    }

    /// Stops the server, and returns when its port is free and its connections are closed.
    pub async fn shutdown(self) {
        self.task.abort();
        self.stopped().await;
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").field("base", &self.base).finish_non_exhaustive()
    }
}

/// Everything that takes a while: documents, passwords, certificate.
fn prepare(options: &Options) -> Result<(Shared, Option<Identity>), DemoError> {
    let state = State::new(options)?;
    let identity = options.tls.then(|| Identity::new(state.clock.now())).transpose()?;
    Ok((state, identity))
}
