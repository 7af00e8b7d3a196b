//! The HTTP client: the few calls that are made to a CipherTrust Manager, as functions of domain types.
//!
//! [`Reader`] holds every read; [`Writer`] wraps one and adds what changes something at the server: the PATCH
//! of an organization, and the test of a connection, whose result is stored. Who is given a [`Reader`] cannot
//! change anything, whatever keys are pressed.
//!
//! ```text
//! Reader::organizations ─▶ retry (GET only) ─▶ session (401: renew, once) ─▶ transport ─▶ server
//! Reader::discover ──────────────────────────▶ session (401: renew, once) ─▶ transport ─▶ server ─▶ Salesforce
//! Writer::patch_organization ────────────────▶ session (renew before) ─────▶ transport ─▶ server ─▶ Salesforce
//! ```
//!
//! A call answers with a domain value or a [`Failure`]. The status of a PATCH is a value, not a failure.
//! Dropping a call's future abandons it, but never a renewal: that is a task of its own, because a refresh
//! token that works once would be lost with its answer.

mod auth;
mod base_url;
pub mod bodies;
mod checks;
mod client_certificate;
mod error;
mod pages;
mod place;
mod proxy;
mod repeats;
mod retry;
mod tls;
mod transport;
mod wire;
mod writer;

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use backon::Retryable as _;
use reqwest::{Method, StatusCode};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use url::Url;

pub use auth::{Credentials, Session};
pub use base_url::{BaseUrlError, address, base_url};
pub use client_certificate::ClientCertificate;
pub use error::ClientError;
pub use proxy::{Proxy, ProxyError, Route};
pub use repeats::{Repeat, Repeats};
pub use retry::RetryPolicy;
pub use tls::Trust;
pub use transport::look;
pub use writer::Writer;

use crate::domain::{
    Call, Connection, Criteria, Failure, FailureKind, Listed, Organization, OrganizationId, Page, Password,
    Pin, Record, Shown, Window,
};
use crate::redact::{self, Secrets};
use auth::{Auth, Bearer, Standing, sign_in_needed};
use pages::Pages;
use retry::{Again, Budget, RetryAfter, Setback};
use transport::{Answer, Ask, Transport, timed_out};

/// Which server, and why it is believed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// Its address, as [`base_url()`] makes it.
    pub base: Url,
    /// What makes its certificate trusted.
    pub trust: Trust,
}

/// Deadlines, caps and counts. Every one can be set, so that tests need not wait.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a connection: name, TCP and TLS.
    pub connect: Duration,
    /// For a whole read: its repetitions, the waits between them and a renewal included.
    pub read: Duration,
    /// For the one exchange of a PATCH; the server asks Salesforce before it answers.
    pub write: Duration,
    /// For the other calls that the server asks Salesforce for: a test, and what a connection reaches.
    pub external: Duration,
    /// For one token request.
    pub sign_in: Duration,
    /// For signing out.
    pub sign_out: Duration,
    /// Most decoded bytes of a list.
    pub list_body: usize,
    /// Most decoded bytes of any other answer.
    pub body: usize,
    /// Most requests at a time.
    pub in_flight: usize,
    /// How reads are repeated.
    pub retry: RetryPolicy,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            read: Duration::from_secs(30),
            write: Duration::from_mins(2),
            external: Duration::from_mins(2),
            sign_in: Duration::from_secs(30),
            sign_out: Duration::from_millis(1_200),
            list_body: 16 << 20,
            body: 1 << 20,
            in_flight: 6,
            retry: RetryPolicy::default(),
        }
    }
}

/// A client that can read and nothing else; clones share the session and the connections.
#[derive(Clone)]
pub struct Reader(Arc<Shared>);

struct Shared {
    transport: Transport,
    auth: Auth,
    limits: Limits,
    budget: Budget,
    repeats: watch::Sender<Repeats>,
    pages: Pages,
}

impl Reader {
    /// A client of one server for one account. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when the address is not one of [`base_url()`]'s, the CA file cannot be used, or the
    /// libraries refuse their settings.
    pub fn new(server: Server, credentials: Credentials, limits: Limits) -> Result<Self, ClientError> {
        Self::through(None, server, credentials, limits)
    }

