//! The list of connections: who uses each, their tests, and the way to the organizations and back.

use cckm_tui::app::connections::{Column, Completeness, Row, Sort, Standing};
use cckm_tui::app::list::By;
use cckm_tui::app::view::View;
use cckm_tui::app::{Effect, Message, Reply, RequestId, Session, Settings};
use cckm_tui::domain::{Call, Connection, ConnectionState, FailureKind, Moment, Organization, Page, Record};
use cckm_tui::layout::Pane;

use crate::support::app::{App, failure, number, refused, settings};
use crate::support::records::{connection, named, page};
use crate::support::screen;

/// Six organizations on four connections, one of them by its id, one on none that exists.
fn organizations() -> Vec<Organization> {
    let on = ["sfdc-eu", "sfdc-eu", "id-of-sfdc-eu", "sfdc us", "retired", "sfdc|odd\"*"];
    on.iter().enumerate().map(|(n, on)| named(n, &format!("Acme {n}"), on)).collect()
}

fn connections() -> Vec<Connection> {
    vec![
        connection("sfdc-eu", ConnectionState::Ready),
        connection("sfdc us", ConnectionState::NotTested),
        Connection { error: "invalid_grant".into(), ..connection("sfdc|odd\"*", ConnectionState::Fail) },
        connection("spare", ConnectionState::Ready),
    ]
}

fn app() -> App {
    App::new(80, 24).signed_in().connections(connections()).listed(page(0, 6, organizations()))
}

/// `name state used`, of each row shown.
fn rows(app: &App) -> Vec<String> {
    let list = &app.state.connection_list;
    let rows = (0..list.shown()).filter_map(|at| list.at(at));
    let used = |uses| cckm_tui::app::connections::used(uses, list.complete);
    rows.map(|row| format!("{} {} {}", row.title().as_str(), row.standing().word(), used(row.uses))).collect()
}

#[test]
fn a14_the_users_of_a_connection_are_counted_by_its_name_and_its_id_for_the_commands_too() {
    let state = app().state;
    let counted = cckm_tui::app::connections::uses(&state.connections, &state.list);
    let names = state.connections.known.iter().map(|known| known.name.as_sent());
    let counted: Vec<_> = names.zip(counted).collect();
    assert_eq!(counted, [("sfdc-eu", 3), ("sfdc us", 1), ("sfdc|odd\"*", 1), ("spare", 0)]);
}

fn at(app: &App) -> String {
    app.state.connection_list.row().map(|row| row.title().into_string()).unwrap_or_default()
}

fn tests(app: &App) -> Vec<(RequestId, String)> {
    let tests = app.effects.iter().filter_map(|effect| match effect {
        Effect::TestConnection { request, connection } => {
            Some((*request, connection.name.as_sent().to_owned()))
        }
        _ => None,
    });
    tests.collect()
}

fn tested(app: App, state: ConnectionState, error: &str) -> App {
    let (_, name) = tests(&app).pop().unwrap();
    let connection = Connection { error: error.into(), ..connection(&name, state) };
    app.reply(Reply::ConnectionTested(Box::new(Ok(connection))))
}

#[test]
fn a14_each_connection_shows_who_uses_it_by_name_or_by_id_and_missing_and_unused_ones_are_told() {
    let app = app().keys("c");
    assert_eq!(app.state.view, View::Connections);
    let expected = [
        "retired MISSING 1",
        "sfdc us Not tested 1",
        "sfdc-eu Ready 3",
        "sfdc|odd\"* Fail 1",
        "spare Ready unused",
    ];
    assert_eq!(rows(&app), expected);
    let sum: usize = (0..5).filter_map(|at| app.state.connection_list.at(at)).map(|row| row.uses).sum();
    assert_eq!(sum, organizations().len());
    let summary = app.state.connection_list.summary;
    assert_eq!((summary.failing, summary.missing, summary.unused), (1, 1, 1));
}

