//! Every screen there is, each as a story that leads to it.

use std::time::Duration;

use cckm_tui::app::change::Rules;
use cckm_tui::app::link::Bandwidth;
use cckm_tui::app::{
    Badge, ConnectFailure, Destination, Effect, Effective, Message, Profile, Reply, Run, Session, Settings,
};
use cckm_tui::domain::{
    Call, Connection, ConnectionState, Failure, FailureKind, Organization, Page, PatchAnswer, Record,
};

use crate::support::app::{App, JournalOf, answer, failure, open_operation, refused, run, settings};
use crate::support::identity;
use crate::support::records::{connection, damaged, moved, named, page, thales};

/// A screen: its name, and the story on a terminal of any size.
pub struct Screen {
    pub name: &'static str,
    pub story: fn(u16, u16) -> App,
}

/// Names and connections as they are met in the field.
pub fn organizations() -> Vec<Organization> {
    let table = [
        ("Acme Benelux", "Regular", "sfdc-eu-01"),
        ("Acme Deutschland", "Regular", "sfdc-eu-01"),
        ("Acme Deutschland (UAT)", "Sandbox", "sfdc-eu-uat"),
        ("Acme España", "Regular", "sfdc-eu-01"),
        ("Acme France", "Regular", "sfdc-eu-02"),
        ("Acme Nordics", "Regular", "sfdc-eu-02"),
        (
            "Acme Schweiz — Holding und Beteiligungen AG, Zürich",
            "Regular",
            "sfdc-ch-01-customer-managed-keys-2026",
        ),
        ("アクメ株式会社", "Regular", "sfdc-jp-01"),
        ("Initech", "Sandbox", "legacy-sfdc"),
        ("Umbrella", "", ""),
    ];
    let rows = table.into_iter().enumerate();
    let rows = rows.map(|(n, (name, kind, connection))| Organization {
        kind: kind.into(),
        ..named(n + 1, name, connection)
    });
    rows.chain((20..40).map(|n| named(n, &format!("Globex {n}"), "sfdc-us-01"))).chain([thales()]).collect()
}

fn whole() -> Page<Organization> {
    let all = organizations();
    page(0, all.len(), all)
}

fn list(width: u16, height: u16) -> App {
    App::new(width, height).loaded(organizations()).wait(12_000)
}

/// The configuration of a profile read again: two settings are others, or it has these mistakes.
fn reloaded(width: u16, height: u16, read: Result<(), &str>) -> App {
    let at = |refresh: &str, mouse: &str| {
        let row = |key, value: &str, line: &str| Effective {
            key,
            value: value.into(),
            origin: format!("/home/ops/.config/cckm-tui/config.toml:{line}").into(),
        };
        let effective = vec![row("refresh_seconds", refresh, "3"), row("mouse", mouse, "9")];
        let (badge, destination) = (Badge::Profile("prod-eu".into()), Destination::profile("prod-eu"));
        Settings { badge, destination, effective, ..settings() }
    };
    let result = match read {
        Ok(()) => Ok(Box::new(at("60", "true"))),
        Err(mistakes) => Err(ConnectFailure { reason: mistakes.into() }),
    };
    let app = App::with(at("30", "false"), width, height).loaded(organizations());
    app.keys(":").text("reload").keys("enter").reply(Reply::Reloaded(result))
}

/// Only what is on `sfdc-eu-01` is read, and only what holds a word is shown of it.
fn server_filter(width: u16, height: u16) -> App {
    let on_it = organizations().into_iter().filter(|row| row.connection.as_sent() == "sfdc-eu-01");
    let on_it: Vec<_> = on_it.collect();
    let app = list(width, height).keys("/").text("/connection=sfdc-eu-01 !benelux").keys("enter");
    app.listed(page(0, on_it.len(), on_it))
}

/// The seven of Acme, marked.
fn marked(width: u16, height: u16) -> App {
    list(width, height).keys("/").text("acme").keys("enter *")
}

/// They are to have `sfdc-eu-02`; two have it.
fn plan(width: u16, height: u16) -> App {
    marked(width, height).keys("e").text("sfdc-eu-02").keys("enter")
}

