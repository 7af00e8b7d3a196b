//! What the filter looks at: the displayed columns of every row in lower case, end to end, a thousand rows to a text,
//! so that a word is looked for in all rows with one pass over memory.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memchr;
use memchr::memmem::Finder;

use super::places::Places;
use crate::app::query::Field;
use crate::domain::{Organization, Record};

/// Bytes of a damaged record's text that are looked at.
const HEAD: usize = 1024;

/// Of fewer than one in so many, each is looked through by itself.
const ROWS_AT_ONCE: usize = 16;

/// What fills the room that the words of a row leave of what was there before; no displayed text has it.
const FILL: char = '\0';

/// Rows in a number of a set.
const BITS: usize = u64::BITS as usize;

/// Rows of a chunk: so many are moved where the words of one get longer.
const ROWS_A_CHUNK: usize = 1_024;

/// The words of all rows, in the order of the store: a row is known by its place there.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    /// All but the last are full.
    chunks: Vec<Chunk>,
}

/// The words of some rows, end to end.
#[derive(Clone, Debug, Default)]
struct Chunk {
    text: String,
    /// Where the words of each row end.
    ends: Vec<u32>,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|row| self.get(row) == other.get(row))
    }
}

impl Words {
    fn len(&self) -> usize {
        let full = self.chunks.len().saturating_sub(1) * ROWS_A_CHUNK;
        full + self.chunks.last().map_or(0, |chunk| chunk.ends.len())
    }

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
        self.chunks.get(row / ROWS_A_CHUNK).map_or("", |chunk| chunk.room(row % ROWS_A_CHUNK))
    }

    /// Adds the words of the next row.
    pub(super) fn push<T: AsRef<Organization>>(&mut self, record: &Record<T>) {
        self.push_with(|text| match record {
            Record::Sound(organization) => push_columns(text, organization.as_ref()),
            Record::Damaged(damaged) => {
                push_lowercase(text, damaged.json.display_head(HEAD).0.as_str());
            }
        });
    }

    /// Adds the next row with these words.
    pub(super) fn push_words(&mut self, words: &str) {
        self.push_with(|text| text.push_str(words));
    }

    fn push_with(&mut self, write: impl FnOnce(&mut String)) {
        if self.chunks.last().is_none_or(|chunk| chunk.ends.len() == ROWS_A_CHUNK) {
            let full = self.chunks.last_mut();
            let text = full.map_or_else(String::new, |full| {
                full.text.shrink_to_fit();
                // The next one is about as long.
                String::with_capacity(full.text.len() + full.text.len() / 16)
            });
            self.chunks.push(Chunk { text, ends: Vec::new() });
        }
        if let Some(chunk) = self.chunks.last_mut() {
            write(&mut chunk.text);
            chunk.end_row();
        }
    }

    /// Gives rows other words, the latest where there are several for one.
    pub(super) fn replace(&mut self, words: &[(usize, &str)]) {
        for words in words.chunk_by(|(one, _), (other, _)| one / ROWS_A_CHUNK == other / ROWS_A_CHUNK) {
            let chunk = words.first().and_then(|(row, _)| self.chunks.get_mut(row / ROWS_A_CHUNK));
            if let Some(chunk) = chunk {
                chunk.replace(words.iter().map(|(row, words)| (row % ROWS_A_CHUNK, *words)));
            }
        }
    }

    /// Keeps the rows at these places, in this order.
    pub(super) fn keep(&mut self, rows: impl Iterator<Item = usize>) {
        let mut kept = Self::default();
        for row in rows {
            kept.push_words(self.get(row));
        }
        *self = kept;
    }

    /// The rows that hold every one of some words, as far as they are among others; none where that is every row.
    pub(super) fn holding(&self, words: &[&str], among: Option<Places>) -> Option<Places> {
        words.iter().fold(among, |among, word| Some(self.holding_one(word, among.as_ref())))
    }

    fn holding_one(&self, word: &str, among: Option<&Places>) -> Places {
        let finder = Finder::new(word);
        if let Some(few) = among.filter(|among| among.len() * ROWS_AT_ONCE < self.len()) {
            let holds = |row: &u32| finder.find(self.room(*row as usize).as_bytes()).is_some();
            return few.iter().filter(holds).collect();
        }
        let mut bits = vec![0; self.len().div_ceil(BITS)];
        for (chunk, bits) in self.chunks.iter().zip(bits.chunks_mut(ROWS_A_CHUNK / BITS)) {
            let found = |row: usize| {
                if let Some(bits) = bits.get_mut(row / BITS) {
                    *bits |= 1 << (row % BITS);
                }
            };
            match word.as_bytes() {
                [letter] => chunk.each_with(*letter, found),
                _ => chunk.each_holding(&finder, found),
            }
        }
        let mut holding = Places::from_bits(bits);
        if let Some(among) = among {
            holding.intersect(among);
        }
        holding
    }
}

impl Chunk {
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

