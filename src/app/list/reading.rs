//! How the list is read and kept fresh: asked for page by page, put among the rows, and asked for again.

use std::sync::Arc;
use std::time::Duration;

use super::batch::Batch;
use super::load::{Ended, Load};
use super::places::Places;
use super::row::News;
use super::{Holds, ListPane, Stale};
use crate::app::cx::Cx;
use crate::app::effect::{Effect, RequestId};
use crate::domain::{Criteria, Failure, Moment, Organization, Window};

/// Waits before the list is asked for again by itself after failures in a row, in seconds; the last repeats.
const BACK_OFF: [u64; 6] = [2, 4, 8, 16, 30, 60];

impl ListPane {
    /// Has the server leave out something else from here on. What was read stays on the screen until its answer is
    /// there.
    pub fn ask_for(&mut self, criteria: Criteria) -> Vec<Effect> {
        let cancelled = self.give_up();
        (self.asked, self.holds, self.unlike) = (criteria, Holds::Others, 0);
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
        self.rows.rest();
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
        result: Result<Batch, Failure>,
        cx: &mut Cx<'_>,
    ) -> Vec<Effect> {
        let Some(load) = self.load.as_mut().filter(|load| load.waits_for(request)) else { return Vec::new() };
        match result {
            Ok(batch) => self.page(request, batch, cx),
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

    fn page(&mut self, request: RequestId, batch: Batch, cx: &mut Cx<'_>) -> Vec<Effect> {
        let Some(load) = self.load.as_mut() else { return Vec::new() };
        let total = batch.total;
        let given = (!self.asked.is_empty()).then(|| Arc::new(self.asked.clone()));
        // Marks tell what others changed while the operator looks on: not what the first list brings.
        let news = match (self.loaded_at, self.holds) {
            (Some(_), _) => News::All(cx.now),
            (None, Holds::Others) => News::Known(cx.now),
            (None, Holds::Asked) => News::None,
        };
        let rows = self.rows.take_in(batch, news, given.as_ref(), &load.newer);
        load.page(request, rows, total);
        let ended = load.settle();
        self.late.add(cx.now);
        if ended.is_some() || self.late.is_due(self.rows.waiting(), self.rows.len(), cx.now) {
            self.take_late();
        }
        if let Some((load, ended)) = self.load.take_if(|_| ended.is_some()).zip(ended) {
            // What the server left out this time and not before is not gone.
            let held = std::mem::take(&mut self.holds);
            if ended == Ended::Whole || held == Holds::Others {
                let gone = self.rows.retain(load.seen(), self.sort, &self.filter);
                self.gone = gone.filter(|_| held == Holds::Asked);
            }
            self.rows.rest();
            (self.stale, self.ended, self.loaded_at) = (None, Some(ended), Some(cx.now));
            self.marks_lost = self.marks.drop_vanished(&self.rows);
            self.look_at_marks();
            self.follow();
            self.unlike = if self.asked.is_empty() { 0 } else { self.rows.unlike(&self.filter) };
        }
        self.ask(cx)
    }

    /// Gives the rows that came their places in the order.
    pub fn take_late(&mut self) {
        if self.late.take() {
            self.rows.settle(self.sort, &self.filter);
            self.follow();
        }
    }

    /// Puts one organization in that was read by itself. What it shows is known to the operator: no mark.
    pub fn put(&mut self, organization: Organization) {
        let id = organization.id.clone();
        let rows = self.rows.take_in(organization.into(), News::None, None, &Places::default());
        if let Some(load) = self.load.as_mut() {
            load.newer.extend(rows);
        }
        self.late.take();
        self.rows.settle(self.sort, &self.filter);
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
