//! Discover, add, change, delete.

use reqwest::Method;
use serde_json::{Value, json};

use super::support::{CONNECTIONS, Desk, ORGANIZATIONS, THALES, fixture, keys, same};

const DISCOVER: &str = "/api/v1/cckm/sfdc/get-organizations";
const ADD: &str = "/api/v1/cckm/sfdc/add-organizations";

#[tokio::test]
async fn a_connection_to_several_organizations_answers_an_array_with_those_not_added() {
    let desk = Desk::open().await;
    let answer = desk.post(DISCOVER, &json!({ "connection": "sfdc-eu-2025" })).await.json();
    let found = answer.as_array().unwrap();
    assert!(found.len() > 10);
    assert!(found.iter().any(|one| one["name"] == "Łańcut Ceramika S.A."));
    for one in found {
        assert_eq!(keys(one), keys(&fixture("sfdc-get-organizations.response")));
        assert_eq!(one["connection"], "sfdc-eu-2025");
    }
}

#[tokio::test]
async fn the_crossed_connection_reaches_another_organization_than_its_name_says() {
    let desk = Desk::open().await;
    let answer = desk.post(DISCOVER, &json!({ "connection": "sfdc-treasury-2025" })).await.json();
    assert_eq!(answer["name"], "Payroll Services");
    let id = desk.id_of("Treasury Operations", "sfdc-treasury-2024").await;
    let path = format!("{ORGANIZATIONS}/{id}");
    let answer = desk.patch(&path, &json!({ "connection": "sfdc-treasury-2025" })).await;
    let organization = desk.get(&path).await.json()["organization_id"].as_str().unwrap().to_owned();
    let text = format!(
        "NCERRBadRequest: connection sfdc-treasury-2025 does not have access to organization {organization}"
    );
    assert_eq!(answer.refusal(), (400, text));
}

#[tokio::test]
async fn a_failing_connection_can_not_discover_and_passes_on_what_salesforce_says() {
    let desk = Desk::open().await;
    let (status, text) = desk.post(DISCOVER, &json!({ "connection": "legacy-sfdc" })).await.refusal();
    assert_eq!(status, 400);
    assert!(text.ends_with("invalid_grant: authentication failure"), "{text}");
}

#[tokio::test]
async fn a_connection_that_does_not_exist_is_not_found_anywhere() {
    let desk = Desk::open().await;
    let body = json!({ "connection": "nobody", "sfdc_org_id": "00DB000000040bIMAQ" });
    for answer in [
        desk.post(DISCOVER, &body).await,
        desk.post(ADD, &body).await,
        desk.patch(&format!("{ORGANIZATIONS}/{THALES}"), &body).await,
    ] {
        assert_eq!(answer.status, 404);
        same(&answer.json(), &fixture("error.404.not-found"));
    }
}

