//! The palette: everything its place can do, nothing that consents, and the reason where it cannot.

use cckm_tui::app::list::{By, Column, Sort};
use cckm_tui::app::modal::Modal;
use cckm_tui::app::palette::{Action, Entry};
use cckm_tui::app::{Badge, Destination, Effect, Profile, Reply, Settings};
use cckm_tui::keymap::{Command, Context};

use crate::support::app::{App, settings};
use crate::support::records::organization;

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
        let this_window = [Command::Palette, Command::Actions];
        for command in app.keymap.commands(context).filter(|command| !this_window.contains(command)) {
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
    assert!(app.state.modals.is_empty() && app.state.list.sort.first.descending);
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

fn typed(app: &App) -> &str {
    let Some(Modal::Palette(palette)) = app.state.modals.last() else { panic!("no palette") };
    palette.field.text()
}

fn names(app: &App) -> Vec<String> {
    entries(app).into_iter().map(|entry| entry.name).collect()
}

#[test]
fn e4_a_command_takes_words_completes_them_and_says_what_it_would_do() {
    let app = app().keys(":").text("theme");
    assert_eq!(entry(&app, "theme").keys, "T", "its name alone is the key's own");
    let app = app.keys("tab");
    assert_eq!(typed(&app), "theme ");
    let app = app.text("hi");
    assert_eq!(names(&app), ["theme high-contrast", "theme hi"]);
    let app = app.keys("enter");
    assert_eq!((app.state.theme.name(), app.state.modals.len()), ("high-contrast", 0));

    let app = app.keys(":").text("filter org 1");
    assert_eq!(entries(&app)[0].help, "1 of 4 organizations match");
    let app = app.keys("enter");
    assert_eq!((app.state.list.rows.shown(), app.state.list.filter.editing), (1, false));
    assert_eq!(app.state.list.filter.history.lines(), ["org 1"]);
}

#[test]
fn e4_words_that_are_not_whole_go_into_the_line_and_what_cannot_run_says_why() {
    let app = app().keys(":").text("filter conn").keys("down enter");
    assert_eq!(typed(&app), "filter connection=");
    assert_eq!(names(&app).last().map(String::as_str), Some("filter connection="), "it cannot run like that");
    assert!(names(&app)[0].starts_with("filter connection=sfdc"), "{:?}", names(&app));
    let app = app.keys("ctrl-u").text("filter re:(").keys("enter");
    assert!(app.notice().contains("regular expression") && app.state.list.filter.is_empty());
    let app = app.keys("ctrl-u").text("theme nothing-like-it").keys("enter");
    assert!(app.notice().contains("no such theme") && app.state.modals.len() == 1);
    let app = app.keys("esc e ctrl-p").text("filter org 1").keys("enter");
    assert!(app.notice().contains("not while a window is open") && app.state.list.filter.is_empty());
}

#[test]
fn e6_e7_the_order_and_the_columns_can_be_typed() {
    let app = app().keys(":").text("sort connection,-up");
    assert_eq!(names(&app)[0], "sort connection,-updated");
    let app = app.keys("tab");
    assert_eq!(entries(&app)[0].help, "order the list by CONNECTION ▲, UPDATED ▼");
    let app = app.keys("enter");
    let sort = app.state.list.sort;
    assert_eq!(sort, Sort::by(By::up(Column::Connection)).then(By::down(Column::Updated)));
    let app = app.keys(":").text("columns connection:12,ac").keys("tab enter");
    let columns = app.state.list.columns.words(app.state.list.rows.others());
    assert_eq!(columns.as_deref(), Some("name,connection:12,account"));
    let app = app.keys(":").text("columns colour").keys("enter");
    assert!(app.notice().contains("no column colour"));
}

#[test]
fn e4_what_was_run_comes_back_with_the_up_key() {
    let app = app().keys(":").text("theme light").keys("enter").keys(":").text("rvsort").keys("enter");
    assert_eq!(app.state.commands.lines(), ["theme light", "reverse-sort"]);
    let app = app.keys(": up up");
    assert_eq!(typed(&app), "theme light");
    assert_eq!(names(&app), ["theme light"], "it is understood as if it had been typed");
    let app = app.keys("down down");
    assert_eq!(typed(&app), "");
    let app = app.keys("up").text("x").keys("up");
    assert_eq!(typed(&app), "reverse-sortx", "what was changed is the operator's own");
    let app = app.keys("esc :");
    assert!(!app.state.commands.is_recalled());
}

#[test]
fn what_a_phrase_would_do_follows_the_list_while_it_is_typed() {
    let app = App::with(at("a"), 80, 24).signed_in().keys(":").text("filter org");
    assert_eq!(entries(&app)[0].help, "0 of 0 organizations match");
    let app = app.listed(crate::support::records::page(0, 2, (1..=2).map(organization).collect()));
    assert_eq!(entries(&app)[0].help, "2 of 2 organizations match");
}

#[test]
fn e17_x_lists_what_can_be_done_with_the_row_and_why_not() {
    let read_only = App::with(Settings { read_only: true, ..at("a") }, 80, 24).with_organizations(3);
    let app = read_only.keys("x");
    assert!(
        names(&app).starts_with(
            &["open", "edit", "mark", "test", "connections", "undo", "copy-name"].map(str::to_owned)
        ),
        "{:?}",
        names(&app)
    );
    assert!(
        names(&app).iter().any(|name| name == "copy-tsv") && !names(&app).iter().any(|name| name == "sort")
    );
    assert!(entry(&app, "edit").obstacle.is_some_and(|why| why.contains("READ-ONLY")));
    let app = app.text("curl").onwards().keys("enter");
    assert!(matches!(app.asked(), [Effect::Copy { what: _, text: _ }]), "{:?}", app.asked());
    assert!(app.state.commands.lines().is_empty(), "no line of the palette was run");
    let app = app.keys("x : esc esc");
    assert!(app.state.modals.is_empty(), "a colon is text there");
}

#[test]
fn e18_keys_exports_the_keys_in_effect_as_a_file() {
    let app = App::new(80, 24).with_organizations(3).onwards().keys(":").text("keys").keys("enter");
    let [.., Effect::Copy { what, text }] = app.asked() else { panic!("{:?}", app.asked()) };
    assert_eq!(what, "the keys in effect");
    assert_eq!(*text, app.keymap.toml());
}
