//! The tests that the operator asked for in this run, and what became of them.

use std::collections::BTreeMap;
use std::time::Duration;

use super::row::RowKey;
use crate::app::cx::Cx;
use crate::app::effect::RequestId;
use crate::app::explain::explain;
use crate::domain::{Call, Connection, ConnectionState, Failure, FailureKind, Moment};
use crate::text::Untrusted;

/// The latest test of each connection that was tested in this run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tests(BTreeMap<RowKey, Run>);

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// The connection's name.
    pub name: Untrusted,
    /// When it was asked for.
    pub since: Moment,
    request: RequestId,
    /// What became of it, and when; none while it runs.
    pub ended: Option<(Moment, Result<Tested, Failure>)>,
}

/// What the server stored of a test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tested {
    /// Its result.
    pub state: ConnectionState,
    /// Why it failed; empty when it did not.
    pub error: Untrusted,
}

impl Tests {
    /// The latest test of a connection.
    pub fn of(&self, key: &RowKey) -> Option<&Run> {
        self.0.get(key)
    }

    /// How many are under way.
    pub fn running(&self) -> usize {
        self.0.values().filter(|run| run.ended.is_none()).count()
    }

    /// Begins one; none while another of the same connection is under way.
    pub(super) fn begin(&mut self, connection: &Connection, cx: &mut Cx<'_>) -> Option<RequestId> {
        let key = RowKey::of(connection);
        if self.of(&key).is_some_and(|run| run.ended.is_none()) {
            return None;
        }
        let request = cx.requests.next();
        self.0.insert(key, Run { name: connection.name.clone(), since: cx.now, request, ended: None });
        Some(request)
    }

    /// Ends the one that this was the request of.
    pub(super) fn end(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        now: Moment,
    ) -> Option<Run> {
        let waits = |run: &&mut Run| run.request == request && run.ended.is_none();
        let run = self.0.values_mut().find(waits)?;
        let tested =
            |connection: &Connection| Tested { state: connection.state, error: connection.error.clone() };
        run.ended = Some((now, result.as_ref().map(tested).map_err(Clone::clone)));
        Some(run.clone())
    }
}

impl Run {
    /// How long it took; none while it runs.
    pub fn took(&self) -> Option<Duration> {
        self.ended.as_ref().map(|(at, _)| at.since(self.since))
    }

    /// Whether it shows that the connection works.
    pub fn is_good(&self) -> bool {
        matches!(&self.ended, Some((_, Ok(tested))) if tested.state == ConnectionState::Ready)
    }

    /// Whether its words hold all of this error.
    pub fn tells(&self, error: &Untrusted) -> bool {
        let whole = error.as_sent().lines().count() <= 1;
        whole && matches!(&self.ended, Some((_, Ok(tested))) if tested.error == *error)
    }

    /// What became of it, in one line.
    pub fn words(&self) -> String {
        let Some((_, result)) = &self.ended else { return "the test is running …".to_owned() };
        match result {
            Ok(tested) => match tested.state {
                ConnectionState::Ready => "Ready: the server signed in to Salesforce".to_owned(),
                ConnectionState::Fail => format!("Fail: {}", tested.error.brief()),
                ConnectionState::NotTested => "the server ran the test and tells no result".to_owned(),
            },
            Err(failure) if failure.call == Call::GetConnection => {
                format!("the test ran, its result could not be read: {}", why(failure))
            }
            Err(failure)
                if failure.may_have_arrived() && !matches!(failure.kind, FailureKind::Refused { .. }) =>
            {
                format!("it is not known whether the test ran: {}", why(failure))
            }
            Err(failure) => format!("not tested: {}", why(failure)),
        }
    }
}

/// `HTTP 403 Forbidden: Insufficient permissions`.
fn why(failure: &Failure) -> String {
    let title = explain(failure).title;
    let said = failure.words.message.display_lines(1);
    let said = said.first().map(|line| format!(": {line}")).unwrap_or_default();
    format!("{title}{said}")
}