    fn end_row(&mut self) {
        // More text than this would not fit in memory.
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// Gives rows other words. Where some do not fit in the room of the former ones, all are moved once.
    fn replace<'w>(&mut self, words: impl Iterator<Item = (usize, &'w str)>) {
        let mut larger = BTreeMap::new();
        for (row, words) in words {
            let room = self.range(row).filter(|room| words.len() <= room.len());
            let Some(room) = room else {
                larger.insert(row, words);
                continue;
            };
            larger.remove(&row);
            let mut filled = words.to_owned();
            filled.extend(std::iter::repeat_n(FILL, room.len() - words.len()));
            self.text.replace_range(room, &filled);
        }
        if larger.is_empty() {
            return;
        }
        let mut moved = Self { text: String::with_capacity(self.text.len()), ends: Vec::new() };
        moved.ends.reserve_exact(self.ends.len());
        for row in 0..self.ends.len() {
            let words = larger.get(&row).copied().unwrap_or_else(|| self.room(row).trim_end_matches(FILL));
            moved.text.push_str(words);
            moved.end_row();
        }
        *self = moved;
    }

    /// The rows that hold a letter: most do, and near their begin.
    fn each_with(&self, letter: u8, mut found: impl FnMut(usize)) {
        let mut start = 0;
        for (row, end) in self.ends.iter().enumerate() {
            let room = self.text.as_bytes().get(start..*end as usize).unwrap_or_default();
            if memchr(letter, room).is_some() {
                found(row);
            }
            start = *end as usize;
        }
    }

    /// The rows in which something is found, with one pass over all of the text.
    fn each_holding(&self, finder: &Finder<'_>, mut found: impl FnMut(usize)) {
        let (text, length) = (self.text.as_bytes(), finder.needle().len());
        let (mut rest, mut from) = (self.ends.iter().enumerate(), 0);
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)).map(|at| from + at) {
            let Some((row, end)) = rest.find(|(_, end)| **end as usize > at) else { break };
            from = *end as usize;
            // One that runs over the end of a row is none, and so are all that begin behind it in that row.
            if at + length <= from {
                found(row);
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
            Some(value) => push_lowercase(text, &value.displayed()),
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
        Record::damaged(Untrusted::from(text), "".into())
    }

    fn holding(words: &Words, word: &str) -> Vec<u32> {
        words.holding(&[word], None).unwrap().iter().collect()
    }

    #[test]
    fn a_word_is_found_in_rows_and_never_across_two() {
        let mut words = Words::default();
        for text in ["abab", "bab", "", "Cab"] {
            words.push(&record(text));
        }
        assert_eq!(holding(&words, "ab"), [0, 1, 3]);
        assert_eq!(holding(&words, "bb"), [0_u32; 0], "the end of one row and the start of the next");
        assert_eq!(holding(&words, "bc"), [0_u32; 0]);
        assert_eq!(holding(&words, "bab"), [0, 1]);
    }

    #[test]
    fn rows_of_many_chunks_are_found_and_replaced() {
        let mut words = Words::default();
        let count = 2 * ROWS_A_CHUNK + 10;
        for n in 0..count {
            words.push(&record(&format!("row {n:04}")));
        }
        let (first, last) = (ROWS_A_CHUNK - 1, 2 * ROWS_A_CHUNK);
        let names = [first, first + 1, last].map(|row| (row, format!("found {row} at last")));
        words.replace(&names.each_ref().map(|(row, name)| (*row, name.as_str())));
        let found = holding(&words, "found");
        assert_eq!(found, [first, first + 1, last].map(|row| u32::try_from(row).unwrap()));
        assert_eq!(words.get(last + 1), format!("row {:04}", last + 1));
        words.keep((0..count).filter(|row| row % 2 == 0));
        assert_eq!((words.len(), words.get(last / 2)), (count.div_ceil(2), &*names[2].1));
    }

    #[test]
    fn few_rows_or_many_one_letter_or_more_the_same_rows_are_found() {
        let mut words = Words::default();
        let texts: Vec<String> = (0..100).map(|n| format!("row {n} of abc{}", n % 7)).collect();
        for text in &texts {
            words.push(&record(text));
        }
        for word in ["7", "4", "abc3", "row 9", "x", "c", "0 o"] {
            for step in [1, 2, 3, 10, 50] {
                let among = || (0..100).step_by(step);
                let expected: Vec<u32> = among().filter(|n| texts[*n as usize].contains(word)).collect();
                let found = words.holding(&[word], Some(among().collect())).unwrap();
                assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{word} {step}");
                let both = words.holding(&["abc", word], Some(among().collect())).unwrap();
                assert_eq!(both, found);
            }
        }
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
            assert_eq!(holding(&words, "two"), [0_u32; 0]);
            assert_eq!(holding(&words, "longer"), [0_u32; 0]);
            assert_eq!((words.get(0), words.get(1), words.get(2)), ("one", &*number, "three"));
            assert_eq!(holding(&words, "number"), [1]);
        }
        assert!(words.chunks[0].text.len() < 100, "{}", words.chunks[0].text.len());
        words.keep([2, 1].into_iter());
        assert_eq!((words.get(0), holding(&words, "number ")), ("three", vec![1]));
        assert_eq!(words.chunks[0].text.len(), "three".len() + words.get(1).len(), "no room is left over");
    }
}
