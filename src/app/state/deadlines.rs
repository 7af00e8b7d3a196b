//! When something has to happen by itself: the next of all that is due.

use std::time::Duration;

use super::State;
use crate::app::age;
use crate::app::change::{Change, Phase};
use crate::app::message::Session;
use crate::app::modal::Modal;
use crate::domain::Moment;

impl State {
    /// When something has to happen, or the screen has to say something else, without any key or answer.
    pub fn next_deadline(&self) -> Option<Moment> {
        let signed_in = matches!(self.session, Session::SignedIn { .. });
        let refresh = signed_in.then(|| self.list.refresh_at(self.settings.refresh_every)).flatten();
        let change = self.change.as_ref();
        [
            refresh,
            self.list.late.due_at(),
            self.notice.as_ref().and_then(|notice| notice.until),
            self.interrupted_until,
            change.and_then(Change::due),
            self.ledger.due().filter(|_| signed_in),
            self.applying.as_ref().and_then(|applying| applying.due()),
            self.plan_listens_at(),
            change.and_then(Change::listens_at).filter(|at| *at > self.now),
            self.detail.follows_at,
            self.connection_list.detail.follows_at,
            self.next_age_step(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    /// When the window of a plan begins to listen, and says so.
    fn plan_listens_at(&self) -> Option<Moment> {
        let planned = self.draft.as_ref()?.planned()?;
        planned.sight.listens_at().filter(|at| *at > self.now)
    }

    /// When a read that failed is sent again by itself, or a list that could not be read is asked for.
    pub fn retries_at(&self) -> Option<Moment> {
        if let Some(repeat) = &self.repeating {
            return Some(repeat.at);
        }
        let signed_in = matches!(self.session, Session::SignedIn { .. });
        self.list.stale.as_ref().filter(|_| signed_in)?;
        self.list.refresh_at(self.settings.refresh_every)
    }

    /// When the shown ages and countdowns say something else.
    fn next_age_step(&self) -> Option<Moment> {
        let whole_second = |since: Moment| since + Duration::from_secs(self.now.since(since).as_secs() + 1);
        let sending = match self.change.as_ref().map(|change| &change.phase) {
            Some(Phase::Sending { since, .. }) => Some(whole_second(*since)),
            Some(Phase::Settling { evidence, .. } | Phase::Closing { evidence, .. }) => {
                Some(whole_second(evidence.sent_at))
            }
            _ => None,
        };
        let until_next = if self.link.is_low() { age::until_next_minute } else { age::until_next };
        let data = self.data_at().map(|at| self.now + until_next(self.now.since(at)));
        let changed = self.list.rows.changed_last().and_then(|row| row.changed());
        let changed = changed.map(|changed| self.now + until_next(self.now.since(changed.at)));
        // Counted down where there is room for it, by the second.
        let told = !self.link.is_low() && self.fits();
        let retry = self.retries_at().filter(|at| told && *at > self.now).map(|at| {
            let left = at.since(self.now);
            self.now + Duration::from_nanos(u64::from(left.subsec_nanos())) + Duration::from_millis(1)
        });
        let token = match self.session {
            Session::SignedIn { until } if until > self.now => {
                Some(self.now + age::until_previous(until.since(self.now)))
            }
            Session::SignedIn { .. } | Session::SignedOut => None,
        };
        [sending, data, changed, retry, token, self.next_step_of_the_plan()].into_iter().flatten().min()
    }

    /// The window of a plan being applied tells seconds, and the one of a plan being made how long it holds.
    fn next_step_of_the_plan(&self) -> Option<Moment> {
        let step = if self.link.is_low() { 10 } else { 1 };
        let whole_second = |since: Moment| {
            let steps = self.now.since(since).as_secs() / step + 1;
            since + Duration::from_secs(steps * step)
        };
        if self.modals.last() == Some(&Modal::Plan) {
            return Some(whole_second(Moment::START));
        }
        let shown = self.modals.last() == Some(&Modal::Progress);
        let applying = self.applying.as_ref().filter(|applying| shown && applying.is_active())?;
        Some(whole_second(applying.began))
    }
}
