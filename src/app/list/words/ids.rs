//! The column of ids. One that is a UUID, as the server gives them, takes sixteen bytes, and is written out when it is
//! looked at.

use std::borrow::Cow;

use uuid::Uuid;

use super::letters::Letters;
use super::own::{Chunk, Own, ROWS, Wanted};
use super::{BITS, push_lowercase};

/// The column of all rows.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Ids {
    /// The nil one in the place of an id that is none.
    uuids: Vec<Uuid>,
    /// The others, nothing in the place of a UUID.
    others: Own,
}

impl Ids {
    pub(super) fn get(&self, row: usize) -> Cow<'_, str> {
        match self.uuids.get(row).filter(|uuid| !uuid.is_nil()) {
            Some(uuid) => written(uuid, &mut [0; LENGTH]).to_owned().into(),
            None => self.others.get(row).into(),
        }
    }

    /// Adds the id of the next row, and gives its letters.
    pub(super) fn push(&mut self, id: &str) -> Letters {
        // Of all the ways to write one, a single one is so long.
        let uuid = Some(id).filter(|id| id.len() == LENGTH).and_then(|id| Uuid::try_parse(id).ok());
        let uuid = uuid.filter(|uuid| !uuid.is_nil());
        self.uuids.push(uuid.unwrap_or_default());
        let other = self.others.push_with(|others| {
            if uuid.is_none() {
                push_lowercase(others, id);
            }
        });
        if uuid.is_some() { Letters::of(id) } else { other }
    }

    /// Adds rows of another column.
    pub(super) fn extend(&mut self, from: &Self, rows: &[usize]) {
        self.uuids.extend(rows.iter().map(|row| from.uuids.get(*row).copied().unwrap_or_default()));
        self.others.extend(&from.others, rows);
    }

    /// Gives rows the ids that these of another column have.
    pub(super) fn replace(&mut self, from: &Self, rows: &[(usize, usize)]) {
        for (row, new) in rows {
            if let Some((uuid, new)) = self.uuids.get_mut(*row).zip(from.uuids.get(*new)) {
                *uuid = *new;
            }
        }
        self.others.replace(&from.others, rows);
    }

    pub(super) fn reserve(&mut self, more: usize) {
        self.uuids.reserve_exact(more);
    }

    pub(super) fn shrink(&mut self, spare: usize) {
        self.uuids.shrink_to(self.uuids.len() + spare);
    }

    /// Marks the rows in whose id a word stands.
    pub(super) fn find(&self, word: &str, found: &mut [u64]) {
        let is_of_uuids = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        if !word.bytes().all(is_of_uuids) {
            self.others.find(word, found);
        } else if let Some(pair) = Pair::of(word) {
            self.find_behind(pair, word, found);
        } else {
            let wanted = Wanted::new(word);
            self.each(found, |ids, found| ids.find(&wanted, found));
        }
    }

    /// The same for a word that begins with two digits. Few ids hold these, and it takes longer to write one out than
    /// to tell.
    fn find_behind(&self, pair: Pair, word: &str, found: &mut [u64]) {
        let (is_longer, mut text) = (word.len() > Pair::LENGTH, [0; LENGTH]);
        for ((nth, uuids), found) in self.uuids.chunks(BITS).enumerate().zip(found) {
            for (bit, (row, uuid)) in (nth * BITS..).zip(uuids).enumerate() {
                let is_found = if uuid.is_nil() {
                    self.others.get(row).contains(word)
                } else {
                    let mut holds = || written(uuid, &mut text).contains(word);
                    pair.is_in(uuid) && (!is_longer || holds())
                };
                *found |= u64::from(is_found) << bit;
            }
        }
    }

    /// Marks the rows whose id is such.
    pub(super) fn find_each(&self, is_such: impl Fn(&str) -> bool, found: &mut [u64]) {
        self.each(found, |ids, found| ids.each_such(&is_such, found));
    }

    /// Writes out the ids of many rows at once, of which not all are marked, with their part of the marks.
    fn each(&self, found: &mut [u64], mut look: impl FnMut(&Chunk, &mut [u64])) {
        let mut ids = Chunk::default();
        let mut text = [0; LENGTH];
        for ((nth, uuids), found) in self.uuids.chunks(ROWS).enumerate().zip(found.chunks_mut(ROWS / BITS)) {
            let marked: u32 = found.iter().map(|bits| bits.count_ones()).sum();
            if marked as usize == uuids.len() {
                continue;
            }
            ids.clear();
            for (row, uuid) in (nth * ROWS..).zip(uuids) {
                ids.push(if uuid.is_nil() { self.others.get(row) } else { written(uuid, &mut text) });
            }
            look(&ids, found);
        }
    }
}

