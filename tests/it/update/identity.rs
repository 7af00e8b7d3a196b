//! Who the server is: met for the first time, believed, or another one than before.

use cckm_tui::app::change::Phase;
use cckm_tui::app::identity::{Button, FirstContact, words};
use cckm_tui::app::modal::Modal;
use cckm_tui::app::{Effect, Message, Reply, Session, Settings};
use cckm_tui::domain::{
    Belief, Call, Doubt, Failure, FailureKind, Outcome, Password, Pin, Shown, Transition,
};

use ratatui::layout::Size;

use crate::support::app::{App, number, settings};
use crate::support::identity::{changed, distrust, doubted, fingerprint, identity, shown, verified};
use crate::support::screen;

fn window(app: &App) -> &FirstContact {
    match app.state.modals.last() {
        Some(Modal::FirstContact(window)) => window,
        other => panic!("no first contact on top: {other:?}"),
    }
}

/// The sign-in met a server that nobody vouches for.
fn met() -> App {
    met_undrawn().drawn()
}

/// The same, before the window was drawn.
fn met_undrawn() -> App {
    let failure = Failure {
        distrust: Some(distrust(Doubt::Unknown("it is signed by an unknown authority".into()))),
        ..Failure::new(Call::SignIn, FailureKind::NotTrusted, "the certificate is not trusted")
    };
    App::new(80, 24).reply(Reply::SignedIn(Err(failure))).message(doubted()).onwards()
}

#[test]
fn a28_what_was_typed_or_pasted_before_the_unknown_server_was_drawn_does_nothing() {
    let right = fingerprint(2).to_string();
    let app = met_undrawn().message(Message::Pasted(right.clone())).text("abq").keys("enter enter tab");
    assert_eq!((window(&app).field.text(), window(&app).button), ("", Button::Quit));
    assert_eq!(app.asked(), []);
    let small = app.message(Message::Resized(Size::new(20, 5))).drawn();
    let app = small.message(Message::Resized(Size::new(80, 24))).message(Message::Pasted(right.clone()));
    assert_eq!(window(&app).field.text(), "", "it was not seen on a screen that is too small for it");
    let app = app.drawn().message(Message::Pasted(right));
    assert_eq!(window(&app).button, Button::Trust);
}

#[test]
fn tl_01_an_unknown_certificate_opens_the_first_contact_with_quit_under_enter() {
    let app = met();
    assert_eq!(app.state.modals.len(), 1, "no problem window beside it");
    assert_eq!(window(&app).button, Button::Quit);
    assert_eq!(app.keys("enter").asked(), [Effect::Quit]);
}

#[test]
fn tl_01_the_right_fingerprint_is_trusted_and_sign_in_goes_on() {
    let app = met().message(Message::Pasted(fingerprint(2).to_string().to_lowercase()));
    assert_eq!(window(&app).button, Button::Trust);
    let app = app.keys("enter enter");
    let request = number(2);
    let address = "cm1.example.com:443".into();
    assert_eq!(app.asked(), [Effect::Trust { request, address, fingerprint: fingerprint(2) }]);
    let app = app.onwards().reply(Reply::Trusted(Ok(())));
    assert_eq!(app.asked(), [Effect::SignIn { request: number(3), password: None }]);
    assert_eq!((app.state.modals.len(), app.notice()), (0, "trusted from here on, and stored"));
}

#[test]
fn tl_01_a_wrong_or_half_fingerprint_is_said_and_changes_nothing() {
    let wrong = fingerprint(3).to_string();
    for (typed, said) in [
        (wrong.as_str(), "that is another fingerprint than this server's: do not trust it"),
        ("AB:CD", "expected a SHA-256 fingerprint"),
        ("  ", "type or paste the SHA-256 first"),
    ] {
        let app = met().message(Message::Pasted(typed.to_owned())).keys("enter");
        assert_eq!(app.asked(), [], "{typed}");
        assert!(window(&app).wrong.as_deref().is_some_and(|words| words.starts_with(said)), "{typed}");
    }
}

