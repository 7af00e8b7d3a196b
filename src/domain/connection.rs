//! A stored Salesforce connection (API contract §5).

use super::field::Field;
use super::segment::segment;
use crate::text::Untrusted;

/// What the last test of a connection said, in the vendor's own three words (§5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ConnectionState {
    /// `last_connection_ok` is true.
    Ready,
    /// `last_connection_ok` is false.
    Fail,
    /// `last_connection_ok` is null or absent.
    NotTested,
}

impl ConnectionState {
    /// The word the vendor's page shows.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ready => "Ready",
            Self::Fail => "Fail",
            Self::NotTested => "Not tested",
        }
    }
}

/// One connection. A field that was absent or null is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connection {
    /// Resource id.
    pub id: Untrusted,
    /// Unique name; it cannot be changed later.
    pub name: Untrusted,
    /// `Salesforce Cloud` or `Salesforce Sandbox Cloud`.
    pub cloud_name: Untrusted,
    /// Result of the last test.
    pub state: ConnectionState,
    /// When it was last tested, as sent; empty when never (absent, or the zero time).
    pub tested_at: Untrusted,
    /// Why the last test failed; empty when it did not.
    pub error: Untrusted,
    /// RFC 3339 text as sent.
    pub created_at: Untrusted,
    /// RFC 3339 text as sent.
    pub updated_at: Untrusted,
    /// `uri` as sent.
    pub uri: Untrusted,
    /// The record's JSON exactly as the server sent it, with the fields that we have no name for.
    pub json: Untrusted,
}

impl Connection {
    /// The keys on the wire of all that is known by name, in the order of the fields.
    pub const KEYS: [&str; 9] = [
        "id",
        "name",
        "cloud_name",
        "last_connection_ok",
        "last_connection_at",
        "last_connection_error",
        "createdAt",
        "updatedAt",
        "uri",
    ];

    /// Path on the server of the connection of a name or id (API contract §5.3); none where that cannot be one segment
    /// of a path.
    pub fn path(named: &Untrusted) -> Option<String> {
        let segment = segment(named.as_sent())?;
        Some(format!("/api/v1/connectionmgmt/services/salesforce/connections/{segment}"))
    }

    /// The fields that we have no name for, in the server's order.
    pub fn others(&self) -> Vec<Field> {
        Field::others(&self.json, Self::has_name_for)
    }

    /// Whether what stands under a key is known by name.
    pub fn has_name_for(key: &str) -> bool {
        Self::KEYS.contains(&key)
    }

    /// One of which only the name is known, from a record that uses it.
    pub fn named(name: &Untrusted) -> Self {
        let empty = Untrusted::default;
        Self {
            id: empty(),
            name: name.clone(),
            cloud_name: empty(),
            state: ConnectionState::NotTested,
            tested_at: empty(),
            error: empty(),
            created_at: empty(),
            updated_at: empty(),
            uri: empty(),
            json: empty(),
        }
    }

    /// Keeps its texts, and not the memory of the record as it was read, of which they are parts.
    pub fn detach(&mut self) {
        let Self { id, name, cloud_name, state: _, tested_at, error, created_at, updated_at, .. } = self;
        let known = [id, name, cloud_name, tested_at, error, created_at, updated_at];
        known.into_iter().chain([&mut self.uri, &mut self.json]).for_each(Untrusted::detach);
    }
}