#[test]
fn a14_while_the_organizations_are_not_all_read_no_number_is_claimed() {
    let app = App::new(80, 24).signed_in().connections(connections());
    let app = app.listed(page(0, 412, organizations())).keys("c");
    assert_eq!(app.state.connection_list.complete, Completeness::Unread);
    assert_eq!(rows(&app).last().map(String::as_str), Some("spare Ready ?"));
    assert_eq!(app.state.connection_list.summary.unused, 0, "nothing is called unused");
    let app = app.always_listed(&page(0, 412, organizations()));
    assert_eq!(app.state.connection_list.complete, Completeness::Incomplete);
    assert_eq!(rows(&app).last().map(String::as_str), Some("spare Ready ?"));
    let app = app.keys("r").listed(page(0, 6, organizations()));
    assert_eq!(rows(&app).last().map(String::as_str), Some("spare Ready unused"));
}

#[test]
fn a_connection_is_called_missing_only_when_all_were_read() {
    let standing = |app: &App| {
        let list = &app.state.connection_list;
        (0..list.shown())
            .filter_map(|at| list.at(at))
            .find(|row| row.name.as_sent() == "retired")
            .map(Row::standing)
    };
    let unread = App::new(80, 24).signed_in().listed(page(0, 6, organizations())).keys("c");
    assert_eq!(standing(&unread), Some(Standing::NotListed));
    let refused = unread.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 403))));
    assert_eq!(standing(&refused), Some(Standing::NotListed));
    let damaged = Record::damaged("{}".into(), "id: missing, and name as well".into());
    let records: Vec<_> = connections().into_iter().map(Record::Sound).chain([damaged]).collect();
    let app = refused.keys("r").reply(Reply::ConnectionsListed(Ok(records)));
    assert_eq!(standing(&app), Some(Standing::NotListed), "the damaged one may be it");
    assert_eq!(rows(&app).last().map(String::as_str), Some("id: missing, and name as well damaged unused"));
    let app = app.keys("r").connections(connections());
    assert_eq!(standing(&app), Some(Standing::Missing));
}

#[test]
fn the_key_opens_it_at_the_connection_of_the_row_and_the_other_key_as_it_was_left() {
    let app = app().keys("j j j c");
    assert_eq!(at(&app), "sfdc us");
    let app = app.keys("G - j -");
    assert_eq!((app.state.view, at(&app)), (View::Connections, "spare".to_owned()));
    let app = app.keys("esc c");
    assert_eq!(at(&app), "retired", "of the row that is selected now");
}

#[test]
fn esc_peels_the_filter_and_then_leads_back() {
    let app = app().keys("c /").text("spare").keys("enter");
    assert_eq!(rows(&app), ["spare Ready unused"]);
    let app = app.keys("esc");
    assert_eq!((app.state.view, rows(&app).len()), (View::Connections, 5));
    let app = app.keys("esc");
    assert_eq!((app.state.view, app.shown().len()), (View::Organizations, 6));
}

#[test]
fn e2_the_filter_of_connections_speaks_the_same_language() {
    for (text, expected) in [
        ("sfdc", &["sfdc us", "sfdc-eu", "sfdc|odd\"*"][..]),
        ("sfdc !us", &["sfdc-eu", "sfdc|odd\"*"]),
        ("state=fail|missing", &["retired", "sfdc|odd\"*"]),
        ("state!=ready", &["retired", "sfdc us", "sfdc|odd\"*"]),
        ("name=sfdc*", &["sfdc us", "sfdc-eu", "sfdc|odd\"*"]),
        ("kind=\"salesforce cloud\" re:eu$", &["sfdc-eu"]),
        ("~fc-eu", &["sfdc-eu"]),
        ("used=unused", &["spare"]),
        ("unused", &["spare"]),
        ("used=3", &["sfdc-eu"]),
        ("error:grant", &["sfdc|odd\"*"]),
        ("id=id-of-spare", &["spare"]),
        ("tested<1d !tested<1h", &["sfdc us", "sfdc-eu", "sfdc|odd\"*", "spare"]),
    ] {
        let app = app().keys("c /").text(text).keys("enter");
        let list = &app.state.connection_list;
        assert_eq!(list.filter.error, None, "{text}");
        let names: Vec<_> = (0..list.shown()).map(|at| list.at(at).unwrap().title().into_string()).collect();
        assert_eq!(names, expected, "{text}");
    }
    let app = app().keys("c /").text("colour=red");
    let error = app.state.connection_list.filter.error.as_ref().map(ToString::to_string);
    assert!(error.unwrap().contains("name, state, kind, used, error, id; tested"), "{:?}", rows(&app));
}

