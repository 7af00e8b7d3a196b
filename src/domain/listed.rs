//! An organization of a list, of which there may be a hundred thousand: a place in the text of its page.
//!
//! ```text
//! Listed ──▶ Sheet ─┬─▶ the page's text   …,{"id":"2473e846-…","name":"Acme","connection":"sfdc-eu-01",…},…
//! 16 bytes          └─▶ 24 bytes a record   ▲ its JSON ▲ its id       ▲ its name, both from the start of its JSON
//! ```

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use memchr::memchr;

use super::field::Field;
use super::json::range_within;
use super::organization::{IdRef, Organization};
use crate::text::Untrusted;

/// An organization of a list: 16 bytes, and as a part of its page 24 more. A clone shares its memory.
///
/// What is said of all rows at once is read in place: the texts as sent, for comparisons and never for a screen. Who
/// shows one of them takes the [`part`](Self::part); who needs all, the [`organization`](Self::organization).
#[derive(Clone)]
pub struct Listed(Form);

#[derive(Clone)]
enum Form {
    /// It stands in its page, every text as it is.
    Part { sheet: Arc<Sheet>, nth: u32 },
    /// It does not, or came alone: it has memory of its own.
    Own(Arc<Organization>),
}

/// A page of organizations: its text, and where in that the records are.
pub struct Sheet {
    page: Untrusted,
    parts: Vec<Part>,
}

/// Where a record is: its JSON in the page, and where in that its texts begin, in bytes. One that is empty is nowhere:
/// at the start, where none can be.
struct Part {
    start: u32,
    length: u16,
    texts: [u16; Text::COUNT],
}

/// The texts of a record, in the order of [`Organization::KEYS`], the id first.
#[derive(Clone, Copy)]
enum Text {
    Id,
    Name,
    OrganizationId,
    Connection,
    CloudName,
    Kind,
    CreatedAt,
    UpdatedAt,
    Uri,
}

impl Text {
    /// Those under [`Organization::KEYS`].
    const KNOWN: [Self; Organization::KEYS.len()] = [
        Self::Name,
        Self::OrganizationId,
        Self::Connection,
        Self::CloudName,
        Self::Kind,
        Self::CreatedAt,
        Self::UpdatedAt,
        Self::Uri,
    ];

    /// How many there are, the id among them.
    const COUNT: usize = Self::KNOWN.len() + 1;

    fn of(self, organization: &Organization) -> &str {
        match self {
            Self::Id => organization.id.as_str(),
            Self::Name => organization.name.as_sent(),
            Self::OrganizationId => organization.organization_id.as_sent(),
            Self::Connection => organization.connection.as_sent(),
            Self::CloudName => organization.cloud_name.as_sent(),
            Self::Kind => organization.kind.as_sent(),
            Self::CreatedAt => organization.created_at.as_sent(),
            Self::UpdatedAt => organization.updated_at.as_sent(),
            Self::Uri => organization.uri.as_sent(),
        }
    }
}

impl Listed {
    /// The record at a place of a sheet; none where there is none.
    pub fn of(sheet: &Arc<Sheet>, nth: u32) -> Option<Self> {
        sheet.part(nth).map(|_| Self(Form::Part { sheet: Arc::clone(sheet), nth }))
    }

    /// Where it is, as a part of its page.
    pub const fn place(&self) -> Option<(&Arc<Sheet>, u32)> {
        match &self.0 {
            Form::Part { sheet, nth } => Some((sheet, *nth)),
            Form::Own(_) => None,
        }
    }

    /// Resource id.
    pub fn id(&self) -> IdRef<'_> {
        // It was one when the record was read.
        IdRef::known(self.text(Text::Id))
    }

    /// Name in Salesforce, as sent.
    pub fn name(&self) -> &str {
        self.text(Text::Name)
    }

    /// Salesforce organization id, as sent.
    pub fn organization_id(&self) -> &str {
        self.text(Text::OrganizationId)
    }

    /// Connection, as sent.
    pub fn connection(&self) -> &str {
        self.text(Text::Connection)
    }

    /// Cloud, as sent.
    pub fn cloud_name(&self) -> &str {
        self.text(Text::CloudName)
    }

    /// Type, as sent.
    pub fn kind(&self) -> &str {
        self.text(Text::Kind)
    }

    /// RFC 3339 text, as sent.
    pub fn created_at(&self) -> &str {
        self.text(Text::CreatedAt)
    }

    /// RFC 3339 text, as sent.
    pub fn updated_at(&self) -> &str {
        self.text(Text::UpdatedAt)
    }

    /// `uri`, as sent.
    pub fn uri(&self) -> &str {
        self.text(Text::Uri)
    }

    /// The record's JSON, as sent.
    pub fn json(&self) -> &str {
        match &self.0 {
            Form::Part { sheet, nth } => sheet.json(*nth),
            Form::Own(organization) => organization.json.as_sent(),
        }
    }

    /// What stands under a key that we have no name for, as sent.
    pub fn other(&self, key: &str) -> Option<Cow<'_, str>> {
        Field::other(self.json(), Organization::has_name_for, key)
    }

    /// One of its texts, sharing the memory that it stands in.
    pub fn part(&self, text: &str) -> Untrusted {
        match &self.0 {
            Form::Part { sheet, .. } => sheet.page.part(text),
            Form::Own(organization) => organization.json.part(text),
        }
    }

    /// The record by itself, which keeps no page.
    pub fn organization(&self) -> Arc<Organization> {
        match &self.0 {
            Form::Part { sheet, nth } => Arc::new(sheet.organization(*nth)),
            Form::Own(organization) => Arc::clone(organization),
        }
    }

    /// The same record, which keeps no page.
    #[must_use]
    pub fn gathered(self) -> Self {
        match self.0 {
            Form::Part { sheet, nth } => sheet.organization(nth).into(),
            Form::Own(organization) => organization.into(),
        }
    }

    fn text(&self, text: Text) -> &str {
        match &self.0 {
            Form::Part { sheet, nth } => sheet.text(*nth, text),
            Form::Own(organization) => text.of(organization),
        }
    }

    /// Whether both are one in memory.
    pub fn is_the_same_as(&self, other: &Self) -> bool {
        match (&self.0, &other.0) {
            (Form::Part { sheet: one, nth: of_one }, Form::Part { sheet: other, nth: of_other }) => {
                of_one == of_other && Arc::ptr_eq(one, other)
            }
            (Form::Own(one), Form::Own(other)) => Arc::ptr_eq(one, other),
            _ => false,
        }
    }
}

