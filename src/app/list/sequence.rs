//! The rows in their order. While many come, batch after batch, what they are compared by is kept beside them.

use super::leading;
use super::order::{Leads, Order};
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

    /// Merges rows into the others, wherever they stood before. They are few beside these: they look for their places,
    /// the others are copied in runs and not compared. Gives the rows in their own order.
    pub(super) fn merge(&mut self, rows: &Places, order: &Order<'_>) -> Vec<u32> {
        let mut new: Vec<u32> = rows.iter().collect();
        order.sort(&mut new);
        // The rows of a list being read are new ones, and not yet among the others.
        if new.iter().any(|place| (*place as usize) < self.places.len()) {
            self.take_out(rows);
        }
        let by_numbers = !self.leads.is_empty() || new.len() * ROWS_A_NEW_ONE >= self.places.len();
        if by_numbers && self.leads.len() != self.places.len() {
            self.leads = order.leads(&self.places);
        }
        let new_leads = if by_numbers { order.leads(&new) } else { Leads::new() };
        let mut merged = Self::default();
        merged.places.reserve_exact(self.places.len() + new.len());
        merged.leads.reserve_exact(self.leads.len() + new_leads.len());
        let (mut rest, mut rest_leads) = (&*self.places, &*self.leads);
        for (nth, place) in new.iter().enumerate() {
            let is_before = |other: &u32| order.compare(*other, *place).is_lt();
            let lead = new_leads.get(nth);
            let before = lead.map_or_else(
                || leading(rest, is_before),
                |lead| {
                    let less = leading(rest_leads, |other| other < lead);
                    let alike = leading(rest_leads.get(less..).unwrap_or_default(), |other| other == lead);
                    less + leading(rest.get(less..less + alike).unwrap_or_default(), is_before)
                },
            );
            rest = extend(&mut merged.places, rest, before);
            rest_leads = extend(&mut merged.leads, rest_leads, before.min(rest_leads.len()));
            merged.places.push(*place);
            merged.leads.extend(lead);
        }
        merged.places.extend_from_slice(rest);
        merged.leads.extend_from_slice(rest_leads);
        *self = merged;
        new
    }

    fn take_out(&mut self, rows: &Places) {
        let stays: Vec<bool> = self.places.iter().map(|place| !rows.contains(*place)).collect();
        let mut of_places = stays.iter();
        self.places.retain(|_| of_places.next().is_some_and(|stays| *stays));
        let mut of_leads = stays.iter();
        self.leads.retain(|_| of_leads.next().is_some_and(|stays| *stays));
    }
}

/// Adds the first of a list to another one; gives those that are left.
fn extend<'l, T: Copy>(to: &mut Vec<T>, list: &'l [T], first: usize) -> &'l [T] {
    let (first, rest) = list.split_at(first);
    to.extend_from_slice(first);
    rest
}