#[test]
fn enter_shows_the_organizations_of_the_row_and_esc_leads_back_to_where_one_came_from() {
    for (name, filter, expected) in [
        ("sfdc-eu", "connection==id-of-sfdc-eu|sfdc-eu", &["Acme 0", "Acme 1", "Acme 2"][..]),
        ("sfdc us", "connection==\"sfdc us\"", &["Acme 3"]),
        ("retired", "connection==retired", &["Acme 4"]),
        ("sfdc|odd\"*", "connection==\"sfdc|odd\"\"*\"", &["Acme 5"]),
    ] {
        let app = app().keys("/").text("acme").keys("enter j c");
        let app =
            app.keys("/").text(&format!("name={}", cckm_tui::app::query::quoted(name))).keys("enter enter");
        assert_eq!((app.state.view, app.state.list.filter.field.text()), (View::Organizations, filter));
        assert_eq!(app.shown(), expected);
        let app = app.keys("esc");
        assert_eq!((app.state.view, at(&app)), (View::Connections, name.to_owned()));
        let app = app.keys("esc esc");
        assert_eq!(app.state.list.filter.field.text(), "acme", "as it was before");
        assert_eq!((app.shown().len(), app.selected().as_deref()), (6, Some("Acme 1")));
    }
}

#[test]
fn a14_enter_shows_the_users_of_one_connection_and_not_of_another_that_differs_in_letter_case() {
    let known = vec![connection("prod", ConnectionState::Ready), connection("PROD", ConnectionState::Ready)];
    let users = vec![named(0, "A", "prod"), named(1, "B", "PROD"), named(2, "C", "prod")];
    let app = App::new(80, 24).signed_in().connections(known).listed(page(0, 3, users)).keys("c g enter");
    assert_eq!(app.shown(), ["B"], "{}", app.state.list.filter.field.text());
    let app = app.keys("esc j enter");
    assert_eq!(app.shown(), ["A", "C"], "{}", app.state.list.filter.field.text());
}

#[test]
fn a_filter_typed_on_the_way_is_a_layer_of_its_own() {
    let app = app().keys("c enter").keys("/").text(" 1").keys("enter");
    assert_eq!(app.shown(), ["Acme 1"]);
    let app = app.keys("esc");
    assert_eq!((app.state.view, app.shown().len()), (View::Organizations, 3));
    let app = app.keys("esc");
    assert_eq!(app.state.view, View::Connections);
}

#[test]
fn enter_on_a_connection_that_nobody_uses_says_so() {
    let app = app().keys("c G enter");
    assert_eq!((app.state.view, app.notice()), (View::Connections, "no organization uses spare"));
}

#[test]
fn t_has_the_server_test_the_selected_connection_once_at_a_time() {
    let app = app().keys("c G").onwards().keys("t t");
    assert_eq!(tests(&app).len(), 1);
    assert_eq!(app.notice(), "a test of spare is under way");
    let app = app.keys("k t");
    assert_eq!(
        tests(&app).iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
        ["spare", "sfdc|odd\"*"]
    );
    let app = tested(app, ConnectionState::Ready, "");
    assert_eq!(rows(&app)[3], "sfdc|odd\"* Ready 1");
    assert!(app.notice().starts_with("test of sfdc|odd\"*: Ready"), "{}", app.notice());
    let app = app.keys("t");
    assert_eq!(tests(&app).len(), 3, "after it ended, again");
}

