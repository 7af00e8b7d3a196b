//! What the filter looks at: the displayed columns of every row in lower case, end to end in one text, so that
//! a word is looked for in all rows with one pass over memory.

use memchr::memmem::Finder;

use crate::app::query::Field;
use crate::domain::{Organization, Record};

/// Bytes of a damaged record's text that are looked at.
const HEAD: usize = 1024;

/// The words of all rows. A row is known by its place in the store.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    text: String,
    /// The rows' parts of the text, in the order of the text; a part that was replaced stays until there is
    /// more waste than use, and belongs to nobody.
    parts: Vec<Part>,
    /// For each row, where its part is in `parts`.
    of: Vec<usize>,
    waste: usize,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    start: usize,
    end: usize,
    /// Bytes of the first column, the name.
    name: usize,
    row: Option<usize>,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.of.len() == other.of.len() && (0..self.of.len()).all(|row| self.get(row) == other.get(row))
    }
}

impl Words {
    /// The words of a row.
    pub(super) fn get(&self, row: usize) -> &str {
        self.part(row).and_then(|part| self.text.get(part.start..part.end)).unwrap_or_default()
    }

    /// The name among them.
    pub(super) fn name(&self, row: usize) -> &str {
        self.part(row).and_then(|part| self.text.get(part.start..part.start + part.name)).unwrap_or_default()
    }

    fn part(&self, row: usize) -> Option<&Part> {
        self.parts.get(*self.of.get(row)?)
    }

    /// Adds the words of the next row.
    pub(super) fn push<T: AsRef<Organization>>(&mut self, record: &Record<T>) {
        let row = self.of.len();
        self.of.push(self.parts.len());
        self.write(row, record);
    }

    /// Replaces the words of a row.
    pub(super) fn replace<T: AsRef<Organization>>(&mut self, row: usize, record: &Record<T>) {
        let Some(place) = self.of.get_mut(row) else { return };
        if let Some(part) = self.parts.get_mut(*place) {
            part.row = None;
            self.waste += part.end - part.start;
        }
        *place = self.parts.len();
        self.write(row, record);
        if self.waste > self.text.len() / 2 {
            *self = self.gathered(0..self.of.len());
        }
    }

    /// Keeps the rows at these places, in this order.
    pub(super) fn keep(&mut self, rows: impl Iterator<Item = usize>) {
        *self = self.gathered(rows);
    }

    fn gathered(&self, rows: impl Iterator<Item = usize>) -> Self {
        let mut kept = Self::default();
        kept.text.reserve(self.text.len().saturating_sub(self.waste));
        for (row, old) in rows.enumerate() {
            let start = kept.text.len();
            kept.text.push_str(self.get(old));
            let name = self.part(old).map_or(0, |part| part.name);
            kept.of.push(row);
            kept.parts.push(Part { start, end: kept.text.len(), name, row: Some(row) });
        }
        kept
    }

    fn write<T: AsRef<Organization>>(&mut self, row: usize, record: &Record<T>) {
        let start = self.text.len();
        let name = match record {
            Record::Sound(organization) => self.columns(organization.as_ref()),
            Record::Damaged { json, reason: _ } => {
                push_lowercase(&mut self.text, json.display_head(HEAD).0.as_str());
                0
            }
        };
        self.parts.push(Part { start, end: self.text.len(), name, row: Some(row) });
    }

    /// Writes the columns a line each; gives the length of the first.
    fn columns(&mut self, organization: &Organization) -> usize {
        let start = self.text.len();
        let mut name = 0;
        for field in Field::ALL {
            if field != Field::Name {
                self.text.push('\n');
            }
            match field.of(organization) {
                Some(value) => push_lowercase(&mut self.text, value.display().as_str()),
                None => push_lowercase(&mut self.text, organization.id.as_str()),
            }
            if field == Field::Name {
                name = self.text.len() - start;
            }
        }
        name
    }

    /// Marks the rows that hold every one of some words: a pass for each, however many rows there are.
    pub(super) fn holding(&self, words: &[&str]) -> Vec<bool> {
        let mut words = words.iter();
        let Some(first) = words.next() else { return vec![true; self.of.len()] };
        let mut holds = self.holding_one(first);
        for word in words {
            holds.iter_mut().zip(self.holding_one(word)).for_each(|(holds, also)| *holds &= also);
        }
        holds
    }

    fn holding_one(&self, word: &str) -> Vec<bool> {
        let mut holds = vec![false; self.of.len()];
        self.each_holding(word, |row| {
            if let Some(holds) = holds.get_mut(row) {
                *holds = true;
            }
        });
        holds
    }

    fn each_holding(&self, word: &str, mut found: impl FnMut(usize)) {
        let (finder, text) = (Finder::new(word), self.text.as_bytes());
        let mut parts = self.parts.iter();
        let mut from = 0;
        while let Some(at) = text.get(from..).and_then(|rest| finder.find(rest)).map(|at| from + at) {
            let Some(part) = parts.find(|part| at < part.end) else { break };
            // A find that runs over the end of a row is none.
            if at + word.len() > part.end {
                from = at + 1;
                parts = self.parts_from(at + 1);
                continue;
            }
            if let Some(row) = part.row {
                found(row);
            }
            from = part.end;
        }
    }

    fn parts_from(&self, at: usize) -> std::slice::Iter<'_, Part> {
        let first = self.parts.partition_point(|part| part.end <= at);
        self.parts.get(first..).unwrap_or_default().iter()
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
            words.replace(1, &record(&format!("number {n}")));
            assert_eq!(holding(&words, "two"), [0_usize; 0]);
            assert_eq!(holding(&words, "number"), [1]);
        }
        assert!(words.text.len() < 100, "{}", words.text.len());
        words.keep([2, 1].into_iter());
        assert_eq!((words.get(0), holding(&words, "number 99")), ("three", vec![1]));
    }
}
