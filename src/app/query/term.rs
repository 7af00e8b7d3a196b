//! One term of a query, and whether it holds for a row.

use std::borrow::Cow;
use std::sync::Arc;

use nucleo_matcher::pattern::{AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32Str, pattern::Atom};
use regex::Regex;

use crate::domain::{Criteria, Listed, Parameter, RecordText};
use crate::text::displayed;

/// What the rows of a list have that a term can name.
#[derive(Debug, PartialEq, Eq)]
pub struct Vocabulary {
    /// The columns, in the order of [`Subject::lower`]: the name to type, then others that are
    /// understood.
    pub columns: &'static [&'static [&'static str]],
    /// By which of the columns the server can filter, and what it calls them.
    pub parameters: &'static [(usize, Parameter)],
    /// The times, by all their names.
    pub times: &'static [(Time, &'static [&'static str])],
}

impl Vocabulary {
    /// The column of a name as typed.
    pub(in crate::app) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|names| names.contains(&name))
    }

    /// The time of a name as typed.
    pub(in crate::app) fn time(&self, name: &str) -> Option<Time> {
        self.times.iter().find(|(_, names)| names.contains(&name)).map(|(time, _)| *time)
    }

    /// The name to type of each column.
    pub(super) fn column_names(&self) -> impl Iterator<Item = &'static str> {
        self.columns.iter().filter_map(|names| names.first().copied())
    }

    /// The same of each time.
    pub(super) fn time_names(&self) -> impl Iterator<Item = &'static str> {
        self.times.iter().filter_map(|(_, names)| names.first().copied())
    }

    /// What the server calls a column that it can filter by.
    pub(super) fn parameter(&self, column: usize) -> Option<Parameter> {
        self.parameters.iter().find(|(of, _)| *of == column).map(|(_, parameter)| *parameter)
    }

    /// The columns that the server can filter by, as they are typed.
    pub(super) fn for_the_server(&self) -> String {
        let asked = self.parameters.iter().filter_map(|(column, _)| self.columns.get(*column)?.first());
        asked.map(|name| format!("{name}=")).collect::<Vec<_>>().join(" ")
    }

    /// All that can be named.
    pub(super) fn words(&self) -> String {
        let columns: Vec<_> = self.column_names().collect();
        let times: Vec<_> = self.time_names().collect();
        format!("{}; {} with < or >", columns.join(", "), times.join(" and "))
    }
}

/// The organizations' words: ours, the server's, and short ones.
pub const ORGANIZATIONS: Vocabulary = Vocabulary {
    columns: &[
        &["name"],
        &["org", "org_id", "organization_id", "sfdc_org_id"],
        &["type", "organization_type"],
        &["connection", "conn"],
        &["id"],
        &["cloud", "cloud_name"],
    ],
    parameters: &[
        (Field::Name.column(), Parameter::Name),
        (Field::OrgId.column(), Parameter::OrgId),
        (Field::Type.column(), Parameter::Type),
        (Field::Connection.column(), Parameter::Connection),
        (Field::Id.column(), Parameter::Id),
        (Field::Cloud.column(), Parameter::Cloud),
    ],
    times: &[(Time::Updated, &["updated", "updatedat"]), (Time::Created, &["created", "createdat"])],
};

impl Default for &Vocabulary {
    fn default() -> Self {
        &ORGANIZATIONS
    }
}

/// A column of the organizations that a term can name.
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
    /// All, in the order of [`ORGANIZATIONS`].
    pub const ALL: [Self; 6] = [Self::Name, Self::OrgId, Self::Type, Self::Connection, Self::Id, Self::Cloud];

    /// Its place among the columns.
    pub const fn column(self) -> usize {
        self as usize
    }

    /// Which text of a record stands in it.
    pub const fn text(self) -> RecordText {
        match self {
            Self::Name => RecordText::Name,
            Self::OrgId => RecordText::OrganizationId,
            Self::Type => RecordText::Kind,
            Self::Connection => RecordText::Connection,
            Self::Id => RecordText::Id,
            Self::Cloud => RecordText::CloudName,
        }
    }

    /// What a record has in it, as sent.
    pub fn of(self, listed: &Listed) -> &str {
        listed.text(self.text())
    }

    /// The same as displayed. An id is printable as it is.
    pub fn displayed(self, listed: &Listed) -> Cow<'_, str> {
        let text = self.of(listed);
        if self == Self::Id { text.into() } else { displayed(text) }
    }
}

