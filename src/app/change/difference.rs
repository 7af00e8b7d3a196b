//! Two states of one record, field by field.

use crate::domain::Organization;
use crate::text::Untrusted;

/// A field that differs; an empty side means absent or empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    /// Name on the wire.
    pub key: Untrusted,
    /// Before.
    pub before: Untrusted,
    /// After.
    pub after: Untrusted,
}

/// The fields that differ, the connection first.
pub fn difference(before: &Organization, after: &Organization) -> Vec<FieldChange> {
    let mut changes: Vec<FieldChange> = before
        .fields()
        .filter_map(|(key, value)| {
            let now = find(after, key);
            (now != *value).then(|| FieldChange { key: key.into(), before: value.clone(), after: now })
        })
        .collect();
    let known = |key: &str| before.fields().any(|(other, _)| other == key);
    changes.extend(after.fields().filter(|(key, _)| !known(key)).map(|(key, value)| FieldChange {
        key: key.into(),
        before: Untrusted::default(),
        after: value.clone(),
    }));
    changes.sort_by_key(|change| change.key.as_sent() != "connection");
    changes
}

/// How many fields are the same on both sides.
pub fn unchanged(before: &Organization, after: &Organization) -> usize {
    before.fields().filter(|(key, value)| find(after, key) == **value).count()
}

fn find(organization: &Organization, key: &str) -> Untrusted {
    organization
        .fields()
        .find(|(other, _)| *other == key)
        .map_or_else(Untrusted::default, |(_, value)| value.clone())
}
