//! How the list was shown is remembered by profile, and nothing else is.

use cckm_tui::app::list::{By, Column, Columns, Sort};
use cckm_tui::app::remembered::Remembered;
use cckm_tui::app::{Badge, Destination, Effect, Settings};

use crate::support::app::{App, settings};

fn at(memory: Option<Remembered>) -> Settings {
    Settings {
        destination: Destination::profile("prod"),
        badge: Badge::Profile("prod".into()),
        memory,
        ..settings()
    }
}

fn app(memory: Remembered) -> App {
    App::with(at(Some(memory)), 80, 24).with_organizations(3)
}

/// What was last asked to be written down.
fn kept(app: &App) -> Vec<Remembered> {
    let kept = app.effects.iter().filter_map(|effect| match effect {
        Effect::Remember { profile, remembered } => {
            assert_eq!(profile.as_deref(), Some("prod"));
            Some((**remembered).clone())
        }
        _ => None,
    });
    kept.collect()
}

#[test]
fn e6_e7_what_was_chosen_is_written_down_once_and_shown_again() {
    let app = app(Remembered::default()).keys("j k l h");
    assert_eq!(kept(&app), [], "looking is nothing to remember");
    let app = app.keys("s j j j S").keys("C G space enter").keys("w").keys("/").text("org").keys("enter esc");
    let app = app.keys(":").text("sort -updated,account").keys("enter");
    let latest = kept(&app).pop().unwrap();
    let expected = Remembered {
        sort: "-updated,account".to_owned(),
        columns: "name,org,type,connection,updated,devAccount".to_owned(),
        wide: true,
        filters: vec!["org".to_owned()],
        commands: vec!["sort -updated,account".to_owned()],
    };
    assert_eq!(latest, expected);
    assert_eq!(kept(&app).len(), 5, "each change once: {:?}", kept(&app));

    let again = App::with(at(Some(latest)), 80, 24);
    let list = &again.state.list;
    let account = list.rows.others().named("account").unwrap();
    assert_eq!(
        list.sort,
        Sort::by(By::down(Column::Updated)).then(By::up(account)),
        "before a record has it"
    );
    assert_eq!((list.columns.wide, list.filter.history.lines()), (true, &["org".to_owned()][..]));
    assert!(
        list.filter.is_empty(),
        "what was filtered is in the history, and does not hide rows at the start"
    );
    assert_eq!(kept(&again.with_organizations(3)), [], "what was read is not written again");
}

#[test]
fn what_cannot_be_understood_is_as_shipped() {
    let odd = Remembered {
        sort: "a,b,c,d".to_owned(),
        columns: "name:9999,\u{1b}[2J".to_owned(),
        ..Remembered::default()
    };
    let app = app(odd);
    assert_eq!((app.state.list.sort, &app.state.list.columns), (Sort::default(), &Columns::default()));
}

#[test]
fn m20_the_demo_remembers_nothing() {
    let app = App::with(at(None), 80, 24).with_organizations(3).keys("S").keys("C G space enter");
    assert_eq!(kept(&app), []);
}
