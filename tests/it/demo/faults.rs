//! Scripted trouble, one test a kind.

use std::time::Duration;

use cckm_tui::demo::{Answer, Apply, Rule};
use futures_util::StreamExt;
use reqwest::Method;
use serde_json::json;

use super::support::{Desk, ORGANIZATIONS, THALES, fixture, reply};

const BODY: &str = r#"{"connection":"new-sfdc-connection"}"#;

fn path() -> String {
    format!("{ORGANIZATIONS}/{THALES}")
}

/// Trouble for the next PATCH.
fn patch(apply: Apply, answer: Answer) -> Rule {
    Rule::new("PATCH", ORGANIZATIONS, apply, answer)
}

/// Trouble for the next GET.
fn get(apply: Apply, answer: Answer) -> Rule {
    Rule::new("GET", ORGANIZATIONS, apply, answer)
}

async fn patched(desk: &Desk) -> reqwest::Result<reqwest::Response> {
    desk.try_send(Method::PATCH, &path(), BODY).await
}

/// The connection the organization really has.
fn truth(desk: &Desk) -> String {
    let document: serde_json::Value = serde_json::from_str(&desk.demo.organization(THALES).unwrap()).unwrap();
    document["connection"].as_str().unwrap().to_owned()
}

/// Gives the server's other tasks their turn until `done`, or for a minute.
async fn until(done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("never happened");
}

#[tokio::test]
async fn closed_before_the_first_byte_nothing_is_applied() {
    let desk = Desk::open().await;
    desk.demo.faults().add(patch(Apply::Never, Answer::Close));
    assert!(patched(&desk).await.is_err());
    assert_eq!(truth(&desk), "sfdc-connection");
    assert_eq!(patched(&desk).await.unwrap().status(), 200);
}

#[tokio::test]
async fn applied_and_closed() {
    let desk = Desk::open().await;
    desk.demo.faults().add(patch(Apply::Now, Answer::Close));
    assert!(patched(&desk).await.is_err());
    assert_eq!((truth(&desk).as_str(), desk.demo.history().len()), ("new-sfdc-connection", 1));
}

#[tokio::test]
async fn applied_and_answered_with_an_error() {
    for status in [500, 401] {
        let desk = Desk::open().await;
        let body = fixture("error.404.not-found").to_string();
        desk.demo.faults().add(patch(Apply::Now, Answer::json(status, &body)));
        let answer = reply(patched(&desk).await.unwrap()).await;
        assert_eq!((answer.status, answer.text), (status, body));
        assert_eq!(truth(&desk), "new-sfdc-connection");
    }
}

#[tokio::test]
async fn never_answered_before_or_after_applying() {
    for (apply, expected) in [(Apply::Never, "sfdc-connection"), (Apply::Now, "new-sfdc-connection")] {
        let desk = Desk::open().await;
        desk.demo.faults().add(patch(apply, Answer::Hang));
        let (http, url, jwt) =
            (desk.http.clone(), format!("{}{}", desk.demo.base(), path()), desk.jwt.clone());
        let waiting = tokio::spawn(async move { http.patch(url).bearer_auth(jwt).body(BODY).send().await });
        until(|| desk.demo.faults().pending() == 0).await;
        until(|| truth(&desk) == expected).await;
        assert!(!waiting.is_finished());
        drop(desk);
        assert!(waiting.await.unwrap().is_err(), "the connection ends with the server");
    }
}

#[tokio::test]
async fn applied_late() {
    for answer in [Answer::html(504), Answer::Close] {
        let desk = Desk::open().await;
        desk.demo.faults().add(patch(Apply::Later(Duration::from_millis(1)), answer));
        if let Ok(answer) = patched(&desk).await {
            assert_eq!(answer.status(), 504);
        }
        until(|| truth(&desk) == "new-sfdc-connection").await;
    }
}

#[tokio::test]
async fn a_body_cut_short() {
    let desk = Desk::open().await;
    let whole = desk.get(&path()).await.text.len();
    desk.demo.faults().add(get(Apply::Now, Answer::Truncated { keep: 10 }));
    let plain = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let url = format!("{}{}", desk.demo.base(), path());
    let answer = plain.get(url).bearer_auth(&desk.jwt).send().await.unwrap();
    assert_eq!(answer.content_length(), Some(whole as u64));
    assert!(answer.bytes().await.is_err());
}

#[tokio::test]
async fn a_body_drop_by_drop() {
    let desk = Desk::open().await;
    let whole = desk.get(&path()).await.text;
    desk.demo.faults().add(get(Apply::Now, Answer::Drip { bytes: 100, pause: Duration::from_millis(1) }));
    assert_eq!(desk.get(&path()).await.text, whole);
}

