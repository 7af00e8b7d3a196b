//! What the filter looks at: the displayed columns of every row in lower case, end to end in one text, so that
//! a word is looked for in all rows with one pass over memory.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;
use memchr::memmem::Finder;

use super::leading;
use crate::app::query::Field;
use crate::domain::{Organization, Record};

/// Bytes of a damaged record's text that are looked at.
const HEAD: usize = 1024;

/// What fills the room that the words of a row leave of what was there before; no displayed text has it.
const FILL: char = '\0';

/// The words of all rows, in the order of the store: a row is known by its place there.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    text: String,
    /// Where the words of each row end.
    ends: Vec<u32>,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        let rows = 0..self.ends.len();
        self.ends.len() == other.ends.len() && rows.into_iter().all(|row| self.get(row) == other.get(row))
    }
}

impl Words {
    /// The words of a row.
    pub(super) fn get(&self, row: usize) -> &str {
        self.room(row).trim_end_matches(FILL)
    }

    /// The name among them, where the row is one of an organization.
    pub(super) fn name(&self, row: usize) -> &str {
        let words = self.room(row);
        words.get(..memchr(b'\n', words.as_bytes()).unwrap_or(words.len())).unwrap_or_default()
    }

    fn room(&self, row: usize) -> &str {
        self.range(row).and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    fn range(&self, row: usize) -> Option<Range<usize>> {
        let start = row.checked_sub(1).map_or(Some(0), |before| self.end(before));
        Some(start?..self.end(row)?)
    }

    fn end(&self, row: usize) -> Option<usize> {
        self.ends.get(row).map(|end| *end as usize)
    }

    /// Makes room for more rows, so many of which have words of about this length.
    pub(super) fn reserve(&mut self, rows: usize, like: &Self) {
        let bytes = like.text.len().checked_div(like.ends.len()).unwrap_or_default();
        self.ends.reserve_exact(rows);
        self.text.reserve_exact(rows.saturating_mul(bytes));
    }

    /// No more rows come for now: gives back the room that is left.
    pub(super) fn rest(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
    }

    /// Adds the words of the next row.
    pub(super) fn push<T: AsRef<Organization>>(&mut self, record: &Record<T>) {
        match record {
            Record::Sound(organization) => push_columns(&mut self.text, organization.as_ref()),
            Record::Damaged { json, reason: _ } => {
                push_lowercase(&mut self.text, json.display_head(HEAD).0.as_str());
            }
        }
        self.end_row();
    }

    /// Adds the next row with these words.
    pub(super) fn push_words(&mut self, words: &str) {
        self.text.push_str(words);
        self.end_row();
    }

    fn end_row(&mut self) {
        // More text than this would not fit in memory.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Gives rows other words, the latest where there are several for one. Where they do not fit in the room of the
    /// former ones, all are moved once.
    pub(super) fn replace(&mut self, words: &[(usize, &str)]) {
        let mut larger = BTreeMap::new();
        for (row, words) in words {
            let room = self.range(*row).filter(|room| words.len() <= room.len());
            let Some(room) = room else {
                larger.insert(*row, *words);
                continue;
            };
            larger.remove(row);
            let mut filled = (*words).to_owned();
            filled.extend(std::iter::repeat_n(FILL, room.len() - words.len()));
            self.text.replace_range(room, &filled);
        }
        if !larger.is_empty() {
            let rows = 0..self.ends.len();
            *self = self.gathered(rows, |row| larger.get(&row).copied());
        }
    }

    /// Keeps the rows at these places, in this order.
    pub(super) fn keep(&mut self, rows: impl Iterator<Item = usize>) {
        *self = self.gathered(rows, |_| None);
    }

    fn gathered<'w>(
        &self,
        rows: impl Iterator<Item = usize>,
        other: impl Fn(usize) -> Option<&'w str>,
    ) -> Self {
        let mut kept = Self { text: String::with_capacity(self.text.len()), ends: Vec::new() };
        kept.ends.reserve_exact(self.ends.len());
        for row in rows {
            kept.push_words(other(row).unwrap_or_else(|| self.get(row)));
        }
        kept
    }

    /// Marks the rows that hold every one of some words: a pass for each, however many rows there are.
    pub(super) fn holding(&self, words: &[&str]) -> Vec<bool> {
        let mut words = words.iter();
        let Some(first) = words.next() else { return vec![true; self.ends.len()] };
        let mut holds = self.holding_one(first);
        for word in words {
            holds.iter_mut().zip(self.holding_one(word)).for_each(|(holds, also)| *holds &= also);
        }
        holds
    }

    fn holding_one(&self, word: &str) -> Vec<bool> {
        let mut holds = vec![false; self.ends.len()];
        self.each_holding(word, |row| {
            if let Some(holds) = holds.get_mut(row) {
                *holds = true;
            }
        });
        holds
    }

    fn each_holding(&self, word: &str, mut found: impl FnMut(usize)) {
        let (finder, text) = (Finder::new(word), self.text.as_bytes());
        let (mut row, mut from) = (0, 0);
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)).map(|at| from + at) {
            let rest = self.ends.get(row..).unwrap_or_default();
            row += leading(rest, |end| *end as usize <= at);
            let Some(end) = self.end(row) else { break };
            // A find that runs over the end of a row is none.
            if at + word.len() > end {
                from = at + 1;
            } else {
                found(row);
                from = end;
            }
        }
    }
}

