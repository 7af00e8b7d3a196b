//! The seed documents against the documented fields.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;
use serde_json::Value;

use super::support::{fixture, keys};

fn organizations() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../assets/demo/organizations.json")).unwrap()
}

fn connections() -> Vec<Value> {
    serde_json::from_str(include_str!("../../../assets/demo/connections.json")).unwrap()
}

fn text<'a>(document: &'a Value, field: &str) -> &'a str {
    document[field].as_str().unwrap_or_default()
}

/// The rule of the documentation, written down a second time.
fn check(id: &str) -> String {
    let letters: Vec<char> = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345".chars().collect();
    let plain: Vec<char> = id.chars().take(15).collect();
    let group = |group: &[char]| {
        let bits = group.iter().enumerate().filter(|(_, c)| c.is_ascii_uppercase()).map(|(k, _)| 1 << k);
        letters[bits.sum::<usize>()]
    };
    plain.chunks(5).map(group).collect()
}

#[test]
fn every_organization_has_the_documented_fields_in_the_documented_order() {
    let documented = fixture("sfdc-organizations.get.response");
    for document in organizations() {
        let mut expected = keys(&documented);
        if document.get("acls").is_some() {
            expected.push("acls");
        }
        assert_eq!(keys(&document), expected);
        assert_eq!(
            text(&document, "uri"),
            format!("kylo:kylo:cckm:sfdc-organization:{}", text(&document, "id"))
        );
        let id: uuid::Uuid = text(&document, "id").parse().unwrap();
        assert_eq!((id.get_version_num(), id.to_string().as_str()), (4, text(&document, "id")));
    }
}

#[test]
fn every_salesforce_id_is_well_formed_and_appears_once() {
    let mut seen = HashSet::new();
    for document in organizations() {
        let id = text(&document, "organization_id").to_owned();
        assert!(id.starts_with("00D") && id.len() == 18, "{id}");
        assert!(id.ends_with(&check(&id)), "{id}");
        assert!(seen.insert(id.to_lowercase()));
    }
}

#[test]
fn there_are_enough_organizations_and_they_are_hard_enough() {
    let all = organizations();
    assert!(all.len() >= 49);
    let mut names: HashMap<&str, usize> = HashMap::new();
    for document in &all {
        *names.entry(text(document, "name")).or_default() += 1;
    }
    assert!(names.values().any(|count| *count > 1), "equal names");
    assert!(names.keys().filter(|name| name.chars().count() > 60).count() >= 5, "long names");
    for script in ['ü', 'ñ', 'Ł', '京', 'ش', 'ח', 'Ε', 'ë'] {
        assert!(names.keys().any(|name| name.contains(script)), "{script}");
    }
    let regular = all.iter().filter(|document| text(document, "type") == "Regular").count();
    assert!(regular * 2 > all.len() && regular < all.len());
}

#[test]
fn moments_have_none_to_nine_digits_and_lie_in_the_past_in_order() {
    let mut digits = HashSet::new();
    let latest: Timestamp = "2026-11-23T00:00:00Z".parse().unwrap();
    for document in organizations() {
        let moments: Vec<Timestamp> = ["createdAt", "updatedAt"]
            .map(|field| {
                let fraction = text(&document, field).trim_end_matches('Z').split_once('.');
                digits.insert(fraction.map_or(0, |(_, fraction)| fraction.len()));
                text(&document, field).parse().unwrap()
            })
            .into();
        assert!(moments[0] <= moments[1] && moments[1] < latest, "{document}");
    }
    assert_eq!(digits.len(), 10, "{digits:?}");
}

#[test]
fn connections_are_in_all_three_states_and_one_is_missing() {
    let known: HashSet<String> = connections().iter().map(|one| text(one, "name").to_owned()).collect();
    let states: HashSet<String> = connections()
        .iter()
        .map(|one| one.get("last_connection_ok").unwrap_or(&Value::Null).to_string())
        .collect();
    assert_eq!(states.len(), 3);
    let dangling: Vec<String> = organizations()
        .iter()
        .map(|one| text(one, "connection").to_owned())
        .filter(|name| !known.contains(name))
        .collect();
    assert_eq!(dangling, ["sfdc-retired-2019"]);
}
