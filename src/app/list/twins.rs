//! Which texts look like which: kept up to date row by row, so that asking costs next to nothing however many there
//! are, and however many of them look alike.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use crate::text::{Skeleton, Untrusted};

/// Texts by what they look like, with how many rows have each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Twins(HashMap<Skeleton, Group, RandomState>);

/// Texts that look the same.
#[derive(Clone, Debug, PartialEq)]
enum Group {
    /// One, as nearly all are.
    One(Untrusted, usize),
    /// At least two.
    Many(BTreeMap<Untrusted, usize>),
}

impl Twins {
    pub(super) fn add(&mut self, skeleton: Skeleton, text: &Untrusted) {
        let group = match self.0.entry(skeleton) {
            Entry::Occupied(group) => group.into_mut(),
            Entry::Vacant(place) => {
                place.insert(Group::One(text.clone(), 1));
                return;
            }
        };
        match group {
            Group::One(known, rows) if known == text => *rows += 1,
            Group::One(known, rows) => {
                *group = Group::Many([(known.clone(), *rows), (text.clone(), 1)].into());
            }
            Group::Many(texts) => *texts.entry(text.clone()).or_default() += 1,
        }
    }

    pub(super) fn remove(&mut self, skeleton: Skeleton, text: &Untrusted) {
        let Entry::Occupied(mut group) = self.0.entry(skeleton) else { return };
        match group.get_mut() {
            Group::One(known, 1) if known == text => _ = group.remove(),
            Group::One(known, rows) => *rows -= usize::from(known == text),
            Group::Many(texts) => {
                let rows = texts.get_mut(text).map(|rows| {
                    *rows -= 1;
                    *rows
                });
                if rows == Some(0) {
                    texts.remove(text);
                }
                if texts.len() == 1
                    && let Some((last, rows)) = texts.pop_first()
                {
                    group.insert(Group::One(last, rows));
                }
            }
        }
    }

    /// Another text that looks like this one.
    pub(super) fn other(&self, skeleton: Skeleton, text: &Untrusted) -> Option<&Untrusted> {
        match self.0.get(&skeleton)? {
            Group::One(known, _) => Some(known).filter(|known| *known != text),
            // Two that differ are in the first two.
            Group::Many(texts) => texts.keys().take(2).find(|known| *known != text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a25_a_text_has_a_twin_as_long_as_a_row_has_it() {
        let mut twins = Twins::default();
        let (one, two) = (Untrusted::from("prod-1"), Untrusted::from("prod-l"));
        let skeleton = Skeleton::of("prod-1");
        twins.add(skeleton, &one);
        twins.add(skeleton, &one);
        assert_eq!(twins.other(skeleton, &one), None, "the same name twice is no twin");
        twins.add(skeleton, &two);
        assert_eq!(twins.other(skeleton, &one), Some(&two));
        assert_eq!(twins.other(skeleton, &two), Some(&one));
        twins.remove(skeleton, &one);
        assert_eq!(twins.other(skeleton, &two), Some(&one));
        twins.remove(skeleton, &one);
        assert_eq!(twins.other(skeleton, &two), None);
        twins.remove(skeleton, &two);
        assert_eq!(twins, Twins::default());
    }
}
