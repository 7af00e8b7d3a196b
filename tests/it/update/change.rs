//! One change: chosen, reviewed, sent once.

use cckm_tui::app::change::{Candidate, Finding, Gate, Outcome, Phase, Question, Review};
use cckm_tui::app::connections::Completeness;
use cckm_tui::app::help::READ_ONLY;
use cckm_tui::app::modal::{self, Modal};
use cckm_tui::app::{Effect, Message, Reply, Session, Settings};
use cckm_tui::domain::{Call, ConnectionState, FailureKind, Moment, Organization, OrganizationPatch, Page};
use ratatui::layout::Size;

use crate::support::app::{App, answer, failure, refused, settings};
use crate::support::records::{connection, damaged, id, moved, named, organization, page, thales};

/// Three organizations and Thales.
fn app() -> App {
    App::new(80, 24).with_organizations(3)
}

fn phase(app: &App) -> &Phase {
    &app.state.change.as_ref().expect("no change").phase
}

fn is_review(app: &App) -> bool {
    matches!(phase(app), Phase::Reviewing { .. })
}

fn review(app: &App) -> &Review {
    match phase(app) {
        Phase::Reviewing(review) => review,
        other => panic!("no review but {other:?}"),
    }
}

fn gate(app: &App) -> Gate {
    review(app).checks.gate()
}

fn finding(app: &App, question: Question) -> &Finding {
    let mut checks = review(app).checks.iter();
    checks.find(|check| check.question == question).map(|check| &check.finding).unwrap()
}

fn is_choosing(app: &App) -> bool {
    matches!(phase(app), Phase::Choosing)
}

fn offered(app: &App) -> Vec<&str> {
    app.state.change.as_ref().unwrap().chooser.shown().map(|candidate| candidate.name.as_sent()).collect()
}

fn note(app: &App) -> &str {
    app.state.change.as_ref().and_then(|change| change.chooser.note.as_deref()).unwrap_or_default()
}

/// The three organizations and Thales, with Thales changed.
fn with_thales(thales: Organization) -> Reply {
    let all: Vec<_> = (1..=3).map(organization).chain([thales]).collect();
    Reply::Listed(Ok(page(0, 4, all).into()))
}

#[test]
fn e_opens_the_window_with_the_connections_and_how_many_use_each() {
    let app = app().onwards().choosing();
    assert_eq!(app.state.modals, [Modal::Change]);
    let refresh = app.asked();
    assert!(matches!(refresh, [Effect::ListConnections { .. }]), "{refresh:?}");
    let known: Vec<_> = app.state.change.as_ref().unwrap().chooser.candidates.clone();
    let candidate = |name: &str, state: Option<ConnectionState>, uses| Candidate {
        name: name.into(),
        id: if state.is_some() { format!("id-of-{name}").into() } else { "".into() },
        cloud_name: if state.is_some() { "Salesforce Cloud".into() } else { "".into() },
        state,
        uses,
        complete: Completeness::Whole,
        look_alike: None,
    };
    assert_eq!(
        known,
        [
            candidate("legacy-sfdc", Some(ConnectionState::Fail), 0),
            candidate("new-sfdc-connection", Some(ConnectionState::NotTested), 0),
            candidate("sfdc-connection", Some(ConnectionState::Ready), 1),
            candidate("sfdc-1", None, 1),
            candidate("sfdc-2", None, 1),
            candidate("sfdc-3", None, 1),
        ]
    );
}

#[test]
fn connections_that_come_later_are_offered_and_leave_the_typed_text() {
    let app = App::new(80, 24).signed_in().listed(page(0, 1, vec![thales()])).keys("e").text("new");
    assert_eq!(offered(&app), Vec::<&str>::new());
    let app = app.connections(vec![connection("new-one", ConnectionState::Ready)]);
    assert_eq!((offered(&app), app.typed()), (vec!["new-one"], "new"));
}

#[test]
fn connections_that_cannot_be_read_leave_the_name_to_be_typed() {
    let app = App::new(80, 24).signed_in().listed(page(0, 1, vec![thales()]));
    let app = app.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 403)))).keys("e");
    let app = app.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 403))));
    assert_eq!(app.state.modals, [Modal::Change]);
    let app = app.text("made-today").keys("enter").checked().drawn().wait(500).onwards().keys("y");
    assert!(matches!(app.asked(), [Effect::PatchOrganization { .. }]));
}

