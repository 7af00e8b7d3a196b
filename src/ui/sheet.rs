//! What a screen is painted on. It remembers what each row was painted from: only the cells of rows that come
//! otherwise are painted again, and whoever shows them looks at no other. Most frames change two rows of forty.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Style;

use crate::text;

/// Cells, and what they were painted from.
#[derive(Debug, Default)]
pub struct Sheet {
    cells: Buffer,
    /// How a cell looks in which nothing is written.
    blank: Cell,
    painted: Vec<Row>,
    /// What is being painted now.
    next: Vec<Row>,
    changed: Vec<u16>,
}

/// What is done to a row, one after the other.
#[derive(Clone, Debug, Default, PartialEq)]
struct Row {
    strokes: Vec<Stroke>,
    /// Their texts, put together.
    texts: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Stroke {
    x: u16,
    width: u16,
    style: Style,
    does: Does,
}

/// With the text that ends here in the texts of the row, and begins where that of the stroke before ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// Writes it.
    Write(usize),
    /// Has it, one character, in every cell.
    Fill(usize),
    /// Leaves what is written, and has it look so.
    Restyle,
}

impl Sheet {
    /// The cells, as they are painted.
    pub const fn cells(&self) -> &Buffer {
        &self.cells
    }

    /// The rows that were painted in the latest frame, from the top; no cell of another is different.
    pub fn changed(&self) -> &[u16] {
        &self.changed
    }

    pub(super) const fn area(&self) -> Rect {
        self.cells.area
    }

    /// Begins a frame of this size, of blanks in this style.
    pub(super) fn begin(&mut self, size: Size, style: Style) {
        let blank = blank(style);
        if self.cells.area.as_size() != size || self.blank != blank {
            self.cells = Buffer::filled(Rect::from((Position::ORIGIN, size)), blank.clone());
            self.blank = blank;
            self.painted.clear();
            self.next.resize(usize::from(size.height), Row::default());
        }
        for row in &mut self.next {
            row.strokes.clear();
            row.texts.clear();
        }
    }

    /// Writes a text that fits; returns the column after it.
    pub(super) fn write(&mut self, x: u16, y: u16, style: Style, shown: &str) -> u16 {
        let width = columns(shown);
        if let Some(row) = self.next.get_mut(usize::from(y)) {
            row.texts.push_str(shown);
            row.strokes.push(Stroke { x, width, style, does: Does::Write(row.texts.len()) });
        }
        x.saturating_add(width)
    }

    /// Puts the same character everywhere in an area.
    pub(super) fn fill(&mut self, area: Rect, style: Style, shown: &str) {
        self.strokes(area, style, |texts| {
            texts.push_str(shown);
            Does::Fill(texts.len())
        });
    }

    /// Gives what is written in an area already another style.
    pub(super) fn restyle(&mut self, area: Rect, style: Style) {
        self.strokes(area, style, |_| Does::Restyle);
    }

    fn strokes(&mut self, area: Rect, style: Style, mut does: impl FnMut(&mut String) -> Does) {
        let Rect { x, y, width, height } = area.intersection(self.cells.area);
        for row in self.next.iter_mut().skip(usize::from(y)).take(usize::from(height)) {
            row.strokes.push(Stroke { x, width, style, does: does(&mut row.texts) });
        }
    }

    /// Ends a frame: paints the rows that come otherwise.
    pub(super) fn finish(&mut self) {
        self.changed.clear();
        let anew = self.painted.len() != self.next.len();
        self.painted.resize(self.next.len(), Row::default());
        let Rect { width, height, .. } = self.cells.area;
        let cells = self.cells.content.chunks_mut(usize::from(width).max(1));
        let rows = self.next.iter_mut().zip(&mut self.painted).zip(cells);
        for (y, ((row, painted), cells)) in (0..height).zip(rows) {
            if anew || row != painted {
                cells.fill(self.blank.clone());
                row.paint(cells);
                std::mem::swap(row, painted);
                self.changed.push(y);
            }
        }
    }
}

impl Row {
    fn paint(&self, cells: &mut [Cell]) {
        let mut texts = self.texts.as_str();
        let mut done = 0;
        let mut text = |end: usize| {
            let (text, rest) = texts.split_at_checked(end - done).unwrap_or_default();
            (texts, done) = (rest, end);
            text
        };
        for Stroke { x, width, style, does } in &self.strokes {
            if *width > 0 && *does != Does::Restyle {
                uncover(cells, usize::from(*x));
            }
            let cells = cells.get_mut(usize::from(*x)..).unwrap_or_default();
            match does {
                Does::Write(end) => write(cells, *style, text(*end)),
                Does::Fill(end) => {
                    let (cells, _) = cells.split_at_mut_checked(usize::from(*width)).unwrap_or_default();
                    write(cells, *style, text(*end));
                    if let Some((first, others)) = cells.split_first_mut() {
                        others.fill(first.clone());
                    }
                }
                Does::Restyle => {
                    cells.iter_mut().take(usize::from(*width)).for_each(|cell| _ = cell.set_style(*style));
                }
            }
        }
    }
}

