//! Narrowing the list: the line that is typed, and the query it last came to.

use crate::app::field::Field;
use crate::app::query::{Query, QueryError, parse};

/// The filter and its text field.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// What is being typed, or was accepted.
    pub field: Field,
    /// Whether the keyboard is in the field.
    pub editing: bool,
    /// Why the text is no query; then the last one that was stays in force.
    pub error: Option<QueryError>,
    query: Query,
    /// Filters that were accepted, the latest last.
    earlier: Vec<String>,
    /// Which of them was brought back, counted from the latest.
    recalled: Option<usize>,
    /// What `Tab` offers, and which of it stands in the field.
    offered: Option<(Vec<String>, usize)>,
}

/// Filters that are remembered.
const MOST_EARLIER: usize = 50;

/// What a new text means for the rows that are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// Nothing: it asks the same as before, or cannot be understood.
    Nothing,
    /// Every row that matches now matched before: only those need to be looked at.
    Narrower,
    /// All rows need to be looked at.
    Other,
}

impl Filter {
    /// Whether every row is shown.
    pub const fn is_empty(&self) -> bool {
        self.query.is_empty()
    }

    /// What rows have to be like.
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// Takes the text over from the field; `wall_clock` in seconds since 1970.
    pub fn take_text(&mut self, wall_clock: i64) -> Taken {
        match parse(self.field.text(), wall_clock) {
            Ok(query) => {
                self.error = None;
                let old = std::mem::replace(&mut self.query, query);
                match (self.query == old, self.query.narrows(&old)) {
                    (true, _) => Taken::Nothing,
                    (false, true) => Taken::Narrower,
                    (false, false) => Taken::Other,
                }
            }
            Err(error) => {
                self.error = Some(error);
                Taken::Nothing
            }
        }
    }

    /// Whether the text could be taken; then it is remembered, and the keyboard leaves the field.
    pub fn accept(&mut self) {
        if self.error.is_some() {
            return;
        }
        (self.editing, self.recalled, self.offered) = (false, None, None);
        let text = self.field.text().trim();
        if !text.is_empty() {
            self.earlier.retain(|earlier| earlier != text);
            self.earlier.push(text.to_owned());
            let most = self.earlier.len().saturating_sub(MOST_EARLIER);
            self.earlier.drain(..most);
        }
    }

    /// Shows every row, and keeps what was accepted before.
    pub fn clear(&mut self) {
        *self = Self { earlier: std::mem::take(&mut self.earlier), ..Self::default() };
    }

    /// Whether an earlier filter stands in the field.
    pub const fn is_recalled(&self) -> bool {
        self.recalled.is_some()
    }

    /// Brings an earlier filter into the field, or the one after it; says whether there was one.
    pub fn recall(&mut self, older: bool) -> bool {
        let next = match (self.recalled, older) {
            (None, true) => Some(0),
            (Some(back), true) => Some(back + 1),
            (Some(back), false) => back.checked_sub(1),
            (None, false) => return false,
        };
        let text = match next {
            Some(back) => {
                match self.earlier.len().checked_sub(back + 1).and_then(|at| self.earlier.get(at)) {
                    Some(text) => text.as_str(),
                    None => return false,
                }
            }
            None => "",
        };
        (self.field, self.recalled) = (Field::holding(text), next);
        true
    }

    /// A key or a paste changed the text: what was brought into the field by other means is the operator's now.
    pub fn typed(&mut self) {
        (self.recalled, self.offered) = (None, None);
    }

    /// Completes the text by the next of what `offers` gives for it; says whether it changed.
    pub fn complete(&mut self, offers: impl FnOnce(&str) -> Vec<String>) -> bool {
        let (offered, next) = match self.offered.take() {
            Some((offered, at)) => {
                let next = (at + 1) % offered.len().max(1);
                (offered, next)
            }
            None => (offers(self.field.text()), 0),
        };
        let Some(text) = offered.get(next).cloned() else { return false };
        self.field = Field::holding(&text);
        // The only one is taken for good: the next Tab completes what follows it.
        self.offered = (offered.len() > 1).then_some((offered, next));
        true
    }

    /// Whether what matches may be other rows now than when the text was taken.
    pub fn depends_on_time(&self) -> bool {
        self.query.depends_on_time()
    }
}
