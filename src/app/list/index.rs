//! Where in the store the row of a key is. The keys stand in the rows: a place takes five bytes here, and no copy.

use hashbrown::HashTable;

use super::row::{Row, RowKey};

/// The places of rows by their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Index(HashTable<u32>);

/// What it holds is said by the rows.
impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        self.0.len() == other.0.len()
    }
}

impl Index {
    /// The index of these rows.
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut index = Self::default();
        index.reserve(rows, rows.len());
        for place in 0..rows.len() {
            index.add(rows, place);
        }
        index
    }

    /// Makes room for so many rows more.
    pub(super) fn reserve(&mut self, rows: &[Row], more: usize) {
        self.0.reserve(more, |place| hash(rows, *place));
    }

    /// The place of a key.
    pub(super) fn get(&self, rows: &[Row], key: &RowKey) -> Option<u32> {
        self.find(rows, key.digest(), |row| row.is_keyed(key))
    }

    /// The place of the row that has the key of another one.
    pub(super) fn like(&self, rows: &[Row], other: &Row) -> Option<u32> {
        self.find(rows, other.digest, |row| row.has_key_of(other))
    }

    /// The table tells apart by a few bits of the digest alone, and the key of a row stands far from the row.
    fn find(&self, rows: &[Row], digest: u32, is_it: impl Fn(&Row) -> bool) -> Option<u32> {
        let is_it = |row: &Row| row.digest == digest && is_it(row);
        self.0.find(spread(digest), |place| rows.get(*place as usize).is_some_and(is_it)).copied()
    }

    /// Takes in the row at a place, whose key is new.
    pub(super) fn add(&mut self, rows: &[Row], place: usize) {
        // More rows than this would not fit in memory.
        let Ok(place) = u32::try_from(place) else { return };
        self.0.insert_unique(hash(rows, place), place, |place| hash(rows, *place));
    }
}

fn hash(rows: &[Row], place: u32) -> u64 {
    rows.get(place as usize).map_or(0, |row| spread(row.digest))
}

/// A table looks at both ends of a hash.
fn spread(digest: u32) -> u64 {
    u64::from(digest) << u32::BITS | u64::from(digest)
}
