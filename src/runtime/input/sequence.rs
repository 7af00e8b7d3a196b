//! What the sequences of keyboards and mice mean: xterm, vt100, rxvt, the Linux console, screen, tmux, and
//! keyboards that report more than presses (kitty).
//!
//! Sources: xterm's `ctlseqs`, `console_codes(4)`, rxvt's reference, kitty's keyboard protocol. What is not
//! found here means nothing: replies to questions above all, such as the cursor's place (`ESC [ 1 ; 5 R`),
//! for whose sake Ctrl-F3 is no key.

use crate::input::{Key, KeyCode, Mouse, MouseAction};

/// What a sequence means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// Nothing that is of use here.
    Nothing,
    /// A key.
    Key(Key),
    /// The mouse.
    Mouse(Mouse),
    /// A paste begins.
    Paste,
}

/// The key of one byte below 0x80 that begins no sequence.
pub(super) fn plain(byte: u8) -> Key {
    let code = match byte {
        b'\r' => KeyCode::Enter,
        b'\t' => KeyCode::Tab,
        // Ctrl-H too: what many terminals send for Backspace.
        0x7f | 0x08 => KeyCode::Backspace,
        b'\x1b' => KeyCode::Esc,
        0 => return Key::ctrl(' '),
        0x01..=0x1a => return Key::ctrl(char::from(byte - 1 + b'a')),
        0x1c..=0x1f => return Key::ctrl(char::from(byte - 0x1c + b'4')),
        _ => KeyCode::Char(char::from(byte)),
    };
    Key::plain(code)
}

/// What `ESC [`, these parameters and this letter mean.
pub(super) fn control(parameters: &[u8], letter: u8, alt: bool) -> Meaning {
    if let Some(report) = parameters.strip_prefix(b"<") {
        return mouse_report(report, letter);
    }
    let Some(numbers) = Numbers::read(parameters) else { return Meaning::Nothing };
    let held = with_alt(numbers.held(1), alt);
    match letter {
        b'I' | b'O' | b'R' => Meaning::Nothing,
        b'M' => rxvt_mouse(&numbers),
        b'u' => key(unicode(&numbers, held), held),
        b'~' if numbers.first() == 200 => Meaning::Paste,
        b'~' if numbers.first() == 27 => key(numbers.at(2).and_then(|code| unicode_key(code, held)), held),
        b'~' | b'$' => key(numbered(numbers.first()), held),
        b'^' | b'@' => key(numbered(numbers.first()), held.with(Held::CTRL)),
        b'a'..=b'd' => key(named(letter.to_ascii_uppercase()), held),
        letter => key(named(letter), held),
    }
}

/// What `ESC O`, these parameters and this letter mean.
pub(super) fn keypad(parameters: &[u8], letter: u8, alt: bool) -> Meaning {
    let Some(numbers) = Numbers::read(parameters) else { return Meaning::Nothing };
    // `ESC O 5 P` and `ESC O 1 ; 5 P` are both in use.
    let held = with_alt(numbers.held(usize::from(numbers.at(1).is_some())), alt);
    let code = match letter {
        b'a'..=b'd' => return key(named(letter.to_ascii_uppercase()), held.with(Held::CTRL)),
        b'M' => Some(KeyCode::Enter),
        b'I' => Some(KeyCode::Tab),
        b' ' => Some(KeyCode::Char(' ')),
        b'X' => Some(KeyCode::Char('=')),
        b'j'..=b'y' => Some(KeyCode::Char(char::from(letter - b'j' + b'*'))),
        b'R' => Some(KeyCode::F(3)),
        letter => named(letter),
    };
    key(code, held)
}

/// What the three bytes after `ESC [ M` mean.
pub(super) fn old_mouse(bytes: &[u8]) -> Meaning {
    let [button, column, row] = bytes else { return Meaning::Nothing };
    let number = |byte: &u8| u32::from(byte.saturating_sub(32));
    mouse(number(button), number(column), number(row))
}

/// `ESC [ < button ; column ; row M`, with `m` for a button that was let go.
fn mouse_report(report: &[u8], letter: u8) -> Meaning {
    match (Numbers::read(report), letter) {
        (Some(numbers), b'M') => numbers.mouse(0),
        _ => Meaning::Nothing,
    }
}

/// `ESC [ button + 32 ; column ; row M`.
fn rxvt_mouse(numbers: &Numbers) -> Meaning {
    numbers.mouse(32)
}

fn mouse(button: u32, column: u32, row: u32) -> Meaning {
    // Shift, Alt and Ctrl do not matter.
    let action = match button & !(4 | 8 | 16) {
        0 => MouseAction::Press,
        64 => MouseAction::WheelUp,
        65 => MouseAction::WheelDown,
        _ => return Meaning::Nothing,
    };
    let cell = |number: u32| u16::try_from(number.saturating_sub(1)).unwrap_or(u16::MAX);
    Meaning::Mouse(Mouse { action, column: cell(column), row: cell(row) })
}

/// A key that is named by a letter.
fn named(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' => KeyCode::F(1),
        b'Q' => KeyCode::F(2),
        b'S' => KeyCode::F(4),
        b'Z' => KeyCode::BackTab,
        _ => return None,
    })
}

/// A key that is named by a number.
fn numbered(number: u32) -> Option<KeyCode> {
    let f = |n: u32| u8::try_from(n).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => f(number - 10),
        17..=21 => f(number - 11),
        23 | 24 => f(number - 12),
        _ => None,
    }
}