/// Makes room at a column: a wide character that reaches into it is gone as a whole.
#[expect(clippy::disallowed_methods, reason = "a blank of ours")]
fn uncover(cells: &mut [Cell], x: usize) {
    let before = x.checked_sub(1).and_then(|x| cells.get_mut(x));
    if let Some(cell) = before.filter(|cell| text::width(cell.symbol()) > 1) {
        cell.set_symbol(" ");
    }
}

/// Writes a text piece by piece.
#[expect(clippy::disallowed_methods, reason = "the one place where text becomes cells")]
fn write(cells: &mut [Cell], style: Style, shown: &str) {
    let blank = blank(style);
    let mut cells = cells.iter_mut();
    for (piece, width) in text::cells(shown) {
        let Some(cell) = cells.next() else { return };
        cell.set_symbol(piece);
        (cell.fg, cell.bg, cell.modifier) = (blank.fg, blank.bg, blank.modifier);
        cells.by_ref().take(width.saturating_sub(1)).for_each(|cell| cell.clone_from(&blank));
    }
}

/// A cell in which nothing is written.
fn blank(style: Style) -> Cell {
    let mut cell = Cell::EMPTY;
    cell.set_style(style);
    cell
}

/// Columns that a text takes, one at least for each piece.
fn columns(shown: &str) -> u16 {
    let columns = if shown.bytes().all(|byte| matches!(byte, 0x20..=0x7e)) {
        shown.len()
    } else {
        text::cells(shown).map(|(_, width)| width.max(1)).sum()
    };
    u16::try_from(columns).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { width: 12, height: 4 };

    fn frame(sheet: &mut Sheet, style: Style, paint: impl FnOnce(&mut Sheet)) -> Vec<u16> {
        sheet.begin(SIZE, style);
        paint(sheet);
        sheet.finish();
        sheet.changed().to_vec()
    }

    #[test]
    fn only_rows_that_come_otherwise_are_painted_again() {
        let (mut sheet, plain, bold) = (Sheet::default(), Style::new(), Style::new().bold());
        let all = [0, 1, 2, 3];
        let two = |sheet: &mut Sheet| {
            sheet.write(0, 1, plain, "one");
            sheet.write(4, 1, plain, "two");
        };
        assert_eq!(frame(&mut sheet, plain, two), all, "the first frame is all of it");
        assert_eq!(frame(&mut sheet, plain, two), [0; 0]);
        let other = |sheet: &mut Sheet| {
            sheet.write(0, 1, plain, "one");
            sheet.write(4, 1, plain, "six");
        };
        assert_eq!(frame(&mut sheet, plain, other), [1], "other letters");
        let joined = |sheet: &mut Sheet| _ = sheet.write(0, 1, plain, "onetwo");
        assert_eq!(frame(&mut sheet, plain, joined), [1], "the same letters elsewhere");
        let moved = |sheet: &mut Sheet| _ = sheet.write(0, 2, plain, "onetwo");
        assert_eq!(frame(&mut sheet, plain, moved), [1, 2]);
        assert_eq!(frame(&mut sheet, plain, |sheet| _ = sheet.write(0, 2, bold, "onetwo")), [2]);
        assert_eq!(frame(&mut sheet, bold, |sheet| _ = sheet.write(0, 2, bold, "onetwo")), all);
    }

    #[test]
    fn what_is_done_last_is_on_top_and_nothing_leaves_its_row() {
        let (mut sheet, plain) = (Sheet::default(), Style::new());
        let reversed = Style::new().reversed();
        frame(&mut sheet, plain, |sheet| {
            assert_eq!(sheet.write(0, 0, plain, "株abc"), 5);
            sheet.fill(Rect::new(3, 0, 40, 2), plain, "─");
            assert_eq!(sheet.write(11, 1, plain, "xyz"), 14);
            sheet.restyle(Rect::new(0, 0, 2, 1), reversed);
            sheet.fill(Rect::new(0, 9, 1, 1), plain, "!");
        });
        let expected = Buffer::with_lines(["株a─────────", "   ────────x", "", ""]);
        let symbols =
            |cells: &Buffer| cells.content.iter().map(|c| c.symbol().to_owned()).collect::<Vec<_>>();
        assert_eq!(symbols(sheet.cells()), symbols(&expected));
        assert_eq!(sheet.cells()[(1, 0)].modifier, ratatui::style::Modifier::REVERSED);
        assert_eq!(sheet.cells()[(2, 0)].modifier, ratatui::style::Modifier::empty());
    }

    #[test]
    fn tx_14_half_a_wide_character_under_something_else_is_none() {
        let (mut sheet, plain) = (Sheet::default(), Style::new());
        frame(&mut sheet, plain, |sheet| {
            for y in 0..3 {
                sheet.write(0, y, plain, "株株株");
            }
            sheet.write(3, 0, plain, "x");
            sheet.fill(Rect::new(3, 1, 2, 1), plain, "│");
            sheet.fill(Rect::new(3, 2, 0, 1), plain, "│");
        });
        let row = |y: usize| -> String {
            sheet.cells().content.iter().skip(12 * y).take(6).map(Cell::symbol).collect()
        };
        assert_eq!((row(0), row(1)), ("株  x株 ".to_owned(), "株  ││ ".to_owned()));
        assert_eq!(row(2), "株 株 株 ");
    }
}
