//! A column in which many rows say the same: each text once, and for each row which one it has.

use hashbrown::HashTable;

use super::numbers::Numbers;
use crate::app::list::places::all_bits;
use crate::app::list::row::digest_of_key;

/// Texts that no row has any more are kept until there are so many of them.
const MOST_UNUSED: usize = 1_024;

/// The column of all rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Shared {
    values: Values,
    /// The place of each row's text.
    of: Numbers,
}

/// Texts end to end, each once.
#[derive(Clone, Debug, Default)]
struct Values {
    text: String,
    ends: Vec<u32>,
    places: HashTable<u32>,
}

impl PartialEq for Shared {
    fn eq(&self, other: &Self) -> bool {
        self.of.len() == other.of.len() && (0..self.of.len()).all(|row| self.get(row) == other.get(row))
    }
}

impl Shared {
    pub(super) fn get(&self, row: usize) -> &str {
        self.of.get(row).map_or("", |value| self.values.get(value))
    }

    /// Adds the next row, and gives the place of its text.
    pub(super) fn push(&mut self, text: &str) -> u32 {
        let value = self.values.place(text);
        self.of.push(value);
        value
    }

    /// Adds the next row by the place of its text.
    pub(super) fn push_known(&mut self, value: u32) {
        self.of.push(value);
    }

    /// Adds rows of another column.
    pub(super) fn extend(&mut self, from: &Self, rows: &[usize]) {
        let mut here = Here::of(from);
        for row in rows {
            self.of.push(here.place(*row, &mut self.values));
        }
    }

    /// Gives rows the texts that these of another column have.
    pub(super) fn replace(&mut self, from: &Self, rows: &[(usize, usize)]) {
        let mut here = Here::of(from);
        for (row, new) in rows {
            self.of.set(*row, here.place(*new, &mut self.values));
        }
        if self.values.ends.len() > 2 * self.of.len() + MOST_UNUSED {
            let mut tidy = Self::default();
            tidy.extend(self, &(0..self.of.len()).collect::<Vec<_>>());
            *self = tidy;
        }
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.of.reserve(more);
    }

    pub(super) fn shrink(&mut self, spare: usize) {
        self.of.shrink(spare);
    }

    /// How many texts there are.
    #[cfg(test)]
    pub(super) const fn count(&self) -> usize {
        self.values.ends.len()
    }

    /// Marks the rows whose text is such. Each text is looked at once.
    pub(super) fn find(&self, is_such: impl Fn(&str) -> bool, found: &mut [u64]) {
        let such: Vec<bool> = (0..).map_while(|value| self.values.at(value)).map(is_such).collect();
        if !such.contains(&true) {
            return;
        }
        if !such.contains(&false) {
            return found.iter_mut().zip(all_bits(self.of.len())).for_each(|(bits, all)| *bits |= all);
        }
        self.of.mark(|value| such.get(value).is_some_and(|such| *such), found);
    }
}

impl Values {
    fn get(&self, value: u32) -> &str {
        self.at(value as usize).unwrap_or_default()
    }

    fn at(&self, value: usize) -> Option<&str> {
        let end = *self.ends.get(value)?;
        let start = value.checked_sub(1).and_then(|before| self.ends.get(before));
        self.text.get(start.copied().unwrap_or_default() as usize..end as usize)
    }

    /// The place of a text, which is new where it is not there yet.
    fn place(&mut self, text: &str) -> u32 {
        let digest = digest_of_key(text);
        if let Some(known) = self.places.find(digest, |value| self.get(*value) == text) {
            return *known;
        }
        // More texts, and more of them, would not fit in memory.
        let new = u32::try_from(self.ends.len()).unwrap_or(u32::MAX);
        self.text.push_str(text);
        self.ends.push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
        let mut places = std::mem::take(&mut self.places);
        places.insert_unique(digest, new, |value| digest_of_key(self.get(*value)));
        self.places = places;
        new
    }
}

/// Where the texts of another column are in this one, found out as they are asked for.
struct Here<'a> {
    from: &'a Shared,
    places: Vec<Option<u32>>,
}

impl<'a> Here<'a> {
    fn of(from: &'a Shared) -> Self {
        Self { from, places: vec![None; from.values.ends.len()] }
    }

    fn place(&mut self, row: usize, values: &mut Values) -> u32 {
        let value = self.from.of.get(row).unwrap_or_default();
        let mut place = || values.place(self.from.values.get(value));
        match self.places.get_mut(value as usize) {
            Some(known) => *known.get_or_insert_with(place),
            None => place(),
        }
    }
}
