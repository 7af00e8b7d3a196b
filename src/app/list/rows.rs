//! The rows known, and the order in which those that match are shown.
//!
//! The order is kept, not computed for each frame: new rows are merged into it, a filter that got narrower
//! looks only at what was shown. All positions are places in that order, all indices places in the store.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::column::{Column, OtherFields};
use super::filter::Filter;
use super::index::Index;
use super::order::{Leads, Order};
use super::row::{Changed, LookAlike, News, Row, RowKey, RowKeys};
use super::sort::Sort;
use super::twins::Twins;
use super::users::Users;
use super::words::Words;
use crate::app::query::{Displayed, Field, Query, Subject};
use crate::domain::{Criteria, Moment, Organization, OrganizationId, Record};
use crate::text::{DisplayText, Untrusted};

/// Which organizations use a connection, by the name on their records.
type Uses = HashMap<Untrusted, Users, RandomState>;

/// Rows that are to find their place: new ones, and others that changed.
type Moved = HashSet<usize, RandomState>;

/// The rows of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    all: Vec<Row>,
    words: Words,
    index: Index,
    sorted: Vec<usize>,
    leads: Leads,
    shown: Vec<usize>,
    /// The rows that carry a mark, the latest last.
    changed: Vec<RowKey>,
    uses: Uses,
    names: Twins,
    connections: Twins,
    others: OtherFields,
}

impl Rows {
    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.all.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Every row in the order of the sort, those that the filter hides among them.
    pub fn ordered(&self) -> impl Iterator<Item = &Row> {
        self.sorted.iter().filter_map(|index| self.all.get(*index))
    }

    /// How many rows match the filter.
    pub const fn shown(&self) -> usize {
        self.shown.len()
    }

    /// How many rows carry the mark that a refresh found them different.
    pub const fn changed(&self) -> usize {
        self.changed.len()
    }

    /// The row marked last, shown or not.
    pub fn changed_last(&self) -> Option<&Row> {
        self.get(self.changed.last()?)
    }

    /// Whether the filter shows a row.
    pub fn matches(&self, key: &RowKey, filter: &Filter) -> bool {
        let subject = self.index_of(key).and_then(|index| self.subject(index));
        filter.is_empty() || subject.is_some_and(|subject| filter.query().matches(subject))
    }

    /// How many organizations use a connection, by the name on their records.
    pub fn uses(&self, connection: &Untrusted) -> usize {
        self.uses.get(connection).map_or(0, Users::len)
    }

    /// The first organizations that use a connection, ordered by id: as many as are told one by one.
    pub fn users(&self, connection: &Untrusted) -> impl Iterator<Item = &Arc<Organization>> {
        let ids = self.uses.get(connection).into_iter().flat_map(Users::first);
        ids.filter_map(|id| self.organization(id))
    }

    /// Every connection named on a record, in no order.
    pub fn connections(&self) -> impl Iterator<Item = &Untrusted> {
        self.uses.keys()
    }

    /// Why the name of a row may be taken for another.
    pub fn name_look_alike(&self, row: &Row) -> Option<LookAlike> {
        let organization = row.organization()?;
        let other = self.names.other(row.looks.name, &organization.name);
        LookAlike::of(&organization.name, other)
    }

    /// The same of its connection, among those named on records.
    pub fn connection_look_alike(&self, row: &Row) -> Option<LookAlike> {
        let organization = row.organization()?;
        let other = self.connections.other(row.looks.connection, &organization.connection);
        LookAlike::of(&organization.connection, other)
    }

    /// The displayed values of a column, by its place in the vocabulary, in no order and each at least once; none for
    /// what is another in every row.
    pub fn values(&self, column: usize) -> Vec<String> {
        let field = Field::ALL.get(column);
        let mut seen = HashSet::new();
        for organization in self.organizations() {
            match field {
                Some(field @ (Field::Connection | Field::Type | Field::Cloud)) => {
                    seen.extend(field.of(organization));
                }
                Some(Field::Name | Field::OrgId | Field::Id) | None => return Vec::new(),
            }
        }
        seen.into_iter().map(|value| value.brief().into_string()).collect()
    }

    /// The fields of the records that we have no name for.
    pub const fn others(&self) -> &OtherFields {
        &self.others
    }

    /// The same, for keys that are known otherwise.
    pub const fn others_mut(&mut self) -> &mut OtherFields {
        &mut self.others
    }