#[tokio::test]
async fn a_deleted_organization_can_be_added_again_under_a_new_id() {
    let desk = Desk::open().await;
    assert_eq!(desk.delete(&format!("{ORGANIZATIONS}/{THALES}")).await.status, 204);
    // The 15-character form is accepted, and stored as 18.
    let body = json!({ "connection": "sfdc-connection", "sfdc_org_id": "00DB000000040bI" });
    let answer = desk.post(ADD, &body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let document = answer.json();
    let documented = fixture("sfdc-add-organizations.response");
    assert_eq!(keys(&document), keys(&documented));
    for field in ["name", "organization_id", "connection", "cloud_name", "type", "account"] {
        assert_eq!(document[field], documented[field]);
    }
    assert_ne!(document["id"], documented["id"]);
    assert_eq!(desk.post(ADD, &body).await.status, 409);
}

#[tokio::test]
async fn an_organization_out_of_reach_is_not_added() {
    let desk = Desk::open().await;
    for id in ["00DB000000040bIMAQ", "00D000000000000AAA", "nonsense"] {
        let body = json!({ "connection": "sfdc-latam", "sfdc_org_id": id });
        assert_eq!(desk.post(ADD, &body).await.status, 400, "{id}");
    }
}

#[tokio::test]
async fn a_connection_may_be_named_by_name_id_or_uri_and_is_stored_by_name() {
    let desk = Desk::open().await;
    let connection = desk.get(&format!("{CONNECTIONS}/new-sfdc-connection")).await.json();
    for reference in [&connection["name"], &connection["id"], &connection["uri"]] {
        let path = format!("{ORGANIZATIONS}/{THALES}");
        let answer = desk.patch(&path, &json!({ "connection": reference, "name": "ignored" })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(
            (&answer.json()["connection"], &answer.json()["name"]),
            (&json!("new-sfdc-connection"), &json!("Thales"))
        );
    }
}

#[tokio::test]
async fn changes_are_kept_in_order_with_before_and_after() {
    let desk = Desk::open().await;
    let path = format!("{ORGANIZATIONS}/{THALES}");
    for connection in ["new-sfdc-connection", "new-sfdc-connection", "sfdc-connection"] {
        assert_eq!(desk.patch(&path, &json!({ "connection": connection })).await.status, 200);
    }
    desk.patch(&path, &json!({ "connection": "sfdc-latam" })).await;
    let history: Vec<_> =
        desk.demo.history().into_iter().map(|one| (one.sequence, one.id, one.old, one.new)).collect();
    let change =
        |sequence, old: &str, new: &str| (sequence, THALES.to_owned(), old.to_owned(), new.to_owned());
    assert_eq!(
        history,
        [
            change(1, "sfdc-connection", "new-sfdc-connection"),
            change(2, "new-sfdc-connection", "new-sfdc-connection"),
            change(3, "new-sfdc-connection", "sfdc-connection"),
        ]
    );
}

#[tokio::test]
async fn another_persons_change_shows_at_the_next_look() {
    let desk = Desk::open().await;
    let path = format!("{ORGANIZATIONS}/{THALES}");
    let before = desk.get(&path).await.json();
    assert!(desk.demo.change_connection(THALES, "new-sfdc-connection"));
    let after = desk.get(&path).await.json();
    assert_eq!(after["connection"], "new-sfdc-connection");
    assert_ne!(after["updatedAt"], before["updatedAt"]);
    assert!(desk.demo.history().is_empty());
    assert!(desk.demo.delete_organization(THALES) && !desk.demo.delete_organization(THALES));
    assert_eq!(desk.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_document_put_in_is_served_byte_for_byte() {
    let desk = Desk::open().await;
    let text = r#"{ "id":"odd",  "name":"\u001b[31mred", "connection":null, "labels":{"a":[1.50,2]} }"#;
    desk.demo.put_organization(text).unwrap();
    assert_eq!(desk.get(&format!("{ORGANIZATIONS}/odd")).await.text, text);
    assert!(desk.get(&format!("{ORGANIZATIONS}?limit=-1")).await.text.contains(text));
}

#[tokio::test]
async fn bodies_that_will_not_do_are_refused_as_decided() {
    let desk = Desk::open().await;
    let path = format!("{ORGANIZATIONS}/{THALES}");
    for (body, status, expected) in [
        ("{", 400, fixture("error.400.bad-json")),
        ("", 400, fixture("error.400.bad-json")),
        ("{}", 422, fixture("error.422.validation")),
        (r#"{"connection":null}"#, 422, fixture("error.422.validation")),
        (r#"{"connection":"  "}"#, 422, fixture("error.422.validation")),
    ] {
        let answer = desk.send(Method::PATCH, &path, body).await;
        assert_eq!(answer.status, status, "{body}");
        same(&answer.json(), &expected);
    }
    assert_eq!(desk.send(Method::PATCH, &path, "[]").await.status, 422);
    assert_eq!(desk.send(Method::PATCH, &path, r#"{"connection":7}"#).await.status, 422);
    let both = desk.post(ADD, &json!({})).await.refusal().1;
    let lines = "connection: connection is a required field\nsfdc_org_id: sfdc_org_id is a required field";
    assert_eq!(both, format!("Validation errors:\n{lines}"));
    assert!(desk.demo.history().is_empty());
}

#[tokio::test]
async fn unknown_paths_and_wrong_methods_answer_in_json() {
    let desk = Desk::open().await;
    for path in ["/", "/api/v1", "/api/v1/nothing", "/api/v1/cckm/sfdc/organizations/x/y", "/index.html"] {
        let answer = desk.get(path).await;
        assert_eq!(answer.status, 404, "{path}");
        same(&answer.json(), &fixture("error.404.not-found"));
    }
    let answer = desk.patch(ORGANIZATIONS, &json!({})).await;
    assert_eq!(answer.refusal(), (405, "NCERRMethodNotAllowed: Method not allowed".to_owned()));
    assert_eq!(desk.delete("/api/v1/cckm/sfdc/add-organizations").await.status, 405);
}

#[tokio::test]
async fn one_trailing_slash_is_ignored_everywhere() {
    let desk = Desk::open().await;
    for path in ["/api/v1/auth/self/user", "/api/v1/usermgmt/users", CONNECTIONS, ORGANIZATIONS] {
        let (with, without) =
            (desk.get(&format!("{path}/?limit=3")).await, desk.get(&format!("{path}?limit=3")).await);
        assert_eq!((with.status, &with.text), (200, &without.text), "{path}");
    }
    assert_eq!(desk.get(&format!("{ORGANIZATIONS}/{THALES}/")).await.status, 200);
    assert_eq!(desk.get(&format!("{ORGANIZATIONS}//")).await.status, 404);
}

#[tokio::test]
async fn an_undecodable_path_is_not_found() {
    let desk = Desk::open().await;
    assert_eq!(desk.get(&format!("{ORGANIZATIONS}/%ff")).await.json(), fixture("error.404.not-found"));
}

#[tokio::test]
async fn a_force_deleted_connection_leaves_its_name_behind() {
    let desk = Desk::open().await;
    assert_eq!(desk.delete(&format!("{CONNECTIONS}/sfdc-connection")).await.status, 409);
    let id = fixture("salesforce-connections.create.response")["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/connectionmgmt/connections/{id}/delete");
    assert_eq!(desk.post(&path, &json!({})).await.status, 409);
    assert_eq!(desk.post(&path, &fixture("connections.force-delete.request")).await.status, 204);
    assert_eq!(desk.get(&format!("{CONNECTIONS}/sfdc-connection")).await.status, 404);
    let organization: Value = desk.get(&format!("{ORGANIZATIONS}/{THALES}")).await.json();
    assert_eq!(organization["connection"], "sfdc-connection");
}
