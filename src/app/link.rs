//! The line to the operator's terminal: what went over it and how long it took, without asking the terminal.
//!
//! A line that takes no more makes a write wait. That is the one thing that can be seen from here: when it
//! happens again and again the line is slow, and the screen is drawn with fewer bytes from then on. How long
//! the server takes is another matter, and only shown beside it.

use std::time::Duration;

use super::activity::{Activity, Log};
use super::line::{Line, labelled, wrapped};
use crate::theme::Role;

/// Most that one write counts for: a terminal that was stopped for a minute (Ctrl-S) is not a slow line.
const MOST: Duration = Duration::from_millis(60);
/// Strain at which a line is slow: three writes in a row that waited for so long.
const SLOW: Duration = Duration::from_millis(100);
/// Column at which values start.
const INDENT: usize = 16;

/// Why few bytes are sent, or many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Bandwidth {
    /// As many as it takes; fewer when the line turns out to be slow.
    #[default]
    Full,
    /// Few, because the line turned out to be slow.
    Slow,
    /// Few, because the operator said so.
    Low,
    /// As many as it takes, because the operator said so.
    FullByChoice,
}

/// What is known of the line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// How much is sent.
    pub bandwidth: Bandwidth,
    frames: u64,
    bytes: u64,
    last: (usize, Duration),
    longest: Duration,
    strain: Duration,
}

impl Link {
    /// A line of which only the operator's wish is known.
    pub fn new(bandwidth: Bandwidth) -> Self {
        Self { bandwidth, ..Self::default() }
    }

    /// Whether few bytes are to be sent.
    pub const fn is_low(&self) -> bool {
        matches!(self.bandwidth, Bandwidth::Slow | Bandwidth::Low)
    }

    /// A frame was sent, and waited so long for the terminal. Says whether the line turned out to be slow just now.
    pub fn sent(&mut self, bytes: usize, waited: Duration) -> bool {
        self.frames += 1;
        self.bytes += u64::try_from(bytes).unwrap_or_default();
        self.last = (bytes, waited);
        self.longest = self.longest.max(waited);
        self.strain = self.strain / 2 + waited.min(MOST);
        let slow = self.bandwidth == Bandwidth::Full && self.strain >= SLOW;
        if slow {
            self.bandwidth = Bandwidth::Slow;
        }
        slow
    }

    /// The other bandwidth, because the operator said so.
    pub const fn toggle(&mut self) {
        self.bandwidth = if self.is_low() { Bandwidth::FullByChoice } else { Bandwidth::Low };
    }

    /// What the window says, at most `width` cells wide.
    pub(super) fn lines(&self, log: &Log, width: usize) -> Vec<Line> {
        let mut lines = vec![Line::new(Role::Title, "Screen to terminal")];
        let mode = match self.bandwidth {
            Bandwidth::Full => "full; fewer bytes by itself when the terminal takes output slowly",
            Bandwidth::FullByChoice => "full, by choice",
            Bandwidth::Slow => "low bandwidth: the terminal took output slowly",
            Bandwidth::Low => "low bandwidth, by choice",
        };
        let mean = self.bytes / self.frames.max(1);
        let (last, waited) = self.last;
        for (label, value) in [
            ("mode", mode.to_owned()),
            ("frames", self.frames.to_string()),
            ("bytes", format!("last {last}, mean {mean}, total {}", self.bytes)),
            ("waited", format!("last {}, longest {}", told(waited), told(self.longest))),
        ] {
            lines.extend(labelled(label, (Role::Text, &value), INDENT, width));
        }
        lines.extend(wrapped(Role::Dim, WHAT_IT_IS, width));
        lines.push(Line::default());
        lines.push(Line::new(Role::Title, "Server, from the request to the last byte of the answer"));
        lines.extend(times(log, width));
        lines
    }
}

/// What the times of the screen are.
const WHAT_IT_IS: &str = "How long the terminal made a frame wait before it took all of it. How long that is on its \
    way afterwards cannot be seen from here: the terminal is asked nothing.";

/// The kinds of requests to the server.
const KINDS: [&str; 5] = ["SIGN IN", "GET", "POST", "TEST", "PATCH"];

fn times(log: &Log, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    for kind in KINDS {
        let of_kind = |activity: &&Activity| activity.what == kind;
        let took: Vec<Duration> = log.latest_first().filter(of_kind).filter_map(|call| call.took).collect();
        let Some(last) = took.first() else { continue };
        let mut sorted = took.clone();
        sorted.sort_unstable();
        let middle = sorted.get(sorted.len() / 2).unwrap_or(last);
        let slowest = sorted.last().unwrap_or(last);
        let count = took.len();
        let value =
            format!("{count}: last {}, median {}, slowest {}", told(*last), told(*middle), told(*slowest));
        lines.extend(labelled(kind, (Role::Text, &value), INDENT, width));
    }
    if lines.is_empty() {
        lines.push(Line::new(Role::Dim, "no answer yet"));
    }
    lines
}

/// A time, to be compared: `0.4 ms`, `52 ms`, `3.1 s`.
fn told(time: Duration) -> String {
    match time.as_micros() {
        micros @ 0..10_000 => format!("{}.{} ms", micros / 1000, micros / 100 % 10),
        micros @ 10_000..1_000_000 => format!("{} ms", micros / 1000),
        micros => format!("{}.{} s", micros / 1_000_000, micros / 100_000 % 10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn a21_a_line_is_slow_when_writes_wait_again_and_again() {
        let mut link = Link::default();
        assert!(!link.sent(100, ms(60_000)), "a terminal that was stopped once");
        for _ in 0..100 {
            assert!(!link.sent(100, ms(5)));
        }
        let found = [60, 60, 60].map(|wait| link.sent(100, ms(wait)));
        assert_eq!(found, [false, false, true]);
        assert!(link.is_low());
        assert!(!link.sent(100, ms(500)), "it is said once");
    }

    #[test]
    fn a21_what_the_operator_chose_stays() {
        let mut link = Link::default();
        link.toggle();
        link.toggle();
        assert!(!(0..10).any(|_| link.sent(100, ms(500))));
        assert!(!link.is_low());
        assert!(Link::new(Bandwidth::Low).is_low());
    }

    #[test]
    fn times_are_told_so_that_they_can_be_compared() {
        let told_ms = [0, 9, 10, 999, 1000, 61_550].map(|time| told(ms(time)));
        assert_eq!(told_ms, ["0.0 ms", "9.0 ms", "10 ms", "999 ms", "1.0 s", "61.5 s"]);
    }
}
