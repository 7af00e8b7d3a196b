//! The demo's documents and what it knows about them.

use std::collections::HashMap;
use std::ops::Range;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use super::DemoError;
use super::clock::{micros, nanos};
use super::documents::{Documents, Page, Record};
use super::error::Problem;
use super::generate;
use super::history::History;
use super::query::Viewer;
use super::reach::{Candidate, Reach};

/// What lists of organizations sort and filter by.
pub(super) const ORGANIZATION_COLUMNS: &[&str] =
    &["id", "name", "organization_id", "connection", "cloud_name", "type", "createdAt", "updatedAt"];

/// Everything the demo serves.
#[derive(Debug)]
pub(super) struct Store {
    pub(super) organizations: Documents,
    pub(super) connections: Documents,
    pub(super) users: Documents,
    pub(super) groups: Documents,
    pub(super) domains: Documents,
    pub(super) reach: Reach,
    pub(super) history: History,
    stale: HashMap<String, Stale>,
}

/// A former text that readers still see.
#[derive(Debug)]
struct Stale {
    text: Box<str>,
    until: Timestamp,
}

impl Store {
    /// The seed documents, filled up with generated organizations to `organizations` rows (0: none).
    ///
    /// # Errors
    /// [`DemoError::Seed`] where an asset is no valid document.
    pub(super) fn load(organizations: usize) -> Result<Self, DemoError> {
        let mut store = Self {
            organizations: documents(
                "id",
                ORGANIZATION_COLUMNS,
                include_str!("../../assets/demo/organizations.json"),
            )?,
            connections: documents(
                "id",
                &["id", "name"],
                include_str!("../../assets/demo/connections.json"),
            )?,
            users: documents("user_id", &[], include_str!("../../assets/demo/users.json"))?,
            groups: documents("name", &[], include_str!("../../assets/demo/groups.json"))?,
            domains: documents("id", &[], include_str!("../../assets/demo/domains.json"))?,
            reach: Reach::load(include_str!("../../assets/demo/reach.json"))?,
            history: History::default(),
            stale: HashMap::new(),
        };
        if organizations > 0 {
            store.fill(organizations);
        }
        Ok(store)
    }

