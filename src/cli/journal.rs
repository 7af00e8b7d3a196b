//! Flags of `journal`.

use std::path::PathBuf;

use clap::Subcommand;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::domain::PlanId;

/// What to do with the journal.
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Check that no line was altered, removed or moved; name the first that was, with exit code 1.
    ///
    /// Prints the number of entries, and the SHA-256 of the last line: keep it to tell later whether lines
    /// were taken off the end.
    Verify {
        /// Check this file instead.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print the changes as Markdown, for a change ticket.
    Report {
        /// Only changes with a step since then: a day such as 2026-11-01 (UTC), or 7d, or 24h ago.
        #[arg(long, value_name = "WHEN", value_parser = since)]
        since: Option<Since>,
        /// Only the changes of this plan, such as p7f3a9c-2.
        #[arg(long, value_name = "PLAN")]
        plan: Option<PlanId>,
        /// As CSV for a spreadsheet, a row for each change.
        #[arg(long)]
        csv: bool,
        /// Into this new file, for its owner alone and never over another.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Print this file instead.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// A point in time, as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Then.
    At(Timestamp),
    /// So long ago.
    Ago(SignedDuration),
}

impl Since {
    /// The point in time, as seen from `now`.
    pub fn seen_from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(span) => now.checked_sub(span).unwrap_or(Timestamp::MIN),
        }
    }
}

fn since(text: &str) -> Result<Since, String> {
    let wrong = || "expected a day such as 2026-11-01, or a span such as 7d or 24h".to_owned();
    let hours = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => days.parse::<u32>().ok().map(|days| i64::from(days) * 24),
        (None, Some(hours)) => hours.parse::<u32>().ok().map(i64::from),
        (None, None) => None,
    };
    if let Some(hours) = hours {
        return Ok(Since::Ago(SignedDuration::from_hours(hours)));
    }
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    let midnight = day.and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
    midnight.map(Since::At).ok_or_else(wrong)
}
