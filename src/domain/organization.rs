//! A Salesforce organization as CCKM records it (API contract §4.1).

use std::fmt;

use crate::text::Untrusted;

/// The resource id of an organization: one segment of a path, usually a UUID.
///
/// Not the Salesforce organization id (`00D…`). Compared byte by byte.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrganizationId(Untrusted);

impl OrganizationId {
    /// Longest id accepted, in bytes; a UUID has 36.
    const LONGEST: usize = 128;

    /// An id that can be put in a path: letters, digits, `-`, `_`, `.` and `:`, but neither `.` nor `..`.
    ///
    /// Anything else would need encoding that servers undo differently, so such a record is shown but can
    /// not be asked for or changed.
    pub fn new(id: &str) -> Option<Self> {
        Self::of(id.into())
    }

    /// The same of a text that is shared.
    pub fn of(text: Untrusted) -> Option<Self> {
        let id = text.as_sent();
        let legal = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':');
        let fits = !id.is_empty() && id.len() <= Self::LONGEST && id != "." && id != "..";
        (fits && id.bytes().all(legal)).then(|| Self(text))
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

/// One field of a record that we have no name for, as the server sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The JSON key.
    pub key: Untrusted,
    /// A string's content, or any other value's JSON text.
    pub value: Untrusted,
}

impl Field {
    pub(super) fn detach(&mut self) {
        self.key.detach();
        self.value.detach();
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
    /// The other fields, in the server's order.
    pub others: Vec<Field>,
    /// The record's JSON exactly as the server sent it.
    pub json: Untrusted,
}

impl OrganizationId {
    /// Path of the record on the server (API contract §4.5).
    pub fn path(&self) -> String {
        format!("/api/v1/cckm/sfdc/organizations/{self}")
    }
}

impl Organization {
    /// Keeps its texts, and not the memory of the record as it was read, of which they are parts.
    pub fn detach(&mut self) {
        let Self { id, name, organization_id, connection, cloud_name, kind, created_at, updated_at, .. } =
            self;
        let known = [&mut id.0, name, organization_id, connection, cloud_name, kind, created_at, updated_at];
        known.into_iter().chain([&mut self.uri, &mut self.json]).for_each(Untrusted::detach);
        self.others.iter_mut().for_each(Field::detach);
    }

    /// Every field but the id with its wire name, the known ones first, then the others in the server's order.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &Untrusted)> {
        let known = [
            ("name", &self.name),
            ("organization_id", &self.organization_id),
            ("connection", &self.connection),
            ("cloud_name", &self.cloud_name),
            ("type", &self.kind),
            ("createdAt", &self.created_at),
            ("updatedAt", &self.updated_at),
            ("uri", &self.uri),
        ];
        known.into_iter().chain(self.others.iter().map(|field| (field.key.as_sent(), &field.value)))
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
