//! What leaves the screen: `E` and `y`.

use cckm_tui::app::Effect;
use cckm_tui::app::Reply;
use cckm_tui::app::export::{Content, Saved, What, scope};
use cckm_tui::app::modal::Modal;
use cckm_tui::domain::{Connection, ConnectionState, Listed, Record};
use cckm_tui::export::Format;

use crate::support::app::App;
use crate::support::records::{connection, damaged, named, page, thales};

fn app() -> App {
    let organizations = vec![named(1, "Acme B", "eu"), named(2, "Acme A", "us"), named(3, "Zenith", "eu")];
    App::new(80, 24).loaded(organizations)
}

/// The names in the file that is asked for, and how it is called.
fn saved(app: &App) -> (Vec<String>, String, Format) {
    let [Effect::Save { request: _, name, content: Content::Organizations { format, records } }] =
        app.asked()
    else {
        panic!("{:?}", app.asked())
    };
    let name_of = |record: &Record<Listed>| match record {
        Record::Sound(listed) => listed.name().to_owned(),
        Record::Damaged(_) => "damaged".to_owned(),
    };
    (records.iter().map(name_of).collect(), name.clone(), *format)
}

#[test]
fn e12_the_rows_on_the_screen_are_exported_in_their_order() {
    let app = app().keys("S / a c m e enter").onwards().keys("E j j enter");
    let (names, file, format) = saved(&app);
    assert_eq!(names, ["Acme B", "Acme A"]);
    assert_eq!(format, Format::Json);
    assert!(file.starts_with("organizations-demo-2026") && file.ends_with("Z.json"), "{file}");
    assert_eq!(app.state.modals, []);
    let done =
        Saved { path: "/home/ops/x.json".into(), what: What::Organizations { records: 2, left_out: 0 } };
    let app = app.reply(Reply::Saved(Ok(done)));
    assert_eq!(app.notice(), "2 organizations in /home/ops/x.json");
    assert_eq!(app.wait(60_000).notice(), "2 organizations in /home/ops/x.json", "it can be read in peace");
}

#[test]
fn e12_marked_rows_are_exported_alone_and_also_those_that_the_filter_hides() {
    let app = app().keys("space G space / z e n enter").onwards().keys("E");
    assert!(
        scope(&app.state).starts_with("2 organizations: the marked ones, 1 of them hidden"),
        "{}",
        scope(&app.state)
    );
    assert_eq!(saved(&app.keys("enter")).0, ["Acme A", "Zenith"]);
}

#[test]
fn e12_esc_writes_nothing_and_a_failure_is_told() {
    let app = app().onwards().keys("E k esc");
    assert_eq!((app.asked(), app.state.modals.len()), (&[][..], 0));
    let app = app.keys("E enter").reply(Reply::Saved(Err("x.csv: no room \u{1b}".into())));
    assert_eq!(app.notice(), r"nothing was written: x.csv: no room \x1b");
}

#[test]
fn e12_damaged_records_are_exported_too_and_an_empty_list_is_not() {
    let mut records = vec![damaged()];
    records.push(Record::Sound(thales()));
    let app = App::new(80, 24).signed_in();
    let app = app.listed(cckm_tui::domain::Page { records, ..page(0, 2, Vec::new()) }).onwards();
    assert_eq!(saved(&app.keys("E enter")).0, ["Thales", "damaged"]);
    let app = App::new(80, 24).loaded(Vec::new()).onwards().keys("E");
    assert_eq!((app.asked(), app.state.modals.len()), (&[][..], 0));
    assert_eq!(app.notice(), "there is no row to export");
}

#[test]
fn e12_the_picker_stays_within_its_formats() {
    let app = app().keys("E k k");
    assert_eq!(app.state.modals, [Modal::Export(Format::Csv)]);
    assert_eq!(app.keys("j j j j j").state.modals, [Modal::Export(Format::JsonLines)]);
}