/// A key that is named by the character it types, with what it types when Shift is held, if that is told.
fn unicode(numbers: &Numbers, held: Held) -> Option<KeyCode> {
    let shifted = numbers.detail(0).filter(|_| held.has(Held::SHIFT));
    unicode_key(shifted.unwrap_or_else(|| numbers.first()), held)
}

fn unicode_key(code: u32, held: Held) -> Option<KeyCode> {
    Some(match code {
        9 if held.has(Held::SHIFT) => KeyCode::BackTab,
        // The keypad, where the keyboard tells it apart.
        57_399..=57_408 => KeyCode::Char(char::from_digit(code - 57_399, 10)?),
        57_409 => KeyCode::Char('.'),
        57_410 => KeyCode::Char('/'),
        57_411 => KeyCode::Char('*'),
        57_412 => KeyCode::Char('-'),
        57_413 => KeyCode::Char('+'),
        57_414 => KeyCode::Enter,
        57_415 => KeyCode::Char('='),
        57_417 => KeyCode::Left,
        57_418 => KeyCode::Right,
        57_419 => KeyCode::Up,
        57_420 => KeyCode::Down,
        57_421 => KeyCode::PageUp,
        57_422 => KeyCode::PageDown,
        57_423 => KeyCode::Home,
        57_424 => KeyCode::End,
        57_426 => KeyCode::Delete,
        // Keys of their own: the media keys, Shift and its like.
        57_344..=63_743 => return None,
        0..0x80 => match plain(u8::try_from(code).ok()?) {
            Key { code: KeyCode::Char(c), ctrl: false, .. } if held.has(Held::SHIFT) => {
                KeyCode::Char(c.to_ascii_uppercase())
            }
            Key { code, ctrl: false, .. } => code,
            Key { ctrl: true, .. } => return None,
        },
        code => match char::from_u32(code)? {
            c if c.is_control() => return None,
            c if held.has(Held::SHIFT) => {
                KeyCode::Char(c.to_uppercase().next().filter(|_| c.to_uppercase().len() == 1)?)
            }
            c => KeyCode::Char(c),
        },
    })
}

/// The modifiers of a key, and whether it was pressed, or only held down or let go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Held {
    modifiers: u32,
    pressed: bool,
}

impl Held {
    const SHIFT: u32 = 1;
    const ALT: u32 = 2;
    const CTRL: u32 = 4;
    /// Super, Hyper and Meta, which no key of ours has. Caps Lock and Num Lock (64, 128) are not held.
    const FOREIGN: u32 = 8 | 16 | 32;

    const fn has(self, modifiers: u32) -> bool {
        self.modifiers & modifiers != 0
    }

    const fn with(self, modifier: u32) -> Self {
        Self { modifiers: self.modifiers | modifier, ..self }
    }
}

fn with_alt(held: Held, alt: bool) -> Held {
    if alt { held.with(Held::ALT) } else { held }
}

fn key(code: Option<KeyCode>, held: Held) -> Meaning {
    let code = match code {
        Some(KeyCode::Char(c)) if held.has(Held::CTRL) => KeyCode::Char(c.to_ascii_lowercase()),
        Some(KeyCode::Tab) if held.has(Held::SHIFT) => KeyCode::BackTab,
        Some(code) => code,
        None => return Meaning::Nothing,
    };
    if held.has(Held::FOREIGN) || !held.pressed {
        return Meaning::Nothing;
    }
    Meaning::Key(Key { code, ctrl: held.has(Held::CTRL), alt: held.has(Held::ALT) })
}

/// Parameters: numbers between semicolons, each with details after colons.
struct Numbers(Vec<[Option<u32>; 2]>);

impl Numbers {
    /// Nothing for what contains anything else.
    fn read(parameters: &[u8]) -> Option<Self> {
        if !parameters.iter().all(|byte| matches!(byte, b'0'..=b'9' | b';' | b':')) {
            return None;
        }
        let number = |digits: &[u8]| {
            (!digits.is_empty()).then(|| {
                digits.iter().fold(0_u32, |number, digit| {
                    number.saturating_mul(10).saturating_add(u32::from(digit - b'0'))
                })
            })
        };
        let group = |group: &[u8]| {
            let mut details = group.split(|byte| *byte == b':').map(number);
            [details.next().flatten(), details.next().flatten()]
        };
        Some(Self(parameters.split(|byte| *byte == b';').map(group).collect()))
    }

    fn first(&self) -> u32 {
        self.at(0).unwrap_or(0)
    }

    fn at(&self, place: usize) -> Option<u32> {
        self.0.get(place).and_then(|[number, _]| *number)
    }

    fn detail(&self, place: usize) -> Option<u32> {
        self.0.get(place).and_then(|[_, detail]| *detail)
    }

    /// The modifiers at this place: one more than the sum of what is held.
    fn held(&self, place: usize) -> Held {
        Held {
            modifiers: self.at(place).unwrap_or(1).saturating_sub(1),
            pressed: matches!(self.detail(place), None | Some(1)),
        }
    }

    fn mouse(&self, base: u32) -> Meaning {
        match (self.at(0).and_then(|button| button.checked_sub(base)), self.at(1), self.at(2)) {
            (Some(button), Some(column), Some(row)) => mouse(button, column, row),
            _ => Meaning::Nothing,
        }
    }
}
