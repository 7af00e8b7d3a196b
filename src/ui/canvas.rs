//! Writing displayed text into cells, clipped to the screen.

use std::borrow::Cow;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::ascii;
use crate::app::line::Line;
use crate::text;
use crate::theme::{Palette, Role};

/// Mark of a text that was cut; its own style tells it from an ellipsis of the text.
const CUT: &str = "…";

/// A buffer with a theme. Everything outside the buffer is dropped.
pub(super) struct Canvas<'a> {
    buffer: &'a mut Buffer,
    palette: &'a Palette,
    cursor: Option<Position>,
}

impl<'a> Canvas<'a> {
    /// An empty screen, whatever stood in the buffer.
    pub(super) fn new(buffer: &'a mut Buffer, palette: &'a Palette) -> Self {
        buffer.content.fill(blank(palette.style(Role::Text)));
        Self { buffer, palette, cursor: None }
    }

    /// Where the terminal's cursor belongs, if it is shown.
    pub(super) const fn cursor(&self) -> Option<Position> {
        self.cursor
    }

    /// Puts the terminal's cursor here.
    pub(super) const fn cursor_at(&mut self, x: u16, y: u16) {
        self.cursor = Some(Position::new(x, y));
    }

    /// Writes `shown` in at most `width` cells, a cut one with the mark at its end; returns the column after it.
    pub(super) fn put(&mut self, x: u16, y: u16, width: u16, role: Role, shown: &str) -> u16 {
        self.put_styled(x, y, width, self.style(role), shown)
    }

    /// The style of a role, without what was in the cell before.
    fn style(&self, role: Role) -> Style {
        Style::reset().patch(self.palette.style(role))
    }

    fn put_styled(&mut self, x: u16, y: u16, width: u16, style: Style, shown: &str) -> u16 {
        let area = self.buffer.area;
        if y >= area.bottom() || x >= area.right() || width == 0 {
            return x;
        }
        let width = usize::from(width.min(area.right() - x));
        let shown = &*if self.palette.ascii { ascii::spelled(shown) } else { Cow::Borrowed(shown) };
        let (head, cut) = text::clip(shown, width);
        if !cut {
            return self.set(x, y, style, head);
        }
        let (head, _) = text::clip(shown, width - 1);
        let end = self.set(x, y, style, head);
        let mark = style.patch(self.palette.style(Role::Cut));
        self.set(end, y, mark, if self.palette.ascii { ascii::CUT } else { CUT })
    }

    /// Writes a text that fits, piece by piece; returns the column after it.
    #[expect(clippy::disallowed_methods, reason = "the one place where text becomes cells")]
    fn set(&mut self, x: u16, y: u16, style: Style, shown: &str) -> u16 {
        let (blank, mut at) = (blank(style), x);
        let mut cells = self.from(x, y).iter_mut();
        for (piece, width) in text::cells(shown) {
            if let Some(cell) = cells.next() {
                cell.set_symbol(piece);
                (cell.fg, cell.bg, cell.modifier) = (blank.fg, blank.bg, blank.modifier);
            }
            let covered = width.saturating_sub(1);
            cells.by_ref().take(covered).for_each(|cell| cell.clone_from(&blank));
            at = at.saturating_add(u16::try_from(covered).unwrap_or(0)).saturating_add(1);
        }
        at
    }

    /// The cells of a row from this column on; none outside the screen.
    fn from(&mut self, x: u16, y: u16) -> &mut [Cell] {
        let area = self.buffer.area;
        if !area.contains(Position { x, y }) {
            return &mut [];
        }
        let start = self.buffer.index_of(x, y);
        self.buffer.content.get_mut(start..start + usize::from(area.right() - x)).unwrap_or_default()
    }

    /// Writes a line's pieces one after the other.
    pub(super) fn line(&mut self, x: u16, y: u16, width: u16, line: &Line) -> u16 {
        let end = x.saturating_add(width);
        let mut at = x;
        for (role, shown) in &line.0 {
            at = self.put(at, y, end.saturating_sub(at), *role, shown);
        }
        at
    }

