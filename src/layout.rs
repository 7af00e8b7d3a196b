//! The only arithmetic on rectangles: where each part of the screen is, for the core and the painters alike.
//!
//! ```text
//!  header                                  one row
//! ─ Organizations ────────────────────     list title
//!   NAME  ORG ID  …                        column heads
//!   rows                                   list_rows
//! ─ Acme ─────────────────────────────     detail title (M: below; L, XL: beside; S: instead)
//!   fields or JSON                         detail_rows
//! ─ Activity ─────────────────────────     activity (XL)
//! ────────────────────────────────────
//!  status                                  one row (in S: instead of the hints)
//! ────────────────────────────────────
//!  hints                                   one row
//! ```

use ratatui::layout::{Rect, Size};

/// How much fits on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SizeClass {
    /// Under 60x16: a notice instead of the panes.
    XS,
    /// Under 80 columns or 24 rows: one pane at a time.
    S,
    /// Under 120 columns: the list over the detail.
    M,
    /// Side by side.
    L,
    /// From 160x40: side by side, with the JSON under the fields and the latest activity below.
    XL,
}

impl SizeClass {
    /// The class of a terminal size.
    pub const fn of(size: Size) -> Self {
        match (size.width, size.height) {
            (0..60, _) | (_, 0..16) => Self::XS,
            (60..80, _) | (_, 16..24) => Self::S,
            (80..120, _) => Self::M,
            (160.., 40..) => Self::XL,
            _ => Self::L,
        }
    }
}

/// Which of the two panes has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Pane {
    /// The organizations.
    #[default]
    List,
    /// The selected organization.
    Detail,
}

/// The rectangles of one frame. Those that are not shown are empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panes {
    /// The class of the size.
    pub class: SizeClass,
    /// The first row: whose data, how fresh, how long the session lasts.
    pub header: Rect,
    /// Title of the list.
    pub list_title: Rect,
    /// Heads of the columns.
    pub list_head: Rect,
    /// The rows of the list.
    pub list_rows: Rect,
    /// Title of the detail.
    pub detail_title: Rect,
    /// The rows of the detail, with what separates them from the list.
    pub detail_rows: Rect,
    /// What of these rows the text of the detail may use.
    pub detail_text: Rect,
    /// Title of the latest activity (XL).
    pub activity_title: Rect,
    /// The latest activity (XL).
    pub activity_rows: Rect,
    /// The rule over the status line.
    pub status_rule: Rect,
    /// The status line.
    pub status: Rect,
    /// The rule over the hints.
    pub hint_rule: Rect,
    /// The keys.
    pub hints: Rect,
}

/// Rows of the detail under the list while the list has the keyboard.
const DETAIL_ROWS: u16 = 5;
/// Rows of activity on a large screen.
const ACTIVITY_ROWS: u16 = 4;
/// Rows of the list over the detail while the detail has the keyboard.
const LIST_ROWS: u16 = 4;

impl Panes {
    /// The rectangles for a size, with the keyboard in `active`.
    pub fn of(size: Size, active: Pane) -> Self {
        let class = SizeClass::of(size);
        let Size { width, height } = size;
        let row = |y: u16| Rect::new(0, y, width, 1);
        let nothing = Rect::ZERO;
        let mut panes = Self {
            class,
            header: nothing,
            list_title: nothing,
            list_head: nothing,
            list_rows: nothing,
            detail_title: nothing,
            detail_rows: nothing,
            detail_text: nothing,
            activity_title: nothing,
            activity_rows: nothing,
            status_rule: nothing,
            status: nothing,
            hint_rule: nothing,
            hints: nothing,
        };
        if class == SizeClass::XS {
            return panes;
        }
        panes.header = row(0);
        panes.hints = row(height - 1);
        panes.hint_rule = row(height - 2);
        let below = if class == SizeClass::S {
            // A narrow screen has no row to spare: the status takes the place of the hints.
            panes.status = panes.hints;
            2
        } else {
            panes.status = row(height - 3);
            panes.status_rule = row(height - 4);
            4
        };
        let mut body = Rect::new(0, 1, width, height - 1 - below);
        if class == SizeClass::XL {
            let (rest, activity) = split_rows(body, body.height.saturating_sub(ACTIVITY_ROWS + 1));
            (panes.activity_title, panes.activity_rows) = split_rows(activity, 1);
            body = rest;
        }
        match class {
            SizeClass::XS => {}
            SizeClass::S => match active {
                Pane::List => panes.put_list(body),
                Pane::Detail => panes.put_detail(body),
            },
            SizeClass::M => {
                let detail = match active {
                    Pane::List => DETAIL_ROWS + 1,
                    Pane::Detail => body.height - (LIST_ROWS + 2),
                };
                let (list, below) = split_rows(body, body.height - detail);
                panes.put_list(list);
                panes.put_detail(below);
            }
            SizeClass::L | SizeClass::XL => {
                let left = (width / 20 * 11).max(74);
                let (list, beside) = split_columns(body, left);
                panes.put_list(list);
                panes.put_detail(beside);
            }
        }
        panes
    }

