//! Which rows match a query: what their columns say is looked for in all rows at once, what else is asked, of the few
//! that are left.

use std::borrow::Cow;

use super::column::Column;
use super::places::Places;
use super::row::Row;
use super::words::Words;
use crate::app::query::{Field, Query, Subject, Term, Time};
use crate::domain::Criteria;

/// Of fewer than one row in so many, each is looked at by itself.
const ROWS_AT_ONCE: usize = 16;

/// The rows, by their places in the store.
#[derive(Clone, Copy, Debug)]
pub(super) struct Matching<'a> {
    pub(super) all: &'a [Row],
    pub(super) words: &'a Words,
}

/// A row as the terms of a query look at it.
struct Looked<'a> {
    row: &'a Row,
    place: usize,
    words: &'a Words,
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
        if query.is_empty() {
            return None;
        }
        if order.len() < self.all.len() / ROWS_AT_ONCE {
            return Some(order.iter().copied().filter(|place| self.is(*place, query)).collect());
        }
        let holding = self.words.holding(query.terms()).filter(|holding| holding.len() < self.all.len());
        let rest: Vec<&Term> = query.terms().iter().filter(|term| !term.is_sought_only()).collect();
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
        let place = place as usize;
        self.all.get(place).map(|row| Looked { row, place, words: self.words })
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
    fn lower(&self, column: usize) -> Option<&str> {
        let is_there = |field: &Field| self.row.listed().is_some() || *field == Field::Name;
        let field = Field::ALL.get(column).filter(|field| is_there(field))?;
        Some(self.words.get(self.place, *field))
    }

    fn displayed(&self, column: usize) -> Option<Cow<'_, str>> {
        let field = Field::ALL.get(column)?;
        self.row.listed().map(|listed| field.displayed(listed))
    }

    fn given(&self) -> Option<&Criteria> {
        self.row.given.as_deref()
    }

    fn time(&self, time: Time) -> Option<i128> {
        match time {
            Time::Updated => self.row.time(Column::Updated),
            Time::Created => self.row.time(Column::Created),
            Time::Tested => None,
        }
    }
}
