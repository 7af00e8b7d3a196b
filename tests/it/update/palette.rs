//! The palette: everything its place can do, nothing that consents, and the reason where it cannot.

use cckm_tui::app::modal::Modal;
use cckm_tui::app::palette::{Action, Entry};
use cckm_tui::app::{Badge, Destination, Effect, Profile, Reply, Settings};
use cckm_tui::keymap::{Command, Context};

use crate::support::app::{App, settings};

fn at(name: &str) -> Settings {
    Settings { destination: Destination::profile(name), badge: Badge::Profile(name.into()), ..settings() }
}

fn app() -> App {
    App::with(at("prod-eu"), 80, 24).with_organizations(3)
}

fn entries(app: &App) -> Vec<Entry> {
    let Some(Modal::Palette(palette)) = app.state.modals.last() else { panic!("no palette") };
    palette.entries(&app.state, &app.keymap)
}

fn entry(app: &App, name: &str) -> Entry {
    entries(app).into_iter().find(|entry| entry.name == name).unwrap_or_else(|| panic!("no {name}"))
}

#[test]
fn e4_every_command_of_the_place_is_in_it_under_its_name_with_its_keys() {
    let app = app().keys(":");
    for context in [Context::List, Context::Global] {
        for command in app.keymap.commands(context).filter(|command| *command != Command::Palette) {
            let entry = entry(&app, command.name());
            let key = app.keymap.keys(context, command).next().unwrap().to_string();
            assert!(entry.keys.contains(&key) && entry.help == command.help(), "{entry:?}");
        }
    }
    assert_eq!(entry(&app, "settings").action, Action::Settings);
}

#[test]
fn e4_the_best_match_runs_and_the_place_is_the_one_under_it() {
    let app = app().keys(":").text("rvsort").keys("enter");
    assert!(app.state.modals.is_empty() && app.state.list.sort.descending);
    let app = app.keys("ctrl-p").text("act").keys("tab enter");
    assert!(matches!(app.state.modals[..], [Modal::Activity(_)]));
    let app = app.keys(":").text("close").keys("enter");
    assert!(app.state.modals.is_empty(), "it closed the window under it");
    let app = app.keys(":").text("no such thing").keys("enter");
    assert!(matches!(app.state.modals[..], [Modal::Palette(_)]) && app.notice().contains("no such command"));
    let app = app.keys("esc : enter");
    assert!(app.state.modals.is_empty(), "nothing typed and nothing chosen runs nothing");
}

#[test]
fn e4_quit_quits_from_any_place() {
    for app in [app(), app().keys("?"), app().keys("@")] {
        let app = app.onwards().keys(":").text("quit").keys("enter");
        assert_eq!(app.asked().last(), Some(&Effect::Quit));
    }
}

#[test]
fn what_cannot_run_says_why_and_does_nothing() {
    let read_only = App::with(Settings { read_only: true, ..at("a") }, 80, 24).with_organizations(3);
    let app = read_only.keys(":").text("edit");
    assert!(entry(&app, "edit").obstacle.is_some_and(|why| why.contains("READ-ONLY")));
    let app = app.keys("enter");
    assert!(app.state.change.is_none() && matches!(app.state.modals[..], [Modal::Palette(_)]));
    assert!(app.notice().contains("READ-ONLY"));
    let empty = App::with(at("a"), 80, 24).loaded(Vec::new()).keys(":");
    for name in ["edit", "undo", "open", "copy-curl"] {
        assert!(entry(&empty, name).obstacle.is_some(), "{name}");
    }
    assert!(entry(&App::new(80, 24).keys(":"), "profiles").obstacle.is_some(), "the demo has no profiles");
}

#[test]
fn m5_nothing_is_sent_and_no_question_answered_from_the_palette() {
    let app = app().reviewed().keys("ctrl-p").text("submit").drawn().wait(1000).keys("enter");
    assert_eq!(app.patches(), 0);
    assert!(entry(&app, "submit").obstacle.is_some());
    let app = self::app().choosing().text("new").keys("esc ctrl-p").text("confirm").keys("enter");
    assert!(app.state.change.is_some());
}

#[test]
fn profile_takes_its_argument_from_the_list() {
    let profile = |name: &str| Profile { to: Destination::profile(name), settings: Ok(at(name)) };
    let known = vec![profile("prod-eu"), profile("prod-us"), profile("test")];
    let app = app().keys(":").reply(Reply::ProfilesListed(Ok(known))).text("profile us").keys("tab");
    let Some(Modal::Palette(palette)) = app.state.modals.last() else { panic!("no palette") };
    assert_eq!(palette.field.text(), "profile prod-us");
    let app = app.onwards().keys("enter");
    assert!(matches!(app.asked(), [Effect::Connect { to, .. }] if *to == Destination::profile("prod-us")));
}

#[test]
fn the_arrows_choose_and_typing_chooses_anew() {
    let app = app().keys(":").text("sort").keys("down");
    let Some(Modal::Palette(palette)) = app.state.modals.last() else { panic!("no palette") };
    assert_eq!(palette.highlighted(&entries(&app)), Some(1));
    let app = app.text("x");
    let Some(Modal::Palette(palette)) = app.state.modals.last() else { panic!("no palette") };
    assert_eq!(palette.chosen, None);
}
