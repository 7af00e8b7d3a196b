//! Scripted trouble: what may go wrong between a client and an appliance, played on demand.
//!
//! A [`Rule`] waits for requests by method and path. When its turn comes it decides three things:
//! whether the request is carried out ([`Apply`]), what the client gets to see ([`Answer`]), and how
//! long everything takes. Code in this process sets rules, and so does the command line; there is no call
//! for it. The usual kinds of trouble have names ([`FAULTS`]), which both share.

mod another;
mod answer;
mod named;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::Response;

pub use self::another::{Another, When};
pub use self::answer::Answer;
pub use self::named::{FAULTS, Fault, FaultError, fault_help};
use super::router::Shared;

/// The rules in force. They can be changed at any time.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<Rule>>,
}

/// Trouble for the requests it matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// The method, or any.
    pub method: Option<String>,
    /// What the path begins with, `/api/v1` included; compared after one trailing slash was cut.
    pub path: String,
    /// So many matching requests pass first.
    pub skip: usize,
    /// So many are then hit; the rule goes when they are used up.
    pub times: usize,
    /// The time before the request is looked at.
    pub wait: Duration,
    /// Whether the request is carried out.
    pub apply: Apply,
    /// The time between carrying it out and answering.
    pub hold: Duration,
    /// What the client gets.
    pub answer: Answer,
    /// After a carried-out change of an organization, reads of it show the old document for so long.
    pub stale: Duration,
    /// Somebody else who changes the same organization at the same time.
    pub another: Option<Another>,
}

/// Whether a request that meets trouble is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Apply {
    /// It never is.
    Never,
    /// It is, before the answer.
    Now,
    /// It is, this long after the answer began.
    Later(Duration),
}

/// Marks an answer that must not be sent: the connection is to be closed instead.
#[derive(Debug, Clone, Copy)]
pub(super) struct Closed;

impl Faults {
    /// Puts a rule in force, behind those already there.
    pub fn add(&self, rule: Rule) {
        self.rules().push(rule);
    }

    /// Ends all trouble.
    pub fn clear(&self) {
        self.rules().clear();
    }

    /// The number of rules that have not used up their turns.
    pub fn pending(&self) -> usize {
        self.rules().len()
    }

    /// The rule that hits this request. Rules that let it pass count it.
    fn hit(&self, method: &Method, path: &str) -> Option<Rule> {
        let mut rules = self.rules();
        let place = rules.iter_mut().position(|rule| rule.matches(method, path) && rule.is_due())?;
        let rule = rules.get_mut(place)?;
        rule.times = rule.times.saturating_sub(1);
        let hit = rule.clone();
        if hit.times == 0 {
            rules.remove(place);
        }
        Some(hit)
    }

    fn rules(&self) -> std::sync::MutexGuard<'_, Vec<Rule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rule {
    /// Hits the next request of `method` under `path`, at once and once.
    pub fn new(method: &str, path: &str, apply: Apply, answer: Answer) -> Self {
        Self {
            method: Some(method.to_owned()),
            path: path.to_owned(),
            skip: 0,
            times: 1,
            wait: Duration::ZERO,
            apply,
            hold: Duration::ZERO,
            answer,
            stale: Duration::ZERO,
            another: None,
        }
    }

    /// Lets `requests` pass first.
    #[must_use]
    pub fn skip(self, requests: usize) -> Self {
        Self { skip: requests, ..self }
    }

    /// Hits so many requests.
    #[must_use]
    pub fn times(self, requests: usize) -> Self {
        Self { times: requests, ..self }
    }

    /// Waits before the request is looked at.
    #[must_use]
    pub fn wait(self, wait: Duration) -> Self {
        Self { wait, ..self }
    }

    /// Waits between carrying out and answering.
    #[must_use]
    pub fn hold(self, hold: Duration) -> Self {
        Self { hold, ..self }
    }

    /// Shows readers the old document for `stale` after a change, by the demo's clock.
    #[must_use]
    pub fn stale(self, stale: Duration) -> Self {
        Self { stale, ..self }
    }

    /// Somebody else changes the same organization, where the request is carried out.
    #[must_use]
    pub fn another(self, another: Another) -> Self {
        Self { another: Some(another), ..self }
    }

    fn matches(&self, method: &Method, path: &str) -> bool {
        self.method.as_ref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method.as_str()))
            && path.starts_with(&self.path)
    }

    /// Whether the turn has come; counts down if not.
    fn is_due(&mut self) -> bool {
        let due = self.skip == 0;
        self.skip = self.skip.saturating_sub(1);
        due
    }
}

/// Lets a request through, or plays the rule that hits it.
pub(super) async fn play(State(state): State<Shared>, request: Request, next: Next) -> Response {
    let Some(rule) = state.faults.hit(request.method(), request.uri().path()) else {
        return next.run(request).await;
    };
    let path = request.uri().path().to_owned();
    tokio::time::sleep(rule.wait).await;
    let own = carry_out(&state, &rule, request, next).await;
    tokio::time::sleep(rule.hold).await;
    let another = not_asked_for(&state, organization(&path));
    answer::answer(&rule.answer, own, another).await
}

async fn carry_out(state: &Shared, rule: &Rule, request: Request, next: Next) -> Option<Response> {
    match rule.apply {
        Apply::Never => None,
        Apply::Now => {
            let former = former_text(state, request.uri().path());
            let own = match &rule.another {
                Some(another) => another.act(state, request, next).await,
                None => next.run(request).await,
            };
            if let Some((id, text)) = former.filter(|_text| !rule.stale.is_zero()) {
                state.store().keep_stale(&id, text, state.clock.now(), rule.stale);
            }
            Some(own)
        }
        Apply::Later(delay) => {
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                next.run(request).await;
            });
            None
        }
    }
}

/// The id of the organization that a path names.
fn organization(path: &str) -> Option<&str> {
    path.strip_prefix(named::ORGANIZATIONS)?.strip_prefix('/')?.split('/').next()
}

/// The organization a path names, with its text before the request.
fn former_text(state: &Shared, path: &str) -> Option<(String, Box<str>)> {
    let id = organization(path)?;
    let store = state.store();
    store.organizations.get(id).map(|record| (id.to_owned(), record.text().into()))
}

/// The text of the first organization but `id`.
fn not_asked_for(state: &Shared, id: Option<&str>) -> Option<String> {
    let store = state.store();
    let mut others = store.organizations.iter().filter(|record| Some(record.key()) != id);
    others.next().map(|record| record.text().to_owned())
}
