//! The list pane: its rows, what is shown of them, and which one is selected; `reading` keeps it fresh.

mod batch;
mod column;
mod columns;
mod filter;
mod index;
mod late;
mod load;
mod marks;
mod matching;
mod order;
mod places;
mod reading;
mod row;
mod rows;
mod sequence;
mod sort;
mod times;
mod twins;
mod users;
mod words;

use std::collections::HashSet;
use std::sync::Arc;

pub use batch::Batch;
pub use column::{Column, OtherFields};
pub use columns::{Choice, Columns, GUTTER, Placed};
pub use filter::{Filter, Narrowed, Taken};
pub use late::Late;
pub use load::{Ended, Load};
pub use marks::Marks;
pub use places::Places;
pub(in crate::app) use row::digest_of_damaged;
pub use row::{Changed, LookAlike, News, Row, RowKey};
pub use rows::Rows;
pub use sort::{By, Sort};

use super::cursor::{in_sight, moved};
use super::field::Field;
use crate::domain::{Criteria, Failure, Listed, Moment, Organization, OrganizationId};
use crate::keymap::Command;
use crate::text::DisplayText;

/// A list that could not be read, and how often in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// Why, the last time.
    pub failure: Failure,
    /// When.
    pub at: Moment,
    /// Failures in a row.
    pub attempts: usize,
}

/// Which rows a list holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holds {
    /// Those that the server gave as it is asked now.
    #[default]
    Asked,
    /// Others too, from when it was asked to leave out something else.
    Others,
}

/// Who chose the selected row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Chosen {
    /// Nobody did anything yet: it is the first one as long as the first list comes, so that who starts is at the top.
    #[default]
    ByNobody,
    /// The operator; or it was there when the first thing was done.
    ByOperator,
}

/// The list of organizations.
///
/// `selected` is an identity; `position` is where it stands in the order now and is found again whenever the
/// order changes. `offset` is the first position on the screen, and always such that the selection is visible.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListPane {
    /// All rows and their order.
    pub rows: Rows,
    /// Which are shown.
    pub filter: Filter,
    /// Which are marked.
    pub marks: Marks,
    /// How many marks the last whole list took away, since their organizations are gone.
    pub marks_lost: usize,
    /// In which order.
    pub sort: Sort,
    /// Which columns are shown.
    pub columns: Columns,
    /// The selected row.
    pub selected: Option<RowKey>,
    /// Who chose it.
    pub chosen: Chosen,
    /// Its place in the order.
    pub position: usize,
    /// The place of the first row on the screen.
    pub offset: usize,
    /// Rows on the screen.
    pub height: usize,
    /// Cells of a row.
    pub width: u16,
    /// The list being read.
    pub load: Option<Box<Load>>,
    /// Since when rows that came of it wait for their place in the order.
    pub late: Late,
    /// How the last whole list ended.
    pub ended: Option<Ended>,
    /// When the last whole list was there.
    pub loaded_at: Option<Moment>,
    /// The failures since.
    pub stale: Option<Stale>,
    /// When the operator stopped a reading: the next one by itself waits as if it had ended then.
    pub cancelled_at: Option<Moment>,
    /// Whether the automatic refresh is switched off for now.
    pub paused: bool,
    /// What the latest refresh found gone: what one was called, and how many they were.
    pub gone: Option<(DisplayText, usize)>,
    /// Whether the selection rested on its row, so that the operator has seen it.
    pub rested: bool,
    /// Whether the server refused large pages.
    pub large_refused: bool,
    /// What the server was asked to leave out of the list that is read, or being read.
    pub asked: Criteria,
    /// Whether all rows are from that list.
    pub holds: Holds,
    /// How many rows of the last whole list do not look like what the server was asked for: it may read that otherwise
    /// than we do, or not know it and leave nothing out.
    pub unlike: usize,
}

impl ListPane {
    /// The selected row.
    pub fn row(&self) -> Option<&Row> {
        self.rows.get(self.selected.as_ref()?)
    }

    /// The id of the selected organization, unless its record is damaged.
    pub fn id(&self) -> Option<OrganizationId> {
        self.row()?.listed().map(|listed| listed.id().to_id())
    }

    /// The same organization by itself.
    pub fn organization(&self) -> Option<Arc<Organization>> {
        self.row()?.organization()
    }