/// The same, with one that the connection does not reach.
fn plan_checked(width: u16, height: u16) -> App {
    plan(width, height).probed("sfdc-eu-02", &organizations()[..6])
}

/// Four changes agreed to; the first is verified, the second sent.
fn plan_applying(width: u16, height: u16) -> App {
    let app = plan_checked(width, height).drawn().wait(500).keys("y").text("4").keys("enter");
    let before = named(1, "Acme Benelux", "sfdc-eu-01");
    let after = moved(&before, "sfdc-eu-02");
    let app =
        app.fetched(Ok(before)).patched(Ok(answer(200, Some(after.clone())))).fetched(Ok(after)).wait(700);
    let second = named(2, "Acme Deutschland", "sfdc-eu-01");
    let request = app.effects.iter().rev().find_map(|effect| match effect {
        Effect::FetchOrganization { request, id } if *id == second.id => Some(*request),
        _ => None,
    });
    app.answer(request.unwrap(), Reply::Fetched(Box::new(Ok(second))))
}

/// The connections, at that of the first organization.
fn connections(width: u16, height: u16) -> App {
    let eu = Connection {
        cloud_name: "Salesforce Sandbox Cloud".into(),
        ..connection("sfdc-eu-01", ConnectionState::Ready)
    };
    let legacy = Connection {
        error: "invalid_grant: authentication failure".into(),
        ..connection("legacy-sfdc", ConnectionState::Fail)
    };
    let all = vec![
        connection("sfdc-connection", ConnectionState::Ready),
        connection("new-sfdc-connection", ConnectionState::NotTested),
        connection("sfdc-us-01", ConnectionState::Ready),
        eu,
        legacy,
    ];
    App::new(width, height).signed_in().connections(all).listed(whole()).wait(12_000).keys("c").wait(100)
}

fn low_bandwidth(width: u16, height: u16) -> App {
    App::of(Run { bandwidth: Bandwidth::Low, ..run() }, settings(), width, height)
        .loaded(organizations())
        .wait(12_000)
        .keys("j j")
}

fn after() -> Organization {
    moved(&thales(), "new-sfdc-connection")
}

/// A server that nobody vouches for.
fn met(width: u16, height: u16) -> App {
    let doubt = cckm_tui::domain::Doubt::Unknown("it is signed by an unknown authority".into());
    let failure = failure(Call::SignIn, FailureKind::NotTrusted);
    let failure = Failure { distrust: Some(identity::distrust(doubt)), ..failure };
    App::new(width, height).message(identity::doubted()).reply(Reply::SignedIn(Err(failure))).drawn()
}

fn timed_out() -> Failure {
    failure(Call::PatchOrganization, FailureKind::TimedOut { after: Duration::from_secs(30) })
}

fn refusal() -> PatchAnswer {
    let words = cckm_tui::domain::ServerWords {
        code: "NCERRInvalidParamValue".into(),
        message: "connection does not have access to the organization".into(),
        request_id: "7b1c2d".into(),
    };
    let body = r#"{"code":48,"codeDesc":"NCERRInvalidParamValue: Invalid parameter","message":"connection does not have access to the organization","requestID":"7b1c2d"}"#;
    PatchAnswer { words, body: body.into(), ..answer(422, None) }
}

fn unsettled(width: u16, height: u16) -> App {
    list(width, height).sent().wait(30_000).patched(Err(timed_out()))
}

fn unknown(width: u16, height: u16) -> App {
    let mut app = unsettled(width, height);
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Err(refused(Call::GetOrganization, 503)));
    }
    app
}