    /// Another domain: the same connections, a few organizations, none of which is in the root domain.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub(super) fn of_another_domain() -> Result<Self, DemoError> {
        const ROWS: u64 = 7;
        const FIRST: u64 = 1_000_000;
        let mut store = Self::load(0)?;
        store.organizations.truncate(0);
        store.add_generated(FIRST..FIRST + ROWS);
        Ok(store)
    }

    fn fill(&mut self, rows: usize) {
        self.organizations.truncate(rows);
        let missing = rows.saturating_sub(self.organizations.len());
        self.add_generated(0..missing as u64);
    }

    fn add_generated(&mut self, indices: Range<u64>) {
        self.organizations.reserve(usize::try_from(indices.end - indices.start).unwrap_or(0));
        for index in indices {
            let made = generate::organization(index);
            self.reach.settle(&made.organization_id, made.territory);
            self.organizations.put_record(made.record);
        }
    }

    /// The connection of that name, else of that id, else of that URI.
    pub(super) fn connection(&self, reference: &str) -> Option<&Record> {
        self.connections
            .find("name", reference)
            .or_else(|| self.connections.get(reference))
            .or_else(|| self.connections.find("uri", reference))
    }

    /// The name of the Salesforce connection `reference` means.
    pub(super) fn connection_name(&self, reference: &str) -> Option<String> {
        let record = self.connection(reference)?;
        let is_salesforce = self.connections.text_of(record, "service") == "salesforce";
        is_salesforce.then(|| self.connections.text_of(record, "name"))
    }

    /// The organization, where it exists and `viewer` may see it.
    ///
    /// # Errors
    /// 404 in both other cases.
    pub(super) fn organization(&self, id: &str, viewer: Option<&Viewer>) -> Result<&Record, Problem> {
        let seen = |record: &&Record| viewer.is_none_or(|viewer| viewer.sees(record.text()));
        self.organizations.get(id).filter(seen).ok_or_else(Problem::not_found)
    }

    /// The text readers get: the record's, or a former one while it is kept stale.
    pub(super) fn reading<'a>(&'a self, id: &str, text: &'a str, now: Timestamp) -> &'a str {
        self.stale.get(id).filter(|stale| now < stale.until).map_or(text, |stale| &stale.text)
    }

    /// Puts the stale texts into a page of organizations.
    pub(super) fn age(&self, page: &mut Page, now: Timestamp) {
        if self.stale.is_empty() {
            return;
        }
        for (key, text) in &mut page.rows {
            let reading: Box<str> = self.reading(key, text, now).into();
            *text = reading;
        }
    }

    /// Readers keep seeing `text` for `span`.
    pub(super) fn keep_stale(&mut self, id: &str, text: Box<str>, now: Timestamp, span: Duration) {
        let span = SignedDuration::try_from(span).unwrap_or(SignedDuration::MAX);
        let until = now.checked_add(span).unwrap_or(Timestamp::MAX);
        self.stale.insert(id.to_owned(), Stale { text, until });
    }

    /// Gives the organization another connection; answers the connection before and the new text.
    pub(super) fn set_connection(
        &mut self,
        id: &str,
        name: &str,
        now: Timestamp,
    ) -> Option<(String, String)> {
        let mut document = self.organizations.get(id)?.document();
        let old = document.get("connection").and_then(Value::as_str).unwrap_or_default().to_owned();
        let updated = later(&document, now);
        document.insert("connection".into(), name.into());
        document.insert("updatedAt".into(), nanos(updated).into());
        Some((old, self.put_organization(&document)))
    }

    /// Stores the document and answers its text.
    pub(super) fn put_organization(&mut self, document: &Map<String, Value>) -> String {
        let text = Value::Object(document.clone()).to_string();
        self.organizations.put_text(document, text.clone());
        text
    }

    /// Deletes the organization; Salesforce keeps it.
    pub(super) fn remove_organization(&mut self, id: &str) -> bool {
        let Some(record) = self.organizations.remove(id) else { return false };
        self.stale.remove(id);
        self.reach.release(&record.document());
        true
    }

    /// The number of organizations that name this connection.
    pub(super) fn uses(&self, connection: &str) -> usize {
        let named = |record: &&Record| self.organizations.text_of(record, "connection") == connection;
        self.organizations.iter().filter(named).count()
    }

    /// Deletes the connection; organizations that use it keep its name.
    pub(super) fn remove_connection(&mut self, reference: &str) -> bool {
        let Some(record) = self.connection(reference) else { return false };
        let (id, name) = (record.key().to_owned(), self.connections.text_of(record, "name"));
        self.reach.forget_connection(&name);
        self.connections.remove(&id).is_some()
    }

    /// The organizations a connection reaches, added or not, by name.
    pub(super) fn candidates(&self, connection: &str) -> Vec<Candidate> {
        let reached = |id: &str| self.reach.reaches(connection, id);
        let added = self
            .organizations
            .iter()
            .filter(|record| reached(&self.organizations.text_of(record, "organization_id")))
            .map(|record| Candidate::of(&record.document()));
        let others = self.reach.not_added().filter(|one| reached(&one.organization_id)).cloned();
        let mut all: Vec<Candidate> = added.chain(others).collect();
        all.sort_unstable_by(|a, b| (&a.name, &a.organization_id).cmp(&(&b.name, &b.organization_id)));
        all
    }
}

/// Now, or just after the document's `updatedAt` where the clock has not got there.
pub(super) fn later(document: &Map<String, Value>, now: Timestamp) -> Timestamp {
    let former: Option<Timestamp> =
        document.get("updatedAt").and_then(Value::as_str).and_then(|text| text.parse().ok());
    let next = former.and_then(|former| former.checked_add(SignedDuration::from_nanos(1)).ok());
    next.map_or(now, |next| now.max(next))
}

/// Stamps a change of anything but an organization's connection.
pub(super) fn touch(document: &mut Map<String, Value>, now: Timestamp) {
    let updated = later(document, now);
    document.insert("updatedAt".into(), micros(updated).into());
}

fn documents(
    key: &'static str,
    columns: &'static [&'static str],
    text: &str,
) -> Result<Documents, DemoError> {
    let values: Vec<Value> = serde_json::from_str(text)?;
    Ok(Documents::from_values(key, columns, values))
}
