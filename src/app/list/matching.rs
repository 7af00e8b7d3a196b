//! Which rows match a query: what their columns say is looked for in all rows at once, what else is asked, and of a few
//! all of it, row by row.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::column::Column;
use super::places::Places;
use super::row::Row;
use super::times::Times;
use super::words::Words;
use crate::app::query::{Field, Query, Sought, Subject, Term, Time};
use crate::domain::Criteria;

/// Of fewer than one row in so many, each is looked at by itself.
const ROWS_AT_ONCE: usize = 16;

/// The rows, by their places in the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matching<'a> {
    pub(super) all: &'a [Row],
    pub(super) words: &'a Words,
    pub(super) times: &'a Times,
}

/// A row as the terms of a query look at it.
struct Looked<'a> {
    row: &'a Row,
    place: u32,
    of: Matching<'a>,
}

impl Matching<'_> {
    /// Whether a row matches.
    pub(super) fn is(&self, place: u32, query: &Query) -> bool {
        self.looked(place).is_some_and(|row| query.matches(&row))
    }

    /// Whether a row looks like what the server was asked for.
    pub(super) fn looks_as_asked(&self, place: u32, query: &Query) -> bool {
        self.looked(place).is_none_or(|row| query.looks_as_asked(&row))
    }

    /// The rows of an order that match; none where all of them do.
    pub(super) fn of(&self, order: &[u32], query: &Query) -> Option<Vec<u32>> {
        let is_few = |rows: usize| rows * ROWS_AT_ONCE < self.all.len();
        let mut terms: Vec<(Option<Sought<'_>>, &Term)> =
            query.terms().iter().map(|term| (term.sought(), term)).collect();
        // Longer texts leave fewer rows to be looked at one by one, and all of them fewer than other terms cost.
        terms.sort_by_key(|(sought, _)| Reverse(sought.and_then(|sought| sought.text()).map_or(0, str::len)));
        let (mut holding, mut rest) = (None::<Places>, Vec::new());
        for (sought, term) in terms {
            let left = holding.as_ref().map_or(order.len(), Places::len);
            let sought = sought.filter(|_| !is_few(left.min(order.len())));
            if let Some(sought) = &sought {
                let mut found = self.words.found(sought);
                if let Some(holding) = &holding {
                    found.intersect(holding);
                }
                holding = Some(found);
            }
            if sought.is_none() || !term.is_sought_only() {
                rest.push(term);
            }
        }
        let holding = holding.filter(|holding| holding.len() < self.all.len());
        if holding.is_none() && rest.is_empty() {
            return None;
        }
        let mut matching = match &holding {
            Some(holding) => those_among(order, holding),
            None => order.to_vec(),
        };
        if !rest.is_empty() {
            let has_the_rest = |row: Looked<'_>| rest.iter().all(|term| term.holds(&row));
            matching.retain(|place| self.looked(*place).is_some_and(has_the_rest));
        }
        Some(matching)
    }

    fn looked(&self, place: u32) -> Option<Looked<'_>> {
        self.all.get(place as usize).map(|row| Looked { row, place, of: *self })
    }
}

/// The places that are among others, in their order. Whether one is cannot be foreseen, so nothing hangs on it but how
/// far the next one is put: a wrong guess for each takes longer than all else.
fn those_among(order: &[u32], places: &Places) -> Vec<u32> {
    let (mut among, mut count) = (vec![0; order.len()], 0);
    for place in order {
        if let Some(next) = among.get_mut(count) {
            *next = *place;
        }
        count += usize::from(places.contains(*place));
    }
    among.truncate(count);
    among
}

impl Subject for Looked<'_> {
    fn lower(&self, column: usize) -> Option<Cow<'_, str>> {
        let is_there = |field: &Field| self.row.listed().is_some() || *field == Field::Name;
        let field = Field::ALL.get(column).filter(|field| is_there(field))?;
        Some(self.of.words.get(self.place as usize, *field))
    }

    fn displayed(&self, column: usize) -> Option<Cow<'_, str>> {
        let field = Field::ALL.get(column)?;
        self.row.listed().map(|listed| field.displayed(listed))
    }

    fn given(&self) -> Option<&Criteria> {
        self.row.given().map(AsRef::as_ref)
    }

    fn time(&self, time: Time) -> Option<i128> {
        let column = match time {
            Time::Updated => Column::Updated,
            Time::Created => Column::Created,
            Time::Tested => return None,
        };
        self.of.times.of(column, self.place, self.of.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::list::words::Said;
    use crate::app::query::{ORGANIZATIONS, parse};
    use crate::domain::{IdRef, Listed, Organization, Record};

    #[test]
    fn e2_many_rows_or_few_and_in_any_order_those_match_that_match_by_themselves() {
        let (mut words, mut said) = (Words::default(), Said::default());
        let record = |n: usize| {
            if n % 31 == 30 {
                Record::damaged(format!("acme {n}").into(), "".into())
            } else {
                let (id, name) = (format!("2f{n:04}"), ["Acme", "acme eu", "Zenith"][n % 3]);
                let connection = ["sfdc-EU", "sfdc-us"][n / 500];
                let known = [name, "00D", connection, "sfdc", "Regular", "", "2026-01-01T00:00:00Z", ""];
                Record::Sound(Listed::from(Organization::copied("{}", IdRef::of(&id).unwrap(), known)))
            }
        };
        let all: Vec<Row> = (0..1_000).map(record).map(Row::new).collect();
        for row in &all {
            match &row.record {
                Record::Sound(listed) => words.push(&listed.texts(), &mut said),
                Record::Damaged(damaged) => words.push_damaged(&damaged.json),
            }
        }
        let matching = Matching { all: &all, words: &words, times: &Times::default() };
        for text in [
            "",
            "acme",
            "acme eu",
            "2f00 acme !eu",
            "2f0007",
            "2f0007 conn==sfdc-EU",
            "2f0007 conn==sfdc-eu",
            "conn==sfdc-EU",
            "!conn==sfdc-EU zenith",
            "updated<1d",
            "!updated<1d acme",
            "2f0007 updated>1d",
            "sfdc",
        ] {
            let query = parse(text, &ORGANIZATIONS, 2_000_000_000).unwrap();
            for step in [1, 3, 100] {
                let order: Vec<u32> = (0..1_000).rev().step_by(step).collect();
                let expected: Vec<u32> =
                    order.iter().copied().filter(|place| matching.is(*place, &query)).collect();
                let found = matching.of(&order, &query).unwrap_or(order);
                assert_eq!(found, expected, "{text} of every {step}");
            }
        }
    }
}
