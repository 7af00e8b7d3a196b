//! The list of connections: what is shown of the rows, which one is selected, and what its detail shows.

use super::Connections;
use super::row::{Row, RowKey, Sort, Standing};
use super::rows::{self, Completeness, VOCABULARY};
use crate::app::cursor::{in_sight, moved};
use crate::app::detail::DetailView;
use crate::app::list::{Filter, ListPane, Narrowed, Taken};
use crate::app::query::Query;
use crate::domain::Moment;
use crate::keymap::Command;
use crate::text::Untrusted;

/// The list of connections.
///
/// The rows are made anew from what is known of connections and organizations; `selected` is an identity, which is
/// found again whenever the rows change.
#[derive(Clone, Debug, PartialEq)]
pub struct ConnectionList {
    /// All rows, in their order.
    rows: Vec<Row>,
    /// Places of those that match the filter.
    shown: Vec<usize>,
    /// What of them asks for a look.
    pub summary: Summary,
    /// Whether the numbers of organizations are all there is.
    pub complete: Completeness,
    /// Which rows are shown.
    pub filter: Filter,
    /// In which order.
    pub sort: Sort,
    /// The selected row.
    pub selected: Option<RowKey>,
    /// Its place among those shown.
    pub position: usize,
    /// The place of the first row on the screen.
    pub offset: usize,
    /// Rows on the screen.
    pub height: usize,
    /// The detail of the selected row.
    pub detail: Detail,
}

/// How many rows ask for a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Their last test failed.
    pub failing: usize,
    /// Organizations name them, and there is no such connection.
    pub missing: usize,
    /// No organization uses them; none counts as unused while that is not known.
    pub unused: usize,
}

impl Summary {
    fn of(rows: &[Row], complete: Completeness) -> Self {
        let count = |is_so: fn(&Row) -> bool| rows.iter().filter(|row| is_so(row)).count();
        let unused = count(|row| row.uses == 0 && row.connection().is_some());
        Self {
            failing: count(|row| row.standing() == Standing::Fail),
            missing: count(|row| row.standing() == Standing::Missing),
            unused: if complete == Completeness::Whole { unused } else { 0 },
        }
    }
}

/// What the detail beside the list shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Detail {
    /// The row that is shown. It follows the selection, but not through every row that a held key passes.
    pub shows: Option<RowKey>,
    /// When it follows: when the selection has rested until then.
    pub follows_at: Option<Moment>,
    /// As what the record is shown.
    pub view: DetailView,
    /// First line on the screen.
    pub scroll: usize,
}

impl Default for ConnectionList {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            shown: Vec::new(),
            summary: Summary::default(),
            complete: Completeness::default(),
            filter: Filter::of(&VOCABULARY),
            sort: Sort::default(),
            selected: None,
            position: 0,
            offset: 0,
            height: 0,
            detail: Detail::default(),
        }
    }
}

impl ConnectionList {
    /// Takes over what is known now; selection, filter, sort and the line of the selection stay. `wall_clock` in
    /// seconds since 1970.
    pub fn take(&mut self, connections: &Connections, list: &ListPane, wall_clock: i64) {
        self.complete = Completeness::of(list);
        self.rows = rows::rows(connections, list);
        self.summary = Summary::of(&self.rows, self.complete);
        self.filter.take_text(wall_clock);
        self.order();
    }

    /// How many rows there are.
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many rows match the filter.
    pub const fn shown(&self) -> usize {
        self.shown.len()
    }

    /// The row at a place among those shown.
    pub fn at(&self, position: usize) -> Option<&Row> {
        self.rows.get(*self.shown.get(position)?)
    }

    /// The selected row.
    pub fn row(&self) -> Option<&Row> {
        self.at(self.position).filter(|row| Some(&row.key) == self.selected.as_ref())
    }

    /// The row of a key, shown or not.
    pub fn get(&self, key: &RowKey) -> Option<&Row> {
        self.rows.iter().find(|row| row.key == *key)
    }