#[test]
fn a_failing_test_stays_on_the_screen_and_its_words_are_in_the_detail() {
    let long =
        "invalid_grant: the user is not approved for this app, says https://thales-apac.my.salesforce.com";
    let app = app().keys("c G t").wait(300);
    let app = tested(app, ConnectionState::Fail, long).wait(60_000);
    assert!(app.notice().contains("Fail: invalid_grant"), "{}", app.notice());
    let detail = app.state.detail_lines(app.state.detail_view().0, 60);
    let text: Vec<_> = detail.iter().map(cckm_tui::app::line::Line::text).collect();
    let text = text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains("took 300 ms") && text.contains(long), "{text}");
}

#[test]
fn a_test_that_could_not_be_made_changes_nothing_that_is_known() {
    let app = app().keys("c G t");
    let app = app.reply(Reply::ConnectionTested(Box::new(Err(refused(Call::TestConnection, 403)))));
    assert_eq!(rows(&app)[4], "spare Ready unused");
    assert!(app.notice().contains("not tested: HTTP 403 Forbidden"), "{}", app.notice());
    let timed_out =
        failure(Call::TestConnection, FailureKind::TimedOut { after: std::time::Duration::from_secs(90) });
    let app = app.keys("t").reply(Reply::ConnectionTested(Box::new(Err(timed_out))));
    assert!(app.notice().contains("it is not known whether the test ran"), "{}", app.notice());
    let unread = refused(Call::GetConnection, 503);
    let app = app.keys("t").reply(Reply::ConnectionTested(Box::new(Err(unread))));
    assert!(app.notice().contains("the test ran, its result could not be read"), "{}", app.notice());
}

#[test]
fn nt_24_an_answer_to_another_test_ends_none() {
    let app = app().keys("c G t");
    let (request, _) = tests(&app).pop().unwrap();
    let spare = connection("spare", ConnectionState::Fail);
    let app = app.answer(request, Reply::ConnectionTested(Box::new(Ok(spare))));
    let notice = app.notice().to_owned();
    let app = app.answer(request, Reply::ConnectionTested(Box::new(Err(refused(Call::TestConnection, 500)))));
    assert_eq!(app.notice(), notice, "it has ended");
}

/// Also while organizations are being read: what is made of both stays as it was.
#[test]
fn nt_24_a_test_that_nobody_waits_for_tells_nothing_of_its_connection() {
    let strayed = |app: App| {
        let failing = Box::new(Ok(connection("spare", ConnectionState::Fail)));
        let before = app.state.clone();
        let app = app.answer(number(100_000), Reply::ConnectionTested(failing));
        assert!(before == app.state);
    };
    strayed(app().keys("c"));
    let loading = App::new(80, 24).signed_in().connections(connections()).keys("c");
    strayed(loading.listed(page(0, 60, organizations())));
}

#[test]
fn t_on_an_organization_tests_the_connection_it_uses() {
    let app = app().keys("j j t");
    assert_eq!(tests(&app).pop().map(|(_, name)| name).as_deref(), Some("sfdc-eu"), "named by its id");
    let app = tested(app, ConnectionState::Fail, "no");
    assert!(app.notice().contains("test of sfdc-eu: Fail: no"), "{}", app.notice());
    assert_eq!(app.state.connections.find(&"sfdc-eu".into()).unwrap().state, ConnectionState::Fail);
    let app = app.onwards().keys("j j t");
    assert_eq!(app.asked(), []);
    assert!(app.notice().starts_with("MISSING: no connection retired"), "{}", app.notice());
}

#[test]
fn m6_a_read_only_session_asks_for_no_test() {
    let settings = Settings { read_only: true, ..settings() };
    let app = App::with(settings, 80, 24).signed_in().connections(connections());
    let app = app.listed(page(0, 6, organizations())).onwards().keys("t c G t");
    assert_eq!(tests(&app), []);
    assert!(app.notice().starts_with("READ-ONLY"), "{}", app.notice());
}