    /// The same, through a proxy if there is one.
    ///
    /// # Errors
    ///
    /// As [`Reader::new`].
    pub fn through(
        proxy: Option<Proxy>,
        server: Server,
        credentials: Credentials,
        limits: Limits,
    ) -> Result<Self, ClientError> {
        let server = Server { base: base_url(server.base.as_str())?, ..server };
        let transport = Transport::new(server, proxy, credentials.certificate.clone(), &limits)?;
        if let Some(password) = &credentials.password {
            transport.secrets.learn_password(password);
        }
        let auth = Auth::new(credentials, &limits);
        let budget = Budget::new(limits.retry.spare);
        let (repeats, pages) = (watch::Sender::default(), Pages::default());
        Ok(Self(Arc::new(Shared { transport, auth, limits, budget, repeats, pages })))
    }

    /// The server's address.
    pub fn base(&self) -> &Url {
        self.0.transport.base()
    }

    /// The session as it stands and as it changes, for the header's countdown.
    pub fn session(&self) -> watch::Receiver<Session> {
        self.0.auth.session()
    }

    /// The reads that failed and are sent again, as they come and go.
    pub fn repeats(&self) -> watch::Receiver<Repeats> {
        self.0.repeats.subscribe()
    }

    /// The certificates that were accepted and refused last, as they come; none with plain http.
    pub fn shown(&self) -> watch::Receiver<Shown> {
        self.0.transport.shown()
    }

    /// Believes this certificate from here on and no other.
    ///
    /// # Errors
    ///
    /// [`ClientError`] when the libraries refuse their settings; then everything stays as it was.
    pub fn pin(&self, pin: Pin) -> Result<(), ClientError> {
        self.0.transport.pin(pin)
    }

    /// Signs in with the password given, or with the one of the credentials. It is sent exactly once: accounts
    /// are locked after a few failures (API contract §2.4).
    ///
    /// # Errors
    ///
    /// `SignInNeeded` when no password is known, `Refused` when the server says no, and whatever can happen
    /// on the way. A password that was refused is forgotten.
    pub async fn sign_in(&self, password: Option<Password>) -> Result<(), Failure> {
        self.0.auth.sign_in(&self.0.transport, password).await
    }

    /// Whether a password that is accepted from here on is kept in memory, to sign in once more when the server no
    /// longer renews the session. One that is kept is forgotten at once when not.
    pub fn keep_password(&self, keep: bool) {
        self.0.auth.keep_password(&self.0.transport, keep);
    }

    /// When the token should be renewed next; `None` without a session.
    pub fn renew_at(&self) -> Option<Instant> {
        self.0.auth.renew_at()
    }

    /// Renews the token if it is time, so that an idle session stays alive.
    ///
    /// # Errors
    ///
    /// As the renewal failed; `SignInNeeded` when there is no way without the operator.
    pub async fn renew_if_due(&self) -> Result<(), Failure> {
        match self.0.auth.standing() {
            Standing::Good(_) => Ok(()),
            Standing::Due(bearer) => self.renew(bearer.attempt).await,
            Standing::Ended { attempt } => self.renew(attempt).await,
            Standing::SignedOut => Err(sign_in_needed()),
        }
    }

    /// Ends the session here, and at the server if that takes no longer than [`Limits::sign_out`]. Without it
    /// refresh tokens would gather at the server (API contract §2.5).
    pub async fn sign_out(&self) {
        self.0.auth.sign_out(&self.0.transport).await;
    }

    /// The organizations `window.skip .. window.skip + window.limit` of those that the criteria do not leave out.
    ///
    /// Ordered by creation, because that never changes: a record keeps its place while pages are read, even
    /// when it is changed or renamed meanwhile, and new ones come last. Screens sort for themselves.
    ///
    /// # Errors
    ///
    /// Any [`Failure`] but `Lost`.
    pub async fn organizations(&self, window: Window, criteria: &Criteria) -> Result<Page<Listed>, Failure> {
        let call = Call::ListOrganizations;
        let path = "/api/v1/cckm/sfdc/organizations";
        let answer = self.list_of(call, path, window, "createdAt", criteria).await?;
        // Counted first: what is learned meanwhile may stand in the text.
        let learned = self.secrets().learned();
        let text = answer.text().map(|text| self.mask_data(text));
        // Texts in which something was replaced are alike where their bodies were not.
        let pages = Some(&self.0.pages).filter(|_| text.is_as_sent());
        if let Some(page) = pages.and_then(|pages| pages.get(window, text.as_str(), learned)) {
            return Ok(page);
        }
        let mut page =
            wire::organizations(&text, window.skip).map_err(|reason| not_understood(call, reason))?;
        self.secrets().mask_records(text.as_str(), &mut page.records);
        Ok(match pages {
            Some(pages) => pages.put(window, text.as_str(), learned, page),
            None => page,
        })
    }

