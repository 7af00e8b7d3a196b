use std::borrow::Cow;

use super::*;
use crate::app::query::{ORGANIZATIONS, Query, Subject, Term, Time, parse};
use crate::domain::{Listed, Organization, OrganizationId, Record};

fn damaged(text: &str) -> Record<Listed> {
    Record::damaged(Untrusted::from(text), "".into())
}

fn sound(n: usize, name: &str, connection: &str) -> Record<Listed> {
    let organization = Organization {
        id: OrganizationId::new(&format!("2f{n:06}")).unwrap(),
        name: name.into(),
        organization_id: format!("00D{n:05}").as_str().into(),
        connection: connection.into(),
        cloud_name: "sfdc".into(),
        kind: if n.is_multiple_of(7) { "Sandbox".into() } else { "Regular".into() },
        created_at: Untrusted::default(),
        updated_at: Untrusted::default(),
        uri: Untrusted::default(),
        json: Untrusted::default(),
    };
    Record::Sound(organization.into())
}

fn words(records: &[Record<Listed>]) -> Words {
    let (mut words, mut said) = (Words::default(), Said::default());
    for record in records {
        match record {
            Record::Sound(listed) => words.push(&listed.texts(), &mut said),
            Record::Damaged(damaged) => words.push_damaged(&damaged.json),
        }
    }
    words
}

fn query(text: &str) -> Query {
    parse(text, &ORGANIZATIONS, 0).unwrap()
}

/// The rows that are like all that a query seeks in columns.
fn holding(words: &Words, text: &str) -> Vec<u32> {
    let query = query(text);
    let sought: Vec<_> = query.terms().iter().filter_map(Term::sought).collect();
    let found: Vec<Places> = sought.iter().map(|sought| words.found(sought)).collect();
    (0..place(words.len)).filter(|row| found.iter().all(|found| found.contains(*row))).collect()
}

/// A record as a term looks at it.
struct Looked<'a>(&'a Record<Listed>, Vec<String>);

impl<'a> Looked<'a> {
    fn at(record: &'a Record<Listed>) -> Self {
        let columns = match record {
            Record::Sound(listed) => {
                let column = |field: Field| field.displayed(listed).to_lowercase();
                Field::ALL.map(column).to_vec()
            }
            Record::Damaged(damaged) => vec![damaged.json.display().as_str().to_lowercase()],
        };
        Self(record, columns)
    }
}

impl Subject for Looked<'_> {
    fn lower(&self, column: usize) -> Option<Cow<'_, str>> {
        self.1.get(column).map(|lower| lower.as_str().into())
    }

    fn displayed(&self, column: usize) -> Option<Cow<'_, str>> {
        match self.0 {
            Record::Sound(listed) => Some(Field::ALL[column].displayed(listed)),
            Record::Damaged(_) => None,
        }
    }

    fn time(&self, _: Time) -> Option<i128> {
        None
    }
}

#[test]
fn e2_what_columns_say_of_all_rows_is_what_a_look_at_each_says() {
    let names = ["Acme Süd", "acme", "ZENITH", "", "a 2F b"];
    let connections = ["Sfdc-EU-01", "sfdc-us", "", "sfdc-eu-01", "Zenith"];
    for count in [0, 1, 63, 64, 65, 3_000] {
        let record = |n: usize| match n % 11 {
            10 => damaged(&format!("{{\"name\":\"acme\",\"n\":{n}}}")),
            _ => sound(n, names[n % names.len()], connections[(n / 3) % connections.len()]),
        };
        let records: Vec<_> = (0..count).map(record).collect();
        let words = words(&records);
        for text in [
            "acme",
            "!acme",
            "2f",
            "sfdc",
            "a",
            "!s",
            "7",
            "z",
            "acme 00d0000",
            "!type:sand eu",
            "name:a",
            "connection=sfdc-*",
            "connection!=sfdc-*",
            "connection=\"\"",
            "name=\"\"",
            "name!=\"\"",
            "conn==Zenith",
            "conn==zenith",
            "re:^acme$",
            "re:^2f.*1$",
            "!re:e",
            "~aesd",
            "~a3",
            "cloud:\"\"",
            "name:\"\"",
            "id=2f000001",
            "acme sfdc 2f00000 !sandbox",
            "süd",
            "nothing",
            "cloud=sfdc !nothing",
        ] {
            let query = query(text);
            let found = holding(&words, text);
            let is_sought_only = query.terms().iter().all(Term::is_sought_only);
            let expected = (0..).zip(&records).filter(|(_, record)| query.matches(&Looked::at(record)));
            let expected: Vec<u32> = expected.map(|(row, _)| row).collect();
            if is_sought_only {
                assert_eq!(found, expected, "{text} of {count}");
            } else {
                assert!(expected.iter().all(|row| found.contains(row)), "{text} of {count}");
            }
        }
    }
}

#[test]
fn a_word_is_found_in_rows_and_never_across_two() {
    let words = words(&["abab", "bab", "", "Cab"].map(damaged));
    assert_eq!(holding(&words, "ab"), [0, 1, 3]);
    assert_eq!(holding(&words, "bb"), [0_u32; 0], "the end of one row and the start of the next");
    assert_eq!(holding(&words, "bc"), [0_u32; 0]);
    assert_eq!(holding(&words, "bab"), [0, 1]);
}

#[test]
fn rows_are_taken_over_replaced_and_kept_with_all_their_words() {
    let came: Vec<_> = (0..3_000).map(|n| sound(n, &format!("row {n}"), &format!("c{}", n % 5))).collect();
    let came = words(&came);
    let mut list = words(&[]);
    let others: Vec<usize> = (0..3_000).filter(|n| n % 3 != 0).collect();
    list.extend(&came, &others);
    list.extend(&came, &[0, 3]);
    let of = |words: &Words, row: usize| Field::ALL.map(|field| words.get(row, field).into_owned());
    for (row, other) in others.iter().copied().chain([0, 3]).enumerate() {
        assert_eq!(of(&list, row), of(&came, other));
    }
    let new = words(&[sound(9_001, "found at last", "c77"), sound(9_002, "found", "c3")]);
    let replaced = [(1_023, 0), (1_024, 1), (1_999, 0), (1_999, 1)];
    list.replace(&new, &replaced);
    assert_eq!(holding(&list, "found"), [1_023, 1_024, 1_999]);
    assert_eq!(holding(&list, "c77"), [1_023], "the latest for one row");
    assert_eq!(of(&list, 1_999), of(&new, 1));
    assert_eq!(of(&list, 1_998), of(&came, others[1_998]));
    let mut kept = list.clone();
    kept.keep((0..2_002).filter(|row| row % 2 == 1));
    assert_eq!((kept.len, of(&kept, 999)), (1_001, of(&list, 1_999)));
    assert_eq!(holding(&kept, "found"), [511, 999]);
}

#[test]
fn what_no_row_says_any_more_fills_no_memory() {
    let mut list = words(&[sound(1, "one", "c"), sound(2, "two", "c")]);
    for n in 0..10_000 {
        list.replace(&words(&[sound(1, "one", &format!("connection-{n}"))]), &[(0, 0)]);
    }
    assert_eq!([0, 1].map(|row| list.get(row, Field::Connection)), ["connection-9999", "c"]);
    assert!(list.shared[0].count() < 1_100, "{}", list.shared[0].count());
}
