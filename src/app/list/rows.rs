//! The rows known, and the order in which those that match are shown.
//!
//! The order is kept, not computed for each frame: new rows are merged into it, a filter that got narrower
//! looks only at what was shown. A position is one in that order, a place one in the store.

use std::collections::HashSet;
use std::sync::Arc;

use super::batch::Batch;
use super::column::{Column, OtherFields};
use super::filter::Filter;
use super::index::Index;
use super::matching::Matching;
use super::order::Order;
use super::places::Places;
use super::row::{Changed, LookAlike, News, Noted, Row, RowKey};
use super::sequence::Sequence;
use super::sort::Sort;
use super::times::Times;
use super::twins::{Texts, Twins};
use super::users::Uses;
use super::words::Words;
use crate::app::query::{Field, Query};
use crate::domain::{Criteria, Listed, Moment, Organization, OrganizationId};
use crate::text::{DisplayText, Skeleton, Untrusted};

/// The rows of the list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    all: Vec<Row>,
    /// The state is held by futures, and small.
    words: Box<Words>,
    index: Index,
    times: Box<Times>,
    sorted: Sequence,
    /// Those that the filter shows, in the same order; none where it hides none.
    filtered: Option<Vec<u32>>,
    /// Rows that are to find their place: new ones, and others that changed.
    waiting: Vec<u32>,
    /// The rows that carry a mark, the latest last.
    changed: Vec<RowKey>,
    uses: Uses,
    names: Twins,
    others: OtherFields,
}

/// The names, by the places of their rows.
impl Texts for [Row] {
    fn skeleton(&self, place: u32) -> Option<Skeleton> {
        self.get(at(place)).filter(|row| row.listed().is_some()).map(|row| row.looks)
    }

    fn text(&self, place: u32) -> Option<&str> {
        self.get(at(place))?.listed().map(Listed::name)
    }
}

/// Most rows that a server's count alone makes room for.
const MOST_RESERVED: usize = 1_000_000;

impl Rows {
    /// How many rows have a place in the order.
    pub const fn len(&self) -> usize {
        self.sorted.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.sorted.len() == 0
    }

    /// How many came or changed, and did not find their place in the order yet.
    pub const fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Every row in the order of the sort, those that the filter hides among them.
    pub fn ordered(&self) -> impl Iterator<Item = &Row> {
        self.sorted.places().iter().filter_map(|place| self.all.get(at(*place)))
    }

    /// How many rows match the filter.
    pub fn shown(&self) -> usize {
        self.visible().len()
    }

    fn visible(&self) -> &[u32] {
        self.filtered.as_deref().unwrap_or_else(|| self.sorted.places())
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
        let matches = |place| self.matching().is(place, filter.query());
        filter.is_empty() || self.place(key).is_some_and(matches)
    }

    /// How many organizations use a connection, by the name on their records.
    pub fn uses(&self, connection: &Untrusted) -> usize {
        self.uses.count(connection)
    }

    /// The first organizations that use a connection, ordered by id: as many as are told one by one.
    pub fn users(&self, connection: &Untrusted) -> impl Iterator<Item = &Listed> {
        let all = |place| {
            let rows = self.all.iter().filter(move |row| row.connection == place);
            rows.filter_map(|row| row.listed().map(Listed::id))
        };
        self.uses.first(connection, all).iter().filter_map(|id| self.listed(id))
    }

    /// Every connection named on a record, in no order.
    pub fn connections(&self) -> impl Iterator<Item = &Untrusted> {
        self.uses.names().map(|(name, _)| name)
    }

    /// Why the name of a row may be taken for another.
    pub fn name_look_alike(&self, row: &Row) -> Option<LookAlike> {
        let name = row.listed()?.name();
        LookAlike::of(name, self.names.other(&*self.all, row.looks, name))
    }

    /// The same of its connection, among those named on records.
    pub fn connection_look_alike(&self, row: &Row) -> Option<LookAlike> {
        LookAlike::of(row.listed()?.connection(), self.uses.other(row.connection))
    }

