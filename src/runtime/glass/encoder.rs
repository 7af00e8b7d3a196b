//! From one frame to the next in few bytes: what a terminal has to be sent so that it shows the next frame.
//!
//! A row that only moved is moved by the terminal (`scroll.rs`); of the others only what differs is written,
//! over the cheapest ways (`tip.rs`), with the cheapest changes of style (`pen.rs`). Columns are compared as
//! they are seen (`slot.rs`). Nothing here talks to a terminal: bytes come out, and what is known of the
//! terminal after them.

use std::cell::OnceCell;

use ratatui::buffer::Buffer;
use ratatui::layout::Position;

use super::Abilities;
use super::scroll::{self, Shift};
use super::slot::{Slot, row};
use super::tip::{Tip, Writer};

/// Changed rows from which on it is looked whether they only moved: to look takes longer than to write two rows.
const ROWS_THAT_MAY_HAVE_MOVED: usize = 3;
/// Longest stretch of unchanged columns that is written again instead of passed by.
const BRIDGE: u16 = 4;
/// Blanks from which on the end of a row is erased: shorter ones are written.
const TAIL: usize = 4;
/// Blanks from which on they are erased within a row, with something behind them, or with nothing.
const GAP: (usize, usize) = (10, 6);

/// The bytes that turn what is shown into `after`, and the tip after them.
///
/// `before` is what the terminal shows, of the same size; none when that is unknown. It may differ in the rows
/// `changed`, and in no other.
pub(super) fn encode(
    before: Option<&Buffer>,
    after: &Buffer,
    changed: &[u16],
    tip: Tip,
    able: Abilities,
) -> (Vec<u8>, Tip) {
    let mut writer = Writer::new(tip, able, after.area.width);
    let Some(before) = before else {
        writer.clear();
        let (blank, after) = (Buffer::empty(after.area), Rows::of(after));
        repaint(&mut writer, &Rows::of(&blank), &after, 0..after.height(), None);
        return (writer.bytes, writer.tip);
    };
    let (before, after) = (Rows::of(before), Rows::of(after));
    let shift = able.moves_rows.then(|| moved(&before, &after, changed)).flatten();
    if let Some(shift) = shift {
        writer.shift(shift.top, shift.bottom, shift.by);
        let inside = |y: &u16| (shift.top..=shift.bottom).contains(y) || changed.contains(y);
        repaint(&mut writer, &before, &after, (0..after.height()).filter(inside), Some(shift));
    } else {
        repaint(&mut writer, &before, &after, changed.iter().copied(), None);
    }
    (writer.bytes, writer.tip)
}

/// The block of rows that moved, if that may be worth it: it lies between the first and the last row that changed.
fn moved(before: &Rows<'_>, after: &Rows<'_>, changed: &[u16]) -> Option<Shift> {
    let (first, last) = (*changed.first()?, *changed.last()?);
    if changed.len() < ROWS_THAT_MAY_HAVE_MOVED {
        return None;
    }
    let within = |rows: &Rows<'_>| (first..=last).map(|y| scroll::chunks(rows.get(y))).collect::<Vec<_>>();
    let found = scroll::find(&within(before), &within(after))?;
    Some(Shift { top: found.top + first, bottom: found.bottom + first, ..found })
}

/// Writes what differs in these rows, after `shift` took place.
fn repaint(
    writer: &mut Writer,
    before: &Rows<'_>,
    after: &Rows<'_>,
    rows: impl Iterator<Item = u16>,
    shift: Option<Shift>,
) {
    let nothing = vec![Slot::BLANK; usize::from(after.cells.area.width)];
    for y in rows {
        let source = shift.map_or(Some(y), |shift| shift.source(y));
        repaint_row(writer, y, source.map_or(&*nothing, |y| before.get(y)), after.get(y));
    }
}

/// The rows of a buffer, each looked at when it is asked for, and then once.
struct Rows<'a> {
    cells: &'a Buffer,
    looked_at: Vec<OnceCell<Vec<Slot<'a>>>>,
}

impl<'a> Rows<'a> {
    fn of(cells: &'a Buffer) -> Self {
        Self { cells, looked_at: vec![OnceCell::new(); usize::from(cells.area.height)] }
    }

