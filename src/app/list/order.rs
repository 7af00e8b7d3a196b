//! Which of two rows comes first, and a hundred thousand of them put in order between two keys.
//!
//! A sort compares a row with twenty others, and a comparison looks at texts all over the memory. So each row is
//! looked at once: the sixteen bytes after those that all rows begin with make a number, and the numbers are
//! sorted. Rows whose numbers are equal are looked at further, in the same way.

use std::cmp::Ordering;

use super::column::{Column, OtherFields};
use super::row::Row;
use super::sort::{By, Sort};
use super::words::Words;

/// Fewer rows than this are compared with one another.
const FEW: usize = 24;

/// For each row, by its place in the store, numbers that are ordered as the rows are, or equal: a page that is merged
/// into a long list compares numbers that lie side by side, and not texts. Many names differ late, and where they do
/// not, what comes after the name decides: there are three.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Leads(Vec<Lead>);

type Lead = [u128; 3];

/// Where nothing is known, or nothing can be: behind all others.
const LAST: Lead = [u128::MAX; 3];

/// What tells rows apart. A row is known by its place in the store.
#[derive(Clone, Debug)]
pub(super) struct Order<'a> {
    all: &'a [Row],
    words: &'a Words,
    others: &'a OtherFields,
    /// What decides, in turn; at the end the id, which no two rows share.
    levels: Vec<By>,
}

impl<'a> Order<'a> {
    pub(super) fn new(all: &'a [Row], words: &'a Words, others: &'a OtherFields, sort: Sort) -> Self {
        let levels = sort.levels().chain([By::up(Column::Id)]).collect();
        Self { all, words, others, levels }
    }

    fn lead_all(&self, rows: &[usize], leads: &mut Leads) {
        leads.0.resize(self.all.len(), LAST);
        for row in rows {
            if let Some(lead) = leads.0.get_mut(*row) {
                *lead = self.lead(*row);
            }
        }
    }

    fn lead(&self, row: usize) -> Lead {
        let is_sound = self.all.get(row).is_some_and(|row| row.organization().is_some());
        let Some(by) = self.levels.first().filter(|_| is_sound) else { return LAST };
        if by.column.is_time() {
            return [self.time_number(row, *by), 0, 0];
        }
        let texts = self
            .levels
            .iter()
            .take_while(|level| !level.column.is_time() && level.descending == by.descending);
        numbers(texts.map(|level| self.text(row, level.column))).map(|number| turned(number, *by))
    }

    /// Where a row stands by a column of times: a number that is ordered as they are.
    fn time_number(&self, row: usize, by: By) -> u128 {
        let time = self.time(row, by.column);
        turned(time.map_or(0, |time| time.wrapping_sub(i128::MIN).cast_unsigned()), by)
    }

    /// How two rows are ordered, by their numbers as far as these tell.
    pub(super) fn compare_by(&self, leads: &Leads, one: usize, two: usize) -> Ordering {
        leads.0.get(one).cmp(&leads.0.get(two)).then_with(|| self.compare(one, two))
    }

    /// How two rows are ordered. Damaged ones come last.
    pub(super) fn compare(&self, one: usize, two: usize) -> Ordering {
        let Some((first, second)) = self.all.get(one).zip(self.all.get(two)) else { return one.cmp(&two) };
        match (first.organization(), second.organization()) {
            (Some(_), Some(_)) => self.by_levels(one, two, &self.levels),
            (one, two) => two.is_some().cmp(&one.is_some()).then_with(|| first.key.cmp(&second.key)),
        }
    }

    /// Puts rows in order by their texts and times.
    fn sort(&self, rows: &mut [usize]) {
        let is_sound = |row: &usize| self.all.get(*row).is_some_and(|row| row.organization().is_some());
        let sound = partition(rows, is_sound);
        let (sound, damaged) = rows.split_at_mut(sound);
        self.sort_by_levels(sound, &self.levels);
        damaged.sort_unstable_by_key(|row| self.all.get(*row).map(|row| &row.key));
    }