    /// The displayed values of a column, by its place in the vocabulary, in no order and each at least once; none for
    /// what is another in every row.
    pub fn values(&self, column: usize) -> Vec<String> {
        let field = Field::ALL.get(column);
        let mut seen = HashSet::new();
        for listed in self.organizations() {
            match field {
                Some(field @ (Field::Connection | Field::Type | Field::Cloud)) => {
                    seen.insert(field.of(listed));
                }
                Some(Field::Name | Field::OrgId | Field::Id) | None => return Vec::new(),
            }
        }
        seen.into_iter().map(|value| Untrusted::from(value).brief().into_string()).collect()
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
        self.all.get(at(*self.visible().get(position)?))
    }

    /// The row of a key, shown or not.
    pub fn get(&self, key: &RowKey) -> Option<&Row> {
        self.all.get(at(self.place(key)?))
    }

    /// Where the row of a key is in the store.
    pub fn place(&self, key: &RowKey) -> Option<u32> {
        self.index.get(&self.all, key)
    }

    /// The organization of an id, shown or not.
    pub fn organization(&self, id: &OrganizationId) -> Option<Arc<Organization>> {
        self.listed(id).map(Listed::organization)
    }

    /// The same in its place.
    pub fn listed(&self, id: &OrganizationId) -> Option<&Listed> {
        self.get(&RowKey::Id(id.clone()))?.listed()
    }

    /// Whether a filter shows the organization of an id.
    pub fn shows(&self, id: &OrganizationId, filter: &Filter) -> bool {
        let key = RowKey::Id(id.clone());
        self.place(&key).is_some() && self.matches(&key, filter)
    }

    /// Every sound organization, in no order.
    pub fn organizations(&self) -> impl Iterator<Item = &Listed> {
        self.all.iter().filter_map(Row::listed)
    }

    /// The position of a key, looked for near `hint` first.
    pub fn position(&self, key: &RowKey, hint: usize) -> Option<usize> {
        let wanted = self.place(key)?;
        let shown = self.visible();
        if shown.get(hint) == Some(&wanted) {
            return Some(hint);
        }
        shown.iter().position(|place| *place == wanted)
    }

    /// Puts rows in: a new key becomes a row, a known one is replaced; what is news is marked. `given`: what the
    /// server was asked for, where that was not everything: it knows why it gave these. `newer`: rows that were read
    /// since, and stay as they are.
    ///
    /// Gives the places of the batch's rows in the store. In the order they find theirs when they [`settle`].
    ///
    /// [`settle`]: Self::settle
    pub fn take_in(
        &mut self,
        batch: Batch,
        news: News,
        given: Option<&Arc<Criteria>>,
        newer: &Places,
    ) -> Vec<u32> {
        self.make_room(&batch);
        let Batch { total: _, rows, words, connections, others } = batch;
        for key in &others {
            self.others.column(key);
        }
        let connections: Vec<u32> =
            connections.iter().map(|(name, looks)| self.uses.place(name, *looks)).collect();
        let noted = given.map(Noted::given);
        let mut places = Vec::with_capacity(rows.len());
        let (mut new, mut replaced) = (Vec::new(), Vec::new());
        for (nth, mut row) in rows.into_iter().enumerate() {
            row.connection = connections.get(at(row.connection)).copied().unwrap_or_default();
            row.noted.clone_from(&noted);
            let Some(place) = self.index.like(&self.all, &row) else {
                places.push(self.push(row, news.of_new()));
                new.push(nth);
                continue;
            };
            places.push(place);
            if newer.contains(place) {
                continue;
            }
            // Most of what a refresh brings is known: nothing is made of it.
            match self.all.get_mut(at(place)) {
                Some(present) if present.is_of(&row.record) => {
                    if given.is_some() && present.given() != given {
                        present.set_given(given.cloned());
                        self.waiting.push(place);
                    }
                }
                _ => {
                    self.replace(place, row, news.of_known());
                    replaced.push((at(place), nth));
                }
            }
        }
        self.words.extend(&words, &new);
        self.words.replace(&words, &replaced);
        if let Some(places) = self.uses.forget_unused() {
            for row in &mut self.all {
                row.connection = places.get(at(row.connection)).copied().unwrap_or_default();
            }
        }
        places
    }

