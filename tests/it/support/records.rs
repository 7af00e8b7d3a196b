//! Made-up records.

use cckm_tui::domain::{Connection, ConnectionState, Organization, OrganizationId, Page, Record};

/// A field that we have no name for.
const ACCOUNT: &str = "kylo:kylo:admin:accounts:kylo";

/// An id made from a number.
pub fn id(n: usize) -> OrganizationId {
    OrganizationId::new(&format!("00000000-0000-4000-8000-{n:012}")).unwrap()
}

/// An organization made from a number: equal numbers give equal records.
pub fn organization(n: usize) -> Organization {
    let id = id(n);
    let json = format!(
        r#"{{"id":"{id}","account":"{ACCOUNT}","name":"Organization {n:06}","connection":"sfdc-{}"}}"#,
        n % 7
    );
    Organization {
        name: format!("Organization {n:06}").into(),
        organization_id: format!("00D{n:012}AAA").into(),
        connection: format!("sfdc-{}", n % 7).into(),
        cloud_name: "sfdc".into(),
        kind: "Regular".into(),
        created_at: "2021-07-22T07:10:29.96176Z".into(),
        updated_at: "2026-01-02T03:04:05Z".into(),
        uri: format!("kylo:kylo:cckm:sfdc-organization:{id}").into(),
        json: json.into(),
        id,
    }
}

/// The documented organization.
pub fn thales() -> Organization {
    let json = include_str!("../../fixtures/thales.json");
    Organization {
        id: OrganizationId::new("2473e846-31a8-4ee6-8299-17025548b4e2").unwrap(),
        name: "Thales".into(),
        organization_id: "00DB000000040bIMAQ".into(),
        connection: "sfdc-connection".into(),
        updated_at: "2021-07-21T10:55:21.796772Z".into(),
        created_at: "2021-07-21T10:55:21.793126Z".into(),
        uri: "kylo:kylo:cckm:sfdc-organization:2473e846-31a8-4ee6-8299-17025548b4e2".into(),
        json: json.trim_end().into(),
        ..organization(0)
    }
}

/// An organization of a name and a connection, numbered.
pub fn named(n: usize, name: &str, connection: &str) -> Organization {
    let json =
        format!(r#"{{"id":"{}","account":"{ACCOUNT}","name":"{name}","connection":"{connection}"}}"#, id(n));
    let (name, connection) = (name.into(), connection.into());
    Organization { name, connection, json: json.into(), ..organization(n) }
}

/// A record that cannot be understood.
pub fn damaged() -> Record<Organization> {
    Record::damaged(r#"{"id":"a/b","name":"Odd"}"#.into(), "id: cannot be one segment of a path".into())
}

/// The same organization with another connection, updated later.
pub fn moved(organization: &Organization, connection: &str) -> Organization {
    Organization {
        connection: connection.into(),
        updated_at: "2026-11-23T18:00:00.647946784Z".into(),
        ..organization.clone()
    }
}

/// A connection.
pub fn connection(name: &str, state: ConnectionState) -> Connection {
    let json = format!(r#"{{"id":"id-of-{name}","name":"{name}","products":["cckm"]}}"#);
    Connection {
        id: format!("id-of-{name}").into(),
        cloud_name: "Salesforce Cloud".into(),
        state,
        tested_at: "2026-11-23T08:00:00Z".into(),
        created_at: "2024-02-29T10:00:00Z".into(),
        updated_at: "2026-11-01T09:30:00Z".into(),
        uri: format!("kylo:kylo:connectionmgmt:connections:{name}").into(),
        json: json.into(),
        ..Connection::named(&name.into())
    }
}

/// A page that starts at `skip` and says `total`.
pub fn page(skip: usize, total: usize, organizations: Vec<Organization>) -> Page<Organization> {
    Page::new(skip, Some(total), organizations.into_iter().map(Record::Sound).collect())
}
