//! Which of two rows comes first, and a hundred thousand of them put in order between two keys.
//!
//! A sort compares a row with twenty others, and a comparison looks at texts all over the memory. So each row is
//! looked at once: the sixteen bytes after those that all rows begin with make a number, and the numbers are
//! sorted. Rows whose numbers are equal are looked at further, in the same way.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::column::{Column, OtherFields};
use super::row::Row;
use super::sort::{By, Sort};
use super::times::Times;
use super::words::Words;
use crate::app::query::Field;
use crate::domain::{IdRef, Listed};

/// Fewer rows than this are compared with one another.
const FEW: usize = 24;

/// For each of some rows, numbers that are ordered as the rows are, or equal: what is merged into a long list compares
/// numbers that lie side by side, and not texts all over the memory. Many names differ late, and where they do not, what
/// comes after the name decides: there are three.
pub(super) type Leads = Vec<Lead>;

pub(super) type Lead = [u128; 3];

/// Where nothing can be known: behind all others.
const LAST: Lead = [u128::MAX; 3];

/// What tells rows apart. A row is known by its place in the store.
#[derive(Clone, Debug)]
pub(super) struct Order<'a> {
    all: &'a [Row],
    words: &'a Words,
    times: &'a Times,
    others: &'a OtherFields,
    /// What decides, in turn; at the end the id, which no two rows share, and behind which nothing decides.
    levels: Vec<By>,
}

impl<'a> Order<'a> {
    pub(super) fn new(
        all: &'a [Row],
        words: &'a Words,
        times: &'a Times,
        others: &'a OtherFields,
        sort: Sort,
    ) -> Self {
        let mut levels: Vec<By> = sort.levels().chain([By::up(Column::Id)]).collect();
        let decides = levels.iter().position(|by| by.column == Column::Id);
        levels.truncate(decides.map_or(levels.len(), |id| id + 1));
        Self { all, words, times, others, levels }
    }

    /// The numbers of these rows.
    pub(super) fn leads(&self, rows: &[u32]) -> impl Iterator<Item = Lead> {
        rows.iter().map(|row| self.lead(*row))
    }

    /// Puts rows in order by their numbers, and gives these.
    pub(super) fn sort_by_leads(&self, rows: &mut [u32]) -> Leads {
        let mut leads: Leads = self.leads(rows).collect();
        // The first number alone is moved about: few rows are alike in it.
        let mut numbered: Vec<(u128, u32)> = leads.iter().map(|[first, ..]| *first).zip(0..).collect();
        numbered.sort_unstable();
        let of = |nth: u32| (leads.get(nth as usize), rows.get(nth as usize));
        for alike in numbered.chunk_by_mut(|(one, _), (two, _)| one == two).filter(|rows| rows.len() > 1) {
            alike.sort_unstable_by(|(_, one), (_, two)| {
                let (one, two) = (of(*one), of(*two));
                let by_text =
                    || one.1.zip(two.1).map_or(Ordering::Equal, |(one, two)| self.compare(*one, *two));
                one.0.cmp(&two.0).then_with(by_text)
            });
        }
        let mut from: Vec<usize> = numbered.into_iter().map(|(_, nth)| nth as usize).collect();
        bring_in_order(&mut from, |one, other| {
            leads.swap(one, other);
            rows.swap(one, other);
        });
        leads
    }

    fn lead(&self, row: u32) -> Lead {
        let is_sound = self.row(row).is_some_and(|row| row.listed().is_some());
        let Some(by) = self.levels.first().filter(|_| is_sound) else { return LAST };
        if by.column.is_time() {
            return [self.time_number(row, *by), 0, 0];
        }
        let is_alike = |level: &&By| !level.column.is_time() && level.descending == by.descending;
        let texts = self.levels.iter().take_while(is_alike).map(|level| self.text(row, level.column));
        numbers(texts).map(|number| turned(number, *by))
    }

    /// Where a row stands by a column of times: a number that is ordered as they are.
    fn time_number(&self, row: u32, by: By) -> u128 {
        let time = self.time(row, by.column);
        turned(time.map_or(0, |time| time.wrapping_sub(i128::MIN).cast_unsigned()), by)
    }

