//! A plan being applied in words: what it came to, why it does not go on, and the lines of one row's result.

use super::result::{RowResult, Stop};
use super::run::Applying;
use crate::app::change::{Phase, Recorded, report};
use crate::app::line::{Line, labelled, wrapped};
use crate::app::recovery::outcome_role;
use crate::app::settings::JournalState;
use crate::theme::Role;

/// Column at which values start.
const INDENT: usize = 14;

impl RowResult {
    /// How it is shown, beside its words.
    pub const fn role(&self) -> Role {
        match self {
            Self::Waiting => Role::Dim,
            Self::Underway => Role::Text,
            Self::Unchanged => Role::Good,
            Self::Skipped(_) => Role::Warning,
            Self::NotSent(_) => Role::Bad,
            Self::Done { outcome, .. } => outcome_role(*outcome),
        }
    }
}

/// What became of a row: the result of its change while that is kept whole, else what is known of it.
pub fn row_lines(applying: &Applying, row: usize, journal: &JournalState, width: usize) -> Vec<Line> {
    let (Some(planned), Some(result)) = (applying.plan.rows.get(row), applying.result(row)) else {
        return Vec::new();
    };
    if let Some(change) = applying.kept(row)
        && let Phase::Settled { evidence, outcome, at, entry, .. } = &change.phase
    {
        let recorded = Recorded { operation: change.operation.as_ref(), entry, journal };
        return report(evidence, *outcome, *at, recorded, width);
    }
    let mut lines: Vec<Line> = wrapped(result.role(), &result.words(), width).collect();
    lines.push(Line::default());
    let name = format!("{}  {}", planned.name.brief(), planned.organization_id.brief());
    lines.extend(labelled("organization", (Role::Text, &name), INDENT, width));
    lines.extend(labelled("id", (Role::Text, planned.id.as_str()), INDENT, width));
    let change = format!("{} → {}", planned.now.brief(), planned.new.brief());
    lines.extend(labelled("planned", (Role::Value, &change), INDENT, width));
    if let RowResult::Done { operation, .. } = result {
        let words = format!("{operation}; `cckm-tui journal report` has every step");
        lines.extend(labelled("journal", (Role::Text, &words), INDENT, width));
    }
    lines
}

impl Applying {
    /// What it came to so far, in a line.
    pub fn summary(&self) -> String {
        let counts = self.counts;
        let mut words =
            format!("plan {}: {} of {} applied", self.plan.id, counts.applied, self.plan.rows.len());
        let others = [
            (counts.unchanged, "unchanged"),
            (counts.skipped, "skipped"),
            (counts.failed, "FAILED"),
            (counts.unknown, "of them UNKNOWN"),
        ];
        for (count, word) in others.into_iter().filter(|(count, _)| *count > 0) {
            words = format!("{words}, {count} {word}");
        }
        words
    }

    /// Why it begins no row any more, or none for now; none while it goes on, and when every row had its turn.
    pub fn standing(&self) -> Option<String> {
        match (self.stop, &self.hold) {
            (Some(Stop::Asked), _) => Some("stopped: nothing new is begun".to_owned()),
            (Some(Stop::Canary), _) => Some("stopped: a row that goes first failed".to_owned()),
            (Some(Stop::Unrecorded), _) => Some(
                "stopped: what cannot be put on record is not sent; the plan stays to be gone on with"
                    .to_owned(),
            ),
            (Some(Stop::Failures(1)), _) => Some("stopped after the first failure".to_owned()),
            (Some(Stop::Failures(n)), _) => Some(format!("stopped after {n} failures")),
            (None, Some(hold)) => Some(hold.why.clone()),
            (None, None) if self.paused => Some("paused: p goes on".to_owned()),
            (None, None) => None,
        }
    }
}
