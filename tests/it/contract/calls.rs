//! Each call as it goes out, and each class of answer as it comes back.

use std::sync::atomic::{AtomicUsize, Ordering};

use cckm_tui::domain::{Call, ConnectionState, Criteria, FailureKind, Parameter, Record, Window};

use super::*;

#[tokio::test]
async fn a_sign_in_is_one_post_with_what_the_contract_asks_for() {
    let server = with_tokens(|_| Reply::json(200, "{}")).await;
    let base = base_url(&server.http()).unwrap();
    let credentials =
        Credentials { domain: Some("sales".to_owned()), password: Some(password()), ..credentials() };
    let reader = Reader::new(Server { base, trust: Trust::System }, credentials, limits()).unwrap();
    reader.sign_in(None).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].line(), "POST /api/v1/auth/tokens/");
    assert_eq!(requests[0].header("accept"), "application/json");
    assert_eq!(requests[0].header("content-type"), "application/json");
    assert_eq!(requests[0].header("cache-control"), "no-store");
    assert_eq!(requests[0].header("authorization"), "");
    assert_eq!(
        requests[0].json(),
        serde_json::json!({
            "grant_type": "password",
            "username": "admin",
            "password": PASSWORD,
            "domain": "sales",
            "labels": ["cckm-tui"],
            "refresh_token_revoke_unused_in": 30,
        })
    );
}

#[tokio::test]
async fn a_list_names_its_window_and_its_order() {
    let server = with_tokens(|_| Reply::json(200, &page(42, &["a", "b"]))).await;
    let reader = signed_in(&server, limits()).await;
    let page = reader.organizations(Window { skip: 20, limit: 100 }, &Criteria::NONE).await.unwrap();
    assert_eq!((page.skip, page.total, page.records.len()), (20, Some(42), 2));
    let request = server.requests().pop().unwrap();
    assert_eq!(request.method, "GET");
    assert_eq!(request.target, "/api/v1/cckm/sfdc/organizations?skip=20&limit=100&sort=createdAt");
    assert_eq!(request.header("authorization"), "Bearer canary.jwt.1");
    assert_eq!(request.header("accept"), "application/json");
    assert_eq!(request.header("cache-control"), "no-store");
    assert!(request.header("accept-encoding").contains("gzip"));
    assert_eq!((request.header("cookie"), request.header("referer")), ("", ""));
}

