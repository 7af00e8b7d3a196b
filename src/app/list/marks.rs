//! The marked organizations: known by their ids, so that no refresh, filter or order loses one.

use std::collections::{HashMap, HashSet};

use super::filter::Filter;
use super::rows::Rows;
use crate::domain::{IdRef, OrganizationId};

/// Which organizations are marked, and how many of them the filter hides.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// Each with whether it is shown.
    marked: HashMap<OrganizationId, bool>,
    hidden: usize,
    range: Option<Span>,
}

/// A range being marked.
#[derive(Clone, Debug, PartialEq)]
struct Span {
    /// Where it began.
    anchor: OrganizationId,
    /// What it marked, and unmarks when it gets shorter: not what was marked before.
    added: HashSet<OrganizationId>,
}

impl Marks {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.marked.len()
    }

    /// Whether nothing is marked.
    pub fn is_empty(&self) -> bool {
        self.marked.is_empty()
    }

    /// How many of them the filter hides.
    pub const fn hidden(&self) -> usize {
        self.hidden
    }

    /// Whether this one is marked.
    pub fn contains(&self, id: IdRef<'_>) -> bool {
        self.marked.contains_key(id.as_str())
    }

    /// All of them, in no order.
    pub fn ids(&self) -> impl Iterator<Item = &OrganizationId> {
        self.marked.keys()
    }

    /// Whether a range is being marked.
    pub const fn has_range(&self) -> bool {
        self.range.is_some()
    }

    /// Marks one that is shown.
    pub(super) fn add(&mut self, id: IdRef<'_>) {
        if self.marked.insert(id.to_id(), true) == Some(false) {
            self.hidden -= 1;
        }
    }

    pub(super) fn remove(&mut self, id: IdRef<'_>) {
        if self.marked.remove(id.as_str()) == Some(false) {
            self.hidden -= 1;
        }
    }

    /// Marks one that is shown, or takes its mark away.
    pub(super) fn toggle(&mut self, id: IdRef<'_>) {
        if self.contains(id) {
            self.remove(id);
        } else {
            self.add(id);
        }
    }

    /// Takes every mark away.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// Begins a range at a row that is shown, and marks it.
    pub(super) fn begin_range(&mut self, anchor: IdRef<'_>) {
        let added = if self.contains(anchor) { HashSet::new() } else { HashSet::from([anchor.to_id()]) };
        self.add(anchor);
        self.range = Some(Span { anchor: anchor.to_id(), added });
    }

    /// Ends the range; what it marked stays marked. Says whether there was one.
    pub(super) fn end_range(&mut self) -> bool {
        self.range.take().is_some()
    }

    /// Where the range began.
    pub(super) fn anchor(&self) -> Option<&OrganizationId> {
        self.range.as_ref().map(|range| &range.anchor)
    }

    /// A row comes into the range.
    pub(super) fn extend_over(&mut self, id: IdRef<'_>) {
        if self.contains(id) {
            return;
        }
        self.add(id);
        if let Some(range) = &mut self.range {
            range.added.insert(id.to_id());
        }
    }

    /// A row leaves the range.
    pub(super) fn shrink_from(&mut self, id: IdRef<'_>) {
        if self.range.as_mut().is_some_and(|range| range.added.remove(id.as_str())) {
            self.remove(id);
        }
    }

    /// Looks again at which of them the filter shows: all of them, after it or the whole list changed.
    pub(super) fn look_again(&mut self, rows: &Rows, filter: &Filter) {
        for (id, shown) in &mut self.marked {
            *shown = rows.shows(id, filter);
        }
        self.hidden = self.marked.values().filter(|shown| !**shown).count();
    }

    /// The same of one whose record changed.
    pub(super) fn look_at(&mut self, id: &OrganizationId, rows: &Rows, filter: &Filter) {
        let Some(shown) = self.marked.get_mut(id) else { return };
        let now = rows.shows(id, filter);
        match (std::mem::replace(shown, now), now) {
            (true, false) => self.hidden += 1,
            (false, true) => self.hidden -= 1,
            (true, true) | (false, false) => {}
        }
    }

    /// Drops the marks of organizations that are gone; says how many.
    pub(super) fn drop_vanished(&mut self, rows: &Rows) -> usize {
        let before = self.marked.len();
        self.marked.retain(|id, _| rows.listed(id).is_some());
        if self.range.as_ref().is_some_and(|range| rows.listed(&range.anchor).is_none()) {
            self.range = None;
        }
        before - self.marked.len()
    }
}