/// Every screen.
pub const ALL: &[Screen] = &[
    Screen { name: "loading", story: |w, h| App::new(w, h).signed_in() },
    Screen {
        name: "loading_further",
        story: |w, h| App::new(w, h).signed_in().listed(page(0, 412, organizations())),
    },
    Screen { name: "list", story: list },
    Screen { name: "list_scrolled", story: |w, h| list(w, h).keys("G k").wait(100) },
    Screen {
        name: "list_filtered",
        story: |w, h| list(w, h).keys("/").text("acme eu").keys("enter j").wait(100),
    },
    Screen { name: "list_server_filter", story: |w, h| server_filter(w, h).wait(5000) },
    Screen {
        name: "list_server_filter_refused",
        story: |w, h| list(w, h).keys("/").text("/acme").keys("enter"),
    },
    Screen {
        name: "list_marked",
        story: |w, h| list(w, h).keys("space j space / ").text("acme d").keys("enter v j").wait(100),
    },
    Screen { name: "list_filter_typed", story: |w, h| list(w, h).keys("/").text("acme d") },
    Screen {
        name: "list_filter_without_match",
        story: |w, h| list(w, h).keys("/").text("nowhere").keys("enter"),
    },
    Screen { name: "list_empty", story: |w, h| App::new(w, h).loaded(Vec::new()) },
    Screen {
        name: "list_damaged",
        story: |w, h| {
            let records = vec![damaged(), Record::Sound(thales())];
            App::new(w, h).signed_in().listed(Page::new(0, Some(2), records)).keys("G").wait(100)
        },
    },
    Screen {
        name: "list_changed",
        story: |w, h| {
            let mut all = organizations();
            all[4] = moved(&all[4], "sfdc-eu-03");
            let count = all.len();
            list(w, h).keys("r").listed(page(0, count, all)).keys("4 j").wait(60_000)
        },
    },
    Screen {
        name: "list_stale",
        story: |w, h| {
            let app = list(w, h).keys("r");
            app.reply(Reply::Listed(Err(refused(Call::ListOrganizations, 503)))).wait(500)
        },
    },
    Screen { name: "list_paused", story: |w, h| list(w, h).keys("p").wait(70_000) },
    Screen {
        name: "list_incomplete",
        story: |w, h| App::new(w, h).signed_in().always_listed(&page(0, 412, organizations())),
    },
    Screen {
        name: "list_read_only",
        story: |w, h| {
            let settings = Settings {
                read_only: true,
                badge: Badge::Profile("prod-eu".into()),
                server: "https://cm1.example.com".into(),
                domain: "emea".into(),
                user: "ops1".into(),
                ..settings()
            };
            App::with(settings, w, h).loaded(organizations()).keys("e")
        },
    },
    Screen {
        name: "list_long_names",
        story: |w, h| {
            let settings = Settings {
                badge: Badge::Profile("production-europe-west-3".into()),
                server: "https://ciphertrust-manager-01.prod.eu-west-3.example.com:8443".into(),
                domain: "business-unit-emea".into(),
                user: "firstname.lastname@example.com".into(),
                ..settings()
            };
            App::with(settings, w, h).loaded(organizations())
        },
    },
    Screen {
        name: "signed_out",
        story: |w, h| list(w, h).message(Message::SessionChanged(Session::SignedOut)),
    },
    Screen {
        name: "detail_fields",
        story: |w, h| list(w, h).keys("j enter").fetched(Ok(organizations().remove(1))),
    },
    Screen { name: "detail_json", story: |w, h| list(w, h).keys("G enter 2") },
    Screen { name: "detail_missing_connection", story: |w, h| list(w, h).keys("j j j j tab") },
    Screen { name: "connections", story: connections },
    Screen { name: "reloaded", story: |w, h| reloaded(w, h, Ok(())) },
    Screen {
        name: "reload_refused",
        story: |w, h| {
            reloaded(
                w,
                h,
                Err(
                    "/home/ops/.config/cckm-tui/config.toml:3: unknown key `baegd`; did you mean `badge`?\n/home/ops/.config/cckm-tui/config.toml:9: key `refresh_seconds`: expected a whole number of seconds, at most 86400, which is a day; 0 is off",
                ),
            )
        },
    },
    Screen { name: "help_narrowed", story: |w, h| list(w, h).keys("? /").text("mark") },
    Screen { name: "connections_server_filter", story: |w, h| server_filter(w, h).keys("c") },
    Screen {
        name: "connections_filtered",
        story: |w, h| connections(w, h).keys("/").text("state=fail|missing").keys("enter"),
    },
    Screen {
        name: "connections_tested",
        story: |w, h| {
            let app = connections(w, h).keys("g").wait(100).keys("t").wait(312);
            let error =
                "invalid_client_credentials: client secret rejected by https://acme.my.salesforce.com";
            let tested =
                Connection { error: error.into(), ..connection("legacy-sfdc", ConnectionState::Fail) };
            app.reply(Reply::ConnectionTested(Box::new(Ok(tested)))).wait(100)
        },
    },
    Screen {
        name: "connections_not_tested",
        story: |w, h| {
            let app = connections(w, h).keys("t").wait(84);
            let failure = refused(Call::TestConnection, 403);
            app.reply(Reply::ConnectionTested(Box::new(Err(failure)))).wait(100)
        },
    },
    Screen { name: "connection_detail", story: |w, h| connections(w, h).keys("tab") },
    Screen {
        name: "connection_missing",
        story: |w, h| connections(w, h).keys("g j j j j j").wait(100).keys("tab"),
    },
    Screen { name: "connections_sort", story: |w, h| connections(w, h).keys("s j") },
    Screen {
        name: "connections_not_listed",
        story: |w, h| {
            let app = App::new(w, h).signed_in().listed(page(0, 412, organizations()));
            app.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 403)))).keys("c").wait(100)
        },
    },
    Screen { name: "connections_users", story: |w, h| connections(w, h).keys("enter").wait(100) },
    Screen { name: "edit", story: |w, h| list(w, h).choosing() },
    Screen { name: "edit_narrowed", story: |w, h| list(w, h).choosing().text("sfdc con").keys("down down") },
    Screen {
        name: "edit_connections_unreadable",
        story: |w, h| {
            let app = App::new(w, h).signed_in().listed(whole());
            let app =
                app.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 403)))).choosing();
            app.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 403)))).text("sfdc-eu")
        },
    },
    Screen {
        name: "review_conflict",
        story: |w, h| {
            let mut all = organizations();
            let count = all.len();
            all.pop();
            all.push(moved(&thales(), "legacy-sfdc"));
            list(w, h).reviewed().wait(31_000).listed(page(0, count, all)).drawn().wait(500)
        },
    },
    Screen { name: "review", story: |w, h| list(w, h).reviewed() },
    Screen {
        name: "review_deaf",
        story: |w, h| list(w, h).choosing().text("made-today").keys("enter").checked().drawn().wait(100),
    },
    Screen { name: "review_waiting", story: |w, h| opened(w, h).drawn().wait(500).keys("y") },
    Screen { name: "review_stopped", story: stopped },
    Screen { name: "review_cannot_check", story: unchecked },
    Screen { name: "review_reason_typed", story: |w, h| list(w, h).reviewed().keys("r").text("CHG-4711") },
    Screen {
        name: "review_override_typed",
        story: |w, h| stopped(w, h).keys("r").text("CHG-4711").keys("enter o").text("merged tenants"),
    },
    Screen {
        name: "review_name_typed",
        story: |w, h| protected(w, h).loaded(organizations()).reviewed().keys("y").text("prod-"),
    },
    Screen {
        name: "recording",
        story: |w, h| {
            let mut app = list(w, h).reviewed();
            app.journal = JournalOf::Silent;
            app.keys("y")
        },
    },
    Screen { name: "review_undo", story: |w, h| list(w, h).changed().keys("z").checked().drawn().wait(500) },
    Screen {
        name: "result_on_record",
        story: |w, h| {
            let app = stopped(w, h).keys("r").text("CHG-4711").keys("enter o").text("merged tenants");
            let app = app.keys("enter").wait(500).keys("y");
            app.patched(Ok(answer(200, Some(after())))).fetched(Ok(after())).keys("pgdn")
        },
    },
    Screen { name: "activity", story: |w, h| list(w, h).changed().keys("esc @ j") },
    Screen { name: "activity_filtered", story: |w, h| list(w, h).changed().keys("esc @ /").text("patch") },
    Screen { name: "recovery", story: recovery },
    Screen { name: "sending", story: |w, h| list(w, h).sent().wait(7000) },
    Screen { name: "sending_hidden", story: |w, h| list(w, h).sent().keys("esc").wait(7000) },
    Screen {
        name: "settling",
        story: |w, h| {
            unsettled(w, h)
                .wait(500)
                .fetched(Ok(thales()))
                .wait(1000)
                .fetched(Err(refused(Call::GetOrganization, 503)))
        },
    },
    Screen { name: "plan_choosing", story: |w, h| marked(w, h).keys("e").text("sfdc-eu").wait(100) },
    Screen { name: "plan_checking", story: plan },
    Screen { name: "plan_checked", story: |w, h| plan_checked(w, h).drawn().wait(500) },
    Screen {
        name: "plan_consent",
        story: |w, h| {
            let app = plan_checked(w, h).drawn().wait(500).keys("r").text("CHG-20417").keys("enter c y");
            app.drawn().wait(500).keys("y").text("4")
        },
    },
    Screen { name: "plan_progress", story: |w, h| plan_applying(w, h).wait(3000) },
    Screen {
        name: "plan_held",
        story: |w, h| {
            let app = plan_applying(w, h);
            let row = named(2, "Acme Deutschland", "sfdc-eu-01");
            let slow = PatchAnswer { retry_after: Some(Duration::from_secs(8)), ..answer(429, None) };
            app.patched(Ok(slow)).fetched(Ok(row)).wait(2000)
        },
    },
    Screen { name: "plan_hidden", story: |w, h| plan_applying(w, h).keys("esc").wait(6000) },
    Screen {
        name: "plan_stopped",
        story: |w, h| {
            let row = named(2, "Acme Deutschland", "sfdc-eu-01");
            plan_applying(w, h).patched(Ok(refusal())).fetched(Ok(row)).wait(100)
        },
    },
    Screen {
        name: "plan_row_result",
        story: |w, h| {
            let row = named(2, "Acme Deutschland", "sfdc-eu-01");
            plan_applying(w, h).patched(Ok(refusal())).fetched(Ok(row)).keys("g j enter").wait(100)
        },
    },
    Screen { name: "result_verified", story: |w, h| list(w, h).changed() },
    Screen {
        name: "result_refused",
        story: |w, h| list(w, h).sent().patched(Ok(refusal())).fetched(Ok(thales())),
    },
    Screen {
        name: "result_answer",
        story: |w, h| list(w, h).sent().patched(Ok(refusal())).fetched(Ok(thales())).keys("r"),
    },
    Screen {
        name: "result_not_sent",
        story: |w, h| {
            list(w, h).sent().patched(Err(failure(Call::PatchOrganization, FailureKind::Unreachable)))
        },
    },
    Screen {
        name: "result_applied",
        story: |w, h| unsettled(w, h).wait(500).fetched(Ok(thales())).wait(1000).fetched(Ok(after())),
    },
    Screen { name: "result_unknown", story: unknown },
    Screen {
        name: "result_told",
        story: |w, h| {
            list(w, h).sent().keys("esc").patched(Ok(answer(200, Some(after())))).fetched(Ok(after()))
        },
    },
    Screen {
        name: "problem",
        story: |w, h| {
            App::new(w, h).signed_in().reply(Reply::Listed(Err(refused(Call::ListOrganizations, 403))))
        },
    },
    Screen { name: "sign_in", story: |w, h| unsigned(w, h).text("secret") },
    Screen {
        name: "sign_in_failed",
        story: |w, h| {
            let app = unsigned(w, h).text("secret").keys("enter");
            app.reply(Reply::SignedIn(Err(refused(Call::SignIn, 401))))
        },
    },
    Screen {
        name: "net",
        story: |w, h| {
            list(w, h).message(Message::Sent { bytes: 214, waited: Duration::from_micros(310) }).keys("L")
        },
    },
    Screen { name: "list_low_bandwidth", story: low_bandwidth },
    Screen { name: "help", story: |w, h| list(w, h).keys("?") },
    Screen { name: "profiles", story: |w, h| picking(w, h).keys("j") },
    Screen { name: "profiles_broken", story: |w, h| picking(w, h).keys("G") },
    Screen { name: "palette", story: |w, h| list(w, h).keys(":") },
    Screen { name: "palette_typed", story: |w, h| list(w, h).keys("ctrl-p").text("so").keys("down") },
    Screen {
        name: "palette_words",
        story: |w, h| list(w, h).keys(":").text("filter connection=sfdc-eu-01").keys("down"),
    },
    Screen { name: "actions", story: |w, h| list(w, h).keys("x down down") },
    Screen { name: "settings", story: settings_shown },
    Screen {
        name: "question_depart",
        story: |w, h| {
            let app = at(w, h).loaded(organizations()).choosing().text("sfdc-eu").keys("ctrl-p");
            let app = app.reply(Reply::ProfilesListed(Ok(profiles())));
            app.text("profile prod-us").keys("enter")
        },
    },
    Screen { name: "export", story: |w, h| list(w, h).keys("/").text("acme").keys("enter E j") },
    Screen { name: "copy_menu", story: |w, h| list(w, h).keys("y") },
    Screen { name: "sort", story: |w, h| list(w, h).keys("S s j j j") },
    Screen { name: "sort_second", story: |w, h| list(w, h).keys("s j j j space j") },
    Screen { name: "columns", story: |w, h| list(w, h).keys("C j j space j J J > k k") },
    Screen {
        name: "list_columns_chosen",
        story: |w, h| list(w, h).keys("C").keys("j j j j j space j space j space enter l l"),
    },
    Screen { name: "list_wide_columns", story: |w, h| list(w, h).keys("w") },
    Screen { name: "themes", story: |w, h| list(w, h).keys("T j j") },
    Screen { name: "question_discard", story: |w, h| list(w, h).choosing().text("new").keys("esc") },
    Screen { name: "question_leave", story: |w, h| list(w, h).sent().keys("esc q") },
    Screen { name: "first_contact", story: met },
    Screen {
        name: "first_contact_wrong",
        story: |w, h| {
            let wrong = identity::fingerprint(3).to_string();
            met(w, h).message(Message::Pasted(wrong)).keys("enter")
        },
    },
    Screen { name: "certificate", story: |w, h| met(w, h).keys("v") },
    Screen { name: "stop", story: |w, h| list(w, h).message(identity::changed()) },
    Screen {
        name: "stop_vouched",
        story: |w, h| {
            let believed = identity::shown(cckm_tui::domain::Belief::System);
            list(w, h).message(believed).message(identity::doubted())
        },
    },
];

