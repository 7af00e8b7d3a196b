//! Numbers to a table.

use std::fmt;
use std::time::Duration;

use crate::program::Update;

/// Milliseconds.
pub(crate) fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Updates of one kind.
pub(crate) struct Series {
    times: Vec<Duration>,
    bytes: Vec<usize>,
}

impl Series {
    pub(crate) fn of(updates: impl Iterator<Item = Update>) -> Self {
        let (mut times, mut bytes): (Vec<_>, Vec<_>) =
            updates.map(|update| (update.took, update.bytes)).unzip();
        times.sort_unstable();
        bytes.sort_unstable();
        Self { times, bytes }
    }

    /// `p50 / p99`, in milliseconds.
    pub(crate) fn times(&self) -> String {
        format!("{:.2} / {:.2}", ms(part(&self.times, 50)), ms(part(&self.times, 99)))
    }

    /// What nineteen of twenty do not exceed, in milliseconds.
    pub(crate) fn p95(&self) -> String {
        format!("{:.2}", ms(part(&self.times, 95)))
    }

    /// The median, and the most.
    pub(crate) fn bytes(&self) -> String {
        format!("{} (most {})", part(&self.bytes, 50), part(&self.bytes, 100))
    }
}

/// The value that `percent` of the sorted ones do not exceed.
fn part<T: Copy>(sorted: &[T], percent: usize) -> T {
    sorted[(sorted.len() * percent / 100).min(sorted.len() - 1)]
}

/// Figures by name, a column for each length of the list.
#[derive(Default)]
pub(crate) struct Table {
    columns: Vec<String>,
    rows: Vec<(String, Vec<String>)>,
}

impl Table {
    pub(crate) fn begin(&mut self, column: &str) {
        self.columns.push(column.to_owned());
    }

    pub(crate) fn add(&mut self, name: &str, figure: String) {
        match self.rows.iter_mut().find(|(known, _)| known == name) {
            Some((_, figures)) => figures.push(figure),
            None => self.rows.push((name.to_owned(), vec![figure])),
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = |f: &mut fmt::Formatter<'_>, name: &str, figures: &[String]| {
            write!(f, "\n| {name:<50} |")?;
            figures.iter().try_for_each(|figure| write!(f, " {figure:>22} |"))
        };
        line(f, "120x40", &self.columns)?;
        write!(f, "\n|{:-<52}|", "")?;
        self.columns.iter().try_for_each(|_| write!(f, "{:->23}:|", ""))?;
        self.rows.iter().try_for_each(|(name, figures)| line(f, name, figures))
    }
}
