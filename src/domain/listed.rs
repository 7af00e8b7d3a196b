//! An organization of a list, of which there may be a hundred thousand: a place in the text of its page.
//!
//! ```text
//! Listed ──▶ Sheet ─┬─▶ the page's text   …,{"id":"2473e846-…","name":"Acme","connection":"sfdc-eu-01",…},…
//! 16 bytes          └─▶ 8 bytes a record    ▲ its JSON ▲ its id       ▲ its name: ten bytes behind the end of the id
//! ```
//!
//! A server writes its records alike: what stands between their texts is the same in nearly all, and only that is kept,
//! once for a page. The texts of a record end where their quotes do.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use memchr::{memchr, memchr2};

use super::field::Field;
use super::json::range_within;
use super::organization::{IdRef, Organization};
use crate::text::Untrusted;

/// An organization of a list: 16 bytes, and as a part of its page 8 more. A clone shares its memory.
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
    shapes: Vec<Shape>,
    /// How the last records were written, while there may be more.
    samples: Vec<Sample>,
}

/// Where a record is: its JSON in the page, in bytes, and where in that its texts are.
struct Part {
    start: u32,
    length: u16,
    /// Its shape's place among those of the page.
    shape: u16,
}

/// The texts of a record that are not empty, as they stand in it, each with the bytes between it and the one before, or
/// the start.
#[derive(Clone, Copy, Default, PartialEq)]
struct Shape([Option<(RecordText, u16)>; RecordText::COUNT]);

/// A record that was read, for others to be compared with.
struct Sample {
    shape: u16,
    /// What stands between its texts, before the first and behind the last, in the page.
    between: Vec<Range<usize>>,
}

/// A record is compared with so many others: those with an empty text, or with a field more, are written otherwise.
const SAMPLES: usize = 4;

/// Of the shapes of a page, so many are looked through for that of a record: more would be as many as records.
const SHAPES: usize = 16;

/// The texts of a record, in the order of [`Organization::KEYS`], the id first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordText {
    /// Resource id.
    Id,
    /// Name in Salesforce.
    Name,
    /// Salesforce organization id.
    OrganizationId,
    /// Connection.
    Connection,
    /// Cloud.
    CloudName,
    /// Type.
    Kind,
    /// RFC 3339.
    CreatedAt,
    /// RFC 3339.
    UpdatedAt,
    /// `uri`.
    Uri,
}

/// All texts of a record, as sent.
#[derive(Clone, Copy, Debug)]
pub struct RecordTexts<'a>([&'a str; RecordText::COUNT]);

impl<'a> RecordTexts<'a> {
    /// One of them.
    pub fn of(&self, text: RecordText) -> &'a str {
        self.0.get(text as usize).copied().unwrap_or_default()
    }
}

impl RecordText {
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

