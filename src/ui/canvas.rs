//! Writing displayed text on a sheet, clipped to the screen.

use std::borrow::Cow;

use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Style;

use super::ascii;
use super::sheet::Sheet;
use crate::app::line::Line;
use crate::text;
use crate::theme::{Palette, Role};

/// Mark of a text that was cut; its own style tells it from an ellipsis of the text.
const CUT: &str = "…";

/// A sheet with a theme. Everything outside the sheet is dropped.
pub(super) struct Canvas<'a> {
    sheet: &'a mut Sheet,
    palette: &'a Palette,
    cursor: Option<Position>,
}

impl<'a> Canvas<'a> {
    /// An empty screen of this size.
    pub(super) fn new(sheet: &'a mut Sheet, size: Size, palette: &'a Palette) -> Self {
        sheet.begin(size, palette.style(Role::Text));
        Self { sheet, palette, cursor: None }
    }

    /// Ends the frame. Where the terminal's cursor belongs, if it is shown.
    pub(super) fn finish(self) -> Option<Position> {
        self.sheet.finish();
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
        let area = self.sheet.area();
        if y >= area.bottom() || x >= area.right() || width == 0 {
            return x;
        }
        let width = usize::from(width.min(area.right() - x));
        let shown = &*if self.palette.ascii { ascii::spelled(shown) } else { Cow::Borrowed(shown) };
        let (head, cut) = text::clip_for_mark(shown, width);
        let end = self.sheet.write(x, y, style, head);
        if !cut {
            return end;
        }
        let mark = style.patch(self.palette.style(Role::Cut));
        self.sheet.write(end, y, mark, if self.palette.ascii { ascii::CUT } else { CUT })
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
        self.sheet.restyle(area, self.palette.style(role));
    }

    /// A horizontal rule over a whole area.
    pub(super) fn rule(&mut self, area: Rect, role: Role) {
        self.fill(area, role, "─");
    }

    /// A vertical rule over a whole area.
    pub(super) fn upright(&mut self, area: Rect, role: Role) {
        self.fill(area, role, "│");
    }

    fn fill(&mut self, area: Rect, role: Role, sign: &str) {
        let sign = if self.palette.ascii { ascii::spelled(sign) } else { Cow::Borrowed(sign) };
        self.sheet.fill(area, self.style(role), &sign);
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
        let area = area.intersection(self.sheet.area());
        if area.width < 2 || area.height < 2 {
            return;
        }
        self.fill(area, Role::Text, " ");
        self.upright(Rect { width: 1, ..area }, Role::Border);
        self.upright(Rect { x: area.right() - 1, width: 1, ..area }, Role::Border);
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

/// Width of a displayed text, in cells, as far as a screen can be wide.
pub(super) fn cells(shown: &str) -> u16 {
    u16::try_from(text::width(shown)).unwrap_or(u16::MAX)
}
