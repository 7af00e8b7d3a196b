//! The last step of a change: finding out, by reading the record back, what became of it.
//!
//! The answer to the PATCH alone proves nothing: a server can apply and then fail, and a time-out is neither
//! success nor failure. So the record is read after every answer, and after none, until what it shows
//! settles the question or the time for that is over.

use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Failure, FailureKind, Moment, Organization, Outcome, PatchAnswer};
use crate::text::Untrusted;

/// Waits before each look after an answer that leaves the outcome open, in milliseconds.
const WAITS: [u64; 5] = [500, 1_000, 2_000, 4_000, 8_000];
/// Further waits after a time-out: the request may still be on its way.
const LATE_WAITS: [u64; 4] = [8_000, 8_000, 8_000, 8_000];

/// One reading of the record after the change was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// When its answer came.
    pub at: Moment,
    /// The record, or why it could not be read.
    pub seen: Result<Arc<Organization>, Failure>,
}

/// A change that was answered, or not answered, and what was seen since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The value that was sent.
    pub value: Untrusted,
    /// What the record may show once it is applied: the value, and the name of a connection sent by its id.
    pub accepted: Vec<Untrusted>,
    /// The record before.
    pub before: Arc<Organization>,
    /// When the request was sent.
    pub sent_at: Moment,
    /// When its answer came, or was given up.
    pub answered_at: Moment,
    /// The answer, or why there is none.
    pub answer: Result<PatchAnswer, Failure>,
    /// The readings since, the earliest first.
    pub looks: Vec<Look>,
}

/// What the evidence comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Look (again) then.
    Look(Moment),
    /// It is settled.
    Settled(Outcome),
}

/// What the latest reading shows, against what was there and what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    /// The new value.
    New,
    /// The old value.
    Old,
    /// Neither: somebody else changed it.
    Other,
    /// Nothing: it could not be read yet.
    Nothing,
}

/// How far the server's own words go.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    Yes,
    No,
    NothingCertain,
    NothingWasSent,
}

impl Evidence {
    /// The latest record that could be read.
    pub fn latest(&self) -> Option<&Arc<Organization>> {
        self.looks.iter().rev().find_map(|look| look.seen.as_ref().ok())
    }

    /// What the latest record that could be read shows.
    pub fn shows(&self) -> Shows {
        match self.latest().map(|organization| &organization.connection) {
            None => Shows::Nothing,
            Some(seen) if self.accepted.contains(seen) => Shows::New,
            Some(seen) if *seen == self.before.connection => Shows::Old,
            Some(_) => Shows::Other,
        }
    }

    /// Whether the request left this machine, or may have.
    pub fn was_sent(&self) -> bool {
        self.said() != Said::NothingWasSent
    }

    /// What to do at `now`: look again, or say how it ended.
    pub fn verdict(&self, now: Moment) -> Verdict {
        let said = self.said();
        let outcome = match (said, self.shows()) {
            (_, Shows::Old | Shows::Other) if self.showed_new() => Some(Outcome::Applied),
            (Said::NothingWasSent, _) => Some(Outcome::NotApplied),
            (Said::Yes, Shows::New) => Some(Outcome::Verified),
            (Said::No | Said::NothingCertain, Shows::New) | (Said::Yes, Shows::Other) => {
                Some(Outcome::Applied)
            }
            (Said::No, Shows::Old | Shows::Other) => Some(Outcome::Refused),
            (Said::NothingCertain, Shows::Other) => Some(Outcome::Unknown),
            (Said::Yes | Said::NothingCertain, Shows::Old) | (_, Shows::Nothing) => None,
        };
        match (outcome, self.next_wait(said)) {
            (Some(outcome), _) => Verdict::Settled(outcome),
            (None, Some(wait)) => Verdict::Look(now + wait),
            (None, None) => Verdict::Settled(match (said, self.shows()) {
                // Something in between may have said 401 after the change was made.
                (Said::No, Shows::Nothing) if self.is_unauthorized() => Outcome::Unknown,
                (Said::No, _) => Outcome::Refused,
                (Said::NothingCertain, Shows::Old) => Outcome::NotApplied,
                // A page of something in between is no word of the server.
                (Said::Yes, Shows::Old) if self.answer.as_ref().is_ok_and(PatchAnswer::is_of_another) => {
                    Outcome::NotApplied
                }
                _ => Outcome::Unknown,
            }),
        }
    }

    /// Whether the latest record is the very one there was before.
    pub fn is_untouched(&self) -> bool {
        self.latest().is_some_and(|now| {
            now.connection == self.before.connection && now.updated_at == self.before.updated_at
        })
    }

    /// Whether the server answered 401 and the record, read back with a new session, is untouched: then the
    /// request changed nothing, and it alone may be sent once more.
    pub fn proves_a_401_changed_nothing(&self) -> bool {
        self.is_unauthorized() && self.is_untouched()
    }

    fn is_unauthorized(&self) -> bool {
        matches!(&self.answer, Ok(answer) if answer.status == 401)
    }

    /// Whether the new value was there once, whatever replaced it since.
    fn showed_new(&self) -> bool {
        let mut seen = self.looks.iter().filter_map(|look| look.seen.as_ref().ok());
        self.was_sent() && seen.any(|organization| self.accepted.contains(&organization.connection))
    }

    fn said(&self) -> Said {
        match &self.answer {
            Ok(answer) if answer.is_success() => Said::Yes,
            Ok(answer) if (300..500).contains(&answer.status) && answer.status != 408 => Said::No,
            Ok(_) => Said::NothingCertain,
            Err(failure) if failure.may_have_arrived() => Said::NothingCertain,
            Err(_) => Said::NothingWasSent,
        }
    }

    /// The wait before the next look; none when enough was looked. A plain answer is looked at at once.
    fn next_wait(&self, said: Said) -> Option<Duration> {
        let done = self.looks.len();
        let at_once = matches!(said, Said::Yes | Said::No);
        if at_once && done == 0 {
            return Some(Duration::ZERO);
        }
        let timed_out =
            matches!(&self.answer, Err(failure) if matches!(failure.kind, FailureKind::TimedOut { .. }));
        let late: &[u64] = if timed_out { &LATE_WAITS } else { &[] };
        let step = done - usize::from(at_once);
        WAITS.iter().chain(late).nth(step).map(|wait| Duration::from_millis(*wait))
    }
}
