//! One row of the list.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::column::Column;
use crate::app::age;
use crate::app::query::{Dated, Field};
use crate::domain::{Criteria, Moment, Organization, OrganizationId, Record};
use crate::text::{DisplayText, Skeleton, Untrusted, imitates};

/// What a row is known by, through every refresh.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKey {
    /// The organization's id.
    Id(OrganizationId),
    /// A record that cannot be understood: a digest of its text.
    Damaged(u64),
}

/// Keys of rows.
pub type RowKeys = HashSet<RowKey, RandomState>;

impl RowKey {
    /// The key of a record.
    pub fn of(record: &Record<Arc<Organization>>) -> Self {
        match record {
            Record::Sound(organization) => Self::Id(organization.id.clone()),
            Record::Damaged { json, reason: _ } => {
                let mut digest = DefaultHasher::new();
                json.as_sent().hash(&mut digest);
                Self::Damaged(digest.finish())
            }
        }
    }
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
    /// What it is known by.
    pub key: RowKey,
    /// The record.
    pub record: Record<Arc<Organization>>,
    /// Whether a refresh found it different.
    pub changed: Option<Box<Changed>>,
    /// What the server was asked for when it gave this record; none where it was asked for everything, or for this
    /// record alone.
    pub(super) given: Option<Arc<Criteria>>,
    /// `updatedAt` in nanoseconds since 1970, as near as this type comes to it; found out when it is asked for.
    pub(super) updated: Parsed,
    /// What its names look like.
    pub(super) looks: Looks,
}

/// A time of the record, once it was asked for. Two rows of the same record are the same, asked or not.
#[derive(Clone, Debug, Default)]
pub(super) struct Parsed(OnceCell<Option<i64>>);

impl PartialEq for Parsed {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// What the names on a record look like, found out once: every row is compared with all others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Looks {
    pub(super) name: Skeleton,
    pub(super) connection: Skeleton,
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
    pub fn of(name: &Untrusted, other: Option<&Untrusted>) -> Option<Self> {
        match other {
            Some(other) => Some(Self::Of(other.clone())),
            None => imitates(name.as_sent()).then_some(Self::Imitates),
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
            Self::of(name, other.copied())
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
    /// The row of a record.
    pub fn new(record: Record<Arc<Organization>>) -> Self {
        let key = RowKey::of(&record);
        match record {
            Record::Sound(organization) => Self::sound(key, organization),
            Record::Damaged { json, reason } => {
                let (looks, record) = (Looks::default(), Record::Damaged { json, reason });
                Self { key, changed: None, given: None, updated: Parsed::default(), looks, record }
            }
        }
    }

    fn sound(key: RowKey, organization: Arc<Organization>) -> Self {
        Self {
            key,
            changed: None,
            given: None,
            updated: Parsed::default(),
            looks: Looks {
                name: Skeleton::of(organization.name.as_sent()),
                connection: Skeleton::of_one_of_few(organization.connection.as_sent()),
            },
            record: Record::Sound(organization),
        }
    }

    /// The organization, unless the record is damaged.
    pub const fn organization(&self) -> Option<&Arc<Organization>> {
        match &self.record {
            Record::Sound(organization) => Some(organization),
            Record::Damaged { json: _, reason: _ } => None,
        }
    }

    /// What a column of times says, in nanoseconds since 1970; none when it is no time, or the column is none of times.
    pub fn time(&self, column: Column) -> Option<i128> {
        match column {
            Column::Updated => self.updated(),
            Column::Created => age::parse(&self.organization()?.created_at),
            _ => None,
        }
    }

    /// Whether it shows this record as it is.
    pub fn is_of(&self, record: &Record<Arc<Organization>>) -> bool {
        match (&self.record, record) {
            (Record::Sound(one), Record::Sound(other)) => one == other,
            (Record::Damaged { json: one, .. }, Record::Damaged { json: other, .. }) => one == other,
            _ => false,
        }
    }

    /// Whether a filter that names columns finds the same in both.
    pub(super) fn reads_like(&self, other: &Self) -> bool {
        match (self.organization(), other.organization()) {
            (Some(one), Some(other)) => Field::ALL.iter().all(|field| field.of(one) == field.of(other)),
            _ => false,
        }
    }

    /// The head of the displayed name; of a damaged record, what is wrong with it.
    pub fn title(&self) -> DisplayText {
        match &self.record {
            Record::Sound(organization) => organization.name.brief(),
            Record::Damaged { json: _, reason } => reason.brief(),
        }
    }
}

impl Dated for Row {
    fn updated(&self) -> Option<i128> {
        let parse = || age::parse(&self.organization()?.updated_at).map(nearest);
        self.updated.0.get_or_init(parse).map(i128::from)
    }
}

/// No clock is past the ends of this type, in 1677 and 2262: what is counts as there.
fn nearest(nanoseconds: i128) -> i64 {
    i64::try_from(nanoseconds).unwrap_or(if nanoseconds < 0 { i64::MIN } else { i64::MAX })
}
