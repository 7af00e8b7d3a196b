//! What was asked of the server in this run, and what came of it.

use std::collections::VecDeque;
use std::time::Duration;

use super::effect::{Effect, RequestId};
use super::explain::{explain, status_line};
use super::message::Reply;
use crate::domain::{Connection, Failure, FailureKind, Moment, Transition};
use crate::text::{self, Untrusted};

/// Most requests remembered; the oldest go first.
const MOST: usize = 1000;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Its number.
    pub request: RequestId,
    /// When it was asked for.
    pub at: Moment,
    /// What kind: `GET`, `PATCH`, `TEST`, `SIGN IN`, `JOURNAL`.
    pub what: &'static str,
    /// About what, in displayed text.
    pub target: String,
    /// Method, path and body as they leave, for those that can be told in a line.
    pub call: Option<CallLine>,
    /// How long the answer took; none while it is waited for.
    pub took: Option<Duration>,
    /// The status code, or `---`.
    pub code: String,
    /// What came of it, in displayed text.
    pub outcome: String,
    /// The whole answer, where it is kept.
    pub answer: Untrusted,
}

/// A request as it leaves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallLine {
    /// `GET`, `POST` or `PATCH`.
    pub method: &'static str,
    /// From `/api/v1` on, with its query.
    pub path: String,
    /// JSON.
    pub body: Option<String>,
}

/// The requests of this run, the latest last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Log(VecDeque<Activity>);

impl Log {
    /// The requests, the latest first.
    pub fn latest_first(&self) -> impl Iterator<Item = &Activity> {
        self.0.iter().rev()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was asked yet.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Notes what the core asks for.
    pub fn asked(&mut self, effects: &[Effect], now: Moment) {
        for effect in effects {
            let Some((request, what, target, call)) = described(effect) else { continue };
            if self.0.len() >= MOST {
                self.0.pop_front();
            }
            self.0.push_back(Activity {
                request,
                at: now,
                what,
                target,
                call,
                took: None,
                code: String::new(),
                outcome: "waiting".to_owned(),
                answer: Untrusted::default(),
            });
        }
    }

    /// Notes an answer.
    pub fn answered(&mut self, request: RequestId, reply: &Reply, took: Duration) {
        let waiting = |activity: &&mut Activity| activity.request == request && activity.took.is_none();
        let Some(activity) = self.0.iter_mut().rev().find(waiting) else { return };
        activity.took = Some(took);
        (activity.code, activity.outcome, activity.answer) = told(reply);
    }
}

fn described(effect: &Effect) -> Option<(RequestId, &'static str, String, Option<CallLine>)> {
    let get = |path: String| Some(CallLine { method: "GET", path, body: None });
    Some(match effect {
        Effect::SignIn { request, password: _ } => (*request, "SIGN IN", "session".to_owned(), None),
        Effect::ListOrganizations { request, window, criteria } => {
            let range = format!("organizations {}…", window.skip);
            let only = if criteria.is_empty() { String::new() } else { format!("&{criteria}") };
            let query = format!("?skip={}&limit={}{only}", window.skip, window.limit);
            (*request, "GET", range, get(format!("/api/v1/cckm/sfdc/organizations{query}")))
        }
        Effect::FetchOrganization { request, id } => (*request, "GET", id.to_string(), get(id.path())),
        Effect::ListConnections { request } => (*request, "GET", "connections".to_owned(), None),
        Effect::FetchConnection { request, named } => {
            let path = Connection::path(named);
            (*request, "GET", format!("connection {}", named.brief()), path.and_then(get))
        }
        Effect::TestConnection { request, connection } => {
            (*request, "TEST", format!("connection {}", connection.name.brief()), None)
        }
        Effect::Discover { request, connection } => {
            let call = CallLine {
                method: "POST",
                path: "/api/v1/cckm/sfdc/get-organizations".to_owned(),
                body: Some(serde_json::json!({ "connection": connection.as_sent() }).to_string()),
            };
            (*request, "POST", format!("what {} reaches", connection.brief()), Some(call))
        }
        Effect::PatchOrganization { request, id, patch } => {
            let call = CallLine { method: "PATCH", path: id.path(), body: Some(patch.body()) };
            (*request, "PATCH", id.to_string(), Some(call))
        }
        Effect::Record { request, operation, transition } => {
            (*request, "JOURNAL", format!("{operation} {}", step(transition)), None)
        }
        Effect::KeepPlan { request, plan } => (*request, "STORE", format!("plan {}", plan.id), None),
        Effect::ReadPlan { request, file } => (*request, "READ", text::escape_typed(file), None),
        Effect::Save { request, name, content: _ } | Effect::SaveReport { request, name, plan: _ } => {
            (*request, "WRITE", name.clone(), None)
        }
        Effect::ListProfiles { request } => (*request, "READ", "profiles".to_owned(), None),
        Effect::ReadBanner { request } => (*request, "GET", "sign-in banner".to_owned(), None),
        Effect::Introduce { request } => (*request, "GET", "account and appliance".to_owned(), None),
        Effect::ListDomains { request } => {
            (*request, "GET", "domains".to_owned(), get("/api/v1/auth/self/domains".to_owned()))
        }
        Effect::Reload { request, to } => (*request, "RELOAD", to.name(), None),
        Effect::Connect { request, to } => (*request, "CONNECT", to.name(), None),
        Effect::Trust { request, address, fingerprint: _ } => {
            (*request, "TRUST", address.brief().into_string(), None)
        }
        Effect::KeepPassword(_)
        | Effect::Enter(_)
        | Effect::Cancel(_)
        | Effect::Copy { .. }
        | Effect::ForgetPlan(_)
        | Effect::Remember { .. }
        | Effect::Repaint
        | Effect::Suspend
        | Effect::Quit => {
            return None;
        }
    })
}

/// The name of a step in the journal.
pub const fn step(transition: &Transition) -> &'static str {
    match transition {
        Transition::Intent(_) => "intent",
        Transition::Sent => "sent",
        Transition::Answered { .. } => "answered",
        Transition::NoAnswer { .. } => "no answer",
        Transition::Looked { .. } => "looked",
        Transition::Settled { .. } => "settled",
        Transition::Corrected { .. } => "corrected",
        Transition::Abandoned { .. } => "abandoned",
    }
}

