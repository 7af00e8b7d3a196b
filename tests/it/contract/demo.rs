//! The whole client against the demo server, every call over a real socket.

use std::sync::Arc;
use std::time::Duration;

use cckm_tui::demo::{Demo, Discovery, Options, Recorded, Rule};
use cckm_tui::domain::{
    Call, Connection, ConnectionState, Criteria, Discovered, FailureKind, Organization, Parameter, Record,
    Window,
};
use cckm_tui::text::Untrusted;

use super::*;

const ORGANIZATIONS: &str = "/api/v1/cckm/sfdc/organizations";
const CONNECTIONS: &str = "/api/v1/connectionmgmt/services/salesforce/connections";
const DISCOVERY: &str = "/api/v1/cckm/sfdc/get-organizations";

/// A demo server, and the client of its administrator.
struct Desk {
    demo: Demo,
    writer: Writer,
}

impl Desk {
    async fn open() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let demo = Demo::start(Options { record: true, ..options }).await.unwrap();
        let writer = client(&demo, demo.user(), demo.password(), true).await;
        Self { demo, writer }
    }

    fn reader(&self) -> &Reader {
        self.writer.reader()
    }

    /// What was received since the last sign-in, as method, path and query.
    fn lines(&self) -> Vec<String> {
        let mut lines: Vec<_> = self.demo.requests().iter().map(line).collect();
        let signed_in = lines.iter().rposition(|line| line.starts_with("POST /api/v1/auth/tokens"));
        lines.split_off(signed_in.map_or(0, |place| place + 1))
    }

    fn renewals(&self) -> usize {
        let tokens =
            self.demo.requests().into_iter().filter(|one| one.path.starts_with("/api/v1/auth/tokens"));
        tokens.filter(|one| String::from_utf8_lossy(&one.body).contains("refresh_token\"")).count()
    }

    async fn patch(&self, connection: &str) -> cckm_tui::domain::PatchAnswer {
        let patch = OrganizationPatch { connection: connection.into() };
        self.writer.patch_organization(&id(), &patch).await.unwrap()
    }

    async fn connection(&self, named: &str) -> Connection {
        self.reader().connection(&text(named)).await.unwrap()
    }
}

async fn client(demo: &Demo, user: &str, password: &str, keep_password: bool) -> Writer {
    let server = Server { base: base_url(demo.base()).unwrap(), trust: Trust::System };
    let credentials = Credentials { keep_password, ..Credentials::new(user) };
    let reader = Reader::new(server, credentials, limits()).unwrap();
    reader.sign_in(Some(Password::new(password))).await.unwrap();
    Writer::new(reader)
}

fn line(request: &Recorded) -> String {
    let query = request.query.as_ref().map_or_else(String::new, |query| format!("?{query}"));
    format!("{} {}{query}", request.method, request.path)
}

fn text(text: &str) -> Untrusted {
    Untrusted::from(text)
}

#[track_caller]
fn sound<T: std::fmt::Debug>(records: Vec<Record<T>>) -> Vec<T> {
    let sound = |record| match record {
        Record::Sound(value) => value,
        damaged @ Record::Damaged(_) => panic!("{damaged:?}"),
    };
    records.into_iter().map(sound).collect()
}

/// Every page, from the first to the total.
async fn all(reader: &Reader) -> Vec<Organization> {
    all_but(reader, &Criteria::NONE).await
}

/// The same without what the criteria leave out.
async fn all_but(reader: &Reader, criteria: &Criteria) -> Vec<Organization> {
    let mut all = Vec::new();
    loop {
        let window = Window { skip: all.len(), limit: Window::PAGE };
        let page = reader.organizations(window, criteria).await.unwrap();
        all.extend(sound(page.records).iter().map(|one| Arc::unwrap_or_clone(one.organization())));
        if page.total.is_none_or(|total| all.len() >= total) {
            assert_eq!(page.total, Some(all.len()));
            return all;
        }
    }
}

type Of = fn(&Organization) -> &Untrusted;

