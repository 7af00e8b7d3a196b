//! What stands in each column of a row, as a terminal shows it.

use ratatui::buffer::Cell;
use unicode_width::UnicodeWidthChar as _;

use super::pen::Pen;

/// A column of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot<'a> {
    /// What is written here; nothing in the second half of a wide character.
    pub(super) text: &'a str,
    /// How it looks: of pens that look the same on a blank, always the same one.
    pub(super) pen: Pen,
    /// Columns taken from here on: 1 or 2, and 0 in a second half.
    pub(super) width: u8,
}

impl<'a> Slot<'a> {
    /// What an erased column shows.
    pub(super) const BLANK: Self = Self { text: " ", pen: Pen::PLAIN, width: 1 };

    /// A cell with `room` columns from it to the edge. What cannot be shown there is a blank.
    fn of(cell: &'a Cell, room: usize) -> Self {
        let (text, pen) = (cell.symbol(), Pen::of(cell));
        match width(text) {
            Some(width) if usize::from(width) <= room && text != " " => Self { text, pen, width },
            _ => Self { text: " ", pen: pen.on_a_blank(), width: 1 },
        }
    }

    /// Whether erasing gives the same.
    pub(super) fn is_blank(&self) -> bool {
        *self == Self::BLANK
    }

    /// Whether a terminal with this pen writes what is meant.
    pub(super) fn suits(&self, pen: Pen) -> bool {
        self.pen == pen || (self.text == " " && self.pen == pen.on_a_blank())
    }

    /// Whether all terminals agree how wide it is: about a mark over a character or a pictogram they do not.
    pub(super) fn is_certain(&self) -> bool {
        let mut chars = self.text.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => self.width == 1 || !('\u{1f000}'..='\u{1ffff}').contains(&c) && c > '\u{2fff}',
            _ => false,
        }
    }
}

/// The columns of a row of cells.
pub(super) fn row(cells: &[Cell]) -> Vec<Slot<'_>> {
    let mut slots = Vec::with_capacity(cells.len());
    for (x, cell) in cells.iter().enumerate() {
        if slots.len() > x {
            // Covered by the wide character before it, whatever the cell says.
            continue;
        }
        let slot = Slot::of(cell, cells.len() - x);
        slots.push(slot);
        if slot.width == 2 {
            slots.push(Slot { text: "", width: 0, ..slot });
        }
    }
    slots
}

/// Columns that a text takes in a terminal; none for one that is not a character with its marks.
fn width(text: &str) -> Option<u8> {
    if let [byte] = text.as_bytes() {
        return matches!(byte, 0x20..=0x7e).then_some(1);
    }
    let mut width = 0;
    for (nth, c) in text.chars().enumerate() {
        let wide = c.width()?;
        // A second character that takes room of its own would not be in this cell.
        if (nth == 0) == (wide == 0) {
            return None;
        }
        width += wide;
    }
    u8::try_from(width).ok().filter(|width| (1..=2).contains(width))
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "cells as only a fault of ours would write them")]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_single_character_is_a_blank() {
        for (text, expected) in [
            ("a", Some(1)),
            ("é", Some(1)),
            ("e\u{301}", Some(1)),
            ("株", Some(2)),
            ("", None),
            ("ab", None),
            ("\u{301}", None),
            ("\u{1b}", None),
            ("\u{9b}", None),
        ] {
            assert_eq!(width(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_wide_character_covers_the_next_column_and_needs_it() {
        let mut cells = [Cell::default(), Cell::default()];
        cells[0].set_symbol("株");
        cells[1].set_symbol("x");
        let shown: Vec<_> = row(&cells).iter().map(|slot| (slot.text, slot.width)).collect();
        assert_eq!(shown, [("株", 2), ("", 0)]);
        assert_eq!(row(&cells[..1])[0].text, " ");
    }
}
