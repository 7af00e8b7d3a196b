//! Connections, users, groups.

use serde_json::{Value, json};

use super::support::{CONNECTIONS, Desk, ORGANIZATIONS, THALES, encoded, fixture, keys, same};

const TEST: &str = "/api/v1/connectionmgmt/services/salesforce/connection-test";
const ALL: &str = "/api/v1/connectionmgmt/connections";

#[tokio::test]
async fn the_documented_connections_are_the_documented_ones() {
    let desk = Desk::open().await;
    for documented in fixture("salesforce-connections.list.response")["resources"].as_array().unwrap() {
        for field in ["name", "id", "uri"] {
            let reference = encoded(documented[field].as_str().unwrap());
            same(&desk.get(&format!("{CONNECTIONS}/{reference}")).await.json(), documented);
        }
    }
}

#[tokio::test]
async fn connections_are_filtered_by_state_name_and_date() {
    let desk = Desk::open().await;
    let total = async |query: &str| desk.get(&format!("{CONNECTIONS}?{query}")).await.total();
    let all = total("limit=1").await;
    let (ready, fail, untested) = (
        total("last_connection_ok=true").await,
        total("last_connection_ok=false").await,
        total("last_connection_ok=null").await,
    );
    assert!(ready > 0 && fail > 0 && untested > 0);
    assert_eq!(ready + fail + untested, all);
    assert_eq!(total("name=sfdc-eu-*").await, 2);
    assert_eq!(total("createdBefore=2022-01-01T00:00:00Z").await, 3);
    assert_eq!(total("createdAfter=2022-01-01T00:00:00Z").await, all - 3);
    assert_eq!(total("products=cckm").await, all);
    assert_eq!(desk.get(&format!("{CONNECTIONS}?last_connection_ok=maybe")).await.status, 400);
}

#[tokio::test]
async fn the_list_of_all_services_has_others_too() {
    let desk = Desk::open().await;
    let salesforce = desk.get(CONNECTIONS).await.total();
    assert_eq!(desk.get(ALL).await.total(), salesforce + 2);
    assert_eq!(desk.get(&format!("{ALL}?service=salesforce")).await.total(), salesforce);
    assert_eq!(desk.get(&format!("{CONNECTIONS}/aws-backup")).await.status, 404);
    let answer =
        desk.patch(&format!("{ORGANIZATIONS}/{THALES}"), &json!({ "connection": "aws-backup" })).await;
    assert_eq!(answer.status, 404);
}