impl Sheet {
    /// A page of which no record was read yet.
    pub const fn new(page: Untrusted) -> Self {
        Self { page, parts: Vec::new() }
    }

    /// Takes the next record in, with the texts under [`Organization::KEYS`], and gives its place; none where it is
    /// longer than 64 KiB, or one of its texts no part of it: a text that was spelled otherwise there.
    pub fn take(
        &mut self,
        json: &str,
        id: IdRef<'_>,
        known: [&str; Organization::KEYS.len()],
    ) -> Option<u32> {
        let start = u32::try_from(range_within(self.page.as_sent(), json)?.start).ok()?;
        let length = u16::try_from(json.len()).ok()?;
        let mut texts = [0; Text::COUNT];
        for (place, text) in texts.iter_mut().zip(std::iter::once(id.as_str()).chain(known)) {
            if !text.is_empty() {
                let begin = range_within(json, text)?.start;
                *place = u16::try_from(begin).ok().filter(|_| text_at(json, begin) == Some(text))?;
            }
        }
        let nth = u32::try_from(self.parts.len()).ok()?;
        self.parts.push(Part { start, length, texts });
        Some(nth)
    }

    /// The same when all were read, for its records to share.
    pub fn shared(mut self) -> Arc<Self> {
        self.parts.shrink_to_fit();
        Arc::new(self)
    }

    /// The text of the page.
    pub fn page(&self) -> &str {
        self.page.as_sent()
    }

    fn part(&self, nth: u32) -> Option<&Part> {
        self.parts.get(nth as usize)
    }

    fn json(&self, nth: u32) -> &str {
        let json = self.part(nth).and_then(|part| {
            let start = part.start as usize;
            self.page.as_sent().get(start..start + usize::from(part.length))
        });
        json.unwrap_or_default()
    }

    fn text(&self, nth: u32, text: Text) -> &str {
        let begin = self.part(nth).and_then(|part| part.texts.get(text as usize));
        let text = begin.and_then(|begin| text_at(self.json(nth), usize::from(*begin)));
        text.unwrap_or_default()
    }

    fn organization(&self, nth: u32) -> Organization {
        let id = IdRef::known(self.text(nth, Text::Id));
        Organization::copied(self.json(nth), id, Text::KNOWN.map(|text| self.text(nth, text)))
    }
}

/// The text that begins at a place of a record's JSON, which spells nothing in it otherwise; none at the start, where none
/// can be. It may be a number, which has no quotes.
fn text_at(json: &str, begin: usize) -> Option<&str> {
    let quoted = json.as_bytes().get(begin.checked_sub(1)?) == Some(&b'"');
    let text = json.get(begin..)?;
    let is_behind_number = |byte: &u8| matches!(byte, b',' | b'}') || byte.is_ascii_whitespace();
    let end = if quoted {
        memchr(b'"', text.as_bytes())
    } else {
        text.as_bytes().iter().position(is_behind_number)
    };
    text.get(..end?)
}

impl From<Arc<Organization>> for Listed {
    fn from(organization: Arc<Organization>) -> Self {
        Self(Form::Own(organization))
    }
}

impl From<Organization> for Listed {
    fn from(organization: Organization) -> Self {
        Arc::new(organization).into()
    }
}

/// Two of the same record are the same, wherever they stand.
impl PartialEq for Listed {
    fn eq(&self, other: &Self) -> bool {
        let says_the_same = || {
            let has_the_same = |text: &Text| self.text(*text) == other.text(*text);
            self.json() == other.json() && self.id() == other.id() && Text::KNOWN.iter().all(has_the_same)
        };
        self.is_the_same_as(other) || says_the_same()
    }
}

impl Eq for Listed {}

impl fmt::Debug for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.organization().fmt(f)
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sheet({} records)", self.parts.len())
    }
}

#[cfg(test)]
mod tests;
