//! A Salesforce organization as CCKM records it (API contract §4.1).

use std::borrow::Borrow;
use std::fmt;

use super::field::Field;
use super::json::part_of_copy;
use crate::text::Untrusted;

/// The resource id of an organization: one segment of a path, usually a UUID.
///
/// Not the Salesforce organization id (`00D…`). Compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationId(Untrusted);

impl OrganizationId {
    /// An id that can be put in a path, as [`IdRef::of`] says.
    pub fn new(id: &str) -> Option<Self> {
        IdRef::of(id).map(IdRef::to_id)
    }

    /// The id without its memory.
    pub fn borrowed(&self) -> IdRef<'_> {
        IdRef(self.0.as_sent())
    }

    /// Bytes of text that it keeps in memory.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.0.held()
    }

    /// The id: printable ASCII by construction, so it may be shown as it is.
    pub fn as_str(&self) -> &str {
        self.0.as_sent()
    }
}

impl fmt::Debug for OrganizationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for OrganizationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Looked for among ids by its text, which is hashed and ordered as the id is.
impl Borrow<str> for OrganizationId {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

/// The id of a record that is kept elsewhere: legal, as every [`OrganizationId`] is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IdRef<'a>(&'a str);

impl<'a> IdRef<'a> {
    /// Longest id accepted, in bytes; a UUID has 36.
    const LONGEST: usize = 128;

    /// An id that can be put in a path: letters, digits, `-`, `_`, `.` and `:`, but neither `.` nor `..`.
    ///
    /// Anything else would need encoding that servers undo differently, so such a record is shown but can
    /// not be asked for or changed.
    pub fn of(id: &'a str) -> Option<Self> {
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
        let fits = !id.is_empty() && id.len() <= Self::LONGEST && id != "." && id != "..";
        // All are looked at, several at once: nearly every id is legal.
        (fits && id.bytes().fold(true, |all, byte| all & legal(byte))).then_some(Self(id))
    }

    /// The same where the text was found to be legal before.
    pub(super) const fn known(id: &'a str) -> Self {
        Self(id)
    }

    /// The id: printable ASCII by construction, so it may be shown as it is.
    pub const fn as_str(self) -> &'a str {
        self.0
    }

    /// The id with memory of its own: whoever keeps it keeps no page.
    pub fn to_id(self) -> OrganizationId {
        OrganizationId(self.0.into())
    }
}

impl fmt::Debug for IdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// One organization record.
///
/// A field that was absent or null is empty. Numbers and booleans where text was expected are kept as their
/// JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organization {
    /// Resource id, the key of everything.
    pub id: OrganizationId,
    /// Name in Salesforce; not unique.
    pub name: Untrusted,
    /// Salesforce organization id, 15 or 18 characters, `organization_id` on the wire.
    pub organization_id: Untrusted,
    /// Name (on odd data the id) of the connection: the one field that can be changed.
    pub connection: Untrusted,
    /// `sfdc` in every documented example.
    pub cloud_name: Untrusted,
    /// `Regular` and whatever else servers say; `type` on the wire.
    pub kind: Untrusted,
    /// RFC 3339 text as sent.
    pub created_at: Untrusted,
    /// RFC 3339 text as sent.
    pub updated_at: Untrusted,
    /// `uri` as sent.
    pub uri: Untrusted,
    /// The record's JSON exactly as the server sent it, with the fields that we have no name for.
    pub json: Untrusted,
}

impl OrganizationId {
    /// Path of the record on the server (API contract §4.5).
    pub fn path(&self) -> String {
        format!("/api/v1/cckm/sfdc/organizations/{self}")
    }
}

impl Organization {
    /// The keys on the wire of all that is known by name but the id, in the order of the fields.
    pub const KEYS: [&str; 8] =
        ["name", "organization_id", "connection", "cloud_name", "type", "createdAt", "updatedAt", "uri"];

    /// The record of this JSON with memory of its own: its texts are parts of that, wherever they are parts of the JSON.
    /// `known`: those under [`KEYS`](Self::KEYS).
    pub fn copied(json: &str, id: IdRef<'_>, known: [&str; Self::KEYS.len()]) -> Self {
        let copy = Untrusted::from(json);
        let part = |text: &str| part_of_copy(&copy, json, text);
        let id = OrganizationId(part(id.as_str()));
        let [name, organization_id, connection, cloud_name, kind, created_at, updated_at, uri] =
            known.map(part);
        Self {
            id,
            name,
            organization_id,
            connection,
            cloud_name,
            kind,
            created_at,
            updated_at,
            uri,
            json: copy,
        }
    }

    /// Keeps its texts, and not the memory of the record as it was read, of which they are parts.
    pub fn detach(&mut self) {
        self.texts().into_iter().for_each(Untrusted::detach);
        self.json.detach();
    }

    fn texts(&mut self) -> [&mut Untrusted; 9] {
        let Self { id, name, organization_id, connection, cloud_name, kind, created_at, updated_at, .. } =
            self;
        let uri = &mut self.uri;
        [&mut id.0, name, organization_id, connection, cloud_name, kind, created_at, updated_at, uri]
    }

    /// The fields that we have no name for, in the server's order.
    pub fn others(&self) -> Vec<Field> {
        Field::others(&self.json, Self::has_name_for)
    }

    /// What stands under a key that we have no name for.
    pub fn other(&self, key: &str) -> Option<Untrusted> {
        let found = Field::other(self.json.as_sent(), Self::has_name_for, key)?;
        Some(self.json.part(&found))
    }

    /// Whether what stands under a key is known by name.
    pub fn has_name_for(key: &str) -> bool {
        key == "id" || Self::KEYS.contains(&key)
    }

    /// Every field but the id with its wire name, the known ones first, then the others in the server's order.
    pub fn fields(&self) -> Vec<Field> {
        let Self { name, organization_id, connection, cloud_name, kind, created_at, updated_at, uri, .. } =
            self;
        let texts = [name, organization_id, connection, cloud_name, kind, created_at, updated_at, uri];
        let known = Self::KEYS.iter().zip(texts);
        let known = known.map(|(key, value)| Field { key: (*key).into(), value: value.clone() });
        known.chain(self.others()).collect()
    }
}

/// The change of one organization: the body of a PATCH has exactly this one field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationPatch {
    /// Name or id of the new connection.
    pub connection: Untrusted,
}

impl OrganizationPatch {
    /// The body of the request, byte for byte: `{"connection":"…"}`.
    pub fn body(&self) -> String {
        serde_json::json!({ "connection": self.connection.as_sent() }).to_string()
    }
}
