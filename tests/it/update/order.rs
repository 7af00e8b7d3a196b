//! Which rows are shown, in which order, and which is selected.

use cckm_tui::app::list::{By, Column, Sort};
use cckm_tui::app::modal::Modal;
use cckm_tui::app::pickers::SortPicker;
use cckm_tui::domain::Organization;

use crate::support::app::App;
use crate::support::records::{moved, named, organization};
use crate::support::screen::text;

fn acme() -> Vec<Organization> {
    vec![
        Organization { kind: "Sandbox".into(), ..named(1, "Acme UAT", "sfdc-eu-uat") },
        named(2, "Acme España", "sfdc-eu-01"),
        named(3, "Zenith", "sfdc-eu-01"),
        Organization { connection: "sfdc-us".into(), ..moved(&named(4, "acme nordics", ""), "sfdc-us") },
    ]
}

fn loaded() -> App {
    App::new(80, 24).loaded(acme())
}

#[test]
fn the_filter_narrows_at_every_letter_and_widens_at_every_backspace() {
    let app = loaded().keys("/").text("acme");
    assert_eq!(app.shown(), ["Acme España", "acme nordics", "Acme UAT"]);
    let app = app.text(" eu");
    assert_eq!(app.shown(), ["Acme España", "Acme UAT"]);
    let app = app.text("-u");
    assert_eq!(app.shown(), ["Acme UAT"]);
    let app = app.keys("backspace backspace");
    assert_eq!(app.shown(), ["Acme España", "Acme UAT"]);
    let app = app.keys("ctrl-u");
    assert_eq!(app.shown().len(), 4);
}

#[test]
fn every_word_must_be_somewhere_in_a_row_ids_included() {
    let by = |text: &str| loaded().keys("/").text(text).shown();
    assert_eq!(by("sandbox uat"), ["Acme UAT"]);
    assert_eq!(by("uat sandbox"), ["Acme UAT"]);
    assert_eq!(by("00d000000000003aaa"), ["Zenith"]);
    assert_eq!(by("8000-000000000004"), ["acme nordics"]);
    assert_eq!(by("ESPAÑA"), ["Acme España"]);
    assert_eq!(by("acme nowhere"), Vec::<String>::new());
    assert_eq!(by("   ").len(), 4);
}

#[test]
fn enter_keeps_the_filter_and_esc_clears_it() {
    let app = loaded().keys("/").text("zen").keys("enter");
    assert_eq!((app.shown(), app.state.list.filter.editing), (vec!["Zenith".to_owned()], false));
    let app = app.keys("esc");
    assert_eq!((app.shown().len(), app.selected().as_deref()), (4, Some("Zenith")));
    let app = app.keys("/").text("uat").keys("esc");
    assert_eq!((app.shown().len(), app.state.list.filter.editing), (4, false));
}

#[test]
fn e2_a_filter_that_cannot_be_understood_is_flagged_and_the_last_good_result_stays() {
    let app = loaded().keys("/").text("re:^acme");
    assert_eq!(app.shown(), ["Acme España", "acme nordics", "Acme UAT"]);
    let app = app.text("(");
    assert_eq!(app.shown().len(), 3, "as before");
    let screen = text(&app.state);
    assert!(screen.contains("not a regular expression"), "{screen}");
    let app = app.keys("enter");
    assert!(app.state.list.filter.editing, "what cannot be understood is not taken");
    let app = app.keys("backspace").text(" conn=sfdc-eu-*").keys("enter");
    assert_eq!(
        (app.shown(), app.state.list.filter.editing),
        (vec!["Acme España".to_owned(), "Acme UAT".to_owned()], false)
    );
}

