//! What the filter looks at: the displayed columns of every row in lower case, column by column, so that a word is
//! looked for in all rows with one pass over little memory.
//!
//! What many rows say alike, such as the connection, is there once; the rows say which of it they have.

mod ids;
mod letters;
mod numbers;
mod own;
mod shared;

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use self::ids::Ids;
use self::letters::Letters;
use self::own::Own;
use self::shared::Shared;
use super::places::{Places, all_bits};
use crate::app::query::{Field, Sought};
use crate::domain::RecordTexts;
use crate::text::{Untrusted, displayed};

/// Bytes of a damaged record's text that are looked at.
const HEAD: usize = 1024;

/// Rows in a number of a set.
const BITS: usize = u64::BITS as usize;

/// The words of all rows, in the order of the store: a row is known by its place there.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Words {
    shared: [Shared; SHARED.len()],
    own: [Own; OWN.len()],
    ids: Ids,
    /// Those that stand in the columns of each row that are its own: what is typed first is one letter.
    letters: Vec<Letters>,
    /// Rows whose record is damaged: the text of that stands where others have their name.
    damaged: Places,
    len: usize,
}

/// Columns in which many rows say the same.
const SHARED: [Field; 3] = [Field::Connection, Field::Type, Field::Cloud];

/// Columns in which every row says something else, beside the id.
const OWN: [Field; 2] = [Field::Name, Field::OrgId];

/// The places of what records said before, while many are read: most of it was said by another.
#[derive(Debug, Default)]
pub(super) struct Said([HashMap<Box<str>, u32, RandomState>; SHARED.len()]);

