//! Which columns the list shows beside the name, in which order, how wide, and where each is on the screen.
//!
//! ```text
//!  gutter NAME         first …                    those that fit whole
//!  >*     Acme Benelux sfdc-eu-01   3d       2>   two more are at the right: `l` scrolls, the name stays
//! ```

use std::ops::Range;

use super::column::{Column, OtherFields};

/// Cells before the first column: selection, a place for marks, change mark, look-alike mark.
pub const GUTTER: u16 = 4;

/// The limits of a chosen width, in cells.
const WIDTHS: std::ops::RangeInclusive<u16> = 3..=200;

/// Cells in which nearly every connection has room for its name.
const CONNECTION: u16 = 32;

/// Cells of a column that is cut by the edge; with fewer it is left out.
const LEAST_CUT: u16 = 8;

/// Cells at the right for the number of columns that are out of sight there.
const MORE: u16 = 2;

/// A column that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Which.
    pub column: Column,
    /// The width that was chosen, in cells; none: what suits it.
    pub width: Option<u16>,
    /// Whether it is shown.
    pub shown: bool,
}

/// The columns of the list. The name is always the first and stays where it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Columns {
    /// Width chosen for the name.
    name: Option<u16>,
    /// The other columns in the order of the operator, those that are hidden among them; none: what suits the screen.
    order: Option<Vec<Choice>>,
    /// Whether each has the room for its whole value, where that is known.
    pub wide: bool,
    /// How many are out of sight at the left of the others.
    first: usize,
}

/// Where columns are, `cells` counted from the left edge of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// Those in sight, the name first.
    pub columns: Vec<(Column, Range<u16>)>,
    /// How many are out of sight at the left.
    pub left: usize,
    /// How many are out of sight at the right, or cut there.
    pub right: usize,
}

impl Columns {
    /// The columns beside the name on a list of this many cells, in order.
    fn shown(&self, width: u16) -> Vec<Choice> {
        let choice = |column| Choice { column, width: None, shown: true };
        match &self.order {
            Some(order) => order.iter().copied().filter(|choice| choice.shown).collect(),
            None if is_narrow(width) => {
                [Column::Connection, Column::Updated, Column::OrgId, Column::Type].map(choice).into()
            }
            None => [Column::OrgId, Column::Type, Column::Connection, Column::Updated].map(choice).into(),
        }
    }

    /// Where they are on a list of this many cells.
    pub fn placed(&self, width: u16) -> Placed {
        let room = width.saturating_sub(GUTTER + 1);
        let placed = self.placed_in(room, width);
        if placed.right == 0 {
            return placed;
        }
        self.placed_in(room.saturating_sub(MORE), width)
    }

    /// The same in `room` cells after the gutter.
    fn placed_in(&self, room: u16, width: u16) -> Placed {
        let shown = self.shown(width);
        let left = self.first.min(shown.len().saturating_sub(1));
        let shown = shown.get(left..).unwrap_or_default();
        let name = self.name.unwrap_or(if self.wide {
            40
        } else if is_narrow(width) {
            24
        } else {
            14
        });
        let name = name.min(room.saturating_sub(LEAST_CUT + 1).max(room / 2));
        let needed = shown.iter().scan(name, |sum, choice| {
            *sum = sum.saturating_add(1 + self.least(*choice));
            Some(*sum)
        });
        let whole = needed.take_while(|sum| *sum <= room).count();
        let (fitting, rest) = shown.split_at(whole);
        let used: u16 = fitting.iter().map(|choice| 1 + self.least(*choice)).sum::<u16>() + name;
        let (name, stretch) = self.stretched(name, room.saturating_sub(used), fitting);
        let mut placed = vec![(Column::Name, GUTTER..GUTTER + name)];
        let mut x = GUTTER + name + 1;
        for choice in fitting {
            let width = self.least(*choice) + if is_flexible(*choice) { stretch } else { 0 };
            placed.push((choice.column, x..x + width));
            x += width + 1;
        }
        let end = GUTTER + room;
        if let Some(cut) = rest.first().filter(|_| x + LEAST_CUT <= end) {
            placed.push((cut.column, x..end));
        }
        Placed { columns: placed, left, right: rest.len() }
    }