#[tokio::test]
async fn e3_the_demo_server_leaves_out_what_the_criteria_name() {
    let desk = Desk::with(Options { organizations: 412, ..Options::default() }).await;
    let rows = all(desk.reader()).await;
    let one = &rows[7];
    let fields: [(Parameter, Of); 5] = [
        (Parameter::Name, |row| &row.name),
        (Parameter::OrgId, |row| &row.organization_id),
        (Parameter::Type, |row| &row.kind),
        (Parameter::Connection, |row| &row.connection),
        (Parameter::Cloud, |row| &row.cloud_name),
    ];
    for (parameter, of) in fields {
        let mut criteria = Criteria::default();
        criteria.add(parameter, of(one).as_sent());
        let expected: Vec<_> = rows.iter().filter(|row| of(row) == of(one)).cloned().collect();
        assert_eq!(all_but(desk.reader(), &criteria).await, expected, "{parameter:?}");
    }
    let mut criteria = Criteria::default();
    criteria.add(Parameter::Id, one.id.as_str());
    assert_eq!(all_but(desk.reader(), &criteria).await, std::slice::from_ref(one));
    criteria.add(Parameter::Name, "nobody");
    assert_eq!(all_but(desk.reader(), &criteria).await, []);
}

#[tokio::test]
async fn all_pages_are_as_many_rows_as_the_total_and_each_is_what_is_stored() {
    let desk = Desk::with(Options { organizations: 412, ..Options::default() }).await;
    let rows = all(desk.reader()).await;
    assert_eq!((rows.len(), desk.demo.organizations()), (412, 412));
    let ids: std::collections::HashSet<_> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(ids.len(), 412);
    assert!(rows.is_sorted_by_key(|row| row.created_at.as_sent().parse::<jiff::Timestamp>().unwrap()));
    for row in &rows {
        assert_eq!(desk.demo.organization(row.id.as_str()).as_deref(), Some(row.json.as_sent()));
    }
    let expected: Vec<_> = (0..5)
        .map(|page| format!("GET {ORGANIZATIONS}?skip={}&limit=100&sort=createdAt", page * 100))
        .collect();
    assert_eq!(desk.lines(), expected);
}

#[tokio::test]
async fn one_organization_is_read_byte_for_byte() {
    let desk = Desk::open().await;
    for row in all(desk.reader()).await {
        let one = desk.reader().organization(&row.id).await.unwrap();
        assert_eq!(Some(one.json.as_sent()), desk.demo.organization(row.id.as_str()).as_deref());
        assert_eq!(one, row);
    }
}

