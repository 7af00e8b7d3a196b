//! The account, its domains, and single texts of a record.

use super::{Rows, Text, one, parse, rows, untrusted};
use crate::domain::Domain;
use crate::domain::json::fields;
use crate::text::Untrusted;
use serde_json::value::RawValue;

/// These fields of a record; one that is absent is empty.
///
/// # Errors
///
/// What is wrong with a body that is no record.
pub(in crate::api) fn texts<const N: usize>(
    body: &Text<'_>,
    names: [&str; N],
) -> Result<[Untrusted; N], String> {
    let raw = one(body, parse(body)?, |raw| Ok(raw.to_owned()))?;
    texts_of(&raw, names)
}

/// Reads `auth/self/user`: the account's name, and the name of the domain its token is for.
///
/// # Errors
///
/// What is wrong with a body that is no record.
pub(in crate::api) fn account(body: &Text<'_>) -> Result<(Untrusted, Untrusted), String> {
    let raw = one(body, parse(body)?, |raw| Ok(raw.to_owned()))?;
    let [username, metadata] = texts_of(&raw, ["username", "user_metadata"])?;
    // Anything but an object in an object tells no domain.
    let inner = |outer: &Untrusted, name: &str| {
        let raw: Option<&RawValue> = serde_json::from_str(outer.as_sent()).ok();
        let [inner] = raw.and_then(|raw| texts_of(raw, [name]).ok()).unwrap_or_default();
        inner
    };
    let domain = inner(&inner(&metadata, "current_domain"), "name");
    Ok((username, domain))
}

/// Reads a page of domains.
///
/// # Errors
///
/// What is wrong with a body that is no list at all.
pub(in crate::api) fn domains(body: &Text<'_>) -> Result<Rows<Domain>, String> {
    rows(body, |raw| {
        let [id, name] = texts_of(raw, ["id", "name"])?;
        if id.is_empty() && name.is_empty() { Err("id: missing".to_owned()) } else { Ok(Domain { id, name }) }
    })
}

fn texts_of<const N: usize>(raw: &RawValue, names: [&str; N]) -> Result<[Untrusted; N], String> {
    let fields = fields(raw)?;
    let mut texts = std::array::from_fn(|_| Untrusted::default());
    for (text, name) in texts.iter_mut().zip(names) {
        if let Some((key, value)) = fields.iter().find(|(key, _)| key == name) {
            *text = untrusted(key, value)?;
        }
    }
    Ok(texts)
}
