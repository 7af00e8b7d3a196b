//! The lines of a change before it is sent: what can be chosen, and the review.

use super::{UNBROKEN, header, plain};
use crate::app::change::{Candidate, Change, Check, Phase, Review};
use crate::app::explain::explain;
use crate::app::list::{LookAlike, RowKey};
use crate::app::{JournalState, State, age};
use crate::text::{self, Untrusted};
use crate::ui::{about, alike, request, standing, state_words};

/// Most connections that are printed at once.
const MOST: usize = 20;

/// What can be chosen, and the names behind the numbers.
pub(in crate::plain) fn choose(state: &State) -> (Vec<String>, Vec<Untrusted>) {
    let Some(change) = &state.change else { return (Vec::new(), Vec::new()) };
    let seen = age::short(state.now.since(change.seen_at));
    let mut lines = vec![String::new(), "Change connection".to_owned(), target(change)];
    lines.extend(name_doubt(state, change));
    lines.push(format!("connection now: {}, as read {seen} ago", change.target.connection.brief()));
    let (offered, values) = offered(change);
    lines.extend(offered);
    if let Some(failure) = &state.connections.failure {
        let why = explain(failure).title;
        lines.push(format!("The connections could not be read ({why}): any name can be typed."));
    }
    (lines, values)
}

/// The connections that match what is typed, numbered.
fn offered(change: &Change) -> (Vec<String>, Vec<Untrusted>) {
    let shown: Vec<&Candidate> = change.chooser.shown().collect();
    let now = &change.target.connection;
    let line = |(place, candidate): (usize, &&Candidate)| {
        let users = candidate.complete.organizations(candidate.uses);
        let mark = if candidate.name == *now { " (now)" } else { "" };
        let doubt = candidate.look_alike.as_ref().map(|look_alike| format!(" · {}", look_alike.words()));
        let (name, state) = (candidate.name.brief(), state_words(candidate).1);
        format!("{} {name} · {state} · {users}{mark}{}", place + 1, doubt.unwrap_or_default())
    };
    let mut lines: Vec<String> = shown.iter().take(MOST).enumerate().map(line).collect();
    if shown.len() > MOST {
        lines.push(format!("and {} more: type a part of the name", shown.len() - MOST));
    }
    (lines, shown.iter().take(MOST).map(|candidate| candidate.name.clone()).collect())
}

/// What the last line came to in the chooser.
pub(super) fn remark(state: &State) -> Vec<String> {
    let Some(change) = &state.change else { return Vec::new() };
    let chooser = &change.chooser;
    let typed = chooser.field.text();
    match (&chooser.note, chooser.narrowed.len()) {
        (None, _) => Vec::new(),
        (Some(_), _) if typed.is_empty() => vec!["Type a number, or the name of a connection.".to_owned()],
        (Some(_), 2..) if !chooser.candidates.iter().any(|known| known.name.as_sent() == typed) => {
            vec![format!(
                "{} connections hold \"{}\": type more of the name, or Enter alone for the text as typed.",
                chooser.narrowed.len(),
                text::escape(typed)
            )]
        }
        (Some(note), _) => vec![format!("{note}.")],
    }
}

pub(super) fn prompt(state: &State) -> String {
    let typed = state.change.as_ref().map(|change| change.chooser.field.text()).unwrap_or_default();
    let typed = if typed.is_empty() {
        String::new()
    } else {
        format!("Enter alone takes \"{}\", ", text::escape(typed))
    };
    format!("New connection: number or name, {typed}b back, h help, q quit")
}

/// The organization, so that two of one name are told apart.
fn target(change: &Change) -> String {
    let target = &change.target;
    let [name, org_id, kind] = [&target.name, &target.organization_id, &target.kind].map(Untrusted::brief);
    format!("organization {name} · {org_id} · {kind} · id {}", target.id)
}

