//! One term of a query, and whether it holds for a row.

use std::sync::Arc;

use memchr::memmem;
use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str, pattern::Atom};
use regex::Regex;

use crate::app::age;
use crate::domain::Organization;

/// A column that a term can name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Name in Salesforce.
    Name,
    /// Salesforce organization id.
    OrgId,
    /// Type.
    Type,
    /// Connection.
    Connection,
    /// Resource id.
    Id,
    /// Cloud.
    Cloud,
}

impl Field {
    /// All, in the order of the lines of [`Subject::words`].
    pub const ALL: [Self; 6] = [Self::Name, Self::OrgId, Self::Type, Self::Connection, Self::Id, Self::Cloud];

    /// The name to type.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::OrgId => "org",
            Self::Type => "type",
            Self::Connection => "connection",
            Self::Id => "id",
            Self::Cloud => "cloud",
        }
    }

    /// The column of a name as typed: ours, the server's, or a short one.
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "name" => Self::Name,
            "org" | "org_id" | "organization_id" | "sfdc_org_id" => Self::OrgId,
            "type" | "organization_type" => Self::Type,
            "connection" | "conn" => Self::Connection,
            "id" => Self::Id,
            "cloud" | "cloud_name" => Self::Cloud,
            _ => return None,
        })
    }

    fn of(self, words: &str) -> &str {
        words.split('\n').nth(self as usize).unwrap_or_default()
    }
}

/// A time of the record that a term can compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Time {
    /// When it was last changed.
    Updated,
    /// When it was created.
    Created,
}

/// What a term looks at.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The columns of [`Field::ALL`] as displayed, in lower case, a line each.
    pub words: &'a str,
    /// The record, unless it is damaged.
    pub organization: Option<&'a Organization>,
    /// `updatedAt` in nanoseconds since 1970.
    pub updated: Option<i128>,
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub(super) inverse: bool,
    pub(super) test: Test,
}

/// What a term asks, before `!` turns it around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// The row holds this, in lower case.
    Word(String),
    /// A column holds this, in lower case.
    Part(Field, String),
    /// A column is this.
    Whole(Field, Glob),
    /// A column matches.
    Regex(Pattern),
    /// A column has these letters in this order.
    Fuzzy(Letters),
    /// The time lies after this moment (nanoseconds since 1970), or at or before it.
    Age { time: Time, younger: bool, than: i128 },
}

impl Term {
    /// The word a row must hold anywhere, if that is what this asks.
    pub(super) fn word(&self) -> Option<&str> {
        match &self.test {
            Test::Word(word) if !self.inverse => Some(word),
            _ => None,
        }
    }

    pub(super) const fn depends_on_time(&self) -> bool {
        matches!(self.test, Test::Age { .. })
    }

    /// Whether it holds for `subject`.
    pub fn holds(&self, subject: Subject<'_>) -> bool {
        self.test.holds(subject) != self.inverse
    }

    /// Whether every row for which this holds has `old` hold too.
    pub(super) fn implies(&self, old: &Self) -> bool {
        if self == old {
            return true;
        }
        match (self.inverse, old.inverse) {
            (false, false) => self.test.is_stricter_than(&old.test),
            (true, true) => old.test.is_stricter_than(&self.test),
            _ => false,
        }
    }
}

impl Test {
    fn holds(&self, subject: Subject<'_>) -> bool {
        let words = subject.words;
        match self {
            Self::Word(word) => memmem::find(words.as_bytes(), word.as_bytes()).is_some(),
            Self::Part(field, part) => field.of(words).contains(part.as_str()),
            Self::Whole(field, glob) => subject.organization.is_some() && glob.matches(field.of(words)),
            Self::Regex(pattern) => pattern.regex.is_match(words),
            Self::Fuzzy(letters) => words.split('\n').any(|column| letters.are_in(column)),
            Self::Age { time, younger, than } => {
                let at = match time {
                    Time::Updated => subject.updated,
                    Time::Created => subject.organization.and_then(|one| age::parse(&one.created_at)),
                };
                at.is_some_and(|at| (at > *than) == *younger)
            }
        }
    }

    fn is_stricter_than(&self, old: &Self) -> bool {
        match (self, old) {
            (Self::Part(field, new), Self::Part(of, old)) => field == of && new.contains(old.as_str()),
            (Self::Word(new) | Self::Part(_, new), Self::Word(old)) => new.contains(old.as_str()),
            (Self::Fuzzy(new), Self::Fuzzy(old)) => new.text.starts_with(old.text.as_str()),
            _ => false,
        }
    }
}

/// A whole value, in lower case, in which `*` stands for any text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob(pub(super) String);

impl Glob {
    pub(super) fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
        let mut parts: Vec<&str> = parts.collect();
        let Some(last) = parts.pop() else { return rest.is_empty() };
        for part in parts {
            match rest.split_once(part) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

/// A regular expression, compared by its text.
#[derive(Clone, Debug)]
pub(super) struct Pattern {
    pub(super) text: String,
    pub(super) regex: Regex,
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Pattern {}

/// Letters to be found in their order, with others between.
#[derive(Clone, Debug)]
pub(super) struct Letters {
    pub(super) text: String,
    atom: Arc<Atom>,
}

impl PartialEq for Letters {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Letters {}

impl Letters {
    /// Letters in lower case.
    pub(super) fn new(text: &str) -> Self {
        let (case, normalization) = (CaseMatching::Respect, Normalization::Never);
        let atom = Atom::new(text, case, normalization, AtomKind::Fuzzy, false);
        Self { text: text.to_owned(), atom: Arc::new(atom) }
    }

    /// A look that needs no matcher: the same letters in the same order.
    fn are_in(&self, column: &str) -> bool {
        let mut chars = column.chars();
        self.text.chars().all(|letter| chars.any(|c| c == letter))
    }

    /// The best places of the letters: numbers of characters.
    pub(super) fn places(&self, column: &str) -> Vec<u32> {
        let mut matcher = Matcher::new(Config::DEFAULT);
        let (mut buffer, mut places) = (Vec::new(), Vec::new());
        let found = self.atom.indices(Utf32Str::new(column, &mut buffer), &mut matcher, &mut places);
        if found.is_none() {
            places.clear();
        }
        places.sort_unstable();
        places.dedup();
        places
    }
}