    /// The rows on the screen, from the top, and whether each is the selected one: no more than there is room for,
    /// however many there are.
    pub fn in_sight(&self) -> impl Iterator<Item = (&Row, bool)> {
        let selected = self.selected.as_ref().map(|key| (key, key.digest()));
        let is_selected =
            move |row: &Row| selected.is_some_and(|(key, digest)| row.digest == digest && row.is_keyed(key));
        let positions = self.offset..self.offset.saturating_add(self.height);
        positions.map_while(|position| self.rows.at(position)).map(move |row| (row, is_selected(row)))
    }

    /// Looks again at which rows match, when that changes as time goes by.
    pub fn time_went_by(&mut self, wall_clock: i64) {
        if self.filter.depends_on_time() && self.filter.take_text(wall_clock) != Taken::Nothing {
            self.rows.filter(&self.filter);
            self.look_at_marks();
            self.follow();
        }
    }

    /// Takes over how many rows fit on the screen, and how many cells each has.
    pub fn resize(&mut self, height: usize, width: u16) {
        (self.height, self.width) = (height, width);
        self.columns.fit(width);
        self.show_selection();
    }

    /// Applies a movement; `count` repeats it, or names the row for the first and last row.
    pub fn go(&mut self, command: Command, count: Option<usize>) {
        let extent = (self.rows.shown(), self.height);
        let Some(position) = moved(self.position, command, count, extent) else { return };
        let before = self.position;
        self.select(position);
        self.extend_range(before);
    }

    /// `space`: marks the selected row, or takes its mark away, and goes to the next.
    pub fn mark(&mut self, count: Option<usize>) {
        self.marks.end_range();
        for _ in 0..count.unwrap_or(1).min(self.rows.shown()) {
            if let Some(id) = self.id() {
                self.marks.toggle(id.borrowed());
            }
            self.go(Command::MoveDown, None);
        }
    }

    /// `v`: begins a range at the selected row, or ends the one there is.
    pub fn mark_range(&mut self) {
        if self.marks.end_range() {
            return;
        }
        if let Some(id) = self.id() {
            self.marks.begin_range(id.borrowed());
        }
    }

    /// The selection moved from `before`: the rows between it and the anchor of the range are marked, and no others.
    fn extend_range(&mut self, before: usize) {
        let Some(anchor) = self.marks.anchor().cloned() else { return };
        let Some(anchor) = self.rows.position(&RowKey::Id(anchor), before) else {
            self.marks.end_range();
            return;
        };
        let now = self.position;
        let was = anchor.min(before)..=anchor.max(before);
        let is = anchor.min(now)..=anchor.max(now);
        for position in before.min(now)..=before.max(now) {
            let Some(listed) = self.rows.at(position).and_then(Row::listed) else { continue };
            if is.contains(&position) {
                self.marks.extend_over(listed.id());
            } else if was.contains(&position) {
                self.marks.shrink_from(listed.id());
            }
        }
    }

    /// `*`: marks every row that is shown; when all of them are marked already, takes their marks away.
    pub fn mark_shown(&mut self) {
        self.marks.end_range();
        let shown = || (0..self.rows.shown()).filter_map(|at| self.rows.at(at)?.listed());
        let all = shown().all(|listed| self.marks.contains(listed.id()));
        let mut marks = std::mem::take(&mut self.marks);
        for listed in shown() {
            if all {
                marks.remove(listed.id());
            } else {
                marks.add(listed.id());
            }
        }
        self.marks = marks;
    }

    /// Marks of the shown rows those that are not marked, and no others; what the filter hides stays as it is.
    pub fn invert_marks(&mut self) {
        self.marks.end_range();
        let mut marks = std::mem::take(&mut self.marks);
        for listed in (0..self.rows.shown()).filter_map(|at| self.rows.at(at)?.listed()) {
            marks.toggle(listed.id());
        }
        self.marks = marks;
    }

    /// Takes every mark away; says how many there were.
    pub fn clear_marks(&mut self) -> usize {
        let marked = self.marks.len();
        self.marks.clear();
        marked
    }

