//! The lines of the window that tells what an earlier run left open.

use super::ledger::{Ledger, Recovered};
use super::line::{Line, labelled, wrapped};
use crate::domain::Outcome;
use crate::theme::Role;

/// What became of each change, at most `width` cells wide.
pub fn lines(ledger: &Ledger, width: usize) -> Vec<Line> {
    let head = "An earlier run ended before these changes were settled. Nothing is sent again; the records are read.";
    let mut lines: Vec<Line> = wrapped(Role::Text, head, width).collect();
    for recovered in &ledger.recovered {
        lines.push(Line::default());
        lines.extend(one(recovered, width));
    }
    lines
}

fn one(recovered: &Recovered, width: usize) -> Vec<Line> {
    let operation = &recovered.open.operation;
    let name = format!("{}  {}", operation.target.name.brief(), operation.target.organization_id.brief());
    let mut lines = labelled("organization", (Role::Title, &name), 14, width);
    let change = format!("{} → {}", operation.before.brief(), operation.after.brief());
    lines.extend(labelled("change", (Role::Value, &change), 14, width));
    let begun = format!("{} as {}", recovered.open.at.strftime("%Y-%m-%d %H:%M:%SZ"), operation.id);
    lines.extend(labelled("begun", (Role::Text, &begun), 14, width));
    let (role, word) = match recovered.outcome {
        None if recovered.is_being_read() => (Role::Warning, "reading the record …"),
        None => (Role::Warning, "OPEN"),
        Some(outcome) => (outcome_role(outcome), outcome.word()),
    };
    let words =
        if recovered.words.is_empty() { word.to_owned() } else { format!("{word}: {}", recovered.words) };
    lines.extend(labelled("outcome", (role, &words), 14, width));
    lines
}

/// How an outcome is shown, beside its word.
pub const fn outcome_role(outcome: Outcome) -> Role {
    match outcome {
        Outcome::Verified | Outcome::Applied => Role::Good,
        Outcome::NotApplied | Outcome::Refused => Role::Bad,
        Outcome::Unknown => Role::Warning,
    }
}