    /// Every column there can be.
    pub fn columns(&self) -> impl Iterator<Item = Column> {
        Column::KNOWN.into_iter().chain(self.others.columns())
    }

    /// The row at a position of the order.
    pub fn at(&self, position: usize) -> Option<&Row> {
        self.all.get(*self.shown.get(position)?)
    }

    /// The row of a key, shown or not.
    pub fn get(&self, key: &RowKey) -> Option<&Row> {
        self.all.get(self.index_of(key)?)
    }

    fn index_of(&self, key: &RowKey) -> Option<usize> {
        self.index.get(&self.all, key)
    }

    /// The organization of an id, shown or not.
    pub fn organization(&self, id: &OrganizationId) -> Option<&Arc<Organization>> {
        self.get(&RowKey::Id(id.clone()))?.organization()
    }

    /// Whether a filter shows the organization of an id.
    pub fn shows(&self, id: &OrganizationId, filter: &Filter) -> bool {
        let key = RowKey::Id(id.clone());
        self.index_of(&key).is_some() && self.matches(&key, filter)
    }

    /// Every sound organization, in no order.
    pub fn organizations(&self) -> impl Iterator<Item = &Arc<Organization>> {
        self.all.iter().filter_map(Row::organization)
    }

    /// The position of a key, looked for near `hint` first.
    pub fn position(&self, key: &RowKey, hint: usize) -> Option<usize> {
        let wanted = self.index_of(key)?;
        if self.shown.get(hint) == Some(&wanted) {
            return Some(hint);
        }
        self.shown.iter().position(|index| *index == wanted)
    }

    /// Puts records in: a new key becomes a row, a known one is replaced; what is news is marked. `given`: what the
    /// server was asked for, where that was not everything: it knows why it gave these.
    pub fn put(
        &mut self,
        records: Vec<Record<Arc<Organization>>>,
        news: News,
        given: Option<&Arc<Criteria>>,
        sort: Sort,
        filter: &Filter,
    ) {
        let mut moved = Moved::default();
        for record in records {
            let known = self.index_of(&RowKey::of(&record));
            // Most of what a refresh brings is known: nothing is made of it.
            let same = known.and_then(|index| Some((index, self.all.get_mut(index)?)));
            if let Some((index, row)) = same.filter(|(_, row)| row.is_of(&record)) {
                if given.is_some_and(|given| row.given.as_ref() != Some(given)) {
                    row.given = given.cloned();
                    moved.insert(index);
                }
                continue;
            }
            let row = Row { given: given.cloned(), ..Row::new(record) };
            if let Some(organization) = row.organization() {
                self.others.meet(organization);
            }
            match known {
                Some(index) => {
                    if self.replace(index, row, news.of_known()) {
                        moved.insert(index);
                    }
                }
                None => {
                    moved.insert(self.push(row, news.of_new()));
                }
            }
        }
        self.place(&moved, sort, filter);
    }

    fn push(&mut self, mut row: Row, mark: Option<Moment>) -> usize {
        let index = self.all.len();
        count(&mut self.uses, None, Some(&row));
        compare_names(&mut self.names, &mut self.connections, None, Some(&row));
        row.changed = mark.map(|at| Box::new(Changed { at, connection_was: None }));
        if row.changed.is_some() {
            self.changed.push(row.key.clone());
        }
        self.words.push(&row.record);
        self.all.push(row);
        self.index.add(&self.all, index);
        index
    }

    /// Replaces a row; says whether there was one.
    fn replace(&mut self, index: usize, mut row: Row, mark: Option<Moment>) -> bool {
        let Some(present) = self.all.get_mut(index) else { return false };
        compare_names(&mut self.names, &mut self.connections, Some(present), Some(&row));
        let was_marked = present.changed.is_some();
        row.changed = mark.and_then(|at| difference(present, &row, at)).or_else(|| present.changed.take());
        if row.changed.is_some() && !was_marked {
            self.changed.push(row.key.clone());
        }
        count(&mut self.uses, Some(present), Some(&row));
        if row.given.is_none() && present.reads_like(&row) {
            row.given = present.given.take();
        }
        self.words.replace(index, &row.record);
        *present = row;
        true
    }

