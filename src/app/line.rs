//! Rows of text with roles, made by the core so that it knows how many there are and can scroll them.

use crate::text;
use crate::theme::Role;

/// A row: pieces of displayed text, each with its role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<(Role, String)>);

impl Line {
    /// A row of one piece.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self(vec![(role, text.into())])
    }

    /// Adds a piece.
    #[must_use]
    pub fn and(mut self, role: Role, text: impl Into<String>) -> Self {
        self.0.push((role, text.into()));
        self
    }

    /// The row's text without roles.
    pub fn text(&self) -> String {
        self.0.iter().map(|(_, text)| text.as_str()).collect()
    }
}

/// A text in rows of at most `width` cells.
pub fn wrapped(role: Role, shown: &str, width: usize) -> impl Iterator<Item = Line> {
    text::wrap(shown, width).into_iter().map(move |row| Line::new(role, row))
}

/// `label value` where the value starts at `indent` and goes on below itself when it is too long.
pub fn labelled(label: &str, value: (Role, &str), indent: usize, width: usize) -> Vec<Line> {
    let room = width.saturating_sub(indent).max(1);
    let rows = text::wrap(value.1, room).into_iter().enumerate();
    rows.map(|(row, part)| {
        let label = if row == 0 { label } else { "" };
        Line::new(Role::Dim, text::pad(label, indent, '…')).and(value.0, part)
    })
    .collect()
}

/// The furthest a text of `rows` rows is scrolled in a window of `height` rows.
pub const fn last_scroll(rows: usize, height: usize) -> usize {
    rows.saturating_sub(height)
}
