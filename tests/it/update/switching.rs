//! Going to another place: what is forgotten, what is kept, and what holds the operator back.

use cckm_tui::app::change::Rules;
use cckm_tui::app::modal::{Modal, Question};
use cckm_tui::app::{
    Badge, ConnectFailure, Destination, Effect, Profile, Reply, Session, Settings, modal_lines, switch,
};
use cckm_tui::domain::Organization;

use crate::support::app::{App, answer, open_operation, run, settings};
use crate::support::records::{moved, page, thales};

/// What holds at a profile of the configuration.
fn at(name: &str) -> Settings {
    Settings {
        destination: Destination::profile(name),
        badge: Badge::Profile(name.into()),
        server: format!("https://{name}.example.com").into(),
        ..settings()
    }
}

/// The dashboard at profile `a`, with rows.
fn at_a() -> App {
    App::with(at("a"), 80, 24).with_organizations(3)
}

fn profiles() -> Vec<Profile> {
    let profile = |name: &str| Profile { to: Destination::profile(name), settings: Ok(at(name)) };
    let broken = Err(ConnectFailure { reason: "config.toml:9: `user`: unknown key".into() });
    vec![profile("a"), profile("b"), Profile { to: Destination::profile("broken"), settings: broken }]
}

/// The window of profiles, with what the file has.
fn picking(app: App) -> App {
    app.keys("P").reply(Reply::ProfilesListed(Ok(profiles())))
}

fn to_b(app: App) -> App {
    picking(app).keys("j enter")
}

fn entered(app: App, settings: Settings) -> App {
    app.reply(Reply::Connected(Ok(Box::new(settings))))
}

fn is_at(app: &App, name: &str) -> bool {
    app.state.settings.badge == Badge::Profile(name.into())
}

fn connects(app: &App) -> usize {
    app.asked().iter().filter(|effect| matches!(effect, Effect::Connect { .. })).count()
}

#[test]
fn au_14_nothing_of_the_old_place_is_left_and_its_answers_are_dropped() {
    let app = at_a().keys("/").text("organization").keys("enter j r").onwards();
    let (old, mut requests) = (
        app.request_for(&Reply::Listed(Ok(page(0, 0, Vec::new()).into()))).unwrap(),
        app.state.requests.clone(),
    );
    let app = entered(to_b(app), at("b"));
    assert!(is_at(&app, "b"), "the header changes before any row");
    let mut fresh = App::with(at("b"), 80, 24).state;
    fresh.latest_key = app.state.latest_key;
    fresh.requests = app.state.requests.clone();
    (fresh.now, fresh.activity) = (app.state.now, app.state.activity.clone());
    fresh.signing_in = app.state.signing_in;
    assert_eq!(app.state, fresh, "it is as if the program had been started there");
    let [.., Effect::Enter(_), Effect::SignIn { request, .. }] = app.asked() else {
        panic!("{:?}", app.asked())
    };
    assert!(*request > requests.next(), "numbers go on growing");
    let late = app.answer(old, Reply::Listed(Ok(page(0, 1, vec![thales()]).into())));
    assert!(late.state.list.rows.is_empty());
}

#[test]
fn the_sign_in_window_comes_up_where_no_password_is_at_hand() {
    let app = entered(to_b(at_a()), Settings { password_known: false, ..at("b") });
    assert!(matches!(app.state.modals[..], [Modal::SignIn(_)]));
    assert_eq!(app.state.session, Session::SignedOut);
}

#[test]
fn e22_a_theme_chosen_inside_stays_unless_the_new_place_has_one_of_its_own() {
    let named = |name: &str| cckm_tui::theme::Theme::named(name).unwrap();
    let chosen = || at_a().keys("T j enter");
    let theme = chosen().state.theme;
    assert_ne!(theme, at("a").theme);
    assert_eq!(entered(to_b(chosen()), at("b")).state.theme, theme);
    let high = Settings { theme: named("high-contrast"), ..at("b") };
    assert_eq!(entered(to_b(chosen()), high).state.theme, named("high-contrast"));
}

