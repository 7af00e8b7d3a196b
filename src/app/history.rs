//! Lines that were typed before, brought back one by one.

/// Lines that are remembered.
const MOST: usize = 100;

/// Lines that were accepted, the latest last, and which of them stands in the field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    earlier: Vec<String>,
    /// Counted from the latest.
    recalled: Option<usize>,
}

impl History {
    /// These lines, the latest last.
    pub fn holding(lines: impl IntoIterator<Item = String>) -> Self {
        let mut history = Self::default();
        lines.into_iter().for_each(|line| history.add(&line));
        history
    }

    /// The lines, the latest last; each is there once.
    pub fn lines(&self) -> &[String] {
        &self.earlier
    }

    /// A line was accepted.
    pub fn add(&mut self, line: &str) {
        self.leave();
        let line = line.trim();
        if line.is_empty() {
            return;
        }
        self.earlier.retain(|earlier| earlier != line);
        self.earlier.push(line.to_owned());
        let most = self.earlier.len().saturating_sub(MOST);
        self.earlier.drain(..most);
    }

    /// Whether an earlier line stands in the field.
    pub const fn is_recalled(&self) -> bool {
        self.recalled.is_some()
    }

    /// What stands in the field is the operator's own.
    pub const fn leave(&mut self) {
        self.recalled = None;
    }

    /// The line before the one in the field, or the one after it; after the latest the field is empty again. None:
    /// the field stays as it is.
    pub fn recall(&mut self, older: bool) -> Option<&str> {
        let next = match (self.recalled, older) {
            (None, true) => Some(0),
            (Some(back), true) => Some(back + 1),
            (Some(back), false) => back.checked_sub(1),
            (None, false) => return None,
        };
        let line = match next {
            Some(back) => self.earlier.get(self.earlier.len().checked_sub(back + 1)?)?,
            None => "",
        };
        self.recalled = next;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e4_lines_come_back_the_latest_first_and_each_once() {
        let mut history = History::holding(["a", "b", "a ", "", "c"].map(str::to_owned));
        assert_eq!(history.lines(), ["b", "a", "c"]);
        assert_eq!(history.recall(false), None);
        assert_eq!(history.recall(true), Some("c"));
        assert_eq!(history.recall(true), Some("a"));
        assert_eq!(history.recall(true), Some("b"));
        assert_eq!(history.recall(true), None, "there is none before the first");
        assert_eq!(history.recall(false), Some("a"));
        history.recall(false);
        assert_eq!(history.recall(false), Some(""), "and after the latest the line is empty");
        assert!(!history.is_recalled());
    }

    #[test]
    fn no_more_than_a_hundred_are_remembered() {
        let history = History::holding((0..130).map(|n| n.to_string()));
        assert_eq!((history.lines().len(), history.lines()[0].as_str()), (100, "30"));
    }
}
