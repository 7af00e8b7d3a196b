//! A column in which every row says something else: the texts of a thousand rows end to end.

use std::collections::BTreeMap;
use std::ops::Range;

use memchr::memmem::Finder;

use super::BITS;
use super::letters::Letters;

/// Rows of a chunk: so many are moved where the text of one gets another length.
pub(super) const ROWS: usize = 1_024;

/// The column of all rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Own {
    /// All but the last are full.
    chunks: Vec<Chunk>,
}

/// The texts of some rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Chunk {
    text: String,
    rows: usize,
    /// Where the text of each row ends; none while all are of one length, as ids are.
    ends: Vec<u32>,
    /// Those that stand in the text, and perhaps some more.
    letters: Letters,
}

impl PartialEq for Own {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && (0..self.len()).all(|row| self.get(row) == other.get(row))
    }
}

impl Own {
    fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.rows).sum()
    }

    pub(super) fn get(&self, row: usize) -> &str {
        self.chunks.get(row / ROWS).map_or("", |chunk| chunk.get(row % ROWS))
    }

    /// Adds the next row by what is written, and gives its letters.
    pub(super) fn push_with(&mut self, write: impl FnOnce(&mut String)) -> Letters {
        let Some(chunk) = self.room() else { return Letters::default() };
        let before = chunk.text.len();
        write(&mut chunk.text);
        let letters = Letters::of(chunk.text.get(before..).unwrap_or_default());
        chunk.letters.add(letters);
        chunk.end_row(before);
        letters
    }

    /// Adds rows of another column.
    pub(super) fn extend(&mut self, from: &Self, rows: &[usize]) {
        for row in rows {
            let Some(chunk) = self.room() else { continue };
            if let Some(from) = from.chunks.get(row / ROWS) {
                chunk.push(from.get(row % ROWS));
                chunk.letters.add(from.letters);
            }
        }
    }

    /// Gives rows the texts that these of another column have, the latest where there are several for one.
    pub(super) fn replace(&mut self, from: &Self, rows: &[(usize, usize)]) {
        for rows in rows.chunk_by(|(one, _), (other, _)| one / ROWS == other / ROWS) {
            let chunk = rows.first().and_then(|(row, _)| self.chunks.get_mut(row / ROWS));
            if let Some(chunk) = chunk {
                chunk.replace(rows.iter().map(|(row, new)| (row % ROWS, from.get(*new))));
            }
        }
    }

    /// The chunk that takes the next row.
    fn room(&mut self) -> Option<&mut Chunk> {
        if self.chunks.last().is_none_or(|chunk| chunk.rows == ROWS) {
            let full = self.chunks.last_mut();
            let text = full.map_or_else(String::new, |full| {
                full.text.shrink_to_fit();
                // The next one is about as long.
                String::with_capacity(full.text.len() + full.text.len() / 16)
            });
            self.chunks.push(Chunk { text, ..Chunk::default() });
        }
        self.chunks.last_mut()
    }

    /// Marks the rows in whose text a word stands.
    pub(super) fn find(&self, word: &str, found: &mut [u64]) {
        let wanted = Wanted::new(word);
        self.each(found, |chunk, found| {
            if chunk.letters.has_all(wanted.letters) {
                chunk.find(&wanted, found);
            }
        });
    }

    /// Marks the rows whose text is such.
    pub(super) fn find_each(&self, is_such: impl Fn(&str) -> bool, found: &mut [u64]) {
        self.each(found, |chunk, found| chunk.each_such(&is_such, found));
    }

    /// Every chunk of which not all rows are marked, with its part of the marks.
    fn each(&self, found: &mut [u64], mut look: impl FnMut(&Chunk, &mut [u64])) {
        for (chunk, found) in self.chunks.iter().zip(found.chunks_mut(ROWS / BITS)) {
            let marked: u32 = found.iter().map(|bits| bits.count_ones()).sum();
            if (marked as usize) < chunk.rows {
                look(chunk, found);
            }
        }
    }
}

/// A word that is looked for in many texts.
pub(super) struct Wanted<'w> {
    word: &'w str,
    letters: Letters,
    finder: Finder<'w>,
}

impl<'w> Wanted<'w> {
    pub(super) fn new(word: &'w str) -> Self {
        Self { word, letters: Letters::of(word), finder: Finder::new(word) }
    }
}

fn mark(found: &mut [u64], row: usize) {
    if let Some(bits) = found.get_mut(row / BITS) {
        *bits |= 1 << (row % BITS);
    }
}

impl Chunk {
    fn get(&self, row: usize) -> &str {
        self.range(row).and_then(|range| self.text.get(range)).unwrap_or_default()
    }

    fn range(&self, row: usize) -> Option<Range<usize>> {
        let start = row.checked_sub(1).map_or(Some(0), |before| self.end(before));
        Some(start?..self.end(row)?)
    }

