//! The calls a change is checked with: one connection as it stands, what it reaches, whether it works.

use std::sync::atomic::AtomicBool;

use reqwest::Method;
use tokio::time::timeout;

use super::auth::Bearer;
use super::transport::{Ask, timed_out};
use super::{Reader, Writer, not_understood, wire};
use crate::domain::{Call, Connection, Discovered, Failure, Record};
use crate::text::Untrusted;

impl Reader {
    /// One connection as it is now, by id or by name; an id is better, because a name may be another's id
    /// (JS-15).
    ///
    /// # Errors
    ///
    /// Any [`Failure`]. `NotUnderstood` also without asking, when `named` cannot be one segment of a path, and
    /// when the server answers with another connection (NT-26).
    pub async fn connection(&self, named: &Untrusted) -> Result<Connection, Failure> {
        let call = Call::GetConnection;
        let answer = self.read(call, &path(call, named)?, &[], self.0.limits.body).await?;
        let text = answer.text().map(|text| self.mask_data(text));
        let mut connection = wire::connection(&text).map_err(|reason| not_understood(call, reason))?;
        self.secrets().mask_connection(&mut connection);
        if connection.id == *named || connection.name == *named {
            Ok(connection)
        } else {
            Err(another(&connection))
        }
    }

    /// The Salesforce organizations that a connection (its name or id) reaches, added or not. The server asks
    /// Salesforce, which takes seconds: [`Limits::external`](super::Limits::external) is the deadline.
    ///
    /// It is sent once, on a connection of its own, and repeated only after a 401, with a new token.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]; what Salesforce says about the connection is in the words of a `Refused`.
    pub async fn discover(&self, connection: &Untrusted) -> Result<Vec<Record<Discovered>>, Failure> {
        let call = Call::DiscoverOrganizations;
        let limits = &self.0.limits;
        let body = &serde_json::json!({ "connection": connection.as_sent() }).to_string();
        let ask = |bearer: Bearer| async move {
            let ask = Ask {
                call,
                method: Method::POST,
                path: "/api/v1/cckm/sfdc/get-organizations",
                query: &[],
                bearer: Some(&bearer.header),
                body: Some(body.clone()),
                within: limits.external,
                most: limits.list_body,
            };
            self.0.transport.write(ask).await.map(|answer| (answer, bearer.attempt))
        };
        let not_renewed = AtomicBool::new(false);
        let answer = match timeout(limits.external, self.attempt(call, ask, &not_renewed)).await {
            Ok(outcome) => outcome.map_err(|setback| *setback.failure)?,
            Err(_elapsed) => return Err(timed_out(call, limits.external)),
        };
        let text = answer.text().map(|text| self.mask_data(text));
        wire::discovered(&text).map_err(|reason| not_understood(call, reason))
    }
}

impl Writer {
    /// Has the server log in to Salesforce with a stored connection, and reads the connection again: the answer
    /// to a test is not documented, what is stored afterwards is (API contract §5.4).
    ///
    /// The test is sent once, on a connection of its own, and never repeated, not even after a 401. It belongs
    /// to the writer, because its result is stored for everybody.
    ///
    /// # Errors
    ///
    /// Any [`Failure`]. One of [`Call::TestConnection`] is the test's; one of [`Call::GetConnection`] means that
    /// the test ran, and its result is not known. `NotUnderstood` also without sending, when the connection has
    /// neither id nor name that can be one segment of a path.
    pub async fn test_connection(&self, connection: &Connection) -> Result<Connection, Failure> {
        let call = Call::TestConnection;
        let named = if connection.id.is_empty() { &connection.name } else { &connection.id };
        let path = format!("{}/test", path(call, named)?);
        let bearer = self.reader().bearer().await?;
        let limits = &self.reader().0.limits;
        let ask = Ask {
            call,
            method: Method::POST,
            path: &path,
            query: &[],
            bearer: Some(&bearer.header),
            body: None,
            within: limits.external,
            most: limits.body,
        };
        let answer = self.reader().0.transport.write(ask).await.map_err(|setback| *setback.failure)?;
        if !answer.status.is_success() {
            return Err(*self.reader().refused(call, &answer).failure);
        }
        let tested = self.reader().connection(named).await?;
        // Asked for by id, a server may have looked for a name first.
        let same = connection.id.is_empty() || tested.id == connection.id;
        if same { Ok(tested) } else { Err(another(&tested)) }
    }
}

fn another(connection: &Connection) -> Failure {
    let (id, name) = (connection.id.as_sent(), connection.name.as_sent());
    not_understood(Call::GetConnection, format!("the server answered for another connection: {name} ({id})"))
}

fn path(call: Call, named: &Untrusted) -> Result<String, Failure> {
    Connection::path(named).ok_or_else(|| {
        let reason = "this is no name or id that a connection can be asked for by: nothing was sent";
        not_understood(call, reason.to_owned())
    })
}
