//! A page of organizations that is as it should be, which nearly every one is: read with one pass over its text.

use std::fmt;
use std::ops::Range;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::{Met, Reading};
use super::{MOST_ROWS, count};
use crate::domain::Record;
use crate::domain::json::{MOST_FIELDS, Str, range_within};
use crate::text::Untrusted;

/// The records of a page, in a list or in an envelope; none where anything is odd, be it one record: what it is, a
/// reading record by record tells.
pub(super) fn page(page: &Untrusted) -> Option<Reading> {
    let text = page.as_sent();
    let (mut json, mut reading) = (serde_json::Deserializer::from_str(text), Reading::of(page));
    let seed = Rows { text, reading: &mut reading };
    match text.trim_start().as_bytes().first()? {
        b'[' => seed.deserialize(&mut json).ok()?,
        b'{' => json.deserialize_map(Envelope(seed)).ok()?,
        _ => return None,
    }
    json.end().ok()?;
    Some(reading)
}

/// `{"total":…,"resources":[…]}`.
struct Envelope<'a, 'r>(Rows<'a, 'r>);

impl<'de> Visitor<'de> for Envelope<'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list in an envelope")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Rows { text, reading } = self.0;
        let (mut has_total, mut has_rows) = (false, false);
        while let Some(Str(key)) = map.next_key()? {
            match &*key {
                "total" if has_total => return Err(A::Error::duplicate_field("total")),
                "total" => {
                    reading.total = map.next_value::<Option<&RawValue>>()?.and_then(count);
                    has_total = true;
                }
                "resources" if has_rows => return Err(A::Error::duplicate_field("resources")),
                "resources" => {
                    map.next_value_seed(Rows { text, reading })?;
                    has_rows = true;
                }
                // It would be an error, whose words are read otherwise.
                "codeDesc" => return Err(A::Error::custom("an error")),
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if has_rows { Ok(()) } else { Err(A::Error::missing_field("resources")) }
    }
}

/// The list of records.
struct Rows<'a, 'r> {
    text: &'a str,
    reading: &'r mut Reading,
}

impl<'de> DeserializeSeed<'de> for Rows<'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Rows<'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at most {MOST_ROWS} rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { text, reading } = self;
        while seq.next_element_seed(Row { text, reading })?.is_some() {
            if reading.records.len() > MOST_ROWS {
                return Err(A::Error::custom("too many rows"));
            }
        }
        Ok(())
    }
}

/// One record.
struct Row<'a, 'r> {
    text: &'a str,
    reading: &'r mut Reading,
}

impl<'de> DeserializeSeed<'de> for Row<'de, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Row<'de, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a record with at most {MOST_FIELDS} keys")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { text, reading } = self;
        let (mut met, mut ends, mut fields) = (Met::default(), None, 0);
        while let Some((Str(key), value)) = map.next_entry::<Str<'de>, &'de RawValue>()? {
            fields += 1;
            if fields > MOST_FIELDS {
                return Err(A::Error::invalid_length(fields, &"fewer keys"));
            }
            met.take(&key, value, &mut reading.others).map_err(A::Error::custom)?;
            let first = match ends {
                Some((first, _)) => first,
                None => key,
            };
            ends = Some((first, value.get()));
        }
        let range = ends.and_then(|(first, last)| range_of(text, &first, last));
        let json = range.and_then(|range| text.get(range)).ok_or_else(|| A::Error::custom("no record"))?;
        let read = met.all().map_err(A::Error::custom)?.read(json, &mut reading.sheet);
        reading.records.push(Record::Sound(read));
        Ok(())
    }
}

/// Where the object stands whose first key and last value these are; none where the key is spelled otherwise there.
fn range_of(text: &str, first: &str, last: &str) -> Option<Range<usize>> {
    const BLANK: [char; 4] = [' ', '\t', '\r', '\n'];
    let key = range_within(text, first)?.start.checked_sub(1)?;
    let start = text.get(..key)?.trim_end_matches(BLANK).strip_suffix('{')?.len();
    let rest = text.get(range_within(text, last)?.end..)?;
    let end = text.len() - rest.trim_start_matches(BLANK).strip_prefix('}')?.len();
    Some(start..end)
}
