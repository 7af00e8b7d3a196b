//! The texts of a record, as parts of what the record was read from.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::json::{each_field, range_within, text_of};
use crate::text::{Untrusted, escape};

/// The text of a record, and a copy of it. What is taken out of the record is a part of the copy, wherever it stands
/// there as it is: a record is one piece of memory.
pub(super) struct Source<'a> {
    record: &'a str,
    copy: Untrusted,
}

impl<'a> Source<'a> {
    /// A record by itself.
    pub(super) fn of(raw: &'a RawValue) -> Self {
        Self { record: raw.get(), copy: raw.get().into() }
    }

    /// The texts under these keys, as [`texts`] says.
    pub(super) fn texts<const N: usize>(
        &self,
        known: [&str; N],
        other: impl FnMut(&str, &RawValue) -> Result<(), String>,
    ) -> Result<[Untrusted; N], String> {
        texts(self.record, known, other).map(|texts| texts.map(|text| self.part(&text)))
    }

    /// A text of the record.
    pub(super) fn part(&self, text: &str) -> Untrusted {
        let part = range_within(self.record, text).and_then(|range| self.copy.as_sent().get(range));
        part.map_or_else(|| text.into(), |part| self.copy.part(part))
    }

    /// All of it.
    pub(super) fn json(self) -> Untrusted {
        self.copy
    }
}

/// The texts under these keys of a record, each of which stands once at most; one that is absent is empty. The fields
/// under others are handed out in their order.
pub(super) fn texts<'a, const N: usize>(
    json: &'a str,
    known: [&str; N],
    mut other: impl FnMut(&str, &'a RawValue) -> Result<(), String>,
) -> Result<[Cow<'a, str>; N], String> {
    let mut texts = [const { None }; N];
    each_field(json, |key, value| {
        let place = known.iter().position(|known| *known == key).and_then(|at| texts.get_mut(at));
        let Some(place) = place else { return other(&key, value) };
        let text = text_under(&key, value)?;
        if place.is_some() {
            return Err(format!("{key}: stands twice"));
        }
        *place = Some(text);
        Ok(())
    })?;
    Ok(texts.map(Option::unwrap_or_default))
}

pub(super) fn untrusted(key: &str, value: &RawValue) -> Result<Untrusted, String> {
    text_under(key, value).map(|text| Untrusted::new(&*text))
}

pub(super) fn text_under<'a>(key: &str, value: &'a RawValue) -> Result<Cow<'a, str>, String> {
    text_of(value).map_err(|error| format!("{}: {error}", escape(key)))
}
