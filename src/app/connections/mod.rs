//! The Salesforce connections: what is known of them, the list that shows it, and their tests.

mod detail;
mod list;
mod row;
mod rows;
mod tests;

use std::sync::Arc;

pub use detail::standing_role;
pub(super) use detail::{Context, lines};
pub use list::ConnectionList;
pub use row::{Column, Of, Row, RowKey, Sort, Standing};
pub use rows::{Completeness, VOCABULARY, used, uses};
pub use tests::{Run, Tests};

use super::cx::Cx;
use super::effect::{Effect, RequestId};
use crate::domain::{Connection, Failure, Moment, Record};
use crate::text::Untrusted;

/// What is known of the connections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Connections {
    /// The connections, in the server's order.
    pub known: Vec<Arc<Connection>>,
    /// Records among them that could not be understood: as sent, and why.
    pub damaged: Vec<(Untrusted, Untrusted)>,
    /// The request being waited for.
    pub request: Option<RequestId>,
    /// When they were read last.
    pub read_at: Option<Moment>,
    /// Why they could not be read, the last time.
    pub failure: Option<Failure>,
    /// The tests of this run.
    pub tests: Tests,
    /// Counts what was learned of them, so that what is made of it is made anew for nothing else.
    pub(super) learned: u64,
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
        self.learned += 1;
        match result {
            Ok(records) => {
                (self.known, self.damaged) = (Vec::new(), Vec::new());
                for record in records {
                    match record {
                        Record::Sound(connection) => self.known.push(Arc::new(connection)),
                        Record::Damaged(damaged) => self.damaged.push((damaged.json, damaged.reason)),
                    }
                }
                (self.read_at, self.failure) = (Some(now), None);
            }
            Err(failure) => self.failure = Some(failure),
        }
        true
    }

    /// The connection that a record's `connection` names: by name, else by id.
    pub fn find(&self, named: &Untrusted) -> Option<&Arc<Connection>> {
        let by_name = self.known.iter().find(|connection| connection.name == *named);
        by_name.or_else(|| self.known.iter().find(|connection| connection.id == *named))
    }

    /// Takes over one that was read by itself, in the place of what was known of it.
    pub fn put(&mut self, connection: Connection) {
        let key = RowKey::of(&connection);
        if let Some(known) = self.known.iter_mut().find(|known| RowKey::of(known) == key) {
            *known = Arc::new(connection);
            self.learned += 1;
        }
    }

    /// Has the server test one, unless a test of it is under way.
    pub fn test(&mut self, connection: &Connection, cx: &mut Cx<'_>) -> Option<Effect> {
        let request = self.tests.begin(connection, cx)?;
        Some(Effect::TestConnection { request, connection: connection.clone() })
    }

    /// A test that was asked for here ended.
    pub fn tested(
        &mut self,
        request: RequestId,
        result: &Result<Connection, Failure>,
        now: Moment,
    ) -> Option<Run> {
        let run = self.tests.end(request, result, now)?;
        self.learned += 1;
        Some(run)
    }
}
