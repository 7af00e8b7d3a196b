//! Which organizations use a connection: how many, and the first of them.

use std::cell::OnceCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::twins::{Texts, Twins};
use crate::domain::{IdRef, OrganizationId};
use crate::text::{Skeleton, Untrusted};

/// Most that are at hand, and the fewest that are where there are more: so many are told one by one.
const MOST_TOLD: usize = 32;
const FEWEST_TOLD: usize = 16;

/// Connections that nobody uses any more are kept until there are so many of them: each has its place.
const MOST_UNUSED: usize = 1_024;

/// The connections named on records. A row knows its own by its place.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    places: HashMap<Untrusted, u32, RandomState>,
    all: Vec<Use>,
    /// Those that are used, by what they look like.
    twins: Twins,
    used: usize,
}

/// One connection.
#[derive(Clone, Debug)]
struct Use {
    name: Untrusted,
    looks: Skeleton,
    users: Users,
}

/// The organizations on one connection. There may be as many as rows, and to look at all takes longer than a key may
/// wait: the first of them are kept at hand.
#[derive(Clone, Debug)]
struct Users {
    count: usize,
    /// The first by id, in their order; none when too few are left of them.
    first: OnceCell<Vec<OrganizationId>>,
}

impl Default for Users {
    fn default() -> Self {
        Self { count: 0, first: OnceCell::from(Vec::new()) }
    }
}

/// What they hold is said by the rows.
impl PartialEq for Uses {
    fn eq(&self, other: &Self) -> bool {
        self.used == other.used && self.names().all(|(name, count)| other.count(name) == count)
    }
}

impl Texts for [Use] {
    fn skeleton(&self, place: u32) -> Option<Skeleton> {
        self.get(place as usize).map(|of| of.looks)
    }

    fn text(&self, place: u32) -> Option<&str> {
        self.get(place as usize).map(|of| of.name.as_sent())
    }
}

impl Uses {
    /// The place of a connection, which may be one that nobody uses yet.
    pub(super) fn place(&mut self, name: &Untrusted, looks: Skeleton) -> u32 {
        if let Some(place) = self.places.get(name) {
            return *place;
        }
        let (place, name) = (u32::try_from(self.all.len()).unwrap_or(u32::MAX), name.detached());
        self.places.insert(name.clone(), place);
        self.all.push(Use { name, looks, users: Users::default() });
        place
    }

    /// An organization uses a connection from now on.
    pub(super) fn add(&mut self, place: u32, id: IdRef<'_>) {
        let Some(of) = self.all.get_mut(place as usize) else { return };
        of.users.insert(id);
        if of.users.count == 1 {
            self.used += 1;
            self.twins.add(&*self.all, place);
        }
    }

    /// An organization does so no longer.
    pub(super) fn remove(&mut self, place: u32, id: IdRef<'_>) {
        let Some(of) = self.all.get_mut(place as usize) else { return };
        of.users.remove(id);
        if of.users.count == 0 {
            self.used -= 1;
            self.twins.remove(&*self.all, place);
        }
    }

    /// Forgets those that nobody uses, where they are many; gives the new places by the old ones.
    pub(super) fn forget_unused(&mut self) -> Option<Vec<u32>> {
        if self.all.len() <= 2 * self.used + MOST_UNUSED {
            return None;
        }
        let mut kept = Self::default();
        let mut places = vec![0; self.all.len()];
        for (of, place) in std::mem::take(&mut self.all).into_iter().zip(&mut places) {
            if of.users.count > 0 {
                *place = kept.place(&of.name, of.looks);
                if let Some(new) = kept.all.last_mut() {
                    *new = of;
                }
                kept.used += 1;
                kept.twins.add(&*kept.all, *place);
            }
        }
        *self = kept;
        Some(places)
    }

    fn of(&self, name: &Untrusted) -> Option<(u32, &Use)> {
        let place = *self.places.get(name)?;
        self.all.get(place as usize).map(|of| (place, of))
    }

    /// How many use a connection. What has no name is none.
    pub(super) fn count(&self, name: &Untrusted) -> usize {
        self.of(name).filter(|_| !name.is_empty()).map_or(0, |(_, of)| of.users.count)
    }

    /// Every connection that is used, and by how many, in no order.
    pub(super) fn names(&self) -> impl Iterator<Item = (&Untrusted, usize)> {
        let used = self.all.iter().filter(|of| of.users.count > 0 && !of.name.is_empty());
        used.map(|of| (&of.name, of.users.count))
    }

