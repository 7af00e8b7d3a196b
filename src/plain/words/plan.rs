//! The lines of a plan: what it would change, and what became of it.

use super::header;
use crate::app::plan::{Applying, DraftRow, Planned, RowState};
use crate::app::{JournalState, State, consent_of};
use crate::commands::plans::summary;
use crate::domain::PlanRow;
use crate::keymap::Command;
use crate::text::escape;

/// Most rows that are printed without being asked for.
const MOST: usize = 50;

fn planned(state: &State) -> Option<&Planned> {
    state.draft.as_ref()?.planned()
}

/// All that is agreed to.
pub(in crate::plain) fn plan(state: &State) -> Vec<String> {
    let Some(planned) = planned(state) else { return Vec::new() };
    let mut lines = vec![String::new(), "Plan: nothing is sent yet".to_owned(), header(state)];
    lines.extend(planned.rows.iter().zip(1..).take(MOST).map(row));
    if planned.rows.len() > MOST {
        lines.push(format!("and {} more rows: l prints them all", planned.rows.len() - MOST));
    }
    lines.extend(summary(planned).lines().map(str::to_owned));
    let reason = planned.reason.text().trim();
    if !reason.is_empty() {
        lines.push(format!("reason    {}", escape(reason)));
    } else if state.settings.rules.reason_required {
        lines.push("this profile asks for a reason: r gives one".to_owned());
    }
    if state.run.journal == JournalState::Waived {
        lines.push("These changes go on no record: --no-journal".to_owned());
    }
    lines
}

/// Every row, however many there are.
pub(in crate::plain) fn every_row(state: &State) -> Vec<String> {
    planned(state).map(|planned| planned.rows.iter().zip(1..).map(row).collect()).unwrap_or_default()
}

/// `3 Acme (id): sfdc-2024 -> sfdc-2025`.
fn row((row, number): (&DraftRow, usize)) -> String {
    let left_out = if row.state == RowState::Blocked { ", left out" } else { "" };
    let PlanRow { now, new, .. } = &row.row;
    format!("{}: {} -> {}{left_out}", named(&row.row, number), now.brief(), new.brief())
}

fn named(row: &PlanRow, number: usize) -> String {
    format!("{number} {} ({})", row.name.brief(), row.id)
}

/// What is typed to apply it.
pub(in crate::plain) fn consent(state: &State) -> String {
    planned(state).map(|planned| consent_of(state, planned)).unwrap_or_default()
}

/// What the last line came to.
pub(super) fn remark(state: &State) -> Vec<String> {
    planned(state)
        .and_then(|planned| planned.note.as_ref())
        .map(|note| format!("{note}."))
        .into_iter()
        .collect()
}

pub(super) fn prompt(state: &State) -> String {
    let consent = consent(state);
    format!("Plan: {consent} applies it, n back, l all rows, r reason, w writes it to a file, h help, q quit")
}

/// What can be done with a plan that has ended.
pub(super) fn applied_prompt(state: &State) -> String {
    let offered = |(command, _): &(Command, _)| {
        let list = &state.list.rows;
        state.applying.as_ref().is_some_and(|applying| applying.refusal(*command, list).is_none())
    };
    let follow_ups = [
        (Command::WriteReport, " w writes the report,"),
        (Command::RetryPlan, " R plans what is left,"),
        (Command::RollBack, " Z takes back,"),
    ];
    let follow_ups: String = follow_ups.into_iter().filter(offered).map(|(_, words)| words).collect();
    format!("Plan: Enter closes, l all rows,{follow_ups} q quit")
}

/// What became of it: how many, and the rows that are not as they should be.
pub(super) fn applied(state: &State) -> Vec<String> {
    let Some(applying) = &state.applying else { return Vec::new() };
    let mut lines = vec![String::new(), format!("{}.", applying.summary())];
    lines.extend(applying.standing().map(|why| format!("{why}.")));
    let others: Vec<String> = results(applying, false).take(MOST + 1).collect();
    let more = others.len() > MOST;
    lines.extend(others.into_iter().take(MOST));
    lines.extend(more.then(|| "and more: l prints every row".to_owned()));
    lines
}

/// What became of every row.
pub(in crate::plain) fn every_result(state: &State) -> Vec<String> {
    state.applying.as_ref().map(|applying| results(applying, true).collect()).unwrap_or_default()
}

fn results(applying: &Applying, all: bool) -> impl Iterator<Item = String> {
    let rows = applying.rows().zip(1..).filter(move |((_, result), _)| all || !result.is_good());
    rows.map(|((row, result), number)| format!("{}: {}", named(row, number), result.words()))
}
