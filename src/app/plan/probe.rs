//! What is found out about one connection that a plan moves organizations to: once for the whole plan.

use crate::app::change::{Candidate, Check, Finding, Question, Reached, test_finding, why_not};
use crate::app::connections::Completeness;
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::domain::{Connection, Discovered, Failure, Moment, Record};
use crate::text::Untrusted;

/// The questions about one connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    /// The connection as the rows name it.
    pub connection: Untrusted,
    /// What the server calls it, once it was read.
    pub known: Option<Connection>,
    /// Is there such a connection?
    pub exists: Check,
    /// Does it work?
    pub works: Check,
    /// Could the server tell what it reaches?
    pub reaches: Check,
    reached: Reached,
}

impl Probe {
    /// Asks about a connection; `named` is what identifies it best: its id where it is known.
    pub(super) fn start(connection: &Untrusted, named: &Untrusted, cx: &mut Cx<'_>) -> (Self, Vec<Effect>) {
        let [mut exists, works, mut reaches] = [Question::Exists, Question::Works, Question::Reaches]
            .map(|question| Check::new(question, cx.now));
        let effects = vec![
            Effect::FetchConnection { request: exists.ask(cx), named: named.clone() },
            Effect::Discover { request: reaches.ask(cx), connection: connection.clone() },
        ];
        let connection = connection.clone();
        (Self { connection, known: None, exists, works, reaches, reached: Reached::default() }, effects)
    }

    /// The three questions, in the order shown.
    pub fn checks(&self) -> [&Check; 3] {
        [&self.exists, &self.works, &self.reaches]
    }

    /// Whether an answer is still out.
    pub fn is_waiting(&self) -> bool {
        self.checks().iter().any(|check| check.finding == Finding::Waiting)
    }

    /// What the record may show once a row is moved to it.
    pub(super) fn candidate(&self) -> Candidate {
        Candidate {
            name: self.known.as_ref().map_or_else(|| self.connection.clone(), |known| known.name.clone()),
            id: self.known.as_ref().map(|known| known.id.clone()).unwrap_or_default(),
            cloud_name: self.known.as_ref().map(|known| known.cloud_name.clone()).unwrap_or_default(),
            state: self.known.as_ref().map(|known| known.state),
            uses: 0,
            complete: Completeness::default(),
            look_alike: None,
        }
    }

    /// The connection was read, or could not be; its test follows. None: nobody waited for it.
    pub(super) fn connection(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        cx: &mut Cx<'_>,
    ) -> Option<Vec<Effect>> {
        if !self.exists.waits_for(request) {
            return None;
        }
        self.known = result.as_ref().ok().cloned();
        Some(Check::connection_read(&mut self.exists, &mut self.works, result, cx))
    }

    /// The connection was tested, or could not be.
    pub(super) fn tested(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        now: Moment,
        wall_clock: i64,
    ) -> bool {
        if !self.works.waits_for(request) {
            return false;
        }
        self.works.settle(test_finding(result, self.known.as_ref(), wall_clock), now);
        true
    }

    /// What it reaches.
    pub(super) fn discovered(
        &mut self,
        request: RequestId,
        result: &Result<Vec<Record<Discovered>>, Failure>,
        now: Moment,
    ) -> bool {
        if !self.reaches.waits_for(request) {
            return false;
        }
        let finding = match result {
            Ok(found) => {
                self.reached = Reached::new(found);
                let noun = if found.len() == 1 { "organization" } else { "organizations" };
                Finding::Fine(format!("{} {noun}", found.len()))
            }
            Err(failure) => Finding::Unknown(why_not(failure)),
        };
        self.reaches.settle(finding, now);
        true
    }

    /// Whether it reaches the organization of this Salesforce id.
    pub(super) fn reaches(&self, organization_id: &Untrusted) -> Finding {
        match &self.reaches.finding {
            Finding::Fine(_) => self.reached.finding(organization_id),
            other => other.clone(),
        }
    }
}