    /// Writes lines from the top of an area, those that fit.
    pub(super) fn lines<'l>(&mut self, area: Rect, lines: impl IntoIterator<Item = &'l Line>) {
        for (y, line) in (area.top()..area.bottom()).zip(lines) {
            self.line(area.x, y, area.width, line);
        }
    }

    /// Gives cells that are written already another role.
    pub(super) fn restyle(&mut self, area: Rect, role: Role) {
        self.buffer.set_style(area.intersection(self.buffer.area), self.palette.style(role));
    }

    /// A horizontal rule over a whole area.
    pub(super) fn rule(&mut self, area: Rect, role: Role) {
        if area.is_empty() {
            return;
        }
        let dash = if self.palette.ascii { ascii::spelled("─") } else { Cow::Borrowed("─") };
        self.set(area.x, area.y, self.style(role), &dash);
        if let Some(dash) = self.from(area.x, area.y).first().cloned() {
            self.fill(area, &dash);
        }
    }

    /// Puts the same cell everywhere in an area.
    fn fill(&mut self, area: Rect, cell: &Cell) {
        for row in area.rows() {
            self.from(row.x, row.y)
                .iter_mut()
                .take(usize::from(row.width))
                .for_each(|old| old.clone_from(cell));
        }
    }

    /// A rule with a title at its left and remarks at its right; the remarks give way first.
    pub(super) fn titled_rule(&mut self, area: Rect, active: bool, left: &Line, right: &Line) {
        let role = if active { Role::ActiveBorder } else { Role::Border };
        self.rule(area, role);
        if area.width < 4 {
            return;
        }
        let room = area.width - 4;
        let end = self.between_blanks(area.x + 1, area.y, room, left);
        let wanted = cells(&right.text());
        let free = (area.right() - 1).saturating_sub(end);
        if wanted > 0 && free > wanted + 3 {
            self.between_blanks(area.right() - wanted - 3, area.y, wanted + 2, right);
        }
    }

    fn between_blanks(&mut self, x: u16, y: u16, width: u16, line: &Line) -> u16 {
        if line.0.is_empty() {
            return x;
        }
        let x = self.put(x, y, 1, Role::Text, " ");
        let x = self.line(x, y, width.saturating_sub(1), line);
        self.put(x, y, 1, Role::Text, " ")
    }

    /// An empty window with a frame, a title, remarks at its upper right and hints in its lower edge.
    pub(super) fn window(&mut self, area: Rect, title: &Line, remarks: &Line, hints: &Line) {
        let area = area.intersection(self.buffer.area);
        if area.width < 2 || area.height < 2 {
            return;
        }
        let style = self.style(Role::Border);
        self.fill(area, &blank(self.palette.style(Role::Text)));
        for y in area.top()..area.bottom() {
            self.put_styled(area.x, y, 1, style, "│");
            self.put_styled(area.right() - 1, y, 1, style, "│");
        }
        self.titled_rule(Rect { height: 1, ..area }, true, title, remarks);
        let bottom = Rect { y: area.bottom() - 1, height: 1, ..area };
        self.titled_rule(bottom, true, hints, &Line::default());
        let corners = [(area.x, area.y, "┌"), (area.right() - 1, area.y, "┐")];
        let feet = [(area.x, bottom.y, "└"), (area.right() - 1, bottom.y, "┘")];
        let style = self.style(Role::ActiveBorder);
        for (x, y, corner) in corners.into_iter().chain(feet) {
            self.put_styled(x, y, 1, style, corner);
        }
    }

    /// A text field with the cursor in it: the text before the cursor stays in sight.
    pub(super) fn field(&mut self, x: u16, y: u16, width: u16, before: &str, after: &str, focused: bool) {
        let room = usize::from(width.saturating_sub(2));
        self.put(x, y, 1, Role::Dim, "[");
        let blank = "_".repeat(room);
        self.put(x + 1, y, width.saturating_sub(2), Role::Dim, &blank);
        let before = text::clip_end(before, room.saturating_sub(1));
        let at = self.put(x + 1, y, width.saturating_sub(2), Role::Field, before);
        let (after, _) = text::clip(after, room.saturating_sub(text::width(before)));
        self.put(at, y, width, Role::Field, after);
        self.put(x + width.saturating_sub(1), y, 1, Role::Dim, "]");
        if focused {
            self.cursor = Some(Position::new(at, y));
        }
    }
}

/// A cell in which nothing is written.
fn blank(style: Style) -> Cell {
    let mut cell = Cell::EMPTY;
    cell.set_style(style);
    cell
}

/// Width of a displayed text, in cells, as far as a screen can be wide.
pub(super) fn cells(shown: &str) -> u16 {
    u16::try_from(text::width(shown)).unwrap_or(u16::MAX)
}
