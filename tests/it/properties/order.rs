//! The kept order of the rows against sorting and filtering everything anew.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use cckm_tui::app::field::Field;
use std::cmp::Ordering;

use cckm_tui::app::age;
use cckm_tui::app::list::{By, Column, Filter, News, Places, Row, RowKey, Rows, Sort, Taken};
use cckm_tui::app::query::{self, Subject, Time};
use cckm_tui::domain::{Listed, Moment, Organization, OrganizationId, Page, Record};
use proptest::prelude::*;

use super::config;
use crate::support::records::{damaged, named};

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<(usize, u8, u8)>, bool),
    PutDamaged,
    Retain(u64),
    Type(&'static str),
    Sort(By, Option<By>),
    LookedAt(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let record = (0..80_usize, 0..5_u8, 0..4_u8);
    let columns: Vec<Column> =
        Column::KNOWN.into_iter().chain([Column::Other(0), Column::Other(1)]).collect();
    let by = (prop::sample::select(columns), any::<bool>())
        .prop_map(|(column, descending)| By { column, descending });
    prop_oneof![
        4 => (prop::collection::vec(record, 0..60), any::<bool>()).prop_map(|(put, mark)| Step::Put(put, mark)),
        1 => Just(Step::PutDamaged),
        1 => any::<u64>().prop_map(Step::Retain),
        3 => prop::sample::select(vec![
            "", "a", "ac", "acme", "acme s", "s", "c-1", "zz", "00000007", "!acme", "!a", "~ame", "conn=c-1*", "re:^a",
            "re:[", "conn=\"\"",
        ])
            .prop_map(Step::Type),
        3 => (by.clone(), prop::option::of(by)).prop_map(|(first, second)| Step::Sort(first, second)),
        1 => (0..20_usize).prop_map(Step::LookedAt),
    ]
}

fn made(n: usize, name: u8, connection: u8) -> Organization {
    let names = ["Acme", "acme sur", "Zenith", "ÄCME"];
    let times =
        ["2026-01-01T10:00:00Z", "2026-01-01T11:00:00+02:00", "yesterday", "", "2026-01-01T09:00:00Z"];
    let others =
        ["", "1", "x\u{0}", "a text of more than sixteen bytes", "a text of more than sixteen letters"];
    let others = ["account", "x"].map(|key| (key.to_owned(), others[(n + key.len()) % others.len()].into()));
    let json = serde_json::Value::Object(others.into_iter().take(1 + n % 2).collect());
    Organization {
        // Two of them differ in letter case alone.
        id: OrganizationId::new(&format!("{:08}-{}", n / 2, ["a", "A"][n % 2])).unwrap(),
        updated_at: times[usize::from(name) % times.len()].into(),
        created_at: times[n % times.len()].into(),
        kind: ["Regular", "Sandbox"][n % 2].into(),
        json: json.to_string().into(),
        ..named(n, names[usize::from(name) % 4], ["", "c-1", "c-2", "c-10"][usize::from(connection) % 4])
    }
}

/// How two rows are ordered by one column, from its meaning.
fn by(one: &Row, two: &Row, by: By) -> Ordering {
    let text = |row: &Row| {
        let one = row.organization().unwrap();
        match by.column {
            Column::Name => name(row),
            Column::OrgId => one.organization_id.as_sent().to_owned(),
            Column::Type => one.kind.as_sent().to_owned(),
            Column::Connection => one.connection.as_sent().to_owned(),
            Column::Updated => one.updated_at.as_sent().to_owned(),
            Column::Cloud => one.cloud_name.as_sent().to_owned(),
            Column::Created => one.created_at.as_sent().to_owned(),
            Column::Id => id(row),
            Column::Uri => one.uri.as_sent().to_owned(),
            Column::Other(place) => {
                let key = ["account", "x"][usize::from(place)];
                one.other(key).map(|other| other.as_sent().to_owned()).unwrap_or_default()
            }
        }
    };
    let (one, two) = (text(one), text(two));
    let times = |text: &str| age::parse(&text.into()).filter(|_| by.column.is_time());
    let order = times(&one).cmp(&times(&two)).then_with(|| one.cmp(&two));
    if by.descending { order.reverse() } else { order }
}

fn compare(one: &Row, two: &Row, sort: Sort) -> Ordering {
    match (one.organization(), two.organization()) {
        (Some(_), Some(_)) => by(one, two, sort.first)
            .then_with(|| sort.second.map_or(Ordering::Equal, |second| by(one, two, second)))
            .then_with(|| name(one).cmp(&name(two)))
            .then_with(|| id(one).cmp(&id(two))),
        (sound, other) => other.is_some().cmp(&sound.is_some()).then_with(|| one.key().cmp(&two.key())),
    }
}

/// The columns of a row as a query sees them.
fn words(row: &Row) -> String {
    match &row.record {
        Record::Sound(listed) => {
            let one = listed.organization();
            let values = [&one.name, &one.organization_id, &one.kind, &one.connection];
            let values = values.map(|value| value.display().as_str().to_lowercase());
            let id = one.id.as_str().to_lowercase();
            format!("{}\n{id}\n{}", values.join("\n"), one.cloud_name.display())
        }
        Record::Damaged(damaged) => damaged.json.display().as_str().to_lowercase(),
    }
}

/// What ids are ordered by: letter case decides where nothing else does.
fn id(row: &Row) -> String {
    let id = row.organization().map(|one| one.id.as_str().to_owned()).unwrap_or_default();
    format!("{}\0{id}", id.to_lowercase())
}

/// A row as the filter sees it.
struct Looked<'a> {
    lower: String,
    row: &'a Row,
}

