//! The JSON schema of the file, from the table of the keys, for editors that check and complete it.

use serde_json::{Map, Value, json};

use super::keys::{Form, KEYS, Key};
use super::typed::LONGEST_BADGE;
use super::views;

/// The schema of the whole file (draft 2020-12).
pub fn schema() -> Value {
    let mut schema = table(|_| true);
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        object.insert("title".to_owned(), json!("Settings of cckm-tui"));
    }
    schema
}

/// A table of these keys and no others.
fn table(of: impl Fn(&Key) -> bool) -> Value {
    let keys = KEYS.iter().filter(|key| of(key));
    let properties: Map<_, _> = keys.map(|key| (key.name.to_owned(), property(key))).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

/// The table of a view.
fn view() -> Value {
    let text = |about: &str| json!({ "type": "string", "minLength": 1, "description": about });
    let properties: Map<_, _> =
        views::KEYS.iter().map(|(name, _, about)| ((*name).to_owned(), text(about))).collect();
    json!({ "type": "object", "additionalProperties": false, "minProperties": 1, "properties": properties })
}

fn property(key: &Key) -> Value {
    let mut property = match key.form {
        Form::Text | Form::Path => json!({ "type": "string" }),
        Form::Command => json!({
            "oneOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" }, "minItems": 1 }],
        }),
        Form::Switch => json!({ "type": "boolean" }),
        Form::AutoSwitch => json!({ "enum": ["auto", true, false] }),
        Form::Number(least, most) => json!({ "type": "integer", "minimum": least, "maximum": most }),
        Form::Choice(choices) => json!({ "enum": choices }),
        Form::Profiles => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[a-z0-9_-]+$" },
            "additionalProperties": table(|key| key.in_profiles),
        }),
        Form::Views => json!({
            "type": "object",
            "propertyNames": { "pattern": "^[a-z0-9_-]+$" },
            "additionalProperties": view(),
        }),
    };
    if let Some(object) = property.as_object_mut() {
        object.insert("description".to_owned(), json!(key.about));
        if key.name == "badge" {
            object.insert("minLength".to_owned(), json!(1));
            object.insert("maxLength".to_owned(), json!(LONGEST_BADGE));
        }
    }
    property
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_has_every_key_with_its_type_and_a_description() {
        let schema = schema();
        let properties = &schema["properties"];
        for key in KEYS {
            assert_eq!(properties[key.name]["description"], key.about, "{}", key.name);
            let profile = &properties["profiles"]["additionalProperties"]["properties"];
            assert_eq!(profile.get(key.name).is_some(), key.in_profiles, "{}", key.name);
        }
        assert_eq!(properties.as_object().unwrap().len(), KEYS.len());
        assert_eq!(properties["read_only"]["type"], "boolean");
        assert_eq!(properties["ascii"]["enum"], json!(["auto", true, false]));
        assert_eq!(schema["additionalProperties"], false);
        let view = &properties["views"]["additionalProperties"]["properties"];
        assert_eq!(view.as_object().unwrap().keys().collect::<Vec<_>>(), ["filter", "sort", "columns"]);
    }
}
