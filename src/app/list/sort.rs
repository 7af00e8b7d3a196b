//! The order of the rows: by one column or two, each up or down, then by name, then by id. That of any list; in words
//! it is that of the organizations.

use super::column::{Column, OtherFields};

/// One column of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct By<C = Column> {
    /// Which.
    pub column: C,
    /// Largest first.
    pub descending: bool,
}

impl<C: Copy> By<C> {
    /// Smallest first.
    pub const fn up(column: C) -> Self {
        Self { column, descending: false }
    }

    /// Largest first.
    pub const fn down(column: C) -> Self {
        Self { column, descending: true }
    }

    /// The other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { descending: !self.descending, ..self }
    }

    /// The sign of its direction.
    pub const fn arrow(self) -> &'static str {
        if self.descending { "▼" } else { "▲" }
    }
}

/// The order of the rows. Rows equal in it are ordered by name, the column there is by default, then by id; damaged ones
/// come last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sort<C = Column> {
    /// What decides.
    pub first: By<C>,
    /// What decides among rows equal in that; never the same column.
    pub second: Option<By<C>>,
}

impl<C: Copy + PartialEq + Default> Default for Sort<C> {
    fn default() -> Self {
        Self::by(By::up(C::default()))
    }
}

impl<C: Copy + PartialEq + Default> Sort<C> {
    /// By one column.
    pub const fn by(first: By<C>) -> Self {
        Self { first, second: None }
    }

    /// The same, with a second column among equals; without, when it is the first one again.
    #[must_use]
    pub fn then(self, second: By<C>) -> Self {
        let second = Some(second).filter(|second| second.column != self.first.column);
        Self { second, ..self }
    }

    /// The same with the first column the other way round.
    #[must_use]
    pub const fn reversed(self) -> Self {
        Self { first: self.first.reversed(), ..self }
    }

    /// What decides, in turn; the name is always among it.
    pub(in crate::app) fn levels(self) -> impl Iterator<Item = By<C>> {
        let name = By::up(C::default());
        let named = [Some(self.first), self.second].into_iter().flatten().any(|by| by.column == name.column);
        [Some(self.first), self.second, Some(name).filter(|_| !named)].into_iter().flatten()
    }

    /// The arrow at the head of a column, with a blank before it and the place after it where it is not the first;
    /// empty for one that does not decide.
    pub fn arrow(self, column: C) -> String {
        match (self.first, self.second) {
            (first, _) if first.column == column => format!(" {}", first.arrow()),
            (_, Some(second)) if second.column == column => format!(" {}2", second.arrow()),
            _ => String::new(),
        }
    }
}

impl Sort {
    /// How it is typed and stands in files: `connection,-updated`; `-` is for the largest first.
    pub fn words(self, others: &OtherFields) -> String {
        let word = |by: By| format!("{}{}", if by.descending { "-" } else { "" }, others.word(by.column));
        let words: Vec<String> = [Some(self.first), self.second].into_iter().flatten().map(word).collect();
        words.join(",")
    }

    /// How the head of the list tells it: `CONNECTION ▲, UPDATED ▼`.
    pub fn told(self, others: &OtherFields) -> String {
        let told = |by: By| format!("{} {}", others.head(by.column), by.arrow());
        let told: Vec<String> = [Some(self.first), self.second].into_iter().flatten().map(told).collect();
        told.join(", ")
    }

    /// The order of a text: one column or two, with a comma or blanks between them.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words for the operator; printable where the text is.
    pub fn parse(text: &str, others: &OtherFields) -> Result<Self, String> {
        let words = text.split([',', ' ']).map(str::trim).filter(|word| !word.is_empty());
        let by = words.map(|word| {
            let (descending, name) = word.strip_prefix('-').map_or((false, word), |name| (true, name));
            let column = others.named(name).ok_or_else(|| format!("there is no column {name}"))?;
            Ok(By { column, descending })
        });
        let by: Vec<By> = by.collect::<Result<_, String>>()?;
        match by.as_slice() {
            [] => Err("which column? two at most, with - before one for the largest first".to_owned()),
            [first] => Ok(Self::by(*first)),
            [first, second] if first.column == second.column => {
                Err("that is the same column twice".to_owned())
            }
            [first, second] => Ok(Self::by(*first).then(*second)),
            _ => Err("two columns at most".to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e6_an_order_is_written_as_it_is_read() {
        let mut others = OtherFields::default();
        others.column(&"account".into());
        for (text, written) in [
            ("name", "name"),
            ("-updated", "-updated"),
            ("connection, -updatedAt", "connection,-updated"),
            ("ORG_ID account", "org,account"),
        ] {
            assert_eq!(Sort::parse(text, &others).map(|sort| sort.words(&others)), Ok(written.to_owned()));
        }
        for (text, why) in [
            ("", "which column"),
            (" , ", "which column"),
            ("colour", "no column colour"),
            ("name name", "twice"),
            ("name,-name", "twice"),
            ("name type org", "two columns at most"),
        ] {
            assert!(Sort::parse(text, &others).is_err_and(|error| error.contains(why)), "{text}");
        }
    }

    #[test]
    fn the_name_decides_among_equals_and_no_column_decides_twice() {
        let sort: Sort = Sort::by(By::down(Column::Type)).then(By::up(Column::Type));
        assert_eq!(sort.second, None);
        let levels: Vec<Column> = sort.levels().map(|by| by.column).collect();
        assert_eq!(levels, [Column::Type, Column::Name]);
        let sort = sort.then(By::down(Column::Name));
        assert_eq!(sort.levels().count(), 2);
    }
}