/// Writes the columns a line each, the name first.
fn push_columns(text: &mut String, organization: &Organization) {
    for field in Field::ALL {
        if field != Field::Name {
            text.push('\n');
        }
        match field.of(organization) {
            Some(value) => push_lowercase(text, value.display().as_str()),
            None => push_lowercase(text, organization.id.as_str()),
        }
    }
}

/// Adds `word` in lower case: most of it is ASCII, which needs no table and no text of its own.
fn push_lowercase(text: &mut String, word: &str) {
    if word.is_ascii() {
        let start = text.len();
        text.push_str(word);
        if let Some(added) = text.get_mut(start..) {
            added.make_ascii_lowercase();
        }
    } else {
        text.push_str(&word.to_lowercase());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::Untrusted;

    fn record(text: &str) -> Record<std::sync::Arc<Organization>> {
        Record::Damaged { json: Untrusted::from(text), reason: "".into() }
    }

    fn holding(words: &Words, word: &str) -> Vec<usize> {
        let holds = words.holding(&[word]);
        holds.iter().enumerate().filter_map(|(row, holds)| holds.then_some(row)).collect()
    }

    #[test]
    fn a_word_is_found_in_rows_and_never_across_two() {
        let mut words = Words::default();
        for text in ["abab", "bab", "", "Cab"] {
            words.push(&record(text));
        }
        assert_eq!(holding(&words, "ab"), [0, 1, 3]);
        assert_eq!(holding(&words, "bb"), [0_usize; 0], "the end of one row and the start of the next");
        assert_eq!(holding(&words, "bc"), [0_usize; 0]);
        assert_eq!(holding(&words, "bab"), [0, 1]);
    }

    #[test]
    fn a_replaced_row_is_found_by_its_new_words_only_and_the_text_does_not_grow_for_ever() {
        let mut words = Words::default();
        for text in ["one", "two", "three"] {
            words.push(&record(text));
        }
        for n in 0..100 {
            let number = format!("number {}", "x".repeat(n % 7));
            words.replace(&[(1, "something longer"), (1, &number)]);
            assert_eq!(holding(&words, "two"), [0_usize; 0]);
            assert_eq!(holding(&words, "longer"), [0_usize; 0]);
            assert_eq!((words.get(0), words.get(1), words.get(2)), ("one", &*number, "three"));
            assert_eq!(holding(&words, "number"), [1]);
        }
        assert!(words.text.len() < 100, "{}", words.text.len());
        words.keep([2, 1].into_iter());
        assert_eq!((words.get(0), holding(&words, "number ")), ("three", vec![1]));
        assert_eq!(words.text.len(), "three".len() + words.get(1).len(), "no room is left over");
    }
}
