//! One-line text fields.

use tui_input::{Input, InputRequest};
use zeroize::Zeroizing;

use crate::input::{Key, KeyCode};

/// Most bytes a field takes; more is refused, not cut.
const LONGEST: usize = 4096;

/// Why a pasted text was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PasteRefused {
    /// It has line breaks or control characters.
    NotOneLine,
    /// The field would grow too long.
    TooLong,
}

impl PasteRefused {
    /// What to tell the operator.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NotOneLine => "paste refused: it has line breaks or control characters",
            Self::TooLong => "paste refused: it is longer than 4096 bytes",
        }
    }
}

/// A text being typed, with a cursor.
#[derive(Clone, Debug, Default)]
pub struct Field(Input);

impl PartialEq for Field {
    fn eq(&self, other: &Self) -> bool {
        (self.0.value(), self.0.cursor()) == (other.0.value(), other.0.cursor())
    }
}

impl Field {
    /// A field that holds `text`, with the cursor at its end.
    pub fn holding(text: &str) -> Self {
        Self(Input::new(text.to_owned()))
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// The text before the cursor.
    pub fn before_cursor(&self) -> &str {
        let text = self.0.value();
        let end = text.char_indices().nth(self.0.cursor()).map_or(text.len(), |(at, _)| at);
        text.get(..end).unwrap_or(text)
    }

    /// Applies an editing key; says whether the text changed.
    pub fn key(&mut self, key: Key) -> bool {
        let Some(request) = request(key) else { return false };
        if matches!(request, InputRequest::InsertChar(_)) && self.0.value().len() >= LONGEST {
            return false;
        }
        self.0.handle(request).is_some_and(|changed| changed.value)
    }

    /// Inserts pasted text. A line break at its very end is dropped; one anywhere else refuses the whole.
    ///
    /// # Errors
    /// When the text does not fit into one line of this length; the field stays as it was.
    pub fn paste(&mut self, text: &str) -> Result<(), PasteRefused> {
        let line = one_line(text, self.text().len())?;
        for c in line.chars() {
            self.0.handle(InputRequest::InsertChar(c));
        }
        Ok(())
    }
}

fn one_line(text: &str, present: usize) -> Result<&str, PasteRefused> {
    let line = text.strip_suffix('\n').unwrap_or(text);
    let line = line.strip_suffix('\r').unwrap_or(line);
    if line.chars().any(char::is_control) {
        Err(PasteRefused::NotOneLine)
    } else if present + line.len() > LONGEST {
        Err(PasteRefused::TooLong)
    } else {
        Ok(line)
    }
}

fn request(key: Key) -> Option<InputRequest> {
    if let Some(c) = key.typed() {
        return Some(InputRequest::InsertChar(c));
    }
    match (key.code, key.ctrl, key.alt) {
        (KeyCode::Backspace, false, false) => Some(InputRequest::DeletePrevChar),
        (KeyCode::Delete, false, false) => Some(InputRequest::DeleteNextChar),
        (KeyCode::Left, false, false) => Some(InputRequest::GoToPrevChar),
        (KeyCode::Right, false, false) => Some(InputRequest::GoToNextChar),
        (KeyCode::Left, true, false) => Some(InputRequest::GoToPrevWord),
        (KeyCode::Right, true, false) => Some(InputRequest::GoToNextWord),
        (KeyCode::Home, false, false) | (KeyCode::Char('a'), true, false) => Some(InputRequest::GoToStart),
        (KeyCode::End, false, false) | (KeyCode::Char('e'), true, false) => Some(InputRequest::GoToEnd),
        (KeyCode::Char('w'), true, false) => Some(InputRequest::DeletePrevWord),
        (KeyCode::Char('u'), true, false) => Some(InputRequest::DeleteLine),
        (KeyCode::Char('k'), true, false) => Some(InputRequest::DeleteTillEnd),
        _ => None,
    }
}

/// A password being typed: wiped when dropped, never printed, only its end can be edited.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct HiddenField(Zeroizing<String>);

impl std::fmt::Debug for HiddenField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HiddenField(…)")
    }
}

impl HiddenField {
    /// Whether nothing was typed yet; the screen shows no more than that.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Applies an editing key.
    pub fn key(&mut self, key: Key) {
        match key.typed() {
            Some(c) if self.0.len() < LONGEST => self.0.push(c),
            _ if key == Key::ctrl('u') => self.0.clear(),
            _ if key == Key::plain(KeyCode::Backspace) => {
                self.0.pop();
            }
            _ => {}
        }
    }

    /// Appends pasted text, one trailing line break dropped.
    ///
    /// # Errors
    /// When the text is not one line, or too long.
    pub fn paste(&mut self, text: &str) -> Result<(), PasteRefused> {
        let line = one_line(text, self.0.len())?;
        self.0.push_str(line);
        Ok(())
    }

    /// Takes the text out and leaves the field empty.
    pub fn take(&mut self) -> crate::domain::Password {
        let text = std::mem::take(&mut self.0);
        crate::domain::Password::new(text.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_04_a_pasted_line_break_never_gets_into_a_field() {
        let mut field = Field::holding("a");
        assert_eq!(field.paste("b\r"), Ok(()));
        assert_eq!(field.paste("c\rd"), Err(PasteRefused::NotOneLine));
        assert_eq!(field.text(), "ab");
    }

    #[test]
    fn in_19_a_megabyte_is_refused_whole() {
        let mut field = Field::default();
        assert_eq!(field.paste(&"x".repeat(1 << 20)), Err(PasteRefused::TooLong));
        assert_eq!(field.text(), "");
    }

    #[test]
    fn the_editing_keys_of_a_shell_work() {
        let mut field = Field::holding("sfdc eu");
        for key in ["ctrl-w", "x", "ctrl-a", "y", "right", "delete", "ctrl-e", "z"] {
            field.key(key.parse().unwrap());
        }
        assert_eq!(field.text(), "ysdc xz");
        assert_eq!(field.before_cursor(), "ysdc xz");
        field.key("ctrl-u".parse().unwrap());
        assert_eq!(field.text(), "");
    }

    #[test]
    fn in_17_a_hidden_field_prints_nothing_of_its_text() {
        let mut field = HiddenField::default();
        field.paste("canary-123\n").unwrap();
        field.key(Key::plain(KeyCode::Backspace));
        assert!(!format!("{field:?}").contains("canary"));
        assert_eq!(field.take().expose(), "canary-12");
        assert!(field.is_empty());
    }
}