#[test]
fn e10_y_copies_a_part_of_the_selected_row() {
    let copied = |keys: &str| match App::new(80, 24).loaded(vec![thales()]).onwards().keys(keys).asked() {
        [Effect::Copy { what: _, text }] => text.clone(),
        other => panic!("{keys}: {other:?}"),
    };
    let thales = thales();
    assert_eq!(copied("y n"), thales.name.as_sent());
    assert_eq!(copied("y i"), thales.id.as_str());
    assert_eq!(copied("y o"), thales.organization_id.as_sent());
    assert_eq!(copied("y c"), thales.connection.as_sent());
    assert_eq!(copied("y u"), thales.uri.as_sent());
    assert_eq!(copied("y j"), thales.json.as_sent().replace('\n', " "), "one line of the same tokens");
    assert!(copied("y t").starts_with(&format!("{}\tThales\t", thales.id)));
    assert!(copied("y r").starts_with("printf"));
    assert_eq!(copied("tab y n"), "Thales", "in the detail too");
}

#[test]
fn e10_nothing_that_would_be_obeyed_unseen_is_copied() {
    let hostile = App::new(80, 24).loaded(vec![named(1, "a\n\u{1b}]0;x\u{7}b", "")]).onwards();
    let app = hostile.keys("y n");
    assert_eq!(
        app.asked(),
        [Effect::Copy { what: "the name".to_owned(), text: r"a\x0a\x1b]0;x\x07b".to_owned() }]
    );
    let app = app.onwards().keys("y c");
    assert_eq!((app.asked(), app.notice()), (&[][..], "the connection is empty: nothing was copied"));
}

/// Two connections, of which organizations use one, and a name that is none.
fn connections() -> App {
    let known = vec![
        Connection {
            uri: "kylo:eu".into(),
            json: "{\"id\": 7}".into(),
            ..connection("eu", ConnectionState::Ready)
        },
        connection("spare", ConnectionState::Fail),
    ];
    let users = vec![named(1, "A", "eu"), named(2, "B", "gone"), named(3, "C", "eu")];
    App::new(80, 24).signed_in().connections(known).listed(page(0, 3, users)).keys("c g")
}

#[test]
fn e12_the_connections_on_the_screen_are_exported_with_what_is_known_of_their_use() {
    let app = connections().keys("S").onwards().keys("E");
    assert_eq!(scope(&app.state), "3 connections: all rows, in the order of the screen");
    let app = app.keys("enter");
    let [Effect::Save { name, content: Content::Connections { format, rows, left_out }, .. }] = app.asked()
    else {
        panic!("{:?}", app.asked())
    };
    assert!(name.starts_with("connections-demo-2026") && name.ends_with("Z.csv"), "{name}");
    let told = rows.iter().map(|row| (row.connection.name.as_sent(), row.state, row.organizations));
    let told: Vec<_> = told.collect();
    assert_eq!(told, [("spare", "Fail", Some(0)), ("gone", "MISSING", Some(1)), ("eu", "Ready", Some(2))]);
    assert_eq!((*format, *left_out), (Format::Csv, 0));
    let done = Saved { path: "/x.csv".into(), what: What::Connections { records: 3, left_out: 1 } };
    let app = app.reply(Reply::Saved(Ok(done)));
    assert_eq!(app.notice(), "3 connections in /x.csv; 1 damaged record left out");
    let app = connections().keys("/ z z enter").onwards().keys("E");
    assert_eq!((app.asked(), app.notice()), (&[][..], "there is no row to export"));
}

#[test]
fn e10_y_copies_a_part_of_the_selected_connection() {
    let copied = |keys: &str| match connections().onwards().keys(keys).asked() {
        [Effect::Copy { what: _, text }] => text.clone(),
        other => panic!("{keys}: {other:?}"),
    };
    assert_eq!(copied("y n"), "eu");
    assert_eq!(copied("y i"), "id-of-eu");
    assert_eq!(copied("y u"), "kylo:eu");
    assert_eq!(copied("y j"), "{\"id\": 7}");
    assert!(copied("y t").starts_with("id-of-eu\teu\t"), "{}", copied("y t"));
    assert_eq!(copied("tab y n"), "eu", "in the detail too");
    assert_eq!(copied("j y n"), "gone", "one that is not there has a name");
    let app = connections().onwards().keys("j y i");
    assert_eq!((app.asked(), app.notice()), (&[][..], "the id is empty: nothing was copied"));
}