#[tokio::test]
async fn a_patch_is_the_documented_request_and_answered_with_the_changed_record() {
    let desk = Desk::open().await;
    let before = desk.reader().organization(&id()).await.unwrap();
    let answer = desk.patch("new-sfdc-connection").await;
    assert_eq!((answer.status, answer.reason, answer.oddity.as_sent()), (200, "OK", ""));
    let organization = answer.organization.unwrap();
    assert_eq!(organization.connection.as_sent(), "new-sfdc-connection");
    assert_eq!(organization.created_at, before.created_at);
    assert_ne!(organization.updated_at, before.updated_at);
    assert_eq!(desk.demo.organization(ID).as_deref(), Some(answer.body.as_sent()));
    assert_eq!(desk.reader().organization(&id()).await.unwrap(), organization);
    let request = desk.demo.requests().into_iter().find(|one| one.method == "PATCH").unwrap();
    assert_eq!(line(&request), format!("PATCH {ORGANIZATIONS}/{ID}"));
    assert_eq!(request.body, br#"{"connection":"new-sfdc-connection"}"#);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept"), Some("application/json"));
    assert!(request.header("authorization").is_some_and(|value| value.starts_with("Bearer ey")));
}

#[tokio::test]
async fn a_patch_by_the_id_of_a_connection_stores_its_name() {
    let desk = Desk::open().await;
    let new = desk.connection("new-sfdc-connection").await;
    let answer = desk.patch(new.id.as_sent()).await;
    assert_eq!(answer.organization.unwrap().connection, new.name);
}

#[tokio::test]
async fn every_refusal_of_a_patch_is_an_answer_with_the_server_s_words() {
    let desk = Desk::open().await;
    let table = [
        ("no-such-connection", 404, "NCERRResourceNotFound", "Resource not found"),
        (
            "sfdc-payroll",
            400,
            "NCERRBadRequest",
            "connection sfdc-payroll does not have access to organization 00DB000000040bIMAQ",
        ),
        ("legacy-sfdc", 400, "NCERRBadRequest", "invalid_grant: authentication failure"),
        (" ", 422, "NCERRValidation", "connection: connection is a required field"),
    ];
    for (connection, status, code, words) in table {
        let answer = desk.patch(connection).await;
        assert_eq!((answer.status, answer.words.code.as_sent()), (status, code), "{connection}");
        assert!(answer.words.message.as_sent().contains(words), "{answer:?}");
        assert_eq!(answer.organization, None);
    }
    let nobody = OrganizationId::new("2473e846-0000-4ee6-8299-17025548b4e2").unwrap();
    let answer = desk.writer.patch_organization(&nobody, &patch()).await.unwrap();
    assert_eq!(answer.status, 404);
    assert!(desk.demo.history().is_empty());
    assert_eq!(desk.lines().len(), 5);
}

#[tokio::test]
async fn a_patch_whose_answer_is_destroyed_is_sent_once_and_was_made() {
    let desk = Desk::open().await;
    for (sent, fault) in ["apply-then-closex1", "truncatedx1"].into_iter().enumerate() {
        desk.demo.faults().add(Rule::named(fault).unwrap());
        let failure = desk.writer.patch_organization(&id(), &patch()).await.unwrap_err();
        assert_eq!((failure.kind, failure.may_have_arrived()), (FailureKind::CutOff, true), "{fault}");
        let now = desk.reader().organization(&id()).await.unwrap();
        assert_eq!(now.connection.as_sent(), "new-sfdc-connection");
        assert_eq!(desk.demo.history().len(), sent + 1);
        assert_eq!(desk.demo.history()[sent].sequence, sent as u64 + 1);
    }
}

#[tokio::test]
async fn a_patch_answered_oddly_says_what_is_odd() {
    let desk = Desk::open().await;
    for (fault, odd) in [
        ("wrong-recordx1", "another id"),
        ("garbagex1", "not one of CipherTrust Manager"),
        ("empty-bodyx1", "empty"),
        ("htmlx1:200", "<html>"),
    ] {
        desk.demo.faults().add(Rule::named(fault).unwrap());
        let answer = desk.patch("new-sfdc-connection").await;
        assert!(answer.is_success() && answer.organization.is_none(), "{fault}: {answer:?}");
        assert!(answer.oddity.as_sent().contains(odd), "{fault}: {:?}", answer.oddity);
    }
}

#[tokio::test]
async fn the_connections_of_salesforce_are_listed_by_name() {
    let desk = Desk::open().await;
    let all = sound(desk.reader().connections().await.unwrap());
    assert_eq!(all.len(), 17);
    assert!(all.iter().all(|one| one.cloud_name.as_sent().starts_with("Salesforce")));
    let of = |name: &str| all.iter().find(|one| one.name.as_sent() == name).unwrap().state;
    assert_eq!(of("sfdc-connection"), ConnectionState::Ready);
    assert_eq!(of("new-sfdc-connection"), ConnectionState::NotTested);
    assert_eq!(of("legacy-sfdc"), ConnectionState::Fail);
    assert_eq!(desk.lines(), [format!("GET {CONNECTIONS}?skip=0&limit=100&sort=name")]);
}

#[tokio::test]
async fn every_connection_is_found_by_its_id_and_by_its_name() {
    let desk = Desk::open().await;
    for listed in sound(desk.reader().connections().await.unwrap()) {
        assert_eq!(desk.reader().connection(&listed.id).await.unwrap(), listed);
        assert_eq!(desk.reader().connection(&listed.name).await.unwrap(), listed);
    }
    let odd = format!("GET {CONNECTIONS}/Salesforce%20Z%C3%BCrich%20%28Pilot%29%202025");
    assert!(desk.lines().contains(&odd));
    for stranger in ["no-such-connection", "aws-backup", "a/b?c#d%2f", "x/test"] {
        let failure = desk.reader().connection(&text(stranger)).await.unwrap_err();
        assert_eq!((failure.call, failure.kind), (Call::GetConnection, FailureKind::Refused { status: 404 }));
    }
}

fn thales(connection: &str) -> Discovered {
    Discovered {
        name: text("Thales"),
        organization_id: text("00DB000000040bIMAQ"),
        connection: text(connection),
        cloud_name: text("sfdc"),
        kind: text("Regular"),
    }
}

#[tokio::test]
async fn js_17_what_a_connection_reaches_is_read_in_every_shape() {
    for discovery in [Discovery::Documented, Discovery::Array, Discovery::Envelope] {
        let desk = Desk::with(Options { discovery, ..Options::default() }).await;
        let one = sound(desk.reader().discover(&text("new-sfdc-connection")).await.unwrap());
        assert_eq!(one, [thales("new-sfdc-connection")], "{discovery:?}");
        let by_id = desk.connection("sfdc-connection").await.id;
        assert_eq!(sound(desk.reader().discover(&by_id).await.unwrap()), [thales("sfdc-connection")]);
        let several = sound(desk.reader().discover(&text("sfdc-eu-2024")).await.unwrap());
        assert_eq!(several.len(), 19, "{discovery:?}");
        assert!(several.iter().all(|one| one.connection.as_sent() == "sfdc-eu-2024"));
        desk.demo.clear_organizations();
        assert_eq!(desk.reader().discover(&text("sfdc-payroll")).await.unwrap(), [], "{discovery:?}");
        let request = desk.demo.requests().into_iter().find(|one| one.path == DISCOVERY).unwrap();
        assert_eq!(
            (request.method.as_str(), request.body),
            ("POST", br#"{"connection":"new-sfdc-connection"}"#.to_vec())
        );
    }
    let desk = Desk::open().await;
    desk.demo.faults().add(Rule::named(&format!("empty-body@POST {DISCOVERY}")).unwrap());
    assert_eq!(desk.reader().discover(&text("sfdc-connection")).await.unwrap(), []);
}

#[tokio::test]
async fn js_17_what_cannot_be_discovered_says_why_and_is_asked_once() {
    let desk = Desk::open().await;
    let table = [
        ("no-such-connection", 404, "Resource not found"),
        (
            "legacy-sfdc",
            400,
            "Salesforce refused connection legacy-sfdc: invalid_grant: authentication failure",
        ),
        ("", 422, "Validation errors:\nconnection: connection is a required field"),
    ];
    for (connection, status, words) in table {
        let failure = desk.reader().discover(&text(connection)).await.unwrap_err();
        assert_eq!(
            (failure.call, failure.kind),
            (Call::DiscoverOrganizations, FailureKind::Refused { status })
        );
        assert_eq!(failure.words.message.as_sent(), words);
    }
    desk.demo.faults().add(Rule::named(&format!("503@POST {DISCOVERY}")).unwrap());
    let failure = desk.reader().discover(&text("sfdc-connection")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused { status: 503 });
    assert_eq!(desk.lines(), vec![format!("POST {DISCOVERY}"); 4]);
}

#[tokio::test]
async fn a_test_that_succeeds_makes_a_connection_ready() {
    let desk = Desk::open().await;
    let before = desk.connection("new-sfdc-connection").await;
    assert_eq!((before.state, before.tested_at.as_sent()), (ConnectionState::NotTested, ""));
    let after = desk.writer.test_connection(&before).await.unwrap();
    assert_eq!((after.state, after.error.as_sent()), (ConnectionState::Ready, ""));
    assert!(!after.tested_at.is_empty());
    assert_eq!(desk.connection("new-sfdc-connection").await, after);
    let path = format!("{CONNECTIONS}/{}", before.id.as_sent());
    let lines = desk.lines();
    assert_eq!(lines[1..3], [format!("POST {path}/test"), format!("GET {path}")]);
}

#[tokio::test]
async fn a_test_that_fails_says_why() {
    let desk = Desk::open().await;
    let before = desk.connection("legacy-sfdc").await;
    let after = desk.writer.test_connection(&before).await.unwrap();
    assert_eq!(
        (after.state, after.error.as_sent()),
        (ConnectionState::Fail, "invalid_grant: authentication failure")
    );
    assert_ne!(after.tested_at, before.tested_at);
}

#[tokio::test]
async fn a_test_in_trouble_is_sent_once() {
    let desk = Desk::open().await;
    let connection = desk.connection("sfdc-connection").await;
    for fault in ["503x1", "401x1", "apply-then-closex1"] {
        desk.demo.faults().add(Rule::named(&format!("{fault}@POST {CONNECTIONS}")).unwrap());
        let failure = desk.writer.test_connection(&connection).await.unwrap_err();
        assert_eq!(failure.call, Call::TestConnection, "{fault}");
    }
    let tests = desk.lines().into_iter().filter(|line| line.ends_with("/test")).count();
    assert_eq!((tests, desk.renewals()), (3, 0));
    desk.demo.faults().add(Rule::named(&format!("403x1@GET {CONNECTIONS}")).unwrap());
    let failure = desk.writer.test_connection(&connection).await.unwrap_err();
    assert_eq!((failure.call, failure.kind), (Call::GetConnection, FailureKind::Refused { status: 403 }));
}

/// Every call once.
async fn every_call(desk: &Desk) {
    let reader = desk.reader();
    assert!(reader.organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert!(reader.organization(&id()).await.is_ok());
    assert!(reader.connections().await.is_ok());
    let connection = desk.connection("sfdc-connection").await;
    assert!(reader.discover(&connection.name).await.is_ok());
    assert!(desk.writer.test_connection(&connection).await.is_ok());
    assert_eq!(desk.patch("new-sfdc-connection").await.status, 200);
}

#[tokio::test]
async fn au_an_expired_token_is_renewed_unseen_before_any_read() {
    let desk = Desk::open().await;
    every_call(&desk).await;
    assert_eq!(desk.renewals(), 0);
    // The server's clock alone: the client still believes in its token, and meets the 401.
    desk.demo.clock().advance(Duration::from_mins(6));
    assert!(desk.reader().organizations(Window::FIRST, &Criteria::NONE).await.is_ok());
    assert_eq!(desk.renewals(), 1);
    desk.demo.clock().advance(Duration::from_mins(6));
    assert_eq!(sound(desk.reader().discover(&text("sfdc-connection")).await.unwrap()).len(), 1);
    assert_eq!(desk.renewals(), 2);
    every_call(&desk).await;
    assert_eq!(desk.renewals(), 2);
}

#[tokio::test]
async fn au_a_write_with_an_expired_token_is_refused_and_not_repeated() {
    let desk = Desk::open().await;
    let connection = desk.connection("new-sfdc-connection").await;
    desk.demo.clock().advance(Duration::from_mins(6));
    assert_eq!(desk.patch("new-sfdc-connection").await.status, 401);
    let failure = desk.writer.test_connection(&connection).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused { status: 401 });
    assert_eq!((desk.renewals(), desk.demo.history().len()), (0, 0));
    assert_eq!(desk.connection("new-sfdc-connection").await.state, ConnectionState::NotTested);
}

/// An administrator elsewhere revokes every session of the server.
async fn revoke_all(demo: &Demo) {
    let http = crate::demo::support::client();
    let url = format!("{}/api/v1/auth/tokens", demo.base());
    let body = serde_json::json!({ "username": demo.user(), "password": demo.password() });
    let mine: serde_json::Value = answer(http.post(&url).body(body.to_string())).await;
    let jwt = mine["jwt"].as_str().unwrap();
    let sessions = answer(http.get(format!("{url}?limit=-1")).bearer_auth(jwt)).await;
    for session in sessions["resources"].as_array().unwrap() {
        let id = session["id"].as_str().unwrap();
        if id != mine["refresh_token_id"] {
            http.delete(format!("{url}/{id}")).bearer_auth(jwt).send().await.unwrap();
        }
    }
}

async fn answer(request: reqwest::RequestBuilder) -> serde_json::Value {
    serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn au_a_revoked_session_is_begun_again_with_the_kept_password() {
    let desk = Desk::open().await;
    revoke_all(&desk.demo).await;
    assert!(desk.reader().organization(&id()).await.is_ok());
    assert_eq!(desk.renewals(), 1, "tried, and refused");
}

#[tokio::test]
async fn au_a_revoked_session_without_a_kept_password_needs_the_operator() {
    let demo = Demo::start(Options::default()).await.unwrap();
    let writer = client(&demo, demo.user(), demo.password(), false).await;
    revoke_all(&demo).await;
    let failure = writer.reader().organization(&id()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::SignInNeeded);
    let failure = writer.patch_organization(&id(), &patch()).await.unwrap_err();
    assert_eq!((failure.kind, failure.may_have_arrived()), (FailureKind::SignInNeeded, false));
    assert!(demo.history().is_empty());
}

#[tokio::test]
async fn the_second_user_sees_a_few_organizations_and_may_do_nothing_else() {
    let demo = Demo::start(Options { record: true, ..Options::default() }).await.unwrap();
    let (user, password) = demo.second_user();
    let writer = client(&demo, user, password, true).await;
    let reader = writer.reader();
    let seen = all(reader).await;
    assert!(!seen.is_empty() && seen.len() < demo.organizations());
    let refused = |failure: cckm_tui::domain::Failure| match failure.kind {
        FailureKind::Refused { status } => (failure.call, status),
        kind => panic!("{kind:?}"),
    };
    let hidden = refused(reader.organization(&hidden(&demo, &seen).await).await.unwrap_err());
    assert_eq!(hidden, (Call::GetOrganization, 404));
    assert_eq!(refused(reader.connections().await.unwrap_err()), (Call::ListConnections, 403));
    let name = text("sfdc-connection");
    assert_eq!(refused(reader.connection(&name).await.unwrap_err()), (Call::GetConnection, 403));
    assert_eq!(refused(reader.discover(&name).await.unwrap_err()), (Call::DiscoverOrganizations, 403));
    let admin = client(&demo, demo.user(), demo.password(), true).await;
    let connection = admin.reader().connection(&name).await.unwrap();
    assert_eq!(refused(writer.test_connection(&connection).await.unwrap_err()), (Call::TestConnection, 403));
    let answer = writer.patch_organization(&seen[0].id, &patch()).await.unwrap();
    assert_eq!((answer.status, answer.words.code.as_sent()), (403, "NCERRForbidden"));
    assert!(demo.history().is_empty());
}

/// An organization that is not among those `seen`.
async fn hidden(demo: &Demo, seen: &[Organization]) -> OrganizationId {
    let admin = client(demo, demo.user(), demo.password(), true).await;
    let all = all(admin.reader()).await;
    all.into_iter().find(|one| !seen.contains(one)).unwrap().id
}

#[tokio::test]
async fn a_whole_session_is_these_requests_and_no_others() {
    let desk = Desk::open().await;
    every_call(&desk).await;
    desk.reader().sign_out().await;
    let id_of = "7f1f3c52-2a0a-4d3e-8a0d-4d0a0f3b9a11";
    let mut lines: Vec<_> = desk.demo.requests().iter().map(line).collect();
    let end = lines.pop().unwrap();
    assert!(end.starts_with("DELETE /api/v1/auth/tokens/"), "{end}");
    let expected = [
        "POST /api/v1/auth/tokens/".to_owned(),
        format!("GET {ORGANIZATIONS}?skip=0&limit=100&sort=createdAt"),
        format!("GET {ORGANIZATIONS}/{ID}"),
        format!("GET {CONNECTIONS}?skip=0&limit=100&sort=name"),
        format!("GET {CONNECTIONS}/sfdc-connection"),
        format!("POST {DISCOVERY}"),
        format!("POST {CONNECTIONS}/{id_of}/test"),
        format!("GET {CONNECTIONS}/{id_of}"),
        format!("PATCH {ORGANIZATIONS}/{ID}"),
    ];
    assert_eq!(lines, expected);
}
