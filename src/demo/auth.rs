//! Users, sessions and tokens.
//!
//! Signing key, passwords and refresh tokens are made from the system's randomness at each start.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use super::DemoError;
use super::clock::{Clock, micros};
use super::error::Problem;
use super::query::Viewer;
use super::router::Shared;

/// The account that may do everything.
pub(super) const ADMIN: &str = "admin";
/// The account that sees only what access lists show to `CCKM Users` and to itself.
pub(super) const SECOND: &str = "kmueller";

const ACCOUNT: &str = "kylo:kylo:admin:accounts:kylo";
/// The domain that is always there.
pub(super) const ROOT: &str = "00000000-0000-0000-0000-000000000000";
const LETTERS: &[u8; 64] = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789-._-._-";
/// Sessions kept; the oldest goes when one more begins.
const SESSIONS: usize = 10_000;

/// Everybody who can sign in, and their sessions.
pub(super) struct Auth {
    users: HashMap<String, Arc<User>>,
    encoding: EncodingKey,
    decoding: DecodingKey,
    token_seconds: u64,
    clock: Clock,
    sessions: Mutex<Vec<Session>>,
}

/// An account.
pub(super) struct User {
    pub(super) id: String,
    pub(super) username: String,
    pub(super) groups: Vec<String>,
    password: Option<SecretString>,
}

/// One refresh token and what hangs on it.
#[derive(Clone)]
struct Session {
    id: Uuid,
    client_id: Uuid,
    user: Arc<User>,
    /// Id of the domain its tokens are for.
    domain: String,
    refresh_token: SecretString,
    labels: Option<Value>,
    /// Minutes; 0: for ever.
    lifetime: u64,
    /// Minutes; 0: for ever.
    revoke_unused_in: u64,
    revoked: bool,
    refreshed: Timestamp,
    created: Timestamp,
    updated: Timestamp,
}

/// What a password sign-in may ask for.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// Id of the domain the tokens are for.
    pub(super) domain: String,
    pub(super) labels: Option<Value>,
    pub(super) lifetime: u64,
    pub(super) revoke_unused_in: u64,
}

/// Whoever presented a valid bearer token.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) user: Arc<User>,
    /// Id of the domain the token is for.
    pub(super) domain: String,
}

impl Auth {
    /// # Errors
    /// [`DemoError::Randomness`] where the system has none, [`DemoError::Seed`] for a broken asset.
    pub(super) fn new(password: Option<String>, token_seconds: u64, clock: Clock) -> Result<Self, DemoError> {
        let mut passwords = HashMap::from([
            (ADMIN, password.map_or_else(self::password, |given| Ok(given.into()))?),
            (SECOND, self::password()?),
        ]);
        let mut key = [0; 32];
        aws_lc_rs::rand::fill(&mut key).map_err(|_unspecified| DemoError::Randomness)?;
        Ok(Self {
            users: users(&mut passwords)?,
            encoding: EncodingKey::from_secret(&key),
            decoding: DecodingKey::from_secret(&key),
            token_seconds,
            clock,
            sessions: Mutex::default(),
        })
    }

    /// The password of an account that has one.
    pub(super) fn password(&self, username: &str) -> &str {
        let password = self.users.get(username).and_then(|user| user.password.as_ref());
        password.map_or("", |password| password.expose_secret())
    }

    /// The user of that name, letter case aside, if the password is right.
    pub(super) fn verify(&self, username: &str, password: &str) -> Option<Arc<User>> {
        let username = username.strip_prefix("local_account|").unwrap_or(username).to_lowercase();
        let user = self.users.get(&username)?;
        let right = user.password.as_ref()?.expose_secret().as_bytes();
        verify_slices_are_equal(right, password.as_bytes()).ok()?;
        Some(Arc::clone(user))
    }

    /// The user ids of a group's members; of those in no group for `nil`.
    pub(super) fn members(&self, group: &str) -> Vec<String> {
        let belongs = |user: &&Arc<User>| match group {
            "nil" => user.groups.is_empty(),
            _ => user.groups.iter().any(|own| own == group),
        };
        let mut members: Vec<String> =
            self.users.values().filter(belongs).map(|user| user.id.clone()).collect();
        members.sort_unstable();
        members
    }

