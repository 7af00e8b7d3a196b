//! Where and as whom: the fields of the sign-in window, the banner over it, other domains.

use std::time::Duration;

use cckm_tui::app::modal::{Modal, SignIn};
use cckm_tui::app::sign_in::{Banner, SignInRow};
use cckm_tui::app::{Destination, Effect, Message, Reply, Session, Settings, State};
use cckm_tui::domain::{Call, Domain, FailureKind, Introduction, Password};
use cckm_tui::text::Untrusted;
use proptest::collection::vec;
use proptest::prelude::*;

use crate::support::app::{App, failure, refused, settings};
use crate::support::screen;

/// A core that knows no password.
fn asking() -> App {
    App::with(Settings { password_known: false, ..settings() }, 80, 24).onwards()
}

fn window(app: &App) -> &SignIn {
    match app.state.modals.last() {
        Some(Modal::SignIn(window)) => window,
        other => panic!("no sign-in window on top: {other:?}"),
    }
}

fn domains() -> Reply {
    let named = |name: &str| Domain { id: format!("id-of-{name}").into(), name: name.into() };
    Reply::DomainsListed(Ok(["root", "emea", "apac"].map(named).into()))
}

#[test]
fn the_keyboard_begins_in_the_password_and_tab_goes_round() {
    let mut app = asking();
    for row in [SignInRow::Password, SignInRow::Keep, SignInRow::Domain, SignInRow::User, SignInRow::Password]
    {
        assert_eq!(window(&app).row, row);
        app = app.keys("tab");
    }
    assert_eq!(window(&app.keys("backtab backtab")).row, SignInRow::User);
}

#[test]
fn enter_in_a_field_goes_on_and_only_with_a_password_signs_in() {
    let app = asking().keys("backtab backtab").keys("enter enter");
    assert_eq!((window(&app).row, app.asked()), (SignInRow::Password, &[][..]));
    let app = app.text("secret").keys("tab enter");
    assert!(window(&app).busy, "from what comes after the password too");
}

#[test]
fn a_password_that_is_not_to_be_kept_is_said_before_it_is_sent() {
    let app = asking().text("secret").keys("tab").text(" ").keys("enter");
    assert!(matches!(app.asked(), [Effect::KeepPassword(false), Effect::SignIn { .. }]), "{:?}", app.asked());
    let again = app.reply(Reply::SignedIn(Err(refused(Call::SignIn, 401))));
    assert!(!window(&again).keep, "and stays said");
}

#[test]
fn another_user_or_domain_is_another_place_and_the_password_is_tried_there_once() {
    let app =
        asking().keys("backtab").keys("ctrl-u").text("ldap|jo").keys("enter").text("secret").keys("enter");
    let to = Destination { profile: None, domain: Some(String::new()), user: Some("ldap|jo".to_owned()) };
    let [Effect::Connect { request, to: asked }] = app.asked() else { panic!("{:?}", app.asked()) };
    assert_eq!(*asked, to);
    assert!(!format!("{:?}", app.state).contains("secret"), "typed, and not printed");
    let request = *request;
    let there = Settings { user: "ldap|jo".into(), password_known: false, ..settings() };
    let app = app.onwards().answer(request, Reply::Connected(Ok(Box::new(there))));
    let [Effect::Enter(entered), Effect::KeepPassword(true), Effect::SignIn { password, .. }] = app.asked()
    else {
        panic!("{:?}", app.asked())
    };
    assert_eq!((*entered, password), (request, &Some(Password::new("secret"))));
    let app = app.reply(Reply::SignedIn(Err(refused(Call::SignIn, 401))));
    assert_eq!(window(&app).user.text(), "ldap|jo");
    assert!(window(&app).password.is_empty(), "one attempt");
}

#[test]
fn a_place_that_cannot_be_reached_frees_the_window_and_stays_where_it_was() {
    let app = asking().keys("backtab").text("x").keys("enter").text("secret").keys("enter");
    let failed = cckm_tui::app::ConnectFailure { reason: "no such file".into() };
    let app = app.reply(Reply::Connected(Err(failed)));
    assert!(!window(&app).busy && window(&app).password.is_empty());
    assert!(app.notice().contains("no such file"), "{}", app.notice());
}

#[test]
fn au_16_while_a_change_is_open_the_place_is_told_and_not_asked() {
    let app = App::new(80, 24).with_organizations(3).reviewed();
    let expired = failure(Call::ListOrganizations, FailureKind::SignInNeeded);
    let app = app.wait(31_000).reply(Reply::Listed(Err(expired)));
    let app = app.keys("tab tab tab");
    assert_eq!(window(&app).row, SignInRow::Keep, "password and keep, nothing else");
    let shown = screen::text(&app.state);
    assert!(shown.contains("User        admin ") && !shown.contains("User        ["), "{shown}");
}

