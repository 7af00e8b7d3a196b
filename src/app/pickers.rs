//! The windows in which the order of a list and the columns of the organizations are chosen.

use std::ops::ControlFlow;

use super::cursor::stepped;
use super::list::{By, Choice, Column, Columns, ListPane, Sort};
use crate::keymap::Command;

/// The window of the order: one column, or one and then another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortPicker<C = Column> {
    /// The highlighted column.
    pub chosen: C,
    /// What was chosen to decide first, while a second column is being chosen.
    pub first: Option<By<C>>,
}

impl<C: Copy + PartialEq + Default> SortPicker<C> {
    /// The window with the present order highlighted.
    pub const fn of(sort: Sort<C>) -> Self {
        Self { chosen: sort.first.column, first: None }
    }

    /// The columns of all that can be chosen.
    pub fn columns(self, all: impl IntoIterator<Item = C>) -> Vec<C> {
        let taken = self.first.map(|first| first.column);
        all.into_iter().filter(|column| Some(*column) != taken).collect()
    }

    /// Whether a command has nothing to do now: there is no third column.
    pub fn refuses(self, command: Command) -> bool {
        command == Command::ThenBy && self.first.is_some()
    }

    /// What a command does in the window, where the order is `now`: it goes on, or closes with another order or none.
    pub fn on(&mut self, command: Command, now: Sort<C>, all: &[C]) -> ControlFlow<Option<Sort<C>>> {
        match command {
            Command::Back if self.first.is_some() => *self = Self::of(now),
            Command::Back => return ControlFlow::Break(None),
            Command::Accept | Command::ReverseSort => {
                return ControlFlow::Break(Some(self.sort(now, command == Command::ReverseSort)));
            }
            Command::ThenBy if !self.refuses(command) => self.then(now, all),
            step => self.chosen = stepped(&self.columns(all.iter().copied()), self.chosen, step),
        }
        ControlFlow::Continue(())
    }

    /// The order with the highlighted column in the present direction if it decides already, or the other way
    /// round: largest first, unless that is how it is now.
    fn sort(self, now: Sort<C>, reversed: bool) -> Sort<C> {
        match self.first {
            None => Sort::by(self.by(now.first, reversed)),
            Some(first) => {
                let second = now.second.unwrap_or(now.first);
                Sort::by(first).then(self.by(second, reversed))
            }
        }
    }

    fn by(self, now: By<C>, reversed: bool) -> By<C> {
        let same = now.column == self.chosen;
        let descending = if reversed { !same || !now.descending } else { same && now.descending };
        By { column: self.chosen, descending }
    }

    /// Goes on to the second column.
    fn then(&mut self, now: Sort<C>, all: &[C]) {
        self.first = Some(self.by(now.first, false));
        self.chosen = now.second.map_or(self.chosen, |second| second.column);
        let columns = self.columns(all.iter().copied());
        if !columns.contains(&self.chosen)
            && let Some(column) = columns.first()
        {
            self.chosen = *column;
        }
    }
}

/// The window of the columns. What is done in it is seen in the list at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPicker {
    /// The highlighted column.
    pub chosen: Column,
    /// What `Esc` goes back to.
    pub before: Columns,
}

impl ColumnPicker {
    /// The window.
    pub fn of(list: &ListPane) -> Self {
        Self { chosen: Column::Name, before: list.columns.clone() }
    }

    /// What can be chosen: the name, then the others in order.
    pub fn choices(list: &ListPane) -> Vec<Choice> {
        let name = Choice { column: Column::Name, width: list.columns.name_width(), shown: true };
        let others = list.columns.choices(list.rows.others(), list.width);
        std::iter::once(name).chain(others).collect()
    }

    /// Moves the highlight by this many, as far as there are columns.
    pub fn go(&mut self, by: isize, list: &ListPane) {
        let choices = Self::choices(list);
        let place = choices.iter().position(|choice| choice.column == self.chosen).unwrap_or(0);
        let to = place.saturating_add_signed(by).min(choices.len().saturating_sub(1));
        if let Some(choice) = choices.get(to) {
            self.chosen = choice.column;
        }
    }

    /// Shows the highlighted column, or hides it; the name is always there.
    pub fn toggle(&self, list: &mut ListPane) {
        let mut choices = list.columns.choices(list.rows.others(), list.width);
        if let Some(choice) = choices.iter_mut().find(|choice| choice.column == self.chosen) {
            choice.shown = !choice.shown;
            list.columns.choose(choices);
        }
    }

    /// Moves the highlighted column to the left, or to the right; nothing comes before the name.
    pub fn shift(&self, right: bool, list: &mut ListPane) {
        let mut choices = list.columns.choices(list.rows.others(), list.width);
        let Some(place) = choices.iter().position(|choice| choice.column == self.chosen) else { return };
        let other = if right { Some(place + 1) } else { place.checked_sub(1) };
        if let Some(other) = other.filter(|other| *other < choices.len()) {
            choices.swap(place, other);
            list.columns.choose(choices);
        }
    }
}