    /// One organization as it is now.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]; `NotUnderstood` also when the server answers with another record (NT-26).
    pub async fn organization(&self, id: &OrganizationId) -> Result<Organization, Failure> {
        let call = Call::GetOrganization;
        let answer = self.read(call, &id.path(), &[], self.0.limits.body).await?;
        let text = answer.text().map(|text| self.mask_data(text));
        let mut organization = wire::organization(&text).map_err(|reason| not_understood(call, reason))?;
        self.secrets().mask_organization(&mut organization);
        if organization.id != *id {
            let reason = format!("the server answered for another id: {}", organization.id);
            return Err(not_understood(call, reason));
        }
        Ok(organization)
    }

    /// All Salesforce connections, by name. Each once, however the pages overlap.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]; accounts without the right to see connections get `Refused` (API contract §5.3).
    pub async fn connections(&self) -> Result<Vec<Record<Connection>>, Failure> {
        const MOST: usize = 20_000;
        let call = Call::ListConnections;
        let mut seen = HashSet::new();
        let mut connections = Vec::new();
        let mut skip = 0;
        loop {
            let window = Window { skip, limit: Window::PAGE };
            let answer = self
                .list(call, "/api/v1/connectionmgmt/services/salesforce/connections", window, "name")
                .await?;
            let text = answer.text().map(|text| self.mask_data(text));
            let mut rows = wire::connections(&text).map_err(|reason| not_understood(call, reason))?;
            rows.records.iter_mut().for_each(|record| match record {
                Record::Sound(connection) => self.secrets().mask_connection(connection),
                Record::Damaged(damaged) => {
                    self.secrets().mask_damaged(&mut damaged.json);
                }
            });
            let came = rows.records.len();
            let fresh: Vec<_> = rows.records.into_iter().filter(|record| seen.insert(key(record))).collect();
            // A page that brings nothing new would come for ever, whatever the total says.
            let progress = !fresh.is_empty();
            connections.extend(fresh);
            skip += came;
            let more = rows.total.map_or(came >= window.limit, |total| skip < total);
            if !more || !progress {
                return Ok(connections);
            }
            if connections.len() >= MOST {
                return Err(not_understood(call, format!("there are more than {MOST} connections")));
            }
        }
    }

    async fn list(&self, call: Call, path: &str, window: Window, sort: &str) -> Result<Answer, Failure> {
        self.list_of(call, path, window, sort, &Criteria::NONE).await
    }

    /// The same without what the criteria leave out.
    async fn list_of(
        &self,
        call: Call,
        path: &str,
        window: Window,
        sort: &str,
        criteria: &Criteria,
    ) -> Result<Answer, Failure> {
        let (skip, limit) = (window.skip.to_string(), window.limit.to_string());
        let page = [("skip", skip.as_str()), ("limit", limit.as_str()), ("sort", sort)];
        let query: Vec<_> = page.into_iter().chain(criteria.query()).collect();
        self.read(call, path, &query, self.0.limits.list_body).await
    }

    /// A GET until it succeeds, fails for good, or its time is over.
    async fn read(
        &self,
        call: Call,
        path: &str,
        query: &[(&str, &str)],
        most: usize,
    ) -> Result<Answer, Failure> {
        let limits = &self.0.limits;
        let deadline = Instant::now() + limits.read;
        let renewed = AtomicBool::new(false);
        let ask = |bearer: Bearer| async move {
            let ask = Ask {
                call,
                method: Method::GET,
                path,
                query,
                bearer: Some(&bearer.header),
                body: None,
                within: limits.read,
                most,
            };
            self.0.transport.read(ask).await.map(|answer| (answer, bearer.attempt))
        };
        self.0.budget.earn();
        let read = repeats::Read::begin(&self.0.repeats);
        let repeated = (|| self.attempt(call, ask, &renewed))
            .retry(limits.retry.backoff())
            .when(|setback: &Setback| setback.again != Again::Never)
            .adjust(|setback, wait| self.wait(setback, wait, deadline))
            .notify(|setback, wait| {
                tracing::debug!(failure = ?setback.failure, ?wait, "asked again");
                read.failed(&setback.failure, wait);
            });
        match timeout_at(deadline, repeated).await {
            Ok(outcome) => outcome.map_err(|setback| *setback.failure),
            Err(_elapsed) => Err(timed_out(call, limits.read)),
        }
    }

