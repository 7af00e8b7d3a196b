//! Records that came, with what the list makes of each. It is made beside the loop: no key waits for it.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::row::Row;
use super::words::{Said, Words};
use crate::domain::{Listed, Organization, Page, Record, RecordText};
use crate::text::{Skeleton, Untrusted};

/// A page, ready to be put among the rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// What the server counts.
    pub(super) total: Option<usize>,
    /// The rows in the server's order; their connections are places among `connections`.
    pub(super) rows: Vec<Row>,
    /// Messages are moved about, and small.
    pub(super) words: Box<Words>,
    /// The connections named on the records, each once, with what they look like.
    pub(super) connections: Vec<(Untrusted, Skeleton)>,
    /// The keys of fields that we have no name for.
    pub(super) others: Vec<Untrusted>,
}

impl Batch {
    fn of(page: Page<Listed>) -> Self {
        let Page { skip: _, total, records, others } = page;
        let mut batch = Self { total, others, ..Self::default() };
        let (mut known, mut said) = (HashMap::default(), Said::default());
        batch.rows.reserve_exact(records.len());
        for record in records {
            let row = match record {
                Record::Sound(listed) => {
                    let texts = listed.texts();
                    batch.words.push(&texts, &mut said);
                    let connection = batch.connection(&listed, texts.of(RecordText::Connection), &mut known);
                    let (digest, looks) = Row::marks(&texts);
                    Row::marked(Record::Sound(listed), digest, looks, connection)
                }
                Record::Damaged(damaged) => {
                    batch.words.push_damaged(&damaged.json);
                    Row::new(Record::Damaged(damaged))
                }
            };
            batch.rows.push(row);
        }
        batch
    }

    /// The records that came.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &Record<Listed>> {
        self.rows.iter().map(|row| &row.record)
    }

    /// The place of the connection that a record names. `known`: the places so far, by their names.
    fn connection(
        &mut self,
        listed: &Listed,
        name: &str,
        known: &mut HashMap<Box<str>, u32, RandomState>,
    ) -> u32 {
        if let Some(place) = known.get(name) {
            return *place;
        }
        let place = u32::try_from(self.connections.len()).unwrap_or(u32::MAX);
        known.insert(name.into(), place);
        self.connections.push((listed.part(name), Skeleton::of(name)));
        place
    }
}

impl From<Page<Listed>> for Batch {
    fn from(page: Page<Listed>) -> Self {
        Self::of(page)
    }
}

impl From<Page<Organization>> for Batch {
    fn from(page: Page<Organization>) -> Self {
        Self::of(page.listed())
    }
}

impl From<Organization> for Batch {
    fn from(organization: Organization) -> Self {
        Page::new(0, None, vec![Record::Sound(organization)]).into()
    }
}
