//! Sign-in, renewal, expiry, revocation.

use std::time::Duration;

use cckm_tui::demo::{Demo, Options};
use serde_json::{Value, json};

use super::support::{Desk, ORGANIZATIONS, THALES, fixture, keys, same};

const TOKENS: &str = "/api/v1/auth/tokens";

#[tokio::test]
async fn a_password_buys_a_token_that_says_what_documented_tokens_say() {
    let mut desk = Desk::open().await;
    let (user, password) = ("ADMIN".to_owned(), desk.demo.password().to_owned());
    let answer = desk.sign_in(&user, &password).await;
    assert_eq!(keys(&answer), keys(&fixture("auth-tokens.password.response")));
    assert_eq!((&answer["duration"], &answer["token_type"]), (&json!(300), &json!("Bearer")));
    let claims = claims(answer["jwt"].as_str().unwrap());
    let documented = &fixture("auth-tokens.jwt-decoded")["claims"];
    assert_eq!(keys(&claims), keys(documented));
    assert_eq!(keys(&claims["cust"]), keys(&documented["cust"]));
    assert_eq!(claims["exp"].as_i64().unwrap() - claims["iat"].as_i64().unwrap(), 300);
    assert_eq!(claims["cust"]["sid"], answer["refresh_token_id"]);
}

fn claims(jwt: &str) -> Value {
    jsonwebtoken::decode_header(jwt).unwrap();
    jsonwebtoken::dangerous::insecure_decode::<Value>(jwt).unwrap().claims
}

#[tokio::test]
async fn the_older_field_name_signs_in_too() {
    let desk = Desk::open().await;
    let body = json!({ "name": "admin", "password": desk.demo.password(), "duration": 300 });
    assert_eq!(desk.tokens(&body).await.status, 200);
}

#[tokio::test]
async fn a_wrong_password_an_unknown_user_and_a_foreign_source_are_told_alike() {
    let desk = Desk::open().await;
    let password = desk.demo.password();
    for body in [
        json!({ "username": "admin", "password": "wrong" }),
        json!({ "username": "nobody", "password": password }),
        json!({ "username": "jnowak", "password": password }),
        json!({ "username": "admin", "password": password, "connection": "ldap" }),
        json!({ "username": "admin", "password": password, "auth_domain": "elsewhere" }),
    ] {
        let answer = desk.tokens(&body).await;
        assert_eq!(answer.refusal(), (401, "Wrong username or password.".to_owned()), "{body}");
        assert_eq!(keys(&answer.json()), keys(&fixture("error.401.bad-password")));
    }
}

#[tokio::test]
async fn a_sign_in_without_a_password_names_it() {
    let desk = Desk::open().await;
    let answer = desk.tokens(&json!({ "username": "admin", "password": "" })).await;
    let text = "Validation errors:\npassword: password is a required field";
    assert_eq!(answer.refusal(), (422, text.to_owned()));
}

#[tokio::test]
async fn dm_02_passwords_are_random_for_each_start_and_satisfy_the_rules() {
    let (one, two) = (Desk::open().await, Desk::open().await);
    assert_ne!(one.demo.password(), two.demo.password());
    assert_ne!(one.demo.password(), one.demo.second_user().1);
    for password in [one.demo.password(), one.demo.second_user().1] {
        assert_eq!(password.len(), 30);
        assert!(password.chars().any(char::is_uppercase) && password.chars().any(char::is_lowercase));
        assert!(password.chars().any(|c| c.is_ascii_digit()));
        assert!(password.chars().any(|c| c.is_ascii_punctuation()));
    }
    let told =
        format!("{:?} {:?}", one.demo, Options { password: Some("secret".into()), ..Options::default() });
    assert!(!told.contains(one.demo.password()) && !told.contains("secret"), "{told}");
}

#[tokio::test]
async fn a_given_password_is_used() {
    let options = Options { password: Some("Given-1-password".into()), ..Options::default() };
    assert_eq!(Desk::with(options).await.demo.password(), "Given-1-password");
}

