//! The help as a list: narrowed by what is typed, each line run by `Enter` or told why not.

use cckm_tui::app::Settings;
use cckm_tui::app::modal::Modal;
use cckm_tui::app::palette::{Entry, Scope};

use crate::support::app::{App, settings};

fn app() -> App {
    App::new(80, 24).with_organizations(3)
}

fn entries(app: &App) -> Vec<Entry> {
    let Some(Modal::Palette(palette)) = app.state.modals.last() else { panic!("{:?}", app.state.modals) };
    assert_eq!(palette.scope, Scope::Keys);
    palette.entries(&app.state, &app.keymap)
}

fn names(app: &App) -> Vec<String> {
    entries(app).into_iter().map(|entry| entry.name).collect()
}

#[test]
fn e16_the_keys_of_the_place_are_narrowed_by_what_is_typed() {
    let app = app().keys("? /");
    let all = names(&app);
    for name in ["edit", "mark", "move-down", "help", "quit", "palette"] {
        assert!(all.iter().any(|entry| entry == name), "{name}: {all:?}");
    }
    assert!(!all.iter().any(|entry| entry == "settings"), "nothing without a key: {all:?}");
    let app = app.text("reverse");
    assert_eq!(names(&app)[0], "reverse-sort");
    assert!(entries(&app)[0].keys.contains('S'));
}

#[test]
fn e16_enter_runs_what_is_chosen_in_the_place_the_help_was_called_from() {
    let app = app().keys("? /").text("reverse-sort").keys("enter");
    assert!(app.state.modals.is_empty() && app.state.list.sort.first.descending);
    let app = app.keys("@ ? /").text("close").keys("enter");
    assert!(app.state.modals.is_empty(), "it closed the window under the help");
}

#[test]
fn e16_what_cannot_run_says_why_and_the_help_stays() {
    let read_only = Settings { read_only: true, ..settings() };
    let app = App::with(read_only, 80, 24).with_organizations(3).keys("? /").text("edit");
    assert!(entries(&app)[0].obstacle.as_ref().is_some_and(|why| why.contains("READ-ONLY")));
    let app = app.keys("enter");
    assert!(app.notice().contains("READ-ONLY"), "{}", app.notice());
    assert!(!entries(&app).is_empty() && app.state.change.is_none());
}

#[test]
fn e16_esc_goes_back_to_the_help_and_what_was_typed_is_no_command_of_the_palette() {
    let app = app().keys("? /").text("sort").keys("esc");
    assert!(matches!(app.state.modals[..], [Modal::Help(_)]));
    let app = app.keys("/").text("reverse-sort").keys("enter");
    assert!(app.state.commands.lines().is_empty());
}