/// A UUID as the server writes it.
fn written<'t>(uuid: &Uuid, text: &'t mut [u8; LENGTH]) -> &'t str {
    uuid.hyphenated().encode_lower(text)
}

/// Two digits that stand side by side.
#[derive(Clone, Copy)]
struct Pair {
    first: u128,
    second: u128,
}

impl Pair {
    /// Characters of a pair.
    const LENGTH: usize = 2;
    /// A one in each of the 32 digits of a number.
    const ONES: u128 = u128::MAX / 0xf;
    /// The digits behind which there is a dash, or nothing.
    const ENDS: u128 = 0xf << 96 | 0xf << 80 | 0xf << 64 | 0xf << 48 | 0xf;

    /// Those that a word begins with.
    fn of(word: &str) -> Option<Self> {
        let mut digits = word.chars().map(|digit| digit.to_digit(16).map(u128::from));
        Some(Self { first: digits.next()??, second: digits.next()?? })
    }

    /// Whether they stand so in a UUID, with no dash between: all of its digits are looked at at once.
    fn is_in(self, uuid: &Uuid) -> bool {
        let number = uuid.as_u128();
        // Nothing is left of a digit that is the first, and before one that is the second.
        let left =
            number ^ (Self::ONES * self.first) | (number ^ (Self::ONES * self.second)) << 4 | Self::ENDS;
        left.wrapping_sub(Self::ONES) & !left & Self::ONES << 3 != 0
    }
}

/// Characters of a UUID.
const LENGTH: usize = uuid::fmt::Hyphenated::LENGTH;

#[cfg(test)]
mod tests {
    use super::*;

    const UUIDS: [&str; 2] = ["2473e846-1c21-4a49-8b1f-2a09a2ac1a05", "00000000-0000-0000-0000-000000000000"];

    #[test]
    fn an_id_is_given_back_whatever_it_is() {
        let mut ids = Ids::default();
        let without_dashes = UUIDS[0].replace('-', "");
        let texts =
            [UUIDS[0], "", UUIDS[1], "org-7", &without_dashes, "{2473e846-1c21-4a49-8b1f-2a09a2ac1a0}"];
        for text in texts {
            assert_eq!(ids.push(&text.to_uppercase()), Letters::of(text));
        }
        assert_eq!((0..texts.len()).map(|row| ids.get(row)).collect::<Vec<_>>(), texts);
        assert_eq!(size_of_val(&*ids.uuids), 16 * texts.len());
        ids.replace(&ids.clone(), &[(0, 3), (3, 0)]);
        assert_eq!((&*ids.get(0), &*ids.get(3)), ("org-7", UUIDS[0]));
    }

    #[test]
    fn e2_what_is_found_in_ids_is_what_stands_in_them() {
        let mut ids = Ids::default();
        for n in 0..3_000_u128 {
            match n % 7 {
                6 => ids.push(&format!("org-{n}")),
                _ => ids.push(
                    &Uuid::from_u128(n.wrapping_mul(0x0123_4567_89ab_cdef_0011_2233_4455_6677)).to_string(),
                ),
            };
        }
        for word in
            ["2", "e8", "-8", "0123-", "org-1", "f-9", "", "ag", "67-89ab", "00", "789", "e8-", "1-", "é"]
        {
            let mut found = vec![0; 3_000_usize.div_ceil(BITS)];
            ids.find(word, &mut found);
            let mut each = vec![0; found.len()];
            ids.find_each(|id| id.contains(word), &mut each);
            assert_eq!(found, each, "{word}");
            for row in 0..3_000 {
                let is_found = found[row / BITS] >> (row % BITS) & 1 == 1;
                assert_eq!(is_found, ids.get(row).contains(word), "{word} in {}", ids.get(row));
            }
        }
    }
}
