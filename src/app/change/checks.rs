//! What is found out before a change may be sent: four questions to the server, each with its own answer.
//!
//! A question that could not be asked, or was not answered, is "cannot check" and never "ok".

use std::time::Duration;

use crate::app::age;
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::app::explain::explain;
use crate::domain::{
    Connection, ConnectionState, Discovered, Failure, FailureKind, Moment, Organization, OrganizationId,
    Record, SalesforceIds,
};
use crate::text::Untrusted;

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Question {
    /// Is there such a connection?
    Exists,
    /// Does it work?
    Works,
    /// Which organization does it reach?
    Reaches,
    /// Is the record still as it was shown?
    Unchanged,
}

impl Question {
    /// All, in the order shown.
    pub const ALL: [Self; 4] = [Self::Exists, Self::Works, Self::Reaches, Self::Unchanged];

    /// The label of its line.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Exists => "connection exists",
            Self::Works => "connection test",
            Self::Reaches => "reaches this org",
            Self::Unchanged => "record unchanged",
        }
    }

    /// The label where there is little room.
    pub const fn short(self) -> &'static str {
        match self {
            Self::Exists => "exists",
            Self::Works => "test",
            Self::Reaches => "reaches",
            Self::Unchanged => "unchanged",
        }
    }
}

/// How a question was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Not yet.
    Waiting,
    /// As it should be.
    Fine(String),
    /// To be looked at.
    Doubtful(String),
    /// Not as it should be: the change is stopped.
    Wrong(String),
    /// It could not be found out.
    Unknown(String),
}

impl Finding {
    /// The word in front of the line.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Waiting => "…",
            Self::Fine(_) => "ok",
            Self::Doubtful(_) => "WARNING",
            Self::Wrong(_) => "FAILED",
            Self::Unknown(_) => "CANNOT CHECK",
        }
    }

    /// The words behind it.
    pub fn words(&self) -> &str {
        match self {
            Self::Waiting => "",
            Self::Fine(words) | Self::Doubtful(words) | Self::Wrong(words) | Self::Unknown(words) => words,
        }
    }
}

/// One question and its answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    /// What is asked.
    pub question: Question,
    /// How it was answered.
    pub finding: Finding,
    /// How long the answer took.
    pub took: Option<Duration>,
    request: Option<RequestId>,
    asked_at: Moment,
}

impl Check {
    pub(in crate::app) const fn new(question: Question, now: Moment) -> Self {
        Self { question, finding: Finding::Waiting, took: None, request: None, asked_at: now }
    }

    pub(in crate::app) fn ask(&mut self, cx: &mut Cx<'_>) -> RequestId {
        let request = cx.requests.next();
        (self.request, self.asked_at, self.finding, self.took) =
            (Some(request), cx.now, Finding::Waiting, None);
        request
    }

    pub(in crate::app) fn settle(&mut self, finding: Finding, now: Moment) {
        if self.request.is_some() {
            self.took = Some(now.since(self.asked_at));
        }
        (self.request, self.finding) = (None, finding);
    }

    pub(in crate::app) fn waits_for(&self, request: RequestId) -> bool {
        self.request == Some(request)
    }

    /// The connection was read, or could not be; its test follows.
    pub(in crate::app) fn connection_read(
        exists: &mut Self,
        works: &mut Self,
        result: &Result<Connection, Failure>,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        match result {
            Ok(connection) => {
                exists.settle(Finding::Fine(connection.name.brief().into_string()), cx.now);
                let request = works.ask(cx);
                vec![Effect::TestConnection { request, connection: connection.clone() }]
            }
            Err(failure) => {
                exists.settle(Finding::Unknown(why_not(failure)), cx.now);
                works.settle(Finding::Unknown("the connection could not be read".to_owned()), cx.now);
                Vec::new()
            }
        }
    }
}

/// What the answers together allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Some answers are still out.
    Waiting,
    /// Somebody else changed the record: it must be looked at and checked again.
    Conflict,
    /// Something is wrong: only with a typed reason.
    Stopped,
    /// Nothing speaks against it.
    Open,
}

/// The questions of one review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checks {
    all: [Check; 4],
    /// The record as read just now, when that is not as it was shown.
    pub conflict: Option<Organization>,
    target: Shown,
}