#[tokio::test]
async fn a_refresh_token_stays_the_same_unless_it_is_to_be_renewed() {
    let mut desk = Desk::open().await;
    let password = desk.demo.password().to_owned();
    let first = desk.sign_in("admin", &password).await;
    let token = first["refresh_token"].clone();
    let again = json!({ "grant_type": "refresh_token", "refresh_token": token });
    let second = desk.tokens(&again).await.json();
    assert_eq!((&second["refresh_token"], &second["refresh_token_id"]), (&token, &first["refresh_token_id"]));
    assert_ne!(second["jwt"], first["jwt"]);
    let renewing =
        json!({ "grant_type": "refresh_token", "refresh_token": token, "renew_refresh_token": true });
    let third = desk.tokens(&renewing).await.json();
    assert_ne!(third["refresh_token"], token);
    let answer = desk.tokens(&again).await;
    assert_eq!(answer.refusal(), (401, "Invalid token".to_owned()));
    assert_eq!(keys(&answer.json()), keys(&fixture("error.401.bad-refresh-token")));
}

#[tokio::test]
async fn a_refresh_token_dies_of_age_or_neglect() {
    for field in ["refresh_token_lifetime", "refresh_token_revoke_unused_in"] {
        let desk = Desk::open().await;
        let body = json!({ "username": "admin", "password": desk.demo.password(), field: 30 });
        let answer = desk.tokens(&body).await.json();
        assert_eq!(answer["refresh_token_expires_in"], 1800);
        let again = json!({ "grant_type": "refresh_token", "refresh_token": answer["refresh_token"] });
        desk.demo.clock().advance(Duration::from_mins(29));
        assert_eq!(desk.tokens(&again).await.status, 200);
        desk.demo.clock().advance(Duration::from_mins(31));
        assert_eq!(desk.tokens(&again).await.refusal().0, 401, "{field}");
    }
}

#[tokio::test]
async fn a_token_expires_and_says_since_when() {
    let desk = Desk::with(Options { token_seconds: 20, ..Options::default() }).await;
    assert_eq!(desk.get(ORGANIZATIONS).await.status, 200);
    desk.demo.clock().advance(Duration::from_secs(70));
    let answer = desk.get(ORGANIZATIONS).await;
    let (status, text) = answer.refusal();
    assert_eq!(status, 401);
    let seconds = text.strip_prefix("Unauthorized: Bearer token malformed: Token is expired by ").unwrap();
    let seconds: u64 = seconds.strip_suffix('s').unwrap().parse().unwrap();
    assert!((50..60).contains(&seconds), "{text}");
    assert_eq!(keys(&answer.json()), keys(&fixture("error.401.expired-jwt")));
}

#[tokio::test]
async fn a_missing_or_garbled_header_is_refused() {
    let desk = Desk::open().await;
    let url = format!("{}{ORGANIZATIONS}", desk.demo.base());
    for (header, expected) in [
        (None, "Unauthorized: Bearer token missing"),
        (Some("Basic YWRtaW4="), "Unauthorized: Bearer token malformed"),
        (Some("Bearer"), "Unauthorized: Bearer token malformed"),
        (Some("Bearer a.b.c"), "Unauthorized: Bearer token malformed"),
    ] {
        let mut request = desk.http.get(&url);
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let answer = super::support::reply(request.send().await.unwrap()).await;
        assert_eq!(answer.refusal(), (401, expected.to_owned()), "{header:?}");
    }
}

#[tokio::test]
async fn a_token_of_another_server_is_malformed() {
    let (mut desk, other) = (Desk::open().await, Desk::open().await);
    desk.jwt.clone_from(&other.jwt);
    assert_eq!(desk.get(ORGANIZATIONS).await.refusal().1, "Unauthorized: Bearer token malformed");
}

