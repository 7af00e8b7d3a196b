//! The server's JSON, translated into the domain's types: leniently, and one record at a time.
//!
//! A list is taken apart into raw rows first, so that one bad record hides nothing else (`RawValue` does not
//! look inside). A row is then read in one pass over its keys, text borrowed from the body; one of a page that is
//! written like a row before it, as nearly all are, by its texts alone. Nothing recurses, so deep nesting is only text.

mod fields;
mod place;
mod source;
mod words;

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::domain::json::{fields, text_of};
use crate::domain::{Connection, ConnectionState, Discovered, Listed, Organization, Page, Record};
use crate::text::Untrusted;

use self::fields::{Fields, Keys, Reading};
pub(super) use place::{account, domains, texts};
use source::{Source, text_under, untrusted};
pub(super) use words::{first_line, is_ours, words};

/// Rows accepted in one answer; a body full of `{},` would otherwise take a hundred times its size.
const MOST_ROWS: usize = 100_000;

/// A decoded list answer.
#[derive(Debug)]
pub(super) struct Rows<T> {
    /// Matches before paging, when the server says so in a way that can be read.
    pub(super) total: Option<usize>,
    /// The rows in the server's order.
    pub(super) records: Vec<Record<T>>,
}

/// A body as text. Where bytes were not UTF-8 they are replaced, and records that hold one are damaged.
#[derive(Debug)]
pub(super) struct Text<'a> {
    text: Cow<'a, str>,
    replaced: bool,
}

impl<'a> Text<'a> {
    /// The text of a body, a byte order mark left out.
    pub(super) fn new(body: &'a [u8]) -> Self {
        let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
        // Twice as fast as `from_utf8_lossy` where nothing is to be replaced.
        let text = str::from_utf8(body).map_or_else(|_| String::from_utf8_lossy(body), Cow::Borrowed);
        Self { replaced: matches!(text, Cow::Owned(_)), text }
    }

    /// The text after `change`.
    pub(super) fn map(self, change: impl FnOnce(Cow<'a, str>) -> Cow<'a, str>) -> Self {
        Self { text: change(self.text), replaced: self.replaced }
    }

    /// The text itself.
    pub(super) fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether nothing in it was replaced.
    pub(super) const fn is_as_sent(&self) -> bool {
        !self.replaced
    }

    fn spoils(&self, raw: &str) -> bool {
        self.replaced && raw.contains('\u{fffd}')
    }
}

/// Reads a page of organizations. Of nearly every one it is only told where it stands in one copy of the page: to give
/// each record memory of its own takes as long as to read it.
///
/// # Errors
///
/// What is wrong with a body that is no list at all.
pub(super) fn organizations(body: &Text<'_>, skip: usize) -> Result<Page<Listed>, String> {
    let page = Untrusted::from(body.as_str());
    let body = Text { text: Cow::Borrowed(page.as_sent()), replaced: body.replaced };
    let mut reading = Reading::of(&page);
    let rows = rows(&body, |raw| reading.read(raw.get()))?;
    Ok(reading.page(skip, rows))
}

/// Reads a page of connections.
///
/// # Errors
///
/// What is wrong with a body that is no list at all.
pub(super) fn connections(body: &Text<'_>) -> Result<Rows<Connection>, String> {
    rows(body, |raw| read_connection(Source::of(raw.get())))
}

/// Reads one organization.
///
/// # Errors
///
/// What is wrong with it, and in which field.
pub(super) fn organization(body: &Text<'_>) -> Result<Organization, String> {
    let read = |raw: &RawValue| Ok(Fields::of(raw.get(), &mut Keys::default())?.organization(raw.get()));
    one(body, parse(body)?, read)
}

/// Reads one connection.
///
/// # Errors
///
/// What is wrong with it, and in which field.
pub(super) fn connection(body: &Text<'_>) -> Result<Connection, String> {
    one(body, parse(body)?, |raw| read_connection(Source::of(raw.get())))
}

/// Reads what a connection reaches: a list of either shape, one bare record, or nothing at all, which means no
/// organization (API contract §4.4).
///
/// # Errors
///
/// What is wrong with a body that is none of these.
pub(super) fn discovered(body: &Text<'_>) -> Result<Vec<Record<Discovered>>, String> {
    let text = body.as_str().trim();
    if text.is_empty() || text == "null" {
        return Ok(Vec::new());
    }
    if text.starts_with('{') {
        let raw = parse(body)?;
        let list = |key: &str| matches!(key, "resources" | "total" | "codeDesc");
        if !fields(raw)?.iter().any(|(key, _)| list(key)) {
            return Ok(vec![record(body, raw, read_discovered)]);
        }
    }
    rows(body, read_discovered).map(|rows| rows.records)
}

/// The answer of a token request, as far as it is needed (API contract §2.1).
pub(super) struct TokenAnswer<'a> {
    pub(super) jwt: Cow<'a, str>,
    /// Seconds, as sent: a number, a text, or nothing.
    pub(super) duration: Cow<'a, str>,
    pub(super) refresh_token: Cow<'a, str>,
    pub(super) refresh_token_id: Cow<'a, str>,
}

