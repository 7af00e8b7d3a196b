//! The lines of one row's result.

use super::run::{Applying, RowResult};
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
