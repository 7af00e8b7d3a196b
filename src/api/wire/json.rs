//! Objects and texts of JSON, read without looking into what is not needed.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::Field;
use crate::text::{Untrusted, escape};

/// Keys accepted in one record, for the same reason.
const MOST_FIELDS: usize = 1_000;

/// A record's own text. What is taken out of it is a part of it, wherever it stands there as it is: a record is one
/// piece of memory.
pub(super) struct Source(pub(super) Untrusted);

impl Source {
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
            let text = self.text(&key, value)?;
            if place.is_some() {
                return Err(format!("{key}: stands twice"));
            }
            *place = Some(text);
            Ok(())
        })?;
        Ok(texts.map(Option::unwrap_or_default))
    }

    /// A field without a meaning here.
    pub(super) fn field(&self, key: &str, value: &RawValue) -> Result<Field, String> {
        Ok(Field { value: self.text(key, value)?, key: self.part(key) })
    }

    pub(super) fn part(&self, text: &str) -> Untrusted {
        self.0.part(text)
    }

    fn text(&self, key: &str, value: &RawValue) -> Result<Untrusted, String> {
        text_under(key, value).map(|text| self.part(&text))
    }
}

pub(super) fn untrusted(key: &str, value: &RawValue) -> Result<Untrusted, String> {
    text_under(key, value).map(|text| Untrusted::new(&*text))
}

fn text_under<'a>(key: &str, value: &'a RawValue) -> Result<Cow<'a, str>, String> {
    text_of(value).map_err(|error| format!("{}: {error}", escape(key)))
}

/// A string's content; nothing for null; any other value's JSON text.
pub(super) fn text_of(raw: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
    match raw.get().as_bytes().first() {
        // What is between the quotes was found to be sound when the raw value was made.
        Some(b'"') if !raw.get().contains('\\') => Ok(Cow::Borrowed(raw.get().trim_matches('"'))),
        Some(b'"') => serde_json::from_str::<Str<'_>>(raw.get()).map(|text| text.0),
        Some(b'n') => Ok(Cow::Borrowed("")),
        _ => Ok(Cow::Borrowed(raw.get())),
    }
}

/// The fields of an object in their order, names decoded and values not looked into.
pub(super) fn fields(raw: &RawValue) -> Result<Vec<(Cow<'_, str>, &RawValue)>, String> {
    let mut fields = Vec::with_capacity(16);
    each_field(raw.get(), |key, value| {
        fields.push((key, value));
        Ok(())
    })?;
    Ok(fields)
}

/// Hands the fields of an object out one by one, up to the first that is not taken.
fn each_field<'a>(
    object: &'a str,
    take: impl FnMut(Cow<'a, str>, &'a RawValue) -> Result<(), String>,
) -> Result<(), String> {
    struct Fields<T>(T);
    impl<'de, T: FnMut(Cow<'de, str>, &'de RawValue) -> Result<(), String>> Visitor<'de> for Fields<T> {
        /// What the first field was not taken for.
        type Value = Result<(), String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an object with at most {MOST_FIELDS} keys")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Value, A::Error> {
            let (mut taken, mut count) = (Ok(()), 0);
            while let Some((Str(key), value)) = map.next_entry()? {
                if count == MOST_FIELDS {
                    return Err(serde::de::Error::invalid_length(MOST_FIELDS + 1, &self));
                }
                count += 1;
                if taken.is_ok() {
                    taken = self.0(key, value);
                }
            }
            Ok(taken)
        }
    }
    let mut json = serde_json::Deserializer::from_str(object);
    json.deserialize_map(Fields(take)).map_err(|error| format!("not a record: {error}"))?
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
