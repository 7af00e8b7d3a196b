//! Which columns are shown, and what keys make of them.

use cckm_tui::app::Message;
use cckm_tui::app::list::{Column, Columns};
use cckm_tui::app::modal::Modal;

use ratatui::layout::Size;

use crate::support::app::App;
use crate::support::screen::text;

fn app() -> App {
    App::new(80, 24).with_organizations(3)
}

/// The columns in sight.
fn seen(app: &App) -> Vec<Column> {
    let list = &app.state.list;
    list.columns.placed(list.width).columns.into_iter().map(|(column, _)| column).collect()
}

#[test]
fn e7_a_column_is_shown_hidden_and_moved_and_the_list_follows_at_once() {
    let app = app().keys("C j space");
    assert_eq!(seen(&app), [Column::Name, Column::Type, Column::Connection, Column::Updated]);
    let app = app.keys("space G space");
    assert_eq!(seen(&app).len(), 5, "a field that nobody has a name for has no room yet");
    assert_eq!(app.state.list.columns.placed(80).right, 1);
    let app = app.keys("[ [ [ [ [ [ [ [ [ [ [");
    assert_eq!(seen(&app)[1], Column::Other(2), "before all others, and after the name");
    let app = app.keys("enter");
    let shown = text(&app.state);
    assert!(shown.contains("devAccount") && shown.contains("ncryptify"), "{shown}");
}

#[test]
fn e7_esc_goes_back_to_the_columns_before_and_r_to_those_shipped() {
    let app = app().keys("C j space j > > esc");
    assert_eq!(app.state.list.columns, Columns::default());
    let app = app.keys("C j space enter").keys("C R enter");
    assert_eq!(app.state.list.columns, Columns::default());
    let app = app.keys("C space enter");
    assert!(seen(&app).contains(&Column::Name), "the name is always there");
}

#[test]
fn e7_the_name_stays_while_columns_scroll_and_what_is_out_of_sight_is_told() {
    let app = App::new(60, 16).with_organizations(3);
    assert_eq!(seen(&app), [Column::Name, Column::Connection, Column::Updated]);
    assert!(text(&app.state).contains("UPDATED 2>"), "{}", text(&app.state));
    let app = app.keys("l l");
    assert_eq!(seen(&app)[0], Column::Name);
    assert!(seen(&app).contains(&Column::OrgId) && text(&app.state).contains("<2"), "{}", text(&app.state));
    let app = app.keys("right right right right");
    assert_eq!(app.state.list.columns.placed(60).right, 0);
    let app = app.keys("h h h h h h");
    assert_eq!(app.state.list.columns.placed(60).left, 0);
    let app = app.keys("l l").message(Message::Resized(Size::new(200, 60)));
    assert_eq!(app.state.list.columns.placed(app.state.list.width).left, 0, "there is room for all");
}

#[test]
fn the_name_is_widened_and_whole_values_are_shown_by_key() {
    let app = app();
    let width = |app: &App| app.state.list.columns.placed(80).columns[0].1.len();
    let before = width(&app);
    let app = app.keys("<");
    assert_eq!(width(&app), before - 2);
    let app = app.keys("> >");
    assert_eq!(width(&app), before + 2);
    let app = app.keys("w");
    assert!(text(&app.keys("l l l").state).contains("2026-01-02 03:04:05Z"));
}

#[test]
fn the_arrows_move_the_cursor_while_the_filter_is_typed() {
    let app = App::new(60, 16).with_organizations(3).keys("/").text("ab").keys("left right left");
    assert_eq!(
        (app.state.list.filter.field.before_cursor(), app.state.list.columns.placed(60).left),
        ("a", 0)
    );
}

#[test]
fn m18_a_field_that_a_refresh_brings_does_not_move_the_highlight() {
    let app = app().keys("C j j");
    let chosen = |app: &App| match app.state.modals.last() {
        Some(Modal::Columns(picker)) => picker.chosen,
        other => panic!("{other:?}"),
    };
    assert_eq!(chosen(&app), Column::Type);
    let mut new = crate::support::records::organization(9);
    new.json = new.json.as_sent().replace('}', r#","added":"x"}"#).into();
    let app = app.keys("enter r").listed(crate::support::records::page(0, 1, vec![new])).keys("C j j");
    assert_eq!(chosen(&app), Column::Type);
    assert_eq!(app.state.list.rows.others().named("added"), Some(Column::Other(3)));
}