    /// Puts rows in order, and their numbers among `leads`: only where these are equal, texts are looked at.
    pub(super) fn place(&self, leads: &mut Leads, rows: &mut [usize]) {
        self.lead_all(rows, leads);
        let lead = |row: usize| leads.0.get(row).copied().unwrap_or(LAST);
        // The first number alone is moved about: few rows are alike in it.
        let mut numbered: Vec<(u128, usize)> = rows.iter().map(|row| (lead(*row)[0], *row)).collect();
        numbered.sort_unstable();
        for (row, (_, sorted)) in rows.iter_mut().zip(&numbered) {
            *row = *sorted;
        }
        let mut rest = rows;
        for run in numbered.chunk_by(|(one, _), (two, _)| one == two) {
            let (these, others) = rest.split_at_mut(run.len());
            if these.len() > 1 {
                these.sort_unstable_by_key(|row| lead(*row));
                let alike = these.chunk_by_mut(|one, two| lead(*one) == lead(*two));
                alike.filter(|rows| rows.len() > 1).for_each(|rows| self.sort(rows));
            }
            rest = others;
        }
    }

    fn sort_by_levels(&self, rows: &mut [usize], levels: &[By]) {
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
    fn numbered(&self, rows: &[usize], by: By) -> Vec<(u128, usize)> {
        if by.column.is_time() {
            return rows.iter().map(|row| (self.time_number(*row, by), *row)).collect();
        }
        let texts: Vec<&[u8]> = rows.iter().map(|row| self.text(*row, by.column).as_bytes()).collect();
        let alike = common_start(&texts);
        let numbers = texts.iter().map(|text| turned(number(text.iter().skip(alike).copied()), by));
        numbers.zip(rows.iter().copied()).collect()
    }

    fn agree(&self, rows: &[usize], by: By) -> bool {
        let Some((first, others)) = rows.split_first() else { return true };
        others.iter().all(|row| self.by(*first, *row, by).is_eq())
    }

    fn by_levels(&self, one: usize, two: usize, levels: &[By]) -> Ordering {
        levels.iter().map(|by| self.by(one, two, *by)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
    }

    fn by(&self, one: usize, two: usize, by: By) -> Ordering {
        let texts = || self.text(one, by.column).cmp(self.text(two, by.column));
        let order = if by.column.is_time() {
            self.time(one, by.column).cmp(&self.time(two, by.column)).then_with(texts)
        } else {
            texts()
        };
        if by.descending { order.reverse() } else { order }
    }

    fn text(&self, row: usize, column: Column) -> &str {
        if column == Column::Name {
            return self.words.name(row);
        }
        let organization = self.all.get(row).and_then(Row::organization);
        organization.map_or("", |organization| column.text(organization, self.others))
    }

    fn time(&self, row: usize, column: Column) -> Option<i128> {
        self.all.get(row)?.time(column)
    }
}

/// A number that is ordered the way round that is asked for.
const fn turned(number: u128, by: By) -> u128 {
    if by.descending { !number } else { number }
}

/// Brings the rows for which `is_first` holds to the front; gives their number.
fn partition(rows: &mut [usize], is_first: impl Fn(&usize) -> bool) -> usize {
    let mut first = 0;
    for at in 0..rows.len() {
        if rows.get(at).is_some_and(&is_first) {
            rows.swap(first, at);
            first += 1;
        }
    }
    first
}

/// How many bytes all texts begin with alike.
fn common_start(texts: &[&[u8]]) -> usize {
    let Some((first, others)) = texts.split_first() else { return 0 };
    others.iter().fold(first.len(), |most, text| {
        let same = first.iter().zip(*text).take(most).take_while(|(one, two)| one == two).count();
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
fn numbers<'t>(texts: impl Iterator<Item = &'t str>) -> Lead {
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
        let key = |(one, two): &(&str, &str)| numbers([*one, *two].into_iter());
        ordered.sort_unstable_by_key(key);
        assert!(ordered.is_sorted());
        assert!(ordered.iter().map(key).is_sorted_by(|one, two| one < two));
    }

    #[test]
    fn what_all_begin_with_is_found() {
        let start =
            |texts: &[&str]| common_start(&texts.iter().map(|text| text.as_bytes()).collect::<Vec<_>>());
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
