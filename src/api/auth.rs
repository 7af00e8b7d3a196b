//! The session: one token at a time, renewed before it ends, by one request however many wait for it.
//!
//! ```text
//! SignedOut ──sign_in──▶ SignedIn ──due or 401──▶ renewal ──▶ SignedIn
//!     ▲                                              │ refused, and no password kept
//!     └──────────────── sign_out ────────────────────┘
//! ```
//!
//! Every attempt has a number. Who finds a token wanting says which attempt it came from; if there was a later
//! one by the time it is their turn, they take its outcome instead of making another (API contract §2.8).

mod credentials;
mod token;

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use reqwest::Method;
use reqwest::header::HeaderValue;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use tokio::sync::{Mutex as Turn, watch};
use tokio::time::{Instant, timeout};

pub use self::credentials::Credentials;
use self::token::{bearer_header, lifetime, margin};
use super::Limits;
use super::transport::{Answer, Ask, Transport};
use super::wire::{self, TokenAnswer};
use crate::domain::{Call, Failure, FailureKind, OrganizationId, Password};

/// What the operator needs to know about the session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Session {
    /// Nothing can be asked of the server.
    SignedOut,
    /// The token is good.
    SignedIn {
        /// When it ends, unless it is renewed before.
        until: Instant,
    },
}

/// A token to send, and the attempt it came from.
#[derive(Clone)]
pub(super) struct Bearer {
    pub(super) header: HeaderValue,
    pub(super) attempt: u64,
}

/// How the token stands.
pub(super) enum Standing {
    Good(Bearer),
    /// Still good, but it is time for another.
    Due(Bearer),
    Ended {
        attempt: u64,
    },
    SignedOut,
}

/// The keeper of the session.
pub(super) struct Auth {
    username: String,
    domain: Option<String>,
    home_domain: Option<String>,
    connection: Option<String>,
    has_certificate: bool,
    keep_password: AtomicBool,
    within: Duration,
    sign_out_within: Duration,
    most: usize,
    state: Mutex<State>,
    turn: Turn<()>,
    session: watch::Sender<Session>,
}

#[derive(Default)]
struct State {
    token: Option<Token>,
    refresh_token: Option<SecretString>,
    refresh_token_id: Option<String>,
    password: Option<Password>,
    /// The password was accepted once: it may be used again without asking.
    proven: bool,
    /// Times signed out: the answer to a request from before is not taken over.
    sign_outs: u64,
    /// Attempts made so far; the number of the last one.
    attempts: u64,
    /// Why the last attempt gave no token.
    last_failure: Option<Failure>,
}

struct Token {
    header: HeaderValue,
    until: Instant,
    renew_at: Instant,
}

impl Auth {
    pub(super) fn new(credentials: Credentials, limits: &Limits) -> Self {
        let state = State { password: credentials.password, ..State::default() };
        Self {
            username: credentials.username,
            domain: credentials.domain,
            home_domain: credentials.auth_domain,
            connection: credentials.connection,
            has_certificate: credentials.certificate.is_some(),
            keep_password: AtomicBool::new(credentials.keep_password),
            within: limits.sign_in,
            sign_out_within: limits.sign_out,
            most: limits.body,
            state: Mutex::new(state),
            turn: Turn::new(()),
            session: watch::Sender::new(Session::SignedOut),
        }
    }

    pub(super) fn session(&self) -> watch::Receiver<Session> {
        self.session.subscribe()
    }

    pub(super) fn keep_password(&self, transport: &Transport, keep: bool) {
        self.keep_password.store(keep, Ordering::SeqCst);
        let mut state = self.state();
        if !keep && state.proven {
            state.password = None;
            transport.secrets.forget_password();
        }
    }

    fn keeps_password(&self) -> bool {
        self.keep_password.load(Ordering::SeqCst)
    }

    pub(super) fn renew_at(&self) -> Option<Instant> {
        self.state().token.as_ref().map(|token| token.renew_at)
    }

    pub(super) fn standing(&self) -> Standing {
        let now = Instant::now();
        let state = self.state();
        let attempt = state.attempts;
        match &state.token {
            None => Standing::SignedOut,
            Some(token) if now >= token.until => Standing::Ended { attempt },
            Some(token) => {
                let bearer = Bearer { header: token.header.clone(), attempt };
                if now < token.renew_at { Standing::Good(bearer) } else { Standing::Due(bearer) }
            }
        }
    }

    /// The token as it is, even when it has just ended: the server decides.
    pub(super) fn bearer(&self) -> Option<Bearer> {
        let state = self.state();
        state.token.as_ref().map(|token| Bearer { header: token.header.clone(), attempt: state.attempts })
    }

