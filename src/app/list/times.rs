//! The times of the rows, parsed once: kept from when somebody sorts by them or asks for them, and of no size before.

use std::cell::{Cell, OnceCell};

use super::column::Column;
use super::row::Row;

/// Times by the places of their rows, found out as they are asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Times {
    updated: OnceCell<Vec<Cell<Known>>>,
    created: OnceCell<Vec<Cell<Known>>>,
}

/// They say nothing that the rows do not.
impl PartialEq for Times {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Nanoseconds since 1970, as near as this type comes to them, or one of the two below.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Known(i64);

impl Known {
    /// Nobody asked.
    const UNKNOWN: Self = Self(i64::MIN);
    /// It is no time.
    const NONE: Self = Self(i64::MIN + 1);

    /// No clock is past the ends of this type, in 1677 and 2262: what is counts as there.
    fn of(time: Option<i128>) -> Self {
        let Some(nanoseconds) = time else { return Self::NONE };
        let end = if nanoseconds < 0 { i64::MIN } else { i64::MAX };
        Self(i64::try_from(nanoseconds).unwrap_or(end).max(Self::NONE.0 + 1))
    }
}

impl Times {
    /// What a column of times says of the row at a place; none when it is no time, or the column is none of times.
    pub(super) fn of(&self, column: Column, place: u32, all: &[Row]) -> Option<i128> {
        let times = match column {
            Column::Updated => &self.updated,
            Column::Created => &self.created,
            _ => return None,
        };
        let known = times.get_or_init(|| vec![Cell::new(Known::UNKNOWN); all.len()]).get(place as usize)?;
        if known.get() == Known::UNKNOWN {
            known.set(Known::of(all.get(place as usize)?.time(column)));
        }
        let Known(time) = known.get();
        (known.get() != Known::NONE).then(|| time.into())
    }

    /// The row at a place is another one, or a new one behind all others.
    pub(super) fn forget(&mut self, place: usize) {
        for times in [&mut self.updated, &mut self.created].into_iter().filter_map(OnceCell::get_mut) {
            match times.get(place) {
                Some(known) => known.set(Known::UNKNOWN),
                None => times.push(Cell::new(Known::UNKNOWN)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{IdRef, Listed, Organization, Record};

    fn row(updated_at: &str) -> Row {
        let known = ["Acme", "00D", "c", "sfdc", "Regular", "1969-12-31T23:59:59Z", updated_at, ""];
        Row::new(Record::Sound(Listed::from(Organization::copied("{}", IdRef::of("2f").unwrap(), known))))
    }

    #[test]
    fn e6_a_time_is_known_until_its_row_is_another_one() {
        let mut times = Times::default();
        let mut rows = vec![row(""), row("1970-01-01T00:00:01.5Z")];
        assert_eq!(times.of(Column::Updated, 1, &rows), Some(1_500_000_000));
        assert_eq!(times.of(Column::Created, 1, &rows), Some(-1_000_000_000));
        assert_eq!(times.of(Column::Name, 1, &rows), None);
        let was = std::mem::replace(&mut rows[1], row("soon"));
        assert_eq!(times.of(Column::Updated, 1, &rows), Some(1_500_000_000), "it is not looked at again");
        times.forget(1);
        assert_eq!(times.of(Column::Updated, 1, &rows), None);
        rows[1] = was;
        assert_eq!(times.of(Column::Updated, 1, &rows), None, "that it is none is known, too");
        rows.push(row("1970-01-01T00:00:02Z"));
        times.forget(2);
        assert_eq!(times.of(Column::Updated, 2, &rows), Some(2_000_000_000));
    }

    #[test]
    fn e6_times_past_the_ends_stand_at_the_ends() {
        let times = Times::default();
        let rows = ["9000-01-01T00:00:00Z", "0001-01-01T00:00:00Z"].map(row);
        assert_eq!(times.of(Column::Updated, 0, &rows), Some(i128::from(i64::MAX)));
        assert_eq!(times.of(Column::Updated, 1, &rows), Some(i128::from(i64::MIN) + 2));
    }
}