    /// Begins a session and answers its first token.
    ///
    /// # Errors
    /// 500 without randomness.
    pub(super) fn begin(&self, user: Arc<User>, wishes: Wishes) -> Result<Value, Problem> {
        let now = self.clock.now();
        let session = Session {
            id: Uuid::new_v4(),
            client_id: Uuid::new_v4(),
            user,
            domain: wishes.domain,
            refresh_token: random_text(64).map_err(|_none| Problem::internal())?,
            labels: wishes.labels,
            lifetime: wishes.lifetime,
            revoke_unused_in: wishes.revoke_unused_in,
            revoked: false,
            refreshed: now,
            created: now,
            updated: now,
        };
        let answer = self.answer(&session, now)?;
        let mut sessions = self.sessions();
        if sessions.len() >= SESSIONS {
            sessions.remove(0);
        }
        sessions.push(session);
        Ok(answer)
    }

    /// A new token for a refresh token, which stays the same unless `renew`. One that is used for another domain
    /// is revoked.
    ///
    /// # Errors
    /// 401 `Invalid token` where it is unknown, expired, revoked or of another domain.
    pub(super) fn refresh(&self, token: &str, domain: &str, renew: bool) -> Result<Value, Problem> {
        let now = self.clock.now();
        let mut sessions = self.sessions();
        let live = |session: &&mut Session| session.holds(token) && session.is_live(now);
        let session = sessions.iter_mut().find(live).ok_or_else(|| Problem::refused("Invalid token"))?;
        if session.domain != domain {
            session.revoke(now);
            return Err(Problem::refused("Invalid token"));
        }
        if renew {
            session.refresh_token = random_text(64).map_err(|_none| Problem::internal())?;
        }
        session.refreshed = now;
        session.updated = now;
        self.answer(session, now)
    }

    /// Revokes the session `id`, where it is the caller's own or the caller is an administrator.
    ///
    /// # Errors
    /// 404 otherwise.
    pub(super) fn revoke(&self, id: &str, caller: &Caller) -> Result<(), Problem> {
        let now = self.clock.now();
        let mut sessions = self.sessions();
        let id: Option<Uuid> = id.parse().ok();
        let wanted = |session: &&mut Session| Some(session.id) == id && caller.may_see(session);
        let session = sessions.iter_mut().find(wanted).ok_or_else(Problem::not_found)?;
        session.revoke(now);
        Ok(())
    }

    /// Revokes by value for whoever proves to be the session's client or user.
    ///
    /// # Errors
    /// 401 where the token is unknown or the proof is not good.
    pub(super) fn revoke_value(&self, token: &str, proof: &Proof<'_>) -> Result<(), Problem> {
        let user = proof.password.and_then(|(username, password)| self.verify(username, password));
        let now = self.clock.now();
        let mut sessions = self.sessions();
        let proven = |session: &Session| {
            proof.client_id.is_some_and(|client| session.client_id.to_string() == client)
                || user.as_ref().is_some_and(|user| user.id == session.user.id)
        };
        let wanted = |session: &&mut Session| session.holds(token) && proven(session);
        let session = sessions.iter_mut().find(wanted).ok_or_else(|| Problem::refused("Invalid token"))?;
        session.revoke(now);
        Ok(())
    }

    /// The sessions the caller may see, as documents.
    pub(super) fn documents(&self, caller: &Caller) -> Vec<Value> {
        let now = self.clock.now();
        let sessions = self.sessions();
        sessions.iter().filter(|session| caller.may_see(session)).map(|one| one.document(now)).collect()
    }

    /// Whose token this is.
    ///
    /// # Errors
    /// 401 with the reason as an appliance words it.
    fn caller(&self, parts: &Parts) -> Result<Caller, Problem> {
        let token = bearer(parts)?;
        let claims = self.claims(token)?;
        let now = self.clock.now();
        let expired = now.as_second() - claims.get("exp").and_then(Value::as_i64).unwrap_or_default();
        if expired >= 0 {
            let text = format!("Unauthorized: Bearer token malformed: Token is expired by {expired}s");
            return Err(Problem::unauthorized(text));
        }
        let id: Option<Uuid> =
            claims.pointer("/cust/sid").and_then(Value::as_str).and_then(|text| text.parse().ok());
        let sessions = self.sessions();
        match sessions.iter().rev().find(|one| Some(one.id) == id) {
            Some(session) if !session.revoked => {
                Ok(Caller { user: Arc::clone(&session.user), domain: session.domain.clone() })
            }
            _ => Err(Problem::unauthorized("Token has been revoked")),
        }
    }