/// The same records, in the same place in memory: nothing was made of the second answer.
#[tokio::test]
async fn a_record_that_is_the_same_again_stays_the_one_that_the_list_has() {
    let answers = AtomicUsize::new(0);
    let body = move || match answers.fetch_add(1, Ordering::SeqCst) {
        0 | 1 | 3 => page(2, &["a", "b"]),
        _ => page(3, &["a", "b"]).replace(r#""id":"b""#, r#""id":"b","new":1"#),
    };
    let server = with_tokens(move |_| Reply::json(200, &body())).await;
    let reader = signed_in(&server, limits()).await;
    let mut pages = Vec::new();
    for _ in 0..3 {
        pages.push(reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap());
    }
    let second = Window { skip: 1, ..Window::FIRST };
    pages.push(reader.organizations(second, &Criteria::NONE).await.unwrap());
    let record = |page: usize, nth: usize| match pages[page].records[nth] {
        Record::Sound(ref listed) => listed,
        ref damaged @ Record::Damaged(_) => panic!("{damaged:?}"),
    };
    assert!(record(0, 0).is_the_same_as(record(1, 0)));
    assert_eq!((pages[1].total, pages[2].total), (Some(2), Some(3)), "another answer");
    assert!(record(1, 0).is_the_same_as(record(2, 0)), "the same record");
    assert!(record(1, 1) != record(2, 1) && record(2, 1).other("new").is_some());
    assert_eq!((pages[3].skip, record(3, 0)), (1, record(0, 0)), "another window");
    assert!(!record(0, 0).is_the_same_as(record(3, 0)));
}

#[tokio::test]
async fn a_body_that_is_not_utf8_is_not_taken_for_one_that_says_what_was_put_in_its_place() {
    let answers = AtomicUsize::new(0);
    let body = move || {
        let page = page(1, &["a"]).replace("Thales", "Th?les").into_bytes();
        let odd: &[u8] =
            if answers.fetch_add(1, Ordering::SeqCst) == 0 { b"\xff" } else { "\u{fffd}".as_bytes() };
        page.split(|byte| *byte == b'?').collect::<Vec<_>>().join(odd)
    };
    let server = with_tokens(move |_| Reply::with(200, &[], &body())).await;
    let reader = signed_in(&server, limits()).await;
    for is_damaged in [true, false] {
        let page = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap();
        assert_eq!(matches!(page.records[..], [Record::Damaged(_)]), is_damaged);
    }
}

#[tokio::test]
async fn e3_a_list_names_what_is_to_be_left_out_by_the_servers_words() {
    let server = with_tokens(|_| Reply::json(200, &page(1, &["a"]))).await;
    let reader = signed_in(&server, limits()).await;
    let mut criteria = Criteria::default();
    criteria.add(Parameter::OrgId, "00D1");
    criteria.add(Parameter::Connection, "a & b=c*");
    reader.organizations(Window::FIRST, &criteria).await.unwrap();
    let asked = "skip=0&limit=100&sort=createdAt&sfdc_org_id=00D1&connection=a+%26+b%3Dc*";
    assert_eq!(server.requests().pop().unwrap().target, format!("/api/v1/cckm/sfdc/organizations?{asked}"));
}

#[tokio::test]
async fn one_organization_is_asked_for_by_its_id() {
    let server = with_tokens(|_| Reply::json(200, &organization(ID))).await;
    let reader = signed_in(&server, limits()).await;
    assert_eq!(reader.organization(&id()).await.unwrap().name.as_sent(), "Thales");
    assert_eq!(server.lines(), [format!("GET /api/v1/cckm/sfdc/organizations/{ID}")]);
}

#[tokio::test]
async fn nt_26_an_answer_for_another_id_is_not_taken_for_this_one() {
    let server = with_tokens(|_| Reply::json(200, &organization("other"))).await;
    let writer = writer(&server, limits()).await;
    let failure = writer.reader().organization(&id()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotUnderstood);
    assert_eq!(failure.detail.as_sent(), "the server answered for another id: other");
    let answer = writer.patch_organization(&id(), &patch()).await.unwrap();
    assert_eq!(answer.organization, None);
    assert_eq!(answer.oddity.as_sent(), "the server answered for another id: other");
}

#[tokio::test]
async fn a_patch_is_one_request_whose_body_has_one_key() {
    let server = with_tokens(|_| Reply::json(200, &organization(ID))).await;
    let writer = writer(&server, limits()).await;
    let answer = writer.patch_organization(&id(), &patch()).await.unwrap();
    assert_eq!((answer.status, answer.reason, answer.is_success()), (200, "OK", true));
    assert_eq!(answer.organization.unwrap().connection.as_sent(), "new-sfdc-connection");
    assert_eq!(answer.body.as_sent(), organization(ID));
    assert!(answer.oddity.is_empty());
    assert_eq!(server.lines(), [format!("PATCH /api/v1/cckm/sfdc/organizations/{ID}")]);
    let request = server.requests().pop().unwrap();
    assert_eq!(request.body, r#"{"connection":"new-sfdc-connection"}"#);
    assert_eq!(request.header("content-type"), "application/json");
    assert_eq!(request.header("authorization"), "Bearer canary.jwt.1");
}

#[tokio::test]
async fn every_status_of_a_patch_is_an_answer_and_none_is_sent_twice() {
    let bodies = [
        (200, organization(ID), true),
        (202, organization(ID), true),
        (204, String::new(), false),
        (400, r#"{"code":15,"codeDesc":"NCERRBadRequest: no access"}"#.to_owned(), false),
        (401, r#"{"code":5,"codeDesc":"NCERRUnauthorizedAccess: x"}"#.to_owned(), false),
        (404, r#"{"code":16,"codeDesc":"NCERRResourceNotFound: Resource not found"}"#.to_owned(), false),
        (409, "{}".to_owned(), false),
        (422, r#"{"message":"Validation errors"}"#.to_owned(), false),
        (429, String::new(), false),
        (500, r#"{"code":14,"codeDesc":"NCERRInternalServerError: unexpected error"}"#.to_owned(), false),
        (503, "<html>starting</html>".to_owned(), false),
    ];
    for (status, body, has_record) in bodies {
        let server = with_tokens(move |_| Reply::json(status, &body)).await;
        let writer = writer(&server, limits()).await;
        let answer = writer.patch_organization(&id(), &patch()).await.unwrap();
        assert_eq!((answer.status, answer.organization.is_some()), (status, has_record));
        assert_eq!(server.lines().len(), 1, "{status}");
        assert_eq!(server.count(Request::is_token), 1, "{status}");
    }
}

#[tokio::test]
async fn a_patch_answered_with_success_and_no_record_says_what_is_odd() {
    for (body, odd) in [("", "empty"), ("<html>fine</html>", "begins: <html>"), ("{}", "id: missing")] {
        let server = with_tokens(move |_| Reply::with(200, &[], body.as_bytes())).await;
        let answer = writer(&server, limits()).await.patch_organization(&id(), &patch()).await.unwrap();
        assert!(answer.is_success() && answer.organization.is_none());
        assert!(answer.oddity.as_sent().contains(odd), "{:?}", answer.oddity);
        assert_eq!(answer.body.as_sent(), body);
    }
}

#[tokio::test]
async fn a_refusal_of_a_read_carries_the_words_of_the_server() {
    for status in [400, 403, 404, 405, 409, 422, 500] {
        let server = with_tokens(move |_| {
            Reply::json(status, r#"{"code":9,"codeDesc":"NCERRSomething: not so","requestID":"r-7"}"#)
        })
        .await;
        let reader = signed_in(&server, limits()).await;
        let failure = reader.organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err();
        assert_eq!((failure.call, failure.kind), (Call::ListOrganizations, FailureKind::Refused { status }));
        assert_eq!(failure.words.code.as_sent(), "NCERRSomething");
        assert_eq!(failure.words.message.as_sent(), "not so");
        assert_eq!(failure.words.request_id.as_sent(), "r-7");
        assert_eq!(server.lines().len(), 1, "{status} is not asked again");
        assert_eq!(server.count(Request::is_token), 1, "{status} renews nothing");
    }
}

#[tokio::test]
async fn nothing_is_asked_without_a_session() {
    let server = with_tokens(|_| Reply::json(200, "{}")).await;
    let writer = Writer::new(reader_at(&server.http(), limits()));
    let kinds = [
        writer.reader().organizations(Window::FIRST, &Criteria::NONE).await.unwrap_err().kind,
        writer.reader().organization(&id()).await.unwrap_err().kind,
        writer.reader().connections().await.unwrap_err().kind,
        writer.reader().renew_if_due().await.unwrap_err().kind,
        writer.reader().sign_in(None).await.unwrap_err().kind,
        writer.patch_organization(&id(), &patch()).await.unwrap_err().kind,
        writer.reader().connection(&"x".into()).await.unwrap_err().kind,
        writer.reader().discover(&"x".into()).await.unwrap_err().kind,
    ];
    assert_eq!(kinds, [FailureKind::SignInNeeded; 8]);
    assert_eq!(server.connections(), 0);
}

fn connection(number: usize) -> String {
    format!(r#"{{"id":"c-{number}","name":"connection {number}","last_connection_ok":true}}"#)
}

/// A server of `total` connections that gives at most `most` at a time.
async fn connections(total: usize, most: usize) -> Scripted {
    with_tokens(move |request| {
        let number = |key: &str| -> usize {
            let query = request.target.split_once('?').unwrap().1;
            query.split('&').find_map(|pair| pair.strip_prefix(key)).unwrap().parse().unwrap()
        };
        let skip = number("skip=");
        let rows: Vec<_> = (skip..total.min(skip + most)).map(connection).collect();
        Reply::json(200, &format!(r#"{{"total":{total},"resources":[{}]}}"#, rows.join(",")))
    })
    .await
}

#[tokio::test]
async fn connections_are_read_to_the_last_page_even_of_a_server_that_cuts_the_limit() {
    for (total, most, requests) in [(0, 100, 1), (100, 100, 1), (250, 100, 3), (25, 10, 3)] {
        let server = connections(total, most).await;
        let reader = signed_in(&server, limits()).await;
        let all = reader.connections().await.unwrap();
        assert_eq!(all.len(), total);
        let ready = |record: &Record<cckm_tui::domain::Connection>| matches!(record, Record::Sound(one) if one.state == ConnectionState::Ready);
        assert!(all.iter().all(ready));
        assert_eq!(server.lines().len(), requests);
    }
    let server = connections(1, 100).await;
    signed_in(&server, limits()).await.connections().await.unwrap();
    assert_eq!(
        server.requests().pop().unwrap().target,
        "/api/v1/connectionmgmt/services/salesforce/connections?skip=0&limit=100&sort=name"
    );
}

#[tokio::test]
async fn js_05_the_same_page_for_ever_ends() {
    let server = with_tokens(|_| {
        Reply::json(200, &format!(r#"{{"total":1000,"resources":[{},{{"x":1}}]}}"#, connection(1)))
    })
    .await;
    let all = signed_in(&server, limits()).await.connections().await.unwrap();
    assert_eq!((all.len(), server.lines().len()), (2, 2));
}

#[tokio::test]
async fn js_04_without_a_total_a_short_page_is_the_last() {
    let pages = AtomicUsize::new(0);
    let server = with_tokens(move |_| {
        let page = pages.fetch_add(1, Ordering::SeqCst);
        let rows: Vec<_> =
            (page * 100..page * 100 + if page == 2 { 7 } else { 100 }).map(connection).collect();
        Reply::json(200, &format!("[{}]", rows.join(",")))
    })
    .await;
    assert_eq!(signed_in(&server, limits()).await.connections().await.unwrap().len(), 207);
}
