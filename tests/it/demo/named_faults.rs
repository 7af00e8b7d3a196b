//! Trouble by name, as the flag and other tests use it: what a client sees, and what is stored afterwards.

use std::time::Duration;

use cckm_tui::demo::{FAULTS, Options, Rule};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::{CONNECTIONS, Desk, ORGANIZATIONS, Reply, THALES, reply};

const OLD: &str = "sfdc-connection";
const NEW: &str = "new-sfdc-connection";

fn path() -> String {
    format!("{ORGANIZATIONS}/{THALES}")
}

/// A server with this trouble.
async fn troubled(fault: &str) -> Desk {
    let desk = Desk::open().await;
    desk.demo.faults().add(Rule::named(fault).unwrap());
    desk
}

async fn try_patch(desk: &Desk) -> reqwest::Result<reqwest::Response> {
    desk.try_send(Method::PATCH, &path(), &json!({ "connection": NEW }).to_string()).await
}

async fn patch(desk: &Desk) -> Reply {
    reply(try_patch(desk).await.unwrap()).await
}

/// The connection the organization really has, and the number of changes that were carried out.
fn stored(desk: &Desk) -> (String, usize) {
    let document: Value = serde_json::from_str(&desk.demo.organization(THALES).unwrap()).unwrap();
    (document["connection"].as_str().unwrap().to_owned(), desk.demo.history().len())
}

fn kept() -> (String, usize) {
    (OLD.to_owned(), 0)
}

fn changed() -> (String, usize) {
    (NEW.to_owned(), 1)
}

async fn until(done: impl Fn() -> bool) {
    let waiting = async {
        while !done() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), waiting).await.expect("never happened");
}

/// Sends a PATCH that is never answered, until the server has taken it and `done` holds.
async fn unanswered(desk: &Desk, done: impl Fn() -> bool) {
    let (http, jwt) = (desk.http.clone(), desk.jwt.clone());
    let url = format!("{}{}", desk.demo.base(), path());
    let body = json!({ "connection": NEW }).to_string();
    let waiting = tokio::spawn(async move { http.patch(url).bearer_auth(jwt).body(body).send().await });
    until(|| desk.demo.faults().pending() == 0 && done()).await;
    assert!(!waiting.is_finished());
    waiting.abort();
}

#[tokio::test]
async fn apply_then_close() {
    let desk = troubled("apply-then-close").await;
    assert!(try_patch(&desk).await.is_err());
    assert_eq!(stored(&desk), changed());
}

#[tokio::test]
async fn apply_then_hang() {
    let desk = troubled("apply-then-hangx1").await;
    unanswered(&desk, || stored(&desk) == changed()).await;
}

#[tokio::test]
async fn apply_then_401() {
    let desk = troubled("apply-then-401").await;
    assert_eq!(patch(&desk).await.refusal(), (401, "Token has been revoked".to_owned()));
    assert_eq!(stored(&desk), changed());
    assert_eq!(desk.get(&path()).await.status, 200, "the session is as good as before");
}

#[tokio::test]
async fn apply_then_500() {
    let desk = troubled("apply-then-500").await;
    assert_eq!(patch(&desk).await.refusal(), (500, "NCERRInternalServerError: unexpected error".to_owned()));
    assert_eq!(stored(&desk), changed());
}

#[tokio::test]
async fn apply_late() {
    let desk = troubled("apply-late:20").await;
    assert_eq!(patch(&desk).await.status, 504);
    until(|| stored(&desk) == changed()).await;
}

#[tokio::test]
async fn stale_read() {
    let desk = troubled("stale-read:120000").await;
    assert_eq!(patch(&desk).await.json()["connection"], NEW);
    assert_eq!(stored(&desk), changed());
    assert_eq!(desk.get(&path()).await.json()["connection"], OLD);
    desk.demo.clock().advance(Duration::from_mins(2));
    assert_eq!(desk.get(&path()).await.json()["connection"], NEW);
}

#[tokio::test]
async fn changed_by_another_before() {
    let desk = troubled("changed-by-another-beforex1:sfdc-payroll").await;
    let before = desk.get(&path()).await.json();
    assert_eq!(patch(&desk).await.json()["connection"], NEW);
    assert_eq!(stored(&desk), changed());
    assert_eq!(desk.demo.history()[0].old, "sfdc-payroll");
    assert_ne!(desk.get(&path()).await.json()["updatedAt"], before["updatedAt"]);
}

#[tokio::test]
async fn changed_by_another_before_a_read() {
    let desk = troubled("changed-by-another-beforex1@GET /api/v1/cckm/sfdc/organizations/").await;
    assert_eq!(desk.get(&format!("{ORGANIZATIONS}?limit=1")).await.status, 200, "lists are out of its scope");
    assert_eq!(stored(&desk), kept());
    assert_eq!(desk.get(&path()).await.json()["connection"], NEW, "the only other one that reaches it");
}

#[tokio::test]
async fn changed_by_another_after() {
    let desk = troubled("changed-by-another-after").await;
    assert_eq!(patch(&desk).await.json()["connection"], NEW);
    let now = desk.get(&path()).await.json()["connection"].as_str().unwrap().to_owned();
    assert_eq!(stored(&desk), (now.clone(), 1));
    // Both that reach it are taken: by the record, and by the request.
    assert!(now != OLD && now != NEW, "{now}");
    let names = desk.get(&format!("{CONNECTIONS}?limit=-1")).await.column("name");
    assert!(names.contains(&now), "{now}");
}