    /// What a column needs to be shown, in cells.
    fn least(&self, choice: Choice) -> u16 {
        let (least, wide) = match choice.column {
            Column::Name => (14, 40),
            Column::OrgId => (18, 18),
            Column::Type => (8, 16),
            Column::Connection => (8, CONNECTION),
            Column::Updated | Column::Created => (7, 20),
            Column::Cloud => (8, 24),
            Column::Id => (36, 36),
            Column::Uri => (40, 80),
            Column::Other(_) => (16, 40),
        };
        choice.width.unwrap_or(if self.wide { wide } else { least })
    }

    /// The width of the name, and what a connection gets beyond what it needs, when `free` cells are left.
    fn stretched(&self, name: u16, free: u16, fitting: &[Choice]) -> (u16, u16) {
        if self.wide || fitting.is_empty() {
            return (name, 0);
        }
        let connection =
            fitting.iter().find(|choice| is_flexible(**choice)).map(|choice| self.least(*choice));
        let most = |least| if self.name.is_some() { CONNECTION } else { (name + least + free) * 2 / 5 };
        let wanted = connection.map_or(0, |least| most(least).min(CONNECTION).saturating_sub(least));
        let stretch = wanted.min(free);
        if self.name.is_some() {
            return (name, stretch);
        }
        (name + free - stretch, stretch)
    }

    /// Scrolls by one column; the name stays.
    pub fn scroll(&mut self, right: bool, width: u16) {
        let placed = self.placed(width);
        self.first = match (right, placed.right) {
            (true, 0) => placed.left,
            (true, _) => placed.left + 1,
            (false, _) => placed.left.saturating_sub(1),
        };
        self.fit(width);
    }

    /// Leaves no room at the right that a column out of sight at the left could have.
    pub fn fit(&mut self, width: u16) {
        self.first = self.placed(width).left;
        while let Some(before) = self.first.checked_sub(1) {
            let fuller = Self { first: before, ..self.clone() };
            if fuller.placed(width).right > 0 {
                break;
            }
            self.first = before;
        }
    }

    /// Makes a column wider, or narrower, than it is on a list of this many cells.
    pub fn widen(&mut self, column: Column, wider: bool, width: u16) {
        let now = self.placed(width).columns.into_iter().find(|(placed, _)| *placed == column);
        let now = now.map(|(_, cells)| cells.end - cells.start);
        let choice = self.order.iter().flatten().find(|choice| choice.column == column).copied();
        let now = now.or(choice.map(|choice| self.least(choice))).unwrap_or_default();
        let to = if wider { now.saturating_add(2) } else { now.saturating_sub(2) };
        self.set_width(column, Some(to.clamp(*WIDTHS.start(), *WIDTHS.end())), width);
    }

    /// Gives a column this width, or back what suits it.
    pub fn set_width(&mut self, column: Column, to: Option<u16>, width: u16) {
        if column == Column::Name {
            self.name = to;
            return;
        }
        let others = OtherFields::default();
        let order = self.order.get_or_insert_with(|| Self::default().choices(&others, width));
        if let Some(choice) = order.iter_mut().find(|choice| choice.column == column) {
            choice.width = to;
        }
    }

    /// Every column beside the name, those shown first unless the operator ordered them.
    pub fn choices(&self, others: &OtherFields, width: u16) -> Vec<Choice> {
        let mut choices = match &self.order {
            Some(order) => order.clone(),
            None => self.shown(width),
        };
        for column in Column::KNOWN.into_iter().chain(others.columns()) {
            if column != Column::Name && !choices.iter().any(|choice| choice.column == column) {
                choices.push(Choice { column, width: None, shown: false });
            }
        }
        choices
    }

    /// Takes over what was chosen.
    pub fn choose(&mut self, choices: Vec<Choice>) {
        self.order = Some(choices);
    }