#[tokio::test]
async fn a_revoked_session_ends_its_tokens() {
    let mut desk = Desk::open().await;
    let password = desk.demo.password().to_owned();
    let session = desk.sign_in("admin", &password).await;
    let path = format!("{TOKENS}/{}", session["refresh_token_id"].as_str().unwrap());
    assert_eq!(desk.delete(&path).await.status, 204);
    assert_eq!(desk.get(ORGANIZATIONS).await.refusal(), (401, "Token has been revoked".to_owned()));
    let again = json!({ "grant_type": "refresh_token", "refresh_token": session["refresh_token"] });
    assert_eq!(desk.tokens(&again).await.refusal(), (401, "Invalid token".to_owned()));
}

#[tokio::test]
async fn a_refresh_token_is_revoked_by_value_with_a_proof() {
    let mut desk = Desk::open().await;
    let password = desk.demo.password().to_owned();
    let session = desk.sign_in("admin", &password).await;
    let token = &session["refresh_token"];
    let revoke = "/api/v1/auth/revoke";
    assert_eq!(desk.post(revoke, &json!({ "token": token })).await.refusal().0, 401);
    let wrong = json!({ "token": token, "username": "admin", "password": "wrong" });
    assert_eq!(desk.post(revoke, &wrong).await.refusal().0, 401);
    let good = json!({ "token": token, "client_id": session["client_id"] });
    assert_eq!(desk.post(revoke, &good).await.status, 204);
    assert_eq!(desk.get(ORGANIZATIONS).await.refusal().1, "Token has been revoked");
}

#[tokio::test]
async fn sessions_are_listed_with_their_labels_and_can_be_filtered() {
    let desk = Desk::open().await;
    let body = json!({ "username": "admin", "password": desk.demo.password(), "labels": ["cckm-tui"],
        "refresh_token_revoke_unused_in": 30 });
    let session = desk.tokens(&body).await.json();
    let list = desk.get(&format!("{TOKENS}/?labels=cckm-tui&revoked=false&expired=false")).await;
    assert_eq!(list.total(), 1);
    let row = &list.json()["resources"][0];
    assert_eq!(keys(row), keys(&fixture("auth-tokens.list.response")["resources"][0]));
    assert_eq!((&row["id"], &row["revokeNotRefreshedIn"]), (&session["refresh_token_id"], &json!(30)));
    assert_eq!(desk.get(TOKENS).await.total(), 2);
    assert_eq!(desk.get(&format!("{TOKENS}?revoked=true")).await.total(), 0);
    let one = desk.get(&format!("{TOKENS}/{}", row["id"].as_str().unwrap())).await.json();
    same(&one, row);
}

#[tokio::test]
async fn a_user_sees_only_own_sessions() {
    let desk = Desk::second().await;
    let list = desk.get(TOKENS).await;
    assert_eq!(list.column("username"), ["kmueller"]);
}

#[tokio::test]
async fn other_grants_are_refused_by_name() {
    let desk = Desk::open().await;
    let grant = |name: &str| json!({ "grant_type": name, "client_id": "x", "client_secret": "y" });
    for name in ["client_credential", "user_certificate"] {
        assert_eq!(desk.tokens(&grant(name)).await.refusal(), (401, "Invalid Client".to_owned()));
    }
    assert_eq!(desk.tokens(&grant("telepathy")).await.status, 400);
}

#[tokio::test]
async fn a_domain_that_does_not_exist_is_not_found() {
    let desk = Desk::open().await;
    let wish =
        |domain: &str| json!({ "username": "admin", "password": desk.demo.password(), "domain": domain });
    assert_eq!(desk.tokens(&wish("root")).await.status, 200);
    assert_eq!(desk.tokens(&wish("00000000-0000-0000-0000-000000000000")).await.status, 200);
    assert_eq!(desk.tokens(&wish("elsewhere")).await.status, 404);
}