    fn end(&self, row: usize) -> Option<usize> {
        if self.ends.is_empty() {
            return (row < self.rows).then(|| (row + 1) * self.length());
        }
        self.ends.get(row).map(|end| *end as usize)
    }

    /// How long each text is, where all are of one length.
    fn length(&self) -> usize {
        self.text.len().checked_div(self.rows).unwrap_or_default()
    }

    /// Takes all rows out, and keeps the room.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        self.rows = 0;
    }

    pub(super) fn push(&mut self, text: &str) {
        let before = self.text.len();
        self.text.push_str(text);
        self.end_row(before);
    }

    /// Ends the next row, whose text is all from `before` on.
    fn end_row(&mut self, before: usize) {
        let is_alike = self.rows == 0 || (self.text.len() - before) * self.rows == before;
        if !self.ends.is_empty() || !is_alike {
            // More text than this would not fit in memory.
            let end = |end: usize| u32::try_from(end).unwrap_or(u32::MAX);
            if self.ends.is_empty() {
                let length = before / self.rows.max(1);
                self.ends.reserve_exact(ROWS);
                self.ends.extend((1..=self.rows).map(|row| end(row * length)));
            }
            self.ends.push(end(self.text.len()));
        }
        self.rows += 1;
    }

    /// Gives rows other texts. Where some are of another length, all are moved once.
    fn replace<'w>(&mut self, texts: impl Iterator<Item = (usize, &'w str)>) {
        let mut others = BTreeMap::new();
        for (row, text) in texts {
            self.letters.add(Letters::of(text));
            match self.range(row).filter(|range| range.len() == text.len()) {
                Some(range) => {
                    others.remove(&row);
                    self.text.replace_range(range, text);
                }
                None => {
                    others.insert(row, text);
                }
            }
        }
        if others.is_empty() {
            return;
        }
        let mut moved = Self { text: String::with_capacity(self.text.len()), ..Self::default() };
        for row in 0..self.rows {
            moved.push(others.get(&row).copied().unwrap_or_else(|| self.get(row)));
        }
        moved.letters = self.letters;
        *self = moved;
    }

    /// Marks the rows in whose text a word stands.
    pub(super) fn find(&self, Wanted { word, finder, .. }: &Wanted<'_>, found: &mut [u64]) {
        match word.len() {
            // Most rows hold a letter that any does: to search on behind each takes longer than to look at each row.
            0 | 1 => self.each_such(|text| text.contains(word), found),
            _ => self.each_holding(finder, found),
        }
    }

    /// Marks the rows whose text is such; those that are marked are not looked at.
    pub(super) fn each_such(&self, is_such: impl Fn(&str) -> bool, found: &mut [u64]) {
        let mut start = 0;
        for (nth, bits) in found.iter_mut().enumerate() {
            let rows = nth * BITS..self.rows.min((nth + 1) * BITS);
            for (bit, row) in rows.enumerate() {
                let end = self.end(row).unwrap_or(start);
                if *bits >> bit & 1 == 0 {
                    let is_such = self.text.get(start..end).is_some_and(&is_such);
                    *bits |= u64::from(is_such) << bit;
                }
                start = end;
            }
        }
    }

    /// Marks the rows in which something is found, with one pass over all of the text.
    fn each_holding(&self, finder: &Finder<'_>, found: &mut [u64]) {
        let (text, length) = (self.text.as_bytes(), finder.needle().len());
        let (mut row, mut from) = (0, 0);
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)).map(|at| from + at) {
            row = self.row_at(at, row);
            let Some(end) = self.end(row) else { break };
            from = end;
            // One that runs over the end of a row is none, and so are all that begin behind it in that row.
            if at + length <= from {
                mark(found, row);
            }
        }
    }

    /// The row whose text holds this byte, which is not before `row`.
    fn row_at(&self, at: usize, row: usize) -> usize {
        if self.ends.is_empty() {
            return at.checked_div(self.length()).unwrap_or_default();
        }
        let rest = self.ends.get(row..).unwrap_or_default();
        row + rest.iter().take_while(|end| **end as usize <= at).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_one_length_need_no_ends_until_one_has_another() {
        let mut column = Own::default();
        for text in ["abc", "def", "ghi"] {
            column.push_with(|column| column.push_str(text));
        }
        assert!(column.chunks[0].ends.is_empty());
        column.push_with(|column| column.push_str("jk"));
        assert_eq!((0..4).map(|row| column.get(row)).collect::<Vec<_>>(), ["abc", "def", "ghi", "jk"]);
        assert_eq!(column.chunks[0].ends, [3, 6, 9, 11]);
        let mut empty = Own::default();
        for text in ["", "", "x"] {
            empty.push_with(|column| column.push_str(text));
        }
        assert_eq!((0..3).map(|row| empty.get(row)).collect::<Vec<_>>(), ["", "", "x"]);
    }
}