    /// Makes room for as many rows as the server counts, once it is known that there are many.
    fn make_room(&mut self, batch: &Batch) {
        let total = batch.total.unwrap_or_default().min(MOST_RESERVED);
        let more = total.saturating_sub(self.all.len());
        if more > batch.rows.len() && more > self.all.len() / 4 && self.all.capacity() < total {
            self.all.reserve_exact(more);
            self.words.reserve(more);
            self.index.reserve(&self.all, more);
            self.names.reserve(&*self.all, more);
            self.sorted.reserve(more);
        }
    }

    fn push(&mut self, mut row: Row, mark: Option<Moment>) -> u32 {
        let index = self.all.len();
        let place = u32::try_from(index).unwrap_or(u32::MAX);
        if let Some(at) = mark {
            row.set_changed(Some(Changed { at, connection_was: None }));
            self.changed.push(row.key());
        }
        self.all.push(row);
        self.index.add(&self.all, index);
        self.times.forget(index);
        self.count(place);
        self.waiting.push(place);
        place
    }

    fn replace(&mut self, place: u32, mut row: Row, mark: Option<Moment>) {
        self.uncount(place);
        let Some(present) = self.all.get_mut(at(place)) else { return };
        let was = present.changed().cloned();
        let changed = mark.and_then(|at| difference(present, &row, at));
        if changed.is_some() && was.is_none() {
            self.changed.push(row.key());
        }
        row.set_changed(changed.or(was));
        if row.given().is_none() && present.reads_like(&row) {
            row.set_given(present.given().cloned());
        }
        *present = row;
        self.times.forget(at(place));
        self.count(place);
        self.waiting.push(place);
    }

    /// Takes a row in among those that use its connection, and its name among those that are compared.
    fn count(&mut self, place: u32) {
        let row = self.all.get(at(place)).and_then(|row| row.listed().map(|of| (row.connection, of)));
        if let Some((connection, listed)) = row {
            self.uses.add(connection, listed.id());
            self.names.add(&*self.all, place);
        }
    }

    /// The other way round, while it is still there.
    fn uncount(&mut self, place: u32) {
        let row = self.all.get(at(place)).and_then(|row| row.listed().map(|of| (row.connection, of)));
        if let Some((connection, listed)) = row {
            self.uses.remove(connection, listed.id());
            self.names.remove(&*self.all, place);
        }
    }

    /// Takes the mark off a row: the operator has looked at it.
    pub fn looked_at(&mut self, key: &RowKey) {
        let row = self.place(key).and_then(|place| self.all.get_mut(at(place)));
        if let Some(row) = row.filter(|row| row.changed().is_some()) {
            row.set_changed(None);
            self.changed.retain(|marked| marked != key);
        }
    }

    /// Removes the rows whose place is not in `keep`; says what one of them was called, and how many they are. Where the
    /// server filters, those that the filter hides are not counted: they are known to match no longer.
    pub fn retain(&mut self, keep: &Places, sort: Sort, filter: &Filter) -> Option<(DisplayText, usize)> {
        let gone: Vec<u32> = self.places().filter(|place| !keep.contains(*place)).collect();
        if gone.is_empty() {
            return None;
        }
        let is_missed = |row: &&Row| filter.asked().is_empty() || self.matches(&row.key(), filter);
        let missed: Vec<&Row> =
            gone.iter().filter_map(|place| self.all.get(at(*place))).filter(is_missed).collect();
        let told = missed.first().map(|row| (row.title(), missed.len()));
        for place in &gone {
            self.uncount(*place);
        }
        self.words.keep(self.places().filter(|place| keep.contains(*place)).map(at));
        let mut places = 0..;
        self.all.retain(|_| places.next().is_some_and(|place| keep.contains(place)));
        self.all.shrink_to_fit();
        self.index = Index::of(&self.all);
        self.names = Twins::default();
        *self.times = Times::default();
        for place in self.places() {
            self.names.add(&*self.all, place);
        }
        let mut changed = std::mem::take(&mut self.changed);
        changed.retain(|key| self.place(key).is_some());
        self.changed = changed;
        self.sort(sort, filter);
        told
    }

