//! Which lines match what is typed, and how well: the one place that knows the matcher.

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use super::Entry;

/// How well a line matches, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    /// It is the very name.
    Exact,
    /// Its name has the letters in this order; the higher the score the better, so it is turned round.
    Name(std::cmp::Reverse<u32>),
    /// What it does has every typed word.
    Help,
}

/// The entries that match `typed`, the best first, equals in their own order; all, when nothing is typed.
pub(super) fn ranked(typed: &str, entries: Vec<Entry>) -> Vec<Entry> {
    if typed.is_empty() {
        return entries;
    }
    let pattern = Pattern::parse(typed, CaseMatching::Ignore, Normalization::Smart);
    let mut matcher = Matcher::new(Config::DEFAULT);
    let mut letters = Vec::new();
    let words = typed.to_lowercase();
    let mut rank = |entry: &Entry| {
        if entry.name == typed {
            return Some(Rank::Exact);
        }
        let name = Utf32Str::new(&entry.name, &mut letters);
        if let Some(score) = pattern.score(name, &mut matcher) {
            return Some(Rank::Name(std::cmp::Reverse(score)));
        }
        let help = entry.help.to_lowercase();
        words.split_whitespace().all(|word| help.contains(word)).then_some(Rank::Help)
    };
    let mut found: Vec<(Rank, Entry)> =
        entries.into_iter().filter_map(|entry| Some((rank(&entry)?, entry))).collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, entry)| entry).collect()
}

#[cfg(test)]
mod tests {
    use super::super::Action;
    use super::*;

    fn entry(name: &str, help: &str) -> Entry {
        Entry {
            name: name.to_owned(),
            keys: String::new(),
            help: help.to_owned(),
            action: Action::Settings,
            obstacle: None,
        }
    }

    #[test]
    fn letters_in_order_match_the_very_name_comes_first_and_help_comes_last() {
        let all = || {
            vec![
                entry("reverse-sort", "reverse the sort"),
                entry("sort", "choose the sort column"),
                entry("edit", "change the connection"),
                entry("profile prod-eu", "go to https://cm1"),
                entry("profile prod-us", "go to https://cm2"),
            ]
        };
        for (typed, expected) in [
            ("sort", vec!["sort", "reverse-sort"]),
            ("rvs", vec!["reverse-sort"]),
            ("connection", vec!["edit"]),
            ("profile pu", vec!["profile prod-us", "profile prod-eu"]),
            ("zzz", vec![]),
        ] {
            let names: Vec<_> = ranked(typed, all()).into_iter().map(|entry| entry.name).collect();
            assert_eq!(names, expected, "{typed}");
        }
        assert_eq!(ranked("", all()).len(), 5);
    }
}