/// Reads a token answer.
///
/// # Errors
///
/// What is missing, without any of the text.
pub(super) fn token_answer(body: &str) -> Result<TokenAnswer<'_>, &'static str> {
    let fields: Vec<_> = serde_json::from_str(body)
        .ok()
        .and_then(|raw| fields(raw).ok())
        .ok_or("the token answer is not a JSON object")?;
    let text = |key: &str| {
        let found = fields.iter().find(|(name, _)| name == key);
        found.and_then(|(_, raw)| text_of(raw).ok()).unwrap_or_default()
    };
    let jwt = text("jwt");
    if jwt.is_empty() {
        return Err("the token answer holds no jwt");
    }
    Ok(TokenAnswer {
        jwt,
        duration: text("duration"),
        refresh_token: text("refresh_token"),
        refresh_token_id: text("refresh_token_id"),
    })
}

const NOT_UTF8: &str = "not UTF-8";

fn parse<'a>(body: &'a Text<'_>) -> Result<&'a RawValue, String> {
    serde_json::from_str(body.as_str()).map_err(|error| not_json(body, &error))
}

fn not_json(body: &Text<'_>, error: &serde_json::Error) -> String {
    match first_line(body.as_str()) {
        line if line.is_empty() => "the answer is empty".to_owned(),
        line if line.starts_with(['{', '[']) => format!("the answer is damaged JSON: {error}"),
        line => format!("the answer is not one of CipherTrust Manager; it begins: {line}"),
    }
}

/// `{"total":…,"resources":[…]}`, or a bare array. Without `resources`, or with null: no rows (§3.2).
fn rows<T>(body: &Text<'_>, mut read: impl FnMut(&RawValue) -> Result<T, String>) -> Result<Rows<T>, String> {
    let damaged = |error: serde_json::Error| not_json(body, &error);
    let text = body.as_str();
    let (total, raws) = match text.trim_start().as_bytes().first() {
        Some(b'[') => (None, raw_rows(text).map_err(damaged)?),
        Some(b'{') => {
            // Nearly every answer is a sound list, which one pass takes apart. What another is, a second one tells.
            if let Ok(Envelope { total, resources: Some(Raws(raws)), .. }) = serde_json::from_str(text) {
                (total.and_then(count), raws)
            } else {
                let Envelope { total, resources, code_desc } = serde_json::from_str(text).map_err(damaged)?;
                (total.and_then(count), odd_rows(resources, code_desc.is_some())?)
            }
        }
        _ => {
            let raw = parse(body)?;
            return Err(format!("the answer is not a list; it begins: {}", first_line(raw.get())));
        }
    };
    Ok(Rows { total, records: raws.into_iter().map(|raw| record(body, raw, &mut read)).collect() })
}

