//! Which organizations use a connection: how many, and the first of them.

use std::cell::OnceCell;
use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::domain::OrganizationId;

/// Most that are told one by one.
const MOST_TOLD: usize = 32;

/// The organizations on one connection. There may be as many as rows: they are put in order only as far as they are
/// told, and when they are.
#[derive(Clone, Debug, Default)]
pub(super) struct Users {
    ids: HashSet<OrganizationId, RandomState>,
    first: OnceCell<Vec<OrganizationId>>,
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
        if self.ids.insert(id.clone())
            && let Some(first) = self.first.get_mut()
        {
            let place = first.partition_point(|known| known < id);
            if place < MOST_TOLD {
                first.insert(place, id.clone());
                first.truncate(MOST_TOLD);
            }
        }
    }

    pub(super) fn remove(&mut self, id: &OrganizationId) {
        self.ids.remove(id);
        if self.first.get().is_some_and(|first| first.contains(id)) {
            self.first.take();
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
        let expected = |from| (from..from + MOST_TOLD).map(id).collect::<Vec<_>>();
        assert_eq!((users.len(), users.first()), (100, &*expected(0)));
        for n in [70, 7, 170] {
            users.remove(&id(n));
            users.insert(&id(n));
        }
        users.remove(&id(170));
        assert_eq!((users.len(), users.first()), (100, &*expected(0)));
        users.remove(&id(0));
        assert_eq!((users.len(), users.first()), (99, &*expected(1)));
        for n in 4..100 {
            users.remove(&id(n));
        }
        assert_eq!(users.first(), [id(1), id(2), id(3)]);
    }
}
