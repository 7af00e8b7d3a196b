//! Signing in, and leaving.

use cckm_tui::app::modal::{Modal, Question};
use cckm_tui::app::{Effect, Message, Reply, Session, Settings};
use cckm_tui::domain::{Call, FailureKind, Moment, Password};

use crate::support::app::{App, answer, failure, number, refused, settings};
use crate::support::records::thales;

/// A core that knows no password.
fn asking() -> App {
    App::with(Settings { password_known: false, ..settings() }, 80, 24)
}

fn sign_in(app: &App) -> &cckm_tui::app::modal::SignIn {
    match app.state.modals.last() {
        Some(Modal::SignIn(window)) => window,
        other => panic!("no sign-in window on top: {other:?}"),
    }
}

fn wrong_password() -> Reply {
    Reply::SignedIn(Err(refused(Call::SignIn, 401)))
}

#[test]
fn at_the_start_the_known_password_is_used() {
    let app = App::new(80, 24);
    assert_eq!(app.effects, [Effect::SignIn { request: number(1), password: None }]);
    assert_eq!(app.state.modals, []);
}

#[test]
fn at_the_start_an_unknown_password_is_asked_for() {
    let app = asking();
    assert_eq!(app.effects, [Effect::ReadBanner { request: number(1) }]);
    assert!(!sign_in(&app).busy);
    let app = app.onwards().keys("enter");
    assert_eq!(app.asked(), [], "an empty password is not tried");
    let app = app.text("quiet y?").keys("enter");
    let sent = Effect::SignIn { request: number(2), password: Some(Password::new("quiet y?")) };
    assert_eq!(app.asked(), [Effect::KeepPassword(true), sent]);
    assert!(sign_in(&app).busy);
    let app = app.signed_in();
    assert_eq!(app.state.modals, []);
}

#[test]
fn au_06_a_wrong_password_is_tried_once_and_the_field_is_empty_again() {
    let app = asking().text("wrong").keys("enter enter enter").text("x").keys("enter");
    let attempts = app.effects.iter().filter(|effect| matches!(effect, Effect::SignIn { .. })).count();
    assert_eq!(attempts, 1);
    let app = app.reply(wrong_password()).wait(60_000).onwards();
    assert!(sign_in(&app).password.is_empty() && !sign_in(&app).busy);
    assert_eq!(sign_in(&app).failure, Some(refused(Call::SignIn, 401)));
    let app = app.keys("enter").wait(60_000);
    assert_eq!(app.asked(), []);
    let app = app.text("right").keys("enter");
    let sent = Effect::SignIn { request: number(3), password: Some(Password::new("right")) };
    assert_eq!(app.asked(), [Effect::KeepPassword(true), sent]);
}

#[test]
fn a_server_out_of_reach_is_told_in_the_sign_in_window() {
    let out_of_reach = || Reply::SignedIn(Err(failure(Call::SignIn, FailureKind::Unreachable)));
    let app = asking().text("p").keys("enter").reply(out_of_reach());
    assert_eq!((app.state.modals.len(), sign_in(&app).busy), (1, false));
    let app = App::new(80, 24).reply(out_of_reach());
    assert!(matches!(app.state.modals[..], [Modal::Problem(_)]));
    let app = app.onwards().keys("r");
    assert_eq!(app.asked(), [Effect::SignIn { request: number(2), password: None }]);
}

#[test]
fn without_a_session_r_signs_in() {
    let app = asking().keys("esc").onwards();
    assert_eq!(app.notice(), "not signed in: r signs in, q quits");
    let app = app.keys("r r");
    assert_eq!(app.asked(), [Effect::SignIn { request: number(2), password: None }]);
    let app = app.reply(Reply::SignedIn(Err(failure(Call::SignIn, FailureKind::SignInNeeded))));
    assert!(matches!(app.state.modals[..], [Modal::SignIn(_)]));
}

#[test]
fn an_answer_to_an_older_sign_in_changes_nothing() {
    let app = App::new(80, 24);
    let before = app.state.clone();
    let app = app.answer(number(7), wrong_password());
    assert_eq!(app.state, before);
}

#[test]
fn au_16_a_session_that_ends_during_an_edit_comes_back_to_the_same_window() {
    let app = App::new(80, 24).with_organizations(3).choosing().text("new-sf").keys("ctrl-l");
    let edit = app.state.change.clone();
    let app = app.wait(31_000);
    let app = app.message(Message::SessionChanged(Session::SignedOut));
    let app = app.reply(Reply::Listed(Err(failure(Call::ListOrganizations, FailureKind::SignInNeeded))));
    assert!(matches!(app.state.modals[..], [Modal::Change, Modal::SignIn(_)]));
    let app = app.text("secret y").keys("enter").onwards().signed_in();
    assert_eq!(app.state.modals, [Modal::Change]);
    assert_eq!((app.state.change.as_ref(), app.typed()), (edit.as_ref(), "new-sf"));
    let reread =
        |effect: &Effect| matches!(effect, Effect::FetchOrganization { id, .. } if *id == thales().id);
    assert!(app.asked().iter().any(reread), "{:?}", app.asked());
}

