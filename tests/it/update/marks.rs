//! Marks: set by keys, known by ids, never lost without a word.

use crate::support::app::App;
use crate::support::records::{named, page};

use cckm_tui::domain::{Listed, Organization};

/// Six organizations, A to F.
fn six() -> Vec<Organization> {
    ["A", "B", "C", "D", "E", "F"].into_iter().enumerate().map(|(n, name)| named(n, name, "old")).collect()
}

fn app() -> App {
    App::new(80, 24).loaded(six())
}

/// The names of the marked organizations, in the order a plan would take them.
fn marked(app: &App) -> String {
    app.state.list.marked().iter().map(Listed::name).collect()
}

fn hidden(app: &App) -> usize {
    app.state.list.marks.hidden()
}

#[test]
fn space_marks_and_moves_down_and_a_count_marks_so_many() {
    let app = app().keys("space j space");
    assert_eq!((marked(&app).as_str(), app.selected().as_deref()), ("AC", Some("D")));
    assert_eq!(marked(&app.keys("g space")), "C");
    assert_eq!(marked(&self::app().keys("j 3 space")), "BCD");
}

#[test]
fn a_range_follows_the_selection_and_gives_back_what_it_leaves() {
    let app = app().keys("G space g j v j j");
    assert_eq!(marked(&app), "BCDF");
    let app = app.keys("k k k");
    assert_eq!(marked(&app), "ABF", "from the anchor upwards, and what was marked before stays");
    let app = app.keys("G");
    assert_eq!(marked(&app), "BCDEF");
    let ended = app.keys("v g");
    assert_eq!(marked(&ended), "BCDEF");
    let escaped = ended.keys("v j esc G");
    assert_eq!(marked(&escaped), "ABCDEF", "Esc ends the range and keeps its marks");
}

#[test]
fn star_marks_what_is_shown_and_unmarks_it_when_it_is_all_marked() {
    let app = app().keys("space / ").text("re:^[cd]$").keys("enter *");
    assert_eq!((marked(&app).as_str(), hidden(&app)), ("CDA", 1));
    let app = app.keys("*");
    assert_eq!((marked(&app).as_str(), hidden(&app)), ("A", 1));
    let app = app.keys("* esc");
    assert_eq!((marked(&app).as_str(), hidden(&app)), ("ACD", 0), "the filter is peeled first");
    assert_eq!(marked(&app.keys("i")), "BEF");
}

#[test]
fn m17_marks_follow_ids_through_refresh_filter_and_order() {
    let app = app().keys("j space space");
    let mut renamed = six();
    renamed[1].name = "Z".into();
    renamed.swap(0, 5);
    let app = app.keys("r").listed(page(0, 6, renamed));
    assert_eq!(marked(&app), "CZ");
    assert_eq!(marked(&app.keys("S")), "ZC");
}

#[test]
fn a_marked_organization_that_is_gone_is_told() {
    let app = app().keys("space space");
    let rest: Vec<_> = six().into_iter().skip(1).collect();
    let app = app.keys("r").listed(page(0, 5, rest));
    assert_eq!(marked(&app), "B");
    assert_eq!(app.notice(), "a marked organization is not in the list any more: its mark is gone");
}

#[test]
fn esc_takes_the_marks_away_last() {
    let app = app().keys("space / ").text("a").keys("enter esc");
    assert_eq!(marked(&app), "A");
    let app = app.keys("esc");
    assert_eq!((marked(&app).as_str(), app.notice()), ("", "1 unmarked"));
}
