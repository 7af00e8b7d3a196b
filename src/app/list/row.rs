//! One row of the list.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use foldhash::SharedSeed;
use foldhash::fast::SeedableRandomState;

use super::column::Column;
use crate::app::age;
use crate::app::query::Field;
use crate::domain::{
    Criteria, Listed, Moment, Organization, OrganizationId, Record, RecordText, RecordTexts,
};
use crate::text::{DisplayText, Skeleton, Untrusted, imitates};

/// What a row is known by, through every refresh.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKey {
    /// The organization's id.
    Id(OrganizationId),
    /// A record that cannot be understood: a digest of its text.
    Damaged(u64),
}

impl RowKey {
    /// The key of a record.
    pub fn of(record: &Record<Listed>) -> Self {
        match record {
            Record::Sound(listed) => Self::Id(listed.id().to_id()),
            Record::Damaged(damaged) => Self::Damaged(digest_of_damaged(&damaged.json)),
        }
    }

    /// A number for tables.
    pub(super) fn digest(&self) -> u32 {
        match self {
            Self::Id(id) => folded(digest_of_key(id.as_str())),
            Self::Damaged(digest) => folded(*digest),
        }
    }
}

/// What a record that cannot be understood is known by: the same in every run, since such records are ordered by it.
pub(in crate::app) fn digest_of_damaged(json: &Untrusted) -> u64 {
    let mut digest = DefaultHasher::new();
    json.as_sent().hash(&mut digest);
    digest.finish()
}

/// The same in every thread: rows are made in many.
pub(super) fn digest_of_key(key: &str) -> u64 {
    SeedableRandomState::with_seed(0, SharedSeed::global_random()).hash_one(key)
}

/// Half as much of a digest, made of all of it.
const fn folded(digest: u64) -> u32 {
    #[expect(clippy::cast_possible_truncation, reason = "the other half is in it")]
    let half = (digest ^ digest >> u32::BITS) as u32;
    half
}

/// What a refresh found different in a row, until the operator has looked at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// When it was noticed.
    pub at: Moment,
    /// The connection before, if that is what changed.
    pub connection_was: Option<Untrusted>,
}

/// Which of the records that come are news to the operator, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum News {
    /// None: it is the first list, or the operator asked for the record.
    None,
    /// Rows that are known and come otherwise. Others were not asked for before.
    Known(Moment),
    /// Those, and rows that were not there before.
    All(Moment),
}

impl News {
    pub(super) const fn of_known(self) -> Option<Moment> {
        match self {
            Self::None => None,
            Self::Known(at) | Self::All(at) => Some(at),
        }
    }

    pub(super) const fn of_new(self) -> Option<Moment> {
        match self {
            Self::None | Self::Known(_) => None,
            Self::All(at) => Some(at),
        }
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The record.
    pub record: Record<Listed>,
    /// Nothing of nearly all rows, and the same of all that a server found.
    pub(super) noted: Option<Arc<Noted>>,
    /// What its name looks like.
    pub(super) looks: Skeleton,
    /// A number for tables, which is that of its key.
    pub(super) digest: u32,
    /// The place of its connection among those that are named on records.
    pub(super) connection: u32,
}

/// What is known of a row beside its record.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Noted {
    changed: Option<Changed>,
    given: Option<Arc<Criteria>>,
}

impl Noted {
    /// What the server was asked for when it gave a record.
    pub(super) fn given(given: &Arc<Criteria>) -> Arc<Self> {
        Arc::new(Self { changed: None, given: Some(Arc::clone(given)) })
    }
}

/// Why a name may be taken for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LookAlike {
    /// Its letters are of alphabets that look alike.
    Imitates,
    /// Another on the list looks the same.
    Of(Untrusted),
}

impl LookAlike {
    /// What is wrong with the name, if anything.
    pub fn of(name: &str, other: Option<&str>) -> Option<Self> {
        match other {
            Some(other) => Some(Self::Of(other.into())),
            None => imitates(name).then_some(Self::Imitates),
        }
    }

    /// The same for each of some names, of which any two that differ may be taken for each other.
    pub fn among(names: &[&Untrusted]) -> Vec<Option<Self>> {
        let skeletons: Vec<_> = names.iter().map(|name| Skeleton::of(name.as_sent())).collect();
        let mut alike: HashMap<Skeleton, Vec<&Untrusted>> = HashMap::new();
        for (name, skeleton) in names.iter().zip(&skeletons) {
            // Two that differ tell each of them about the other.
            let group = alike.entry(*skeleton).or_default();
            if group.len() < 2 && !group.contains(name) {
                group.push(name);
            }
        }
        let of = |(name, skeleton): (&&Untrusted, &Skeleton)| {
            let other = alike.get(skeleton).into_iter().flatten().find(|other| *other != name);
            Self::of(name.as_sent(), other.map(|other| other.as_sent()))
        };
        names.iter().zip(&skeletons).map(of).collect()
    }

    /// The same for the operator.
    pub fn words(&self) -> String {
        match self {
            Self::Imitates => "LOOK-ALIKE: its letters are of alphabets that look alike".to_owned(),
            Self::Of(other) => format!("LOOK-ALIKE: another is called {}", other.brief()),
        }
    }
}

impl Row {
    /// The row of a record, whose connection has no place yet.
    pub fn new(record: Record<Listed>) -> Self {
        let (digest, looks) = match &record {
            Record::Sound(listed) => Self::marks(&listed.texts()),
            Record::Damaged(damaged) => (folded(digest_of_damaged(&damaged.json)), Skeleton::default()),
        };
        Self::marked(record, digest, looks, 0)
    }