#[tokio::test]
async fn a_connection_is_made_without_showing_its_secret() {
    let desk = Desk::open().await;
    let mut body = fixture("salesforce-connections.create-client-credential.request");
    assert_eq!(desk.post(CONNECTIONS, &body).await.status, 409);
    body["name"] = json!("Second Connection");
    body["client_secret"] = json!("the secret");
    let answer = desk.post(CONNECTIONS, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert!(!answer.text.contains("the secret"));
    let document = answer.json();
    let documented = fixture("salesforce-connections.create.response");
    let untested: Vec<&str> =
        keys(&documented).into_iter().filter(|key| !key.starts_with("last_connection")).collect();
    assert_eq!(keys(&document), untested);
    let id = document["id"].as_str().unwrap();
    assert_eq!(document["uri"], format!("kylo:kylo:connectionmgmt:connections:second-connection-{id}"));
}

#[tokio::test]
async fn a_new_connection_with_the_same_my_domain_reaches_the_same_organizations() {
    let desk = Desk::open().await;
    let body =
        json!({ "name": "sfdc-eu-2026", "cloud_name": "Salesforce Cloud", "domain_name": "thales-eu" });
    assert_eq!(desk.post(CONNECTIONS, &body).await.status, 201);
    let id = desk.id_of("Café Zoë", "sfdc-eu-2024").await;
    let path = format!("{ORGANIZATIONS}/{id}");
    assert_eq!(desk.patch(&path, &json!({ "connection": "sfdc-eu-2026" })).await.status, 200);
    let body = json!({ "name": "stranger", "cloud_name": "Salesforce Cloud" });
    assert_eq!(desk.post(CONNECTIONS, &body).await.status, 201);
    assert_eq!(desk.patch(&path, &json!({ "connection": "stranger" })).await.status, 400);
    let organization = desk.get(&path).await.json()["organization_id"].as_str().unwrap().to_owned();
    desk.demo.grant("stranger", &organization);
    assert_eq!(desk.patch(&path, &json!({ "connection": "stranger" })).await.status, 200);
}

#[tokio::test]
async fn a_connection_that_asks_for_a_certificate_gets_one() {
    let desk = Desk::open().await;
    let mut body = fixture("salesforce-connections.create-certificate.request");
    body["name"] = json!("with-certificate");
    let first = desk.post(CONNECTIONS, &body).await.json()["certificate"].clone();
    assert!(first.as_str().unwrap().starts_with("-----BEGIN CERTIFICATE-----"));
    let path = format!("{CONNECTIONS}/with-certificate");
    let second = desk.patch(&path, &json!({ "regenerate_certificate": true })).await.json();
    assert_ne!(second["certificate"], first);
    let forever = json!({ "regenerate_certificate": true, "cert_duration": u64::MAX });
    assert_eq!(desk.patch(&path, &forever).await.status, 200);
}

#[tokio::test]
async fn a_connection_keeps_its_name_and_takes_everything_else() {
    let desk = Desk::open().await;
    let path = format!("{CONNECTIONS}/sfdc-connection");
    let answer = desk.patch(&path, &json!({ "name": "other" })).await;
    assert_eq!(answer.refusal(), (400, "NCERRBadRequest: name cannot be changed".to_owned()));
    let answer = desk.patch(&path, &fixture("salesforce-connections.update.request")).await.json();
    assert_eq!(answer["description"], "Production org (rotated secret)");
    assert_ne!(answer["updatedAt"], fixture("salesforce-connections.create.response")["updatedAt"]);
    for bad in [json!({ "cloud_name": "AWS" }), json!({ "labels": [] })] {
        assert!(desk.patch(&path, &bad).await.status >= 400, "{bad}");
    }
}

#[tokio::test]
async fn a_test_tells_the_truth_and_is_remembered() {
    let desk = Desk::open().await;
    for (name, expected) in [("new-sfdc-connection", true), ("legacy-sfdc", false)] {
        let path = format!("{CONNECTIONS}/{name}");
        let answer = desk.post(&format!("{path}/test"), &json!({})).await.json();
        assert_eq!(answer["connection_ok"], expected);
        let stored = desk.get(&path).await.json();
        assert_eq!(stored["last_connection_ok"], expected);
        assert_eq!(stored.get("last_connection_error").is_some(), !expected);
    }
    same(
        &desk.post(&format!("{CONNECTIONS}/sfdc-mea/test"), &json!({})).await.json(),
        &fixture("salesforce-connections.test.response-ok"),
    );
}

#[tokio::test]
async fn new_credentials_mend_a_failing_connection() {
    let desk = Desk::open().await;
    let path = format!("{CONNECTIONS}/sfdc-apac-2025");
    desk.patch(&path, &json!({ "client_secret": "right this time" })).await;
    assert!(desk.get(&path).await.json().get("last_connection_ok").is_none());
    assert_eq!(desk.post(&format!("{path}/test"), &json!({})).await.json()["connection_ok"], true);
    let id = desk.id_of("대한전자 주식회사", "sfdc-apac-2024").await;
    let answer =
        desk.patch(&format!("{ORGANIZATIONS}/{id}"), &json!({ "connection": "sfdc-apac-2025" })).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn parameters_are_tested_without_being_stored() {
    let desk = Desk::open().await;
    let before = desk.get(CONNECTIONS).await.total();
    let known = fixture("salesforce-connection-test.request");
    same(&desk.post(TEST, &known).await.json(), &fixture("salesforce-connections.test.response-ok"));
    let unknown = json!({ "cloud_name": "Salesforce Cloud", "client_id": "nobody" });
    same(&desk.post(TEST, &unknown).await.json(), &fixture("salesforce-connections.test.response-fail"));
    assert_eq!(desk.post(TEST, &json!({})).await.status, 422);
    assert_eq!(desk.get(CONNECTIONS).await.total(), before);
}

#[tokio::test]
async fn an_unused_connection_is_deleted_for_good() {
    let desk = Desk::open().await;
    assert_eq!(desk.delete(&format!("{CONNECTIONS}/new-sfdc-connection")).await.status, 204);
    assert_eq!(desk.delete(&format!("{CONNECTIONS}/new-sfdc-connection")).await.status, 404);
    assert!(desk.demo.delete_connection("sfdc-connection"));
    assert_eq!(desk.get(&format!("{CONNECTIONS}/sfdc-connection")).await.status, 404);
}

#[tokio::test]
async fn users_are_found_by_name_group_and_id() {
    let desk = Desk::open().await;
    let users = "/api/v1/usermgmt/users";
    let admin = fixture("usermgmt-users.list.response")["resources"][0].clone();
    let list = desk.get(&format!("{users}/?username=admin")).await.json();
    same(&list, &fixture("usermgmt-users.list.response"));
    let id = encoded(admin["user_id"].as_str().unwrap());
    assert!(id.contains("%7C"));
    same(&desk.get(&format!("{users}/{id}")).await.json(), &admin);
    assert_eq!(
        desk.get(&format!("{users}?name={}", encoded("*Müller"))).await.column("username"),
        ["kmueller"]
    );
    assert_eq!(
        desk.get(&format!("{users}?groups=CCKM%20Users")).await.column("username"),
        ["jnowak", "kmueller"]
    );
    assert_eq!(desk.get(&format!("{users}?groups=nil")).await.column("username"), ["auditor"]);
    assert_eq!(desk.get(&format!("{users}/nobody")).await.status, 404);
}

#[tokio::test]
async fn groups_are_keyed_by_name() {
    let desk = Desk::open().await;
    let groups = "/api/v1/usermgmt/groups";
    let list = desk.get(&format!("{groups}/?limit=100")).await;
    let names = list.column("name");
    for documented in fixture("usermgmt-groups.list.response")["resources"].as_array().unwrap() {
        assert!(names.contains(&documented["name"].as_str().unwrap().to_owned()));
    }
    let one: Value = desk.get(&format!("{groups}/CCKM%20Users")).await.json();
    assert_eq!(one["users_count"], 2);
    assert_eq!(desk.get(&format!("{groups}/Nobody")).await.status, 404);
}
