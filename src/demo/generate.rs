//! Made-up organizations for `--organizations N`: the same ones each time.

use jiff::{SignedDuration, Timestamp};
use uuid::Builder;

use super::clock::micros;
use super::documents::{Column, Record};
use super::salesforce_id;
use super::store::ORGANIZATION_COLUMNS;

/// Where rows live: territory, connections in use there, how names end.
const PLACES: [(&str, &[&str], &str); 6] = [
    ("eu", &["sfdc-eu-2024", "sfdc-eu-2024", "sfdc-eu-2024", "sfdc-eu-2025"], "Europe GmbH"),
    ("us", &["sfdc-us-2024", "sfdc-us-2024", "sfdc-us-2025"], "Inc."),
    ("apac", &["sfdc-apac-2024"], "アジア株式会社"),
    ("latam", &["sfdc-latam"], "Latinoamérica S.A."),
    ("mea", &["sfdc-mea"], "الشرق الأوسط"),
    ("sandbox", &["sfdc-sandbox-uat", "sfdc-sandbox-dev"], "(sandbox)"),
];
const BRANDS: [&str; 16] = [
    "Aurora",
    "Bäumler",
    "Castañeda",
    "Dąbrowski",
    "Évora",
    "Fjordland",
    "Górnik",
    "Hellas",
    "Ibérica",
    "Jørgensen",
    "Kestrel",
    "Łódź",
    "Meridian",
    "Nakamura",
    "Oriel",
    "Põhjala",
];
const TRADES: [&str; 12] = [
    "Logistics",
    "Insurance",
    "Energy",
    "Health",
    "Retail",
    "Banking",
    "Telecom",
    "Utilities",
    "Freight",
    "Pharma",
    "Foods",
    "Aviation",
];
const BASE62: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
/// 2021-03-01T00:00:00Z.
const FIRST: Timestamp = Timestamp::constant(1_614_556_800, 0);
/// Rows were created within five years of it.
const YEARS: u64 = 5 * 365 * 86_400 * 1_000_000;

/// One generated organization.
pub(super) struct Made {
    pub(super) record: Record,
    pub(super) organization_id: String,
    pub(super) territory: &'static str,
}

/// The organization number `index`, counted from 0.
pub(super) fn organization(index: u64) -> Made {
    let (territory, connections, ending) = pick(&PLACES, index).unwrap_or(("eu", &["sfdc-eu-2024"], ""));
    let connection = pick(connections, mix(index, 1)).unwrap_or_default();
    let brand = pick(&BRANDS, mix(index, 2)).unwrap_or_default();
    let trade = pick(&TRADES, mix(index, 3)).unwrap_or_default();
    let name = format!("{brand} {trade} {ending} {:05}", index + 1);
    let kind = if territory == "sandbox" { "Sandbox" } else { "Regular" };
    let (created, updated) = moments(index);
    let row = Row {
        id: id(index),
        organization_id: organization_id(index),
        name,
        connection,
        kind,
        created,
        updated,
    };
    Made { organization_id: row.organization_id.clone(), territory, record: row.record() }
}

struct Row {
    id: String,
    organization_id: String,
    name: String,
    connection: &'static str,
    kind: &'static str,
    created: Timestamp,
    updated: Timestamp,
}

impl Row {
    /// Written out by hand: 100,000 of them must not hold up the start. No text here needs an escape.
    fn record(self) -> Record {
        let Self { id, organization_id, name, connection, kind, created, updated } = self;
        let text = format!(
            concat!(
                r#"{{"id":"{id}","uri":"kylo:kylo:cckm:sfdc-organization:{id}","#,
                r#""account":"kylo:kylo:admin:accounts:kylo","application":"ncryptify:gemalto:admin:apps:kylo","#,
                r#""devAccount":"ncryptify:gemalto:admin:accounts:gemalto","#,
                r#""createdAt":"{created}","updatedAt":"{updated}","name":"{name}","#,
                r#""organization_id":"{organization_id}","connection":"{connection}","#,
                r#""cloud_name":"sfdc","type":"{kind}"}}"#
            ),
            id = id,
            created = micros(created),
            updated = micros(updated),
            name = name,
            organization_id = organization_id,
            connection = connection,
            kind = kind,
        );
        let column = |property: &&str| match *property {
            "id" => Column::Text(id.as_str().into()),
            "name" => Column::Text(name.as_str().into()),
            "organization_id" => Column::Text(organization_id.as_str().into()),
            "connection" => Column::Text(connection.into()),
            "cloud_name" => Column::Text("sfdc".into()),
            "type" => Column::Text(kind.into()),
            "createdAt" => Column::Moment(created),
            "updatedAt" => Column::Moment(updated),
            _ => Column::Missing,
        };
        let columns = ORGANIZATION_COLUMNS.iter().map(column).collect();
        Record::made(id.clone(), text, columns)
    }
}

fn id(index: u64) -> String {
    let mut bytes = [0; 16];
    let halves = mix(index, 4).to_be_bytes().into_iter().chain(mix(index, 5).to_be_bytes());
    bytes.iter_mut().zip(halves).for_each(|(byte, random)| *byte = random);
    Builder::from_random_bytes(bytes).into_uuid().to_string()
}

/// `00Dg8` (no seed begins so), four zeros, and six characters no other row has: the factor is prime to 62.
fn organization_id(index: u64) -> String {
    let mut left = index.wrapping_mul(0x9E37_79B1) % 62_u64.pow(6);
    let mut tail = Vec::new();
    for _ in 0..6 {
        tail.push(BASE62.get(usize::try_from(left % 62).unwrap_or_default()).copied().unwrap_or(b'A'));
        left /= 62;
    }
    let tail = String::from_utf8(tail).unwrap_or_default();
    let plain = format!("00Dg80000{tail}");
    salesforce_id::complete(&plain).unwrap_or(plain)
}

fn moments(index: u64) -> (Timestamp, Timestamp) {
    let created = after(FIRST, mix(index, 6) % YEARS);
    let never_changed = mix(index, 7).is_multiple_of(4);
    let updated = if never_changed { created } else { after(created, mix(index, 8) % (YEARS / 10)) };
    (created, updated)
}

fn after(moment: Timestamp, micros: u64) -> Timestamp {
    let span = SignedDuration::from_micros(i64::try_from(micros).unwrap_or_default());
    moment.checked_add(span).unwrap_or(moment)
}

fn pick<T: Copy>(choices: &[T], number: u64) -> Option<T> {
    let place = number % (choices.len() as u64).max(1);
    choices.get(usize::try_from(place).unwrap_or_default()).copied()
}

/// A number that looks random and is not: `SplitMix64` of the row and the purpose.
const fn mix(index: u64, purpose: u64) -> u64 {
    let mut z = index.wrapping_mul(31).wrapping_add(purpose).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