/// A time of the record that a term can compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Time {
    /// When it was last changed.
    Updated,
    /// When it was created.
    Created,
    /// When it was last tested.
    Tested,
}

/// A row, as a term looks at it. What is displayed is more than it needs to look at most of the time.
pub trait Subject {
    /// A column of its [`Vocabulary`] as displayed, in lower case; none behind the last. A damaged record has one: its
    /// text.
    fn lower(&self, column: usize) -> Option<Cow<'_, str>>;

    /// A column with the letter case it has; none of a damaged record, whose text is no column.
    fn displayed(&self, column: usize) -> Option<Cow<'_, str>>;

    /// What the server was asked for when it gave the record; none where it was asked for everything.
    fn given(&self) -> Option<&Criteria> {
        None
    }

    /// A time of the record, in nanoseconds since 1970; none where it has no such time.
    fn time(&self, time: Time) -> Option<i128>;
}

/// One term.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    pub(super) inverse: bool,
    /// What the server is asked for by it. Of what it gave then, it alone knows why: it takes a connection's id for
    /// its name.
    pub(super) asked: Option<(Parameter, String)>,
    pub(super) test: Test,
}

/// What a term asks, before `!` turns it around.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// The row holds this, in lower case.
    Word(String),
    /// A column holds this, in lower case.
    Part(usize, String),
    /// A column is one of these, in lower case.
    Whole(usize, Vec<Glob>),
    /// A column is one of these as typed, of which the lower case is looked at first.
    Exact { column: usize, lower: Vec<Glob>, typed: Vec<Glob> },
    /// A column matches.
    Regex(Pattern),
    /// A column has these letters in this order.
    Fuzzy(Letters),
    /// The time lies after this moment (nanoseconds since 1970), or at or before it.
    Age { time: Time, younger: bool, than: i128 },
}

