//! Lists as the server gives them: a window asked for, a page received.

use super::listed::Listed;
use super::organization::Organization;
use crate::text::Untrusted;

/// The part of a list that is asked for, in records, zero-based.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Window {
    /// Records to leave out first.
    pub skip: usize,
    /// Most records in the answer; the server may give fewer.
    pub limit: usize,
}

impl Window {
    /// Records asked for at a time: ten times the server's default, and below every limit seen (§3.3).
    pub const PAGE: usize = 100;

    /// Records asked for at a time once it is known that there are many. Clients of other lists ask for so many
    /// without trouble (§3.3).
    pub const LARGE: usize = 1000;

    /// The first page.
    pub const FIRST: Self = Self { skip: 0, limit: Self::PAGE };
}

/// One record of a page: understood, or kept as it came with the reason why it was not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record<T> {
    /// Understood.
    Sound(T),
    /// Not understood; it hides nothing else. They are few: the others need no room for what they have.
    Damaged(Box<Damaged>),
}

/// A record that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damaged {
    /// The record's JSON as sent.
    pub json: Untrusted,
    /// What is wrong with it, and where.
    pub reason: Untrusted,
}

/// Records `skip .. skip + records.len()` out of `total`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// Where this page starts, as asked for.
    pub skip: usize,
    /// Matches before paging, when the server says so. It may change from page to page.
    pub total: Option<usize>,
    /// The records in the server's order.
    pub records: Vec<Record<T>>,
    /// The keys of the fields that the records have and we have no name for, as far as they are remembered.
    pub others: Vec<Untrusted>,
}

impl Page<Organization> {
    /// The page of these records.
    pub fn new(skip: usize, total: Option<usize>, records: Vec<Record<Organization>>) -> Self {
        let mut others = Vec::new();
        for record in &records {
            let Record::Sound(organization) = record else { continue };
            for field in organization.others() {
                if !others.contains(&field.key) {
                    others.push(field.key);
                }
            }
        }
        Self { skip, total, records, others }
    }
}

impl<T> Record<T> {
    /// One that is not understood for this reason.
    pub fn damaged(json: Untrusted, reason: Untrusted) -> Self {
        Self::Damaged(Box::new(Damaged { json, reason }))
    }
}

impl Page<Organization> {
    /// The same as a list holds it.
    pub fn listed(self) -> Page<Listed> {
        let Self { skip, total, records, others } = self;
        let listed = |record| match record {
            Record::Sound(organization) => Record::Sound(Listed::from(organization)),
            Record::Damaged(damaged) => Record::Damaged(damaged),
        };
        Page { skip, total, records: records.into_iter().map(listed).collect(), others }
    }
}
