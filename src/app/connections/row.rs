//! One row of the list of connections, and how rows compare.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::Arc;

use crate::app::age;
use crate::app::list::{self, By, LookAlike};
use crate::app::query::{Subject, Time};
use crate::domain::{Connection, ConnectionState};
use crate::text::{DisplayText, Untrusted};

/// What a row is known by, through every refresh.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowKey {
    /// The connection's id.
    Id(Untrusted),
    /// Its name, where there is no id: it may be one that only organizations name.
    Name(Untrusted),
    /// A record that cannot be understood: a digest of its text.
    Damaged(u64),
}

impl RowKey {
    /// The key of a connection.
    pub fn of(connection: &Connection) -> Self {
        if connection.id.is_empty() {
            Self::Name(connection.name.clone())
        } else {
            Self::Id(connection.id.clone())
        }
    }

    pub(super) fn of_damaged(json: &Untrusted) -> Self {
        Self::Damaged(list::digest_of_damaged(json))
    }
}

/// What a row stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A connection that the server lists.
    Known(Arc<Connection>),
    /// A name on organizations that none of the listed connections has.
    Missing,
    /// The same while it cannot be said that there is no such connection: they could not be read, or not all.
    Unlisted,
    /// A record that cannot be understood.
    Damaged {
        /// As sent.
        json: Untrusted,
        /// What is wrong with it.
        reason: Untrusted,
    },
}

/// How a connection stands, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Organizations name it, and there is no such connection.
    Missing,
    /// Its last test failed.
    Fail,
    /// It was never tested.
    NotTested,
    /// Organizations name it; whether it exists cannot be said.
    NotListed,
    /// Its last test was good.
    Ready,
    /// Its record cannot be understood.
    Damaged,
}

impl Standing {
    /// The word for it; the vendor's own where it has one.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Missing => "MISSING",
            Self::Fail => ConnectionState::Fail.word(),
            Self::NotTested => ConnectionState::NotTested.word(),
            Self::NotListed => "Not listed",
            Self::Ready => ConnectionState::Ready.word(),
            Self::Damaged => "damaged",
        }
    }
}

impl From<ConnectionState> for Standing {
    fn from(state: ConnectionState) -> Self {
        match state {
            ConnectionState::Ready => Self::Ready,
            ConnectionState::Fail => Self::Fail,
            ConnectionState::NotTested => Self::NotTested,
        }
    }
}

/// A column of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Column {
    /// Name.
    #[default]
    Name,
    /// How it stands.
    State,
    /// When it was last tested.
    Tested,
    /// How many organizations use it.
    UsedBy,
    /// Its product.
    Kind,
    /// Why its last test failed.
    Error,
}

impl Column {
    /// All, in the order shown.
    pub const ALL: [Self; 6] = [Self::Name, Self::State, Self::Tested, Self::UsedBy, Self::Kind, Self::Error];

    /// The head of the column.
    pub const fn head(self) -> &'static str {
        match self {
            Self::Name => "NAME",
            Self::State => "STATE",
            Self::Tested => "TESTED",
            Self::UsedBy => "USED BY",
            Self::Kind => "KIND",
            Self::Error => "ERROR",
        }
    }
}

/// The order of the rows. Rows equal in it are ordered by name, then by key; damaged ones come last.
pub type Sort = list::Sort<Column>;

/// One row.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// What it is known by.
    pub key: RowKey,
    /// Its name; its id where it has none.
    pub name: Untrusted,
    /// What it stands for.
    pub of: Of,
    /// By which words organizations name it: its name, its id, or both.
    pub named: Vec<Untrusted>,
    /// How many of the listed organizations name it.
    pub uses: usize,
    /// Why its name may be taken for another.
    pub look_alike: Option<LookAlike>,
    /// The columns of the [`VOCABULARY`](super::VOCABULARY) as displayed, a line each.
    pub(super) shown: String,
    /// The same in lower case.
    pub(super) words: String,
}

impl Subject for Row {
    fn lower(&self, column: usize) -> Option<Cow<'_, str>> {
        self.words.split('\n').nth(column).map(Cow::Borrowed)
    }

    fn displayed(&self, column: usize) -> Option<Cow<'_, str>> {
        (self.standing() != Standing::Damaged).then(|| self.column(column).into())
    }

    fn time(&self, time: Time) -> Option<i128> {
        let connection = self.connection()?;
        age::parse(match time {
            Time::Updated => &connection.updated_at,
            Time::Created => &connection.created_at,
            Time::Tested => &connection.tested_at,
        })
    }
}

impl Row {
    /// The connection, where the server lists it.
    pub const fn connection(&self) -> Option<&Arc<Connection>> {
        match &self.of {
            Of::Known(connection) => Some(connection),
            Of::Missing | Of::Unlisted | Of::Damaged { .. } => None,
        }
    }

    /// How it stands.
    pub fn standing(&self) -> Standing {
        match &self.of {
            Of::Known(connection) => connection.state.into(),
            Of::Missing => Standing::Missing,
            Of::Unlisted => Standing::NotListed,
            Of::Damaged { .. } => Standing::Damaged,
        }
    }

    /// The head of the displayed name; of a damaged record, what is wrong with it.
    pub fn title(&self) -> DisplayText {
        match &self.of {
            Of::Damaged { json: _, reason } => reason.brief(),
            Of::Known(_) | Of::Missing | Of::Unlisted => self.name.brief(),
        }
    }

    /// The displayed value of a column of the vocabulary, where few rows have few of them.
    pub(super) fn value(&self, column: usize) -> Option<String> {
        let connection = self.connection();
        match column {
            0 => Some(self.name.brief().into_string()),
            1 => Some(self.standing().word().to_owned()),
            2 => connection.map(|connection| connection.cloud_name.brief().into_string()),
            3 => Some(self.column(column).to_owned()),
            _ => None,
        }
    }

    /// A column as displayed, by its place in the vocabulary.
    fn column(&self, column: usize) -> &str {
        self.shown.split('\n').nth(column).unwrap_or_default()
    }

    fn name_in_lower_case(&self) -> &str {
        self.words.lines().next().unwrap_or_default()
    }

    /// How this row and another are ordered.
    pub(super) fn compare(&self, other: &Self, sort: Sort) -> Ordering {
        let is_damaged = |row: &Self| row.standing() == Standing::Damaged;
        let by_columns =
            sort.levels().fold(Ordering::Equal, |so_far, by| so_far.then_with(|| self.compare_by(other, by)));
        is_damaged(self).cmp(&is_damaged(other)).then(by_columns).then_with(|| self.key.cmp(&other.key))
    }

    fn compare_by(&self, other: &Self, by: By<Column>) -> Ordering {
        let (one, two) = (self.connection(), other.connection());
        let upwards = match by.column {
            Column::Name => self.name_in_lower_case().cmp(other.name_in_lower_case()),
            Column::State => self.standing().cmp(&other.standing()),
            Column::Tested => {
                let at = |connection: Option<&Arc<Connection>>| age::parse(&connection?.tested_at);
                at(one).cmp(&at(two))
            }
            Column::UsedBy => self.uses.cmp(&other.uses),
            Column::Kind => one.map(|one| &one.cloud_name).cmp(&two.map(|two| &two.cloud_name)),
            Column::Error => one.map(|one| &one.error).cmp(&two.map(|two| &two.error)),
        };
        if by.descending { upwards.reverse() } else { upwards }
    }
}
