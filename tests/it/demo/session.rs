//! The acceptance session: the vendor's own command lines, against a server that speaks TLS.
//!
//! Run with the real `curl` where there is one, else with reqwest.

use cckm_tui::demo::{Demo, Options};
use serde_json::Value;
use tokio::process::Command;

use super::support::{Reply, THALES, fixture, keys, reply, same};

/// Who types the lines.
enum Typist {
    Curl,
    Reqwest(reqwest::Client),
}

/// One line of the session.
struct Line<'a> {
    method: &'a str,
    path: &'a str,
    jwt: Option<&'a str>,
    body: Option<&'a str>,
}

impl Typist {
    #[expect(clippy::print_stderr, reason = "which of the two ran belongs into the test log")]
    async fn choose() -> Self {
        let installed = Command::new("curl").arg("--version").output().await.is_ok();
        if installed {
            eprintln!("acceptance session: with curl");
            return Self::Curl;
        }
        eprintln!("acceptance session: with reqwest, curl is not installed");
        let builder = reqwest::Client::builder().no_proxy().tls_danger_accept_invalid_certs(true);
        Self::Reqwest(builder.build().unwrap())
    }

    async fn type_line(&self, base: &str, line: &Line<'_>) -> Reply {
        let url = format!("{base}{}", line.path);
        match self {
            Self::Curl => curl(&url, line).await,
            Self::Reqwest(client) => {
                let mut request = client.request(line.method.parse().unwrap(), url);
                if let Some(jwt) = line.jwt {
                    request = request.bearer_auth(jwt);
                }
                if let Some(body) = line.body {
                    request = request.header("content-type", "application/json").body(body.to_owned());
                }
                reply(request.send().await.unwrap()).await
            }
        }
    }
}

