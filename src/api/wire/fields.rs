//! The fields of an organization, from its JSON to a record of the list.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::value::RawValue;

use super::Rows;
use super::source::{Texts, text_under};
use crate::domain::json::{each_field, text_of};
use crate::domain::{IdRef, Listed, Organization, OrganizationId, Page, Record, Sheet};
use crate::text::Untrusted;

/// A page while it is read.
pub(super) struct Reading {
    sheet: Sheet,
    others: Keys,
}

impl Reading {
    /// Nothing read yet.
    pub(super) fn of(page: &Untrusted) -> Self {
        Self { sheet: Sheet::new(page.clone()), others: Keys::default() }
    }

    /// Reads the next record, a part of the page. Nearly every one is written like one before it: nothing but its texts
    /// is read then.
    pub(super) fn read(&mut self, json: &str) -> Result<Read, String> {
        match self.sheet.take_alike(json) {
            Some(nth) => Ok(Read::Part(nth)),
            None => Ok(Fields::of(json, &mut self.others)?.read(json, &mut self.sheet)),
        }
    }

    /// The page, when all of it was read.
    pub(super) fn page(self, skip: usize, rows: Rows<Read>) -> Page<Listed> {
        let (sheet, Rows { total, records }) = (self.sheet.shared(), rows);
        let listed = |record| {
            Some(match record {
                Record::Sound(Read::Part(nth)) => Record::Sound(Listed::of(&sheet, nth)?),
                Record::Sound(Read::Own(organization)) => Record::Sound(organization.into()),
                Record::Damaged(damaged) => Record::Damaged(damaged),
            })
        };
        let records = records.into_iter().filter_map(listed).collect();
        Page { skip, total, records, others: self.others.0 }
    }
}

/// A record of a page while others are still read.
pub(super) enum Read {
    /// It is at this place of the sheet.
    Part(u32),
    /// It has none there.
    Own(Arc<Organization>),
}

/// The keys of a page's fields that we have no name for.
#[derive(Default)]
pub(super) struct Keys(pub(super) Vec<Untrusted>);

/// Most of them that are remembered: a server with a key of its own in every record fills no memory.
const MOST_KEYS: usize = 64;

impl Keys {
    /// Takes the `nth` of a record in. Most records have those of the one before.
    fn meet(&mut self, nth: usize, key: &str) {
        let is_it = |known: &Untrusted| known.as_sent() == key;
        let is_known = self.0.get(nth).is_some_and(is_it) || self.0.iter().any(is_it);
        if !is_known && self.0.len() < MOST_KEYS {
            self.0.push(key.into());
        }
    }
}

/// The fields of an organization, as they stand in its JSON wherever that spells them out.
pub(super) struct Fields<'a> {
    id: Id<'a>,
    /// The texts under [`Organization::KEYS`].
    known: [Cow<'a, str>; Organization::KEYS.len()],
}

/// The fields of an organization, as far as they were met.
pub(super) struct Met<'a> {
    id: Option<Id<'a>>,
    known: Texts<'a, { Organization::KEYS.len() }>,
    /// How many under other keys.
    others: usize,
}

impl Default for Met<'_> {
    fn default() -> Self {
        Self { id: None, known: Texts::under(Organization::KEYS), others: 0 }
    }
}

impl<'a> Met<'a> {
    /// Takes a field in; its key among those of the page, where it has no name.
    pub(super) fn take(&mut self, key: &str, value: &'a RawValue, keys: &mut Keys) -> Result<(), String> {
        if key == "id" {
            if self.id.is_some() {
                return Err("id: stands twice".to_owned());
            }
            self.id = Some(Id::of(value)?);
        } else if !self.known.take(key, value)? {
            keys.meet(self.others, key);
            self.others += 1;
            text_under(key, value)?;
        }
        Ok(())
    }

    /// The fields, when all were met.
    pub(super) fn all(self) -> Result<Fields<'a>, String> {
        Ok(Fields { id: self.id.ok_or("id: missing")?, known: self.known.all() })
    }
}

impl<'a> Fields<'a> {
    /// Those of a record; keys without a name come among those of its page.
    pub(super) fn of(json: &'a str, keys: &mut Keys) -> Result<Self, String> {
        let mut met = Met::default();
        each_field(json, |key, value| met.take(&key, value, keys))?;
        met.all()
    }

    /// The record: its place in the sheet of its page, where its JSON spells all of it out.
    fn read(&self, json: &str, sheet: &mut Sheet) -> Read {
        let place = sheet.take(json, self.id(), self.known());
        place.map_or_else(|| Read::Own(Arc::new(self.organization(json))), Read::Part)
    }

    /// The record with memory of its own.
    pub(super) fn organization(&self, json: &str) -> Organization {
        Organization::copied(json, self.id(), self.known())
    }

    fn id(&self) -> IdRef<'_> {
        match &self.id {
            Id::SpelledOut(id) => *id,
            Id::Decoded(id) => id.borrowed(),
        }
    }

    fn known(&self) -> [&str; Organization::KEYS.len()] {
        self.known.each_ref().map(|text| &**text)
    }
}

/// An id as a record has it.
enum Id<'a> {
    SpelledOut(IdRef<'a>),
    /// It has escapes.
    Decoded(OrganizationId),
}

impl<'a> Id<'a> {
    /// An id is a text or a plain number; anything that cannot be one segment of a path is refused.
    fn of(raw: &'a RawValue) -> Result<Self, String> {
        let number = raw.get().bytes().all(|byte| byte.is_ascii_digit());
        if !number && !raw.get().starts_with('"') {
            return Err("id: neither a text nor a whole number".to_owned());
        }
        let text = text_of(raw).map_err(|error| format!("id: {error}"))?;
        let is_empty = text.is_empty();
        let id = match text {
            Cow::Borrowed(text) => IdRef::of(text).map(Self::SpelledOut),
            Cow::Owned(text) => OrganizationId::new(&text).map(Self::Decoded),
        };
        let why = if is_empty { "id: empty" } else { "id: cannot be one segment of a path" };
        id.ok_or_else(|| why.to_owned())
    }
}
