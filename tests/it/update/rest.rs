//! The detail follows the selection when that rests, and what a slow line changes.

use std::time::Duration;

use cckm_tui::app::link::Bandwidth;
use cckm_tui::app::{Message, Run};

use crate::support::app::{App, run, settings};
use crate::support::records::organization;
use crate::support::screen;

fn app(width: u16, height: u16) -> App {
    App::new(width, height).loaded((0..100).map(organization).collect())
}

/// Name of the record that the detail shows.
fn detailed(app: &App) -> Option<String> {
    app.state.detailed().map(|row| row.title().into_string())
}

/// The name of a row, if there is one.
fn name(n: impl Into<Option<usize>>) -> Option<String> {
    n.into().map(|n| format!("Organization {n:06}"))
}

#[test]
fn m22_the_detail_follows_when_the_selection_rests_and_names_what_it_shows_until_then() {
    let app = app(80, 24).keys("j j j");
    assert_eq!((app.selected(), detailed(&app)), (name(3), name(0)));
    let title = screen::text(&app.state).lines().nth(14).unwrap().to_owned();
    assert!(title.contains("Organization 000000"), "{title}");
    let app = app.wait(79);
    assert_eq!(detailed(&app), name(0));
    let app = app.wait(1);
    assert_eq!(detailed(&app), name(3));
    let app = app.wait(1000).keys("j").wait(60).keys("j").wait(60);
    assert_eq!(detailed(&app), name(3), "each key begins the rest anew");
    assert_eq!(detailed(&app.wait(40)), name(5));
}

#[test]
fn m22_beside_a_list_that_scrolls_the_detail_is_empty_until_the_selection_rests() {
    let app = app(120, 40).keys("G").wait(100).keys("g");
    assert_eq!((app.selected(), detailed(&app)), (name(0), None));
    assert!(!screen::text(&app.state).contains("connection    "), "no value without its record");
    assert_eq!(detailed(&app.wait(100)), name(0));
}

#[test]
fn m22_every_other_key_brings_the_detail_of_the_selection_at_once() {
    for key in ["tab", "enter", "e", "?", "r"] {
        let app = app(80, 24).keys("j j").keys(key);
        assert_eq!(detailed(&app), name(2), "{key}");
    }
}

#[test]
fn a21_on_a_slow_line_ages_go_by_the_minute_and_only_the_mark_moves() {
    let low = Run { bandwidth: Bandwidth::Low, ..run() };
    let app = App::of(low, settings(), 80, 24).loaded((0..100).map(organization).collect()).wait(10_000);
    let shown = screen::text(&app.state);
    assert!(shown.lines().next().unwrap().contains("low-bw  tok  4m  ● <1m"), "{shown}");
    let before = screen::cells(&app.state);
    let app = app.keys("j");
    let after = screen::cells(&app.state);
    assert_eq!(before.diff(&after).len(), 2, "the mark goes and comes");
    assert_eq!(detailed(&app.wait(399)), name(0), "and the detail takes its time");
}

#[test]
fn a21_a_line_that_makes_writes_wait_is_taken_for_slow_and_that_is_said() {
    let mut app = app(80, 24);
    for _ in 0..3 {
        app = app.message(Message::Sent { bytes: 1000, waited: Duration::from_millis(70) });
    }
    let shown = screen::text(&app.state);
    assert!(shown.contains("low bandwidth"), "{shown}");
    assert!(shown.contains("the terminal takes output slowly"), "{shown}");
    let app = app.keys("L");
    let shown = screen::text(&app.state);
    assert!(shown.contains("last 1000, mean 1000, total 3000"), "{shown}");
    assert!(shown.contains("low bandwidth: the terminal took output slowly"), "{shown}");
    let app = app.keys("b");
    assert_eq!(app.state.link.bandwidth, Bandwidth::FullByChoice);
}
