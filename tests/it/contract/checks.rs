//! The calls a change is checked with: one connection, what it reaches, whether it works.

use std::sync::atomic::{AtomicUsize, Ordering};

use cckm_tui::domain::{Call, Connection, ConnectionState, Discovered, FailureKind, Record};
use cckm_tui::text::Untrusted;

use super::*;

const CONNECTIONS: &str = "/api/v1/connectionmgmt/services/salesforce/connections";

fn text(text: &str) -> Untrusted {
    Untrusted::from(text)
}

fn json(id: &str, name: &str) -> String {
    format!(
        r#"{{"id":"{id}","name":"{name}","last_connection_ok":true,"last_connection_at":"2026-11-23T10:00:00Z"}}"#
    )
}

fn connection(id: &str, name: &str) -> Connection {
    Connection { id: text(id), ..Connection::named(&text(name)) }
}

#[tokio::test]
async fn a_connection_is_asked_for_by_one_segment() {
    let table = [
        ("7f1f3c52-2a0a", "7f1f3c52-2a0a"),
        ("Salesforce Zürich (Pilot) 2025", "Salesforce%20Z%C3%BCrich%20%28Pilot%29%202025"),
        ("a/b?c#d%2fe", "a%2Fb%3Fc%23d%252fe"),
    ];
    for (named, segment) in table {
        let server = with_tokens(move |_| Reply::json(200, &json("c-1", named))).await;
        let reader = signed_in(&server, limits()).await;
        let found = reader.connection(&text(named)).await.unwrap();
        assert_eq!((found.name.as_sent(), found.state), (named, ConnectionState::Ready));
        assert_eq!(found.tested_at.as_sent(), "2026-11-23T10:00:00Z");
        assert_eq!(server.lines(), [format!("GET {CONNECTIONS}/{segment}")]);
    }
}