#[test]
fn e35_mode_protection_and_reason_are_those_of_the_new_place() {
    let rules = Rules { reason_required: true, confirm_by_name: Some("b".into()), ..Rules::default() };
    let guarded = entered(to_b(at_a()), Settings { rules, ..at("b") }).with_organizations(3);
    let app = guarded.sent();
    assert_eq!(app.patches(), 0, "a reason is missing, and the name");
    let app = app.keys("r").text("CHG-1").keys("enter").drawn().wait(500).keys("y").text("b").keys("enter");
    assert_eq!(app.patches(), 1);
    let read_only = entered(to_b(at_a()), Settings { read_only: true, ..at("b") }).with_organizations(3);
    let app = read_only.keys("e");
    assert!(app.state.change.is_none() && app.notice().contains("READ-ONLY"), "{}", app.notice());
    // And back: nothing of the guards stays.
    let app = entered(picking(app).keys("g enter"), at("a")).with_organizations(3).sent();
    assert_eq!(app.patches(), 1);
}

#[test]
fn e20_a_mistake_in_the_file_is_told_and_the_present_place_stays() {
    let app = to_b(at_a());
    let before = app.state.list.clone();
    let reason = "config.toml:7: `url`: expected an address";
    let app = app.reply(Reply::Connected(Err(ConnectFailure { reason: reason.into() })));
    assert!(app.notice().contains(reason) && app.notice().contains("still here"), "{}", app.notice());
    assert!(is_at(&app, "a") && app.state.list == before);
    assert!(!app.asked().iter().any(|effect| matches!(effect, Effect::Enter(_))));
    let app = picking(app).keys("G").onwards().keys("enter");
    assert!(app.notice().contains("config.toml:9") && connects(&app) == 0, "{}", app.notice());
}

#[test]
fn wr_17_a_change_that_is_not_settled_holds_the_operator_here() {
    let app = to_b(at_a().sent().keys("esc").onwards());
    assert_eq!(connects(&app), 0);
    assert!(app.notice().contains("not settled") && app.is_sending(), "{}", app.notice());
}

#[test]
fn wr_17_a_change_that_was_not_sent_is_given_up_only_in_words() {
    for app in [at_a().choosing().text("sfdc"), at_a().reviewed()] {
        let app = to_b(app.keys("ctrl-p").text("profiles").keys("enter").onwards());
        let question = Question::Depart(Destination::profile("b"));
        assert_eq!(app.state.modals.last(), Some(&Modal::Question(question)));
        assert_eq!(connects(&app), 0);
        let stays = app.drawn().keys("n");
        assert!(stays.state.change.is_some() && stays.state.change_is_shown());
    }
    let app =
        to_b(at_a().choosing().text("sfdc").keys("ctrl-p").text("profiles").keys("enter")).drawn().keys("y");
    assert!(app.state.change.is_none() && !app.state.change_is_shown());
    assert_eq!(connects(&app), 1);
    assert!(is_at(&entered(app, at("b")), "b"));
}

#[test]
fn wr_17_a_change_opened_on_the_way_is_not_lost() {
    let app = to_b(at_a()).choosing().text("sfdc").onwards();
    let app = entered(app, at("b"));
    assert!(is_at(&app, "a") && app.typed() == "sfdc");
    assert!(
        matches!(app.asked(), [Effect::Cancel(_)]),
        "the client that was made is dropped: {:?}",
        app.asked()
    );
}

#[test]
fn wr_17_a_change_is_taken_back_only_where_it_was_made() {
    let app = entered(to_b(at_a().changed().keys("esc")), at("b")).with_organizations(3);
    let app = app.keys("z");
    assert!(app.state.change.is_none() && app.notice().contains("no change"), "{}", app.notice());
    let app = entered(picking(app).keys("g enter"), at("a")).with_organizations(3).keys("z");
    assert!(app.state.change.is_some(), "{}", app.notice());
}

#[test]
fn wr_17_a_record_of_another_server_corrects_no_outcome() {
    let mut app = at_a().sent().patched(Err(crate::support::app::failure(
        cckm_tui::domain::Call::PatchOrganization,
        cckm_tui::domain::FailureKind::CutOff,
    )));
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Ok(thales()));
    }
    let shows = |app: App| app.loaded(vec![moved(&thales(), "new-sfdc-connection")]);
    let steps = app.records.len();
    let app = shows(entered(to_b(app.keys("esc")), at("b")));
    assert_eq!(app.records.len(), steps, "the same id elsewhere is another organization");
    let app = shows(entered(picking(app).keys("g enter"), at("a")));
    assert_eq!(app.records.len(), steps + 1, "here it came late");
}