#[test]
fn e4_tab_completes_columns_and_values_that_are_there() {
    let app = loaded().keys("/").text("co").keys("tab");
    assert_eq!(app.state.list.filter.field.text(), "connection=");
    let app = app.text("sfdc-eu").keys("tab");
    assert_eq!(app.state.list.filter.field.text(), "connection=sfdc-eu-01");
    assert_eq!(app.shown(), ["Acme España", "Zenith"]);
    let app = app.keys("tab");
    assert_eq!(app.state.list.filter.field.text(), "connection=sfdc-eu-uat");
    let app = app.keys("tab");
    assert_eq!(app.state.list.filter.field.text(), "connection=sfdc-eu-01", "and around");
    assert_eq!(loaded().keys("/").text("zzz=").keys("tab").state.list.filter.field.text(), "zzz=");
}

#[test]
fn e4_up_in_the_empty_line_brings_back_the_filters_before() {
    let app = loaded().keys("/").text("acme").keys("enter esc").keys("/").text("zen").keys("enter esc");
    let app = app.keys("/ up");
    assert_eq!((app.state.list.filter.field.text(), app.shown()), ("zen", vec!["Zenith".to_owned()]));
    let app = app.keys("up up");
    assert_eq!((app.state.list.filter.field.text(), app.shown().len()), ("acme", 3), "and no further");
    let app = app.keys("down down");
    assert_eq!((app.state.list.filter.field.text(), app.shown().len()), ("", 4));
    let app = app.keys("down");
    assert_eq!(app.state.list.filter.field.text(), "");
    let app = app.text("acme").keys("up down down");
    assert_eq!(
        (app.state.list.filter.field.text(), app.selected().as_deref()),
        ("acme", Some("Acme UAT")),
        "rows"
    );
}

#[test]
fn the_selection_stays_while_it_matches_and_else_goes_to_the_first_row() {
    let app = loaded().keys("j j");
    assert_eq!(app.selected().as_deref(), Some("Acme UAT"));
    let app = app.keys("/").text("acme");
    assert_eq!(app.selected().as_deref(), Some("Acme UAT"));
    let app = app.text(" nor");
    assert_eq!(app.selected().as_deref(), Some("acme nordics"));
    let app = app.text("nothing such");
    assert_eq!(app.selected(), None);
    let app = app.keys("esc");
    assert_eq!(app.selected().as_deref(), Some("Acme España"));
}

#[test]
fn arrows_move_the_selection_while_the_filter_is_typed() {
    let app = loaded().keys("/").text("acme").keys("down down");
    assert_eq!((app.selected().as_deref(), app.state.list.filter.editing), (Some("Acme UAT"), true));
}

#[test]
fn the_sort_picker_orders_by_the_chosen_column_and_keeps_the_selection() {
    let app = loaded().keys("G s");
    assert_eq!(app.state.modals, [Modal::Sort(SortPicker::of(Sort::default()))]);
    let app = app.keys("j j j enter");
    assert_eq!(app.state.list.sort, Sort::by(By::up(Column::Connection)));
    assert_eq!(app.shown(), ["Acme España", "Zenith", "Acme UAT", "acme nordics"]);
    assert_eq!((app.selected().as_deref(), app.state.modals.len()), (Some("Zenith"), 0));
}

#[test]
fn the_sort_picker_goes_round_and_esc_leaves_everything() {
    let app = loaded().keys("s k");
    let Some(Modal::Sort(picker)) = app.state.modals.last() else { panic!("no picker") };
    assert_eq!(picker.chosen, Column::Other(0), "a field that nobody has a name for is the last");
    let app = app.keys("s esc");
    assert_eq!((app.state.list.sort, app.state.modals.len()), (Sort::default(), 0));
}

#[test]
fn reversed_rows_that_tie_keep_the_order_of_their_names() {
    let app = loaded().keys("S");
    assert_eq!(app.shown(), ["Zenith", "Acme UAT", "acme nordics", "Acme España"]);
    let app = app.keys("s j j j S");
    assert_eq!(app.state.list.sort, Sort::by(By::down(Column::Connection)));
    assert_eq!(app.shown(), ["acme nordics", "Acme UAT", "Acme España", "Zenith"]);
    let app = app.keys("S");
    assert_eq!(app.shown(), ["Acme España", "Zenith", "Acme UAT", "acme nordics"]);
}

