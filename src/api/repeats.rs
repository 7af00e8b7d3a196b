//! Which reads failed and are sent again: whoever waits for one is to be told what for.

use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use crate::domain::Failure;

/// A read that failed for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// Why, the last time.
    pub failure: Failure,
    /// When it is sent again.
    pub at: Instant,
}

/// All that are under way.
#[derive(Debug, Default)]
pub struct Repeats {
    reads: Vec<(u64, Repeat)>,
    begun: u64,
}

impl Repeats {
    /// The one that is sent again first.
    pub fn first(&self) -> Option<&Repeat> {
        self.reads.iter().map(|(_, repeat)| repeat).min_by_key(|repeat| repeat.at)
    }

    fn forget(&mut self, number: u64) -> bool {
        let before = self.reads.len();
        self.reads.retain(|(read, _)| *read != number);
        self.reads.len() != before
    }
}

/// A read under way. It is no repeat any more when it is answered or given up.
pub(super) struct Read<'a> {
    all: &'a watch::Sender<Repeats>,
    number: u64,
}

impl<'a> Read<'a> {
    pub(super) fn begin(all: &'a watch::Sender<Repeats>) -> Self {
        let mut number = 0;
        all.send_if_modified(|all| {
            all.begun += 1;
            number = all.begun;
            false
        });
        Self { all, number }
    }

    /// It failed, and is sent again after this wait.
    pub(super) fn failed(&self, failure: &Failure, wait: Duration) {
        let repeat = Repeat { failure: failure.clone(), at: Instant::now() + wait };
        self.all.send_modify(|all| {
            all.forget(self.number);
            all.reads.push((self.number, repeat));
        });
    }
}

impl Drop for Read<'_> {
    fn drop(&mut self) {
        self.all.send_if_modified(|all| all.forget(self.number));
    }
}
