use proptest::prelude::*;

use std::sync::Arc;

use super::*;
use crate::domain::OrganizationId;
use crate::domain::{Field, ServerWords};
use crate::text::Untrusted;

fn list(body: &str) -> Page<Listed> {
    organizations(&Text::new(body.as_bytes()), 0).unwrap()
}

fn refused(body: &str) -> String {
    organizations(&Text::new(body.as_bytes()), 0).unwrap_err()
}

/// The only record of a list with one row.
fn row(row: &str) -> Record<Listed> {
    let mut rows = list(&format!(r#"{{"total":1,"resources":[{row}]}}"#));
    assert_eq!(rows.records.len(), 1);
    rows.records.remove(0)
}

fn sound(json: &str) -> Organization {
    match row(json) {
        Record::Sound(listed) => Arc::unwrap_or_clone(listed.organization()),
        Record::Damaged(damaged) => panic!("{json}: {:?}", damaged.reason),
    }
}

fn damage(json: &str) -> String {
    match row(json) {
        Record::Sound(organization) => panic!("{organization:?}"),
        Record::Damaged(damaged) => {
            assert_eq!(damaged.json.as_sent(), json);
            damaged.reason.as_sent().to_owned()
        }
    }
}

const THALES: &str = r#"{
  "id": "2473e846-31a8-4ee6-8299-17025548b4e2",
  "uri": "kylo:kylo:cckm:sfdc-organization:2473e846-31a8-4ee6-8299-17025548b4e2",
  "account": "kylo:kylo:admin:accounts:kylo",
  "createdAt": "2021-07-22T07:10:29.96176Z",
  "updatedAt": "2021-07-22T09:16:23.647946784Z",
  "name": "Thales", "organization_id": "00DB000000040bIMAQ", "connection": "sfdc-connection",
  "cloud_name": "sfdc", "type": "Regular", "acls": [{"group": "CCKM Users", "actions": ["view"]}]}"#;

#[test]
fn a_documented_record_is_read_whole_and_what_is_unknown_is_kept() {
    let text = |text: &str| Untrusted::from(text);
    assert_eq!(
        sound(THALES),
        Organization {
            id: OrganizationId::new("2473e846-31a8-4ee6-8299-17025548b4e2").unwrap(),
            name: text("Thales"),
            organization_id: text("00DB000000040bIMAQ"),
            connection: text("sfdc-connection"),
            cloud_name: text("sfdc"),
            kind: text("Regular"),
            created_at: text("2021-07-22T07:10:29.96176Z"),
            updated_at: text("2021-07-22T09:16:23.647946784Z"),
            uri: text("kylo:kylo:cckm:sfdc-organization:2473e846-31a8-4ee6-8299-17025548b4e2"),
            json: text(THALES),
        }
    );
    let others = [
        Field { key: text("account"), value: text("kylo:kylo:admin:accounts:kylo") },
        Field { key: text("acls"), value: text(r#"[{"group": "CCKM Users", "actions": ["view"]}]"#) },
    ];
    assert_eq!(sound(THALES).others(), others);
}

#[test]
fn what_a_page_spells_out_is_read_in_its_place_as_a_record_by_itself_is_read() {
    let escaped = r#"{"id":"b","name":"Acme \u0026 Sons","connection":"c"}"#;
    let escaped_id = r#"{"id":"\u0062","name":"B"}"#;
    let long = format!(r#"{{"id":"c","note":"{}"}}"#, "x".repeat(1 << 16));
    let umlaut = r#"{"id":"d","name":"Müller 日本","type":null}"#;
    let in_place = [THALES, umlaut, r#"{"id":12}"#];
    let by_itself = [escaped, escaped_id, &long];
    let rows: Vec<&str> = in_place.iter().chain(&by_itself).copied().collect();
    let page = list(&format!(r#"{{"resources":[{},7]}}"#, rows.join(",")));
    assert_eq!(page.records.len(), rows.len() + 1);
    for (nth, (record, json)) in page.records.iter().zip(&rows).enumerate() {
        let Record::Sound(listed) = record else { panic!("{record:?}") };
        let alone = organization(&Text::new(json.as_bytes())).unwrap();
        assert_eq!(*listed.organization(), alone);
        assert_eq!(listed, &Listed::from(alone));
        assert_eq!(listed.place().is_some(), nth < in_place.len(), "{json}");
    }
}

#[test]
fn js_01_other_types_are_kept_as_their_json_text() {
    let organization = sound(
        r#"{"id":"a","name":12,"organization_id":true,"connection":null,"cloud_name":1e999,
            "type":{"x":[1]},"createdAt":18446744073709551616,"updatedAt":[],"others":false}"#,
    );
    let fields = organization.fields();
    let shown: Vec<_> = fields.iter().map(|field| (field.key.as_sent(), field.value.as_sent())).collect();
    assert_eq!(
        shown,
        [
            ("name", "12"),
            ("organization_id", "true"),
            ("connection", ""),
            ("cloud_name", "1e999"),
            ("type", r#"{"x":[1]}"#),
            ("createdAt", "18446744073709551616"),
            ("updatedAt", "[]"),
            ("uri", ""),
            ("others", "false"),
        ]
    );
}

#[test]
fn js_01_a_row_that_cannot_be_read_hides_no_other() {
    let body = r#"{"total":5,"resources":[{"id":"a"},{"id":"b","name":"\ud800"},7,{"id":"c"},"text"]}"#;
    let kinds: Vec<_> = list(body)
        .records
        .into_iter()
        .map(|record| match record {
            Record::Sound(listed) => listed.id().as_str().to_owned(),
            Record::Damaged(damaged) => damaged.reason.as_sent().split(':').next().unwrap().to_owned(),
        })
        .collect();
    assert_eq!(kinds, ["a", "name", "not a record", "c", "not a record"]);
}

#[test]
fn js_01_a_lone_surrogate_in_an_unknown_field_is_named_too() {
    assert!(damage(r#"{"id":"a","note":"\udc00"}"#).starts_with("note: "));
    assert!(damage(r#"{"id":"a","\udc00":1}"#).starts_with("not a record: "));
}

#[test]
fn js_01_a_record_with_bytes_that_are_not_utf_8_is_damaged_and_no_other() {
    let body = b"{\"resources\":[{\"id\":\"a\",\"name\":\"\xff\"},{\"id\":\"b\"}]}";
    let rows = organizations(&Text::new(body), 0).unwrap();
    assert!(matches!(&rows.records[0], Record::Damaged(damaged) if damaged.reason.as_sent() == "not UTF-8"));
    assert!(matches!(&rows.records[1], Record::Sound(_)));
}

#[test]
fn js_02_a_body_that_is_no_list_is_refused_with_what_it_is() {
    let table = [
        ("", "empty"),
        (" \n ", "empty"),
        ("\u{feff}", "empty"),
        ("<html>\n<h1>Sign in</h1>", "begins: <html>"),
        (r#"{"resources":[{"id":"a"}"#, "damaged JSON"),
        (r#"{"resources":[]}{"resources":[]}"#, "damaged JSON"),
        ("42", "not a list"),
        ("null", "not a list"),
        (r#""text""#, "not a list"),
        (r#"{"resources":[],"resources":[]}"#, "duplicate field"),
        (r#"{"code":16,"codeDesc":"NCERRResourceNotFound: x"}"#, "is an error"),
    ];
    for (body, told) in table {
        assert!(refused(body).contains(told), "{body:?}: {}", refused(body));
    }
}

#[test]
fn js_03_a_record_without_a_usable_id_is_damaged() {
    let table = [
        (r#"{"name":"x"}"#, "id: missing"),
        (r#"{"id":""}"#, "id: empty"),
        (r#"{"id":null}"#, "id: neither"),
        (r#"{"id":{}}"#, "id: neither"),
        (r#"{"id":-1}"#, "id: neither"),
        (r#"{"id":"a","id":"b"}"#, "id: stands twice"),
        (r#"{"id":"a","name":"b","name":"c"}"#, "name: stands twice"),
    ];
    for (json, told) in table {
        assert!(damage(json).starts_with(told), "{json}: {}", damage(json));
    }
    assert_eq!(sound(r#"{"id":123}"#).id.as_str(), "123");
}

#[test]
fn js_04_a_total_is_a_count_or_not_said() {
    let table = [
        ("42", Some(42)),
        (r#""42""#, Some(42)),
        (r#""42,""#, Some(42)),
        ("0", Some(0)),
        ("1000000000000000000", Some(1_000_000_000_000_000_000)),
        ("-1", None),
        ("1e18", None),
        ("1.5", None),
        ("99999999999999999999999", None),
        (r#""many""#, None),
        ("null", None),
        ("[]", None),
    ];
    for (total, expected) in table {
        assert_eq!(list(&format!(r#"{{"total":{total},"resources":[]}}"#)).total, expected, "{total}");
    }
    assert_eq!(list(r#"{"resources":[]}"#).total, None);
}

#[test]
fn js_10_resources_may_be_missing_null_bare_or_something_else() {
    assert_eq!(list("{}").records.len(), 0);
    assert_eq!(list(r#"{"total":3,"resources":null}"#).records.len(), 0);
    assert!(matches!(list(r#"[{"id":"a"}]"#).records[..], [Record::Sound(_)]));
    assert!(matches!(list(r#"{"resources":{"id":"a"}}"#).records[..], [Record::Sound(_)]));
    assert!(matches!(list(r#"{"resources":"none"}"#).records[..], [Record::Damaged(_)]));
    assert_eq!(list("\u{feff}[]\n").records.len(), 0);
}

#[test]
fn js_11_depth_and_number_of_keys_break_nothing() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    assert_eq!(
        sound(&format!(r#"{{"id":"a","deep":{deep}}}"#)).others()[0].value.as_sent().len(),
        deep.len()
    );
    let keys = r#","k":0"#.repeat(5_000);
    assert!(damage(&format!(r#"{{"id":"a"{keys}}}"#)).contains("at most 1000 keys"));
    let rows = format!("[{}0]", "0,".repeat(MOST_ROWS));
    assert!(refused(&rows).contains("at most 100000 rows"));
}

#[test]
fn js_12_times_are_kept_as_sent() {
    for time in ["2021-07-22T09:16:23", "99999-01-01T00:00:00Z", "yesterday"] {
        assert_eq!(sound(&format!(r#"{{"id":"a","createdAt":"{time}"}}"#)).created_at.as_sent(), time);
    }
}

#[test]
fn js_13_an_id_that_is_no_segment_of_a_path_is_damaged() {
    let long = "x".repeat(129);
    for id in ["..", ".", "a/b", "a?b", "a#b", "%2f", r"a\r\nb", r"\u0000", " ", "ä", &long] {
        let told = damage(&format!(r#"{{"id":"{id}"}}"#));
        assert!(told.starts_with("id: cannot be one segment"), "{id}: {told}");
    }
}

#[test]
fn the_three_states_of_a_connection_have_the_vendor_s_meaning() {
    let state = |fields: &str| {
        let body = format!(r#"{{"resources":[{{"name":"c"{fields}}}]}}"#);
        match connections(&Text::new(body.as_bytes())).unwrap().records.remove(0) {
            Record::Sound(connection) => (connection.state, connection.tested_at.as_sent().to_owned()),
            Record::Damaged(damaged) => panic!("{:?}", damaged.reason),
        }
    };
    let at = "2021-07-22T08:00:00.001Z";
    let table = [
        (format!(r#","last_connection_ok":true,"last_connection_at":"{at}""#), ConnectionState::Ready, at),
        (r#","last_connection_ok":"true""#.to_owned(), ConnectionState::Ready, ""),
        (format!(r#","last_connection_ok":false,"last_connection_at":"{at}""#), ConnectionState::Fail, at),
        (r#","last_connection_ok":null"#.to_owned(), ConnectionState::NotTested, ""),
        (String::new(), ConnectionState::NotTested, ""),
        (r#","last_connection_at":"0001-01-01T00:00:00Z""#.to_owned(), ConnectionState::NotTested, ""),
    ];
    for (fields, expected, tested_at) in table {
        assert_eq!(state(&fields), (expected, tested_at.to_owned()), "{fields}");
    }
    assert!(matches!(
        connections(&Text::new(br#"[{"cloud_name":"x"}]"#)).unwrap().records[..],
        [Record::Damaged(_)]
    ));
}

#[test]
fn both_shapes_of_an_error_and_none_give_the_server_s_words() {
    let said = |body: &str| {
        let ServerWords { code, message, request_id } = words(body);
        [code.as_sent().to_owned(), message.as_sent().to_owned(), request_id.as_sent().to_owned()]
    };
    let table = [
        (
            r#"{"code":5,"codeDesc":"NCERRUnauthorizedAccess","message":"Wrong.","requestID":"r"}"#,
            ["NCERRUnauthorizedAccess", "Wrong.", "r"],
        ),
        (
            r#"{"code":16,"codeDesc":"NCERRResourceNotFound: Resource: not found"}"#,
            ["NCERRResourceNotFound", "Resource: not found", ""],
        ),
        (r#"{"codeDesc":7,"message":["x"],"requestID":null}"#, ["7", r#"["x"]"#, ""]),
        ("{}", ["", "", ""]),
        ("", ["", "", ""]),
        ("<html><h1>Bad  gateway</h1>\n<p>a < b</html>", ["", "Bad gateway a", ""]),
        ("no\tJSON", ["", "no JSON", ""]),
        (r#""\ud800""#, ["", r#""\ud800""#, ""]),
    ];
    for (body, expected) in table {
        assert_eq!(said(body), expected, "{body}");
    }
    assert_eq!(said(&"x".repeat(1_000))[1].len(), 300);
}

#[test]
fn au_13_an_html_401_is_not_ours() {
    assert!(is_ours(r#"{"code":5,"codeDesc":"NCERRUnauthorizedAccess"}"#) && is_ours(""));
    assert!(!is_ours("<html>") && !is_ours("{}") && !is_ours("[]") && !is_ours("Unauthorized"));
}

/// JSON with a little of everything, and with pieces cut out, doubled and overwritten.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let whole = format!(
        r#"{{"skip":0,"total":"2","resources":[{THALES},{{"id":"b","name":"\ud83d\ude00","x":[1,{{}}]}}]}}"#
    );
    let length = whole.len();
    let change = (0..length, 0..40_usize, prop::collection::vec(any::<u8>(), 0..6));
    prop::collection::vec(change, 0..5).prop_map(move |changes| {
        let mut body = whole.clone().into_bytes();
        for (at, out, new) in changes {
            let at = at.min(body.len());
            let end = (at + out).min(body.len());
            body.splice(at..end, new);
        }
        body
    })
}

proptest! {
    #[test]
    fn js_18_no_mutation_of_an_answer_panics_or_invents_a_row(body in mutated()) {
        let text = Text::new(&body);
        if let Ok(rows) = organizations(&text, 0) {
            for record in rows.records {
                let json = match &record {
                    Record::Sound(listed) => listed.json(),
                    Record::Damaged(damaged) => damaged.json.as_sent(),
                };
                prop_assert!(text.as_str().contains(json));
            }
        }
        let _whatever = (connections(&text).is_ok(), organization(&text).is_ok(), token_answer(text.as_str()).is_ok());
        let _checks = (connection(&text).is_ok(), discovered(&text).is_ok());
        let _words = (words(text.as_str()), is_ours(text.as_str()));
    }
}

#[test]
fn what_no_call_reads_of_a_reached_organization_does_not_damage_it() {
    let body = r#"[{"organization_id":"00D1","name":"A","note":"\ud800"}]"#;
    let rows = discovered(&Text::new(body.as_bytes())).unwrap();
    assert!(matches!(&rows[..], [Record::Sound(reached)] if reached.name == "A".into()), "{rows:?}");
    let body = r#"{"id":"a","name":"A","note":"\ud800"}"#;
    assert!(damage(body).starts_with("note: "));
    assert!(connection(&Text::new(body.as_bytes())).is_err());
}

/// A page, and what comes of it where each record is read by itself.
fn both(body: &str) -> [Option<Page<Listed>>; 2] {
    let text = Text::new(body.as_bytes());
    let mut others = Keys::default();
    let each =
        rows(&text, |raw| Ok(Listed::from(Fields::of(raw.get(), &mut others)?.organization(raw.get()))));
    let each = each.ok().map(|Rows { total, records }| Page { skip: 7, total, records, others: others.0 });
    [organizations(&text, 7).ok(), each]
}

#[test]
fn js_01_records_that_are_written_alike_are_read_as_they_are_by_themselves() {
    let record = |id: &str, name: &str, n: usize| {
        format!(
            r#" {{ "id" : "{id}","account":{{"a":[1,{{}}]}},"name":"{name}","connection":null,"type":"R", "x":"\u0041","uri":"kylo:{n}" }} "#
        )
    };
    let records = [
        record("id-1", "Zürich", 1),
        record("id-2", "Basel", 1000),
        record("id-3", "", 3),
        record("id-4", "4", 4),
        record("id-5", "", 5),
        record("", "6", 6),
        record("a/b", "7", 7),
        record("id-8", r#"\"8\\"#, 8),
        record("id-9", r"\u00e9", 9),
        record("id-10", r"\ud800", 10),
        record("id-11", "11", 11).replace("kylo", "other"),
        record("id-12", "12", 12).replace("account", "acc"),
        record("id-13", "13", 13).replace("\"x\":\"", "\"x\":\"y"),
        record("id-14", "14", 14).replace("[1,", "[2,"),
        record("id-15", "15", 15).trim().replace(" }", ", \"connection\":\"c\" }"),
        record("id-16", "16", 16).trim().to_owned(),
        "7".to_owned(),
        record("id-17", "17", 17),
    ];
    let list = format!("[{}]", records.join(","));
    for body in [list.clone(), format!(r#"{{"skip":0,"total":2,"resources":{list},"more":{{"a":[]}}}}"#)] {
        let [page, each] = both(&body);
        let page = page.unwrap();
        let damaged = |n: usize| matches!(page.records[n], Record::Damaged(_));
        assert_eq!((0..records.len()).filter(|n| damaged(*n)).collect::<Vec<_>>(), [5, 6, 9, 14, 16]);
        assert_eq!(page.others.iter().map(Untrusted::as_sent).collect::<Vec<_>>(), ["account", "x", "acc"]);
        let json = |page: &Page<Listed>| format!("{:?}", page.records);
        assert_eq!(json(&page), json(each.as_ref().unwrap()));
        assert_eq!(Some(page), each);
    }
}

#[test]
fn js_01_what_is_around_records_or_odd_about_them_is_read_as_by_themselves() {
    let list = r#"[{"id":"a","name":"x"} , {"id":"b","name":"y"}]"#;
    for (body, count, total) in [
        (list.to_owned(), 2, None),
        (format!(r#"{{"resources":{list},"total":"2,"}} "#), 2, Some(2)),
        (r#"{"resources":[]}"#.to_owned(), 0, None),
        (r#"{"resources":null}"#.to_owned(), 0, None),
        ("[]".to_owned(), 0, None),
        ("[{}]".to_owned(), 1, None),
        (r#"[{"name":"x"}]"#.to_owned(), 1, None),
        (r#"[{"id":"a"},7]"#.to_owned(), 2, None),
        (r#"[{"\u0069d":"a"},{"\u0069d":"b"}]"#.to_owned(), 2, None),
        (r#"[{"id":"a"},{"id":"a","id":"b"}]"#.to_owned(), 2, None),
        (r#"[{"id":"a","name":"x"},{"id":"b","name":"\ud800"}]"#.to_owned(), 2, None),
    ] {
        let [page, each] = both(&body);
        let read = page.as_ref().map(|page| (page.records.len(), page.total));
        assert_eq!(read, Some((count, total)), "{body}");
        assert_eq!(page, each, "{body}");
    }
    for none in [r#"[{"id":"a"}] x"#, r#"{"codeDesc":"NCERRBadRequest"}"#] {
        assert_eq!(both(none), [None, None], "{none}");
    }
    for odd in [
        "{}",
        r#"{"resources":[{"id":"a"}],"resources":[]}"#,
        r#"{"resources":[{"id":"a"}],"codeDesc":"NCERRBadRequest"}"#,
    ] {
        let [page, each] = both(odd);
        assert_eq!(page, each, "{odd}");
    }
}

proptest::proptest! {
    /// Whatever is wrong with a page, nothing else comes of it than of its records.
    #[test]
    fn js_01_a_page_with_anything_in_it_is_read_as_its_records_are(
        cuts in proptest::collection::vec((0..600_usize, 0..4_usize, "[\\[\\]{}\",:0-9a \\\\u]{0,3}"), 0..6),
    ) {
        let record = |n: usize, name: &str| {
            format!(r#"{{"id":"id-{n}","n":[1,{{"id":2}}],"name":"{name}","connection":"c{n}","uri":null,"z":7}}"#)
        };
        let records = ["Zürich", "a", "b\\u0041", "", "Zug", "c"].iter().enumerate().map(|(n, name)| record(n, name));
        let mut body = format!(r#"{{"total":2,"resources":[{}]}}"#, records.collect::<Vec<_>>().join(","));
        for (at, length, put) in cuts {
            let start = body.floor_char_boundary(at % (body.len() + 1));
            let end = body.ceil_char_boundary((start + length).min(body.len()));
            body.replace_range(start..end, &put);
        }
        let [page, each] = both(&body);
        proptest::prop_assert_eq!(page, each, "{}", body);
    }
}
