//! Bytes of a terminal to what was meant by them: no input, no output, no clock.
//!
//! ```text
//!            ESC             [            parameters, then a letter
//!  ground ─────────▶ escape ───▶ control ─────────────────────────▶ a key, the mouse, a paste, or nothing
//!    │ lead byte        │ O
//!    ▼                  ├───▶ keypad ─────────────────────────────▶ a key
//!  character            ├───▶ reply (of a question nobody asked) ─▶ nothing
//!                       └───▶ any other byte: that key with Alt
//! ```
//!
//! A state that waits for more says how long ([`Parser::patience`]); when that long nothing came,
//! [`Parser::silence`] makes of it what it can. So half a key costs at most itself, and Escape alone is a
//! key. A byte that cannot belong to what was begun ends it and counts for itself: Ctrl-C always arrives.

use std::time::Duration;

use super::paste::{End, Paste};
use super::sequence::{self, Meaning};
use crate::input::{Key, KeyCode, Mouse};

/// How long an Escape waits for the rest of a key before it is one itself.
const AFTER_ESCAPE: Duration = Duration::from_millis(40);

/// How long the beginning of a key or a character waits for its end.
const AFTER_PART: Duration = Duration::from_millis(100);

/// The same for a reply to a question, which is long and may come over a slow line.
const AFTER_REPLY: Duration = Duration::from_millis(500);

/// How long a paste waits for its end mark.
const AFTER_PASTE: Duration = Duration::from_secs(2);

/// What comes this soon after a paste is its rest: whoever hid an end mark in it typed nothing.
const REST: Duration = Duration::from_millis(100);

/// Pause between two bytes that ends such a rest; shorter than between two keys of anybody.
const PAUSE: Duration = Duration::from_millis(25);

/// Longest sequence that can mean something, in bytes.
const LONGEST: usize = 64;

/// What the terminal said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Pasted(String),
    /// The mouse was used.
    Mouse(Mouse),
    /// Bytes came that are no UTF-8.
    Garbled,
}

/// Where in a sequence the next byte is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Between two keys.
    Ground,
    /// After one Escape, or after two, which some terminals send for Alt.
    Escape { twice: bool },
    /// Within a character of several bytes; this many are missing.
    Character { missing: u8, alt: bool },
    /// After `ESC [`.
    Control { alt: bool },
    /// Within a sequence that is too long for any key.
    TooLong,
    /// After `ESC [ [`: function keys of the Linux console.
    Console,
    /// After `ESC O`.
    Keypad { alt: bool },
    /// After `ESC [ M`; this many bytes are missing.
    OldMouse { missing: u8 },
    /// After `ESC ]`, `ESC P` or `ESC _`, with that letter: a reply, or a key with Alt.
    Introduced(u8),
    /// Within a reply, after its last Escape perhaps.
    Reply { escaped: bool },
    /// Within a paste.
    Paste,
}

/// Makes keys of bytes, however they are split.
#[derive(Debug)]
pub struct Parser {
    state: State,
    /// What has come of the present sequence or character.
    part: Vec<u8>,
    paste: Paste,
    /// Keys until then are the rest of a paste.
    deaf_until: Option<Duration>,
    /// When the bytes in work were read.
    now: Duration,
}

impl Default for Parser {
    fn default() -> Self {
        Self {
            state: State::Ground,
            part: Vec::with_capacity(LONGEST),
            paste: Paste::default(),
            deaf_until: None,
            now: Duration::ZERO,
        }
    }
}

impl Parser {
    /// Takes bytes that were read at this time (since any fixed moment), and adds what they say.
    pub fn feed(&mut self, at: Duration, bytes: &[u8], said: &mut Vec<Said>) {
        self.now = at;
        let mut rest = bytes;
        while let Some((&byte, after)) = rest.split_first() {
            rest = if self.state == State::Paste {
                self.pasted(rest, said)
            } else {
                self.take(byte, said);
                after
            };
        }
    }

    /// How long to wait for the next byte before [`silence`](Self::silence); nothing when nothing is begun.
    pub fn patience(&self) -> Option<Duration> {
        match self.state {
            State::Ground => None,
            State::Escape { .. } => Some(AFTER_ESCAPE),
            State::Reply { .. } => Some(AFTER_REPLY),
            State::Paste => Some(AFTER_PASTE),
            State::Character { .. }
            | State::Control { .. }
            | State::TooLong
            | State::Console
            | State::Keypad { .. }
            | State::OldMouse { .. }
            | State::Introduced(_) => Some(AFTER_PART),
        }
    }