/// That its name may be taken for another, if it may.
fn name_doubt(state: &State, change: &Change) -> Option<String> {
    let rows = &state.list.rows;
    let row = rows.get(&RowKey::Id(change.target.id.clone()))?;
    rows.name_look_alike(row).map(|look_alike| look_alike.words())
}

/// That the new connection may be taken for another, if it may.
fn value_doubt(change: &Change, value: &Untrusted) -> Option<String> {
    let chosen = change.chooser.candidates.iter().find(|candidate| candidate.name == *value)?;
    chosen.look_alike.as_ref().map(LookAlike::words)
}

fn reviewed(state: &State) -> Option<(&Change, &Review)> {
    let change = state.change.as_ref()?;
    match &change.phase {
        Phase::Reviewing(review) => Some((change, review)),
        _ => None,
    }
}

/// All that would be sent and was found out: what is consented to.
pub(in crate::plain) fn review(state: &State) -> Vec<String> {
    let Some((change, review)) = reviewed(state) else { return Vec::new() };
    let title =
        if review.undo_of.is_some() { "Undo: nothing is sent yet" } else { "Review: nothing is sent yet" };
    let mut lines = vec![String::new(), title.to_owned()];
    lines.push(header(state));
    lines.push(target(change));
    lines.extend(name_doubt(state, change));
    lines.push(format!("- connection {}", change.target.connection.brief()));
    lines.push(format!("+ connection {} ({})", review.value.brief(), about(change, &review.value).1));
    lines.extend(value_doubt(change, &review.value));
    lines.extend(alike(&change.target.connection, &review.value).map(str::to_owned));
    lines.push("Checks".to_owned());
    lines.extend(review.checks.iter().map(check));
    if let Some(now) = &review.checks.conflict {
        let row = |connection: &Untrusted, at: &Untrusted| format!("{}  {}", connection.brief(), at.brief());
        lines.push(format!("was   {}", row(&change.target.connection, &change.target.updated_at)));
        lines.push(format!("is    {}", row(&now.connection, &now.updated_at)));
        lines.push(format!("yours {}", review.value.brief()));
    }
    lines.extend(plain(&request(change, &review.value, UNBROKEN)));
    lines.extend(review_foot(state));
    lines
}

/// `ok: connection exists: sfdc-eu-02 (31 ms)`.
fn check(check: &Check) -> String {
    let took = check.took.map(|took| format!(" ({} ms)", took.as_millis())).unwrap_or_default();
    let (word, label, words) = (check.finding.word(), check.question.label(), check.finding.words());
    let gap = if words.is_empty() { "" } else { ": " };
    format!("{word}: {label}{gap}{words}{took}")
}

/// What goes on record with it, and what stands against it.
pub(in crate::plain) fn review_foot(state: &State) -> Vec<String> {
    let Some((_, review)) = reviewed(state) else { return Vec::new() };
    let mut lines = Vec::new();
    for (label, field) in [("Reason", &review.reason), ("Override", &review.overriding)] {
        if !field.text().is_empty() {
            lines.push(format!("{label}: {}", text::escape(field.text())));
        }
    }
    if state.run.journal == JournalState::Waived {
        lines.push("This change goes on no record: --no-journal".to_owned());
    }
    let missing = state.settings.rules.reason_required && review.reason.text().trim().is_empty();
    lines.extend(standing(review).map(|(_, words)| words));
    lines.extend(missing.then(|| "this profile asks for a reason: r gives one".to_owned()));
    lines.extend(review.note.clone());
    lines
}

pub(super) fn review_prompt(state: &State) -> String {
    let rules = &state.settings.rules;
    let send = match state.change.as_ref().and_then(|change| rules.confirmation(&change.target)) {
        Some(asked) => {
            format!("the name of {}, {}, sends the change", asked.whose(), asked.word().brief())
        }
        None => "yes in full sends the change".to_owned(),
    };
    format!("Review: {send}, n back, r reason, o override, c check again, h help, q quit")
}