#[test]
fn m17_selection_filter_and_sort_follow_the_id_through_a_refresh() {
    let app = app().keys("c S /").text("sfdc").keys("enter");
    assert_eq!(at(&app), "sfdc-eu");
    let mut others = connections();
    others.insert(0, connection("sfdc-zz", ConnectionState::Ready));
    others[1].name = "sfdc-aa".into();
    let app = app.keys("r").connections(others).listed(page(0, 6, organizations()));
    assert_eq!(at(&app), "sfdc-aa", "renamed, and still the same");
    assert_eq!(rows(&app)[0], "sfdc|odd\"* Fail 1");
    let app = app.keys("r").connections(Vec::new());
    assert!(!at(&app).is_empty(), "a neighbour");
}

#[test]
fn e6_the_list_is_sorted_by_any_column() {
    let first = |keys: &str| rows(&app().keys("c s").keys(keys)).remove(0);
    assert_eq!(first("j enter"), "retired MISSING 1", "the worst first");
    assert_eq!(first("j j j S"), "sfdc-eu Ready 3", "most used first");
    assert_eq!(first("k enter"), "retired MISSING 1");
}

#[test]
fn e6_a_second_column_decides_among_connections_that_are_equal_in_the_first() {
    let app = app().keys("c s j");
    assert!(screen::text(&app.state).contains("Space then by"));
    let app = app.keys("space j j");
    assert!(!screen::text(&app.state).contains("Space then"), "there is no third");
    assert!(screen::text(&app.state).contains("Esc back"));
    let app = app.keys("enter");
    let by = |column| By::up(column);
    assert_eq!(app.state.connection_list.sort, Sort::by(by(Column::State)).then(by(Column::UsedBy)));
    assert_eq!(rows(&app)[3..], ["spare Ready unused", "sfdc-eu Ready 3"]);
    let heads = screen::text(&app.state);
    assert!(heads.contains("STATE ▲ ") && heads.contains("USED ▲2"), "{heads}");
    assert_eq!(
        rows(&app.keys("S"))[..2],
        ["spare Ready unused", "sfdc-eu Ready 3"],
        "S turns the first round"
    );
}

#[test]
fn the_palette_knows_both_lists_by_name_wherever_one_is() {
    let app = app().keys(":").text("connections").keys("enter");
    assert_eq!(app.state.view, View::Connections);
    let app = app.keys(":").text("connections").keys("enter");
    assert_eq!(app.notice(), "connections: this is where you are");
    let app = app.keys("esc :").text("organizations").keys("enter");
    assert_eq!(app.state.view, View::Organizations);
    let app = app.keys(":").text("organizations").keys("enter");
    assert_eq!(app.notice(), "organizations: this is where you are");
}

#[test]
fn the_filter_command_narrows_the_list_that_is_shown() {
    let app = app().keys("c :").text("filter state=fail").keys("enter");
    assert_eq!(rows(&app), ["sfdc|odd\"* Fail 1"]);
    assert_eq!(app.shown().len(), 6);
}

#[test]
fn m18_a_refresh_and_a_test_move_no_focus_and_touch_no_typed_text() {
    let app = app().keys("c G t /").text("sp");
    let app = tested(app, ConnectionState::Fail, "no").wait(31_000);
    let app = app.connections(connections()).listed(page(0, 6, organizations()));
    let list = &app.state.connection_list;
    assert_eq!((list.filter.field.text(), list.filter.editing, app.state.pane), ("sp", true, Pane::List));
    assert_eq!(rows(&app).len(), 1);
}

#[test]
fn while_it_is_shown_the_connections_are_read_with_the_organizations() {
    let asked = |app: &App| {
        app.asked().iter().filter(|effect| matches!(effect, Effect::ListConnections { .. })).count()
    };
    assert_eq!(asked(&app().onwards().wait(30_000)), 0);
    assert_eq!(asked(&app().keys("c").onwards().wait(30_000)), 1);
}