/// What the record must still be.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Shown {
    id: OrganizationId,
    organization_id: Untrusted,
    connection: Untrusted,
    updated_at: Untrusted,
}

impl Shown {
    fn of(organization: &Organization) -> Self {
        Self {
            id: organization.id.clone(),
            organization_id: organization.organization_id.clone(),
            connection: organization.connection.clone(),
            updated_at: organization.updated_at.clone(),
        }
    }
}

impl Checks {
    /// Asks everything that can be asked at once; the test waits for the connection.
    ///
    /// `named` is what identifies the connection best: its id where it is known.
    pub fn start(
        target: &Organization,
        value: &Untrusted,
        named: &Untrusted,
        cx: &mut Cx<'_>,
    ) -> (Self, Vec<Effect>) {
        let all = Question::ALL.map(|question| Check::new(question, cx.now));
        let mut checks = Self { all, conflict: None, target: Shown::of(target) };
        let effects = vec![
            Effect::FetchConnection { request: checks.get(Question::Exists).ask(cx), named: named.clone() },
            Effect::Discover { request: checks.get(Question::Reaches).ask(cx), connection: value.clone() },
            Effect::FetchOrganization {
                request: checks.get(Question::Unchanged).ask(cx),
                id: target.id.clone(),
            },
        ];
        (checks, effects)
    }

    /// The checks in order.
    pub fn iter(&self) -> impl Iterator<Item = &Check> {
        self.all.iter()
    }

    fn get(&mut self, question: Question) -> &mut Check {
        let [exists, works, reaches, unchanged] = &mut self.all;
        match question {
            Question::Exists => exists,
            Question::Works => works,
            Question::Reaches => reaches,
            Question::Unchanged => unchanged,
        }
    }

    /// What the answers allow.
    pub fn gate(&self) -> Gate {
        if self.conflict.is_some() {
            return Gate::Conflict;
        }
        if self.all.iter().any(|check| check.finding == Finding::Waiting) {
            return Gate::Waiting;
        }
        let wrong = self.all.iter().any(|check| matches!(check.finding, Finding::Wrong(_)));
        if wrong { Gate::Stopped } else { Gate::Open }
    }

    /// Looks at the record again, after it was found changed and the operator has seen how: what is shown now
    /// is what must hold. The connection is not tested a second time.
    pub fn restart(&mut self, target: &Organization, cx: &mut Cx<'_>) -> Vec<Effect> {
        (self.conflict, self.target) = (None, Shown::of(target));
        let request = self.get(Question::Unchanged).ask(cx);
        vec![Effect::FetchOrganization { request, id: target.id.clone() }]
    }

    /// The connection was read; the test follows. Nothing when nobody waited for it.
    pub fn connection(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        cx: &mut Cx<'_>,
    ) -> Option<Vec<Effect>> {
        let [exists, works, _, _] = &mut self.all;
        exists.waits_for(request).then(|| Check::connection_read(exists, works, result, cx))
    }

    /// The connection was tested, or could not be: then `stored` is what the server knows of its last test.
    pub fn tested(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        stored: Option<&Connection>,
        now: Moment,
        wall_clock: i64,
    ) -> bool {
        let works = self.get(Question::Works);
        if !works.waits_for(request) {
            return false;
        }
        works.settle(test_finding(result, stored, wall_clock), now);
        true
    }

    /// What the connection reaches.
    pub fn discovered(
        &mut self,
        request: RequestId,
        result: &Result<Vec<Record<Discovered>>, Failure>,
        now: Moment,
    ) -> bool {
        let ours = self.target.organization_id.clone();
        let reaches = self.get(Question::Reaches);
        if !reaches.waits_for(request) {
            return false;
        }
        let finding = match result {
            Ok(found) => Reached::new(found).finding(&ours),
            Err(failure) => Finding::Unknown(why_not(failure)),
        };
        reaches.settle(finding, now);
        true
    }

    /// The record is not as it was shown, whoever found that out.
    pub fn found_changed(&mut self, organization: &Organization, now: Moment) {
        let is = organization.connection.brief();
        let words = format!("somebody changed it: it is {is} now");
        self.get(Question::Unchanged).settle(Finding::Wrong(words), now);
        self.conflict = Some(organization.clone());
    }