impl Term {
    /// What a row's columns in lower case have to be like for this to hold; none where they do not decide.
    pub fn sought(&self) -> Option<Sought<'_>> {
        let decides = match &self.test {
            Test::Word(_) | Test::Part(..) | Test::Whole(..) | Test::Regex(_) | Test::Fuzzy(_) => true,
            Test::Exact { .. } => !self.inverse,
            Test::Age { .. } => false,
        };
        (decides && self.asked.is_none()).then_some(Sought { test: &self.test, inverse: self.inverse })
    }

    /// Whether what is [`sought`](Self::sought) is all that it asks.
    pub const fn is_sought_only(&self) -> bool {
        self.asked.is_none() && !matches!(self.test, Test::Exact { .. } | Test::Age { .. })
    }

    pub(super) const fn depends_on_time(&self) -> bool {
        matches!(self.test, Test::Age { .. })
    }

    /// Whether it holds for `subject`.
    pub fn holds(&self, subject: &dyn Subject) -> bool {
        let is_given = |(parameter, value): &(Parameter, String)| {
            subject.given().is_some_and(|given| given.has(*parameter, value))
        };
        self.asked.as_ref().is_some_and(is_given) || self.looks_so(subject)
    }

    /// Whether it holds for what `subject` shows, whatever the server was asked for.
    pub(super) fn looks_so(&self, subject: &dyn Subject) -> bool {
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
    fn holds(&self, subject: &dyn Subject) -> bool {
        let is_damaged = || subject.displayed(0).is_none();
        match self {
            Self::Age { time, younger, than } => {
                subject.time(*time).is_some_and(|at| (at > *than) == *younger)
            }
            Self::Word(_)
            | Self::Part(..)
            | Self::Whole(..)
            | Self::Exact { .. }
            | Self::Regex(_)
            | Self::Fuzzy(_) => {
                let fits = match self.column() {
                    Some(column) => self.fits(&subject.lower(column).unwrap_or_default()),
                    None => (0..).map_while(|column| subject.lower(column)).any(|lower| self.fits(&lower)),
                };
                fits && !(self.is_about_a_whole() && is_damaged()) && self.fits_as_displayed(subject)
            }
        }
    }

    /// The only column it looks at, where it is one.
    const fn column(&self) -> Option<usize> {
        match self {
            Self::Part(column, _) | Self::Whole(column, _) | Self::Exact { column, .. } => Some(*column),
            Self::Word(_) | Self::Regex(_) | Self::Fuzzy(_) | Self::Age { .. } => None,
        }
    }

    /// Whether a column, in lower case, is like it.
    fn fits(&self, lower: &str) -> bool {
        match self {
            Self::Word(part) | Self::Part(_, part) => lower.contains(part.as_str()),
            Self::Whole(_, globs) | Self::Exact { lower: globs, .. } => Glob::any(globs, lower),
            Self::Regex(pattern) => pattern.regex.is_match(lower),
            Self::Fuzzy(letters) => letters.are_in(lower),
            Self::Age { .. } => false,
        }
    }

    fn fits_as_displayed(&self, subject: &dyn Subject) -> bool {
        match self {
            Self::Exact { column, typed, .. } => {
                subject.displayed(*column).is_some_and(|displayed| Glob::any(typed, &displayed))
            }
            _ => true,
        }
    }

    /// Whether it asks for a whole column: a damaged record has none.
    const fn is_about_a_whole(&self) -> bool {
        matches!(self, Self::Whole(..) | Self::Exact { .. })
    }

    fn is_stricter_than(&self, old: &Self) -> bool {
        match (self, old) {
            (Self::Part(column, new), Self::Part(of, old)) => column == of && new.contains(old.as_str()),
            (Self::Word(new) | Self::Part(_, new), Self::Word(old)) => new.contains(old.as_str()),
            (Self::Fuzzy(new), Self::Fuzzy(old)) => new.text.starts_with(old.text.as_str()),
            _ => false,
        }
    }
}

/// What columns in lower case have to be like.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'t> {
    test: &'t Test,
    /// Whether rows that are like it are those that are left out.
    pub inverse: bool,
}

impl<'t> Sought<'t> {
    /// The only column that is looked at, where it is one.
    pub const fn column(&self) -> Option<usize> {
        self.test.column()
    }

    /// The text that such a column holds, where that is all: it can be looked for in many at once.
    pub const fn text(&self) -> Option<&'t str> {
        match self.test {
            Test::Word(text) | Test::Part(_, text) => Some(text.as_str()),
            Test::Whole(..) | Test::Exact { .. } | Test::Regex(_) | Test::Fuzzy(_) | Test::Age { .. } => None,
        }
    }

    /// Whether one column is like it.
    pub fn fits(&self, lower: &str) -> bool {
        self.test.fits(lower)
    }

    /// Whether no damaged record is like it.
    pub const fn is_about_a_whole(&self) -> bool {
        self.test.is_about_a_whole()
    }
}

/// A whole value: the parts between which any text may stand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Glob(pub(super) Vec<String>);

impl Glob {
    fn any(globs: &[Self], text: &str) -> bool {
        globs.iter().any(|glob| glob.matches(text))
    }

    pub(super) fn in_lower_case(&self) -> Self {
        Self(self.0.iter().map(|part| part.to_lowercase()).collect())
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        let Some((first, parts)) = self.0.split_first() else { return false };
        let Some(mut rest) = text.strip_prefix(first.as_str()) else { return false };
        let Some((last, between)) = parts.split_last() else { return rest.is_empty() };
        for part in between {
            match rest.split_once(part.as_str()) {
                Some((_, after)) => rest = after,
                None => return false,
            }
        }
        rest.ends_with(last.as_str())
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
