//! The rows in their order. While many come, batch after batch, what they are compared by is kept beside them.

use std::ops::Range;

use super::order::{Lead, Leads, Order};
use super::places::Places;

/// Where there is a new row for so many others, numbers are made for all: to compare texts takes longer.
const ROWS_A_NEW_ONE: usize = 64;

/// Places of rows in the store, in the order of a sort.
#[derive(Clone, Debug, Default)]
pub(super) struct Sequence {
    places: Vec<u32>,
    /// The numbers of the rows, in the same order; none where few come.
    leads: Leads,
}

/// The numbers say nothing of their own.
impl PartialEq for Sequence {
    fn eq(&self, other: &Self) -> bool {
        self.places == other.places
    }
}

impl Sequence {
    /// The rows of these places.
    pub(super) fn of(places: impl Iterator<Item = u32>, order: &Order<'_>) -> Self {
        let mut places: Vec<u32> = places.collect();
        order.sort(&mut places);
        Self { places, leads: Leads::new() }
    }

    pub(super) fn places(&self) -> &[u32] {
        &self.places
    }

    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// No more rows come for now.
    pub(super) fn rest(&mut self) {
        self.leads = Leads::new();
    }

    /// Makes room for so many rows more, all of which come now.
    pub(super) fn reserve(&mut self, more: usize) {
        self.places.reserve_exact(more);
        self.leads.reserve_exact(more);
    }

    /// Merges rows into the others, wherever they stood before. They are few beside these: they look for their places,
    /// the others are moved in runs and not compared. Gives the rows in their own order.
    pub(super) fn merge(&mut self, rows: &Places, order: &Order<'_>) -> Vec<u32> {
        // The rows of a list being read are new ones, and not yet among the others.
        if rows.iter().any(|place| (place as usize) < self.places.len()) {
            self.take_out(rows);
        }
        let mut new = Vec::with_capacity(rows.len());
        new.extend(rows.iter());
        let by_numbers = !self.leads.is_empty() || new.len() * ROWS_A_NEW_ONE >= self.places.len();
        let new_leads = if by_numbers {
            order.sort_by_leads(&mut new)
        } else {
            order.sort(&mut new);
            Leads::new()
        };
        if by_numbers && self.leads.len() != self.places.len() {
            self.leads = Leads::with_capacity(self.places.capacity());
            self.leads.extend(order.leads(&self.places));
        }
        // From the end on, so that each row is moved once.
        let mut left = self.places.len();
        self.places.resize(left + new.len(), 0);
        self.leads.resize(self.leads.len() + new_leads.len(), Lead::default());
        for (nth, place) in new.iter().enumerate().rev() {
            let lead = new_leads.get(nth);
            let from = self.place_of(*place, lead, left, order);
            move_up(&mut self.places, from..left, nth + 1, *place);
            if let Some(lead) = lead {
                move_up(&mut self.leads, from..left, nth + 1, *lead);
            }
            left = from;
        }
        new
    }

    /// How many of the first `left` rows stand before a new one.
    fn place_of(&self, place: u32, lead: Option<&Lead>, left: usize, order: &Order<'_>) -> usize {
        let is_behind = |other: &u32| order.compare(*other, place).is_gt();
        let places = self.places.get(..left).unwrap_or_default();
        let Some(lead) = lead else { return left - trailing(places, is_behind) };
        let leads = self.leads.get(..left).unwrap_or_default();
        let left = left - trailing(leads, |other| other > lead);
        let alike = trailing(leads.get(..left).unwrap_or_default(), |other| other == lead);
        left - trailing(places.get(left - alike..left).unwrap_or_default(), is_behind)
    }

    fn take_out(&mut self, rows: &Places) {
        let stays: Vec<bool> = self.places.iter().map(|place| !rows.contains(*place)).collect();
        let mut of_places = stays.iter();
        self.places.retain(|_| of_places.next().is_some_and(|stays| *stays));
        let mut of_leads = stays.iter();
        self.leads.retain(|_| of_leads.next().is_some_and(|stays| *stays));
    }
}

/// Moves a part of a list up by so many, and puts something in the last of the places that get free.
fn move_up<T: Copy>(list: &mut [T], part: Range<usize>, by: usize, new: T) {
    let free = part.start + by - 1;
    list.copy_within(part, free + 1);
    if let Some(place) = list.get_mut(free) {
        *place = new;
    }
}

/// How many at the end of a list are such; all that are stand there. It is looked for from the end in steps that
/// double: it is near.
fn trailing<T>(list: &[T], is_such: impl Fn(&T) -> bool) -> usize {
    let from_end = |nth: usize| list.len().checked_sub(nth).and_then(|place| list.get(place));
    let mut end = 1;
    while from_end(end).is_some_and(&is_such) {
        end *= 2;
    }
    let (start, end) = (list.len().saturating_sub(end), list.len() - end / 2);
    let rest = list.get(start..end).unwrap_or_default();
    list.len() - start - rest.partition_point(|one| !is_such(one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_at_the_end_are_counted_however_many_they_are() {
        for all in 0..40 {
            let list: Vec<usize> = (0..all).collect();
            for such in 0..=all {
                assert_eq!(trailing(&list, |one| *one >= all - such), such);
            }
        }
    }
}