    /// The claims of a token this server signed. Expiry is judged by the caller: it has its own clock.
    fn claims(&self, token: &str) -> Result<Value, Problem> {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.validate_aud = false;
        let decoded = decode::<Value>(token, &self.decoding, &validation);
        let malformed = |_why| Problem::unauthorized("Unauthorized: Bearer token malformed");
        Ok(decoded.map_err(malformed)?.claims)
    }

    fn answer(&self, session: &Session, now: Timestamp) -> Result<Value, Problem> {
        let jwt = encode(&Header::new(Algorithm::HS256), &self.new_claims(session, now), &self.encoding)
            .map_err(|_why| Problem::internal())?;
        let mut answer = json!({
            "jwt": jwt,
            "duration": self.token_seconds,
            "token_type": "Bearer",
            "client_id": session.client_id.to_string(),
            "refresh_token_id": session.id.to_string(),
            "refresh_token": session.refresh_token.expose_secret(),
        });
        if let (Some(end), Some(answer)) = (session.end(), answer.as_object_mut()) {
            let left = end.as_second().saturating_sub(now.as_second()).max(0);
            answer.insert("refresh_token_expires_in".into(), left.into());
        }
        Ok(answer)
    }

    fn new_claims(&self, session: &Session, now: Timestamp) -> Value {
        let issued = now.as_second();
        let lifetime = i64::try_from(self.token_seconds).unwrap_or(i64::MAX);
        json!({
            "aud": session.client_id.to_string(),
            "sub": session.user.id,
            "iss": "kylo",
            "acc": "kylo",
            "preferred_username": session.user.username,
            "cust": {
                "domain_id": session.domain,
                "groups": session.user.groups,
                "sid": session.id.to_string(),
                "zone_id": ROOT,
            },
            "jwtid": Uuid::new_v4().to_string(),
            "iat": issued,
            "exp": issued.saturating_add(lifetime),
        })
    }

    fn sessions(&self) -> MutexGuard<'_, Vec<Session>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Auth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Auth").field("token_seconds", &self.token_seconds).finish_non_exhaustive()
    }
}

/// What `POST /auth/revoke` may offer besides the token itself.
pub(super) struct Proof<'a> {
    pub(super) client_id: Option<&'a str>,
    pub(super) password: Option<(&'a str, &'a str)>,
}

impl Session {
    fn holds(&self, token: &str) -> bool {
        verify_slices_are_equal(self.refresh_token.expose_secret().as_bytes(), token.as_bytes()).is_ok()
    }

    fn is_live(&self, now: Timestamp) -> bool {
        !self.revoked && self.end().is_none_or(|end| now < end)
    }

    fn revoke(&mut self, now: Timestamp) {
        self.revoked = true;
        self.updated = now;
    }

    /// When the refresh token stops working: at its age, or after being left unused.
    fn end(&self) -> Option<Timestamp> {
        let aged = minutes_after(self.created, self.lifetime);
        let unused = minutes_after(self.refreshed, self.revoke_unused_in);
        [aged, unused].into_iter().flatten().min()
    }

    fn document(&self, now: Timestamp) -> Value {
        let aged = minutes_after(self.created, self.lifetime).is_some_and(|end| end <= now);
        let unused = minutes_after(self.refreshed, self.revoke_unused_in).is_some_and(|end| end <= now);
        json!({
            "id": self.id.to_string(),
            "account": ACCOUNT,
            "client_id": self.client_id.to_string(),
            "labels": self.labels,
            "userId": self.user.id,
            "username": self.user.username,
            "expiresIn": self.lifetime,
            "expired": aged,
            "revokeNotRefreshedIn": self.revoke_unused_in,
            "revoked": self.revoked || unused,
            "refreshedAt": micros(self.refreshed),
            "createdAt": micros(self.created),
            "updatedAt": micros(self.updated),
        })
    }
}

