//! The kept order of the rows against sorting and filtering everything anew.

use std::collections::{BTreeMap, HashSet};

use cckm_tui::app::field::Field;
use cckm_tui::app::list::{Column, Filter, Row, RowKey, Rows, Sort, Taken};
use cckm_tui::app::query::Subject;
use cckm_tui::domain::{Moment, Organization, Record};
use proptest::prelude::*;

use super::config;
use crate::support::records::{damaged, named};

#[derive(Clone, Debug)]
enum Step {
    Put(Vec<(usize, u8, u8)>, bool),
    PutDamaged,
    Retain(u64),
    Type(&'static str),
    Sort(usize, bool),
    LookedAt(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let record = (0..20_usize, 0..4_u8, 0..4_u8);
    prop_oneof![
        4 => (prop::collection::vec(record, 0..8), any::<bool>()).prop_map(|(put, mark)| Step::Put(put, mark)),
        1 => Just(Step::PutDamaged),
        1 => any::<u64>().prop_map(Step::Retain),
        3 => prop::sample::select(vec![
            "", "a", "ac", "acme", "acme s", "s", "c-1", "zz", "00000007", "!acme", "!a", "~ame", "conn=c-1*", "re:^a",
            "re:[", "conn=\"\"",
        ])
            .prop_map(Step::Type),
        1 => (0..Column::ALL.len(), any::<bool>()).prop_map(|(column, down)| Step::Sort(column, down)),
        1 => (0..20_usize).prop_map(Step::LookedAt),
    ]
}

fn made(n: usize, name: u8, connection: u8) -> Organization {
    let names = ["Acme", "acme sur", "Zenith", "ÄCME"];
    named(n, names[usize::from(name) % 4], ["", "c-1", "c-2", "c-10"][usize::from(connection) % 4])
}

/// The columns of a row as a query sees them.
fn words(row: &Row) -> String {
    match &row.record {
        Record::Sound(one) => {
            let values = [&one.name, &one.organization_id, &one.kind, &one.connection];
            let values = values.map(|value| value.display().as_str().to_lowercase());
            format!("{}\n{}\n{}", values.join("\n"), one.id, one.cloud_name.display())
        }
        Record::Damaged { json, reason: _ } => json.display().as_str().to_lowercase(),
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
    model: BTreeMap<RowKey, Record<Organization>>,
}

impl Pair {
    fn put(&mut self, records: Vec<Record<Organization>>, mark: bool) {
        for record in &records {
            self.model.insert(Row::new(record.clone()).key, record.clone());
        }
        self.rows.put(records, mark.then_some(Moment::START), self.sort, &self.filter);
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
                self.rows.retain(&kept, self.sort, &self.filter);
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
            Step::Sort(column, descending) => {
                self.sort = Sort { column: Column::ALL[column], descending };
                self.rows.sort(self.sort, &self.filter);
            }
            Step::LookedAt(at) => {
                if let Some(key) = self.rows.at(at).map(|row| row.key.clone()) {
                    self.rows.looked_at(&key);
                }
            }
        }
    }

    /// What is shown, computed from nothing.
    fn expected(&self) -> Vec<RowKey> {
        let mut rows: Vec<Row> = self.model.values().map(|record| Row::new(record.clone())).collect();
        rows.retain(|row| {
            let words = words(row);
            let sound = row.organization().is_some();
            self.filter.query().matches(Subject {
                words: &words,
                sound,
                updated: None,
                created: None,
                tested: None,
            })
        });
        rows.sort_by(|one, two| one.compare(two, (&name(one), &name(two)), self.sort));
        rows.into_iter().map(|row| row.key).collect()
    }

    fn shown(&self) -> Vec<RowKey> {
        (0..self.rows.shown()).map(|at| self.rows.at(at).unwrap().key.clone()).collect()
    }

    /// How many records name a connection.
    fn uses(&self, connection: &str) -> usize {
        let sound = self.model.values().filter_map(|record| match record {
            Record::Sound(organization) => Some(organization),
            Record::Damaged { .. } => None,
        });
        sound.filter(|organization| organization.connection.as_sent() == connection).count()
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
            let marked = pair.model.keys().filter(|key| pair.rows.get(key).unwrap().changed.is_some());
            prop_assert_eq!(pair.rows.changed(), marked.count());
        }
    }
}