/// Whether a screen shows the demo and no profile.
pub fn is_of_the_demo(screen: &Screen) -> bool {
    (screen.story)(80, 24).state.settings.badge == Badge::Demo
}

/// What holds at a profile.
fn profile(name: &str, server: &str, user: &str) -> Settings {
    Settings {
        destination: Destination::profile(name),
        badge: Badge::Profile(name.into()),
        server: server.into(),
        user: user.into(),
        ..settings()
    }
}

fn profiles() -> Vec<Profile> {
    let eu = profile("prod-eu", "https://cm1.example.com", "ops1");
    let rules = Rules { reason_required: true, confirm_by_name: Some("prod-us".into()), ..Rules::default() };
    let us = Settings {
        rules,
        domain: "emea".into(),
        ..profile("prod-us", "https://cm2.example.com:8443", "ops1")
    };
    let lab = Settings { read_only: true, ..profile("lab", "https://cm.lab.example.com", "first.last") };
    let broken = Err(ConnectFailure {
        reason: "/home/ops/.config/cckm-tui/config.toml:19: `usernme`: unknown key; did you mean `username`?"
            .into(),
    });
    let listed = |settings: Settings| Profile { to: settings.destination.clone(), settings: Ok(settings) };
    let mut all = vec![listed(lab), listed(eu), listed(us)];
    all.push(Profile { to: Destination::profile("staging"), settings: broken });
    all
}