impl Caller {
    /// May do anything to organizations.
    pub(super) fn manages_organizations(&self) -> bool {
        self.is_in(&["admin", "CCKM Admins"])
    }

    /// May see, change and test connections.
    pub(super) fn manages_connections(&self) -> bool {
        self.is_in(&["admin", "Connection Admins"])
    }

    /// May work in other domains than the root domain.
    pub(super) fn sees_all_domains(&self) -> bool {
        self.user.is_in(&["admin"])
    }

    /// May list users and groups.
    pub(super) fn sees_directory(&self) -> bool {
        self.is_in(&["admin", "User Admins", "CCKM Admins"])
    }

    /// The eyes to read organizations with; `None` for those who see all.
    pub(super) fn viewer(&self) -> Option<Viewer> {
        if self.manages_organizations() {
            return None;
        }
        Some(Viewer { user_id: self.user.id.clone(), groups: self.user.groups.clone() })
    }

    fn may_see(&self, session: &Session) -> bool {
        self.is_in(&["admin"]) || session.user.id == self.user.id
    }

    fn is_in(&self, groups: &[&str]) -> bool {
        self.user.is_in(groups)
    }
}

impl User {
    /// Whether it may ask for a token for this domain.
    pub(super) fn may_enter(&self, domain: &str) -> bool {
        domain == ROOT || self.is_in(&["admin"])
    }

    fn is_in(&self, groups: &[&str]) -> bool {
        self.groups.iter().any(|own| groups.contains(&own.as_str()))
    }
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("username", &self.username).finish_non_exhaustive()
    }
}

impl FromRequestParts<Shared> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &Shared) -> Result<Self, Problem> {
        state.auth.caller(parts)
    }
}

fn bearer(parts: &Parts) -> Result<&str, Problem> {
    let missing = || Problem::unauthorized("Unauthorized: Bearer token missing");
    let header = parts.headers.get(AUTHORIZATION).ok_or_else(missing)?;
    let malformed = || Problem::unauthorized("Unauthorized: Bearer token malformed");
    let text = header.to_str().map_err(|_bytes| malformed())?;
    match text.trim().split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(malformed()),
    }
}

fn users(passwords: &mut HashMap<&str, SecretString>) -> Result<HashMap<String, Arc<User>>, DemoError> {
    let documents: Vec<Value> = serde_json::from_str(include_str!("../../assets/demo/users.json"))?;
    let members: HashMap<String, Vec<String>> =
        serde_json::from_str(include_str!("../../assets/demo/members.json"))?;
    let user = |document: &Value| {
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let (user_id, username) = (text("user_id"), text("username"));
        let groups = members.get(&user_id).cloned().unwrap_or_default();
        let password = passwords.remove(username.as_str());
        (username.to_lowercase(), Arc::new(User { id: user_id, username, groups, password }))
    };
    Ok(documents.iter().map(user).collect())
}

fn minutes_after(moment: Timestamp, minutes: u64) -> Option<Timestamp> {
    let minutes = i64::try_from(minutes).ok().filter(|minutes| *minutes > 0)?;
    moment.checked_add(SignedDuration::from_secs(minutes.saturating_mul(60))).ok()
}

/// Thirty characters that satisfy the default password rules.
fn password() -> Result<SecretString, DemoError> {
    loop {
        let candidate = random_text(30)?;
        let text = candidate.expose_secret();
        let has = |wanted: fn(char) -> bool| text.chars().any(wanted);
        let plain_start = text.starts_with(|first: char| first.is_ascii_alphanumeric());
        if plain_start
            && has(|c| c.is_ascii_uppercase())
            && has(|c| c.is_ascii_lowercase())
            && has(|c| c.is_ascii_digit())
            && has(|c| c.is_ascii_punctuation())
        {
            return Ok(candidate);
        }
    }
}

fn random_text(length: usize) -> Result<SecretString, DemoError> {
    let mut bytes = vec![0; length];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_unspecified| DemoError::Randomness)?;
    let letter = |byte: &u8| LETTERS.get(usize::from(byte % 64)).copied().map_or('A', char::from);
    Ok(bytes.iter().map(letter).collect::<String>().into())
}
