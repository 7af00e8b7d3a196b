//! The demo's hidden truth: which connection reaches which Salesforce organization.
//!
//! No call serves it as such. Organizations lie in territories; a connection reaches territories
//! and, where a test says so, single organizations besides. A connection made at run time reaches
//! what a stored one with the same My Domain (else the same consumer key) reaches.

use std::collections::{HashMap, HashSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::DemoError;

/// Who reaches what, and the organizations nobody has added.
#[derive(Debug)]
pub(super) struct Reach {
    territories: HashMap<Box<str>, Box<str>>,
    connections: HashMap<String, Access>,
    not_added: HashMap<String, Candidate>,
}

/// What one connection can do at Salesforce.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
struct Access {
    territories: Vec<String>,
    organizations: HashSet<String>,
    /// What Salesforce answers instead of a token.
    trouble: Option<String>,
}

/// What Salesforce says of an organization that may or may not have been added.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Candidate {
    pub(super) name: String,
    pub(super) organization_id: String,
    pub(super) cloud_name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
}

/// The asset as it is written.
#[derive(Deserialize)]
struct Seed {
    territories: HashMap<String, Vec<String>>,
    connections: HashMap<String, Access>,
    not_added: Vec<Candidate>,
}

impl Reach {
    /// # Errors
    /// [`DemoError::Seed`] where the asset is not what [`Seed`] describes.
    pub(super) fn load(text: &str) -> Result<Self, DemoError> {
        let seed: Seed = serde_json::from_str(text)?;
        let mut territories = HashMap::new();
        for (territory, ids) in seed.territories {
            for id in ids {
                territories.insert(id.into(), Box::from(territory.as_str()));
            }
        }
        let not_added = seed.not_added.into_iter().map(|one| (one.organization_id.clone(), one)).collect();
        Ok(Self { territories, connections: seed.connections, not_added })
    }

    /// Puts an organization into a territory.
    pub(super) fn settle(&mut self, organization_id: &str, territory: &str) {
        self.territories.insert(organization_id.into(), territory.into());
    }

    /// Lets `connection` reach one organization more.
    pub(super) fn grant(&mut self, connection: &str, organization_id: &str) {
        let access = self.connections.entry(connection.to_owned()).or_default();
        access.organizations.insert(organization_id.to_owned());
    }

    pub(super) fn reaches(&self, connection: &str, organization_id: &str) -> bool {
        let Some(access) = self.connections.get(connection) else { return false };
        access.organizations.contains(organization_id)
            || self
                .territories
                .get(organization_id)
                .is_some_and(|territory| access.territories.iter().any(|own| **own == **territory))
    }

    /// What Salesforce answers to this connection's credentials, if it refuses them.
    pub(super) fn trouble(&self, connection: &str) -> Option<&str> {
        self.connections.get(connection).and_then(|access| access.trouble.as_deref())
    }

    /// New credentials were stored: whatever was wrong with the old ones is over.
    pub(super) fn heal(&mut self, connection: &str) {
        if let Some(access) = self.connections.get_mut(connection) {
            access.trouble = None;
        }
    }

    /// A new connection sees what `like` sees.
    pub(super) fn copy(&mut self, connection: &str, like: Option<&str>) {
        let mut access = like.and_then(|like| self.connections.get(like)).cloned().unwrap_or_default();
        access.trouble = None;
        self.connections.insert(connection.to_owned(), access);
    }

    pub(super) fn forget_connection(&mut self, connection: &str) {
        self.connections.remove(connection);
    }

    /// An organization that exists at Salesforce and is not added.
    pub(super) fn not_added(&self) -> impl Iterator<Item = &Candidate> {
        self.not_added.values()
    }

    /// It is added now.
    pub(super) fn take(&mut self, organization_id: &str) -> Option<Candidate> {
        self.not_added.remove(organization_id)
    }

    /// It was deleted here; Salesforce still has it.
    pub(super) fn release(&mut self, document: &Map<String, Value>) {
        let candidate = Candidate::of(document);
        self.not_added.insert(candidate.organization_id.clone(), candidate);
    }
}

impl Candidate {
    pub(super) fn of(document: &Map<String, Value>) -> Self {
        let text = |name: &str| document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        Self {
            name: text("name"),
            organization_id: text("organization_id"),
            cloud_name: text("cloud_name"),
            kind: text("type"),
        }
    }

    /// As `get-organizations` answers it.
    pub(super) fn document(&self, connection: &str) -> Value {
        serde_json::json!({
            "name": self.name,
            "organization_id": self.organization_id,
            "connection": connection,
            "cloud_name": self.cloud_name,
            "type": self.kind,
        })
    }
}
