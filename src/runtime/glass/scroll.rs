//! Finds the block of rows that only moved.

use std::hash::BuildHasher as _;

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

/// What a row is compared by.
pub(super) fn chunks(row: &[Slot<'_>]) -> Chunks {
    let state = FixedState::default();
    row.chunks(CHUNK).map(|chunk| state.hash_one(chunk)).collect()
}

/// The move after which most columns are right already, if any is likely to pay.
pub(super) fn find(before: &[Chunks], after: &[Chunks]) -> Option<Shift> {
    let height = i32::try_from(after.len()).ok()?;
    let ways = (1..height).flat_map(|by| [by, -by]);
    ways.filter_map(|by| best(before, after, by)).max_by_key(|(gain, _)| *gain).map(|(_, shift)| shift)
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