#[test]
fn pages_of_organizations_make_no_rows_anew_until_the_last() {
    let some = |range: std::ops::Range<usize>| {
        let on = |n| if n == 0 { "retired" } else { "sfdc-eu" };
        page(range.start, 130, range.map(|n| named(n, &format!("Acme {n}"), on(n))).collect())
    };
    let app = App::new(80, 24).signed_in().connections(connections()).keys("c");
    let app = app.listed(some(0..100));
    assert!(!rows(&app).iter().any(|row| row.starts_with("retired")), "{:?}", rows(&app));
    let app = app.listed(some(99..130));
    assert!(rows(&app).contains(&"sfdc-eu Ready 129".to_owned()), "{:?}", rows(&app));
}

#[test]
fn a_session_that_ended_during_a_test_asks_to_sign_in() {
    let app = app().keys("c G t");
    let until = Moment::START;
    let app = app.message(Message::SessionChanged(Session::SignedIn { until }));
    let app =
        app.reply(Reply::ConnectionTested(Box::new(Err(failure(Call::Renew, FailureKind::SignInNeeded)))));
    assert!(matches!(app.state.modals[..], [cckm_tui::app::modal::Modal::SignIn(_)]));
    assert!(app.notice().contains("not tested"), "{}", app.notice());
}

#[test]
fn the_detail_shows_fields_users_and_the_servers_json() {
    let app = app().keys("c tab");
    let text = |app: &App| {
        let lines = app.state.detail_lines(app.state.detail_view().0, 76);
        lines.iter().map(|line| line.text() + "\n").collect::<String>()
    };
    let fields = text(&app);
    for part in [
        "Ready",
        "3 organizations",
        "by its id too",
        "Salesforce Cloud",
        "products",
        "Acme 2, Acme 0, Acme 1",
    ] {
        assert!(fields.contains(part), "{part}\n{fields}");
    }
    assert!(text(&app.keys("2")).contains("\"products\""));
}

#[test]
fn a_list_without_records_says_why() {
    let none = Page::new(0, Some(0), Vec::new());
    let app = App::new(80, 24).signed_in().listed(none).keys("c");
    let shown = |app: &App| screen::text(&app.state);
    assert!(shown(&app).contains("reading the connections …"));
    let app = app.reply(Reply::ConnectionsListed(Err(refused(Call::ListConnections, 403))));
    assert!(shown(&app).contains("not listed: HTTP 403 Forbidden"), "{}", shown(&app));
    let app = app.keys("r").connections(Vec::new());
    assert!(shown(&app).contains("no connection for this account and domain"));
}

#[test]
fn e13_a_connection_is_copied_as_the_command_that_reads_it() {
    let copied = |connection: Connection| {
        let app = App::new(80, 24).signed_in().connections(vec![connection]).listed(page(0, 0, Vec::new()));
        let app = app.keys("c").onwards().keys("y r");
        let text = match app.asked() {
            [Effect::Copy { what: _, text }] => text.clone(),
            _ => String::new(),
        };
        (text, app.notice().to_owned())
    };
    let path = "/api/v1/connectionmgmt/services/salesforce/connections/";
    let spare = connection("spare", ConnectionState::Ready);
    let (command, _) = copied(spare.clone());
    assert!(command.contains(&format!("{path}id-of-spare'")) && command.contains("$CM_TOKEN"), "{command}");
    let (command, _) = copied(Connection { id: "../x".into(), name: "a b".into(), ..spare.clone() });
    assert!(command.contains(&format!("{path}a%20b'")), "{command}");
    let (command, notice) = copied(Connection { id: "".into(), name: "..".into(), ..spare });
    assert_eq!((&*command, &*notice), ("", "neither its id nor its name can stand in an address"));
}
