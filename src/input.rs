//! Keys and the mouse as the core knows them: parsed, printed and compared without a terminal type.
//!
//! The notation is the one of `assets/keymap.toml`: `j`, `G`, `space`, `ctrl-d`, `pgup`; a sequence is
//! keys with blanks between them: `g g`.

use std::fmt;
use std::str::FromStr;

/// One key without its modifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeyCode {
    /// A printable character, as typed: shift is already in it.
    Char(char),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab, which terminals send as a key of its own.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Cursor up.
    Up,
    /// Cursor down.
    Down,
    /// Cursor left.
    Left,
    /// Cursor right.
    Right,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// F1 to F12.
    F(u8),
}

/// Names of the keys that are not characters.
const NAMED: [(KeyCode, &str); 16] = [
    (KeyCode::Enter, "enter"),
    (KeyCode::Esc, "esc"),
    (KeyCode::Tab, "tab"),
    (KeyCode::BackTab, "backtab"),
    (KeyCode::Backspace, "backspace"),
    (KeyCode::Delete, "delete"),
    (KeyCode::Up, "up"),
    (KeyCode::Down, "down"),
    (KeyCode::Left, "left"),
    (KeyCode::Right, "right"),
    (KeyCode::Home, "home"),
    (KeyCode::End, "end"),
    (KeyCode::PageUp, "pgup"),
    (KeyCode::PageDown, "pgdn"),
    (KeyCode::Char(' '), "space"),
    (KeyCode::Char('-'), "minus"),
];

/// A key with the modifiers that a plain terminal can tell.
///
/// Alt is kept: a terminal sends Alt+q as Esc followed by q, and dropping it would make a quick "Esc, q"
/// into something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    /// The key.
    pub code: KeyCode,
    /// Held with Control.
    pub ctrl: bool,
    /// Held with Alt, or preceded by Esc.
    pub alt: bool,
}

impl Key {
    /// The key without modifiers.
    pub const fn plain(code: KeyCode) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// The key with Control; letters count as lower case.
    pub const fn ctrl(letter: char) -> Self {
        Self { code: KeyCode::Char(letter.to_ascii_lowercase()), ctrl: true, alt: false }
    }

    /// The character this key types, if it types one.
    pub const fn typed(self) -> Option<char> {
        match self.code {
            KeyCode::Char(c) if !self.ctrl && !self.alt => Some(c),
            _ => None,
        }
    }
}

/// A text that names no key.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a key; write e.g. j, G, space, ctrl-d, pgup, f1")]
pub struct KeyError(String);

impl FromStr for Key {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut key = Self::plain(KeyCode::Esc);
        let mut name = text;
        loop {
            if let Some(rest) = name.strip_prefix("ctrl-").filter(|_| !key.ctrl) {
                (key.ctrl, name) = (true, rest);
            } else if let Some(rest) = name.strip_prefix("alt-").filter(|_| !key.alt) {
                (key.alt, name) = (true, rest);
            } else {
                break;
            }
        }
        key.code = code_named(name).ok_or_else(|| KeyError(text.to_owned()))?;
        Ok(key)
    }
}

fn code_named(name: &str) -> Option<KeyCode> {
    if let Some((code, _)) = NAMED.iter().find(|(_, known)| *known == name) {
        return Some(*code);
    }
    let mut chars = name.chars();
    match (chars.next(), chars.as_str()) {
        (Some(c), "") if !c.is_control() => Some(KeyCode::Char(c)),
        (Some('f'), number) => {
            number.parse().ok().filter(|n| (1..=12).contains(n) && !number.starts_with('0')).map(KeyCode::F)
        }
        _ => None,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.ctrl { "ctrl-" } else { "" })?;
        f.write_str(if self.alt { "alt-" } else { "" })?;
        if let Some((_, name)) = NAMED.iter().find(|(code, _)| *code == self.code) {
            return f.write_str(name);
        }
        match self.code {
            KeyCode::F(n) => write!(f, "f{n}"),
            KeyCode::Char(c) => write!(f, "{c}"),
            code => write!(f, "{code:?}"),
        }
    }
}

/// Keys pressed one after the other. Not empty when parsed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct KeySequence(Vec<Key>);

impl KeySequence {
    /// The keys in order.
    pub fn keys(&self) -> &[Key] {
        &self.0
    }

    /// Adds a key at the end.
    pub fn push(&mut self, key: Key) {
        self.0.push(key);
    }

    /// Forgets the keys.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether there is no key.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The keys after those of `typed`, with which it begins.
    pub fn after(&self, typed: &Self) -> Option<Self> {
        self.0.strip_prefix(typed.0.as_slice()).map(|rest| Self(rest.to_vec()))
    }

    /// Whether this sequence begins with the keys of `typed`.
    pub fn starts_with(&self, typed: &Self) -> bool {
        self.0.starts_with(&typed.0)
    }
}

impl FromStr for KeySequence {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let keys: Vec<Key> = text.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        if keys.is_empty() { Err(KeyError(text.to_owned())) } else { Ok(Self(keys)) }
    }
}

impl fmt::Display for KeySequence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, key) in self.0.iter().enumerate() {
            write!(f, "{}{key}", if i == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// What was done with the mouse, and where: cells from the upper left corner, which is 0, 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// What was done.
    pub action: MouseAction,
    /// From the left.
    pub column: u16,
    /// From the top.
    pub row: u16,
}

/// What can be done with a mouse, as far as it is of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseAction {
    /// The left button was pressed.
    Press,
    /// The wheel was turned away.
    WheelUp,
    /// The wheel was turned here.
    WheelDown,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printing_and_parsing_are_inverse() {
        for text in [
            "j",
            "G",
            "space",
            "minus",
            "ctrl-d",
            "alt-q",
            "ctrl-alt-x",
            "pgup",
            "f1",
            "f12",
            "ñ",
            "g g",
            "[",
        ] {
            let sequence: KeySequence = text.parse().unwrap();
            assert_eq!(sequence.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_key_is_refused_by_name() {
        for text in ["", "ctrl-", "f13", "f0", "nokey", "ctrl-ctrl-a", "\u{7}"] {
            assert!(text.parse::<KeySequence>().is_err(), "{text:?}");
        }
    }
}