#[test]
fn what_an_earlier_run_left_open_is_settled_at_its_own_server() {
    let open_operations = vec![open_operation(0, &thales(), "https://b.example.com", "new-sfdc-connection")];
    let run = cckm_tui::app::Run { open_operations, ..run() };
    let app = App::of(run, at("a"), 80, 24).with_organizations(3).keys("enter");
    assert_eq!(app.state.ledger.recovered[0].outcome, None);
    let app = entered(to_b(app), at("b")).signed_in();
    assert!(matches!(app.state.modals[..], [Modal::Recovery]));
    let applied: Organization = moved(&thales(), "new-sfdc-connection");
    let app = app.fetched(Ok(applied));
    assert!(app.state.ledger.recovered[0].outcome.is_some());
    let app = entered(picking(app.keys("enter")).keys("g enter"), at("a")).signed_in();
    assert!(app.state.modals.is_empty(), "it was told");
    assert!(app.state.ledger.recovered[0].outcome.is_some());
}

#[test]
fn ctrl_c_stays_here() {
    let app = to_b(at_a()).onwards().keys("ctrl-c");
    assert!(matches!(app.asked(), [Effect::Cancel(_)]));
    let app = entered(app, at("b"));
    assert!(is_at(&app, "a"));
}

#[test]
fn m21_the_demo_reaches_no_profile() {
    let app = App::new(80, 24).with_organizations(3).onwards().keys("P");
    assert!(app.state.modals.is_empty() && app.asked().is_empty());
    assert!(app.notice().contains("--demo"), "{}", app.notice());
    let mut app = app;
    assert_eq!(switch::leave_for(&mut app.state, Destination::profile("prod")), Vec::new());
}

#[test]
fn the_profiles_are_those_of_the_file_now_and_can_be_narrowed() {
    let app = picking(at_a());
    let app = app.keys("esc").onwards().keys("P");
    assert!(matches!(app.asked(), [Effect::ListProfiles { .. }]), "the file is read again");
    let app = app.reply(Reply::ProfilesListed(Ok(profiles()))).keys("/").text("b.example").keys("enter");
    let Some(Modal::Profiles(window)) = app.state.modals.last() else { panic!("no window") };
    let names: Vec<_> = window.shown(&app.state.profiles).iter().map(|profile| profile.name()).collect();
    assert_eq!(names, ["b"]);
    let app = app.onwards().keys("enter");
    assert!(matches!(app.asked(), [Effect::Connect { to, .. }] if *to == Destination::profile("b")));
    let app = picking(at_a()).onwards().keys("enter");
    assert!(app.asked().is_empty() && app.notice().contains("already"), "{}", app.notice());
}

#[test]
fn the_window_of_the_place_names_every_setting_and_its_origin() {
    let effective = vec![cckm_tui::app::Effective {
        key: "url",
        value: "https://cm1\u{1b}[2J.example.com".into(),
        origin: "/home/ops/config.toml:3".into(),
    }];
    let app = App::with(Settings { effective, ..at("a") }, 120, 36).with_organizations(1);
    let app = app.keys(":").text("settings").keys("enter");
    let (lines, _) = modal_lines(&app.state, &app.keymap);
    let text: Vec<_> = lines.iter().map(cckm_tui::app::line::Line::text).collect();
    assert_eq!(text, [r"url                https://cm1\x1b[2J.example.com  (/home/ops/config.toml:3)"]);
    assert!(app.keys("esc").state.modals.is_empty());
}

/// What a change answers is the demo's own business here.
#[test]
fn a_result_that_is_shown_does_not_hold_the_operator() {
    let app =
        at_a().sent().patched(Ok(answer(200, None))).fetched(Ok(moved(&thales(), "new-sfdc-connection")));
    assert!(app.outcome().is_some());
    let app = to_b(app);
    assert_eq!(connects(&app), 1);
}
