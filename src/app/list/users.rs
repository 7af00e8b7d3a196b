//! Which organizations use a connection: how many, and the first of them.

use std::cell::OnceCell;
use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::domain::OrganizationId;

/// Most that are at hand, and the fewest that are where there are more: so many are told one by one.
const MOST_TOLD: usize = 32;
const FEWEST_TOLD: usize = 16;

/// The organizations on one connection. There may be as many as rows, and to look at all takes longer than a key may
/// wait: the first of them are kept at hand.
#[derive(Clone, Debug)]
pub(super) struct Users {
    ids: HashSet<OrganizationId, RandomState>,
    /// The first by id, in their order; none when too few are left of them.
    first: OnceCell<Vec<OrganizationId>>,
}

impl Default for Users {
    fn default() -> Self {
        Self { ids: HashSet::default(), first: OnceCell::from(Vec::new()) }
    }
}

impl PartialEq for Users {
    fn eq(&self, other: &Self) -> bool {
        self.ids == other.ids
    }
}

impl Users {
    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    pub(super) fn insert(&mut self, id: &OrganizationId) {
        if !self.ids.insert(id.clone()) {
            return;
        }
        if let Some(first) = self.first.get_mut() {
            let (place, were_all) =
                (first.partition_point(|known| known < id), first.len() + 1 == self.ids.len());
            if place < first.len() || were_all {
                first.insert(place, id.clone());
                first.truncate(MOST_TOLD);
            }
        }
    }

    pub(super) fn remove(&mut self, id: &OrganizationId) {
        self.ids.remove(id);
        if let Some(first) = self.first.get_mut()
            && let Ok(place) = first.binary_search(id)
        {
            first.remove(place);
            if first.len() < FEWEST_TOLD.min(self.ids.len()) {
                self.first.take();
            }
        }
    }

    /// The first by id, so many as are told.
    pub(super) fn first(&self) -> &[OrganizationId] {
        self.first.get_or_init(|| {
            let mut ids: Vec<&OrganizationId> = self.ids.iter().collect();
            if ids.len() > MOST_TOLD {
                ids.select_nth_unstable(MOST_TOLD);
                ids.truncate(MOST_TOLD);
            }
            ids.sort_unstable();
            ids.into_iter().cloned().collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_are_told_in_their_order_also_after_one_went() {
        let id = |n: usize| OrganizationId::new(&format!("{n:04}")).unwrap();
        let mut users = Users::default();
        for n in (0..100).rev() {
            users.insert(&id(n));
        }
        let told = |users: &Users, from: usize| {
            let first = users.first();
            assert!((FEWEST_TOLD..=MOST_TOLD).contains(&first.len()), "{}", first.len());
            assert!(first.iter().eq((from..from + first.len()).map(id).collect::<Vec<_>>().iter()));
        };
        told(&users, 0);
        for n in [70, 7, 170] {
            users.remove(&id(n));
            users.insert(&id(n));
        }
        users.remove(&id(170));
        told(&users, 0);
        for n in 0..60 {
            users.remove(&id(n));
            // One that comes behind those that are not at hand is none of the first.
            users.insert(&id(n + 1000));
            told(&users, n + 1);
            users.remove(&id(n + 1000));
        }
        for n in (60..84).chain(88..100) {
            users.remove(&id(n));
        }
        assert_eq!(users.len(), 4);
        assert_eq!(users.first(), [id(84), id(85), id(86), id(87)]);
        users.insert(&id(90));
        assert_eq!(users.first().last(), Some(&id(90)));
    }
}
