//! Fields of a record that we have no name for.

use std::borrow::Cow;
use std::ops::ControlFlow;

use super::json::{each_field_until, text_of};
use crate::text::Untrusted;

/// One field of a record that we have no name for, as the server sent it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// The JSON key.
    pub key: Untrusted,
    /// A string's content, or any other value's JSON text.
    pub value: Untrusted,
}

impl Field {
    /// The fields of a record under other keys than the known ones, in the record's order. They are read when they are
    /// asked for: to keep them ready for every row takes more room than the record.
    pub(super) fn others(json: &Untrusted, is_known: fn(&str) -> bool) -> Vec<Self> {
        let mut others = Vec::new();
        each_text(json.as_sent(), |key, value| {
            if !is_known(&key) {
                others.push(Self { key: json.part(&key), value: json.part(&value) });
            }
            ControlFlow::Continue(())
        });
        others
    }

    /// The first of them under a key.
    pub(super) fn other<'a>(json: &'a str, is_known: fn(&str) -> bool, wanted: &str) -> Option<Cow<'a, str>> {
        let mut found = None;
        if !is_known(wanted) {
            each_text(json, |key, value| {
                if key != wanted {
                    return ControlFlow::Continue(());
                }
                found = Some(value);
                ControlFlow::Break(())
            });
        }
        found
    }
}

/// Hands out the texts under the keys of a record; the whole of it was found to be sound when it was read.
fn each_text<'a>(json: &'a str, mut take: impl FnMut(Cow<'a, str>, Cow<'a, str>) -> ControlFlow<()>) {
    let taken = each_field_until(json, |key, value| match text_of(value) {
        Ok(text) => take(key, text),
        Err(_no_text) => ControlFlow::Continue(()),
    });
    drop(taken);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fields_under_other_keys_are_read_from_the_record_in_its_order() {
        let json = Untrusted::from(r#"{"b":"\u0062","id":"7","a":[1, 2],"b":null}"#);
        let told = |fields: Vec<Field>| -> Vec<(String, String)> {
            let text = |text: &Untrusted| text.as_sent().to_owned();
            fields.iter().map(|field| (text(&field.key), text(&field.value))).collect()
        };
        let is_id: fn(&str) -> bool = |key| key == "id";
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(told(Field::others(&json, is_id)), [pair("b", "b"), pair("a", "[1, 2]"), pair("b", "")]);
        let other = |key| Field::other(json.as_sent(), is_id, key);
        assert_eq!((other("a"), other("b")), (Some("[1, 2]".into()), Some("b".into())));
        assert_eq!((other("id"), other("c")), (None, None));
        assert_eq!(told(Field::others(&"no record".into(), |_| false)), []);
    }
}