#[test]
fn tl_01_a_fingerprint_can_be_typed_and_other_keys_are_commands() {
    let app = met().text(&fingerprint(2).to_string().to_lowercase());
    assert_eq!(window(&app).field.text().len(), 95);
    let app = app.text("xyz!").keys("ctrl-u");
    assert_eq!((window(&app).field.text(), window(&app).button), ("", Button::Quit));
    let app = app.keys("v");
    assert!(matches!(app.state.modals.last(), Some(Modal::Certificate(_))));
    let app = app.keys("esc").drawn().keys("tab enter");
    assert!(window(&app).wrong.as_deref().is_some_and(|words| words.contains("--ca-file")));
    assert_eq!(app.asked(), []);
    assert_eq!(app.keys("q").asked(), [Effect::Quit]);
}

#[test]
fn where_nothing_can_be_stored_the_screen_says_for_this_run() {
    let app = met().message(Message::Pasted(fingerprint(2).to_string())).keys("enter");
    let app = app.reply(Reply::Trusted(Err("trust.toml: the file system is read-only".into())));
    assert_eq!(app.notice(), "trusted for this run only: trust.toml: the file system is read-only");
}

#[test]
fn a_password_is_not_lost_to_the_first_contact() {
    let app = App::with(Settings { password_known: false, ..settings() }, 80, 24);
    let app = app.onwards().text("secret").keys("enter");
    let asked = Effect::SignIn { request: number(2), password: Some(Password::new("secret")) };
    assert_eq!(app.asked(), [Effect::KeepPassword(true), asked]);
    let distrust = distrust(Doubt::Unknown("it is made out for another name".into()));
    let failure =
        Failure { distrust: Some(distrust), ..Failure::new(Call::SignIn, FailureKind::NotTrusted, "") };
    let app = app.message(doubted()).reply(Reply::SignedIn(Err(failure))).drawn();
    let app = app.message(Message::Pasted(fingerprint(2).to_string())).keys("enter").onwards();
    let app = app.reply(Reply::Trusted(Ok(())));
    assert_eq!(app.asked(), [Effect::SignIn { request: number(4), password: None }]);
}

#[test]
fn tx_24_the_banner_of_a_server_that_was_not_trusted_yet_is_read_when_it_is() {
    let app = App::with(Settings { password_known: false, ..settings() }, 80, 24);
    assert!(matches!(app.asked(), [Effect::ReadBanner { .. }]), "{:?}", app.asked());
    let distrust = distrust(Doubt::Unknown("it is made out for another name".into()));
    let failure =
        Failure { distrust: Some(distrust), ..Failure::new(Call::ReadBanner, FailureKind::NotTrusted, "") };
    // The failure of the request and what is told of the handshake come in either order.
    let app = app.reply(Reply::Banner(Err(failure)));
    assert!(matches!(app.state.modals.last(), Some(Modal::FirstContact(_))), "{:?}", app.state.modals);
    let app = app.message(doubted()).drawn();
    let app = app.message(Message::Pasted(fingerprint(2).to_string())).keys("enter").onwards();
    let app = app.reply(Reply::Trusted(Ok(())));
    assert!(matches!(app.asked(), [Effect::ReadBanner { .. }]), "{:?}", app.asked());
    assert!(
        screen::text(&app.reply(Reply::Banner(Ok("Authorized use only.".into()))).state)
            .contains("Authorized")
    );
}

#[test]
fn tl_03_a_changed_identity_stops_everything_but_quit() {
    let app = App::new(80, 24).message(changed()).onwards();
    assert_eq!(app.state.modals, [Modal::Stop]);
    let until = app.now + std::time::Duration::from_mins(5);
    let app =
        app.message(Message::SessionChanged(Session::SignedIn { until })).reply(Reply::SignedIn(Ok(())));
    assert_eq!((app.state.session, app.state.modals.len()), (Session::SignedOut, 1));
    let app = app.text("vyrezp").keys("/ ? @ tab").message(Message::Pasted(fingerprint(2).to_string()));
    let app = app.wait(120_000);
    assert_eq!(app.state.modals, [Modal::Stop]);
    assert_eq!(
        app.asked().iter().filter(|effect| effect.request().is_some()).count(),
        0,
        "{:?}",
        app.asked()
    );
    for key in ["q", "enter", "esc"] {
        let app = App::new(80, 24).message(changed()).onwards().keys(key);
        assert_eq!(app.asked(), [Effect::Quit], "{key}");
    }
}

