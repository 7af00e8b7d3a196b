//! A demo server with a plain client beside it.

use cckm_tui::demo::{Demo, Options};
use reqwest::{Client, Method, header::HeaderMap};
use serde_json::{Value, json};

pub(crate) const THALES: &str = "2473e846-31a8-4ee6-8299-17025548b4e2";
pub(crate) const ORGANIZATIONS: &str = "/api/v1/cckm/sfdc/organizations";
pub(crate) const CONNECTIONS: &str = "/api/v1/connectionmgmt/services/salesforce/connections";

/// A running server, and somebody signed in.
pub(crate) struct Desk {
    pub(crate) demo: Demo,
    pub(crate) http: Client,
    pub(crate) jwt: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|why| panic!("{why}: {}", self.text))
    }

    /// Status and `codeDesc`, or `message` where there is one.
    pub(crate) fn refusal(&self) -> (u16, String) {
        let body = self.json();
        let text = body.get("message").or_else(|| body.get("codeDesc")).unwrap();
        (self.status, text.as_str().unwrap().to_owned())
    }

    pub(crate) fn total(&self) -> u64 {
        self.json()["total"].as_u64().unwrap()
    }

    /// One field of every resource.
    pub(crate) fn column(&self, field: &str) -> Vec<String> {
        let body = self.json();
        let rows = body["resources"].as_array().unwrap();
        rows.iter().map(|row| row[field].as_str().unwrap_or_default().to_owned()).collect()
    }
}

/// A client that goes nowhere but to the server.
pub(crate) fn client() -> Client {
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::with(Options::default()).await
    }

    /// The administrator at a server started so.
    pub(crate) async fn with(options: Options) -> Self {
        let demo = Demo::start(options).await.unwrap();
        let mut desk = Self { demo, http: client(), jwt: String::new() };
        let (user, password) = (desk.demo.user().to_owned(), desk.demo.password().to_owned());
        desk.sign_in(&user, &password).await;
        desk
    }

    /// The user who sees only a few organizations.
    pub(crate) async fn second() -> Self {
        let mut desk = Self::open().await;
        let (user, password) = desk.demo.second_user();
        let (user, password) = (user.to_owned(), password.to_owned());
        desk.sign_in(&user, &password).await;
        desk
    }

    pub(crate) async fn sign_in(&mut self, user: &str, password: &str) -> Value {
        let answer = self.tokens(&json!({ "username": user, "password": password })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        answer.json()["jwt"].as_str().unwrap().clone_into(&mut self.jwt);
        answer.json()
    }

    pub(crate) async fn tokens(&self, body: &Value) -> Reply {
        let url = format!("{}/api/v1/auth/tokens", self.demo.base());
        reply(self.http.post(url).body(body.to_string()).send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, "").await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, &body.to_string()).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> Reply {
        self.send(Method::PATCH, path, &body.to_string()).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, "").await
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: &str) -> Reply {
        reply(self.try_send(method, path, body).await.unwrap()).await
    }

    pub(crate) async fn try_send(
        &self,
        method: Method,
        path: &str,
        body: &str,
    ) -> reqwest::Result<reqwest::Response> {
        let request = self.http.request(method, format!("{}{path}", self.demo.base()));
        request.bearer_auth(&self.jwt).body(body.to_owned()).send().await
    }

    /// The id of the seed organization that lies with this connection and has this name.
    pub(crate) async fn id_of(&self, name: &str, connection: &str) -> String {
        let list = self.get(&format!("{ORGANIZATIONS}?limit=-1")).await.json();
        let rows = list["resources"].as_array().unwrap();
        let row = rows.iter().find(|row| row["name"] == name && row["connection"] == connection);
        row.unwrap()["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) async fn reply(response: reqwest::Response) -> Reply {
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Reply { status, headers, text: response.text().await.unwrap() }
}

/// A documented example, in its documented key order.
pub(crate) fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/api/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// Equal, key order included; `Value` alone does not look at the order.
#[track_caller]
pub(crate) fn same(left: &Value, right: &Value) {
    assert_eq!(serde_json::to_string_pretty(left).unwrap(), serde_json::to_string_pretty(right).unwrap());
}

pub(crate) fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}
