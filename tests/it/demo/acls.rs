//! `update-acls`: incremental, checked as a whole before anything is applied.

use serde_json::{Value, json};

use super::support::{Desk, ORGANIZATIONS, Reply, THALES, fixture, keys};

async fn update(desk: &Desk, body: &Value) -> Reply {
    desk.post(&format!("{ORGANIZATIONS}/{THALES}/update-acls"), body).await
}

#[tokio::test]
async fn the_documented_walk_through() {
    let desk = Desk::open().await;
    let granted = update(&desk, &fixture("sfdc-organizations.update-acls.request-grant-group")).await.json();
    assert_eq!(granted["acls"][0]["actions"], json!(["view", "keycreate", "keyupload", "keyimport"]));
    let revoked = update(&desk, &fixture("sfdc-organizations.update-acls.request-revoke")).await.json();
    let documented = fixture("sfdc-organizations.update-acls.response");
    assert_eq!(revoked["acls"], documented["acls"]);
    assert_eq!(keys(&revoked), keys(&documented));
    let both = update(&desk, &fixture("sfdc-organizations.update-acls.request-grant-user")).await.json();
    assert_eq!(both["acls"][1]["actions"], json!(["view", "keydestroy"]));
    assert_eq!(both["acls"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_last_revoked_action_takes_the_entry_and_the_last_entry_the_list() {
    let desk = Desk::open().await;
    let order = |actions: Value, permit: bool| json!({ "acls": [{ "group": "CCKM Users", "actions": actions, "permit": permit }] });
    update(&desk, &order(json!("reportview"), true)).await;
    let left = update(&desk, &order(json!(["reportview"]), false)).await.json();
    assert_eq!(left["acls"], json!([{ "group": "CCKM Users", "actions": ["view"] }]));
    let gone = update(&desk, &order(json!(["view"]), false)).await.json();
    assert!(gone.get("acls").is_none());
    assert_eq!(keys(&gone), keys(&fixture("sfdc-organizations.get.response")));
}

#[tokio::test]
async fn one_bad_order_stops_all_of_them() {
    let desk = Desk::open().await;
    let good = json!({ "group": "CCKM Users", "actions": ["view"], "permit": true });
    for (bad, status) in [
        (json!({ "actions": ["view"], "permit": true }), 422),
        (json!({ "group": "CCKM Users", "user_id": "local|x", "actions": ["view"], "permit": true }), 422),
        (json!({ "group": "CCKM Users", "actions": [], "permit": true }), 422),
        (json!({ "group": "CCKM Users", "permit": true }), 422),
        (json!({ "group": "CCKM Users", "actions": ["view"] }), 422),
        (json!({ "group": "CCKM Users", "actions": ["fly"], "permit": true }), 400),
        (json!({ "group": "Nobody", "actions": ["view"], "permit": true }), 404),
        (json!({ "user_id": "local|nobody", "actions": ["view"], "permit": true }), 404),
        (json!("view"), 422),
    ] {
        let answer = update(&desk, &json!({ "acls": [good, bad] })).await;
        assert_eq!(answer.status, status, "{bad}: {}", answer.text);
    }
    assert_eq!(update(&desk, &json!({ "acls": [] })).await.status, 422);
    let organization = desk.get(&format!("{ORGANIZATIONS}/{THALES}")).await.json();
    assert!(organization.get("acls").is_none());
}