    /// How two rows are ordered. Damaged ones come last.
    pub(super) fn compare(&self, one: u32, two: u32) -> Ordering {
        let Some((first, second)) = self.row(one).zip(self.row(two)) else { return one.cmp(&two) };
        match (first.listed(), second.listed()) {
            (Some(_), Some(_)) => self.by_levels(one, two, &self.levels),
            (one, two) => {
                two.is_some().cmp(&one.is_some()).then_with(|| first.damaged().cmp(&second.damaged()))
            }
        }
    }

    /// Puts rows in order.
    pub(super) fn sort(&self, rows: &mut [u32]) {
        let is_sound = |row: &u32| self.row(*row).is_some_and(|row| row.listed().is_some());
        let sound = partition(rows, is_sound);
        let (sound, damaged) = rows.split_at_mut(sound);
        self.sort_by_levels(sound, &self.levels);
        damaged.sort_by_cached_key(|row| self.row(*row).map(Row::damaged));
    }

    fn sort_by_levels(&self, rows: &mut [u32], levels: &[By]) {
        let Some((by, rest)) = levels.split_first().filter(|_| rows.len() >= FEW) else {
            rows.sort_unstable_by(|one, two| self.by_levels(*one, *two, levels));
            return;
        };
        let mut numbered = self.numbered(rows, *by);
        numbered.sort_unstable();
        for (row, (_, sorted)) in rows.iter_mut().zip(&numbered) {
            *row = *sorted;
        }
        let mut alike = rows;
        for run in numbered.chunk_by(|(one, _), (two, _)| one == two) {
            let (these, others) = alike.split_at_mut(run.len());
            alike = others;
            if self.agree(these, *by) {
                self.sort_by_levels(these, rest);
            } else if run.len() < numbered.len() {
                self.sort_by_levels(these, levels);
            } else {
                // Numbers cannot tell them apart: a text that ends in zero bytes, times that are none.
                these.sort_unstable_by(|one, two| self.by_levels(*one, *two, levels));
            }
        }
    }

    /// The rows with numbers that are ordered as they are, or equal.
    fn numbered(&self, rows: &[u32], by: By) -> Vec<(u128, u32)> {
        if by.column.is_time() {
            return rows.iter().map(|row| (self.time_number(*row, by), *row)).collect();
        }
        let texts: Vec<Cow<'_, str>> = rows.iter().map(|row| self.text(*row, by.column)).collect();
        let alike = common_start(&texts);
        let numbers = texts.iter().map(|text| turned(number(text.bytes().skip(alike)), by));
        numbers.zip(rows.iter().copied()).collect()
    }

    fn agree(&self, rows: &[u32], by: By) -> bool {
        let Some((first, others)) = rows.split_first() else { return true };
        others.iter().all(|row| self.by(*first, *row, by).is_eq())
    }

    fn by_levels(&self, one: u32, two: u32, levels: &[By]) -> Ordering {
        levels.iter().map(|by| self.by(one, two, *by)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    fn by(&self, one: u32, two: u32, by: By) -> Ordering {
        let texts = || self.text(one, by.column).cmp(&self.text(two, by.column));
        let order = match by.column {
            Column::Id => texts().then_with(|| self.id(one).cmp(&self.id(two))),
            column if column.is_time() => {
                self.time(one, column).cmp(&self.time(two, column)).then_with(texts)
            }
            _ => texts(),
        };
        if by.descending { order.reverse() } else { order }
    }

    fn text(&self, row: u32, column: Column) -> Cow<'a, str> {
        let words = |field| self.words.get(row as usize, field);
        match column {
            Column::Name => words(Field::Name),
            // What a row is looked for by stands side by side, and records all over the memory.
            Column::Id => words(Field::Id),
            _ => self
                .row(row)
                .and_then(Row::listed)
                .map_or("".into(), |listed| column.text(listed, self.others)),
        }
    }

    /// The id itself: two may differ in letter case alone.
    fn id(&self, row: u32) -> Option<IdRef<'a>> {
        self.row(row)?.listed().map(Listed::id)
    }

    fn time(&self, row: u32, column: Column) -> Option<i128> {
        self.times.of(column, row, self.all)
    }

    fn row(&self, row: u32) -> Option<&'a Row> {
        self.all.get(row as usize)
    }
}

/// A number that is ordered the way round that is asked for.
const fn turned(number: u128, by: By) -> u128 {
    if by.descending { !number } else { number }
}

/// Brings the rows for which `is_first` holds to the front; gives their number.
fn partition(rows: &mut [u32], is_first: impl Fn(&u32) -> bool) -> usize {
    let mut first = 0;
    for at in 0..rows.len() {
        if rows.get(at).is_some_and(&is_first) {
            rows.swap(first, at);
            first += 1;
        }
    }
    first
}