    /// Takes the mark off a row: the operator has looked at it.
    pub fn looked_at(&mut self, key: &RowKey) {
        let row = self.index_of(key).and_then(|index| self.all.get_mut(index));
        if row.is_some_and(|row| row.changed.take().is_some()) {
            self.changed.retain(|marked| marked != key);
        }
    }

    /// Removes the rows whose key is not in `keep`; says what one of them was called, and how many they are. Where the
    /// server filters, those that the filter hides are not counted: they are known to match no longer.
    pub fn retain(&mut self, keep: &RowKeys, sort: Sort, filter: &Filter) -> Option<(DisplayText, usize)> {
        let gone: Vec<&Row> = self.all.iter().filter(|row| !keep.contains(&row.key)).collect();
        if gone.is_empty() {
            return None;
        }
        let missed = |row: &&&Row| filter.asked().is_empty() || self.matches(&row.key, filter);
        let missed: Vec<&Row> = gone.iter().filter(missed).copied().collect();
        let told = missed.first().map(|row| (row.title(), missed.len()));
        for gone in self.all.iter().filter(|row| !keep.contains(&row.key)) {
            count(&mut self.uses, Some(gone), None);
            compare_names(&mut self.names, &mut self.connections, Some(gone), None);
        }
        let kept = self.all.iter().enumerate().filter(|(_, row)| keep.contains(&row.key));
        self.words.keep(kept.map(|(index, _)| index));
        self.all.retain(|row| keep.contains(&row.key));
        self.index = Index::of(&self.all);
        self.changed.retain(|key| keep.contains(key));
        self.sort(sort, filter);
        told
    }

    /// Orders all rows anew.
    pub fn sort(&mut self, sort: Sort, filter: &Filter) {
        let mut sorted: Vec<usize> = (0..self.all.len()).collect();
        let mut leads = Leads::default();
        self.order(sort).place(&mut leads, &mut sorted);
        (self.sorted, self.leads) = (sorted, leads);
        self.filter(filter);
    }

    /// Shows the rows that match, of all rows.
    pub fn filter(&mut self, filter: &Filter) {
        self.shown = self.matching(&self.sorted, filter.query());
    }

    /// The rows that match, shown or not, in the order of the list; where the server filters, those that are shown.
    pub fn that_match(&self, query: &Query, filter: &Filter) -> Vec<&Row> {
        let among = if filter.asked().is_empty() { &self.sorted } else { &self.shown };
        self.matching(among, query).into_iter().filter_map(|index| self.all.get(index)).collect()
    }

    /// Shows the rows that match, of those shown before.
    pub fn narrow(&mut self, filter: &Filter) {
        self.shown = self.matching(&self.shown, filter.query());
    }

    /// The rows of `order` that match. Words are looked for in all rows at once; what else is asked, only of
    /// those that hold them. A few rows are looked at one by one.
    fn matching(&self, order: &[usize], query: &Query) -> Vec<usize> {
        if query.is_empty() {
            return order.to_vec();
        }
        if order.len() < self.all.len() / 16 {
            let hit = |index: &usize| self.subject(*index).is_some_and(|row| query.matches(row));
            return order.iter().copied().filter(hit).collect();
        }
        let (words, rest) = query.words_and_rest();
        let holds = self.words.holding(&words);
        let has_words = |index: &usize| holds.get(*index).copied().unwrap_or(false);
        // To look at a row costs more than to look for words in all of them.
        let has_the_rest = |index: &usize| {
            rest.is_empty() || self.subject(*index).is_some_and(|row| rest.iter().all(|term| term.holds(row)))
        };
        // As many as may match: a list that grows is moved again and again.
        let mut matching = Vec::with_capacity(order.len());
        matching.extend(order.iter().copied().filter(|index| has_words(index) && has_the_rest(index)));
        matching
    }