#[derive(Deserialize)]
struct Envelope<'a, L> {
    #[serde(borrow)]
    total: Option<&'a RawValue>,
    resources: Option<L>,
    #[serde(borrow, rename = "codeDesc")]
    code_desc: Option<&'a RawValue>,
}

/// The rows of an answer whose `resources` are no sound list.
fn odd_rows(resources: Option<&RawValue>, is_an_error: bool) -> Result<Vec<&RawValue>, String> {
    match resources {
        None if is_an_error => {
            Err("the answer is an error, although its status is one of success".to_owned())
        }
        None => Ok(Vec::new()),
        Some(list) if list.get().starts_with('[') => {
            raw_rows(list.get()).map_err(|error| format!("resources: {error}"))
        }
        Some(other) => Ok(vec![other]),
    }
}

fn record<T>(body: &Text<'_>, raw: &RawValue, read: impl FnMut(&RawValue) -> Result<T, String>) -> Record<T> {
    one(body, raw, read).map_or_else(|reason| Record::damaged(raw.get().into(), reason.into()), Record::Sound)
}

fn one<'a, T>(
    body: &Text<'_>,
    raw: &'a RawValue,
    read: impl FnOnce(&'a RawValue) -> Result<T, String>,
) -> Result<T, String> {
    if body.spoils(raw.get()) { Err(NOT_UTF8.to_owned()) } else { read(raw) }
}

fn raw_rows(list: &str) -> Result<Vec<&RawValue>, serde_json::Error> {
    serde_json::from_str(list).map(|Raws(raws)| raws)
}

/// A list taken apart, its rows not looked into.
struct Raws<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Raws<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Vec<&'de RawValue>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "at most {MOST_ROWS} rows")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut raws = Vec::new();
                while let Some(raw) = seq.next_element()? {
                    if raws.len() == MOST_ROWS {
                        return Err(serde::de::Error::invalid_length(MOST_ROWS + 1, &self));
                    }
                    raws.push(raw);
                }
                Ok(raws)
            }
        }
        deserializer.deserialize_seq(Visit).map(Self)
    }
}

/// A count sent as a number or as text, as some pages print it (`"42,"`). Nonsense counts as not said.
fn count(raw: &RawValue) -> Option<usize> {
    text_of(raw).ok()?.trim().trim_end_matches(',').parse().ok()
}

fn read_connection(source: Source<'_>) -> Result<Connection, String> {
    let texts = source.texts(Connection::KEYS, |key, value| text_under(key, value).map(drop))?;
    let [id, name, cloud_name, ok, tested_at, error, created_at, updated_at, uri] = texts;
    if id.is_empty() && name.is_empty() {
        return Err("id: missing, and name as well".to_owned());
    }
    let state = match ok.as_sent() {
        "true" => ConnectionState::Ready,
        "false" => ConnectionState::Fail,
        _ => ConnectionState::NotTested,
    };
    let tested_at = Some(tested_at).filter(|time| !time.as_sent().starts_with("0001-01-01T00:00:00"));
    Ok(Connection {
        id,
        name,
        cloud_name,
        state,
        tested_at: tested_at.unwrap_or_default(),
        error,
        created_at,
        updated_at,
        uri,
        json: source.json(),
    })
}

fn read_discovered(raw: &RawValue) -> Result<Discovered, String> {
    let known = ["name", "organization_id", "connection", "cloud_name", "type"];
    let [name, organization_id, connection, cloud_name, kind] =
        Source::of(raw.get()).texts(known, |_, _| Ok(()))?;
    if organization_id.is_empty() {
        return Err("organization_id: missing".to_owned());
    }
    Ok(Discovered { name, organization_id, connection, cloud_name, kind })
}

#[cfg(test)]
mod tests;
