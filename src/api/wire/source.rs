//! The texts of a record, as parts of what the record was read from.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::json::{each_field, part_of_copy, text_of};
use crate::text::{Untrusted, escape};

/// The text of a record, and a copy of it. What is taken out of the record is a part of the copy, wherever it stands
/// there as it is: a record is one piece of memory.
pub(super) struct Source<'a> {
    record: &'a str,
    copy: Untrusted,
}

impl<'a> Source<'a> {
    /// A record by itself.
    pub(super) fn of(record: &'a str) -> Self {
        Self { record, copy: record.into() }
    }

    /// The texts under these keys, as [`Texts`] says. The fields under others are handed out in their order.
    pub(super) fn texts<const N: usize>(
        &self,
        keys: [&'static str; N],
        mut other: impl FnMut(&str, &RawValue) -> Result<(), String>,
    ) -> Result<[Untrusted; N], String> {
        let mut texts = Texts::under(keys);
        each_field(
            self.record,
            |key, value| {
                if texts.take(&key, value)? { Ok(()) } else { other(&key, value) }
            },
        )?;
        Ok(texts.all().map(|text| self.part(&text)))
    }

    /// A text of the record.
    fn part(&self, text: &str) -> Untrusted {
        part_of_copy(&self.copy, self.record, text)
    }

    /// All of it.
    pub(super) fn json(self) -> Untrusted {
        self.copy
    }
}

/// The texts under some keys of a record, as far as its fields were met. Each stands once at most; one that is absent is
/// empty.
pub(super) struct Texts<'a, const N: usize> {
    keys: [&'static str; N],
    texts: [Option<Cow<'a, str>>; N],
}

impl<'a, const N: usize> Texts<'a, N> {
    /// None met.
    pub(super) const fn under(keys: [&'static str; N]) -> Self {
        Self { keys, texts: [const { None }; N] }
    }

    /// Takes a field in, and says whether its key is one of them.
    pub(super) fn take(&mut self, key: &str, value: &'a RawValue) -> Result<bool, String> {
        let place = self.keys.iter().position(|known| *known == key).and_then(|at| self.texts.get_mut(at));
        let Some(place) = place else { return Ok(false) };
        let text = text_under(key, value)?;
        if place.replace(text).is_some() {
            return Err(format!("{key}: stands twice"));
        }
        Ok(true)
    }

    /// All of them, when all fields were met.
    pub(super) fn all(self) -> [Cow<'a, str>; N] {
        self.texts.map(Option::unwrap_or_default)
    }
}

pub(super) fn untrusted(key: &str, value: &RawValue) -> Result<Untrusted, String> {
    text_under(key, value).map(|text| Untrusted::new(&*text))
}

pub(super) fn text_under<'a>(key: &str, value: &'a RawValue) -> Result<Cow<'a, str>, String> {
    text_of(value).map_err(|error| format!("{}: {error}", escape(key)))
}