    /// The first that use a connection, by id: as many as are told one by one. `all`: those that use the connection at
    /// a place, for when too few are at hand.
    pub(super) fn first<'a, I: Iterator<Item = IdRef<'a>>>(
        &self,
        name: &Untrusted,
        all: impl FnOnce(u32) -> I,
    ) -> &[OrganizationId] {
        let named = self.of(name).filter(|_| !name.is_empty());
        named.map_or(&[], |(place, of)| of.users.first(|| all(place)))
    }

    /// Another connection that is used and looks like this one.
    pub(super) fn other(&self, place: u32) -> Option<&str> {
        let (looks, name) = (self.all.skeleton(place)?, self.all.text(place)?);
        self.twins.other(&*self.all, looks, name)
    }
}

impl Users {
    fn insert(&mut self, id: IdRef<'_>) {
        self.count += 1;
        let Some(first) = self.first.get_mut() else { return };
        let were_all = first.len() + 1 == self.count;
        let place = match first.last() {
            // Most come behind those at hand.
            Some(last) if last.borrowed() < id => first.len(),
            _ => first.partition_point(|known| known.borrowed() < id),
        };
        if place < first.len() || were_all {
            first.insert(place, id.to_id());
            first.truncate(MOST_TOLD);
        }
    }

    fn remove(&mut self, id: IdRef<'_>) {
        self.count -= 1;
        if let Some(first) = self.first.get_mut()
            && let Ok(place) = first.binary_search_by(|known| known.borrowed().cmp(&id))
        {
            first.remove(place);
            if first.len() < FEWEST_TOLD.min(self.count) {
                self.first.take();
            }
        }
    }

    fn first<'a, I: Iterator<Item = IdRef<'a>>>(&self, all: impl FnOnce() -> I) -> &[OrganizationId] {
        self.first.get_or_init(|| {
            let mut ids: Vec<IdRef<'a>> = all().collect();
            if ids.len() > MOST_TOLD {
                ids.select_nth_unstable(MOST_TOLD);
                ids.truncate(MOST_TOLD);
            }
            ids.sort_unstable();
            ids.into_iter().map(IdRef::to_id).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A connection and all that use it.
    #[derive(Default)]
    struct Used(Users, BTreeSet<OrganizationId>);

    impl Used {
        fn insert(&mut self, id: OrganizationId) {
            self.0.insert(id.borrowed());
            self.1.insert(id);
        }

        fn remove(&mut self, id: &OrganizationId) {
            self.1.remove(id);
            self.0.remove(id.borrowed());
        }

        fn told(&self, from: impl Iterator<Item = usize>) {
            let first = self.0.first(|| self.1.iter().map(OrganizationId::borrowed));
            assert!((FEWEST_TOLD.min(self.1.len())..=MOST_TOLD).contains(&first.len()), "{}", first.len());
            assert!(first.iter().eq(from.take(first.len()).map(id).collect::<Vec<_>>().iter()));
        }
    }

    fn id(n: usize) -> OrganizationId {
        OrganizationId::new(&format!("{n:04}")).unwrap()
    }

    #[test]
    fn the_first_are_told_in_their_order_also_after_one_went() {
        let mut used = Used::default();
        for n in (0..100).rev() {
            used.insert(id(n));
        }
        used.told(0..);
        for n in [70, 7, 170] {
            if n < 100 {
                used.remove(&id(n));
            }
            used.insert(id(n));
        }
        used.remove(&id(170));
        used.told(0..);
        for n in 0..60 {
            used.remove(&id(n));
            // One that comes behind those that are not at hand is none of the first.
            used.insert(id(n + 1000));
            used.told(n + 1..);
            used.remove(&id(n + 1000));
        }
        for n in (60..84).chain(88..100) {
            used.remove(&id(n));
        }
        assert_eq!(used.0.count, 4);
        used.told(84..);
        used.insert(id(90));
        used.told([84, 85, 86, 87, 90].into_iter());
    }

    #[test]
    fn connections_that_nobody_uses_any_more_fill_no_memory() {
        let mut uses = Uses::default();
        let stays = uses.place(&"stays".into(), Skeleton::of("stays"));
        uses.add(stays, id(0).borrowed());
        let mut place = stays;
        for n in 0..10_000 {
            let name = format!("connection-{n}");
            let passing = uses.place(&name.as_str().into(), Skeleton::of(&name));
            uses.add(passing, id(1).borrowed());
            assert_eq!((uses.count(&name.as_str().into()), uses.count(&"stays".into())), (1, 1));
            uses.remove(passing, id(1).borrowed());
            if let Some(places) = uses.forget_unused() {
                place = places[place as usize];
            }
        }
        assert!(uses.all.len() <= MOST_UNUSED + 3, "{}", uses.all.len());
        uses.remove(place, id(0).borrowed());
        assert_eq!(uses.count(&"stays".into()), 0);
    }
}
