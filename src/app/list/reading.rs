//! How the list is read and kept fresh: asked for page by page, put among the rows, and asked for again.

use std::sync::Arc;
use std::time::Duration;

use super::load::{Ended, Load};
use super::row::{News, RowKey};
use super::{Holds, ListPane, Stale};
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::domain::{Criteria, Failure, Moment, Organization, Page, Record, Window};

/// Waits before the list is asked for again by itself after failures in a row, in seconds; the last repeats.
const BACK_OFF: [u64; 6] = [2, 4, 8, 16, 30, 60];

impl ListPane {
    /// Has the server leave out something else from here on. What was read stays on the screen until its answer is
    /// there.
    pub fn ask_for(&mut self, criteria: Criteria) -> Vec<Effect> {
        let cancelled = self.give_up();
        (self.asked, self.holds) = (criteria, Holds::Others);
        (self.ended, self.loaded_at, self.stale, self.cancelled_at) = (None, None, None, None);
        cancelled
    }

    /// Asks for the first page, unless the list is being read already.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        if self.load.is_some() {
            return Vec::new();
        }
        let most = if self.large_refused { Window::PAGE } else { Window::LARGE };
        self.load = Some(Box::new(Load::new(cx.now, most)));
        self.ask(cx)
    }

    fn ask(&mut self, cx: &mut Cx<'_>) -> Vec<Effect> {
        let pages = self.load.as_mut().map(|load| load.ask(cx.requests)).unwrap_or_default();
        let criteria = || self.asked.clone();
        let asked = |(request, window)| Effect::ListOrganizations { request, window, criteria: criteria() };
        pages.into_iter().map(asked).collect()
    }

    /// Stops reading the list; what came so far stays.
    pub fn cancel(&mut self, now: Moment) -> Vec<Effect> {
        let cancelled = self.give_up();
        if !cancelled.is_empty() {
            self.cancelled_at = Some(now);
        }
        cancelled
    }

    fn give_up(&mut self) -> Vec<Effect> {
        self.take_late();
        let load = self.load.take();
        load.iter().flat_map(|load| load.requests()).map(Effect::Cancel).collect()
    }

    /// Whether the answer to this is waited for.
    pub fn waits_for(&self, request: RequestId) -> bool {
        self.load.as_ref().is_some_and(|load| load.waits_for(request))
    }

    /// Takes an answer; nothing happens when nobody waits for it.
    pub fn listed(
        &mut self,
        request: RequestId,
        result: Result<Page<Arc<Organization>>, Failure>,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        let Some(load) = self.load.as_mut().filter(|load| load.waits_for(request)) else { return Vec::new() };
        match result {
            Ok(page) => self.page(request, page, cx),
            Err(failure) if load.in_smaller_pages(request, &failure) => {
                self.large_refused = true;
                self.ask(cx)
            }
            Err(failure) => {
                let attempts = self.stale.as_ref().map_or(0, |stale| stale.attempts) + 1;
                self.stale = Some(Stale { failure, at: cx.now, attempts });
                let others = self.give_up();
                others.into_iter().filter(|effect| *effect != Effect::Cancel(request)).collect()
            }
        }
    }

    fn page(&mut self, request: RequestId, page: Page<Arc<Organization>>, cx: &mut Cx<'_>) -> Vec<Effect> {
        let Some(load) = self.load.as_mut() else { return Vec::new() };
        let keys: Vec<RowKey> = page.records.iter().map(RowKey::of).collect();
        let mut records = page.records;
        if !load.newer.is_empty() {
            records.retain(|record| !load.newer.contains(&RowKey::of(record)));
        }
        load.page(request, keys, page.total);
        let ended = load.settle();
        self.late.add(records, cx.now);
        if ended.is_some() || self.late.is_due(self.rows.len(), cx.now) {
            self.take_late();
        }
        if let Some((load, ended)) = self.load.take_if(|_| ended.is_some()).zip(ended) {
            // What the server left out this time and not before is not gone.
            let held = std::mem::take(&mut self.holds);
            if ended == Ended::Whole || held == Holds::Others {
                let gone = self.rows.retain(load.seen(), self.sort, &self.filter);
                self.gone = gone.filter(|_| held == Holds::Asked);
            }
            (self.stale, self.ended, self.loaded_at) = (None, Some(ended), Some(cx.now));
            self.marks_lost = self.marks.drop_vanished(&self.rows);
            self.look_at_marks();
            self.follow();
        }
        self.ask(cx)
    }

    /// Puts the records that came among the rows.
    pub fn take_late(&mut self) {
        let Some((records, since)) = self.late.take() else { return };
        let given = (!self.asked.is_empty()).then(|| Arc::new(self.asked.clone()));
        // Marks tell what others changed while the operator looks on: not what the first list brings.
        let news = match (self.loaded_at, self.holds) {
            (Some(_), _) => News::All(since),
            (None, Holds::Others) => News::Known(since),
            (None, Holds::Asked) => News::None,
        };
        self.rows.put(records, news, given.as_ref(), self.sort, &self.filter);
        self.follow();
    }

    /// Puts one organization in that was read by itself. What it shows is known to the operator: no mark.
    pub fn put(&mut self, organization: Organization) {
        if let Some(load) = self.load.as_mut() {
            load.newer.insert(RowKey::Id(organization.id.clone()));
        }
        self.late.forget(&RowKey::Id(organization.id.clone()));
        let id = organization.id.clone();
        let record = Record::Sound(Arc::new(organization));
        self.rows.put(vec![record], News::None, None, self.sort, &self.filter);
        self.marks.look_at(&id, &self.rows, &self.filter);
        self.follow();
    }

    /// When the list is to be read again by itself.
    pub fn refresh_at(&self, every: Option<Duration>) -> Option<Moment> {
        if self.load.is_some() || self.paused {
            return None;
        }
        match &self.stale {
            Some(stale) => {
                let wait = BACK_OFF.get(stale.attempts.saturating_sub(1)).or(BACK_OFF.last())?;
                let asked = stale.failure.retry_after.unwrap_or_default();
                every.map(|_| self.or_cancelled(stale.at) + Duration::from_secs(*wait).max(asked))
            }
            None => Some(self.or_cancelled(self.loaded_at?) + every?),
        }
    }

    fn or_cancelled(&self, at: Moment) -> Moment {
        self.cancelled_at.map_or(at, |cancelled| cancelled.max(at))
    }
}
