//! Narrowing the list: the line that is typed, and the query it last came to.

use crate::app::field::{Field, PasteRefused};
use crate::app::history::History;
use crate::app::query::{Query, QueryError, Vocabulary, completions, parse};
use crate::domain::Criteria;
use crate::input::Key;
use crate::keymap::Command;

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
    /// What the server is asked for by the text that was accepted last.
    asked: Criteria,
    /// What the rows have.
    vocabulary: &'static Vocabulary,
    /// Filters that were accepted.
    pub history: History,
    /// What `Tab` offers, and which of it stands in the field.
    offered: Option<(Vec<String>, usize)>,
}

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

/// A list that a typed line narrows. Times are seconds since 1970.
pub trait Narrowed {
    /// The line and what it came to.
    fn filter(&mut self) -> &mut Filter;

    /// Values that stand in a column, by its place in the vocabulary.
    fn values(&self, column: usize) -> Vec<String>;

    /// After the text of the filter changed.
    fn filter_changed(&mut self, wall_clock: i64);

    /// A movement among the rows.
    fn step(&mut self, command: Command);

    /// An editing key in the filter's field.
    fn filter_key(&mut self, key: Key, wall_clock: i64) {
        if self.filter().field.key(key) {
            self.filter().typed();
            self.filter_changed(wall_clock);
        }
    }

    /// Pasted text in the filter's field.
    ///
    /// # Errors
    /// Why it was refused.
    fn filter_paste(&mut self, text: &str, wall_clock: i64) -> Result<(), PasteRefused> {
        let result = self.filter().field.paste(text);
        self.filter().typed();
        self.filter_changed(wall_clock);
        result
    }

    /// Narrows the list to what `text` asks for, as if it had been typed and accepted; two slashes before it are those
    /// that are typed in the list.
    fn filter_by(&mut self, text: &str, wall_clock: i64) {
        let text = if text.starts_with("//") { text.get(1..).unwrap_or_default() } else { text };
        self.filter().field = Field::holding(text);
        self.filter_changed(wall_clock);
        self.filter().accept();
    }

    /// `Up` in the filter's line: the row above, or while nothing is typed the filter before; `Down` comes back.
    fn step_in_filter(&mut self, command: Command, wall_clock: i64) {
        match self.filter().step(command) {
            Some(true) => self.filter_changed(wall_clock),
            Some(false) => {}
            None => self.step(command),
        }
    }

    /// `Tab` in the filter's line: names of columns, then values that are in the list.
    fn complete_filter(&mut self, wall_clock: i64) {
        let mut filter = std::mem::take(self.filter());
        let changed = filter.complete(|column| self.values(column));
        *self.filter() = filter;
        if changed {
            self.filter_changed(wall_clock);
        }
    }
}

impl Filter {
    /// A filter of rows that have these columns; it shows all.
    pub fn of(vocabulary: &'static Vocabulary) -> Self {
        Self { vocabulary, ..Self::default() }
    }

    /// Whether every row is shown.
    pub const fn is_empty(&self) -> bool {
        self.query.is_empty()
    }

    /// What the rows have that can be named.
    pub const fn vocabulary(&self) -> &'static Vocabulary {
        self.vocabulary
    }

    /// What the server is to leave out of the list; empty where every row is to be read.
    pub const fn asked(&self) -> &Criteria {
        &self.asked
    }

    /// What rows have to be like.
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// Takes the text over from the field; `wall_clock` in seconds since 1970.
    pub fn take_text(&mut self, wall_clock: i64) -> Taken {
        match parse(self.field.text(), self.vocabulary, wall_clock) {
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

    /// Whether the text could be taken; then it is remembered, the server is to be asked for what it can leave out,
    /// and the keyboard leaves the field.
    pub fn accept(&mut self) {
        if self.error.is_some() {
            return;
        }
        self.ask();
        (self.editing, self.offered) = (false, None);
        self.history.add(self.field.text());
    }

    /// Has the server asked for what the query says.
    pub(super) fn ask(&mut self) {
        self.asked.clone_from(self.query.criteria());
    }

    /// Shows every row, and keeps what was accepted before.
    pub fn clear(&mut self) {
        let mut history = std::mem::take(&mut self.history);
        history.leave();
        *self = Self { history, ..Self::of(self.vocabulary) };
    }

    /// `Up` while nothing is typed brings the filter before into the field, `Down` then comes back: says whether the
    /// text changed. None: the key means something else.
    pub fn step(&mut self, command: Command) -> Option<bool> {
        let recalls = match command {
            Command::MoveUp => self.field.text().is_empty() || self.history.is_recalled(),
            Command::MoveDown => self.history.is_recalled(),
            _ => false,
        };
        recalls.then(|| {
            let line = self.history.recall(command == Command::MoveUp);
            let line = line.map(Field::holding);
            line.map(|line| self.field = line).is_some()
        })
    }

    /// A key or a paste changed the text: what was brought into the field by other means is the operator's now.
    pub fn typed(&mut self) {
        self.offered = None;
        self.history.leave();
    }

    /// Completes the text by the next of what can stand there; `values` gives those of a column, by its place. Says
    /// whether it changed.
    pub fn complete(&mut self, values: impl Fn(usize) -> Vec<String>) -> bool {
        let (offered, next) = match self.offered.take() {
            Some((offered, at)) => {
                let next = (at + 1) % offered.len().max(1);
                (offered, next)
            }
            None => (completions(self.field.text(), self.vocabulary, values), 0),
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