    /// What a row is told apart by, before it is looked at: a number of its key, and what its name looks like.
    pub(super) fn marks(texts: &RecordTexts<'_>) -> (u32, Skeleton) {
        (folded(digest_of_key(texts.of(RecordText::Id))), Skeleton::of(texts.of(RecordText::Name)))
    }

    /// The row of a record that has these, and a connection of this place.
    pub(super) const fn marked(
        record: Record<Listed>,
        digest: u32,
        looks: Skeleton,
        connection: u32,
    ) -> Self {
        Self { record, noted: None, looks, digest, connection }
    }

    /// What a refresh found different.
    pub fn changed(&self) -> Option<&Changed> {
        self.noted.as_ref()?.changed.as_ref()
    }

    pub(super) fn set_changed(&mut self, changed: Option<Changed>) {
        self.note(|noted| noted.changed = changed);
    }

    /// What the server was asked for when it gave this record; none where it was asked for everything, or for this
    /// record alone.
    pub(super) fn given(&self) -> Option<&Arc<Criteria>> {
        self.noted.as_ref()?.given.as_ref()
    }

    pub(super) fn set_given(&mut self, given: Option<Arc<Criteria>>) {
        self.note(|noted| noted.given = given);
    }

    fn note(&mut self, note: impl FnOnce(&mut Noted)) {
        let mut noted = self.noted.take().map_or_else(Noted::default, Arc::unwrap_or_clone);
        note(&mut noted);
        self.noted = (noted != Noted::default()).then(|| Arc::new(noted));
    }

    /// What it is known by.
    pub fn key(&self) -> RowKey {
        RowKey::of(&self.record)
    }

    /// Whether it is known by this.
    pub fn is_keyed(&self, key: &RowKey) -> bool {
        // The number first: a record's own text is elsewhere in memory.
        self.digest == key.digest()
            && match (&self.record, key) {
                (Record::Sound(listed), RowKey::Id(id)) => listed.id() == id.borrowed(),
                (Record::Damaged(_), RowKey::Damaged(digest)) => self.damaged() == Some(*digest),
                _ => false,
            }
    }

    /// What a damaged record is known by.
    pub(super) fn damaged(&self) -> Option<u64> {
        match &self.record {
            Record::Sound(_) => None,
            Record::Damaged(damaged) => Some(digest_of_damaged(&damaged.json)),
        }
    }

    pub(super) fn has_key_of(&self, other: &Self) -> bool {
        match (&self.record, &other.record) {
            (Record::Sound(one), Record::Sound(other)) => one.id() == other.id(),
            (Record::Damaged(_), Record::Damaged(_)) => self.damaged() == other.damaged(),
            _ => false,
        }
    }

    /// What is known of the organization in its place, unless the record is damaged.
    pub const fn listed(&self) -> Option<&Listed> {
        match &self.record {
            Record::Sound(listed) => Some(listed),
            Record::Damaged(_) => None,
        }
    }

    /// The organization by itself, unless the record is damaged. It is made: where all rows are looked at, they are
    /// looked at as [`listed`](Self::listed).
    pub fn organization(&self) -> Option<Arc<Organization>> {
        self.listed().map(Listed::organization)
    }

    /// What a column of times says, in nanoseconds since 1970; none when it is no time, or the column is none of times.
    pub fn time(&self, column: Column) -> Option<i128> {
        match column {
            Column::Updated => age::time_of(self.listed()?.updated_at()),
            Column::Created => age::time_of(self.listed()?.created_at()),
            _ => None,
        }
    }

    /// Whether it shows this record as it is.
    pub fn is_of(&self, record: &Record<Listed>) -> bool {
        match (&self.record, record) {
            (Record::Sound(one), Record::Sound(other)) => one == other,
            (Record::Damaged(one), Record::Damaged(other)) => one.json == other.json,
            _ => false,
        }
    }

    /// Whether a filter that names columns finds the same in both.
    pub(super) fn reads_like(&self, other: &Self) -> bool {
        match (self.listed(), other.listed()) {
            (Some(one), Some(other)) => Field::ALL.iter().all(|field| field.of(one) == field.of(other)),
            _ => false,
        }
    }

    /// The head of the displayed name; of a damaged record, what is wrong with it.
    pub fn title(&self) -> DisplayText {
        match &self.record {
            Record::Sound(listed) => listed.part(listed.name()).brief(),
            Record::Damaged(damaged) => damaged.reason.brief(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Damaged;

    #[test]
    fn a_row_takes_forty_bytes() {
        assert_eq!(size_of::<Row>(), 40);
    }

    #[test]
    fn js_03_damaged_records_whose_numbers_are_the_same_are_two_rows() {
        let damaged = |nth: usize| Damaged { json: format!("{{{nth}").into(), reason: "broken".into() };
        let (mut seen, mut nth) = (HashMap::new(), 0);
        // Of 100,000 numbers of 32 bits, two are nearly always the same; these texts never change.
        let other = loop {
            let digest = folded(digest_of_damaged(&damaged(nth).json));
            if let Some(other) = seen.insert(digest, nth) {
                break other;
            }
            nth += 1;
        };
        let [one, other] = [nth, other].map(|nth| Row::new(Record::Damaged(Box::new(damaged(nth)))));
        assert_eq!(one.digest, other.digest);
        assert!(!one.has_key_of(&other) && !one.is_keyed(&other.key()));
        assert!(one.has_key_of(&one.clone()) && one.is_keyed(&one.key()));
    }
}