#[tokio::test]
async fn js_13_a_name_that_is_no_segment_is_not_sent() {
    let server = with_tokens(|_| Reply::json(200, &json("c-1", "x"))).await;
    let writer = writer(&server, limits()).await;
    for named in ["", ".", "..", "../../auth/tokens", "x/./y", &"x".repeat(2000)] {
        let get = writer.reader().connection(&text(named)).await.unwrap_err();
        assert_eq!((get.call, get.kind), (Call::GetConnection, FailureKind::NotUnderstood), "{named}");
        let test = writer.test_connection(&connection(named, "..")).await.unwrap_err();
        assert_eq!((test.call, test.kind), (Call::TestConnection, FailureKind::NotUnderstood), "{named}");
        assert!(test.detail.as_sent().ends_with("nothing was sent"), "{test:?}");
    }
    assert_eq!(server.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn nt_26_an_answer_for_another_connection_is_not_taken_for_this_one() {
    let server = with_tokens(|_| Reply::json(200, &json("c-2", "other"))).await;
    let reader = signed_in(&server, limits()).await;
    let failure = reader.connection(&text("c-1")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotUnderstood);
    assert_eq!(failure.detail.as_sent(), "the server answered for another connection: other (c-2)");
    for named in ["c-2", "other"] {
        assert!(reader.connection(&text(named)).await.is_ok(), "{named}");
    }
}

#[tokio::test]
async fn a_connection_is_read_like_any_record() {
    let tries = AtomicUsize::new(0);
    let server = with_tokens(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => Reply::with(503, &[], b"starting"),
        1 => unauthorized(),
        _ => Reply::json(200, &json("c-1", "x")),
    })
    .await;
    let reader = signed_in(&server, limits()).await;
    assert!(reader.connection(&text("c-1")).await.is_ok());
    assert_eq!((server.lines().len(), server.count(Request::is_token)), (3, 2));
    for (body, odd) in [("", "empty"), ("{}", "id: missing"), (r#"{"id":"a","id":"b"}"#, "id: stands twice")]
    {
        let server = with_tokens(move |_| Reply::json(200, body)).await;
        let failure = signed_in(&server, limits()).await.connection(&text("c-1")).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::NotUnderstood);
        assert!(failure.detail.as_sent().contains(odd), "{failure:?}");
    }
}

fn found(organization_id: &str) -> Record<Discovered> {
    Record::Sound(Discovered {
        name: text("Thales"),
        organization_id: text(organization_id),
        connection: text("new"),
        cloud_name: text("sfdc"),
        kind: text("Regular"),
    })
}

fn candidate(organization_id: &str) -> String {
    format!(
        r#"{{"name":"Thales","organization_id":"{organization_id}","connection":"new","cloud_name":"sfdc","type":"Regular"}}"#
    )
}

/// What a connection reaches when the server answers so.
async fn discovered(body: &str) -> Result<Vec<Record<Discovered>>, String> {
    let body = body.to_owned();
    let server = with_tokens(move |_| Reply::with(200, &[], body.as_bytes())).await;
    let outcome = signed_in(&server, limits()).await.discover(&text("new")).await;
    outcome.map_err(|failure| {
        assert_eq!((failure.call, failure.kind), (Call::DiscoverOrganizations, FailureKind::NotUnderstood));
        failure.detail.as_sent().to_owned()
    })
}

#[tokio::test]
async fn what_a_connection_reaches_is_asked_with_one_post() {
    let server = with_tokens(|_| Reply::json(200, "[]")).await;
    let reader = signed_in(&server, limits()).await;
    assert_eq!(reader.discover(&text("a \"b\"\\ ü")).await.unwrap(), []);
    assert_eq!(server.lines(), ["POST /api/v1/cckm/sfdc/get-organizations"]);
    let request = server.requests().pop().unwrap();
    assert_eq!(request.body, r#"{"connection":"a \"b\"\\ ü"}"#);
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("authorization"), "Bearer canary.jwt.1");
    assert_eq!(request.connection, 1, "a connection of its own");
}

#[tokio::test]
async fn js_17_every_shape_of_a_discovery_is_read() {
    let (a, b) = (candidate("00DB000000040bIMAQ"), candidate("00D5g0000071QxKEAU"));
    let both = vec![found("00DB000000040bIMAQ"), found("00D5g0000071QxKEAU")];
    let none = Vec::new();
    let table = [
        (a.clone(), both[..1].to_vec()),
        (format!("[{a}]"), both[..1].to_vec()),
        (format!("[{a},{b}]"), both.clone()),
        (format!(r#"{{"skip":0,"limit":10,"total":2,"resources":[{a},{b}]}}"#), both),
        (format!("\u{feff}\r\n{a}\n"), vec![found("00DB000000040bIMAQ")]),
        (r#"{"total":0,"resources":null}"#.to_owned(), none.clone()),
        (r#"{"total":0}"#.to_owned(), none.clone()),
        ("[]".to_owned(), none.clone()),
        ("null".to_owned(), none.clone()),
        (" \n".to_owned(), none.clone()),
        (String::new(), none),
    ];
    for (body, expected) in table {
        assert_eq!(discovered(&body).await.unwrap(), expected, "{body}");
    }
}

#[tokio::test]
async fn js_17_what_is_damaged_is_kept_as_such_and_what_is_no_list_is_a_failure() {
    let a = candidate("00DB000000040bIMAQ");
    let rows = discovered(&format!("[{a},{{\"name\":\"x\"}},7]")).await.unwrap();
    assert_eq!(rows[0], found("00DB000000040bIMAQ"));
    assert!(
        matches!(&rows[1], Record::Damaged(damaged) if damaged.reason.as_sent() == "organization_id: missing")
    );
    assert!(matches!(&rows[2], Record::Damaged(_)) && rows.len() == 3);
    // No organization, and not none either.
    assert!(matches!(discovered("{}").await.unwrap()[..], [Record::Damaged(_)]));
    let table = [
        (r#"{"code":16,"codeDesc":"NCERRResourceNotFound: x"}"#, "the answer is an error"),
        ("<html>sign in</html>", "it begins: <html>"),
        ("[{", "damaged JSON"),
        ("\"none\"", "not a list"),
    ];
    for (body, odd) in table {
        let told = discovered(body).await.unwrap_err();
        assert!(told.contains(odd), "{body}: {told}");
    }
}

#[tokio::test]
async fn js_17_a_discovery_is_not_repeated() {
    for status in [400, 404, 429, 502, 503, 504] {
        let server = with_tokens(move |_| {
            Reply::json(status, r#"{"code":15,"codeDesc":"NCERRBadRequest: invalid_grant"}"#)
        })
        .await;
        let failure = signed_in(&server, limits()).await.discover(&text("x")).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Refused { status });
        assert_eq!(failure.words.message.as_sent(), "invalid_grant");
        assert_eq!(server.lines().len(), 1, "{status}");
    }
    for reply in [Reply::Close(Vec::new()), Reply::Reset(b"HTTP/1.1 200 OK\r\n".to_vec())] {
        let server = with_tokens(move |_| reply.clone()).await;
        let failure = signed_in(&server, limits()).await.discover(&text("x")).await.unwrap_err();
        assert_eq!((failure.kind, server.lines().len()), (FailureKind::CutOff, 1));
    }
    let server = with_tokens(|_| Reply::Hang(Vec::new())).await;
    let failure = signed_in(&server, short()).await.discover(&text("x")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::TimedOut { after: short().external });
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn a_discovery_refused_with_401_is_sent_once_more_with_a_new_token() {
    let tries = AtomicUsize::new(0);
    let server = with_tokens(move |_| match tries.fetch_add(1, Ordering::SeqCst) {
        0 => unauthorized(),
        _ => Reply::json(200, "[]"),
    })
    .await;
    assert_eq!(signed_in(&server, limits()).await.discover(&text("x")).await.unwrap(), []);
    assert_eq!((server.lines().len(), server.count(Request::is_token)), (2, 2));
    let server = with_tokens(|_| unauthorized()).await;
    let failure = signed_in(&server, limits()).await.discover(&text("x")).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Refused { status: 401 });
    assert_eq!((server.lines().len(), server.count(Request::is_token)), (2, 2));
}

/// A server that answers a test so, and knows `c-1` afterwards.
async fn tested(answer: Reply) -> (Scripted, Writer) {
    let server = with_tokens(move |request| match request.method.as_str() {
        "POST" => answer.clone(),
        _ => Reply::json(200, &json("c-1", "x")),
    })
    .await;
    let writer = writer(&server, limits()).await;
    (server, writer)
}

#[tokio::test]
async fn a_test_is_one_post_and_what_is_stored_afterwards_counts() {
    let answers = [
        Reply::json(200, r#"{"connection_ok":false}"#),
        Reply::with(200, &[], b"<html>"),
        Reply::with(202, &[], b""),
        Reply::with(204, &[], b""),
    ];
    for answer in answers {
        let (server, writer) = tested(answer).await;
        let after = writer.test_connection(&connection("c-1", "x")).await.unwrap();
        assert_eq!(
            (after.state, after.tested_at.as_sent()),
            (ConnectionState::Ready, "2026-11-23T10:00:00Z")
        );
        let lines = [format!("POST {CONNECTIONS}/c-1/test"), format!("GET {CONNECTIONS}/c-1")];
        assert_eq!(server.lines(), lines);
        let post = server.requests().into_iter().find(|one| one.line() == lines[0]).unwrap();
        assert_eq!((post.body.as_str(), post.connection), ("", 1), "a connection of its own");
    }
}

#[tokio::test]
async fn a_connection_without_an_id_is_tested_by_its_name() {
    let (server, writer) = tested(Reply::json(200, "{}")).await;
    assert_eq!(writer.test_connection(&connection("", "x")).await.unwrap().id.as_sent(), "c-1");
    assert_eq!(server.lines(), [format!("POST {CONNECTIONS}/x/test"), format!("GET {CONNECTIONS}/x")]);
}

#[tokio::test]
async fn a_test_that_fails_is_not_repeated() {
    for status in [400, 401, 403, 404, 429, 500, 502, 503, 504] {
        let (server, writer) =
            tested(Reply::json(status, r#"{"code":6,"codeDesc":"NCERRForbidden: no"}"#)).await;
        let failure = writer.test_connection(&connection("c-1", "x")).await.unwrap_err();
        assert_eq!((failure.call, failure.kind), (Call::TestConnection, FailureKind::Refused { status }));
        assert_eq!(failure.words.message.as_sent(), "no");
        assert_eq!((server.lines().len(), server.count(Request::is_token)), (1, 1), "{status}");
    }
    let (server, writer) = tested(Reply::Close(Vec::new())).await;
    let failure = writer.test_connection(&connection("c-1", "x")).await.unwrap_err();
    assert_eq!((failure.call, failure.kind), (Call::TestConnection, FailureKind::CutOff));
    assert_eq!(server.lines().len(), 1);
}

#[tokio::test]
async fn js_15_the_test_of_another_connection_is_not_taken_for_this_one() {
    // A connection is called like the id of ours, and the server looks for names first.
    let server = with_tokens(|_| Reply::json(200, &json("c-2", "c-1"))).await;
    let writer = writer(&server, limits()).await;
    let failure = writer.test_connection(&connection("c-1", "x")).await.unwrap_err();
    assert_eq!((failure.call, failure.kind), (Call::GetConnection, FailureKind::NotUnderstood));
}
