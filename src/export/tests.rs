use super::*;
use crate::domain::{Organization, OrganizationId};
use crate::text::{Untrusted, unescape};

fn organization(name: &str, json: &str) -> Record<Listed> {
    let organization = Organization {
        id: OrganizationId::new("2473e846").unwrap(),
        name: name.into(),
        organization_id: "00D5e000000aBc2EAA".into(),
        connection: "sfdc-eu-01".into(),
        cloud_name: "sfdc".into(),
        kind: "Regular".into(),
        created_at: "2023-01-30T08:12:44Z".into(),
        updated_at: Untrusted::default(),
        uri: "kylo:1".into(),
        json: json.into(),
    };
    Record::Sound(organization.into())
}

fn damaged(json: &str) -> Record<Listed> {
    Record::damaged(json.into(), "no id".into())
}

fn written(format: Format, records: &[Record<Listed>]) -> (String, Written) {
    let mut bytes = Vec::new();
    let written = organizations(format, records, &mut bytes).unwrap();
    (String::from_utf8(bytes).unwrap(), written)
}

/// The names of a sheet as a spreadsheet reads them.
fn names(text: &str, delimiter: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().get(1).unwrap().to_owned()).collect()
}

#[test]
fn e12_a_sheet_has_the_servers_keys_and_a_row_for_each_organization() {
    let (text, count) = written(Format::Csv, &[organization("Acme, \"DE\"", "{}"), damaged("{}")]);
    assert_eq!(
        text,
        "id,name,organization_id,type,connection,cloud_name,createdAt,updatedAt,uri\n\
         2473e846,\"Acme, \"\"DE\"\"\",00D5e000000aBc2EAA,Regular,sfdc-eu-01,sfdc,2023-01-30T08:12:44Z,,kylo:1\n"
    );
    assert_eq!(count, Written { records: 1, left_out: 1 });
    let (text, _) = written(Format::Tsv, &[organization("Acme, DE", "{}")]);
    assert!(text.ends_with("\n2473e846\tAcme, DE\t00D5e000000aBc2EAA\tRegular\tsfdc-eu-01\tsfdc\t2023-01-30T08:12:44Z\t\tkylo:1\n"));
}

#[test]
fn tx_21_no_cell_is_a_formula_and_none_is_lost() {
    let hostile = [
        "=HYPERLINK(\"http://x\",\"y\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\n=1",
        "\r=1",
        "'=1",
        "two\nlines",
        "\u{1b}[2J",
        "a\u{202e}b",
        r"\x1b",
        "Acme",
        "",
    ];
    for (format, delimiter) in [(Format::Csv, b','), (Format::Tsv, b'\t')] {
        let records: Vec<_> = hostile.iter().map(|name| organization(name, "{}")).collect();
        let (text, _) = written(format, &records);
        let read = names(&text, delimiter);
        for (cell, name) in read.iter().zip(hostile) {
            assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']), "{cell:?}");
            let text = unescape(cell.strip_prefix('\'').unwrap_or(cell));
            assert_eq!(text, name, "one apostrophe off the front, and the display rule undone");
        }
        assert_eq!(read.len(), hostile.len());
        assert!(!text.contains(['\u{1b}', '\r', '\u{202e}']), "{text:?}");
    }
}

#[test]
fn tx_21_json_has_every_record_as_it_was_sent() {
    let sent = [r#"{"id":"1","n":1.50,"name":"=Español…","u":"\u001b[2J"}"#, r#"{"big":1e999}"#];
    let records = [organization("a", sent[0]), damaged(sent[1])];
    let (text, count) = written(Format::JsonLines, &records);
    assert_eq!(text.lines().collect::<Vec<_>>(), sent);
    assert_eq!(count, Written { records: 2, left_out: 0 });
    let (text, _) = written(Format::Json, &records);
    assert_eq!(text, format!("[\n{},\n{}\n]\n", sent[0], sent[1]));
    assert_eq!(written(Format::Json, &[]).0, "[]\n");
    assert_eq!(written(Format::JsonLines, &[]).0, "");
}

#[test]
fn tx_21_a_record_of_many_lines_is_one_line_of_the_same_value_and_nothing_in_it_is_obeyed() {
    let sent = "{\r\n\t\"name\": \"a\u{9b}b\u{202e}c\u{e0001}\"\n}";
    let (text, _) = written(Format::JsonLines, &[organization("a", sent)]);
    assert_eq!(text.lines().count(), 1);
    assert!(!text.trim_end().contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
    assert_eq!(value(&text), value(sent));
}

#[test]
fn e10_a_row_to_be_pasted_is_one_row_whatever_is_in_it() {
    let Record::Sound(organization) = organization("=a\tb\nc", "{}") else { panic!() };
    let text = tsv_row(&organization);
    assert!(text.starts_with("2473e846\t\"'=a\tb\nc\"\t00D5e") && text.ends_with("\tkylo:1"), "{text:?}");
}