/// The settings in effect: short ones, one that wraps, one that somebody tried to make a command.
fn settings_shown(width: u16, height: u16) -> App {
    let rows = [
        ("profile", "prod-eu", "--profile"),
        ("url", "https://cm1.example.com", "/home/ops/.config/cckm-tui/config.toml:12"),
        ("username", "ops\u{1b}[31m1", "CCKM_USERNAME"),
        ("domain", "", "default"),
        (
            "pin",
            "9F:2C:11:0A:9F:2C:11:0A:9F:2C:11:0A:9F:2C:11:0A:9F:2C:11:0A:9F:2C:11:0A:9F:2C:11:0A:9F:2C:11:0A",
            "config.toml:13",
        ),
        ("read_only", "false", "default"),
        ("password", "(hidden)", "CCKM_PASSWORD"),
    ];
    let effective =
        rows.map(|(key, value, origin)| Effective { key, value: value.into(), origin: origin.into() });
    let settings =
        Settings { effective: effective.into(), ..profile("prod-eu", "https://cm1.example.com", "ops1") };
    let app = App::with(settings, width, height).loaded(organizations());
    app.keys(":").text("settings").keys("enter")
}

/// At a profile.
fn at(width: u16, height: u16) -> App {
    App::with(profile("prod-eu", "https://cm1.example.com", "ops1"), width, height)
}