    /// The record as it is now.
    pub fn read(&mut self, request: RequestId, result: &Result<Organization, Failure>, now: Moment) -> bool {
        let target = self.target.clone();
        let unchanged = self.get(Question::Unchanged);
        if !unchanged.waits_for(request) {
            return false;
        }
        match result {
            Ok(organization) if Shown::of(organization) == target => {
                unchanged.settle(Finding::Fine("read just now".to_owned()), now);
            }
            Ok(organization) => self.found_changed(organization, now),
            Err(failure) => unchanged.settle(Finding::Unknown(why_not(failure)), now),
        }
        true
    }
}

/// What a test comes to; `stored` is what the server knows of the last one, for when there is none now.
pub(in crate::app) fn test_finding(
    result: &Result<Connection, Failure>,
    stored: Option<&Connection>,
    wall_clock: i64,
) -> Finding {
    match (result, stored) {
        (Ok(connection), _) => tested_now(connection),
        (Err(failure), Some(connection)) => tested_before(connection, failure, wall_clock),
        (Err(failure), None) => Finding::Unknown(why_not(failure)),
    }
}

/// Why a question was not answered.
pub(in crate::app) fn why_not(failure: &Failure) -> String {
    match failure.kind {
        FailureKind::Refused { status: 403 } => "your account may not (HTTP 403)".to_owned(),
        FailureKind::Refused { status: 404 } => {
            "not found, or not visible to your account (HTTP 404)".to_owned()
        }
        FailureKind::Refused { status } => {
            let said = failure.words.message.display_lines(1);
            let said = said.first().map(|line| format!(": {line}")).unwrap_or_default();
            format!("HTTP {status}{said}")
        }
        _ => explain(failure).title.to_lowercase(),
    }
}

fn tested_now(connection: &Connection) -> Finding {
    match connection.state {
        ConnectionState::Ready => Finding::Fine("works".to_owned()),
        ConnectionState::Fail => Finding::Wrong(format!("fails: {}", connection.error.brief())),
        ConnectionState::NotTested => {
            Finding::Unknown("the server ran the test and tells no result".to_owned())
        }
    }
}

fn tested_before(connection: &Connection, failure: &Failure, wall_clock: i64) -> Finding {
    let age = age::since(&connection.tested_at, wall_clock).map(age::short);
    let ago = age.map(|age| format!(", {age} ago")).unwrap_or_default();
    let why = why_not(failure);
    match connection.state {
        ConnectionState::Ready => {
            Finding::Doubtful(format!("worked at its last test{ago}; no test now: {why}"))
        }
        ConnectionState::Fail => {
            Finding::Wrong(format!("failed at its last test{ago}: {}", connection.error.brief()))
        }
        ConnectionState::NotTested => Finding::Unknown(format!("never tested; no test now: {why}")),
    }
}

/// What a connection reaches, to be asked about any number of organizations.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::app) struct Reached {
    ids: SalesforceIds,
    /// The first of them.
    first: Option<Discovered>,
    sound: usize,
    /// Whether a record could not be read.
    damaged: bool,
}

impl Reached {
    pub(in crate::app) fn new(found: &[Record<Discovered>]) -> Self {
        let sound = || {
            found.iter().filter_map(|record| match record {
                Record::Sound(discovered) => Some(discovered),
                Record::Damaged(_) => None,
            })
        };
        let count = sound().count();
        Self {
            ids: sound().map(|discovered| discovered.organization_id.as_sent()).collect(),
            first: sound().next().cloned(),
            sound: count,
            damaged: count < found.len(),
        }
    }

    /// Whether our organization is among them.
    pub(in crate::app) fn finding(&self, ours: &Untrusted) -> Finding {
        match (self.ids.hold(ours.as_sent()), &self.first) {
            (Some(true), _) => Finding::Fine(ours.brief().into_string()),
            (Some(false), Some(first)) if !self.damaged => {
                let (other, more) = (first.organization_id.brief(), self.sound - 1);
                let more = if more == 0 { String::new() } else { format!(" and {more} more") };
                Finding::Wrong(format!("ANOTHER: {other} {}{more}", first.name.brief()))
            }
            // One id that cannot be compared, or one damaged record, may be ours.
            _ => Finding::Unknown("the server names no organization that can be compared".to_owned()),
        }
    }
}