    fn subject(&self, index: usize) -> Option<Subject<'_>> {
        let row = self.all.get(index)?;
        let organization = row.organization();
        Some(Subject {
            words: self.words.get(index),
            columns: organization.map(|organization| organization.as_ref() as &dyn Displayed),
            given: row.given.as_deref(),
            updated: Some(row),
            created: organization.map(|organization| &organization.created_at),
            tested: None,
        })
    }

    fn order(&self, sort: Sort) -> Order<'_> {
        Order::new(&self.all, &self.words, &self.others, sort)
    }

    /// Puts the rows at `moved` where they belong; the others keep their order.
    fn place(&mut self, moved: &Moved, sort: Sort, filter: &Filter) {
        if moved.is_empty() {
            return;
        }
        let mut placed: Vec<usize> = moved.iter().copied().collect();
        let mut leads = std::mem::take(&mut self.leads);
        self.order(sort).place(&mut leads, &mut placed);
        self.leads = leads;
        let shown = self.matching(&placed, filter.query());
        let sorted = self.merge(&self.sorted, moved, &placed, sort);
        self.shown =
            if filter.is_empty() { sorted.clone() } else { self.merge(&self.shown, moved, &shown, sort) };
        self.sorted = sorted;
    }

    /// `rows` without `moved`, merged with `placed`; both are sorted. A page is small beside the list: its rows look
    /// for their places, the others are copied in runs and not compared.
    fn merge(&self, rows: &[usize], moved: &Moved, placed: &[usize], sort: Sort) -> Vec<usize> {
        let kept = self.without(rows, moved);
        let mut merged = Vec::with_capacity(kept.len() + placed.len());
        let mut rest = &*kept;
        let order = self.order(sort);
        for new in placed {
            let earlier = leading(rest, |index| order.compare_by(&self.leads, *index, *new).is_lt());
            let (before, after) = rest.split_at(earlier);
            merged.extend_from_slice(before);
            merged.push(*new);
            rest = after;
        }
        merged.extend_from_slice(rest);
        merged
    }

    /// `rows` without `moved`. The rows of a list being read are new ones, and not yet among them.
    fn without<'a>(&self, rows: &'a [usize], moved: &Moved) -> Cow<'a, [usize]> {
        if moved.iter().all(|index| *index >= self.sorted.len()) {
            return Cow::Borrowed(rows);
        }
        let mut is_moved = vec![false; self.all.len()];
        for index in moved {
            if let Some(mark) = is_moved.get_mut(*index) {
                *mark = true;
            }
        }
        let stays = |index: &usize| !is_moved.get(*index).copied().unwrap_or(false);
        Cow::Owned(rows.iter().copied().filter(stays).collect())
    }
}

/// How many at the begin of `rows` are such; all that are stand there. It is looked for from the begin in steps that
/// double: it is near.
fn leading(rows: &[usize], is_such: impl Fn(&usize) -> bool) -> usize {
    let mut end = 1;
    while rows.get(end - 1).is_some_and(&is_such) {
        end *= 2;
    }
    let (start, end) = (end / 2, end.min(rows.len()));
    start + rows.get(start..end).map_or(0, |rows| rows.partition_point(is_such))
}

/// Takes a row out of those that use its connection, and another in.
fn count(uses: &mut Uses, gone: Option<&Row>, come: Option<&Row>) {
    if let Some(organization) = gone.and_then(Row::organization)
        && let Some(users) = uses.get_mut(&organization.connection)
    {
        users.remove(&organization.id);
        if users.len() == 0 {
            uses.remove(&organization.connection);
        }
    }
    if let Some(organization) = come.and_then(Row::organization).filter(|o| !o.connection.is_empty()) {
        uses.entry(organization.connection.clone()).or_default().insert(&organization.id);
    }
}

/// The same for the names that are compared with one another.
fn compare_names(names: &mut Twins, connections: &mut Twins, gone: Option<&Row>, come: Option<&Row>) {
    if let Some((row, organization)) = gone.and_then(|row| Some((row, row.organization()?))) {
        names.remove(row.looks.name, &organization.name);
        connections.remove(row.looks.connection, &organization.connection);
    }
    if let Some((row, organization)) = come.and_then(|row| Some((row, row.organization()?))) {
        names.add(row.looks.name, &organization.name);
        connections.add(row.looks.connection, &organization.connection);
    }
}

fn difference(before: &Row, after: &Row, at: Moment) -> Option<Box<Changed>> {
    let (before, after) = (before.organization()?, after.organization()?);
    let same = before.connection == after.connection;
    (!same || before.updated_at != after.updated_at)
        .then(|| Box::new(Changed { at, connection_was: (!same).then(|| before.connection.clone()) }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_at_the_begin_are_counted_however_many_they_are() {
        for all in 0..40 {
            let rows: Vec<usize> = (0..all).collect();
            for such in 0..=all {
                assert_eq!(leading(&rows, |row| *row < such), such);
            }
        }
    }
}