/// The window of profiles.
fn picking(width: u16, height: u16) -> App {
    at(width, height).loaded(organizations()).keys("P").reply(Reply::ProfilesListed(Ok(profiles())))
}

/// The review of Thales opened, nothing answered.
fn opened(width: u16, height: u16) -> App {
    list(width, height).choosing().text("new-sfdc-connection").keys("enter")
}

fn tested(app: App) -> App {
    let new = connection("new-sfdc-connection", ConnectionState::Ready);
    app.reply(Reply::ConnectionFetched(Box::new(Ok(new.clone()))))
        .reply(Reply::ConnectionTested(Box::new(Ok(new))))
}

/// A connection that reaches another organization.
fn stopped(width: u16, height: u16) -> App {
    let app = tested(opened(width, height)).discovered("00D5g0000071QxKEAU").fetched(Ok(thales()));
    app.drawn().wait(500)
}

/// An account that may do nothing but change.
fn unchecked(width: u16, height: u16) -> App {
    opened(width, height)
        .fetched(Err(refused(Call::GetOrganization, 403)))
        .reply(Reply::Discovered(Err(refused(Call::DiscoverOrganizations, 403))))
        .reply(Reply::ConnectionFetched(Box::new(Err(refused(Call::GetConnection, 403)))))
        .drawn()
        .wait(500)
}