    fn put_list(&mut self, area: Rect) {
        let (title, rest) = split_rows(area, 1);
        let (head, rows) = split_rows(rest, 1);
        (self.list_title, self.list_head, self.list_rows) = (title, head, rows);
    }

    fn put_detail(&mut self, area: Rect) {
        (self.detail_title, self.detail_rows) = split_rows(area, 1);
        // Beside the list a vertical rule takes a column more.
        let margin = if area.x > 0 { 2 } else { 1 };
        let width = area.width.saturating_sub(margin + 1);
        self.detail_text = Rect { x: area.x.saturating_add(margin), width, ..self.detail_rows };
    }
}

/// A window of at most `width` x `height` cells in the middle of the screen, its frame included. The header
/// above it and the last row below it, for notices, stay in sight.
pub fn centered(size: Size, width: u16, height: u16) -> Rect {
    let width = width.min(size.width);
    let height = height.min(size.height.saturating_sub(2));
    let y = ((size.height - height) / 2).max(1).min(size.height);
    Rect::new((size.width - width) / 2, y, width, height)
}

/// The window for text that is read: results, problems, help. A narrow screen is used to its edges.
pub fn large_window(size: Size) -> Rect {
    let margin = if SizeClass::of(size) == SizeClass::S { 0 } else { 4 };
    centered(size, size.width.saturating_sub(margin).min(100), size.height.saturating_sub(2).min(40))
}

/// The parts of the sign-in window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignInPanes {
    /// The whole window.
    pub window: Rect,
    /// What the appliance wants to be read first; empty without a banner.
    pub banner: Rect,
    /// The rule under it; empty without a banner.
    pub rule: Rect,
    /// The rows to be filled in.
    pub form: Rect,
}

impl SignInPanes {
    /// Columns for the text of a banner, on a screen of this size.
    pub fn banner_width(size: Size) -> u16 {
        inside(centered(size, Self::WIDTH, 3)).width
    }

    const WIDTH: u16 = 64;
    const FORM: u16 = 11;

    /// The parts, for a banner of so many rows. Where it is longer than the screen allows, it scrolls: the form is
    /// always whole.
    pub fn of(size: Size, banner: usize) -> Self {
        // A low screen gives up words under the fields, not the banner.
        let form = if banner > 0 && size.height < 20 { Self::FORM - 2 } else { Self::FORM };
        let most = size.height.saturating_sub(2 + 2 + form + 1);
        let rows = u16::try_from(banner).unwrap_or(u16::MAX).min(most);
        let above = if rows > 0 { rows + 1 } else { 1 };
        let window = centered(size, Self::WIDTH, form + above + 2);
        let (top, form) = split_rows(inside(window), if window.height > form + 2 { above } else { 0 });
        let (banner, rule) = split_rows(top, rows);
        Self { window, banner, rule: if rows > 0 { rule } else { Rect::ZERO }, form }
    }
}

/// The window of domains.
pub fn domain_window(size: Size) -> Rect {
    centered(size, 60, 16)
}

/// The window for long lists: the whole screen but the header and the line for notices.
pub const fn full_window(size: Size) -> Rect {
    Rect::new(0, 1, size.width, size.height.saturating_sub(2))
}

/// What is left of a window inside its frame and one cell of margin at each side.
pub fn inside(window: Rect) -> Rect {
    Rect::new(
        window.x.saturating_add(2),
        window.y.saturating_add(1),
        window.width.saturating_sub(4),
        window.height.saturating_sub(2),
    )
}

fn split_rows(area: Rect, top: u16) -> (Rect, Rect) {
    let top = top.min(area.height);
    (Rect { height: top, ..area }, Rect { y: area.y + top, height: area.height - top, ..area })
}

fn split_columns(area: Rect, left: u16) -> (Rect, Rect) {
    let left = left.min(area.width);
    (Rect { width: left, ..area }, Rect { x: area.x + left, width: area.width - left, ..area })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sg_11_every_part_is_inside_the_screen_at_every_size() {
        let heights = (0..70).chain([200, 65535]);
        for (width, height) in
            heights.flat_map(|h| [0, 1, 59, 60, 79, 80, 119, 120, 160, 500, 65535].map(|w| (w, h)))
        {
            for active in [Pane::List, Pane::Detail] {
                let size = Size::new(width, height);
                let panes = Panes::of(size, active);
                let screen = Rect::new(0, 0, width, height);
                for part in [
                    panes.header,
                    panes.list_rows,
                    panes.detail_rows,
                    panes.activity_rows,
                    panes.status,
                    panes.hints,
                ] {
                    assert!(part.is_empty() || screen.union(part) == screen, "{size:?} {part:?}");
                }
            }
        }
    }

    #[test]
    fn at_80x24_the_list_has_eleven_rows_over_a_five_line_detail() {
        let panes = Panes::of(Size::new(80, 24), Pane::List);
        assert_eq!((panes.class, panes.list_rows.height, panes.detail_rows.height), (SizeClass::M, 11, 5));
        let panes = Panes::of(Size::new(80, 24), Pane::Detail);
        assert_eq!((panes.list_rows.height, panes.detail_rows.height), (4, 12));
    }
}
