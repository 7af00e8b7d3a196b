//! Saved views: the list shown by a name of the configuration.

use cckm_tui::app::modal::Modal;
use cckm_tui::app::palette::Entry;
use cckm_tui::app::{Effect, SavedView, Settings};

use crate::support::app::{App, settings};
use crate::support::records::{named, page};

fn view(name: &str, filter: &str, sort: &str, columns: &str) -> SavedView {
    let [name, filter, sort, columns] = [name, filter, sort, columns].map(str::to_owned);
    SavedView { name, filter, sort, columns }
}

fn app() -> App {
    let views = vec![
        view("eu", "connection=eu", "-name", "name:30,connection,account"),
        view("order", "", "connection,-name", ""),
        view("server", "//connection=us", "", ""),
    ];
    let connection = |n| if n < 3 { "eu" } else { "us" };
    let names = ["A", "B", "C", "D", "E", "F"].into_iter().enumerate();
    let rows = names.map(|(n, name)| named(n, name, connection(n))).collect();
    App::with(Settings { views, ..settings() }, 80, 24).loaded(rows)
}

fn run(app: App, line: &str) -> App {
    app.keys(":").text(line).keys("enter")
}

fn entries(app: &App) -> Vec<Entry> {
    let Some(Modal::Palette(palette)) = app.state.modals.last() else { panic!("no palette") };
    palette.entries(&app.state, &app.keymap)
}

fn order(app: &App) -> String {
    app.shown().concat()
}

#[test]
fn a_view_is_a_filter_an_order_and_columns_under_one_name() {
    let app = run(app(), "view eu");
    assert_eq!(order(&app), "CBA");
    let list = &app.state.list;
    assert_eq!(list.columns.words(list.rows.others()).as_deref(), Some("name:30,connection,account"));
    assert_eq!(list.filter.field.text(), "connection=eu");
}

#[test]
fn what_a_view_says_nothing_of_stays() {
    let app = run(run(app(), "view eu"), "view order");
    assert_eq!((order(&app).as_str(), app.state.list.filter.field.text()), ("CBA", "connection=eu"));
    assert_eq!(order(&app.keys("esc")), "CBAFED");
}

#[test]
fn e3_a_view_can_have_the_server_filter() {
    let app = run(app().onwards(), "view server");
    let asked = app.asked().iter().find_map(|effect| match effect {
        Effect::ListOrganizations { criteria, .. } => Some(criteria.to_string()),
        _ => None,
    });
    assert_eq!(asked.as_deref(), Some("connection=us"));
    let us = (3..6).map(|n| named(n, ["D", "E", "F"][n - 3], "us")).collect();
    assert_eq!(order(&app.listed(page(0, 3, us))), "DEF");
}

#[test]
fn e4_the_palette_lists_the_views_completes_their_names_and_says_what_is_none() {
    let app = app().keys(":");
    let listed = entries(&app).into_iter().filter(|entry| entry.name.starts_with("view "));
    let listed: Vec<_> = listed.map(|entry| (entry.name, entry.help)).collect();
    assert_eq!(listed[1], ("view order".to_owned(), "sort connection,-name".to_owned()));
    assert_eq!(listed.len(), 3);
    let typed = app.text("view ser").keys("tab enter");
    assert_eq!(typed.state.list.filter.field.text(), "/connection=us");
    let wrong = self::app().keys(":").text("view nosuch").keys("enter");
    assert!(wrong.notice().contains("there is no such view"), "{}", wrong.notice());
    let none = App::new(80, 24).with_organizations(3).keys(":").text("view x").keys("enter");
    assert!(none.notice().contains("[views.NAME]"), "{}", none.notice());
    let connections = self::app().keys("c :");
    let obstacle = entries(&connections).into_iter().find(|entry| entry.name == "view eu").unwrap().obstacle;
    assert!(obstacle.is_some_and(|why| why.contains("about the organizations")));
}
