//! Records that came, with what the list makes of each. It is made beside the loop: no key waits for it.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::row::Row;
use super::words::{Said, Words};
use crate::domain::{Organization, Page, Record};
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
    fn of(page: Page<Arc<Organization>>) -> Self {
        let Page { skip: _, total, records, others } = page;
        let mut batch = Self { total, others, ..Self::default() };
        let mut known: HashMap<Untrusted, u32, RandomState> = HashMap::default();
        let mut said = Said::default();
        batch.rows.reserve_exact(records.len());
        for record in records {
            batch.words.push(&record, &mut said);
            let connection = match &record {
                Record::Sound(organization) => {
                    let name = &organization.connection;
                    known.get(name).copied().unwrap_or_else(|| {
                        let place = batch.connection(name);
                        known.insert(name.clone(), place);
                        place
                    })
                }
                Record::Damaged(_) => 0,
            };
            batch.rows.push(Row { connection, ..Row::new(record) });
        }
        batch
    }

    /// The records that came.
    pub fn records(&self) -> impl ExactSizeIterator<Item = &Record<Arc<Organization>>> {
        self.rows.iter().map(|row| &row.record)
    }

    fn connection(&mut self, name: &Untrusted) -> u32 {
        let place = u32::try_from(self.connections.len()).unwrap_or(u32::MAX);
        self.connections.push((name.clone(), Skeleton::of(name.as_sent())));
        place
    }
}

impl From<Page<Arc<Organization>>> for Batch {
    fn from(page: Page<Arc<Organization>>) -> Self {
        Self::of(page)
    }
}

impl From<Page<Organization>> for Batch {
    fn from(page: Page<Organization>) -> Self {
        Self::of(page.shared())
    }
}

impl From<Organization> for Batch {
    fn from(organization: Organization) -> Self {
        Page::new(0, None, vec![Record::Sound(organization)]).into()
    }
}