    /// Nothing came for as long as [`patience`](Self::patience) said: what was begun is over.
    pub fn silence(&mut self, at: Duration, said: &mut Vec<Said>) {
        self.now = at;
        let state = std::mem::replace(&mut self.state, State::Ground);
        let begun = !self.part.is_empty();
        self.part.clear();
        match state {
            State::Escape { twice } => {
                for _ in 0..=u8::from(twice) {
                    self.key(Key::plain(KeyCode::Esc), said);
                }
            }
            State::Control { alt: false } if !begun => self.alt(b'[', said),
            State::Keypad { alt: false } if !begun => self.alt(b'O', said),
            State::Introduced(letter) => self.alt(letter, said),
            State::Character { .. } => said.push(Said::Garbled),
            State::Paste => said.push(Said::Pasted(self.paste.text())),
            State::Ground
            | State::Control { .. }
            | State::TooLong
            | State::Console
            | State::Keypad { .. }
            | State::OldMouse { .. }
            | State::Reply { .. } => {}
        }
    }

    fn take(&mut self, byte: u8, said: &mut Vec<Said>) {
        match self.state {
            State::Ground => self.ground(byte, said),
            State::Escape { twice } => self.escape(byte, twice, said),
            State::Character { missing, alt } => self.character(byte, missing, alt, said),
            State::Control { alt } => self.control(byte, alt, said),
            State::TooLong => match byte {
                b' '..=b'?' => {}
                b'@'..=b'~' => self.state = State::Ground,
                _ => self.again(byte, said),
            },
            State::Console => match byte {
                b'A'..=b'E' => self.meant(Meaning::Key(Key::plain(KeyCode::F(byte - b'A' + 1))), said),
                _ => self.again(byte, said),
            },
            State::Keypad { alt } => self.keypad(byte, alt, said),
            State::OldMouse { missing } => self.old_mouse(byte, missing, said),
            State::Introduced(letter) => self.introduced(byte, letter, said),
            State::Reply { escaped } => self.reply(byte, escaped, said),
            // Bytes of a paste do not come here one by one.
            State::Paste => {}
        }
    }

    fn ground(&mut self, byte: u8, said: &mut Vec<Said>) {
        match byte {
            b'\x1b' => self.state = State::Escape { twice: false },
            // The same in one byte, from terminals with 8-bit controls; no character begins with these.
            0x8f => self.begin(State::Keypad { alt: false }),
            0x9b => self.begin(State::Control { alt: false }),
            0x90 | 0x9d | 0x9f => self.begin(State::Reply { escaped: false }),
            0xc2..=0xdf => self.lead(byte, 1, false),
            0xe0..=0xef => self.lead(byte, 2, false),
            0xf0..=0xf4 => self.lead(byte, 3, false),
            0x80.. => said.push(Said::Garbled),
            _ => self.key(sequence::plain(byte), said),
        }
    }

    fn escape(&mut self, byte: u8, twice: bool, said: &mut Vec<Said>) {
        // Escape twice before a sequence is one key with Alt; before anything else, Escape and then the rest.
        if twice && !matches!(byte, b'[' | b'O') {
            self.key(Key::plain(KeyCode::Esc), said);
        }
        match byte {
            b'\x1b' => self.state = State::Escape { twice: true },
            b'[' => self.begin(State::Control { alt: twice }),
            b'O' => self.begin(State::Keypad { alt: twice }),
            b']' | b'P' | b'_' => self.begin(State::Introduced(byte)),
            0xc2..=0xdf => self.lead(byte, 1, true),
            0xe0..=0xef => self.lead(byte, 2, true),
            0xf0..=0xf4 => self.lead(byte, 3, true),
            0x80.. => {
                self.state = State::Ground;
                said.push(Said::Garbled);
            }
            _ => {
                self.state = State::Ground;
                self.alt(byte, said);
            }
        }
    }

    fn character(&mut self, byte: u8, missing: u8, alt: bool, said: &mut Vec<Said>) {
        if !matches!(byte, 0x80..=0xbf) {
            said.push(Said::Garbled);
            return self.again(byte, said);
        }
        self.part.push(byte);
        if missing > 1 {
            self.state = State::Character { missing: missing - 1, alt };
            return;
        }
        self.state = State::Ground;
        match std::str::from_utf8(&self.part).ok().and_then(|text| text.chars().next()) {
            Some(c) if c.is_control() => {}
            Some(c) => self.key(Key { code: KeyCode::Char(c), ctrl: false, alt }, said),
            None => said.push(Said::Garbled),
        }
    }