#[test]
fn tl_03_what_no_authority_vouches_for_in_mid_session_is_a_changed_identity_too() {
    let app = App::new(80, 24).message(shown(Belief::System)).with_organizations(3).message(doubted());
    assert_eq!(app.state.modals, [Modal::Stop]);
}

#[test]
fn wr_17_a_change_that_was_not_sent_dies_with_the_identity() {
    let app = App::new(80, 24).with_organizations(3).reviewed().onwards();
    let app = app.message(changed()).keys("y").wait(5000).keys("y");
    assert!(app.state.change.is_none());
    assert!(!app.asked().iter().any(|effect| matches!(effect, Effect::PatchOrganization { .. })));
    assert_eq!(app.records, []);
}

#[test]
fn wr_17_a_change_that_was_sent_is_settled_or_stays_open_on_record() {
    let app = App::new(80, 24).message(shown(Belief::System)).with_organizations(3).sent();
    let refused = |call| {
        let pin = Pin { fingerprint: fingerprint(1), since: None };
        let distrust = Some(distrust(Doubt::Changed(pin)));
        Failure { distrust, ..Failure::new(call, FailureKind::NotTrusted, "another") }
    };
    // The PATCH itself met the other server: it never left.
    let unsent = app.message(changed()).patched(Err(refused(Call::PatchOrganization)));
    assert_eq!(unsent.state.modals, [Modal::Stop]);
    let last = unsent.records.last().map(|(_, _, transition)| transition);
    assert!(
        matches!(
            last,
            Some(Transition::Settled { outcome: Outcome::NotApplied, .. } | Transition::Abandoned { .. })
        ),
        "{last:?}"
    );
    // It was sent, and the reading after it meets the other server: leaving asks.
    let kind = FailureKind::TimedOut { after: std::time::Duration::from_secs(30) };
    let app = App::new(80, 24).with_organizations(3).sent();
    let app = app.wait(30_000).patched(Err(Failure::new(Call::PatchOrganization, kind, "")));
    let app = app.message(changed());
    assert!(app.state.change.as_ref().is_some_and(|change| matches!(change.phase, Phase::Settling { .. })));
    let app = app.onwards().keys("q");
    assert_eq!(app.asked(), []);
    assert!(app.state.asks_to_leave());
    assert_eq!(app.drawn().keys("y").asked(), [Effect::Quit]);
}

#[test]
fn tl_04_a_pinned_certificate_out_of_its_time_is_a_warning() {
    let pin = Pin { fingerprint: fingerprint(1), since: Some(jiff::civil::date(2026, 3, 2)) };
    let mut verified = verified(Belief::Pinned(pin));
    let mut expired = identity(1);
    expired.not_after = Some("2020-01-01T00:00:00Z".parse().unwrap());
    verified.identity = expired.into();
    let app = App::new(80, 24)
        .message(Message::CertificateShown(Shown { believed: Some(verified), doubted: None }));
    assert_eq!(app.notice(), "the pinned certificate of the server expired on 2020-01-01");
    assert_eq!(words(&app.state), "pinned 2026-03-02 sha256:0101…01 EXPIRED 2020-01-01");
}

#[test]
fn the_header_says_in_words_why_the_server_is_believed() {
    let told = |belief| words(&App::new(80, 24).message(shown(belief)).state);
    assert_eq!(told(Belief::System), "system CA");
    assert_eq!(told(Belief::CaFile), "CA file");
    let pin = |since| Belief::Pinned(Pin { fingerprint: fingerprint(1), since });
    assert_eq!(told(pin(Some(jiff::civil::date(2026, 3, 2)))), "pinned 2026-03-02 sha256:0101…01 ok");
    assert_eq!(told(pin(None)), "pinned sha256:0101…01 ok");
    let https = Settings { server: "https://cm1.example.com".into(), ..settings() };
    assert_eq!(words(&App::with(https, 80, 24).state), "not seen yet");
    assert_eq!(words(&App::new(80, 24).state), "plain http, this machine only");
}

#[test]
fn the_journal_names_the_certificate_of_the_server() {
    let app = App::new(80, 24).message(shown(Belief::System)).with_organizations(3).sent();
    let Some((_, _, Transition::Intent(operation))) = app.records.first() else { panic!("no intent") };
    assert_eq!(operation.target.server_identity.as_sent(), format!("sha256:{}", fingerprint(1)));
}