#[test]
fn q_quits_and_asks_only_while_a_change_is_not_settled() {
    let app = App::new(80, 24).with_organizations(1).onwards().keys("q");
    assert_eq!(app.asked(), [Effect::Quit]);
    let sent = || App::new(80, 24).with_organizations(1).sent().keys("esc").onwards();
    let app = sent().keys("q");
    assert_eq!((app.asked(), &app.state.modals[..]), (&[][..], &[Modal::Question(Question::Leave)][..]));
    assert_eq!(app.drawn().keys("enter").state.modals, []);
    assert_eq!(sent().keys("q").drawn().keys("n").asked(), []);
    assert_eq!(sent().keys("q y").asked(), [], "in_02: typed before the question was drawn");
    assert_eq!(sent().keys("q").drawn().keys("y").asked(), [Effect::Quit]);
    let app = sent().patched(Ok(answer(500, None))).onwards().keys("q");
    assert_eq!(app.asked(), [], "still being verified");
    let settled = App::new(80, 24).with_organizations(1).changed().keys("esc").onwards();
    assert_eq!(settled.keys("q").asked(), [Effect::Quit]);
}

#[test]
fn ctrl_c_quits_only_when_pressed_twice_within_a_moment() {
    let app = App::new(80, 24).with_organizations(1).onwards();
    let app = app.keys("ctrl-c");
    assert_eq!((app.asked(), app.notice()), (&[][..], "q quits; Ctrl-C again quits too"));
    let app = app.wait(1500).keys("ctrl-c");
    assert_eq!(app.asked(), []);
    let app = app.wait(1499).keys("ctrl-c");
    assert_eq!(app.asked(), [Effect::Quit]);
}

#[test]
fn ctrl_c_cancels_the_reading_of_the_list_and_keeps_what_came() {
    let app = App::new(80, 24).with_organizations(3).keys("r").onwards();
    let request = app.state.list.load.as_ref().unwrap().requests().next().unwrap();
    let app = app.keys("ctrl-c");
    assert_eq!((app.asked(), app.shown().len()), (&[Effect::Cancel(request)][..], 4));
    assert_eq!(app.notice(), "reading the list was cancelled; r reads it again");
}

#[test]
fn ctrl_c_twice_asks_while_a_change_is_not_settled() {
    let app = App::new(80, 24).with_organizations(1).sent().onwards().keys("ctrl-c ctrl-c");
    assert_eq!(app.asked(), []);
    assert_eq!(app.state.modals, [Modal::Change, Modal::Question(Question::Leave)]);
}

#[test]
fn a_signal_ends_the_program_in_every_phase() {
    let base = || App::new(80, 24).with_organizations(2);
    let phases = vec![
        App::new(80, 24),
        asking(),
        base(),
        base().keys("/").text("x"),
        base().choosing(),
        base().reviewed(),
        base().sent(),
        base().sent().patched(Ok(answer(503, None))),
        base().changed(),
        base().keys("?"),
    ];
    for app in phases {
        let app = app.onwards().message(Message::ShutdownRequested);
        assert_eq!(app.asked(), [Effect::Quit]);
    }
}

#[test]
fn an_idle_dashboard_wakes_up_at_most_every_ten_seconds_and_asks_for_nothing() {
    let quiet = Settings { refresh_every: None, ..settings() };
    let app = App::with(quiet, 80, 24).with_organizations(5).onwards();
    let end = Moment::after_start(std::time::Duration::from_hours(1));
    let mut app = app;
    let mut waked = 0;
    while let Some(due) = app.state.next_deadline().filter(|due| *due < end) {
        app.now = due;
        app = app.message(Message::DeadlineReached);
        assert!(app.state.next_deadline().is_none_or(|next| next > due));
        waked += 1;
    }
    assert!(waked <= 80, "{waked} times in an hour");
    assert_eq!(app.asked(), []);
}

#[test]
fn a_failed_sign_in_frees_its_window_even_under_the_help() {
    let app = asking().text("p").keys("enter f1");
    let app =
        app.reply(Reply::SignedIn(Err(failure(Call::SignIn, FailureKind::Unreachable)))).keys("esc esc");
    let busy = app.state.modals.iter().any(|modal| matches!(modal, Modal::SignIn(window) if window.busy));
    assert!(!busy, "{:?}", app.state.modals);
}

#[test]
fn a_refusal_of_the_list_does_not_touch_a_sign_in_under_way() {
    let app = App::new(80, 24).with_organizations(1).keys("r");
    let app = app.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 401))));
    let app = app.text("secret").keys("enter");
    let app = app.reply(Reply::Listed(Err(refused(Call::ListOrganizations, 401))));
    assert!(sign_in(&app).busy, "one answer is still waited for");
    assert_eq!(sign_in(&app).failure, None);
}

#[test]
fn au_06_what_is_pasted_while_a_sign_in_is_under_way_is_not_kept_for_the_next() {
    let app = asking().text("p").keys("enter").message(Message::Pasted("more".to_owned()));
    let app = app.reply(wrong_password());
    assert!(sign_in(&app).password.is_empty());
}
