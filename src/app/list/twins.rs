//! Which texts look like which: kept up to date text by text, so that asking costs next to nothing however many there
//! are, and however many of them look alike.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::text::{Skeleton, Untrusted};

/// Texts that are known by places, with what they look like.
pub(super) trait Texts {
    /// What the text at a place looks like, where there is one. Nearly always that is enough: it stands nearer.
    fn skeleton(&self, place: u32) -> Option<Skeleton>;

    /// The text itself.
    fn text(&self, place: u32) -> Option<&str>;
}

/// Texts by what they look like.
#[derive(Clone, Debug, Default)]
pub(super) struct Twins {
    /// The places of those that nothing else looks like, as nearly all are: five bytes for each.
    alone: HashTable<u32>,
    /// The others, with how many there are of each.
    alike: HashMap<Skeleton, BTreeMap<Untrusted, usize>, RandomState>,
}

/// What they hold is said by the texts.
impl PartialEq for Twins {
    fn eq(&self, other: &Self) -> bool {
        self.alone.len() == other.alone.len() && self.alike == other.alike
    }
}

impl Twins {
    /// Makes room for so many texts more.
    pub(super) fn reserve(&mut self, texts: &(impl Texts + ?Sized), more: usize) {
        self.alone.reserve(more, |place| texts.skeleton(*place).map_or(0, Skeleton::digest));
    }

    /// Takes the text at a place in.
    pub(super) fn add(&mut self, texts: &(impl Texts + ?Sized), place: u32) {
        let Some(skeleton) = texts.skeleton(place) else { return };
        let text = || texts.text(place);
        if let Some(alike) = self.alike.get_mut(&skeleton) {
            *alike.entry(text().unwrap_or_default().into()).or_default() += 1;
            return;
        }
        let looks_like_it = |known: &u32| texts.skeleton(*known) == Some(skeleton);
        match self.alone.find_entry(skeleton.digest(), looks_like_it) {
            Ok(known) => {
                let (known, _) = known.remove();
                let alike = self.alike.entry(skeleton).or_default();
                for text in texts.text(known).into_iter().chain(text()) {
                    *alike.entry(text.into()).or_default() += 1;
                }
            }
            Err(_none) => {
                let digest = |place: &u32| texts.skeleton(*place).map_or(0, Skeleton::digest);
                self.alone.insert_unique(skeleton.digest(), place, digest);
            }
        }
    }

    /// Takes the text at a place out, while it is still there.
    pub(super) fn remove(&mut self, texts: &(impl Texts + ?Sized), place: u32) {
        let Some(skeleton) = texts.skeleton(place) else { return };
        let Some(alike) = self.alike.get_mut(&skeleton) else {
            if let Ok(known) = self.alone.find_entry(skeleton.digest(), |known| *known == place) {
                known.remove();
            }
            return;
        };
        let text = Untrusted::from(texts.text(place).unwrap_or_default());
        if let Some(count) = alike.get_mut(&text) {
            *count -= 1;
            if *count == 0 {
                alike.remove(&text);
            }
        }
        if alike.is_empty() {
            self.alike.remove(&skeleton);
        }
    }

    /// Another text that looks like this one.
    pub(super) fn other<'t>(
        &'t self,
        texts: &'t (impl Texts + ?Sized),
        skeleton: Skeleton,
        text: &str,
    ) -> Option<&'t str> {
        if let Some(alike) = self.alike.get(&skeleton) {
            // Two that differ are in the first two.
            return alike.keys().take(2).map(Untrusted::as_sent).find(|known| *known != text);
        }
        let looks_like_it = |known: &u32| texts.skeleton(*known) == Some(skeleton);
        let known = self.alone.find(skeleton.digest(), looks_like_it)?;
        texts.text(*known).filter(|known| *known != text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Texts for [&str] {
        fn skeleton(&self, place: u32) -> Option<Skeleton> {
            self.text(place).map(Skeleton::of)
        }

        fn text(&self, place: u32) -> Option<&str> {
            self.get(place as usize).copied()
        }
    }

    #[test]
    fn a25_a_text_has_a_twin_as_long_as_a_row_has_it() {
        let mut twins = Twins::default();
        let texts: &[&str] = &["prod-1", "prod-1", "prod-l", "else"];
        let other =
            |twins: &Twins, text: &str| twins.other(texts, Skeleton::of(text), text).map(str::to_owned);
        twins.add(texts, 3);
        twins.add(texts, 0);
        assert_eq!(other(&twins, "prod-l").as_deref(), Some("prod-1"), "one that is not among them");
        twins.add(texts, 1);
        assert_eq!(other(&twins, "prod-1"), None, "the same name twice is no twin");
        twins.add(texts, 2);
        assert_eq!(other(&twins, "prod-1").as_deref(), Some("prod-l"));
        assert_eq!(other(&twins, "prod-l").as_deref(), Some("prod-1"));
        twins.remove(texts, 0);
        assert_eq!(other(&twins, "prod-l").as_deref(), Some("prod-1"));
        twins.remove(texts, 1);
        assert_eq!(other(&twins, "prod-l"), None);
        twins.remove(texts, 2);
        twins.remove(texts, 3);
        assert_eq!(twins, Twins::default());
    }
}
