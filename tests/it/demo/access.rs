//! Who may reach the server, and who may do what there.

use cckm_tui::demo::{Demo, DemoError, Options};
use reqwest::Method;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::support::{CONNECTIONS, Desk, ORGANIZATIONS, THALES, fixture, same};

const STATUS: &str = "/api/v1/system/services/status";

#[tokio::test]
async fn dm_01_it_listens_on_loopback_only() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let options = Options { listen: address.parse().unwrap(), ..Options::default() };
        let why = Demo::start(options).await.unwrap_err();
        assert!(matches!(why, DemoError::NotLoopback(_)), "{why}");
    }
}

/// Says nothing on a machine without IPv6.
#[tokio::test]
async fn dm_01_it_listens_on_the_other_loopback_too() {
    let options = Options { listen: "[::1]:0".parse().unwrap(), ..Options::default() };
    let Ok(demo) = Demo::start(options).await else { return };
    let answer = super::support::client().get(format!("{}{STATUS}", demo.base())).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn dm_03_a_foreign_host_is_turned_away() {
    let desk = Desk::open().await;
    for (host, status) in [
        ("127.0.0.1", 200),
        ("127.0.0.1:9", 200),
        ("LocalHost:8443", 200),
        ("[::1]:8443", 200),
        ("evil.example", 403),
        ("127.0.0.1.evil.example", 403),
        ("localhost@evil.example", 403),
        ("[::2]", 403),
        ("", 403),
    ] {
        let request = format!("GET {STATUS} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(raw(&desk.demo, &request).await.0, status, "{host}");
    }
    let none = format!("GET {STATUS} HTTP/1.0\r\n\r\n");
    assert_eq!(raw(&desk.demo, &none).await.0, 403);
    let absolute =
        format!("GET http://evil.example{STATUS} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assert_eq!(raw(&desk.demo, &absolute).await.0, 403);
}

#[tokio::test]
async fn dm_03_a_web_page_is_turned_away_and_no_header_lets_it_read() {
    let desk = Desk::open().await;
    let url = format!("{}{STATUS}", desk.demo.base());
    for origin in ["https://evil.example", "null", desk.demo.base()] {
        let answer = desk.http.get(&url).header("origin", origin).send().await.unwrap();
        assert_eq!(answer.status(), 403, "{origin}");
    }
    let preflight = desk.http.request(Method::OPTIONS, &url).send().await.unwrap();
    let names = preflight.headers().keys().map(ToString::to_string);
    assert_eq!(names.filter(|name| name.starts_with("access-control")).count(), 0);
}

#[tokio::test]
async fn dm_04_a_body_beyond_the_limit_is_refused() {
    let desk = Desk::open().await;
    let path = format!("{ORGANIZATIONS}/{THALES}");
    let body = |length: usize| {
        let padding = " ".repeat(length - r#"{"connection":"new-sfdc-connection"}"#.len());
        format!(r#"{{"connection":"new-sfdc-connection"{padding}}}"#)
    };
    assert_eq!(desk.send(Method::PATCH, &path, &body(1024 * 1024)).await.status, 200);
    let answer = desk.send(Method::PATCH, &path, &body(1024 * 1024 + 1)).await;
    assert_eq!(answer.refusal().0, 413);
    assert_eq!(desk.send(Method::PATCH, &path, &body(3 * 1024 * 1024)).await.status, 413);
    assert_eq!(desk.demo.history().len(), 1);
}

#[tokio::test]
async fn dm_07_paths_name_no_files_and_faults_have_no_call() {
    let desk = Desk::open().await;
    for path in
        ["/../../etc/passwd", "/api/v1/../../../etc/passwd", "/api/v1/%2e%2e%2fetc%2fpasswd", "/faults"]
    {
        let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        assert_eq!(raw(&desk.demo, &request).await.0, 404, "{path}");
    }
}

/// Status and text of what the server answers to exactly these bytes.
async fn raw(demo: &Demo, request: &str) -> (u16, String) {
    let address = demo.base().strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    (text.split(' ').nth(1).unwrap().parse().unwrap(), text)
}

#[tokio::test]
async fn the_calls_can_be_made_without_a_socket() {
    use tower::ServiceExt;
    let desk = Desk::open().await;
    let request = axum::http::Request::get(STATUS).header("host", "localhost");
    let answer = desk.demo.router().oneshot(request.body(axum::body::Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn the_second_user_sees_what_access_lists_show() {
    let admin = Desk::open().await;
    let desk = Desk::second().await;
    let list = desk.get(&format!("{ORGANIZATIONS}?limit=-1")).await;
    let mut names = list.column("name");
    names.sort();
    let expected = [
        "Café São João",
        "Crédit Foncier de Genève",
        "Initech",
        "Müller & Söhne Maschinenbau GmbH",
        "Zakłady Mięsne Łódź Południe Spółka z o.o.",
        "東京海上クラウド株式会社",
    ];
    assert_eq!(names, expected);
    assert_eq!(desk.get(ORGANIZATIONS).await.total(), 6);
    for id in list.column("id") {
        assert_eq!(desk.get(&format!("{ORGANIZATIONS}/{id}")).await.status, 200);
    }
    let hidden = desk.get(&format!("{ORGANIZATIONS}/{THALES}")).await;
    assert_eq!(hidden.status, 404);
    same(&hidden.json(), &fixture("error.404.not-found"));
    assert_eq!(admin.get(&format!("{ORGANIZATIONS}/{THALES}")).await.status, 200);
}

#[tokio::test]
async fn the_second_user_changes_nothing() {
    let desk = Desk::second().await;
    let visible = desk.get(ORGANIZATIONS).await.column("id").remove(0);
    let path = format!("{ORGANIZATIONS}/{visible}");
    let body = json!({ "connection": "sfdc-connection", "sfdc_org_id": "00DB000000040bIMAQ" });
    let acls = json!({ "acls": [{ "group": "CCKM Users", "actions": ["view"], "permit": false }] });
    for answer in [
        desk.patch(&path, &body).await,
        desk.delete(&path).await,
        desk.post(&format!("{path}/update-acls"), &acls).await,
        desk.post("/api/v1/cckm/sfdc/get-organizations", &body).await,
        desk.post("/api/v1/cckm/sfdc/add-organizations", &body).await,
        desk.get(CONNECTIONS).await,
        desk.get(&format!("{CONNECTIONS}/sfdc-connection")).await,
        desk.get("/api/v1/connectionmgmt/connections").await,
        desk.get("/api/v1/usermgmt/users").await,
        desk.get("/api/v1/usermgmt/groups").await,
    ] {
        assert_eq!(answer.status, 403);
        same(&answer.json(), &fixture("error.403.forbidden"));
    }
    let hidden = format!("{ORGANIZATIONS}/{THALES}");
    assert_eq!(desk.patch(&hidden, &body).await.status, 404);
    assert_eq!(desk.delete(&hidden).await.status, 404);
    assert!(desk.demo.history().is_empty());
}

#[tokio::test]
async fn requests_are_recorded_as_they_came_and_only_when_asked_for() {
    let desk = Desk::with(Options { record: true, ..Options::default() }).await;
    let path = format!("{ORGANIZATIONS}/{THALES}/");
    desk.send(Method::PATCH, &format!("{path}?a=%20b"), "{\n \"connection\": \"new-sfdc-connection\"\n}")
        .await;
    let requests = desk.demo.requests();
    let last = requests.last().unwrap();
    assert_eq!(
        (last.method.as_str(), last.path.as_str(), last.query.as_deref()),
        ("PATCH", path.as_str(), Some("a=%20b"))
    );
    assert_eq!(last.body, b"{\n \"connection\": \"new-sfdc-connection\"\n}");
    assert_eq!(last.header("authorization"), Some(format!("Bearer {}", desk.jwt).as_str()));
    assert_eq!(format!("{last:?}"), format!("PATCH {path}?a=%20b"));
    let silent = Desk::open().await;
    silent.get(ORGANIZATIONS).await;
    assert!(silent.demo.requests().is_empty());
}
