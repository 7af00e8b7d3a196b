//! The Salesforce connections, as far as the account may see them.

use super::cx::Cx;
use super::effect::{Effect, RequestId};
use crate::domain::{Connection, Failure, Moment, Record};
use crate::text::Untrusted;

/// What is known of the connections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connections {
    /// The connections, in the server's order.
    pub known: Vec<Connection>,
    /// Records among them that could not be understood.
    pub damaged: usize,
    /// The request being waited for.
    pub request: Option<RequestId>,
    /// When they were read last.
    pub read_at: Option<Moment>,
    /// Why they could not be read, the last time.
    pub failure: Option<Failure>,
}

impl Connections {
    /// Asks for all of them, unless that is under way.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        if self.request.is_some() {
            return Vec::new();
        }
        let request = cx.requests.next();
        self.request = Some(request);
        vec![Effect::ListConnections { request }]
    }

    /// Takes an answer; says whether anybody waited for it.
    pub fn listed(
        &mut self,
        request: RequestId,
        result: Result<Vec<Record<Connection>>, Failure>,
        now: Moment,
    ) -> bool {
        if self.request != Some(request) {
            return false;
        }
        self.request = None;
        match result {
            Ok(records) => {
                let count = records.len();
                self.known = records
                    .into_iter()
                    .filter_map(|record| match record {
                        Record::Sound(connection) => Some(connection),
                        Record::Damaged { json: _, reason: _ } => None,
                    })
                    .collect();
                self.damaged = count - self.known.len();
                (self.read_at, self.failure) = (Some(now), None);
            }
            Err(failure) => self.failure = Some(failure),
        }
        true
    }

    /// The connection that a record's `connection` names: by name, else by id.
    pub fn find(&self, named: &Untrusted) -> Option<&Connection> {
        let by_name = self.known.iter().find(|connection| connection.name == *named);
        by_name.or_else(|| self.known.iter().find(|connection| connection.id == *named))
    }
}