    /// One attempt with the password given, or with the one of the credentials, or with the certificate.
    pub(super) async fn sign_in(
        &self,
        transport: &Transport,
        given: Option<Password>,
    ) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        let password = given.or_else(|| self.state().password.clone());
        let outcome = match password {
            Some(password) => self.by_password(transport, password).await,
            None if self.has_certificate => self.by_certificate(transport).await,
            None => {
                let words = "no password is known: type it";
                return Err(Failure::new(Call::SignIn, FailureKind::SignInNeeded, words));
            }
        };
        outcome.map_err(|failure| self.note(failure))
    }

    /// A new token in place of the one of attempt `seen`, unless somebody else has already tried.
    pub(super) async fn renew(&self, transport: &Transport, seen: u64) -> Result<(), Failure> {
        let _turn = self.turn.lock().await;
        {
            let state = self.state();
            if state.attempts != seen {
                return state.last_failure.clone().map_or(Ok(()), Err);
            }
        }
        let outcome = match self.by_refresh_token(transport).await {
            Err(failure) if failure.kind == FailureKind::SignInNeeded => {
                self.without_asking(transport, failure).await
            }
            outcome => outcome,
        };
        outcome.map_err(|failure| self.note(failure))
    }

    /// Revokes the session at the server, best effort, and forgets it.
    pub(super) async fn sign_out(&self, transport: &Transport) {
        let revoked = timeout(self.sign_out_within, async {
            let _turn = self.turn.lock().await;
            self.revoke(transport).await
        });
        match revoked.await {
            Ok(Ok(())) => {}
            Ok(Err(why)) => tracing::warn!(why, "the session was not revoked at the server"),
            Err(_elapsed) => tracing::warn!("the session was not revoked at the server in time"),
        }
        let mut state = self.state();
        *state = State { sign_outs: state.sign_outs + 1, attempts: state.attempts + 1, ..State::default() };
        drop(state);
        transport.secrets.forget();
        self.session.send_replace(Session::SignedOut);
    }

    async fn revoke(&self, transport: &Transport) -> Result<(), &'static str> {
        let (bearer, id) = {
            let state = self.state();
            let Some(token) = &state.token else { return Ok(()) };
            (token.header.clone(), state.refresh_token_id.clone())
        };
        // The rules for a segment of a path are the same.
        let id = id.as_deref().and_then(OrganizationId::new).ok_or("it has no id that can be asked for")?;
        let ask = Ask {
            call: Call::SignIn,
            method: Method::DELETE,
            path: &format!("/api/v1/auth/tokens/{id}"),
            query: &[],
            bearer: Some(&bearer),
            body: None,
            within: self.sign_out_within,
            most: self.most,
        };
        match transport.send_now(ask).await {
            Ok(answer) if answer.status.is_success() => Ok(()),
            Ok(_) => Err("the server refused"),
            Err(_) => Err("there was no answer"),
        }
    }

    async fn by_refresh_token(&self, transport: &Transport) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Body<'a> {
            grant_type: &'a str,
            refresh_token: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            domain: Option<&'a str>,
        }
        let refresh_token = self.state().refresh_token.clone();
        let Some(refresh_token) = refresh_token else { return Err(sign_in_needed()) };
        let grant = Body {
            grant_type: "refresh_token",
            refresh_token: refresh_token.expose_secret(),
            // A refresh token used for another domain is revoked (§2.1).
            domain: self.domain.as_deref(),
        };
        match self.token(transport, Call::Renew, &grant).await {
            Err(refused) if is_refusal(&refused) => {
                self.state().refresh_token = None;
                Err(Failure { words: refused.words, ..sign_in_needed() })
            }
            outcome => outcome,
        }
    }

    /// The last resort of a renewal: what signs in without the operator, a password that was accepted before or a
    /// certificate (§2.8, step 3).
    async fn without_asking(&self, transport: &Transport, refused: Failure) -> Result<(), Failure> {
        let kept = {
            let state = self.state();
            state.password.clone().filter(|_| state.proven && self.keeps_password())
        };
        let outcome = match kept {
            Some(password) => self.by_password(transport, password).await,
            None if self.has_certificate => self.by_certificate(transport).await,
            None => {
                self.end();
                return Err(refused);
            }
        };
        match outcome {
            Err(failure) if is_refusal(&failure) => {
                self.end();
                Err(Failure { words: failure.words, ..refused })
            }
            outcome => outcome,
        }
    }

    /// The connection has shown the certificate already.
    async fn by_certificate(&self, transport: &Transport) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Body<'a> {
            grant_type: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            domain: Option<&'a str>,
        }
        let grant = Body { grant_type: "user_certificate", domain: self.domain.as_deref() };
        self.token(transport, Call::SignInByCertificate, &grant).await
    }

    async fn by_password(&self, transport: &Transport, password: Password) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Body<'a> {
            grant_type: &'a str,
            username: &'a str,
            password: &'a str,
            #[serde(skip_serializing_if = "Option::is_none")]
            connection: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            domain: Option<&'a str>,
            #[serde(skip_serializing_if = "Option::is_none")]
            auth_domain: Option<&'a str>,
            labels: [&'a str; 1],
            /// Minutes. Refresh tokens never end by default (§2.5).
            refresh_token_revoke_unused_in: u32,
        }
        transport.secrets.learn_password(&password);
        let grant = Body {
            grant_type: "password",
            username: &self.username,
            password: password.expose(),
            connection: self.connection.as_deref().filter(|name| *name != "local_account"),
            domain: self.domain.as_deref(),
            auth_domain: self.home_domain.as_deref(),
            labels: [env!("CARGO_PKG_NAME")],
            refresh_token_revoke_unused_in: 30,
        };
        let outcome = self.token(transport, Call::SignIn, &grant).await;
        let mut state = self.state();
        match &outcome {
            Ok(()) => {
                state.password = self.keeps_password().then_some(password);
                state.proven = true;
            }
            Err(failure) if is_refusal(failure) => {
                state.password = None;
                state.proven = false;
            }
            // It never left this host: it is there when the server is believed after all.
            Err(failure) if failure.distrust.is_some() => state.password = Some(password),
            Err(_) => {}
        }
        if state.password.is_none() {
            transport.secrets.forget_password();
        }
        outcome
    }

    async fn token(&self, transport: &Transport, call: Call, grant: &impl Serialize) -> Result<(), Failure> {
        let body = serde_json::to_string(grant)
            .map_err(|error| Failure::new(call, FailureKind::Lost, error.to_string()))?;
        let ask = Ask {
            call,
            method: Method::POST,
            path: "/api/v1/auth/tokens/",
            query: &[],
            bearer: None,
            body: Some(body),
            within: self.within,
            most: self.most,
        };
        let sign_outs = self.state().sign_outs;
        let answer = transport.read(ask).await.map_err(|setback| *setback.failure)?;
        if !answer.status.is_success() {
            return Err(refused(call, &answer, transport));
        }
        let text = answer.text();
        let fault = |reason: &str| Failure::new(call, FailureKind::NotUnderstood, reason);
        let token = wire::token_answer(text.as_str()).map_err(fault)?;
        let header = bearer_header(&token.jwt).map_err(fault)?;
        self.take_over(transport, header, &token, sign_outs)
    }

    /// The session is now that of `answer`, unless the operator has signed out since it was asked for. A rotated
    /// refresh token replaces the old one (§2.8, step 5).
    fn take_over(
        &self,
        transport: &Transport,
        header: HeaderValue,
        answer: &TokenAnswer<'_>,
        sign_outs: u64,
    ) -> Result<(), Failure> {
        let lasts = lifetime(&answer.duration);
        let now = Instant::now();
        let until = now + lasts;
        let mut state = self.state();
        if state.sign_outs != sign_outs {
            return Err(sign_in_needed());
        }
        transport.secrets.learn_token(&answer.jwt);
        transport.secrets.learn_token(&answer.refresh_token);
        state.token = Some(Token { header, until, renew_at: until - margin(lasts) });
        if !answer.refresh_token.is_empty() {
            state.refresh_token = Some(SecretString::from(&*answer.refresh_token));
        }
        if !answer.refresh_token_id.is_empty() {
            state.refresh_token_id = Some(answer.refresh_token_id.to_string());
        }
        state.attempts += 1;
        state.last_failure = None;
        drop(state);
        self.session.send_replace(Session::SignedIn { until });
        Ok(())
    }

    /// Keeps a failed attempt for those who wait for it. A token that is still good is tried less eagerly:
    /// after half of what remains of it.
    fn note(&self, failure: Failure) -> Failure {
        let now = Instant::now();
        let mut state = self.state();
        state.attempts += 1;
        state.last_failure = Some(failure.clone());
        if let Some(token) = &mut state.token {
            token.renew_at = now + token.until.saturating_duration_since(now) / 2;
        }
        failure
    }

    fn end(&self) {
        let mut state = self.state();
        state.token = None;
        state.refresh_token = None;
        state.refresh_token_id = None;
        drop(state);
        self.session.send_replace(Session::SignedOut);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth")
            .field("username", &self.username)
            .field("session", &*self.session.borrow())
            .finish_non_exhaustive()
    }
}

/// The failure of everything that is asked without a session.
pub(super) fn sign_in_needed() -> Failure {
    Failure::new(Call::Renew, FailureKind::SignInNeeded, "there is no session with the server: sign in")
}

/// An error answer to a token request.
fn refused(call: Call, answer: &Answer, transport: &Transport) -> Failure {
    let text = answer.text().map(|text| transport.secrets.mask_words(text));
    let ours = wire::is_ours(text.as_str());
    let by = if ours {
        ""
    } else {
        ", but not in the words of CipherTrust Manager: something in between may have"
    };
    Failure {
        words: wire::words(text.as_str()),
        retry_after: answer.retry_after.map(super::retry::RetryAfter::at_most),
        kind: if ours || !answer.status.is_client_error() {
            FailureKind::Refused { status: answer.status.as_u16() }
        } else {
            FailureKind::NotUnderstood
        },
        ..Failure::new(call, FailureKind::Lost, format!("answered {}{by}", answer.status))
    }
}

/// Whether the server itself said no to what was presented, so that presenting it again is of no use.
const fn is_refusal(failure: &Failure) -> bool {
    matches!(failure.kind, FailureKind::Refused { status: 400..=407 | 409..=428 | 430..=499 })
}