    /// The same with whole values, or without.
    #[must_use]
    pub fn widened(self, wide: bool) -> Self {
        Self { wide, ..self }
    }

    /// Width chosen for the name.
    pub const fn name_width(&self) -> Option<u16> {
        self.name
    }

    /// How they are typed and stand in files: `name:30,connection,updated`; none while nothing was chosen.
    pub fn words(&self, others: &OtherFields) -> Option<String> {
        let word = |column: Column, width: Option<u16>| {
            let width = width.map(|width| format!(":{width}")).unwrap_or_default();
            format!("{}{width}", others.word(column))
        };
        let order = self.order.as_deref();
        if order.is_none() && self.name.is_none() {
            return None;
        }
        let mut words = vec![word(Column::Name, self.name)];
        match order {
            Some(order) => {
                let shown = order.iter().filter(|choice| choice.shown);
                words.extend(shown.map(|choice| word(choice.column, choice.width)));
            }
            None => words.push("…".to_owned()),
        }
        Some(words.join(","))
    }

    /// The columns of a text: names with a comma or blanks between them, `:` and a width after one. The name comes
    /// first, named or not.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for the operator; printable where the text is.
    pub fn parse(text: &str, others: &OtherFields) -> Result<Self, String> {
        let words = text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty());
        let (mut name, mut order, mut rest) = (None, Vec::<Choice>::new(), false);
        for word in words {
            if word == "…" {
                rest = true;
                continue;
            }
            let (column, width) = choice(word, others)?;
            if column == Column::Name {
                name = width;
            } else if order.iter().any(|choice| choice.column == column) {
                return Err(format!("{word}: that column is there already"));
            } else {
                order.push(Choice { column, width, shown: true });
            }
        }
        if !text.contains(|c: char| c != ',' && !c.is_whitespace()) {
            return Err(
                "which columns? names with commas between them; connection:20 is 20 cells wide".to_owned()
            );
        }
        let order = Some(order).filter(|_| !rest);
        Ok(Self { name, order, ..Self::default() })
    }
}

/// A column, and the width after its `:`. The key of a field may have a colon of its own.
fn choice(word: &str, others: &OtherFields) -> Result<(Column, Option<u16>), String> {
    if let Some(column) = others.named(word) {
        return Ok((column, None));
    }
    let (name, width) = word.rsplit_once(':').unwrap_or((word, ""));
    let column = others.named(name).ok_or_else(|| format!("there is no column {name}"))?;
    let width = width.parse().ok().filter(|width| WIDTHS.contains(width));
    let width = width.ok_or_else(|| format!("{word}: a width is a number of cells, 3 to 200"))?;
    Ok((column, Some(width)))
}

/// Whether some of the usual columns have no room.
const fn is_narrow(width: u16) -> bool {
    width < 64
}