#[test]
fn e6_a_second_column_decides_among_equals() {
    let app = loaded().keys("s j j space");
    let Some(Modal::Sort(picker)) = app.state.modals.last() else { panic!("no picker") };
    assert_eq!(picker.first, Some(By::up(Column::Type)));
    assert!(
        !picker.columns(app.state.list.rows.columns()).contains(&Column::Type),
        "no column decides twice"
    );
    let app = app.keys("g esc").keys("space k k k");
    let app = app.keys("esc esc");
    assert_eq!(app.state.list.sort, Sort::default(), "esc goes back a step, then leaves everything");

    let app = app.keys("s j j j space");
    let Some(Modal::Sort(picker)) = app.state.modals.last() else { panic!("no picker") };
    assert_eq!(picker.chosen, Column::Name);
    let app = app.keys("S");
    assert_eq!(app.state.list.sort, Sort::by(By::up(Column::Connection)).then(By::down(Column::Name)));
    assert_eq!(app.shown(), ["Zenith", "Acme España", "Acme UAT", "acme nordics"]);
    let app = app.keys("S");
    assert_eq!(app.state.list.sort.second, Some(By::down(Column::Name)), "S turns the first round");
    assert_eq!(app.keys("s j enter").state.list.sort.second, None, "one column alone is one column alone");
}

#[test]
fn rows_of_the_same_name_are_ordered_by_id() {
    let twins = vec![named(9, "Twin", "a"), named(3, "Twin", "b")];
    let ids = |app: &App| -> Vec<String> {
        let rows = &app.state.list.rows;
        (0..2)
            .map(|at| rows.at(at).unwrap().organization().unwrap().connection.as_sent().to_owned())
            .collect()
    };
    let app = App::new(80, 24).loaded(twins);
    assert_eq!(ids(&app), ["b", "a"]);
    assert_eq!(ids(&app.keys("S")), ["b", "a"]);
}

#[test]
fn the_time_of_the_last_change_orders_as_time_not_as_text() {
    let at = |n, name: &str, time: &str| Organization { updated_at: time.into(), ..named(n, name, "c") };
    let app = App::new(80, 24).loaded(vec![
        at(1, "later", "2026-01-01T10:00:00Z"),
        at(2, "earlier", "2026-01-01T11:00:00+02:00"),
        at(3, "no time", "yesterday"),
    ]);
    assert_eq!(app.keys("s j j j j enter").shown(), ["no time", "earlier", "later"]);
}

/// A list of 100 rows in a pane of 11.
fn hundred() -> App {
    App::new(80, 24).loaded((1..=100).map(organization).collect())
}

#[test]
fn moves_and_their_counts_end_where_they_say() {
    let table = [
        ("j j", 2),
        ("5 j", 5),
        ("5 j 2 k", 3),
        ("1 2 G", 11),
        ("1 2 g", 11),
        ("G", 99),
        ("end", 99),
        ("G home", 0),
        ("9 9 9 9 j", 99),
        ("k", 0),
        ("pgdn", 11),
        ("2 pgdn", 22),
        ("G pgup", 88),
        ("ctrl-d", 6),
        ("ctrl-d ctrl-d ctrl-u", 6),
        ("1 0 j", 10),
        ("3 esc j", 1),
        ("9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 j", 99),
    ];
    for (keys, position) in table {
        let app = hundred().keys(keys);
        assert_eq!(app.state.list.position, position, "{keys}");
        assert!((app.state.list.offset..app.state.list.offset + 11).contains(&position), "{keys}");
        assert_eq!(app.state.count, None, "{keys}");
    }
}

#[test]
fn a_lone_zero_is_no_count() {
    assert_eq!(hundred().keys("0 j").state.list.position, 1);
}

#[test]
fn the_screen_scrolls_only_when_the_selection_would_leave_it() {
    let app = hundred().keys("1 0 j");
    assert_eq!(app.state.list.offset, 0);
    let app = app.keys("j");
    assert_eq!(app.state.list.offset, 1);
    let app = app.keys("1 0 k");
    assert_eq!((app.state.list.offset, app.state.list.position), (1, 1));
}
