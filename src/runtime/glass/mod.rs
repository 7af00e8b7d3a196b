//! What frames are drawn on: the terminal, sent with one write what makes it show the next frame.
//!
//! It asks the terminal nothing, and writes nothing for a frame that changes nothing. What the terminal shows
//! is known from what was sent (`encoder.rs`).

mod encoder;
mod pen;
mod scroll;
mod slot;
mod tip;

use std::io;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};

use self::encoder::encode;
use self::tip::{Tip, Writer};
use super::Screen;
use super::terminal::{Restorer, size};

/// Frames longer than this stand between the marks that let a terminal show them at once: they may come in
/// pieces. For shorter ones the 16 bytes do not pay.
const LONG: usize = 1024;

/// What a terminal is able to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a feature of its own")]
pub struct Abilities {
    /// Moves rows within margins: DECSTBM, IL and DL.
    pub moves_rows: bool,
    /// Goes to a row or a column by its number: VPA and CHA.
    pub addresses: bool,
    /// Erases some columns: ECH.
    pub erases: bool,
    /// Ends single attributes: SGR 22 to 29.
    pub ends_attributes: bool,
    /// Holds a frame back until it is whole, or takes no harm from being told to.
    pub holds_frames: bool,
}

impl Abilities {
    /// What every terminal of the last forty years can do.
    pub const FEW: Self = Self {
        moves_rows: false,
        addresses: false,
        erases: false,
        ends_attributes: false,
        holds_frames: false,
    };

    /// What terminals of today can do.
    pub const USUAL: Self =
        Self { moves_rows: true, addresses: true, erases: true, ends_attributes: true, holds_frames: true };

    /// By the name in `TERM`. No terminal is asked.
    pub fn of_term(term: &str) -> Self {
        const KNOWN: [&str; 24] = [
            "xterm",
            "screen",
            "tmux",
            "linux",
            "rxvt",
            "alacritty",
            "kitty",
            "foot",
            "wezterm",
            "konsole",
            "vte",
            "gnome",
            "st-",
            "iterm",
            "putty",
            "contour",
            "ghostty",
            "mintty",
            "vt2",
            "vt3",
            "vt4",
            "vt5",
            "rio",
            "ms-terminal",
        ];
        if KNOWN.iter().any(|known| term.starts_with(known)) || term == "st" {
            Self::USUAL
        } else {
            Self::FEW
        }
    }
}

/// The terminal as a screen.
#[derive(Debug)]
pub struct Glass {
    out: Restorer,
    able: Abilities,
    /// What the terminal shows; none when nobody knows.
    shown: Option<Buffer>,
    tip: Tip,
    /// Where the cursor is shown, as far as that is known; none while it is hidden.
    cursor: Option<Position>,
    /// Whether the mouse is listened to; none when nobody knows.
    mouse: Option<bool>,
    /// How long the latest frame waited for the terminal.
    waited: Duration,
}

impl Glass {
    /// Draws on the terminal that `out` writes to, whose screen is empty and whose cursor is hidden.
    pub(super) fn new(out: Restorer, able: Abilities) -> Self {
        Self {
            out,
            able,
            shown: None,
            tip: Tip::default(),
            cursor: None,
            mouse: Some(false),
            waited: Duration::ZERO,
        }
    }
}

impl Screen for Glass {
    type Error = io::Error;

    fn show(&mut self, frame: &Buffer, changed: &[u16], cursor: Option<Position>) -> io::Result<usize> {
        let before = self.shown.as_ref().filter(|shown| shown.area == frame.area);
        debug_assert!(
            before.is_none_or(|before| differing(before, frame).all(|y| changed.contains(&y))),
            "a row is different that is not among those that may be"
        );
        let (mut bytes, tip) = encode(before, frame, changed, self.tip, self.able);
        let mut writer = Writer::new(tip, self.able, frame.area.width);
        if let Some(at) = cursor
            && (!bytes.is_empty() || self.cursor != cursor)
        {
            writer.go(at);
        }
        bytes.append(&mut writer.bytes);
        if self.shown.is_none() || self.cursor.is_some() != cursor.is_some() {
            bytes.extend_from_slice(if cursor.is_some() { b"\x1b[?25h" } else { b"\x1b[?25l" });
        }
        if bytes.len() > LONG && self.able.holds_frames {
            bytes = [b"\x1b[?2026h", &*bytes, b"\x1b[?2026l"].concat();
        }
        if !bytes.is_empty() {
            self.waited = self.out.write(&bytes)?;
        }
        (self.tip, self.cursor) = (writer.tip, cursor);
        match &mut self.shown {
            Some(shown) if shown.area == frame.area => {
                let width = usize::from(frame.area.width);
                for y in changed {
                    let row = usize::from(*y) * width..(usize::from(*y) + 1) * width;
                    let (old, new) = (shown.content.get_mut(row.clone()), frame.content.get(row));
                    old.zip(new).into_iter().for_each(|(old, new)| old.clone_from_slice(new));
                }
            }
            shown => *shown = Some(frame.clone()),
        }
        Ok(bytes.len())
    }

    fn waited(&self) -> Duration {
        self.waited
    }

    fn take_mouse(&mut self, take: bool) -> io::Result<()> {
        if self.mouse != Some(take) {
            self.out.take_mouse(take)?;
            self.mouse = Some(take);
        }
        Ok(())
    }

    fn forget(&mut self) {
        (self.shown, self.tip) = (None, Tip::default());
        self.mouse = self.mouse.filter(|taken| !taken);
    }

    fn size(&self) -> Size {
        size()
    }
}

/// The rows in which two frames of one size are different.
fn differing(one: &Buffer, other: &Buffer) -> impl Iterator<Item = u16> {
    let width = usize::from(one.area.width).max(1);
    let pairs = one.content.chunks(width).zip(other.content.chunks(width));
    (0..one.area.height).zip(pairs).filter(|(_, (one, other))| one != other).map(|(y, _)| y)
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "cells as only a fault of ours would write them")]
mod tests;
