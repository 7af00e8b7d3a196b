//! Finds the block of rows that only moved.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};

use foldhash::fast::FixedState;

use super::slot::Slot;

/// Columns that are compared at once: beside a list that moves, a detail may stay.
const CHUNK: usize = 16;
/// What a move costs itself, in columns.
const COST: i32 = 20;

/// Rows `top..=bottom` move up by `by`; down when it is negative. What comes in is blank.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shift {
    pub(super) top: u16,
    pub(super) bottom: u16,
    pub(super) by: i32,
}

impl Shift {
    /// Where a row's content was before; none for a row that came in.
    pub(super) fn source(self, y: u16) -> Option<u16> {
        let inside = |y: &u16| (self.top..=self.bottom).contains(y);
        if !inside(&y) {
            return Some(y);
        }
        u16::try_from(i32::from(y) + self.by).ok().filter(inside)
    }
}

/// The hashes of a row's chunks.
pub(super) type Chunks = Vec<u64>;

/// What a row is compared by. Pens come in runs: each run is taken in once.
pub(super) fn chunks(row: &[Slot<'_>]) -> Chunks {
    let hash = |chunk: &[Slot<'_>]| {
        let mut hasher = FixedState::default().build_hasher();
        for run in chunk.chunk_by(|one, two| one.pen == two.pen) {
            run.first().map(|slot| slot.pen).hash(&mut hasher);
            for slot in run {
                hasher.write(slot.text.as_bytes());
            }
        }
        hasher.finish()
    };
    row.chunks(CHUNK).map(hash).collect()
}

/// The move after which most columns are right already, if any is likely to pay.
pub(super) fn find(before: &[Chunks], after: &[Chunks]) -> Option<Shift> {
    let likely = likely(before, after);
    let gains = likely.into_iter().filter_map(|by| best(before, after, by));
    gains.max_by_key(|(gain, _)| *gain).map(|(_, shift)| shift)
}

/// Moves that are tried.
const TRIED: usize = 3;

/// The moves that bring most chunks to where they are now; of chunks that stand in several rows, one of these counts.
fn likely(before: &[Chunks], after: &[Chunks]) -> Vec<i32> {
    let mut votes: HashMap<i32, usize, FixedState> = HashMap::default();
    for column in 0..after.iter().map(Vec::len).max().unwrap_or(0) {
        let in_column = |rows: &[Chunks]| -> Vec<Option<u64>> {
            rows.iter().map(|row| row.get(column).copied()).collect()
        };
        let (before, after) = (in_column(before), in_column(after));
        let places: HashMap<Option<u64>, i32, FixedState> = before.iter().copied().zip(0..).collect();
        for ((y, is), was) in (0..).zip(&after).zip(&before) {
            if let Some(source) = places.get(is).filter(|_| is != was) {
                *votes.entry(source - y).or_default() += 1;
            }
        }
    }
    let mut votes: Vec<(i32, usize)> = votes.into_iter().filter(|(by, _)| *by != 0).collect();
    votes.sort_unstable_by_key(|(by, votes)| (Reverse(*votes), *by));
    votes.into_iter().take(TRIED).map(|(by, _)| by).collect()
}

/// The block that gains most by a move of `by`, and how much.
fn best(before: &[Chunks], after: &[Chunks], by: i32) -> Option<(i32, Shift)> {
    let mut best: Option<(i32, usize, usize)> = None;
    let (mut sum, mut start) = (0, 0);
    for (y, now) in after.iter().enumerate() {
        let source = usize::try_from(i32::try_from(y).ok()? + by).ok().and_then(|source| before.get(source));
        let stayed = before.get(y).map_or(0, |was| matches(was, now));
        let Some(gain) = source.map(|source| matches(source, now) - stayed) else {
            (sum, start) = (0, y + 1);
            continue;
        };
        if sum <= 0 {
            (sum, start) = (0, y);
        }
        sum += gain;
        if sum > best.map_or(0, |(most, ..)| most) {
            best = Some((sum, start, y));
        }
    }
    let (sum, first, last) = best?;
    let by_rows = usize::try_from(by.unsigned_abs()).ok()?;
    // The rows that come in lose what was right in them.
    let (top, bottom, coming) =
        if by > 0 { (first, last + by_rows, last + 1) } else { (first - by_rows, last, first - by_rows) };
    let rows = before.iter().zip(after).skip(coming).take(by_rows);
    let loss: i32 = rows.map(|(was, now)| matches(was, now)).sum();
    let gain = sum - loss - COST;
    let shift = Shift { top: u16::try_from(top).ok()?, bottom: u16::try_from(bottom).ok()?, by };
    (gain > 0).then_some((gain, shift))
}

/// Columns in which two rows are the same, about.
fn matches(one: &Chunks, other: &Chunks) -> i32 {
    let same = one.iter().zip(other).filter(|(one, other)| one == other).count();
    i32::try_from(same * CHUNK).unwrap_or(i32::MAX)
}