#[tokio::test]
async fn who_am_i_and_where() {
    let desk = Desk::open().await;
    same(&desk.get("/api/v1/auth/self/user").await.json(), &fixture("auth-self-user.response"));
    let (domains, documented) =
        (desk.get("/api/v1/auth/self/domains").await, fixture("auth-self-domains.response"));
    assert_eq!(keys(&domains.json()), keys(&documented));
    assert_eq!(keys(&domains.json()["resources"][0]), keys(&documented["resources"][0]));
    assert_eq!(domains.column("name"), ["emea", "root"]);
    assert_eq!(desk.get("/api/v1/domain").await.json()["name"], "root");
    let info = desk.get("/api/v1/system/info").await.json();
    assert_eq!(keys(&info), keys(&fixture("system-info.response")));
    assert_eq!(info["uptime"], "0 days, 0 hours, 0 minutes");
    let time = info["system_time"].as_str().unwrap();
    assert!(time.parse::<jiff::Timestamp>().is_ok() && time.len() == "2021-07-22T09:16:23Z".len(), "{time}");
}

#[tokio::test]
async fn a_token_is_for_one_domain_and_sees_no_other() {
    let mut desk = Desk::open().await;
    let in_root = desk.get(&format!("{ORGANIZATIONS}?limit=-1")).await.column("id");
    let wish = |field: &str, value: &str| {
        let mut body = json!({ "username": "admin", "password": desk.demo.password(), "domain": "emea" });
        body[field] = value.into();
        body
    };
    let answer = desk.tokens(&wish("domain", "emea")).await.json();
    desk.jwt = answer["jwt"].as_str().unwrap().to_owned();
    let me = desk.get("/api/v1/auth/self/user").await.json();
    assert_eq!(me["user_metadata"]["current_domain"]["name"], "emea");
    assert_eq!(desk.get("/api/v1/domain").await.json()["name"], "emea");
    let in_emea = desk.get(&format!("{ORGANIZATIONS}?limit=-1")).await.column("id");
    assert!(!in_emea.is_empty() && in_emea.iter().all(|id| !in_root.contains(id)));
    assert_eq!(desk.get(&format!("{ORGANIZATIONS}/{THALES}")).await.status, 404);
    // A refresh token that is used for another domain is revoked.
    let refresh = |domain: &str| json!({ "grant_type": "refresh_token", "refresh_token": answer["refresh_token"], "domain": domain });
    assert_eq!(desk.tokens(&refresh("emea")).await.status, 200);
    assert_eq!(desk.tokens(&refresh("root")).await.refusal(), (401, "Invalid token".to_owned()));
    assert_eq!(desk.tokens(&refresh("emea")).await.refusal(), (401, "Invalid token".to_owned()));
}

#[tokio::test]
async fn who_is_no_administrator_stays_in_the_root_domain() {
    let desk = Desk::second().await;
    assert_eq!(desk.get("/api/v1/auth/self/domains").await.column("name"), ["root"]);
    let (username, password) = desk.demo.second_user();
    let body = json!({ "username": username, "password": password, "domain": "emea" });
    assert_eq!(desk.tokens(&body).await.status, 403);
}

#[tokio::test]
async fn the_banner_needs_no_token_and_is_empty_unless_given() {
    for banner in ["", "Authorized use only.\nEverything is recorded."] {
        let mut desk = Desk::with(Options { banner: banner.to_owned(), ..Options::default() }).await;
        desk.jwt.clear();
        assert_eq!(desk.get("/api/v1/auth/banners/pre-auth").await.json()["value"], banner);
    }
}

#[tokio::test]
async fn dm_06_a_taken_port_is_an_error_and_a_dropped_server_frees_it() {
    let desk = Desk::open().await;
    let listen = desk.demo.base().strip_prefix("http://").unwrap().parse().unwrap();
    let options = Options { listen, ..Options::default() };
    let why = Demo::start(options.clone()).await.unwrap_err();
    assert!(why.to_string().starts_with("can not listen on 127.0.0.1:"), "{why}");
    desk.demo.shutdown().await;
    assert_eq!(Demo::start(options).await.unwrap().base(), format!("http://{listen}"));
}