    fn get(&self, y: u16) -> &[Slot<'a>] {
        let width = usize::from(self.cells.area.width);
        let look = || {
            let start = usize::from(y) * width;
            row(self.cells.content.get(start..start + width).unwrap_or_default())
        };
        self.looked_at.get(usize::from(y)).map_or(&[], |looked_at| looked_at.get_or_init(look))
    }

    const fn height(&self) -> u16 {
        self.cells.area.height
    }
}

/// Writes what differs in one row.
fn repaint_row(writer: &mut Writer, y: u16, before: &[Slot<'_>], after: &[Slot<'_>]) {
    if before == after {
        return;
    }
    let changed = changed(before, after);
    let text_ends = after.iter().rposition(|slot| !slot.is_blank()).map_or(0, |x| x + 1);
    let text_ends = text_ends + usize::from(after.get(text_ends).is_some_and(|slot| slot.width == 0));
    let tail = changed.iter().skip(text_ends).filter(|changed| **changed).count();
    let end = if tail >= TAIL { text_ends } else { after.len() };
    let mut x = 0;
    while x < end {
        x += match after.get(x) {
            Some(slot) if changed.get(x) == Some(&true) && slot.width > 0 => {
                reach(writer, y, x, after);
                blanks(writer, x, end, after, &changed).unwrap_or_else(|| {
                    character(writer, slot, after.get(x + 1..end).unwrap_or_default());
                    usize::from(slot.width)
                })
            }
            _ => 1,
        };
    }
    if let Some(first) = changed.iter().skip(end).position(|changed| *changed) {
        writer.go(position(end + first, y));
        writer.erase_to_end();
    }
}

/// Which columns have to be written. Half a wide character cannot be: either both halves are or none.
fn changed(before: &[Slot<'_>], after: &[Slot<'_>]) -> Vec<bool> {
    let mut changed: Vec<bool> = before.iter().zip(after).map(|(before, after)| before != after).collect();
    if before.iter().chain(after).all(|slot| slot.width == 1) {
        return changed;
    }
    loop {
        let mut spread = false;
        for x in 1..changed.len() {
            let joined = [before, after].iter().any(|row| row.get(x).is_some_and(|slot| slot.width == 0));
            if let Some([left, right]) = changed.get_mut(x - 1..=x)
                && joined
                && *left != *right
            {
                (*left, *right, spread) = (true, true, true);
            }
        }
        if !spread {
            return changed;
        }
    }
}

/// Brings the cursor to a column: over unchanged ones by writing them again, where that is shorter.
fn reach(writer: &mut Writer, y: u16, x: usize, after: &[Slot<'_>]) {
    let to = position(x, y);
    if let Some(gap @ 1..=BRIDGE) = writer.distance(to)
        && let Some(between) = after.get(x - usize::from(gap)..x)
        && between.iter().all(|slot| slot.text.len() == 1 && writer.suits(slot))
    {
        for slot in between {
            writer.character(slot);
        }
    }
    writer.go(to);
}

/// Erases the blanks from `x` on, when there are so many that it is shorter; says how many.
fn blanks(writer: &mut Writer, x: usize, end: usize, after: &[Slot<'_>], changed: &[bool]) -> Option<usize> {
    let columns = after.iter().zip(changed).take(end).skip(x);
    let blanks = columns.take_while(|(slot, changed)| **changed && slot.is_blank()).count();
    let goes_on = x + blanks < end && changed.get(x + blanks) == Some(&true);
    let worth = if goes_on { GAP.0 } else { GAP.1 };
    (writer.able.erases && blanks >= worth).then(|| {
        writer.erase(blanks);
        blanks
    })
}

/// Writes a character. A blank is written with the pen of what follows, if that looks the same: one change of
/// pen less.
fn character(writer: &mut Writer, slot: &Slot<'_>, follow: &[Slot<'_>]) {
    if slot.text == " " && !writer.suits(slot) {
        let next = follow.iter().find(|slot| slot.text != " ").map(|slot| slot.pen);
        if let Some(pen) = next.filter(|pen| slot.suits(*pen)) {
            writer.take(pen);
        }
    }
    writer.character(slot);
}

fn position(x: usize, y: u16) -> Position {
    Position { x: u16::try_from(x).unwrap_or(u16::MAX), y }
}
