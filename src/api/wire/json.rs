//! Objects and texts of JSON, read without looking into what is not needed.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::{Untrusted, escape};

/// Keys accepted in one record, for the same reason.
const MOST_FIELDS: usize = 1_000;

/// A known field, filled at most once.
#[derive(Default)]
pub(super) struct Slot(Option<Untrusted>);

impl Slot {
    pub(super) fn fill(&mut self, key: &str, value: &RawValue) -> Result<(), String> {
        if self.0.is_some() {
            return Err(format!("{key}: stands twice"));
        }
        self.0 = Some(untrusted(key, value)?);
        Ok(())
    }

    pub(super) fn text(self) -> Untrusted {
        self.0.unwrap_or_default()
    }
}

pub(super) fn untrusted(key: &str, value: &RawValue) -> Result<Untrusted, String> {
    match text_of(value) {
        Ok(text) => Ok(Untrusted::new(&*text)),
        Err(error) => Err(format!("{}: {error}", escape(key))),
    }
}

/// A string's content; nothing for null; any other value's JSON text.
pub(super) fn text_of(raw: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
    match raw.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str::<Str<'_>>(raw.get()).map(|text| text.0),
        Some(b'n') => Ok(Cow::Borrowed("")),
        _ => Ok(Cow::Borrowed(raw.get())),
    }
}

/// The fields of an object in their order, names decoded and values not looked into.
pub(super) fn fields(raw: &RawValue) -> Result<Vec<(Cow<'_, str>, &RawValue)>, String> {
    struct Fields;
    impl<'de> Visitor<'de> for Fields {
        type Value = Vec<(Cow<'de, str>, &'de RawValue)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an object with at most {MOST_FIELDS} keys")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut fields = Vec::with_capacity(16);
            while let Some((Str(key), value)) = map.next_entry()? {
                if fields.len() == MOST_FIELDS {
                    return Err(serde::de::Error::invalid_length(MOST_FIELDS + 1, &self));
                }
                fields.push((key, value));
            }
            Ok(fields)
        }
    }
    let mut json = serde_json::Deserializer::from_str(raw.get());
    json.deserialize_map(Fields).map_err(|error| format!("not a record: {error}"))
}

/// A JSON string, borrowed where it holds no escapes (`Cow` itself always copies).
pub(super) struct Str<'a>(pub(super) Cow<'a, str>);

impl<'de> Deserialize<'de> for Str<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Str<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Str(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(Visit)
    }
}