#[test]
fn typing_narrows_and_the_arrows_choose() {
    let app = app().choosing().text("sfdc con");
    assert_eq!(offered(&app), ["new-sfdc-connection", "sfdc-connection"]);
    let app = app.keys("down enter");
    assert!(
        matches!(phase(&app), Phase::Reviewing(review) if review.value.as_sent() == "new-sfdc-connection")
    );
}

#[test]
fn enter_completes_half_a_name_and_takes_a_whole_one() {
    let app = app().choosing().text("legacy").keys("enter");
    assert_eq!((app.typed(), is_choosing(&app)), ("legacy-sfdc", true));
    assert_eq!(note(&app), "completed from the list; Enter goes on to the review");
    let app = app.keys("enter");
    assert!(is_review(&app));
}

#[test]
fn tab_completes_as_far_as_the_names_agree() {
    let app = app().choosing().text("leg").keys("tab");
    assert_eq!(app.typed(), "legacy-sfdc");
    assert!(is_choosing(&app));
}

#[test]
fn wr_18_the_connection_it_has_is_no_change() {
    let app = app().choosing().text("sfdc-connection").keys("enter");
    assert!(is_choosing(&app));
    assert_eq!(note(&app), "that is its connection now: there is nothing to change");
}

#[test]
fn y_on_the_review_sends_exactly_one_patch_with_exactly_one_field() {
    let app = app().reviewed().onwards().keys("y");
    let [Effect::PatchOrganization { request: _, id, patch }] = app.asked() else {
        panic!("{:?}", app.asked())
    };
    assert_eq!((id, patch), (&thales().id, &OrganizationPatch { connection: "new-sfdc-connection".into() }));
    assert_eq!(patch.body(), r#"{"connection":"new-sfdc-connection"}"#);
    assert!(matches!(phase(&app), Phase::Sending { .. }));
}

#[test]
fn m5_in_01_keys_after_the_first_y_send_nothing() {
    let twenty = "enter ".repeat(20);
    for keys in ["y", "enter", "y y y", twenty.as_str(), "e y", "esc e y enter y"] {
        let app = app().sent().keys(keys).wait(600).keys(keys);
        assert_eq!(app.patches(), 1, "{keys}");
    }
}

#[test]
fn m5_in_01_a_burst_of_twenty_enters_in_the_window_sends_nothing() {
    let mut app = app().choosing().text("new-sfdc-connection");
    for _ in 0..20 {
        app = app.keys("enter").drawn().wait(30);
    }
    assert_eq!((app.patches(), is_review(&app)), (0, true));
    let mut app = app.keys("esc");
    for _ in 0..200 {
        app = app.keys("enter").drawn().wait(30);
    }
    assert_eq!(app.patches(), 0);
}

#[test]
fn in_02_keys_typed_before_the_review_was_drawn_are_not_for_it() {
    for keys in ["y", "enter", "esc", "n"] {
        let app = app().choosing().text("new-sfdc-connection").keys("enter").wait(10_000);
        let app = app.onwards().keys(keys);
        assert_eq!((app.asked(), is_review(&app)), (&[][..], true), "{keys}");
    }
}

#[test]
fn a28_keys_within_half_a_second_of_the_drawing_are_not_for_the_review() {
    let app = app().choosing().text("new-sfdc-connection").keys("enter").checked().drawn().wait(499);
    let app = app.onwards().keys("y enter n esc");
    assert_eq!((app.asked(), app.records.len(), is_review(&app)), (&[][..], 0, true));
    let app = app.drawn().wait(1).keys("y");
    assert_eq!(app.patches(), 1, "later frames do not start the time anew");
}

#[test]
fn enter_on_the_review_is_cancel_and_the_text_stays() {
    for keys in ["enter", "esc", "n"] {
        let app = app().reviewed().keys(keys);
        assert_eq!((is_choosing(&app), app.typed(), app.patches()), (true, "new-sfdc-connection", 0));
    }
}

#[test]
fn esc_asks_before_typed_text_is_lost() {
    let app = app().choosing().keys("esc");
    assert_eq!((app.state.modals.len(), app.state.change.is_none()), (0, true), "nothing typed");
    let typed = || self::app().choosing().text("new").keys("esc");
    assert_eq!(typed().state.modals, [Modal::Change, Modal::Question(modal::Question::Discard)]);
    let app = typed().keys("y").drawn();
    assert_eq!(app.state.modals.len(), 2, "a28: a key from before the question was drawn is no answer");
    let typed = || typed().drawn();
    let app = typed().keys("enter");
    assert_eq!((app.typed(), &app.state.modals[..]), ("new", &[Modal::Change][..]));
    let app = typed().keys("y");
    assert_eq!((app.state.modals.len(), app.state.change.is_none(), app.patches()), (0, true, 0));
}

#[test]
fn wr_16_read_only_refuses_and_says_why() {
    let read_only = Settings { read_only: true, ..settings() };
    for keys in ["e", "enter e", "/ t enter e y", "e e enter y y"] {
        let app = App::with(read_only.clone(), 80, 24).with_organizations(3).keys(keys);
        assert_eq!((app.state.change.is_none(), app.patches()), (true, 0), "{keys}");
        assert_eq!(app.notice(), READ_ONLY);
    }
}

#[test]
fn a_damaged_record_and_an_empty_list_refuse_and_say_why() {
    let only = |records| Page::new(0, None, records);
    let app = App::new(80, 24).signed_in().listed(only(vec![damaged()])).keys("e");
    assert_eq!(
        (app.notice(), app.state.modals.len()),
        ("a damaged record cannot be changed: its id is not certain", 0)
    );
    let app = App::new(80, 24).signed_in().listed(only(Vec::new())).keys("e");
    assert_eq!((app.notice(), app.state.modals.len()), ("there is no organization to change", 0));
}

#[test]
fn a_record_that_others_changed_during_the_review_stops_it() {
    let now = moved(&thales(), "legacy-sfdc");
    let app = app().reviewed().keys("ctrl-l").wait(31_000);
    let app = app.reply(with_thales(now.clone())).drawn().wait(500).keys("y");
    assert_eq!((app.patches(), app.records.len(), gate(&app)), (0, 0, Gate::Conflict));
    assert_eq!(
        review(&app).note.as_deref(),
        Some("somebody changed the record: look at it, then c checks again; nothing was sent")
    );
    assert_eq!(review(&app).value.as_sent(), "new-sfdc-connection", "the value stays");
    assert!(!matches!(finding(&app, Question::Unchanged), Finding::Fine(_)), "no check says it is unchanged");
    let app = app.wait(500).onwards().keys("c");
    assert!(matches!(app.asked(), [Effect::FetchOrganization { id, .. }] if *id == now.id));
    let app = app.drawn().wait(500).keys("y");
    assert_eq!((app.patches(), gate(&app)), (0, Gate::Waiting), "not before it was read again");
    let app = app.fetched(Ok(now)).drawn().wait(500).keys("y");
    assert_eq!(app.patches(), 1, "reviewed again against what it is now");
}

#[test]
fn a_change_of_ours_carries_no_mark() {
    let app = app().changed().keys("esc r").reply(with_thales(moved(&thales(), "new-sfdc-connection")));
    assert_eq!(app.marked(), Vec::<String>::new());
}

#[test]
fn the_window_hidden_while_sending_comes_back_with_e_whatever_is_selected() {
    let app = app().sent().keys("esc");
    assert_eq!((app.state.modals.len(), app.notice()), (0, "the change goes on; e shows it again"));
    let app = app.keys("esc / esc G e");
    assert!(matches!(phase(&app), Phase::Sending { .. }));
    assert_eq!((&app.state.modals[..], app.patches()), (&[Modal::Change][..], 1));
}

#[test]
fn the_answer_to_a_hidden_change_updates_the_list_and_is_told() {
    let after = moved(&thales(), "new-sfdc-connection");
    let app = app().sent().keys("esc").patched(Ok(answer(200, Some(after.clone()))));
    assert_eq!(app.state.list.organization().unwrap().connection.as_sent(), "new-sfdc-connection");
    let app = app.fetched(Ok(after));
    assert_eq!(app.notice(), "VERIFIED: the change of Thales · e shows the result");
    let app = app.keys("e");
    assert_eq!(app.state.modals, [Modal::Change]);
    assert!(matches!(phase(&app), Phase::Settled { .. }));
}

#[test]
fn a_told_result_is_told_once() {
    let after = moved(&thales(), "new-sfdc-connection");
    let app = app().sent().keys("esc").patched(Ok(answer(200, Some(after.clone())))).fetched(Ok(after));
    let before = app.keys("esc esc");
    assert_eq!(before.notice(), "");
    let state = before.state.clone();
    let late = crate::support::app::number(77);
    let app = before.answer(late, Reply::Patched(Box::new(Ok(answer(500, None)))));
    assert_eq!(app.state, state);
}

#[test]
fn edit_again_keeps_the_typed_value_and_e_needs_a_new_review() {
    let refused = || app().sent().patched(Ok(answer(422, None))).fetched(Ok(thales()));
    let app = refused().keys("e");
    assert_eq!((is_choosing(&app), app.typed()), (true, "new-sfdc-connection"));
    let app = app.keys("enter y").checked().drawn().keys("y");
    assert_eq!(app.patches(), 1);
    assert_eq!(app.wait(500).keys("y").patches(), 2);
}

#[test]
fn a_result_closes_and_shows_the_whole_answer() {
    let app = app().changed().keys("r");
    assert!(matches!(phase(&app), Phase::Settled { response: true, .. }));
    let app = app.keys("r");
    assert!(matches!(phase(&app), Phase::Settled { response: false, .. }));
    let app = app.keys("q");
    assert_eq!((app.state.change.is_none(), app.state.modals.len()), (true, 0));
    assert!(!app.effects.contains(&Effect::Quit));
}

#[test]
fn a_size_change_while_a_window_is_open_keeps_everything() {
    let keys = ["choosing", "review", "sending", "result", "help"];
    let stories = vec![
        app().choosing().text("new-sf"),
        app().reviewed(),
        app().sent(),
        app().changed(),
        app().keys("? j"),
    ];
    for (what, app) in keys.into_iter().zip(stories) {
        let (modals, change, selected) = (app.state.modals.clone(), app.typed().to_owned(), app.selected());
        let sizes = [(200, 60), (60, 16), (0, 0), (120, 36), (80, 24)];
        let app = sizes
            .into_iter()
            .fold(app, |app, (width, height)| app.message(Message::Resized(Size::new(width, height))));
        assert_eq!((app.typed(), app.selected()), (change.as_str(), selected), "{what}");
        assert_eq!(app.state.modals.len(), modals.len(), "{what}");
        assert_eq!(app.patches(), usize::from(what == "sending" || what == "result"), "{what}");
    }
}

#[test]
fn a_renewed_session_touches_nothing_else() {
    let app = app().choosing().text("new");
    let until = Moment::after_start(std::time::Duration::from_mins(15));
    let (change, modals) = (app.state.change.clone(), app.state.modals.clone());
    let app = app.onwards().message(Message::SessionChanged(Session::SignedIn { until }));
    assert_eq!((app.state.change.as_ref(), &app.state.modals), (change.as_ref(), &modals));
    assert_eq!(app.asked(), []);
}

#[test]
fn request_numbers_only_grow() {
    let app = app().changed().keys("esc r enter esc e esc").wait(40_000);
    let numbers: Vec<_> = app.effects.iter().filter_map(Effect::request).collect();
    assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    assert!(numbers.len() > 6);
}

#[test]
fn a_connection_sent_by_its_id_is_verified_by_its_name() {
    let app = app().choosing().text("id-of-new-sfdc-connection").keys("enter").checked();
    let app = app.drawn().wait(500).keys("y");
    let after = moved(&thales(), "new-sfdc-connection");
    let app = app.patched(Ok(answer(200, Some(after.clone())))).fetched(Ok(after));
    assert_eq!(app.outcome(), Some(Outcome::Verified));
}

#[test]
fn other_records_are_never_the_target() {
    let app = app().keys("e").text("legacy-sfdc").keys("enter").checked().drawn().wait(500);
    let app = app.keys("y");
    let sent = app.effects.iter().find_map(|effect| match effect {
        Effect::PatchOrganization { id, .. } => Some(id.clone()),
        _ => None,
    });
    assert_eq!(sent, Some(id(1)));
}

#[test]
fn a_change_of_ours_that_a_refresh_sees_first_carries_no_mark() {
    let timed_out = FailureKind::TimedOut { after: std::time::Duration::from_secs(30) };
    let app = app().sent().patched(Err(failure(Call::PatchOrganization, timed_out))).keys("esc r");
    let app = app.reply(with_thales(moved(&thales(), "new-sfdc-connection")));
    assert_eq!(app.marked(), Vec::<String>::new());
    let others = app.keys("r").reply(with_thales(moved(&thales(), "by-others")));
    assert_eq!(others.marked(), ["Thales"]);
}

#[test]
fn a28_a_review_that_was_covered_is_read_again_before_it_listens() {
    let app = app().reviewed().keys("?").drawn().keys("esc y");
    assert_eq!(app.patches(), 0, "not drawn since");
    let app = app.drawn().wait(499).keys("y");
    assert_eq!(app.patches(), 0);
    // The same key within half a second is a key held down.
    assert_eq!(app.wait(1).keys("y").patches(), 0);
    let app = self::app().reviewed().keys("?").drawn().keys("esc").drawn().wait(500).keys("y");
    assert_eq!(app.patches(), 1);
}

#[test]
fn a28_a_review_on_a_screen_too_small_to_show_it_does_not_listen() {
    let app = app().reviewed().message(Message::Resized(Size::new(40, 10))).drawn().wait(600);
    let app = app.onwards().keys("y enter");
    assert_eq!((app.asked(), is_review(&app)), (&[][..], true));
    let app = app.message(Message::Resized(Size::new(80, 24))).keys("y");
    assert_eq!(app.asked(), []);
    assert_eq!(app.drawn().wait(500).keys("y").patches(), 1);
}

#[test]
fn on_a_screen_too_small_for_windows_keys_do_only_what_its_notice_says() {
    let small = || app().choosing().text("abc").message(Message::Resized(Size::new(40, 10))).onwards();
    let app = small().text("xyz").keys("enter esc ? f1");
    assert_eq!((app.typed(), app.asked(), &app.state.modals[..]), ("abc", &[][..], &[Modal::Change][..]));
    assert_eq!(small().keys("q").asked(), [Effect::Quit]);
    let sending = self::app().sent().message(Message::Resized(Size::new(40, 10))).onwards();
    let app = sending.keys("q");
    assert_eq!(
        (app.asked(), app.state.modals.last()),
        (&[][..], Some(&Modal::Question(modal::Question::Leave)))
    );
    assert_eq!(app.drawn().keys("y").asked(), [Effect::Quit]);
}

#[test]
fn a_key_too_early_does_not_leave_a_review_whose_record_changed() {
    let app = app().choosing().text("new-sfdc-connection").wait(31_000).keys("enter");
    let app = app.reply(with_thales(moved(&thales(), "legacy-sfdc"))).keys("y");
    assert!(is_review(&app));
    assert_eq!(review(&app).note, None, "a key that was not for it is not answered");
}

/// The review stays as it was opened; what cannot be read says so, and the server has the last word.
#[test]
fn a_record_that_vanished_during_the_review_cannot_be_checked_and_says_so() {
    let gone = || refused(Call::GetOrganization, 404);
    let opened = || app().choosing().text("new-sfdc-connection").keys("enter");
    let app = opened().wait(31_000).listed(page(0, 3, (1..=3).map(organization).collect()));
    assert!(is_review(&app));
    let new = connection("new-sfdc-connection", ConnectionState::Ready);
    let app = app
        .fetched(Err(gone()))
        .discovered("00DB000000040bIMAQ")
        .reply(Reply::ConnectionFetched(Box::new(Ok(new.clone()))))
        .reply(Reply::ConnectionTested(Box::new(Ok(new))))
        .drawn()
        .wait(500);
    let words = "not found, or not visible to your account (HTTP 404)".to_owned();
    assert_eq!((finding(&app, Question::Unchanged), gate(&app)), (&Finding::Unknown(words), Gate::Open));
    let app = app.keys("y").patched(Ok(answer(404, None)));
    let mut app = app;
    while app.outcome().is_none() {
        app = app.fetched(Err(gone())).wait(8000);
    }
    assert_eq!((app.outcome(), app.patches()), (Some(Outcome::Refused), 1));
}

#[test]
fn the_age_of_what_the_window_shows_is_that_of_its_own_record() {
    let app = App::new(80, 24).loaded(vec![named(1, "A", "a"), named(2, "B", "b")]).keys("enter esc j");
    let app = app.wait(20_000).keys("e").fetched(Ok(named(1, "A", "a")));
    assert_eq!(app.state.change.as_ref().unwrap().seen_at, Moment::START);
}

#[test]
fn the_window_shows_the_record_as_a_refresh_found_it_while_the_value_is_typed() {
    let app = app().choosing().text("new").wait(31_000);
    let app = app.reply(with_thales(moved(&thales(), "legacy-sfdc")));
    let change = app.state.change.as_ref().unwrap();
    assert_eq!(change.target.connection.as_sent(), "legacy-sfdc");
    assert_eq!(change.seen_at, app.now);
    assert_eq!(app.typed(), "new");
}