#[tokio::test]
async fn changed_by_another_after_a_refusal_is_not_played() {
    let desk = troubled("changed-by-another-after").await;
    let refused = desk.patch(&path(), &json!({ "connection": "sfdc-payroll" })).await;
    assert_eq!((refused.status, stored(&desk)), (400, kept()));
}

#[tokio::test]
async fn close() {
    let desk = troubled("closex1").await;
    assert!(try_patch(&desk).await.is_err());
    assert_eq!(stored(&desk), kept());
    assert_eq!((patch(&desk).await.status, stored(&desk)), (200, changed()), "it was to happen once");
}

#[tokio::test]
async fn hang() {
    let desk = troubled("hangx1").await;
    unanswered(&desk, || true).await;
    assert_eq!(stored(&desk), kept());
}

/// Answered so every time, and nothing is carried out.
async fn refused(fault: &str, status: u16, text: &str) {
    let desk = troubled(fault).await;
    for _ in 0..3 {
        assert_eq!(patch(&desk).await.refusal(), (status, text.to_owned()), "{fault}");
    }
    assert_eq!(stored(&desk), kept());
    assert_eq!(desk.get(&path()).await.status, 200, "only changes are hit");
}

#[tokio::test]
async fn refused_with_401() {
    refused("401", 401, "Token has been revoked").await;
}

#[tokio::test]
async fn refused_with_403() {
    refused("403", 403, "NCERRForbidden: Insufficient permissions").await;
}

#[tokio::test]
async fn refused_with_409() {
    refused("409", 409, "NCERRConflict: The organization is being changed").await;
}

#[tokio::test]
async fn refused_with_422() {
    refused("422", 422, "Validation errors:\nconnection: connection is not valid").await;
}

#[tokio::test]
async fn refused_with_429() {
    refused("429", 429, "NCERRTooManyRequests: TooManyRequests").await;
    let desk = troubled("429:7").await;
    assert_eq!(patch(&desk).await.headers["retry-after"], "7");
}

#[tokio::test]
async fn refused_with_500() {
    refused("500", 500, "NCERRInternalServerError: unexpected error").await;
}

#[tokio::test]
async fn refused_with_502() {
    refused("502", 502, "NCERRBadGateway: service is starting").await;
}

#[tokio::test]
async fn refused_with_503() {
    refused("503", 503, "NCERRServiceUnavailable: service is starting").await;
}

#[tokio::test]
async fn refused_with_504() {
    refused("504", 504, "NCERRGatewayTimeout: service is starting").await;
}

#[tokio::test]
async fn html() {
    for (fault, status) in [("html", 503), ("html:200", 200)] {
        let desk = troubled(fault).await;
        let answer = patch(&desk).await;
        assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap()), (status, "text/html"));
        assert!(answer.text.starts_with("<html>"), "{}", answer.text);
        assert_eq!(stored(&desk), kept());
    }
}

#[tokio::test]
async fn slow() {
    let desk = troubled("slow:20").await;
    assert_eq!(patch(&desk).await.json()["connection"], NEW);
    assert_eq!(stored(&desk), changed());
}

#[tokio::test]
async fn truncated() {
    for fault in ["truncated", "truncated:0"] {
        let desk = troubled(fault).await;
        let answer = try_patch(&desk).await.unwrap();
        assert_eq!(answer.status(), 200);
        assert!(answer.bytes().await.is_err());
        assert_eq!(stored(&desk), changed());
    }
}

#[tokio::test]
async fn garbage() {
    let desk = troubled("garbage").await;
    let answer = try_patch(&desk).await.unwrap();
    assert_eq!(answer.status(), 200);
    let body = answer.bytes().await.unwrap();
    assert!(serde_json::from_slice::<Value>(&body).is_err() && std::str::from_utf8(&body).is_err());
    assert_eq!(stored(&desk), changed());
}

#[tokio::test]
async fn wrong_record() {
    let desk = troubled("wrong-record").await;
    let answer = patch(&desk).await;
    assert_eq!(answer.status, 200);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_ne!(id, THALES);
    assert_eq!(desk.demo.organization(&id), Some(answer.text));
    assert_eq!(stored(&desk), changed());
    let refused = desk.patch(&path(), &json!({})).await;
    assert_eq!(refused.status, 422, "a refusal stays as it is");
}

#[tokio::test]
async fn empty_body() {
    let desk = troubled("empty-body").await;
    let answer = patch(&desk).await;
    assert_eq!((answer.status, answer.text.as_str()), (200, ""));
    assert_eq!(stored(&desk), changed());
}

#[tokio::test]
async fn every_fault_can_be_played_anywhere() {
    for fault in FAULTS {
        let argument = match fault.argument {
            ":MS" => ":1",
            _ => "",
        };
        let desk = Desk::with(Options { organizations: 3, ..Options::default() }).await;
        let scope = "@* /api/v1/cckm/sfdc/get-organizations";
        desk.demo.faults().add(Rule::named(&format!("{}x1{argument}{scope}", fault.name)).unwrap());
        let path = "/api/v1/cckm/sfdc/get-organizations";
        let body = json!({ "connection": OLD }).to_string();
        let sent = desk.try_send(Method::POST, path, &body);
        if fault.name.ends_with("hang") {
            tokio::select! {
                _answered = sent => panic!("{} was answered", fault.name),
                () = until(|| desk.demo.faults().pending() == 0) => {}
            }
        } else {
            let answered = tokio::time::timeout(Duration::from_mins(1), sent).await;
            assert!(answered.is_ok(), "{} was not answered", fault.name);
        }
        assert_eq!(desk.demo.faults().pending(), 0, "{}", fault.name);
    }
}