/// Whether it takes what room is left.
fn is_flexible(choice: Choice) -> bool {
    choice.column == Column::Connection && choice.width.is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(text: &str) -> Columns {
        Columns::parse(text, &OtherFields::default()).unwrap()
    }

    fn names(placed: &Placed) -> Vec<Column> {
        placed.columns.iter().map(|(column, _)| *column).collect()
    }

    #[test]
    fn the_usual_columns_suit_the_screen() {
        let wide = Columns::default().placed(80);
        assert_eq!(
            wide.columns,
            [
                (Column::Name, 4..27),
                (Column::OrgId, 28..46),
                (Column::Type, 47..55),
                (Column::Connection, 56..71),
                (Column::Updated, 72..79)
            ]
        );
        assert_eq!((wide.left, wide.right), (0, 0));
        let narrow = Columns::default().placed(60);
        assert_eq!(names(&narrow), [Column::Name, Column::Connection, Column::Updated]);
        assert_eq!(narrow.right, 2);
    }

    #[test]
    fn e7_columns_scroll_under_a_name_that_stays_and_end_where_the_last_is_whole() {
        let mut columns = columns("org,type,connection,updated,cloud,created,id");
        let mut seen = Vec::new();
        for _ in 0..20 {
            let placed = columns.placed(80);
            assert_eq!(placed.columns[0].0, Column::Name);
            seen.push((placed.left, placed.right));
            columns.scroll(true, 80);
        }
        assert!(seen.is_sorted_by_key(|(left, _)| *left), "{seen:?}");
        let end = columns.placed(80);
        assert_eq!((names(&end).last(), end.right), (Some(&Column::Id), 0));
        assert!(end.left < 6, "what has room is in sight: {end:?}");
        for _ in 0..20 {
            columns.scroll(false, 80);
        }
        assert_eq!(columns.placed(80).left, 0);
        columns.scroll(true, 80);
        columns.fit(1000);
        assert_eq!(columns.placed(1000).left, 0, "on a wider screen everything is in sight again");
    }

    #[test]
    fn m16_no_column_leaves_the_list_nor_runs_into_another_at_any_width() {
        let sets =
            ["name:200", "uri", "name:3,uri:200,id", "org:3,type:3", "connection:200", "updated,created"];
        for mut columns in sets.map(columns).into_iter().chain([Columns::default()]) {
            for (width, wide) in (0..300).flat_map(|width| [(width, false), (width, true)]) {
                columns.wide = wide;
                columns.scroll(width % 3 == 0, width);
                let placed = columns.placed(width);
                let alone = columns.shown(width).is_empty();
                assert!(width < 30 || alone || placed.columns.len() > 1, "{width} {placed:?}");
                let mut end = GUTTER;
                for (column, cells) in &placed.columns {
                    assert!(cells.start >= end && cells.end >= cells.start, "{width} {column:?} {placed:?}");
                    assert!(cells.end <= width.max(GUTTER + 1), "{width} {placed:?}");
                    end = cells.end;
                }
            }
        }
    }

    #[test]
    fn a_chosen_width_is_kept_and_changed_from_what_is_seen() {
        let mut columns = Columns::default();
        columns.widen(Column::Connection, true, 80);
        let width = |columns: &Columns, column: Column| {
            let placed = columns.placed(80).columns.into_iter().find(|(placed, _)| *placed == column);
            placed.map(|(_, cells)| cells.end - cells.start)
        };
        assert_eq!(width(&columns, Column::Connection), Some(17));
        columns.widen(Column::Name, false, 80);
        assert_eq!(width(&columns, Column::Name), Some(19));
        columns.set_width(Column::Connection, None, 80);
        assert_eq!(columns.words(&OtherFields::default()).unwrap(), "name:19,org,type,connection,updated");
        for _ in 0..200 {
            columns.widen(Column::Type, false, 80);
        }
        assert_eq!(width(&columns, Column::Type), Some(3));
    }

    #[test]
    fn e7_beside_a_name_of_a_chosen_width_the_connection_has_what_room_it_needs() {
        let width = |text: &str, width| {
            let placed = columns(text).placed(width).columns;
            placed.into_iter().find(|(column, _)| *column == Column::Connection).map(|(_, cells)| cells.len())
        };
        assert_eq!(width("name:30,connection,updated", 200), Some(32));
        assert_eq!(width("name:30,connection,updated", 60), Some(16));
        assert_eq!(width("name:30,connection,updated", 52), Some(8));
        assert_eq!(width("name:30,connection:10,updated", 200), Some(10));
        assert_eq!(columns("name:30,connection,updated").placed(200).columns[0].1, 4..34);
    }

    #[test]
    fn columns_are_written_as_they_are_read() {
        let mut others = OtherFields::default();
        others.column(&"a:1".into());
        for text in ["name", "name:30,org,type:12", "name,a:1,uri", "name,a:1:20", "name:30,…"] {
            let read = Columns::parse(text, &others);
            assert_eq!(read.map(|columns| columns.words(&others)), Ok(Some(text.to_owned())));
        }
        assert_eq!(Columns::default().words(&others), None);
        for (text, why) in
            [("", "which"), ("x", "no column x"), ("org:0", "3 to 200"), ("org,org", "already")]
        {
            assert!(Columns::parse(text, &others).is_err_and(|error| error.contains(why)), "{text}");
        }
    }
}
