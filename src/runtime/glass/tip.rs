//! The tip of the pen: where a terminal writes next and how, and the shortest ways to change that.

use std::io::Write as _;

use ratatui::layout::Position;

use super::Abilities;
use super::pen::Pen;
use super::slot::Slot;

/// What is known of a terminal between two frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tip {
    /// Where the next character goes.
    place: Place,
    /// How it will look; none when nobody knows.
    pen: Option<Pen>,
}

/// Where a terminal's cursor is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// Exactly known.
    At(Position),
    /// In this row: after its last column terminals differ.
    InRow(u16),
    /// Nobody knows.
    #[default]
    Unknown,
}

/// Writes for one terminal, from a tip on.
#[derive(Debug)]
pub(super) struct Writer {
    /// What is to be sent.
    pub(super) bytes: Vec<u8>,
    /// Where and how the terminal writes after that.
    pub(super) tip: Tip,
    /// What it is able to do.
    pub(super) able: Abilities,
    width: u16,
}

impl Writer {
    pub(super) const fn new(tip: Tip, able: Abilities, width: u16) -> Self {
        Self { bytes: Vec::new(), tip, able, width }
    }

    /// Adds a sequence.
    fn put(&mut self, sequence: std::fmt::Arguments<'_>) {
        let _never_fails = self.bytes.write_fmt(sequence);
    }

    /// Erases everything, wherever the margins and the cursor were.
    pub(super) fn clear(&mut self) {
        self.bytes.extend_from_slice(b"\x1b[r\x1b[m\x1b[2J");
        self.tip = Tip { place: Place::At(Position::ORIGIN), pen: Some(Pen::PLAIN) };
    }

    /// Moves the rows `top..=bottom` up by `by`, down when it is negative; what comes in is blank.
    pub(super) fn shift(&mut self, top: u16, bottom: u16, by: i32) {
        self.take_plain();
        let verb = if by > 0 { 'M' } else { 'L' };
        self.put(format_args!("\x1b[{};{}r\x1b[{}H", top + 1, bottom + 1, top + 1));
        match by.unsigned_abs() {
            1 => self.put(format_args!("\x1b[{verb}")),
            n => self.put(format_args!("\x1b[{n}{verb}")),
        }
        // The end of the margins puts the cursor at the first place, in every terminal.
        self.bytes.extend_from_slice(b"\x1b[r");
        self.tip.place = Place::At(Position::ORIGIN);
    }

    /// Writes from here on like this.
    pub(super) fn take(&mut self, pen: Pen) {
        let change = pen.after(self.tip.pen, self.able.ends_attributes);
        self.bytes.extend_from_slice(change.as_bytes());
        self.tip.pen = Some(pen);
    }

    /// Takes a pen with which erased columns are plain.
    fn take_plain(&mut self) {
        if self.tip.pen.map(Pen::on_a_blank) != Some(Pen::PLAIN) {
            self.take(Pen::PLAIN);
        }
    }

    /// Whether the present pen writes what is meant.
    pub(super) fn suits(&self, slot: &Slot<'_>) -> bool {
        self.tip.pen.is_some_and(|pen| slot.suits(pen))
    }

    /// Writes a character where the cursor is.
    pub(super) fn character(&mut self, slot: &Slot<'_>) {
        if !self.suits(slot) {
            self.take(slot.pen);
        }
        self.bytes.extend_from_slice(slot.text.as_bytes());
        let Place::At(at) = self.tip.place else { return };
        let x = at.x + u16::from(slot.width);
        self.tip.place = match slot.is_certain() {
            true if x < self.width => Place::At(Position { x, ..at }),
            true => Place::InRow(at.y),
            false => Place::Unknown,
        };
    }

    /// Erases from the cursor to the end of its row.
    pub(super) fn erase_to_end(&mut self) {
        self.take_plain();
        self.bytes.extend_from_slice(b"\x1b[K");
    }

    /// Erases `columns` from the cursor on, which stays.
    pub(super) fn erase(&mut self, columns: usize) {
        self.take_plain();
        self.put(format_args!("\x1b[{columns}X"));
    }

    /// Columns from the cursor to `to`, when that is ahead in the same row.
    pub(super) fn distance(&self, to: Position) -> Option<u16> {
        match self.tip.place {
            Place::At(at) if at.y == to.y => to.x.checked_sub(at.x),
            _ => None,
        }
    }

    /// Goes to a place, in as few bytes as that takes.
    pub(super) fn go(&mut self, to: Position) {
        let direct = || match to {
            Position::ORIGIN => "\x1b[H".to_owned(),
            Position { x: 0, y } => format!("\x1b[{}H", y + 1),
            Position { x, y } => format!("\x1b[{};{}H", y + 1, x + 1),
        };
        let way = match self.tip.place {
            Place::At(at) if at == to => return,
            Place::At(at) => {
                let down = self.down(at.y, to.y);
                let across = shorter(self.across(at.x, to.x), || format!("\r{}", self.across(0, to.x)));
                shorter(format!("{down}{across}"), direct)
            }
            Place::InRow(y) if y == to.y => shorter(format!("\r{}", self.across(0, to.x)), direct),
            Place::InRow(y) if y < to.y => {
                shorter(format!("\r{}{}", self.down(y, to.y), self.across(0, to.x)), direct)
            }
            Place::InRow(_) | Place::Unknown => direct(),
        };
        self.bytes.extend_from_slice(way.as_bytes());
        self.tip.place = Place::At(to);
    }

    /// From one row to another, in the same column.
    fn down(&self, from: u16, to: u16) -> String {
        let straight = match to.checked_sub(from) {
            Some(n @ 0..=3) => return "\n".repeat(usize::from(n)),
            Some(n) => format!("\x1b[{n}B"),
            None if from - to == 1 => "\x1b[A".to_owned(),
            None => format!("\x1b[{}A", from - to),
        };
        if self.able.addresses { shorter(straight, || format!("\x1b[{}d", to + 1)) } else { straight }
    }

    /// From one column to another, in the same row.
    fn across(&self, from: u16, to: u16) -> String {
        let straight = match to.checked_sub(from) {
            Some(0) => return String::new(),
            Some(1) => "\x1b[C".to_owned(),
            Some(n) => format!("\x1b[{n}C"),
            None if from - to <= 4 => return "\x08".repeat(usize::from(from - to)),
            None => format!("\x1b[{}D", from - to),
        };
        if self.able.addresses { shorter(straight, || format!("\x1b[{}G", to + 1)) } else { straight }
    }
}

fn shorter(one: String, other: impl FnOnce() -> String) -> String {
    let other = other();
    if other.len() < one.len() { other } else { one }
}