#[tokio::test]
async fn pages_of_a_gateway_and_other_bytes() {
    let desk = Desk::open().await;
    desk.demo.faults().add(get(Apply::Never, Answer::html(503)));
    let answer = desk.get(&path()).await;
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (503, "text/html"));
    desk.demo.faults().add(get(Apply::Never, Answer::raw(200, "application/json", b"\xff\x00{")));
    let answer = desk.try_send(Method::GET, &path(), "").await.unwrap();
    assert_eq!(&answer.bytes().await.unwrap()[..], b"\xff\x00{");
}

#[tokio::test]
async fn too_many_requests_and_elsewhere() {
    let desk = Desk::open().await;
    desk.demo.faults().add(get(Apply::Never, Answer::too_many(7)));
    let answer = desk.get(&path()).await;
    assert_eq!((answer.status, answer.headers["retry-after"].to_str().unwrap()), (429, "7"));
    desk.demo.faults().add(patch(Apply::Never, Answer::redirect("http://127.0.0.1:9/elsewhere")));
    let answer = reply(patched(&desk).await.unwrap()).await;
    assert_eq!(
        (answer.status, answer.headers["location"].to_str().unwrap()),
        (307, "http://127.0.0.1:9/elsewhere")
    );
    assert_eq!(truth(&desk), "sfdc-connection");
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire_and_large_behind_it() {
    let desk = Desk::open().await;
    let bomb = || get(Apply::Never, Answer::GzipBomb { mebibytes: 3 });
    desk.demo.faults().add(bomb());
    assert_eq!(desk.get(&path()).await.text.len(), 3 * 1024 * 1024);
    desk.demo.faults().add(bomb());
    let plain = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let answer = plain.get(format!("{}{}", desk.demo.base(), path())).send().await.unwrap();
    assert_eq!(answer.headers()["content-encoding"], "gzip");
    assert!(answer.bytes().await.unwrap().len() < 64 * 1024);
}

#[tokio::test]
async fn an_endless_body() {
    let desk = Desk::open().await;
    desk.demo.faults().add(get(Apply::Never, Answer::Endless));
    let mut stream = desk.try_send(Method::GET, &path(), "").await.unwrap().bytes_stream();
    let mut length = 0;
    while length < 4 * 1024 * 1024 {
        length += stream.next().await.unwrap().unwrap().len();
    }
}

#[tokio::test]
async fn readers_see_the_old_document_for_a_while() {
    let desk = Desk::open().await;
    let before = desk.get(&path()).await.text;
    desk.demo.faults().add(patch(Apply::Now, Answer::Own).stale(Duration::from_mins(10)));
    assert_eq!(patched(&desk).await.unwrap().status(), 200);
    assert_eq!(truth(&desk), "new-sfdc-connection");
    assert_eq!(desk.get(&path()).await.text, before);
    assert!(desk.get(&format!("{ORGANIZATIONS}?limit=-1")).await.text.contains(&before));
    // The token would not live that long: a new one.
    desk.demo.clock().advance(Duration::from_mins(11));
    let mut desk = desk;
    let password = desk.demo.password().to_owned();
    desk.sign_in("admin", &password).await;
    assert_eq!(desk.get(&path()).await.json()["connection"], "new-sfdc-connection");
}

#[tokio::test]
async fn delays_before_and_after_end_in_the_true_answer() {
    let desk = Desk::open().await;
    let (wait, hold) = (Duration::from_millis(2), Duration::from_millis(3));
    desk.demo.faults().add(patch(Apply::Now, Answer::Own).wait(wait).hold(hold));
    assert_eq!(patched(&desk).await.unwrap().status(), 200);
    assert_eq!(desk.demo.faults().pending(), 0);
}

#[tokio::test]
async fn rules_count_what_they_let_pass_and_what_they_hit() {
    let desk = Desk::open().await;
    desk.demo.faults().add(get(Apply::Never, Answer::html(503)).skip(1).times(2));
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(desk.get(&path()).await.status);
    }
    assert_eq!(seen, [200, 503, 503, 200, 200]);
    desk.demo.faults().add(Rule { method: None, ..get(Apply::Never, Answer::html(502)).times(usize::MAX) });
    assert_eq!(desk.post(&format!("{}/update-acls", path()), &json!({})).await.status, 502);
    assert_eq!(desk.get("/api/v1/auth/self/user").await.status, 200, "another path");
    desk.demo.faults().clear();
    assert_eq!(desk.get(&path()).await.status, 200);
}