fn protected(width: u16, height: u16) -> App {
    let rules = Rules { reason_required: false, confirm_by_name: Some("prod-eu".into()), ..Rules::default() };
    App::with(Settings { rules, ..settings() }, width, height)
}

/// Three changes of an earlier run: one that was applied, one to look at again, one of another server.
fn recovery(width: u16, height: u16) -> App {
    let open = |n: usize, server: &str| {
        open_operation(u64::try_from(n).unwrap(), &organizations()[n], server, "sfdc-new")
    };
    let here = "http://127.0.0.1:8080";
    let open_operations = vec![open(0, here), open(1, here), open(2, "https://cm2.example.com")];
    let app = App::of(Run { open_operations, ..run() }, settings(), width, height).loaded(organizations());
    let [first, second] = app.recovery_readings()[..] else { panic!("two readings") };
    let moved = moved(&organizations()[0], "sfdc-new");
    app.answer(first, Reply::Fetched(Box::new(Ok(moved))))
        .answer(second, Reply::Fetched(Box::new(Ok(organizations().remove(1)))))
}

fn unsigned(width: u16, height: u16) -> App {
    App::with(Settings { password_known: false, ..settings() }, width, height)
}

/// The moment a story is at, to change its size and nothing else.
pub fn resized(app: App, width: u16, height: u16) -> App {
    app.message(Message::Resized(ratatui::layout::Size::new(width, height)))
}
