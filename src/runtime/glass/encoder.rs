//! From one frame to the next in few bytes: what a terminal has to be sent so that it shows the next frame.
//!
//! A row that only moved is moved by the terminal (`scroll.rs`); of the others only what differs is written,
//! over the cheapest ways (`tip.rs`), with the cheapest changes of style (`pen.rs`). Columns are compared as
//! they are seen (`slot.rs`). Nothing here talks to a terminal: bytes come out, and what is known of the
//! terminal after them.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Position;

use super::Abilities;
use super::pen::Pen;
use super::scroll::{self, Shift};
use super::slot::{Slot, row};
use super::tip::{Tip, Writer};

/// Changed rows from which on it is looked whether they only moved, and bytes that writing them takes: to look takes
/// longer than to write two rows.
const ROWS_THAT_MAY_HAVE_MOVED: usize = 3;
const BYTES_WORTH_A_LOOK: usize = 320;
/// Longest stretch of unchanged columns that is written again instead of passed by.
const BRIDGE: u16 = 4;
/// Blanks from which on the end of a row is erased: shorter ones are written.
const TAIL: usize = 4;
/// Blanks from which on they are erased within a row, with something behind them, or with nothing.
const GAP: (usize, usize) = (10, 6);

/// The bytes that turn what is shown into `after`, and the tip after them.
///
/// `before` is what the terminal shows; none, or another size, when that is unknown.
pub(super) fn encode(before: Option<&Buffer>, after: &Buffer, tip: Tip, able: Abilities) -> (Vec<u8>, Tip) {
    let Some(before) = before.filter(|before| before.area == after.area) else {
        let blank = Buffer::empty(after.area);
        let mut writer = Writer::new(tip, able, after.area.width);
        writer.clear();
        repaint(&mut writer, &blank, after, None);
        return (writer.bytes, writer.tip);
    };
    let mut plain = Writer::new(tip, able, after.area.width);
    let changed = repaint(&mut plain, before, after, None);
    let may_have_moved = able.moves_rows
        && changed.len() >= ROWS_THAT_MAY_HAVE_MOVED
        && plain.bytes.len() >= BYTES_WORTH_A_LOOK;
    let shift = may_have_moved.then(|| moved(before, after, &changed)).flatten();
    let shifted = shift.map(|shift| {
        let mut shifted = Writer::new(tip, able, after.area.width);
        shifted.shift(shift.top, shift.bottom, shift.by);
        repaint(&mut shifted, before, after, Some(shift));
        shifted
    });
    let least = shifted.filter(|shifted| shifted.bytes.len() < plain.bytes.len()).unwrap_or(plain);
    (least.bytes, least.tip)
}

/// The cells of the rows, from the top.
fn rows(buffer: &Buffer) -> impl Iterator<Item = &[Cell]> {
    buffer.content.chunks(usize::from(buffer.area.width).max(1))
}

/// The block of rows that moved, if that may be worth it: it lies between the first and the last row that changed.
fn moved(before: &Buffer, after: &Buffer, changed: &[u16]) -> Option<Shift> {
    let (first, last) = (*changed.first()?, *changed.last()?);
    let within = |buffer| {
        rows(buffer).take(usize::from(last) + 1).skip(usize::from(first)).map(row).collect::<Vec<_>>()
    };
    let found = scroll::find(&within(before), &within(after))?;
    Some(Shift { top: found.top + first, bottom: found.bottom + first, ..found })
}

/// Writes what differs in each row, after `shift` took place; gives the rows in which something does.
fn repaint(writer: &mut Writer, before: &Buffer, after: &Buffer, shift: Option<Shift>) -> Vec<u16> {
    let nothing = vec![Cell::EMPTY; usize::from(after.area.width)];
    let mut changed = Vec::new();
    for (y, next) in (0..after.area.height).zip(rows(after)) {
        let source = shift.map_or(Some(y), |shift| shift.source(y));
        let was = source.and_then(|y| rows(before).nth(usize::from(y))).unwrap_or(&nothing);
        if was.len() != next.len() || was.iter().zip(next).any(|(was, next)| !same(was, next)) {
            repaint_row(writer, y, &row(was), &row(next));
            changed.push(y);
        }
    }
    changed
}

/// Whether two cells look the same. Every cell of every frame goes through here, most are one byte.
fn same(one: &Cell, other: &Cell) -> bool {
    let text = match (one.symbol().as_bytes(), other.symbol().as_bytes()) {
        ([one], [other]) => one == other,
        (one, other) => one == other,
    };
    text && Pen::of(one) == Pen::of(other)
}

/// Writes what differs in one row.
fn repaint_row(writer: &mut Writer, y: u16, before: &[Slot<'_>], after: &[Slot<'_>]) {
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
