//! Where in the store the row of a key is. The keys stand in the rows: a place takes five bytes here, and no copy.

use std::hash::BuildHasher as _;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use super::row::{Row, RowKey};

/// The places of rows by their keys.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    places: HashTable<u32>,
    state: RandomState,
}

/// What it holds is said by the rows.
impl PartialEq for Index {
    fn eq(&self, other: &Self) -> bool {
        self.places.len() == other.places.len()
    }
}

impl Index {
    /// The index of these rows.
    pub(super) fn of(rows: &[Row]) -> Self {
        let mut index = Self::default();
        for place in 0..rows.len() {
            index.add(rows, place);
        }
        index
    }

    /// The place of a key.
    pub(super) fn get(&self, rows: &[Row], key: &RowKey) -> Option<usize> {
        let is_it = |place: &u32| rows.get(at(*place)).is_some_and(|row| row.key == *key);
        self.places.find(self.state.hash_one(key), is_it).map(|place| at(*place))
    }

    /// Takes in the row at a place, whose key is new.
    pub(super) fn add(&mut self, rows: &[Row], place: usize) {
        // More rows than this would not fit in memory.
        let Ok(place) = u32::try_from(place) else { return };
        let hash = |place: &u32| rows.get(at(*place)).map_or(0, |row| self.state.hash_one(&row.key));
        self.places.insert_unique(hash(&place), place, hash);
    }
}

const fn at(place: u32) -> usize {
    place as usize
}
