//! Which texts look like which: kept up to date row by row, so that asking costs next to nothing however many there
//! are, and however many of them look alike.

use std::collections::BTreeMap;

use crate::text::{Skeleton, Untrusted};

/// Texts ordered by what they look like, with how many rows have each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Twins(BTreeMap<(Skeleton, Untrusted), usize>);

impl Twins {
    pub(super) fn add(&mut self, skeleton: Skeleton, text: &Untrusted) {
        *self.0.entry((skeleton, text.clone())).or_default() += 1;
    }

    pub(super) fn remove(&mut self, skeleton: Skeleton, text: &Untrusted) {
        let key = (skeleton, text.clone());
        if let Some(rows) = self.0.get_mut(&key) {
            *rows -= 1;
            if *rows == 0 {
                self.0.remove(&key);
            }
        }
    }

    /// Another text that looks like this one.
    pub(super) fn other(&self, skeleton: Skeleton, text: &Untrusted) -> Option<&Untrusted> {
        let from = (skeleton, Untrusted::default());
        let group = self.0.range(from..).map(|((other, text), _)| (other, text));
        // Two that differ are in the first two.
        let group = group.take(2).take_while(|(other, _)| **other == skeleton);
        group.map(|(_, known)| known).find(|known| *known != text)
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