/// `--data-binary` makes it POST; other methods are named with `-X`, as in the vendor's lines.
async fn curl(url: &str, line: &Line<'_>) -> Reply {
    let mut command = Command::new("curl");
    command.args(["-k", "-s", "--noproxy", "*", "--compressed", "-w", "\n%{http_code}", url]);
    if let Some(jwt) = line.jwt {
        command.args(["-H", &format!("Authorization: Bearer {jwt}")]);
    }
    if let Some(body) = line.body {
        command.args(["-H", "Content-Type: application/json", "--data-binary", body]);
    }
    if !matches!(line.method, "GET" | "POST") {
        command.args(["-X", line.method]);
    }
    let output = command.output().await.unwrap();
    assert!(output.status.success(), "curl failed: {output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (body, status) = text.rsplit_once('\n').unwrap();
    Reply {
        status: status.parse().unwrap(),
        headers: reqwest::header::HeaderMap::new(),
        text: body.to_owned(),
    }
}

struct Session {
    demo: Demo,
    typist: Typist,
    jwt: String,
}

impl Session {
    async fn open() -> Self {
        let demo = Demo::start(Options { tls: true, ..Options::default() }).await.unwrap();
        let mut session = Self { demo, typist: Typist::choose().await, jwt: String::new() };
        let body = format!(
            r#"{{"grant_type":"password","username":"admin","password":"{}"}}"#,
            session.demo.password()
        );
        let line = Line { method: "POST", path: "/api/v1/auth/tokens/", jwt: None, body: Some(&body) };
        let answer = session.typist.type_line(session.demo.base(), &line).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["jwt"].as_str().unwrap().clone_into(&mut session.jwt);
        session
    }

    async fn line(&self, method: &str, path: &str, body: Option<&str>) -> Reply {
        let line = Line { method, path, jwt: Some(&self.jwt), body };
        self.typist.type_line(self.demo.base(), &line).await
    }
}

#[tokio::test]
async fn the_services_status_needs_no_token() {
    let session = Session::open().await;
    let line = Line { method: "GET", path: "/api/v1/system/services/status", jwt: None, body: None };
    let answer = session.typist.type_line(session.demo.base(), &line).await;
    assert_eq!(answer.status, 200);
    same(&answer.json(), &fixture("system-services-status.response"));
}

#[tokio::test]
async fn the_documented_list_line_answers_ten_organizations_in_an_envelope() {
    let session = Session::open().await;
    let path = "/api/v1/cckm/sfdc/organizations?skip=0&limit=10&sort=updatedAt";
    let body = session.line("GET", path, None).await.json();
    assert_eq!(keys(&body), ["skip", "limit", "total", "resources"]);
    assert_eq!(body["resources"].as_array().unwrap().len(), 10);
}

#[tokio::test]
async fn the_documented_organization_is_the_documented_one() {
    let session = Session::open().await;
    let answer = session.line("GET", &format!("/api/v1/cckm/sfdc/organizations/{THALES}"), None).await;
    assert_eq!(answer.status, 200);
    same(&answer.json(), &fixture("sfdc-organizations.get.response"));
}

#[tokio::test]
async fn the_vendors_patch_line_works_literally() {
    let session = Session::open().await;
    let path = format!("/api/v1/cckm/sfdc/organizations/{THALES}");
    let before = session.line("GET", &path, None).await.json();
    let body = "{\n  \"connection\": \"new-sfdc-connection\"\n}";
    let answer = session.line("PATCH", &path, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let after = answer.json();
    assert_eq!(after["connection"], "new-sfdc-connection");
    assert_eq!(after["createdAt"], before["createdAt"]);
    let moment = |value: &Value| value["updatedAt"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(moment(&after) > moment(&before));
    let digits = after["updatedAt"].as_str().unwrap().split_once('.').unwrap().1.len() - 1;
    assert_eq!(digits, 9, "{after}");
    assert_eq!(keys(&after), keys(&fixture("sfdc-organizations.update.response")));
    same(&session.line("GET", &path, None).await.json(), &after);
}

#[tokio::test]
async fn the_documented_discovery_answers_a_bare_object() {
    let session = Session::open().await;
    let body = "{\n  \"connection\": \"sfdc-connection\"\n}";
    let answer = session.line("POST", "/api/v1/cckm/sfdc/get-organizations", Some(body)).await;
    assert_eq!(answer.status, 200);
    same(&answer.json(), &fixture("sfdc-get-organizations.response"));
}

#[tokio::test]
async fn adding_what_is_there_is_a_conflict() {
    let session = Session::open().await;
    let body = r#"{"connection":"sfdc-connection","sfdc_org_id":"00DB000000040bIMAQ"}"#;
    let answer = session.line("POST", "/api/v1/cckm/sfdc/add-organizations", Some(body)).await;
    assert_eq!(answer.status, 409);
    same(&answer.json(), &fixture("error.409.organization-already-added"));
}

#[tokio::test]
async fn the_documented_acl_line_answers_the_organization_with_its_acls() {
    let session = Session::open().await;
    let path = format!("/api/v1/cckm/sfdc/organizations/{THALES}/update-acls");
    let body = r#"{"acls":[{"group":"CCKM Users","actions":["keycreate","keyupload"],"permit":true}]}"#;
    let answer = session.line("POST", &path, Some(body)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    let expected =
        serde_json::json!([{ "group": "CCKM Users", "actions": ["view", "keycreate", "keyupload"] }]);
    assert_eq!(answer.json()["acls"], expected);
}

#[tokio::test]
async fn deleting_answers_204_and_then_404() {
    let session = Session::open().await;
    let path = format!("/api/v1/cckm/sfdc/organizations/{THALES}");
    let answer = session.line("DELETE", &path, None).await;
    assert_eq!((answer.status, answer.text.as_str()), (204, ""));
    assert_eq!(session.line("DELETE", &path, None).await.status, 404);
}

#[tokio::test]
async fn nonsense_for_a_token_is_a_401_in_json() {
    let session = Session::open().await;
    let path = "/api/v1/cckm/sfdc/organizations";
    let line = Line { method: "GET", path, jwt: Some("nonsense"), body: None };
    let answer = session.typist.type_line(session.demo.base(), &line).await;
    assert_eq!(answer.refusal(), (401, "Unauthorized: Bearer token malformed".to_owned()));
    assert_eq!(answer.json()["code"], 5);
}

#[tokio::test]
async fn the_certificate_can_be_trusted_and_pinned() {
    let session = Session::open().await;
    let pem = session.demo.certificate_pem().unwrap();
    let certificate = reqwest::Certificate::from_pem(pem.as_bytes()).unwrap();
    let builder = reqwest::Client::builder().no_proxy().tls_certs_only([certificate]);
    let url = format!("{}/api/v1/system/services/status", session.demo.base());
    let answer = builder.build().unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let fingerprint = session.demo.certificate_sha256().unwrap();
    assert_eq!(fingerprint.len(), 32 * 3 - 1);
}
