//! The filter language: what is typed after `/`, and what it says of a row.
//!
//! ```text
//! acme sur          both words, anywhere in the row           !uat             rows without it
//! "acme sur"        the words with the blank between them     re:^acme.*(u|d)  a regular expression
//! ~acdtl            the letters in this order, in one column  updated<7d       changed within seven days
//! connection=sfdc-* a whole column (* stands for anything)    type!=sandbox    any other value
//! name:acme         a part of one column                      connection=a|b   one value or the other
//! connection==Prod  a whole column, letter case and all
//! ```
//!
//! A slash before the first term asks the server: `/connection=sfdc-eu-01 acme` has it give only the organizations on
//! that connection, of which those that hold the word are shown.
//!
//! Every term has to hold. Case does not matter, but after `==`. Within quotes signs are text, and `""` is a quote. Regular
//! expressions run in time linear in the text. Which columns and times there are is said by the [`Vocabulary`] of the
//! list.

mod complete;
mod highlight;
mod parse;
mod term;

pub use complete::completions;
pub use parse::{QueryError, parse, quoted};
pub use term::{Field, ORGANIZATIONS, Sought, Subject, Term, Time, Vocabulary};

use std::ops::Range;

use crate::domain::Criteria;

/// What can be typed, each with what it means: for the help.
pub const FORMS: [(&str, &str); 13] = [
    ("acme sur", "rows that hold both words, in any column; case does not matter"),
    ("\"acme sur\"", "with the blank between them"),
    ("!uat", "rows without it; ! turns every form around"),
    ("connection=sfdc-*", "the whole column; * stands for anything, \"\" for nothing; a|b for either"),
    ("connection==Prod", "the whole column, and letter case matters"),
    ("type!=sandbox", "any other value"),
    ("name:acme", "a part of one column: name, org, type, connection, id, cloud"),
    ("updated<7d", "changed within seven days; > before that; s m h d w y; created too"),
    ("re:^acme.*eu", "a regular expression that a column matches; ^ and $ are its ends"),
    (
        "state=fail|missing",
        "of connections: name, state, kind, used, error, id; tested>30d, updated, created",
    ),
    ("~acdtl", "the letters in this order, with others between"),
    (
        "//connection=sfdc-eu-01",
        "server filter: only what matches is read; name org type connection id cloud, the whole value",
    ),
    ("Tab, or ↑ when empty", "complete a column or a value; an earlier filter"),
];

/// What a row has to be like to be shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    terms: Vec<Term>,
    criteria: Criteria,
    /// How many of the terms the server is not asked for.
    here: usize,
}

impl Query {
    /// Whether every row is like it.
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether every row that is like this one is like `old` too, as far as the two texts tell: then only the
    /// rows that were shown have to be looked at.
    pub fn narrows(&self, old: &Self) -> bool {
        old.terms.iter().all(|old| self.terms.iter().any(|new| new.implies(old)))
    }

    /// What the server is to be asked for. What it gives for that is like those terms of this query.
    pub const fn criteria(&self) -> &Criteria {
        &self.criteria
    }

    /// How many terms are left that the server is not asked for: they are looked for in what it gave.
    pub const fn here(&self) -> usize {
        self.here
    }

    /// Whether `subject` is like it.
    pub fn matches(&self, subject: &dyn Subject) -> bool {
        self.terms.iter().all(|term| term.holds(subject))
    }

    /// Whether `subject` is like all that the server is asked for by what it shows itself.
    pub fn looks_as_asked(&self, subject: &dyn Subject) -> bool {
        self.terms.iter().filter(|term| term.asked.is_some()).all(|term| term.looks_so(subject))
    }

    /// All that it asks.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Whether what is like it changes as time goes by.
    pub fn depends_on_time(&self) -> bool {
        self.terms.iter().any(Term::depends_on_time)
    }

    /// Where a displayed column shows why its row is there: ranges of bytes, ordered, without overlap.
    pub fn highlights(&self, column: usize, shown: &str) -> Vec<Range<usize>> {
        highlight::of(&self.terms, column, shown)
    }
}
