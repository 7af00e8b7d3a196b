//! Objects and texts of JSON, read without looking into what is not needed.

use std::borrow::Cow;
use std::fmt;
use std::ops::{ControlFlow, Range};

use memchr::memchr;
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use crate::text::Untrusted;

/// Keys accepted in one record; a body full of them would otherwise take many times its size.
pub const MOST_FIELDS: usize = 1_000;

/// A string's content; nothing for null; any other value's JSON text.
///
/// # Errors
///
/// When the string spells no text: half of a surrogate pair.
pub fn text_of(raw: &RawValue) -> Result<Cow<'_, str>, serde_json::Error> {
    match raw.get().as_bytes().first() {
        // What is between the quotes was found to be sound when the raw value was made.
        Some(b'"') if memchr(b'\\', raw.get().as_bytes()).is_none() => {
            Ok(Cow::Borrowed(raw.get().get(1..raw.get().len() - 1).unwrap_or_default()))
        }
        Some(b'"') => serde_json::from_str::<Str<'_>>(raw.get()).map(|text| text.0),
        Some(b'n') => Ok(Cow::Borrowed("")),
        _ => Ok(Cow::Borrowed(raw.get())),
    }
}

/// Where a text is a part of another, in bytes; none where it is text of its own, be it the same letters.
pub fn range_within(whole: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    let end = start.checked_add(part.len())?;
    (end <= whole.len()).then_some(start..end)
}

/// A text of a record as the same part of a copy of the record; one that is no part of it has memory of its own.
pub fn part_of_copy(copy: &Untrusted, record: &str, text: &str) -> Untrusted {
    let part = range_within(record, text).and_then(|range| copy.as_sent().get(range));
    part.map_or_else(|| text.into(), |part| copy.part(part))
}

/// The fields of an object in their order, names decoded and values not looked into.
///
/// # Errors
///
/// What is wrong with the object.
pub fn fields(raw: &RawValue) -> Result<Vec<(Cow<'_, str>, &RawValue)>, String> {
    let mut fields = Vec::with_capacity(16);
    each_field(raw.get(), |key, value| {
        fields.push((key, value));
        Ok(())
    })?;
    Ok(fields)
}

/// Hands the fields of an object out one by one, up to the first that is not taken.
///
/// # Errors
///
/// What is wrong with the object, or with that field.
pub fn each_field<'a>(
    object: &'a str,
    mut take: impl FnMut(Cow<'a, str>, &'a RawValue) -> Result<(), String>,
) -> Result<(), String> {
    let mut taken = Ok(());
    each_field_until(object, |key, value| {
        if taken.is_ok() {
            taken = take(key, value);
        }
        // An object that is none further on is told as none.
        ControlFlow::Continue(())
    })?;
    taken
}

/// The same up to the first that is enough; what stands behind it is not looked at.
///
/// # Errors
///
/// What is wrong with the object.
pub fn each_field_until<'a>(
    object: &'a str,
    take: impl FnMut(Cow<'a, str>, &'a RawValue) -> ControlFlow<()>,
) -> Result<(), String> {
    struct Fields<'t, T>(T, &'t mut bool);
    impl<'de, T: FnMut(Cow<'de, str>, &'de RawValue) -> ControlFlow<()>> Visitor<'de> for Fields<'_, T> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an object with at most {MOST_FIELDS} keys")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            let mut count = 0;
            while let Some((Str(key), value)) = map.next_entry()? {
                if count == MOST_FIELDS {
                    return Err(serde::de::Error::invalid_length(MOST_FIELDS + 1, &self));
                }
                count += 1;
                if self.0(key, value).is_break() {
                    *self.1 = true;
                    break;
                }
            }
            Ok(())
        }
    }
    let (mut json, mut enough) = (serde_json::Deserializer::from_str(object), false);
    match json.deserialize_map(Fields(take, &mut enough)) {
        // An object that is left half way counts as an error there.
        Err(error) if !enough => Err(format!("not a record: {error}")),
        _ => Ok(()),
    }
}

/// A JSON string, borrowed where it holds no escapes (`Cow` itself always copies).
#[derive(Debug)]
pub struct Str<'a>(pub Cow<'a, str>);

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
