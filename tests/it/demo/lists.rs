//! Paging, sort and filters.

use std::collections::HashSet;

use cckm_tui::demo::Options;
use serde_json::json;

use super::support::{CONNECTIONS, Desk, ORGANIZATIONS, THALES, encoded, fixture, same};

#[tokio::test]
async fn a_list_of_one_is_the_documented_one() {
    let desk = Desk::open().await;
    let list = desk.get(&format!("{ORGANIZATIONS}?id={THALES}")).await;
    same(&list.json(), &fixture("sfdc-organizations.list.response"));
    assert_eq!(list.headers["content-type"], "application/json; charset=UTF-8");
}

#[tokio::test]
async fn without_a_limit_ten_rows_come_and_the_total_counts_all() {
    let desk = Desk::open().await;
    let list = desk.get(ORGANIZATIONS).await.json();
    assert_eq!((&list["skip"], &list["limit"]), (&json!(0), &json!(10)));
    assert_eq!(list["resources"].as_array().unwrap().len(), 10);
    assert_eq!(list["total"], desk.demo.organizations());
}

#[tokio::test]
async fn pages_join_to_the_whole_list() {
    let desk = Desk::open().await;
    let all = desk.get(&format!("{ORGANIZATIONS}?limit=-1&sort=name")).await.column("id");
    assert_eq!(all.len(), desk.demo.organizations());
    let mut joined = Vec::new();
    while joined.len() < all.len() {
        let path = format!("{ORGANIZATIONS}?skip={}&limit=7&sort=name", joined.len());
        joined.extend(desk.get(&path).await.column("id"));
    }
    assert_eq!(joined, all);
}

#[tokio::test]
async fn odd_pages_are_answered_as_decided() {
    let desk = Desk::open().await;
    let beyond = desk.get(&format!("{ORGANIZATIONS}?skip=100000&limit=5")).await.json();
    assert_eq!((&beyond["skip"], &beyond["resources"]), (&json!(100_000), &json!([])));
    assert_eq!(desk.get(&format!("{ORGANIZATIONS}?limit=0")).await.json()["limit"], 10);
    let invalid = fixture("error.400.invalid-param");
    for query in ["limit=ten", "limit=-2", "limit=1.5"] {
        let answer = desk.get(&format!("{ORGANIZATIONS}?{query}")).await;
        assert_eq!(answer.status, 400, "{query}");
        same(&answer.json(), &invalid);
    }
    for query in ["skip=-1", "skip=x"] {
        let answer = desk.get(&format!("{ORGANIZATIONS}?{query}")).await;
        let text = "NCERRInvalidParamValue: Invalid value for parameter 'skip'";
        assert_eq!(answer.refusal(), (400, text.to_owned()), "{query}");
    }
}

#[tokio::test]
async fn an_empty_server_answers_the_documented_empty_list() {
    let desk = Desk::open().await;
    desk.demo.clear_organizations();
    same(&desk.get(ORGANIZATIONS).await.json(), &fixture("sfdc-organizations.list-empty.response"));
}

#[tokio::test]
async fn rows_are_sorted_by_moment_not_by_letters() {
    let desk = Desk::open().await;
    let moments = async |sort: &str| -> Vec<jiff::Timestamp> {
        let list = desk.get(&format!("{ORGANIZATIONS}?limit=-1&sort={sort}")).await;
        list.column(sort.trim_start_matches('-')).iter().map(|text| text.parse().unwrap()).collect()
    };
    assert!(moments("updatedAt").await.is_sorted());
    assert!(moments("-createdAt").await.iter().rev().is_sorted());
    let default = desk.get(&format!("{ORGANIZATIONS}?limit=-1")).await.column("id");
    assert_eq!(default, desk.get(&format!("{ORGANIZATIONS}?limit=-1&sort=-createdAt")).await.column("id"));
}

#[tokio::test]
async fn several_sort_keys_work_one_after_the_other_and_ties_go_by_id() {
    let desk = Desk::open().await;
    let list = desk.get(&format!("{ORGANIZATIONS}?limit=-1&sort=type,-name,nonsense")).await;
    let rows: Vec<(String, String, String)> = list
        .column("type")
        .into_iter()
        .zip(list.column("name"))
        .zip(list.column("id"))
        .map(|((kind, name), id)| (kind, name, id))
        .collect();
    let mut expected = rows.clone();
    expected.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| b.1.cmp(&a.1)).then_with(|| a.2.cmp(&b.2)));
    assert_eq!(rows, expected);
    let unsorted = desk.get(&format!("{ORGANIZATIONS}?limit=-1&sort=nonsense")).await.column("id");
    assert!(unsorted.is_sorted());
}