fn told(reply: &Reply) -> (String, String, Untrusted) {
    let fine = |words: String| ("200".to_owned(), words, Untrusted::default());
    match reply {
        Reply::SignedIn(Ok(())) => fine("signed in".to_owned()),
        Reply::Listed(Ok(batch)) => fine(format!("{} records", batch.records().len())),
        Reply::ConnectionsListed(Ok(records)) => fine(format!("{} connections", records.len())),
        Reply::Discovered(Ok(found)) => fine(format!("{} organizations", found.len())),
        Reply::Fetched(result) => match result.as_ref() {
            Ok(organization) => {
                let words = format!("connection = {}", organization.connection.brief());
                ("200".to_owned(), words, organization.json.clone())
            }
            Err(failure) => failed(failure),
        },
        Reply::ConnectionFetched(result) | Reply::ConnectionTested(result) => match result.as_ref() {
            Ok(connection) => fine(connection.state.word().to_owned()),
            Err(failure) => failed(failure),
        },
        Reply::Patched(result) => match result.as_ref() {
            Ok(answer) => (answer.status.to_string(), status_line(answer.status), answer.body.clone()),
            Err(failure) => failed(failure),
        },
        Reply::Recorded(Ok(line)) => (String::new(), format!("line {line}, durable"), Untrusted::default()),
        Reply::Recorded(Err(failure)) => ("---".to_owned(), "NOT WRITTEN".to_owned(), failure.reason.clone()),
        Reply::PlanKept(Ok(())) => (String::new(), "durable".to_owned(), Untrusted::default()),
        Reply::PlanKept(Err(failure)) => ("---".to_owned(), "NOT STORED".to_owned(), failure.reason.clone()),
        Reply::PlanRead(Ok(read)) => (String::new(), format!("plan {}", read.plan.id), Untrusted::default()),
        Reply::PlanRead(Err(why)) => ("---".to_owned(), "NOT READ".to_owned(), why.clone()),
        Reply::Saved(Ok(saved)) => (String::new(), "written".to_owned(), saved.path.clone()),
        Reply::Saved(Err(why)) => ("---".to_owned(), "NOT WRITTEN".to_owned(), why.clone()),
        Reply::Banner(Ok(text)) if text.is_empty() => fine("none".to_owned()),
        Reply::Banner(Ok(text)) => ("200".to_owned(), "to be read".to_owned(), text.clone()),
        Reply::Introduced(who) => fine(format!("{} {}", who.username.brief(), who.version.brief())),
        Reply::DomainsListed(Ok(domains)) => fine(format!("{} domains", domains.len())),
        Reply::Connected(Ok(settings)) => {
            (String::new(), settings.server.brief().into_string(), Untrusted::default())
        }
        Reply::ProfilesListed(Ok(known)) => {
            (String::new(), format!("{} profiles", known.len()), Untrusted::default())
        }
        Reply::ProfilesListed(Err(failure)) => {
            ("---".to_owned(), "NOT READ".to_owned(), failure.reason.clone())
        }
        Reply::Reloaded(Ok(_)) => fine("read".to_owned()),
        Reply::Reloaded(Err(failure)) => ("---".to_owned(), "NOT READ".to_owned(), failure.reason.clone()),
        Reply::Connected(Err(failure)) => ("---".to_owned(), "NOT MADE".to_owned(), failure.reason.clone()),
        Reply::Trusted(Ok(())) => (String::new(), "stored".to_owned(), Untrusted::default()),
        Reply::Trusted(Err(why)) => ("---".to_owned(), "for this run only".to_owned(), why.clone()),
        Reply::SignedIn(Err(failure))
        | Reply::Listed(Err(failure))
        | Reply::ConnectionsListed(Err(failure))
        | Reply::DomainsListed(Err(failure))
        | Reply::Discovered(Err(failure))
        | Reply::Banner(Err(failure)) => failed(failure),
    }
}

fn failed(failure: &Failure) -> (String, String, Untrusted) {
    let code = match failure.kind {
        FailureKind::Refused { status } => status.to_string(),
        _ => "---".to_owned(),
    };
    let words = if failure.words.message.is_empty() { &failure.detail } else { &failure.words.message };
    (code, explain(failure).title, words.clone())
}