    fn places(&self) -> std::ops::Range<u32> {
        0..u32::try_from(self.all.len()).unwrap_or(u32::MAX)
    }

    /// Orders all rows anew.
    pub fn sort(&mut self, sort: Sort, filter: &Filter) {
        self.sorted = Sequence::of(self.places(), &self.order(sort));
        self.waiting.clear();
        self.filter(filter);
    }

    /// Shows the rows that match, of all rows.
    pub fn filter(&mut self, filter: &Filter) {
        self.show(self.matching().of(self.sorted.places(), filter.query()));
    }

    /// Shows these rows alone; none: all.
    fn show(&mut self, shown: Option<Vec<u32>>) {
        self.filtered = shown.filter(|shown| shown.len() < self.sorted.len());
    }

    /// The rows that match, shown or not, in the order of the list; where the server filters, those that are shown.
    pub fn that_match(&self, query: &Query, filter: &Filter) -> Vec<&Row> {
        let among = if filter.asked().is_empty() { self.sorted.places() } else { self.visible() };
        let matching = self.matching().of(among, query);
        let places = matching.as_deref().unwrap_or(among);
        places.iter().filter_map(|place| self.all.get(at(*place))).collect()
    }

    /// How many of the rows that are shown do not look like what the server was asked for.
    pub fn unlike(&self, filter: &Filter) -> usize {
        let matching = self.matching();
        self.visible().iter().filter(|place| !matching.looks_as_asked(**place, filter.query())).count()
    }

    /// Shows the rows that match, of those shown before.
    pub fn narrow(&mut self, filter: &Filter) {
        if let Some(shown) = self.matching().of(self.visible(), filter.query()) {
            self.show(Some(shown));
        }
    }

    const fn matching(&self) -> Matching<'_> {
        Matching { all: self.all.as_slice(), words: &self.words, times: &self.times }
    }

    fn order(&self, sort: Sort) -> Order<'_> {
        Order::new(&self.all, &self.words, &self.times, &self.others, sort)
    }

    /// Puts the rows that came or changed where they belong; the others keep their order.
    pub fn settle(&mut self, sort: Sort, filter: &Filter) {
        let moved: Places = std::mem::take(&mut self.waiting).into_iter().collect();
        if moved.is_empty() {
            return;
        }
        let mut sorted = std::mem::take(&mut self.sorted);
        let placed = sorted.merge(&moved, &self.order(sort));
        self.sorted = sorted;
        if filter.is_empty() {
            self.show(None);
            return;
        }
        let found: Places =
            self.matching().of(&placed, filter.query()).unwrap_or(placed).into_iter().collect();
        let before: Option<Places> = self.filtered.take().map(|shown| shown.into_iter().collect());
        let stayed = |place| before.as_ref().is_none_or(|before| before.contains(place));
        let is_shown =
            |place: &u32| if moved.contains(*place) { found.contains(*place) } else { stayed(*place) };
        self.show(Some(self.sorted.places().iter().copied().filter(is_shown).collect()));
    }

    /// The list was read: no more rows come for now.
    pub fn rest(&mut self) {
        self.sorted.rest();
        // A few may come with the next list.
        let spare = self.all.len() / 32;
        self.all.shrink_to(self.all.len() + spare);
        self.words.shrink(spare);
    }
}

const fn at(place: u32) -> usize {
    place as usize
}

fn difference(before: &Row, after: &Row, at: Moment) -> Option<Changed> {
    let (before, after) = (before.listed()?, after.listed()?);
    let same = before.connection() == after.connection();
    (!same || before.updated_at() != after.updated_at())
        .then(|| Changed { at, connection_was: (!same).then(|| before.connection().into()) })
}