    /// The rows on the screen, from the top.
    pub fn in_sight(&self) -> impl Iterator<Item = &Row> {
        (self.offset..self.offset.saturating_add(self.height)).map_while(|position| self.at(position))
    }

    /// Takes over how many rows fit on the screen.
    pub fn resize(&mut self, height: usize) {
        self.height = height;
        self.show_selection();
    }

    /// Applies a movement; `count` repeats it, or names the row for the first and last row.
    pub fn go(&mut self, command: Command, count: Option<usize>) {
        if let Some(position) = moved(self.position, command, count, (self.shown(), self.height)) {
            self.select(position);
        }
    }

    fn select(&mut self, position: usize) {
        self.position = position.min(self.shown().saturating_sub(1));
        self.selected = self.at(self.position).map(|row| row.key.clone());
        self.show_selection();
    }

    /// Selects the row at a line of the screen, if there is one.
    pub fn select_line(&mut self, line: usize) {
        let position = self.offset.saturating_add(line);
        if position < self.shown() {
            self.select(position);
        }
    }

    /// Selects a row where it is shown.
    pub fn select_key(&mut self, key: &RowKey) {
        if let Some(position) = self.place_of(key) {
            self.select(position);
        }
    }

    /// Selects the row that an organization names, where it is shown.
    pub fn select_named(&mut self, named: &Untrusted) {
        let key = self.rows.iter().find(|row| row.named.contains(named)).map(|row| row.key.clone());
        if let Some(key) = key {
            self.select_key(&key);
        }
    }

    fn place_of(&self, key: &RowKey) -> Option<usize> {
        self.shown.iter().position(|place| self.rows.get(*place).is_some_and(|row| row.key == *key))
    }

    /// How many rows match a query.
    pub fn that_match(&self, query: &Query) -> usize {
        self.rows.iter().filter(|row| query.matches(*row)).count()
    }

    /// Shows every row again.
    pub fn clear_filter(&mut self) {
        self.filter.clear();
        self.order();
    }

    /// Orders the rows anew.
    pub fn sort_by(&mut self, sort: Sort) {
        self.sort = sort;
        self.order();
    }

    fn order(&mut self) {
        let sort = self.sort;
        self.rows.sort_unstable_by(|one, two| one.compare(two, sort));
        self.narrow();
        self.follow();
    }

    fn narrow(&mut self) {
        let query = self.filter.query();
        let rows = self.rows.iter().enumerate();
        self.shown = rows.filter(|(_, row)| query.matches(*row)).map(|(place, _)| place).collect();
    }

    /// Finds the selection again, on the same line of the screen where that is possible. If its row is gone, the row
    /// now at its place is selected.
    fn follow(&mut self) {
        let line = self.position.saturating_sub(self.offset);
        if let Some(position) = self.selected.as_ref().and_then(|key| self.place_of(key)) {
            self.position = position;
        } else {
            self.position = self.position.min(self.shown().saturating_sub(1));
            self.selected = self.at(self.position).map(|row| row.key.clone());
        }
        self.offset = self.position.saturating_sub(line);
        self.show_selection();
    }

    fn show_selection(&mut self) {
        self.offset = in_sight(self.offset, self.position, (self.shown(), self.height));
    }
}

impl Narrowed for ConnectionList {
    fn filter(&mut self) -> &mut Filter {
        &mut self.filter
    }

    fn values(&self, column: usize) -> Vec<String> {
        values(&self.rows, column)
    }

    fn filter_changed(&mut self, wall_clock: i64) {
        if self.filter.take_text(wall_clock) == Taken::Nothing {
            return;
        }
        self.narrow();
        let present = self.selected.as_ref().and_then(|key| self.place_of(key));
        self.offset = 0;
        self.select(present.unwrap_or(0));
    }

    fn step(&mut self, command: Command) {
        self.go(command, None);
    }
}

fn values(rows: &[Row], column: usize) -> Vec<String> {
    rows.iter().filter_map(|row| row.value(column)).collect()
}