/// Exchanges things until each stands where it is to: `from` says of each place where its own stands.
fn bring_in_order(from: &mut [usize], mut exchange: impl FnMut(usize, usize)) {
    for start in 0..from.len() {
        let mut place = start;
        while let Some(own) = from.get_mut(place).map(|from| std::mem::replace(from, place)) {
            if own == start {
                break;
            }
            exchange(place, own);
            place = own;
        }
    }
}

/// How many bytes all texts begin with alike.
fn common_start(texts: &[Cow<'_, str>]) -> usize {
    let Some((first, others)) = texts.split_first() else { return 0 };
    others.iter().fold(first.len(), |most, text| {
        let same = first.bytes().zip(text.bytes()).take(most).take_while(|(one, two)| one == two).count();
        most.min(same)
    })
}

/// The first sixteen bytes as a number that is ordered as they are.
fn number(text: impl Iterator<Item = u8>) -> u128 {
    let mut bytes = [0; 16];
    for (byte, of_text) in bytes.iter_mut().zip(text) {
        *byte = of_text;
    }
    u128::from_be_bytes(bytes)
}

/// The first bytes of texts one after the other as numbers that are ordered as the texts are. An end, which comes
/// before all that could go on, is a byte of its own; none is as large as the largest.
fn numbers<'t>(texts: impl Iterator<Item = Cow<'t, str>>) -> Lead {
    let mut bytes = [0; size_of::<Lead>()];
    let mut from = 0;
    for text in texts {
        let Some(room) = bytes.get_mut(from..).filter(|room| !room.is_empty()) else { break };
        for (byte, of_text) in room.iter_mut().zip(text.bytes()) {
            *byte = of_text.saturating_add(1);
        }
        from = from.saturating_add(text.len()).saturating_add(1);
    }
    let (numbers, _) = bytes.as_chunks();
    std::array::from_fn(|nth| numbers.get(nth).map_or(0, |bytes| u128::from_be_bytes(*bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_ordered_as_the_texts_are() {
        let texts = ["", "a", "ab", "b", "é", "日本", "zzzzzzzzzzzzzzzz"];
        let mut ordered = texts;
        ordered.sort_unstable();
        let mut numbered: Vec<_> = texts.iter().map(|text| (number(text.bytes()), *text)).collect();
        numbered.sort_unstable();
        assert_eq!(numbered.into_iter().map(|(_, text)| text).collect::<Vec<_>>(), ordered);
    }

    #[test]
    fn what_comes_behind_a_text_decides_only_where_the_texts_are_the_same() {
        let mut ordered =
            [("", "z"), ("a", "a"), ("a", "b"), ("a\0", "a"), ("a b", "a"), ("ab", "a"), ("é", "a")];
        let key =
            |(one, two): &(&'static str, &'static str)| numbers([(*one).into(), (*two).into()].into_iter());
        ordered.sort_unstable_by_key(key);
        assert!(ordered.is_sorted());
        assert!(ordered.iter().map(key).is_sorted_by(|one, two| one < two));
    }

    #[test]
    fn things_are_brought_to_the_places_where_they_are_to_stand() {
        for from in [vec![], vec![0], vec![2, 0, 1], vec![1, 0, 2, 4, 3], vec![4, 2, 1, 0, 3]] {
            let mut things: Vec<usize> = (0..from.len()).map(|place| place * 10).collect();
            bring_in_order(&mut from.clone(), |one, other| things.swap(one, other));
            assert_eq!(things, from.iter().map(|place| place * 10).collect::<Vec<_>>());
        }
    }

    #[test]
    fn what_all_begin_with_is_found() {
        let start = |texts: &[&'static str]| {
            common_start(&texts.iter().map(|text| (*text).into()).collect::<Vec<_>>())
        };
        assert_eq!(start(&["sfdc-1", "sfdc-22", "sfdc-"]), 5);
        assert_eq!((start(&[]), start(&["x"]), start(&["a", "b"])), (0, 1, 0));
    }

    #[test]
    fn the_first_ones_come_to_the_front() {
        let mut rows = [1, 2, 3, 4, 5, 6];
        assert_eq!(partition(&mut rows, |row| row % 2 == 0), 3);
        assert!(rows[..3].iter().all(|row| row % 2 == 0));
    }
}