    /// Takes the marks of these away, whatever the filter shows.
    pub fn unmark<'a>(&mut self, ids: impl Iterator<Item = &'a OrganizationId>) {
        ids.for_each(|id| self.marks.remove(id.borrowed()));
    }

    /// The marked organizations in the order of the list; those that the filter hides come last, by name.
    pub fn marked(&self) -> Vec<Listed> {
        let shown = (0..self.rows.shown()).filter_map(|at| self.rows.at(at)?.listed());
        let mut marked: Vec<_> = shown.filter(|listed| self.marks.contains(listed.id())).cloned().collect();
        if marked.len() < self.marks.len() {
            let seen: HashSet<_> = marked.iter().map(Listed::id).collect();
            let hidden = self.marks.ids().filter(|id| !seen.contains(&id.borrowed()));
            let mut hidden: Vec<_> = hidden.filter_map(|id| self.rows.listed(id)).cloned().collect();
            hidden.sort_by(|one, two| one.name().cmp(two.name()).then_with(|| one.id().cmp(&two.id())));
            marked.extend(hidden);
        }
        marked
    }

    /// Looks again at which marks the filter hides.
    fn look_at_marks(&mut self) {
        self.marks.look_again(&self.rows, &self.filter);
    }

    /// Scrolls by so many rows. The selection stays where it is while that is in sight.
    pub fn scroll(&mut self, down: bool, rows: usize) {
        let height = self.height.max(1);
        let last = self.rows.shown().saturating_sub(height);
        let offset = if down { self.offset.saturating_add(rows) } else { self.offset.saturating_sub(rows) };
        self.offset = offset.min(last);
        self.select(self.position.clamp(self.offset, self.offset + height - 1));
    }

    /// Selects the row on this line of the screen, counted from the first; says whether there is one.
    pub fn select_line(&mut self, line: usize) -> bool {
        let is_there = line < self.height && self.rows.at(self.offset.saturating_add(line)).is_some();
        if is_there {
            self.select(self.offset + line);
        }
        is_there
    }

    /// Selects the row at a position, or the last one before it. The mark of the row that is left goes if the
    /// selection rested there: it was looked at.
    fn select(&mut self, position: usize) {
        self.chosen = Chosen::ByOperator;
        let before = self.selected.clone();
        self.position = position.min(self.rows.shown().saturating_sub(1));
        self.selected = self.rows.at(self.position).map(Row::key);
        if let Some(left) = before.filter(|left| Some(left) != self.selected.as_ref())
            && std::mem::take(&mut self.rested)
        {
            self.rows.looked_at(&left);
        }
        self.show_selection();
    }

    /// Shows the rows that match this text, or every row where it is empty; it is no line of the operator's, so it is
    /// not remembered.
    pub fn show_only(&mut self, text: &str, wall_clock: i64) {
        self.filter.clear();
        self.filter.field = Field::holding(text);
        self.filter.take_text(wall_clock);
        self.filter.ask();
        self.rows.filter(&self.filter);
        self.follow();
    }

    /// Selects a row where it is shown.
    pub fn select_key(&mut self, key: &RowKey) {
        if let Some(position) = self.rows.position(key, self.position) {
            self.select(position);
        }
    }

    /// Shows every row again.
    pub fn clear_filter(&mut self) {
        self.filter.clear();
        self.rows.filter(&self.filter);
        self.look_at_marks();
        self.follow();
    }

    /// Orders the rows anew.
    pub fn sort_by(&mut self, sort: Sort) {
        self.sort = sort;
        self.marks.end_range();
        self.rows.sort(sort, &self.filter);
        self.follow();
    }

    /// Finds the selection again after the order changed, on the same line of the screen where that is
    /// possible. If its row is gone, the row now at its place is selected.
    fn follow(&mut self) {
        if self.chosen == Chosen::ByNobody && self.loaded_at.is_none() {
            self.position = 0;
            self.selected = None;
        }
        let line = self.position.saturating_sub(self.offset);
        let found = self.selected.as_ref().and_then(|key| self.rows.position(key, self.position));
        if let Some(position) = found {
            self.position = position;
        } else {
            self.position = self.position.min(self.rows.shown().saturating_sub(1));
            self.selected = self.rows.at(self.position).map(Row::key);
        }
        self.offset = self.position.saturating_sub(line);
        self.show_selection();
    }

    fn show_selection(&mut self) {
        self.offset = in_sight(self.offset, self.position, (self.rows.shown(), self.height));
    }
}

impl Narrowed for ListPane {
    fn filter(&mut self) -> &mut Filter {
        &mut self.filter
    }

    fn values(&self, column: usize) -> Vec<String> {
        self.rows.values(column)
    }

    fn filter_changed(&mut self, wall_clock: i64) {
        match self.filter.take_text(wall_clock) {
            Taken::Nothing => return,
            Taken::Narrower => self.rows.narrow(&self.filter),
            Taken::Other => self.rows.filter(&self.filter),
        }
        self.marks.end_range();
        self.look_at_marks();
        let present = self.selected.as_ref().and_then(|key| self.rows.position(key, self.position));
        self.offset = 0;
        self.select(present.unwrap_or(0));
    }

    fn step(&mut self, command: Command) {
        self.go(command, None);
    }
}
