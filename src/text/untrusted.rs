//! The type of every string that was not written by us.

use std::borrow::Cow;
use std::fmt;

use arcstr::{ArcStr, Substr};

use super::escape::escape;
use super::layout;

/// Most bytes looked at where the head of a text is enough.
const BRIEF: usize = 1024;

/// A string from a server, a file or the environment.
///
/// It has neither `Display` nor `AsRef<str>`: [`display`](Self::display) is the way to a screen or a log,
/// [`as_sent`](Self::as_sent) the way back to the wire. `Debug` prints the escaped form. A clone shares its memory,
/// and so does a part.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Untrusted(Substr);

impl Untrusted {
    /// Takes the text as it came.
    pub fn new(text: impl Into<ArcStr>) -> Self {
        Self(text.into().into())
    }

    /// The same text as a part of this one where it is one; else a text of its own.
    #[must_use]
    pub fn part(&self, text: &str) -> Self {
        self.0.parent().try_substr_from(text).map_or_else(|| text.into(), Self)
    }

    /// Bytes of text that it keeps in memory, be it as a part of more.
    #[cfg(test)]
    pub(crate) fn held(&self) -> usize {
        self.0.parent().len()
    }

    /// The same text with memory of its own.
    #[must_use]
    pub(crate) fn detached(&self) -> Self {
        let mut own = self.clone();
        own.detach();
        own
    }

    /// Keeps the text, and not the memory of what it is a part of.
    pub fn detach(&mut self) {
        if self.0.len() < self.0.parent().len() {
            *self = self.as_sent().into();
        }
    }

    /// The text escaped, safe for a terminal.
    pub fn display(&self) -> DisplayText {
        self.shown(&self.0)
    }

    /// The first `bytes` bytes (cut at a character) escaped, for text that may be megabytes long; the flag
    /// says whether something was left out.
    pub fn display_head(&self, bytes: usize) -> (DisplayText, bool) {
        let end = self.0.floor_char_boundary(bytes);
        let head = self.0.get(..end).unwrap_or_default();
        (self.shown(head), end < self.0.len())
    }

    /// The text escaped, for a row or a sentence: however long it is, only its head is looked at, with `…`
    /// where it was cut.
    pub fn brief(&self) -> DisplayText {
        match brief(&self.0) {
            Cow::Borrowed(plain) => DisplayText(self.part(plain).0),
            Cow::Owned(shown) => DisplayText(shown.into()),
        }
    }

    /// The lines of the text, each escaped: a newline of the text is a row, anything else is visible. Of a long
    /// line only the head.
    pub fn display_lines(&self, most: usize) -> Vec<DisplayText> {
        self.0.lines().take(most).map(|line| Self::from(line).brief()).collect()
    }

    /// The text exactly as it came, for the wire and for comparisons; never for a screen.
    pub fn as_sent(&self) -> &str {
        &self.0
    }

    /// The text without white space, for comparing; never for a screen.
    pub fn as_squeezed(&self) -> String {
        self.0.split_whitespace().collect()
    }

    /// A part of the text through the display rule.
    fn shown(&self, part: &str) -> DisplayText {
        DisplayText(match displayed(part) {
            Cow::Borrowed(plain) => self.part(plain).0,
            Cow::Owned(escaped) => escaped.into(),
        })
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A text through the display rule, for a row or a sentence: only its head is looked at, with `…` where it was cut.
pub(crate) fn brief(text: &str) -> Cow<'_, str> {
    let (head, rest) = text.split_at(text.floor_char_boundary(BRIEF));
    let head = displayed(head);
    if rest.is_empty() { head } else { format!("{head}…").into() }
}

/// A text through the display rule. What stands for an empty value, a dash, is escaped where it is the whole text.
pub(crate) fn displayed(text: &str) -> Cow<'_, str> {
    match text {
        "–" => r"\u{2013}".into(),
        "-" => r"\x2d".into(),
        text => escape(text),
    }
}

impl From<&str> for Untrusted {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Untrusted {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "«{}»", escape(&self.0))
    }
}

/// Text that went through the display rule: printable, reversible, of known width.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct DisplayText(Substr);

impl DisplayText {
    /// The escaped text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The escaped text, owned.
    pub fn into_string(self) -> String {
        self.0.to_string()
    }

    /// Width on the screen, in cells.
    pub fn width(&self) -> usize {
        layout::width(&self.0)
    }
}

impl fmt::Display for DisplayText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_shares_the_memory_of_the_whole_until_it_is_detached() {
        let whole = Untrusted::from("a record with a name");
        let name = |text: &str| text.get(16..).unwrap_or_default().to_owned();
        let mut part = whole.part(whole.as_sent().get(16..).unwrap_or_default());
        assert_eq!(part, Untrusted::from("name"));
        assert_eq!(part.held(), whole.as_sent().len());
        assert_eq!(part.display().0.parent().len(), whole.as_sent().len(), "nothing was to be escaped");
        part.detach();
        assert_eq!((part.as_sent(), part.held()), ("name", 4));
        assert_eq!(whole.part(&name(whole.as_sent())).held(), 4, "the same letters elsewhere are no part");
    }
}