#[test]
fn tx_24_a_banner_is_shown_capped_and_escaped_and_its_newlines_are_rows() {
    let evil = "  Authorized use only.\n\u{1b}[2J\u{202e}gnihton\r\n".to_owned() + &"line\n".repeat(5_000);
    let app = asking().reply(Reply::Banner(Ok(evil.into())));
    let shown = screen::text(&app.state);
    assert!(shown.contains("  Authorized use only.") && shown.contains(r"\x1b[2J"), "{shown}");
    assert!(shown.contains("Password") && shown.contains("more rows of this text"), "{shown}");
    let app = app.keys("pgdn");
    assert!(!screen::text(&app.state).contains("Authorized") && window(&app).scroll > 0);
    let app = app.text("secret").keys("enter");
    assert!(window(&app).busy, "it is in nobody's way");
    let rows = Banner::new(&Untrusted::from("x\n".repeat(5_000))).rows(60);
    assert_eq!(rows.len(), 1_001);
    assert!(rows[1_000].contains("not shown"), "{}", rows[1_000]);
    let bytes: usize =
        Banner::new(&Untrusted::from("x".repeat(10 << 20))).rows(60).iter().map(String::len).sum();
    assert!(bytes < 66_000, "{bytes}");
}

#[test]
fn a_banner_that_comes_late_or_never_delays_nothing() {
    let app = asking().text("secret").keys("enter").signed_in();
    assert_eq!(app.state.modals, []);
    let app = app.reply(Reply::Banner(Ok("too late".into())));
    assert_eq!(app.state.modals, []);
}

#[test]
fn who_and_where_is_shown_as_far_as_it_may_be_read() {
    let app = App::new(200, 60).with_organizations(1);
    let before = screen::text(&app.state).lines().next().unwrap().to_owned();
    let nothing = app.reply(Reply::Introduced(Introduction::default()));
    assert_eq!(screen::text(&nothing.state).lines().next().unwrap(), before, "403 and 404 change nothing");
    let who = Introduction {
        username: "ops1".into(),
        domain: "emea".into(),
        appliance: "cm1".into(),
        version: "2.20.0".into(),
    };
    let app = App::new(200, 60).with_organizations(1).reply(Reply::Introduced(who));
    let header = screen::text(&app.state).lines().next().unwrap().to_owned();
    assert!(
        header.contains("domain emea") && header.contains("cm1 2.20.0") && header.contains("tls  tok"),
        "{header}"
    );
}

#[test]
fn au_14_another_domain_begins_with_nothing_of_the_present_one() {
    let app = App::new(80, 24).with_organizations(3).onwards().keys("D");
    assert!(matches!(app.asked(), [Effect::ListDomains { .. }]), "{:?}", app.asked());
    let app = app.reply(domains());
    let shown = screen::text(&app.state);
    assert!(shown.contains("> root  here") && shown.contains("emea"), "{shown}");
    let app = app.keys("j enter").onwards();
    let asked = app.effects.iter().rev().find_map(|effect| match effect {
        Effect::Connect { to, .. } => Some(to.clone()),
        _ => None,
    });
    let asked = asked.expect("a client for the other domain");
    assert_eq!((asked.domain.as_deref(), asked.user.as_deref()), (Some("emea"), Some("admin")));
    let old_list = app.effects.iter().rev().find_map(|effect| match effect {
        Effect::ListOrganizations { request, .. } => Some(*request),
        _ => None,
    });
    let there = Settings { domain: "emea".into(), password_known: false, ..settings() };
    let app = app.reply(Reply::Connected(Ok(Box::new(there))));
    let shown = screen::text(&app.state);
    assert!(!shown.contains("Organization 0"), "nothing of the old domain: {shown}");
    assert!(shown.contains("emea"), "{shown}");
    let late = Reply::Listed(Ok(cckm_tui::domain::Page::new(0, Some(0), Vec::new()).into()));
    let before = app.state.list.clone();
    let app = app.answer(old_list.unwrap(), late);
    assert_eq!(app.state.list, before, "nobody waits for an answer of the old domain");
}

#[test]
fn the_present_domain_and_a_refusal_lead_nowhere() {
    let app = App::new(80, 24).with_organizations(3).onwards().keys("D").reply(domains()).onwards();
    let app = app.keys("enter");
    assert_eq!((app.asked(), app.state.modals.len()), (&[][..], 0));
    let app = app.keys("D").reply(Reply::DomainsListed(Err(refused(Call::ListDomains, 403)))).onwards();
    let app = app.keys("enter j k pgdn");
    assert_eq!(app.asked(), []);
    assert!(app.keys("esc").state.modals.is_empty());
}

/// The header without the cells that tell how long the token lasts.
fn header_but_the_token(app: &App) -> String {
    let header = screen::text(&app.state).lines().next().unwrap_or_default().to_owned();
    let (before, after) = header.split_once("tok ").expect("a token");
    let life = after.chars().take(3).collect::<String>();
    assert!(life.trim().ends_with(['s', 'm', 'h', 'd']), "{header}");
    format!("{before}tok …{}", after.chars().skip(3).collect::<String>())
}

proptest! {
    #![proptest_config(crate::properties::config())]

    #[test]
    fn m8_a_renewal_moves_nothing_on_the_screen(lives in vec(0_u64..86_400, 1..8), width in 60_u16..220, height in 16_u16..70) {
        let mut app = App::new(width, height).with_organizations(20).keys("j j /").text("org");
        let (before, header) = (app.state.clone(), header_but_the_token(&app));
        let below = |app: &App| screen::text(&app.state).split_once('\n').map(|(_, rest)| rest.to_owned());
        let rest = below(&app);
        for life in lives {
            let until = app.now + Duration::from_secs(life);
            app = app.message(Message::SessionChanged(Session::SignedIn { until }));
            prop_assert_eq!(&header_but_the_token(&app), &header);
            prop_assert_eq!(below(&app), rest.clone());
        }
        prop_assert_eq!(State { session: before.session, now: before.now, ..app.state }, before);
    }
}
