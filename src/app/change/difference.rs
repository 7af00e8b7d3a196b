//! Two states of one record, field by field.

use crate::domain::{Field, Organization};
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
    let (before, after) = (before.fields(), after.fields());
    let change = |field: &Field| {
        let now = find(&after, &field.key);
        let (key, before) = (field.key.clone(), field.value.clone());
        (now != before).then(|| FieldChange { key, before, after: now })
    };
    let mut changes: Vec<FieldChange> = before.iter().filter_map(change).collect();
    let is_new = |field: &&Field| !before.iter().any(|known| known.key == field.key);
    changes.extend(after.iter().filter(is_new).map(|field| FieldChange {
        key: field.key.clone(),
        before: Untrusted::default(),
        after: field.value.clone(),
    }));
    changes.sort_by_key(|change| change.key.as_sent() != "connection");
    changes
}

/// How many fields are the same on both sides.
pub fn unchanged(before: &Organization, after: &Organization) -> usize {
    let after = after.fields();
    before.fields().iter().filter(|field| find(&after, &field.key) == field.value).count()
}

fn find(fields: &[Field], key: &Untrusted) -> Untrusted {
    fields.iter().find(|field| field.key == *key).map(|field| field.value.clone()).unwrap_or_default()
}
