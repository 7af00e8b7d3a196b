//! The texts of a record, as parts of what the record was read from.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::domain::json::{each_field, text_of};
use crate::text::{Untrusted, escape};

/// The text of a record. What is taken out of it is a part of it, wherever it stands there as it is: a record, or a
/// page of them, is one piece of memory.
pub(super) struct Source(pub(super) Untrusted);

impl Source {
    /// A record by itself.
    pub(super) fn of(raw: &RawValue) -> Self {
        Self(raw.get().into())
    }

    /// The texts under these keys, each of which stands once at most; one that is absent is empty. The fields under
    /// others are handed out in their order.
    pub(super) fn texts<const N: usize>(
        &self,
        known: [&str; N],
        mut other: impl FnMut(&str, &RawValue) -> Result<(), String>,
    ) -> Result<[Untrusted; N], String> {
        let mut texts = [const { None }; N];
        each_field(self.0.as_sent(), |key, value| {
            let place = known.iter().position(|known| *known == key).and_then(|at| texts.get_mut(at));
            let Some(place) = place else { return other(&key, value) };
            let text = text_under(&key, value)?;
            if place.is_some() {
                return Err(format!("{key}: stands twice"));
            }
            *place = Some(self.part(&text));
            Ok(())
        })?;
        Ok(texts.map(Option::unwrap_or_default))
    }

    pub(super) fn part(&self, text: &str) -> Untrusted {
        self.0.part(text)
    }
}

pub(super) fn untrusted(key: &str, value: &RawValue) -> Result<Untrusted, String> {
    text_under(key, value).map(|text| Untrusted::new(&*text))
}

pub(super) fn text_under<'a>(key: &str, value: &'a RawValue) -> Result<Cow<'a, str>, String> {
    text_of(value).map_err(|error| format!("{}: {error}", escape(key)))
}