#[tokio::test]
async fn missing_values_come_last_in_both_directions() {
    let desk = Desk::open().await;
    for sort in ["last_connection_at", "-last_connection_at"] {
        let list = desk.get(&format!("{CONNECTIONS}?limit=-1&sort={sort}")).await;
        let tested: Vec<bool> = list.column("last_connection_at").iter().map(|at| !at.is_empty()).collect();
        assert!(tested.iter().rev().is_sorted(), "{sort}: {tested:?}");
    }
}

#[tokio::test]
async fn each_filter_looks_at_its_field() {
    let desk = Desk::open().await;
    let total = async |query: &str| desk.get(&format!("{ORGANIZATIONS}?{query}")).await.total();
    let connection = fixture("salesforce-connections.create.response");
    assert_eq!(total(&format!("id={THALES}")).await, 1);
    assert_eq!(total("sfdc_org_id=00DB000000040bIMAQ").await, 1);
    assert_eq!(total("organization_id=nobody").await, desk.demo.organizations() as u64);
    assert_eq!(total("organization_type=Sandbox").await, 4);
    assert_eq!(total("name=Thales").await, 2);
    assert_eq!(total("name=Thales&organization_type=Regular").await, 1);
    assert_eq!(total("name=thales").await, 0);
    assert_eq!(total("name=Thales*").await, 3);
    assert_eq!(total(&format!("name={}", encoded("Müller*"))).await, 2);
    assert_eq!(total("connection=sfdc-connection").await, 1);
    assert_eq!(total(&format!("connection={}", connection["id"].as_str().unwrap())).await, 1);
    assert_eq!(total("connection=sfdc-eu-*").await, 14);
    assert_eq!(total("cloud_name=sfdc").await, desk.demo.organizations() as u64);
    assert_eq!(total("name=&connection=").await, desk.demo.organizations() as u64);
}

#[tokio::test]
async fn a_page_is_compressed_when_asked_for_and_only_then() {
    let desk = Desk::open().await;
    let url = format!("{}{ORGANIZATIONS}", desk.demo.base());
    let plain = reqwest::Client::builder().no_proxy().no_gzip().build().unwrap();
    let asked =
        plain.get(&url).bearer_auth(&desk.jwt).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(asked.headers()["content-encoding"], "gzip");
    assert_eq!(&asked.bytes().await.unwrap()[..2], [0x1f, 0x8b]);
    let unasked = plain.get(&url).bearer_auth(&desk.jwt).send().await.unwrap();
    assert!(unasked.headers().get("content-encoding").is_none());
}

#[tokio::test]
async fn the_asked_number_of_organizations_is_served_exactly() {
    for organizations in [1, 20, 412] {
        let desk = Desk::with(Options { organizations, ..Options::default() }).await;
        let list = desk.get(&format!("{ORGANIZATIONS}?limit=-1")).await;
        assert_eq!((list.total(), list.column("id").len()), (organizations as u64, organizations));
    }
}

#[tokio::test]
async fn a_hundred_thousand_organizations_are_listed_without_a_gap_or_a_double() {
    let desk = Desk::with(Options { organizations: 100_000, ..Options::default() }).await;
    let mut ids = HashSet::new();
    let mut salesforce = HashSet::new();
    for page in 0..10 {
        let path = format!("{ORGANIZATIONS}?skip={}&limit=10000&sort=name", page * 10_000);
        let list = desk.get(&path).await;
        assert_eq!(list.total(), 100_000);
        ids.extend(list.column("id"));
        salesforce.extend(list.column("organization_id"));
    }
    assert_eq!((ids.len(), salesforce.len()), (100_000, 100_000));
    let id = desk.get(&format!("{ORGANIZATIONS}?skip=99999&sort=name")).await.column("id").remove(0);
    let generated = desk.get(&format!("{ORGANIZATIONS}/{id}")).await;
    assert_eq!(generated.status, 200);
}

#[tokio::test]
async fn generated_organizations_are_the_same_each_time_and_can_be_rotated() {
    let options = Options { organizations: 500, ..Options::default() };
    let (one, two) = (Desk::with(options.clone()).await, Desk::with(options).await);
    let path = format!("{ORGANIZATIONS}?limit=-1&name=*&connection=sfdc-eu-2024&sort=name");
    let list = one.get(&path).await;
    assert_eq!(list.text, two.get(&path).await.text);
    for id in list.column("id") {
        let answer =
            one.patch(&format!("{ORGANIZATIONS}/{id}"), &json!({ "connection": "sfdc-eu-2025" })).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    assert_eq!(one.get(&path).await.total(), 0);
}