    /// All of them.
    const ALL: [Self; Self::COUNT] = {
        let [name, organization_id, connection, cloud_name, kind, created_at, updated_at, uri] = Self::KNOWN;
        [Self::Id, name, organization_id, connection, cloud_name, kind, created_at, updated_at, uri]
    };

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
        IdRef::known(self.text(RecordText::Id))
    }

    /// Name in Salesforce, as sent.
    pub fn name(&self) -> &str {
        self.text(RecordText::Name)
    }

    /// Salesforce organization id, as sent.
    pub fn organization_id(&self) -> &str {
        self.text(RecordText::OrganizationId)
    }

    /// Connection, as sent.
    pub fn connection(&self) -> &str {
        self.text(RecordText::Connection)
    }

    /// Cloud, as sent.
    pub fn cloud_name(&self) -> &str {
        self.text(RecordText::CloudName)
    }

    /// Type, as sent.
    pub fn kind(&self) -> &str {
        self.text(RecordText::Kind)
    }

    /// RFC 3339 text, as sent.
    pub fn created_at(&self) -> &str {
        self.text(RecordText::CreatedAt)
    }

    /// RFC 3339 text, as sent.
    pub fn updated_at(&self) -> &str {
        self.text(RecordText::UpdatedAt)
    }

    /// `uri`, as sent.
    pub fn uri(&self) -> &str {
        self.text(RecordText::Uri)
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

    /// One of its texts, as sent.
    pub fn text(&self, text: RecordText) -> &str {
        match &self.0 {
            Form::Part { sheet, nth } => {
                sheet.texts(*nth).find(|(of, _)| *of == text).map_or("", |(_, found)| found)
            }
            Form::Own(organization) => text.of(organization),
        }
    }

    /// All of them: where more than one is looked at, they are found together.
    pub fn texts(&self) -> RecordTexts<'_> {
        match &self.0 {
            Form::Part { sheet, nth } => sheet.all_texts(*nth),
            Form::Own(organization) => RecordTexts(RecordText::ALL.map(|text| text.of(organization))),
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
        Self { page, parts: Vec::new(), shapes: Vec::new(), samples: Vec::new() }
    }

    /// Takes the next record in, with the texts under [`Organization::KEYS`], and gives its place; none where it is
    /// longer than 64 KiB, or one of its texts no part of it: a text that was spelled otherwise there.
    pub fn take(
        &mut self,
        json: &str,
        id: IdRef<'_>,
        known: [&str; Organization::KEYS.len()],
    ) -> Option<u32> {
        let shape = self.shape(Shape::of(json, std::iter::once(id.as_str()).chain(known))?)?;
        let nth = self.push(json, shape)?;
        self.samples.truncate(SAMPLES - 1);
        self.samples.insert(0, self.sample(nth));
        Some(nth)
    }

    /// The same for a record that is sound JSON, and written like one of the last, but for what its texts say.
    ///
    /// None where it is not, where one of its texts has escapes, or its id is none: it is to be read then.
    pub fn take_alike(&mut self, json: &str) -> Option<u32> {
        let like = self.samples.iter().position(|sample| self.is_alike(json, sample))?;
        // The one that the next record is like as well, nearly always.
        self.samples.swap(0, like);
        let shape = self.samples.first()?.shape;
        self.push(json, shape)
    }

    fn is_alike(&self, json: &str, sample: &Sample) -> bool {
        let (page, mut rest) = (self.page.as_sent(), json);
        let Some((last, between)) = sample.between.split_last() else { return false };
        let texts =
            self.shapes.get(usize::from(sample.shape)).into_iter().flat_map(|Shape(texts)| texts).flatten();
        for (range, (text, _)) in between.iter().zip(texts) {
            let before = page.get(range.clone()).filter(|before| before.ends_with('"'));
            let Some(behind) = before.and_then(|before| rest.strip_prefix(before)) else { return false };
            let end = memchr2(b'"', b'\\', behind.as_bytes());
            let Some((found, behind)) = end.and_then(|end| behind.split_at_checked(end)) else {
                return false;
            };
            if !behind.starts_with('"') || (*text == RecordText::Id && IdRef::of(found).is_none()) {
                return false;
            }
            rest = behind;
        }
        page.get(last.clone()) == Some(rest)
    }

    fn push(&mut self, json: &str, shape: u16) -> Option<u32> {
        let start = u32::try_from(range_within(self.page.as_sent(), json)?.start).ok()?;
        let length = u16::try_from(json.len()).ok()?;
        let nth = u32::try_from(self.parts.len()).ok()?;
        self.parts.push(Part { start, length, shape });
        Some(nth)
    }

    fn sample(&self, nth: u32) -> Sample {
        let shape = self.part(nth).map_or(0, |part| part.shape);
        let page = self.page.as_sent();
        let record = range_within(page, self.json(nth)).unwrap_or_default();
        let texts = self.texts(nth).filter_map(|(_, text)| range_within(page, text));
        let (mut between, mut end) = (Vec::with_capacity(RecordText::COUNT + 1), record.start);
        for text in texts {
            between.push(end..text.start);
            end = text.end;
        }
        between.push(end..record.end);
        Sample { shape, between }
    }

    /// The place of a shape, which is new where none of the last ones is the same.
    fn shape(&mut self, shape: Shape) -> Option<u16> {
        let mut last = self.shapes.iter().enumerate().rev().take(SHAPES);
        let known = last.find(|(_, known)| **known == shape).map(|(nth, _)| nth);
        let nth = u16::try_from(known.unwrap_or(self.shapes.len())).ok()?;
        if known.is_none() {
            self.shapes.push(shape);
        }
        Some(nth)
    }

    /// The same when all were read, for its records to share.
    pub fn shared(mut self) -> Arc<Self> {
        self.parts.shrink_to_fit();
        self.shapes.shrink_to_fit();
        self.samples = Vec::new();
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

    /// The texts of a record that are not empty, as they stand in it.
    fn texts(&self, nth: u32) -> impl Iterator<Item = (RecordText, &str)> {
        let shape = self.part(nth).and_then(|part| self.shapes.get(usize::from(part.shape)));
        let json = self.json(nth);
        let mut end = 0;
        shape.into_iter().flat_map(|Shape(texts)| texts).map_while(move |text| {
            let (text, gap) = (*text)?;
            let begin = end + usize::from(gap);
            let found = text_at(json, begin)?;
            end = begin + found.len();
            Some((text, found))
        })
    }

    fn all_texts(&self, nth: u32) -> RecordTexts<'_> {
        let mut all = [""; RecordText::COUNT];
        for (text, found) in self.texts(nth) {
            if let Some(place) = all.get_mut(text as usize) {
                *place = found;
            }
        }
        RecordTexts(all)
    }

    fn organization(&self, nth: u32) -> Organization {
        let texts = self.all_texts(nth);
        Organization::copied(
            self.json(nth),
            IdRef::known(texts.of(RecordText::Id)),
            RecordText::KNOWN.map(|text| texts.of(text)),
        )
    }
}

impl Shape {
    /// The shape of a record; none where one of its texts is no part of it as it is.
    fn of<'t>(json: &str, texts: impl Iterator<Item = &'t str>) -> Option<Self> {
        let mut found = [None; RecordText::COUNT];
        for ((place, text), of) in found.iter_mut().zip(RecordText::ALL).zip(texts) {
            if !of.is_empty() {
                let range = range_within(json, of)?;
                text_at(json, range.start).filter(|there| *there == of)?;
                *place = Some((range.start, range.end, text));
            }
        }
        // Those that are not there come last.
        found.sort_unstable_by_key(|text| text.map_or(usize::MAX, |(begin, ..)| begin));
        let (mut shape, mut before) = (Self::default(), 0);
        for (place, (begin, end, text)) in shape.0.iter_mut().zip(found.into_iter().flatten()) {
            *place = Some((text, u16::try_from(begin.checked_sub(before)?).ok()?));
            before = end;
        }
        Some(shape)
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
        let says_the_same = || self.json() == other.json() && self.texts().0 == other.texts().0;
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
