//! `reload`: what changed holds or is told, and a file with a mistake changes nothing.

use std::time::Duration;

use cckm_tui::app::change::Names;
use cckm_tui::app::line::Line;
use cckm_tui::app::{
    Badge, ConnectFailure, Destination, Effect, Effective, Reply, SavedView, Settings, modal_lines,
};
use cckm_tui::theme::Theme;

use crate::support::app::{App, settings};

const KEYS: [&str; 7] =
    ["url", "read_only", "denied_organizations", "badge", "theme", "refresh_seconds", "mouse"];

/// The settings of a profile, where these rows are as said and all others empty.
fn at(rows: &[(&str, &str)]) -> Settings {
    let row = |key: &'static str| {
        let value = rows.iter().find(|(given, _)| *given == key).map_or("", |(_, value)| value);
        Effective { key, value: value.into(), origin: "config.toml:3".into() }
    };
    let (badge, destination) = (Badge::Profile("prod".into()), Destination::profile("prod"));
    Settings { badge, destination, effective: KEYS.map(row).to_vec(), ..settings() }
}

fn app() -> App {
    App::with(at(&[("badge", "PROD")]), 80, 24).with_organizations(3)
}

fn reload(app: App) -> App {
    app.onwards().keys("ctrl-p").text("reload").keys("enter")
}

fn read(app: App, settings: Settings) -> App {
    reload(app).reply(Reply::Reloaded(Ok(Box::new(settings))))
}

fn told(app: &App) -> Vec<String> {
    let (lines, _) = modal_lines(&app.state, &app.keymap);
    lines.iter().map(Line::text).filter(|line| !line.is_empty()).collect()
}

#[test]
fn e20_what_can_hold_at_once_does_and_the_rest_is_told() {
    let mut new = at(&[
        ("badge", "PROD EU"),
        ("denied_organizations", "*-legacy"),
        ("refresh_seconds", "60"),
        ("theme", "mono"),
        ("url", "https://other"),
        ("read_only", "true"),
        ("mouse", "true"),
    ]);
    new.badge_word = "PROD EU".into();
    new.rules.denied = Names::parse("*-legacy");
    new.refresh_every = Some(Duration::from_mins(1));
    new.theme = Theme::named("mono").unwrap();
    (new.server, new.read_only) = ("https://other".into(), true);
    new.views = vec![SavedView { name: "eu".to_owned(), sort: "name".to_owned(), ..SavedView::default() }];
    let app = read(app(), new.clone());
    assert!(matches!(app.asked(), [Effect::ListProfiles { .. }, Effect::Reload { .. }]), "{:?}", app.asked());
    assert_eq!(
        told(&app),
        [
            "Holds from now on",
            "  denied_organizations: – → *-legacy  (config.toml:3)",
            "  badge: PROD → PROD EU  (config.toml:3)",
            "  theme: – → mono  (config.toml:3)",
            "  refresh_seconds: – → 60  (config.toml:3)",
            "  view eu is new",
            "Holds when this place is entered again, or after a restart",
            "  url: – → https://other  (config.toml:3)",
            "  read_only: – → true  (config.toml:3)",
            "Holds after a restart",
            "  mouse: – → true  (config.toml:3)",
        ]
    );
    let held = &app.state.settings;
    assert_eq!((&held.badge_word, &held.rules, &held.views), (&new.badge_word, &new.rules, &new.views));
    assert_eq!((held.refresh_every, app.state.theme), (new.refresh_every, new.theme));
    assert_eq!((held.read_only, &held.server), (false, &settings().server), "the client is the same");
    let row =
        |key: &str| held.effective.iter().find(|row| row.key == key).unwrap().value.as_sent().to_owned();
    assert_eq!((row("badge"), row("url"), row("mouse")), ("PROD EU".into(), String::new(), String::new()));
    let again = read(app, new);
    assert_eq!(again.state.modals.len(), 1, "the news take the place of the old ones");
    assert!(told(&again)[0].starts_with("Holds when"), "what does not hold yet is told again");
}

#[test]
fn e20_the_same_once_more_is_said_in_a_line() {
    let app = read(app(), at(&[("badge", "PROD")]));
    assert!(app.state.modals.is_empty());
    assert!(app.notice().starts_with("the configuration says what it said before"), "{}", app.notice());
}

#[test]
fn e20_fs_10_a_file_with_mistakes_changes_nothing_and_each_is_told() {
    let before = app();
    let settings = before.state.settings.clone();
    let reason =
        "config.toml:1: unknown key `urll`; did you mean `url`?\nconfig.toml:4: not \u{1b}[31m UTF-8";
    let app = reload(before).reply(Reply::Reloaded(Err(ConnectFailure { reason: reason.into() })));
    assert_eq!(
        told(&app),
        [
            "Nothing was changed: the configuration has mistakes.",
            "config.toml:1: unknown key `urll`; did you mean `url`?",
            r"config.toml:4: not \x1b[31m UTF-8",
        ]
    );
    assert_eq!(app.state.settings, settings);
}

#[test]
fn e20_nothing_is_read_while_a_change_is_open_nor_in_the_demo() {
    let app = reload(app().choosing().text("x"));
    assert!(app.notice().contains("a change is open"), "{}", app.notice());
    let demo = reload(App::new(80, 24).with_organizations(3));
    assert!(demo.notice().contains("the demo reads no configuration"), "{}", demo.notice());
    let late = reload(self::app()).keys("/").text("thales").keys("enter e").text("x");
    let late = late.reply(Reply::Reloaded(Ok(Box::new(at(&[("badge", "TEST")])))));
    assert!(late.notice().contains("was not taken: a change is open"), "{}", late.notice());
}

#[test]
fn e20_the_name_to_be_typed_stays_that_of_the_server_that_is_shown() {
    let unnamed = |server: &str, protected: &str| {
        let mut settings = at(&[]);
        settings.effective[0].value = server.into();
        let row = Effective { key: "protected", value: protected.into(), origin: "config.toml:2".into() };
        settings.effective.push(row);
        (settings.badge, settings.destination) = (Badge::Unnamed, Destination::default());
        settings.server = server.into();
        settings.rules.confirm_by_name = (protected == "true").then(|| server.into());
        settings
    };
    let app = App::with(unnamed("https://one", "false"), 80, 24).with_organizations(3);
    let app = read(app, unnamed("https://two", "true"));
    assert_eq!(app.state.settings.rules.confirm_by_name, None);
    assert!(
        told(&app).contains(&"  protected: false → true  (config.toml:2)".to_owned()),
        "{:?}",
        told(&app)
    );
    assert!(told(&app)[0].starts_with("Holds when"));
}