    fn control(&mut self, byte: u8, alt: bool, said: &mut Vec<Said>) {
        let begun = !self.part.is_empty();
        match byte {
            b'[' if !begun => self.state = State::Console,
            b'M' if !begun => self.state = State::OldMouse { missing: 3 },
            b'@'..=b'~' => self.meant(sequence::control(&self.part, byte, alt), said),
            // rxvt ends keys with Shift by what is elsewhere the middle of a sequence.
            b'$' if begun && self.part.iter().all(u8::is_ascii_digit) => {
                self.meant(sequence::control(&self.part, byte, alt), said);
            }
            b' '..=b'?' if self.part.len() < LONGEST => self.part.push(byte),
            b' '..=b'?' => self.state = State::TooLong,
            _ => self.again(byte, said),
        }
    }

    fn keypad(&mut self, byte: u8, alt: bool, said: &mut Vec<Said>) {
        match byte {
            b'0'..=b'9' | b';' if self.part.len() < LONGEST => self.part.push(byte),
            b' '..=b'~' => self.meant(sequence::keypad(&self.part, byte, alt), said),
            _ => self.again(byte, said),
        }
    }

    fn old_mouse(&mut self, byte: u8, missing: u8, said: &mut Vec<Said>) {
        if byte < b' ' {
            return self.again(byte, said);
        }
        self.part.push(byte);
        if missing > 1 {
            self.state = State::OldMouse { missing: missing - 1 };
        } else {
            self.meant(sequence::old_mouse(&self.part), said);
        }
    }

    fn introduced(&mut self, byte: u8, letter: u8, said: &mut Vec<Said>) {
        let is_reply = match letter {
            b']' => byte.is_ascii_digit(),
            b'P' => byte.is_ascii_digit() || matches!(byte, b'>' | b'!'),
            _ => byte == b'G',
        };
        if is_reply {
            self.state = State::Reply { escaped: false };
        } else {
            self.alt(letter, said);
            self.again(byte, said);
        }
    }

    /// A reply ends with BEL, or with ESC and a backslash.
    fn reply(&mut self, byte: u8, escaped: bool, said: &mut Vec<Said>) {
        match byte {
            b'\x07' => self.state = State::Ground,
            b'\\' if escaped => self.state = State::Ground,
            b'\x1b' => self.state = State::Reply { escaped: true },
            _ if escaped => self.escape(byte, false, said),
            b' '.. => {}
            _ => self.again(byte, said),
        }
    }

    /// Takes the part of `bytes` that belongs to the paste, and gives the rest.
    fn pasted<'a>(&mut self, bytes: &'a [u8], said: &mut Vec<Said>) -> &'a [u8] {
        let (end, rest) = self.paste.take(bytes);
        match end {
            None => {}
            Some(End::Mark) => {
                said.push(Said::Pasted(self.paste.text()));
                self.state = State::Ground;
                self.deaf_until = Some(self.now + REST);
            }
            Some(End::Interrupted) => {
                self.paste.text();
                self.state = State::Ground;
                self.key(Key::ctrl('c'), said);
                self.deaf_until = Some(self.now + REST);
            }
        }
        rest
    }

    fn meant(&mut self, meaning: Meaning, said: &mut Vec<Said>) {
        self.state = State::Ground;
        match meaning {
            Meaning::Nothing => {}
            Meaning::Key(key) => self.key(key, said),
            Meaning::Mouse(mouse) => said.push(Said::Mouse(mouse)),
            Meaning::Paste => self.state = State::Paste,
        }
    }

    /// A key, unless it is the rest of a paste.
    fn key(&mut self, key: Key, said: &mut Vec<Said>) {
        match self.deaf_until {
            Some(until) if self.now < until => self.deaf_until = Some(until.max(self.now + PAUSE)),
            _ => {
                self.deaf_until = None;
                said.push(Said::Key(key));
            }
        }
    }

    fn alt(&mut self, byte: u8, said: &mut Vec<Said>) {
        self.key(Key { alt: true, ..sequence::plain(byte) }, said);
    }

    fn begin(&mut self, state: State) {
        self.part.clear();
        self.state = state;
    }

    fn lead(&mut self, byte: u8, missing: u8, alt: bool) {
        self.begin(State::Character { missing, alt });
        self.part.push(byte);
    }

    /// The byte belongs to nothing that was begun: it counts for itself.
    fn again(&mut self, byte: u8, said: &mut Vec<Said>) {
        self.state = State::Ground;
        self.ground(byte, said);
    }
}

#[cfg(test)]
mod tests;
