use proptest::prelude::*;

use super::*;
use crate::domain::Record;

const KEYS: [&str; 9] =
    ["id", "name", "organization_id", "connection", "cloud_name", "type", "createdAt", "updatedAt", "uri"];

/// The JSON of a record with these texts, in which nothing is to be escaped.
fn json(texts: &[String; 9]) -> String {
    let fields: Vec<_> = KEYS.iter().zip(texts).map(|(key, text)| format!(r#""{key}":"{text}""#)).collect();
    format!("{{{}}}", fields.join(","))
}

/// Where a text stands behind the key.
fn found<'a>(json: &'a str, key: &str, text: &str) -> &'a str {
    let start = json.find(&format!(r#""{key}":""#)).unwrap() + key.len() + 4;
    json.get(start..start + text.len()).unwrap()
}

fn take(sheet: &mut Sheet, json: &str, texts: &[String; 9]) -> Option<u32> {
    let texts: [&str; 9] = std::array::from_fn(|nth| found(json, KEYS[nth], &texts[nth]));
    let [id, known @ ..] = texts;
    sheet.take(json, IdRef::of(id).unwrap(), known)
}

/// A page of these records between others' text, each behind the other.
fn page(records: &[[String; 9]], before: &str) -> Vec<Listed> {
    let jsons: Vec<_> = records.iter().map(json).collect();
    let page = Untrusted::from(format!("{before}[{}]", jsons.join(",")));
    let mut sheet = Sheet::new(page.clone());
    let mut start = before.len() + 1;
    let mut places = Vec::new();
    for (record, json) in records.iter().zip(&jsons) {
        let json = page.as_sent().get(start..start + json.len()).unwrap();
        places.push(take(&mut sheet, json, record).unwrap());
        start += json.len() + 1;
    }
    let sheet = sheet.shared();
    places.into_iter().map(|nth| Listed::of(&sheet, nth).unwrap()).collect()
}

fn texts(name: &str) -> [String; 9] {
    ["id-1", name, "00D1", "sfdc-eu", "sfdc", "Regular", "", "2026-01-02", "kylo:1"].map(str::to_owned)
}

#[test]
fn a_record_of_a_list_takes_sixteen_bytes_and_its_place_in_the_page_eight() {
    assert_eq!((size_of::<Listed>(), size_of::<Record<Listed>>(), size_of::<Part>()), (16, 16, 8));
}

#[test]
fn what_is_no_part_of_the_page_or_too_long_for_its_place_has_none_in_the_sheet() {
    let texts = texts("a");
    let json = json(&texts);
    let page = Untrusted::from(format!("[{json}]"));
    let mut sheet = Sheet::new(page.clone());
    assert_eq!(take(&mut sheet, &json, &texts), None, "the same letters elsewhere");
    let there = page.as_sent().get(1..=json.len()).unwrap();
    let (id, other) = (IdRef::of(found(there, "id", "id-1")).unwrap(), "a".to_owned());
    assert_eq!(sheet.take(there, id, [&other, "", "", "", "", "", "", ""]), None, "a text of its own");
    let head = there.get(8..9).unwrap();
    assert_eq!(sheet.take(there, id, [head, "", "", "", "", "", "", ""]), None, "a text that goes on");
    assert_eq!(take(&mut sheet, there, &texts), Some(0));
    assert_eq!(take(&mut sheet, there, &texts), Some(1), "nothing of the others stayed");
    let sheet = sheet.shared();
    assert_eq!((Listed::of(&sheet, 1).is_some(), Listed::of(&sheet, 2)), (true, None));
    for (longer, place) in [(0, Some(0)), (1, None)] {
        let mut texts = self::texts("");
        texts[8] = "x".repeat(usize::from(u16::MAX) - self::json(&texts).len() + 6 + longer);
        let page = Untrusted::from(self::json(&texts));
        assert_eq!(page.as_sent().len(), usize::from(u16::MAX) + longer);
        let mut sheet = Sheet::new(page.clone());
        assert_eq!(take(&mut sheet, page.as_sent(), &texts), place);
    }
}

#[test]
fn records_are_the_same_wherever_they_stand_when_all_they_say_is() {
    let [first, other] = ["Müller", "Acme"].map(texts);
    let one = page(&[first.clone(), other.clone()], "");
    let two = page(&[other, first], "日本");
    assert_eq!((&one[0], &one[1]), (&two[1], &two[0]));
    assert_ne!(one[0], one[1]);
    assert_eq!(one[0], one[0].clone().gathered());
    assert_eq!(one[0].clone().gathered(), two[1].clone().gathered());
    let mut renamed = Arc::unwrap_or_clone(one[0].organization());
    renamed.name = "Muller".into();
    assert_ne!(one[0], Listed::from(renamed));
}

#[test]
fn who_takes_a_record_out_of_the_list_keeps_no_page() {
    let of_page = page(&[texts("Acme"), texts("Other")], "");
    let organization = of_page[0].organization();
    let record = organization.json.as_sent().len();
    let held = [&organization.json, &organization.name, &organization.uri].map(Untrusted::held);
    assert_eq!((held, organization.id.held()), ([record; 3], record));
    assert_eq!(of_page[0].id().to_id().held(), 4);
    assert!(of_page[0].part(of_page[0].name()).held() > 2 * record, "a part of the page");
    let own = Listed::from(Arc::clone(&organization));
    assert!(Arc::ptr_eq(&own.gathered().organization(), &organization), "it is its own already");
    assert_eq!(format!("{:?}", of_page[0]), format!("{organization:?}"));
}

#[test]
fn a_field_without_a_name_is_read_from_its_json() {
    let json = r#"{"id":"a","note":"\u0062","account":"kylo"}"#;
    let page = Untrusted::from(json);
    let mut sheet = Sheet::new(page.clone());
    let id = IdRef::of(page.as_sent().get(7..8).unwrap()).unwrap();
    let nth = sheet.take(page.as_sent(), id, [""; 8]).unwrap();
    let listed = Listed::of(&sheet.shared(), nth).unwrap();
    assert_eq!(listed.other("note").as_deref(), Some("b"));
    assert_eq!(listed.other("account"), Some("kylo".into()));
    assert_eq!((listed.other("id"), listed.other("x")), (None, None));
}

/// The JSON of a record whose fields stand in another order, behind one that we have no name for.
fn turned(texts: &[String; 9], by: usize, other: &str) -> Untrusted {
    let fields = KEYS.iter().zip(texts).map(|(key, text)| format!(r#""{key}":"{text}""#));
    let mut fields: Vec<_> = fields.collect();
    fields.rotate_left(by);
    format!(r#"{{"account":"{other}",{}}}"#, fields.join(",")).into()
}

#[test]
fn of_records_that_are_written_alike_it_is_kept_once_how() {
    let jsons = [texts("Acme"), texts("Zenith"), texts("")].map(|texts| json(&texts));
    let page = Untrusted::from(jsons.concat().repeat(100));
    let mut sheet = Sheet::new(page.clone());
    let mut start = 0;
    for (json, name) in (0..100).flat_map(|_| jsons.iter().zip(["Acme", "Zenith", ""])) {
        let json = page.as_sent().get(start..).and_then(|rest| rest.get(..json.len())).unwrap();
        take(&mut sheet, json, &texts(name)).unwrap();
        start += json.len();
    }
    assert_eq!((sheet.parts.len(), sheet.shapes.len()), (300, 2), "a name that is empty is none");
}

fn record() -> impl Strategy<Value = [String; 9]> {
    let text = || "[a-zé日\u{1f600} -]{0,6}";
    ("[a-z0-9-]{1,9}", prop::array::uniform8(text()))
        .prop_map(|(id, [a, b, c, d, e, f, g, h])| [format!("i{id}"), a, b, c, d, e, f, g, h])
}

proptest! {
    #[test]
    fn every_text_is_found_however_its_record_is_written(
        texts in record(),
        written in prop::collection::vec((0..9_usize, "[a-z\u{1f600}]{0,40}"), 1..40),
    ) {
        let pages: Vec<_> = written.iter().map(|(by, other)| turned(&texts, *by, other)).collect();
        let all = Untrusted::from(pages.iter().map(Untrusted::as_sent).collect::<String>());
        let mut sheet = Sheet::new(all.clone());
        let mut start = 0;
        for page in &pages {
            let json = all.as_sent().get(start..start + page.as_sent().len()).unwrap();
            prop_assert!(take(&mut sheet, json, &texts).is_some());
            start += json.len();
        }
        let sheet = sheet.shared();
        for nth in 0..u32::try_from(pages.len()).unwrap() {
            let listed = Listed::of(&sheet, nth).unwrap();
            let found = RecordText::ALL.map(|text| listed.text(text).to_owned());
            prop_assert_eq!(&found, &texts);
            prop_assert_eq!(listed.texts().0.map(str::to_owned), found);
        }
    }

    #[test]
    fn every_text_is_found_where_it_stands(
        records in prop::collection::vec(record(), 0..5),
        before in "[aé日]{0,9}",
    ) {
        let listed = page(&records, &before);
        prop_assert_eq!(listed.len(), records.len());
        for (listed, texts) in listed.iter().zip(&records) {
            let of_page = [
                listed.id().as_str(),
                listed.name(),
                listed.organization_id(),
                listed.connection(),
                listed.cloud_name(),
                listed.kind(),
                listed.created_at(),
                listed.updated_at(),
                listed.uri(),
            ];
            prop_assert_eq!(&of_page.map(str::to_owned), texts);
            prop_assert_eq!(listed.json(), json(texts));
            let own = Listed::from(listed.organization());
            let all = [RecordText::Id].into_iter().chain(RecordText::KNOWN);
            prop_assert_eq!(&all.map(|text| own.text(text).to_owned()).collect::<Vec<_>>(), texts);
            prop_assert_eq!(listed, &own);
        }
    }
}