impl Words {
    /// A column of a row; nothing where the record is damaged, but for its text in the place of the name.
    pub(super) fn get(&self, row: usize, column: Field) -> Cow<'_, str> {
        let [connection, kind, cloud] = &self.shared;
        let [name, org_id] = &self.own;
        match column {
            Field::Connection => connection.get(row).into(),
            Field::Type => kind.get(row).into(),
            Field::Cloud => cloud.get(row).into(),
            Field::Name => name.get(row).into(),
            Field::OrgId => org_id.get(row).into(),
            Field::Id => self.ids.get(row),
        }
    }

    /// Adds the words of the next row.
    pub(super) fn push(&mut self, texts: &RecordTexts<'_>, Said(said): &mut Said) {
        for ((shared, field), said) in self.shared.iter_mut().zip(SHARED).zip(said) {
            let value = texts.of(field.text());
            if let Some(known) = said.get(value) {
                shared.push_known(*known);
                continue;
            }
            let mut lower = String::new();
            push_lowercase(&mut lower, &displayed(value));
            said.insert(value.into(), shared.push(&lower));
        }
        let mut letters = self.ids.push(texts.of(Field::Id.text()));
        for (own, field) in self.own.iter_mut().zip(OWN) {
            let write = |own: &mut String| push_lowercase(own, &displayed(texts.of(field.text())));
            letters.add(own.push_with(write));
        }
        self.letters.push(letters);
        self.len += 1;
    }

    /// Adds those of the next row, whose record is damaged.
    pub(super) fn push_damaged(&mut self, json: &Untrusted) {
        for shared in &mut self.shared {
            shared.push("");
        }
        let [name, org_id] = &mut self.own;
        let letters = name.push_with(|own| push_lowercase(own, json.display_head(HEAD).0.as_str()));
        org_id.push_with(|_| ());
        self.ids.push("");
        self.letters.push(letters);
        self.damaged.insert(place(self.len));
        self.len += 1;
    }

    /// Adds rows with the words that these of others have, in their order.
    pub(super) fn extend(&mut self, from: &Self, rows: &[usize]) {
        for (shared, from) in self.shared.iter_mut().zip(&from.shared) {
            shared.extend(from, rows);
        }
        for (own, from) in self.own.iter_mut().zip(&from.own) {
            own.extend(from, rows);
        }
        self.ids.extend(&from.ids, rows);
        self.letters.extend(rows.iter().map(|row| from.letters.get(*row).copied().unwrap_or_default()));
        for row in rows {
            if from.damaged.contains(place(*row)) {
                self.damaged.insert(place(self.len));
            }
            self.len += 1;
        }
    }

    /// Gives rows the words that these of others have, the latest where there are several for one. Damaged records are
    /// known by their text, so that they and the others are never replaced by one another.
    pub(super) fn replace(&mut self, from: &Self, rows: &[(usize, usize)]) {
        for (shared, from) in self.shared.iter_mut().zip(&from.shared) {
            shared.replace(from, rows);
        }
        for (own, from) in self.own.iter_mut().zip(&from.own) {
            own.replace(from, rows);
        }
        self.ids.replace(&from.ids, rows);
        for (row, new) in rows {
            if let Some((letters, new)) = self.letters.get_mut(*row).zip(from.letters.get(*new)) {
                *letters = *new;
            }
        }
    }

    /// Keeps the rows at these places, in this order.
    pub(super) fn keep(&mut self, rows: impl Iterator<Item = usize>) {
        let mut kept = Self::default();
        kept.extend(self, &rows.collect::<Vec<_>>());
        *self = kept;
    }

    /// Makes room for so many rows more.
    pub(super) fn reserve(&mut self, more: usize) {
        self.shared.iter_mut().for_each(|shared| shared.reserve(more));
        self.ids.reserve(more);
        self.letters.reserve_exact(more);
    }

    /// Gives back room for rows that do not come, but for so many.
    pub(super) fn shrink(&mut self, spare: usize) {
        self.shared.iter_mut().for_each(|shared| shared.shrink(spare));
        self.ids.shrink(spare);
        self.letters.shrink_to(self.letters.len() + spare);
    }

    /// All rows that are like what is sought.
    pub(super) fn found(&self, sought: &Sought<'_>) -> Places {
        let mut found = vec![0; self.len.div_ceil(BITS)];
        for (_, shared) in SHARED.iter().zip(&self.shared).filter(|(field, _)| is_looked_at(**field, sought))
        {
            shared.find(|value| sought.fits(value), &mut found);
        }
        let marked: usize = found.iter().map(|bits| bits.count_ones() as usize).sum();
        if marked < self.len {
            self.find_own(sought, &mut found);
        }
        let mut found = Places::from_bits(found);
        if sought.is_about_a_whole() {
            found.remove(&self.damaged);
        }
        if sought.inverse {
            let mut others = Places::from_bits(all_bits(self.len).collect());
            others.remove(&found);
            found = others;
        }
        found
    }

    /// Marks the rows that are like what is sought by what is their own.
    fn find_own(&self, sought: &Sought<'_>, found: &mut [u64]) {
        if let Some(letter) = sought.text().and_then(Letters::only).filter(|_| sought.column().is_none()) {
            return mark_each(&self.letters, |letters| letters.has_all(letter), found);
        }
        for (_, own) in OWN.iter().zip(&self.own).filter(|(field, _)| is_looked_at(**field, sought)) {
            match sought.text() {
                Some(word) => own.find(word, found),
                None => own.find_each(|value| sought.fits(value), found),
            }
        }
        if is_looked_at(Field::Id, sought) {
            match sought.text() {
                Some(word) => self.ids.find(word, found),
                None => self.ids.find_each(|value| sought.fits(value), found),
            }
        }
    }
}

/// Whether what is sought may stand in a column.
fn is_looked_at(field: Field, sought: &Sought<'_>) -> bool {
    sought.column().is_none_or(|column| column == field.column())
}

/// Marks rows by what is said of each, in their order.
fn mark_each<T>(rows: &[T], is_so: impl Fn(&T) -> bool, found: &mut [u64]) {
    for (bits, rows) in found.iter_mut().zip(rows.chunks(BITS)) {
        *bits |= rows.iter().rev().fold(0, |bits, row| bits << 1 | u64::from(is_so(row)));
    }
}

fn place(row: usize) -> u32 {
    // More rows than this would not fit in memory.
    u32::try_from(row).unwrap_or(u32::MAX)
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
mod tests;