impl Subject for Looked<'_> {
    fn lower(&self, column: usize) -> Option<Cow<'_, str>> {
        self.lower.split('\n').nth(column).map(Cow::Borrowed)
    }

    fn displayed(&self, column: usize) -> Option<Cow<'_, str>> {
        Some(query::Field::ALL[column].displayed(self.row.listed()?))
    }

    fn time(&self, _: Time) -> Option<i128> {
        None
    }
}

fn name(row: &Row) -> String {
    row.organization().map(|one| one.name.display().as_str().to_lowercase()).unwrap_or_default()
}

/// The rows under test beside a model that sorts and filters everything each time.
#[derive(Default)]
struct Pair {
    rows: Rows,
    filter: Filter,
    sort: Sort,
    model: BTreeMap<RowKey, Record<Listed>>,
}

impl Pair {
    fn put(&mut self, records: Vec<Record<Organization>>, mark: bool) {
        let page = Page::new(0, None, records).listed();
        for record in &page.records {
            self.model.insert(Row::new(record.clone()).key(), record.clone());
        }
        let news = if mark { News::All(Moment::START) } else { News::None };
        self.rows.take_in(page.into(), news, None, &Places::default());
        self.rows.settle(self.sort, &self.filter);
    }

    fn apply(&mut self, step: Step) {
        match step {
            Step::Put(records, mark) => {
                self.put(records.into_iter().map(|(n, a, b)| Record::Sound(made(n, a, b))).collect(), mark);
            }
            Step::PutDamaged => self.put(vec![damaged()], false),
            Step::Retain(bits) => {
                let kept = self.model.keys().enumerate().filter(|(nth, _)| (bits >> (nth % 64)) & 1 == 1);
                let kept: HashSet<RowKey> = kept.map(|(_, key)| key.clone()).collect();
                let places = kept.iter().map(|key| self.rows.place(key).unwrap()).collect();
                self.rows.retain(&places, self.sort, &self.filter);
                self.model.retain(|key, _| kept.contains(key));
            }
            Step::Type(text) => {
                self.filter.field = Field::holding(text);
                match self.filter.take_text(0) {
                    Taken::Nothing => {}
                    Taken::Narrower => self.rows.narrow(&self.filter),
                    Taken::Other => self.rows.filter(&self.filter),
                }
            }
            Step::Sort(first, second) => {
                self.sort = Sort { first, second: second.filter(|second| second.column != first.column) };
                self.rows.sort(self.sort, &self.filter);
            }
            Step::LookedAt(at) => {
                if let Some(key) = self.rows.at(at).map(Row::key) {
                    self.rows.looked_at(&key);
                }
            }
        }
    }

    /// What is shown, computed from nothing.
    fn expected(&self) -> Vec<RowKey> {
        let mut rows: Vec<Row> = self.model.values().map(|record| Row::new(record.clone())).collect();
        rows.retain(|row| {
            let (lower, row) = (words(row), row);
            self.filter.query().matches(&Looked { lower, row })
        });
        rows.sort_by(|one, two| compare(one, two, self.sort));
        rows.into_iter().map(|row| row.key()).collect()
    }

    fn shown(&self) -> Vec<RowKey> {
        (0..self.rows.shown()).map(|at| self.rows.at(at).unwrap().key()).collect()
    }

    /// How many records name a connection.
    fn uses(&self, connection: &str) -> usize {
        let sound = self.model.values().filter_map(|record| match record {
            Record::Sound(listed) => Some(listed),
            Record::Damaged(_) => None,
        });
        sound.filter(|organization| organization.connection() == connection).count()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn the_kept_order_and_the_kept_counts_are_those_of_counting_anew(
        steps in prop::collection::vec(step(), 0..30),
    ) {
        let mut pair = Pair::default();
        for step in steps {
            pair.apply(step);
            let shown = pair.shown();
            prop_assert_eq!(&shown, &pair.expected());
            prop_assert_eq!(pair.rows.len(), pair.model.len());
            for (at, key) in shown.iter().enumerate() {
                prop_assert_eq!(pair.rows.position(key, 0), Some(at));
            }
            for connection in ["c-1", "c-2", "c-10"] {
                prop_assert_eq!(pair.rows.uses(&connection.into()), pair.uses(connection));
            }
            let marked = pair.model.keys().filter(|key| pair.rows.get(key).unwrap().changed().is_some());
            prop_assert_eq!(pair.rows.changed(), marked.count());
        }
    }
}