    /// One try. A 401 that is the server's own makes for one renewal and one repetition a read (§2.8, step 4).
    async fn attempt<F>(
        &self,
        call: Call,
        ask: impl Fn(Bearer) -> F,
        renewed: &AtomicBool,
    ) -> Result<Answer, Setback>
    where
        F: Future<Output = Result<(Answer, u64), Setback>>,
    {
        let (mut answer, sent_with) = ask(self.bearer().await.map_err(Setback::final_one)?).await?;
        let unauthorized = answer.status == StatusCode::UNAUTHORIZED && wire::is_ours(answer.text().as_str());
        if unauthorized && !renewed.swap(true, Ordering::Relaxed) {
            self.renew(sent_with).await.map_err(Setback::final_one)?;
            (answer, _) = ask(self.bearer().await.map_err(Setback::final_one)?).await?;
        }
        if answer.status.is_success() { Ok(answer) } else { Err(self.refused(call, &answer)) }
    }

    /// How long to wait before the next try; `None` is never.
    fn wait(&self, setback: &Setback, backoff: Option<Duration>, deadline: Instant) -> Option<Duration> {
        let wait = match setback.again {
            Again::Never => return None,
            Again::Later => backoff?,
            Again::After(wait) => backoff.map(|_| wait)?,
        };
        (Instant::now() + wait < deadline && self.0.budget.spend()).then_some(wait)
    }

    fn refused(&self, call: Call, answer: &Answer) -> Setback {
        let text = answer.text().map(|text| self.0.transport.secrets.mask_words(text));
        let status = answer.status.as_u16();
        let busy = matches!(status, 429 | 502 | 503 | 504);
        let again = match answer.retry_after {
            _ if !busy => Again::Never,
            None => Again::Later,
            Some(RetryAfter::Wait(wait)) => Again::After(wait),
            Some(RetryAfter::TooLong) => Again::Never,
        };
        let ours = wire::is_ours(text.as_str());
        let by =
            if ours { "" } else { ", not in the words of CipherTrust Manager: perhaps a gateway in between" };
        let failure = Failure {
            words: wire::words(text.as_str()),
            retry_after: answer.retry_after.map(RetryAfter::at_most),
            ..Failure::new(call, FailureKind::Refused { status }, format!("answered {}{by}", answer.status))
        };
        Setback { failure: Box::new(failure), again }
    }

    /// A token for the next request, renewed if it is time.
    async fn bearer(&self) -> Result<Bearer, Failure> {
        let auth = &self.0.auth;
        match auth.standing() {
            Standing::Good(bearer) => Ok(bearer),
            Standing::Due(bearer) => match self.renew(bearer.attempt).await {
                Err(failure) if failure.kind == FailureKind::SignInNeeded => Err(failure),
                // It is still good: a renewal that failed on the way may work next time.
                Ok(()) | Err(_) => Ok(auth.bearer().unwrap_or(bearer)),
            },
            Standing::Ended { attempt } => {
                self.renew(attempt).await?;
                auth.bearer().ok_or_else(sign_in_needed)
            }
            Standing::SignedOut => Err(sign_in_needed()),
        }
    }

    async fn renew(&self, seen: u64) -> Result<(), Failure> {
        let shared = Arc::clone(&self.0);
        let renewal = tokio::spawn(async move { shared.auth.renew(&shared.transport, seen).await });
        match renewal.await {
            Ok(outcome) => outcome,
            Err(error) => Err(Failure::new(Call::Renew, FailureKind::Lost, error.to_string())),
        }
    }

    fn mask_data<'a>(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        self.secrets().mask_data(text)
    }

    fn secrets(&self) -> &Secrets {
        &self.0.transport.secrets
    }
}

impl fmt::Debug for Reader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Shared { transport, auth, limits: _, budget: _, repeats: _, pages: _ } = &*self.0;
        f.debug_struct("Reader").field("base", &transport.base().as_str()).field("auth", auth).finish()
    }
}

fn not_understood(call: Call, reason: String) -> Failure {
    let reason = redact::mask(reason.into()).into_owned();
    Failure::new(call, FailureKind::NotUnderstood, reason)
}

/// What tells one connection from another: its id, else its name, else all of a damaged record.
fn key(record: &Record<Connection>) -> String {
    match record {
        Record::Sound(connection) if connection.id.is_empty() => {
            format!("name {}", connection.name.as_sent())
        }
        Record::Sound(connection) => format!("id {}", connection.id.as_sent()),
        Record::Damaged(damaged) => format!("json {}", damaged.json.as_sent()),
    }
}
