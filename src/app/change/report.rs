//! What the result window says: every word about the outcome of a change is here.

use super::JournalEntry;
use super::difference::{difference, unchanged};
use super::settle::{Evidence, Shows};
use crate::app::age;
use crate::app::detail::json_lines;
use crate::app::explain::{explain, refusal, status_line};
use crate::app::line::{Line, labelled, wrapped};
use crate::app::settings::JournalState;
use crate::domain::Outcome;
use crate::domain::{Call, Moment, Operation, Organization, PatchAnswer, ServerWords};
use crate::text::{self, Untrusted};
use crate::theme::Role;

/// How a change stands in the journal.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// What was put on record.
    pub operation: Option<&'a Operation>,
    /// Its last line.
    pub entry: &'a JournalEntry,
    /// Where that is.
    pub journal: &'a JournalState,
}

/// The lines of a settled change, at most `width` cells wide.
pub fn report(
    evidence: &Evidence,
    outcome: Outcome,
    at: Moment,
    recorded: Recorded<'_>,
    width: usize,
) -> Vec<Line> {
    let mut lines = vec![headline(evidence), outcome_line(evidence, outcome)];
    lines.extend(wrapped(Role::Text, &sentence(evidence, outcome), width));
    lines.push(Line::default());
    lines.extend(target(evidence, width));
    lines.push(Line::default());
    lines.extend(changes(evidence, width));
    if let Ok(answer) = &evidence.answer {
        lines.extend(server_words(&answer.words, width));
        lines.extend(oddity(answer, width));
    }
    lines.extend(meaning(evidence, outcome, width));
    lines.extend(looks(evidence, width));
    lines.extend(journal(recorded, width));
    let whole = at.since(evidence.sent_at);
    lines.push(Line::new(Role::Dim, format!("settled {} after sending", age::precise(whole))));
    lines
}

/// `HTTP 200 OK    PATCH took 312 ms`, or why there is no code.
fn headline(evidence: &Evidence) -> Line {
    let took = evidence.answered_at.since(evidence.sent_at);
    match &evidence.answer {
        Ok(answer) => {
            let role = if answer.is_success() { Role::Good } else { Role::Bad };
            Line::new(role, status_line(answer.status))
                .and(Role::Dim, format!("   PATCH took {}", age::precise(answer.took)))
        }
        Err(failure) => Line::new(Role::Bad, explain(failure).title)
            .and(Role::Dim, format!("   PATCH after {}", age::precise(took))),
    }
}

fn outcome_line(evidence: &Evidence, outcome: Outcome) -> Line {
    let role = match outcome {
        Outcome::Verified | Outcome::Applied => Role::Good,
        Outcome::NotApplied | Outcome::Refused => Role::Bad,
        Outcome::Unknown => Role::Warning,
    };
    let proof = match evidence.shows() {
        Shows::New => "GET afterwards shows the new value",
        Shows::Old => "GET afterwards shows the old value",
        Shows::Other => "GET afterwards shows another value",
        Shows::Nothing if evidence.looks.is_empty() => "nothing was sent",
        Shows::Nothing => "GET afterwards did not succeed",
    };
    Line::new(role, outcome.word()).and(Role::Dim, format!("   {proof}"))
}

fn sentence(evidence: &Evidence, outcome: Outcome) -> String {
    let seen = evidence.latest().map(|organization| organization.connection.brief().into_string());
    match (outcome, evidence.shows()) {
        (Outcome::Verified, _) => "The connection is changed.".to_owned(),
        (Outcome::Applied, Shows::Other) => format!(
            "The server applied the change; since then somebody else set the connection to {}.",
            seen.unwrap_or_default()
        ),
        (Outcome::Applied, _) => "The connection is changed, although the answer did not say so.".to_owned(),
        (Outcome::NotApplied, _) if !evidence.was_sent() => "Nothing was sent and nothing was changed.".to_owned(),
        (Outcome::NotApplied, _) => {
            "Not applied so far. The request was sent once; if it is still on its way, a later refresh shows it.".to_owned()
        }
        (Outcome::Refused, Shows::Old) => "Nothing was changed.".to_owned(),
        (Outcome::Refused, Shows::Other) => {
            format!("The change was refused; meanwhile somebody else set the connection to {}.", seen.unwrap_or_default())
        }
        (Outcome::Refused, _) => "The server refused; the record could not be read to verify it.".to_owned(),
        (Outcome::Unknown, Shows::Old) => {
            "The server said yes, but the record still shows the old value. Look again before doing anything.".to_owned()
        }
        (Outcome::Unknown, Shows::Other) => format!(
            "It may have been applied before somebody else set the connection to {}.",
            seen.unwrap_or_default()
        ),
        (Outcome::Unknown, _) => {
            "It may or may not have been applied: the record could not be read. Look again before doing anything.".to_owned()
        }
    }
}

fn journal(recorded: Recorded<'_>, width: usize) -> Vec<Line> {
    let Some(operation) = recorded.operation else { return Vec::new() };
    let id = operation.id;
    let (role, words) = match (recorded.journal, recorded.entry) {
        (JournalState::Waived, _) => (Role::Warning, "none: --no-journal".to_owned()),
        (JournalState::InMemory, JournalEntry::Closed(_)) => {
            (Role::Text, format!("{id}, in memory only: the demo"))
        }
        (_, JournalEntry::Closed(line)) => (Role::Text, format!("{id}, closed in line {line}")),
        (_, JournalEntry::LeftOpen) => {
            (Role::Warning, format!("{id}, left open: the next start looks again"))
        }
        (_, JournalEntry::NotWritten(why)) => (Role::Bad, format!("{id}, THE OUTCOME IS NOT WRITTEN: {why}")),
    };
    let mut lines = labelled("journal", (role, &words), 14, width);
    let notes = [("reason", &operation.reason), ("overridden", &operation.overridden)];
    for (label, text) in notes.into_iter().filter(|(_, text)| !text.is_empty()) {
        lines.extend(labelled(label, (Role::Text, text.brief().as_str()), 14, width));
    }
    if let Some(undone) = operation.undo_of {
        lines.extend(labelled("takes back", (Role::Text, &undone.to_string()), 14, width));
    }
    lines
}

fn target(evidence: &Evidence, width: usize) -> Vec<Line> {
    let before = &evidence.before;
    let name = format!("{}  {}", before.name.brief(), before.organization_id.brief());
    let mut lines = labelled("organization", (Role::Text, &name), 14, width);
    lines.extend(labelled("id", (Role::Text, before.id.as_str()), 14, width));
    lines
}

/// Before and after of every field that differs.
fn changes(evidence: &Evidence, width: usize) -> Vec<Line> {
    let Some(after) = after(evidence) else {
        let sent = evidence.value.brief();
        let now = evidence.before.connection.brief();
        let mut lines = labelled("was", (Role::Text, now.as_str()), 14, width);
        lines.extend(labelled("sent", (Role::Value, sent.as_str()), 14, width));
        return lines;
    };
    let changes = difference(&evidence.before, after);
    let mut lines = Vec::new();
    if changes.is_empty() {
        let unchanged = format!("{} is still {}", "connection", evidence.before.connection.brief());
        lines.extend(wrapped(Role::Text, &unchanged, width));
    }
    for change in changes {
        let by = match change.key.as_sent() {
            "connection" if evidence.accepted.contains(&change.after) => "you",
            "connection" => "somebody else",
            _ => "server",
        };
        let key = change.key.brief();
        let (before, after) = (value(&change.key, &change.before), value(&change.key, &change.after));
        lines.push(
            Line::new(Role::Title, text::clip(key.as_str(), width).0).and(Role::Dim, format!("  by {by}")),
        );
        lines.extend(labelled("  before", (Role::Text, &before), 10, width));
        lines.extend(labelled("  after", (Role::Value, &after), 10, width));
    }
    let same = unchanged(&evidence.before, after);
    lines.push(Line::new(Role::Dim, format!("({same} fields unchanged)")));
    lines
}

fn value(key: &Untrusted, value: &Untrusted) -> String {
    match key.as_sent() {
        "createdAt" | "updatedAt" => value.brief().into_string(),
        _ if value.is_empty() => "–".to_owned(),
        _ => value.display_head(1024).0.into_string(),
    }
}

/// The record after the change: as read back, else as answered.
fn after(evidence: &Evidence) -> Option<&Organization> {
    let answered = evidence.answer.as_ref().ok().and_then(|answer| answer.organization.as_ref());
    evidence.latest().map(AsRef::as_ref).or(answered)
}

/// The server's words as a block, if it used any.
pub fn server_words(words: &ServerWords, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if *words != ServerWords::default() {
        lines.push(Line::default());
        lines.push(Line::new(Role::Title, "The server says"));
    }
    for (label, text) in
        [("code", &words.code), ("message", &words.message), ("request id", &words.request_id)]
    {
        let rows = text.display_lines(20);
        for (nth, row) in rows.iter().enumerate() {
            let label = if nth == 0 { label } else { "" };
            lines.extend(labelled(&format!("  {label}"), (Role::Text, row.as_str()), 14, width));
        }
    }
    lines
}

fn oddity(answer: &PatchAnswer, width: usize) -> Vec<Line> {
    if answer.oddity.is_empty() {
        return Vec::new();
    }
    wrapped(Role::Warning, answer.oddity.brief().as_str(), width).collect()
}

/// The usual cause and the next step, unless all is well.
fn meaning(evidence: &Evidence, outcome: Outcome, width: usize) -> Vec<Line> {
    let (cause, usual, detail) = match &evidence.answer {
        Ok(answer) if !answer.is_success() => {
            let (cause, next) = refusal(Call::PatchOrganization, answer.status);
            (cause, next, String::new())
        }
        Err(failure) => {
            let words = explain(failure);
            (words.cause, words.next, failure.detail.brief().into_string())
        }
        Ok(_) => return Vec::new(),
    };
    let next = next_step(evidence, outcome).unwrap_or(usual);
    let mut lines = vec![Line::default(), Line::new(Role::Title, "What this usually means")];
    lines.extend(wrapped(Role::Text, cause, width));
    lines.extend(wrapped(Role::Text, next, width));
    if !detail.is_empty() {
        lines.extend(wrapped(Role::Dim, &detail, width));
    }
    lines
}

/// What to do, where the outcome knows better than the code: "try again" is no advice for a change that was
/// made, or that may have been.
fn next_step(evidence: &Evidence, outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Verified | Outcome::Applied => Some("Nothing is left to do: the change is made."),
        Outcome::Unknown => Some("Look again until the record can be read, and send nothing before that."),
        Outcome::NotApplied if evidence.was_sent() => {
            Some("Look again in a moment; if the old value stays, edit again sends it as a new change.")
        }
        Outcome::NotApplied | Outcome::Refused => None,
    }
}

/// The readings, when it took more than one.
fn looks(evidence: &Evidence, width: usize) -> Vec<Line> {
    let mut lines = vec![Line::default()];
    if evidence.looks.len() < 2 {
        return lines;
    }
    lines.push(Line::new(Role::Title, format!("Read back {} times", evidence.looks.len())));
    for look in &evidence.looks {
        let after = age::precise(look.at.since(evidence.sent_at));
        let seen = match &look.seen {
            Ok(organization) => format!("connection = {}", organization.connection.brief()),
            Err(failure) => explain(failure).title,
        };
        lines.extend(labelled(&format!("  +{after}"), (Role::Text, &seen), 14, width));
    }
    lines.push(Line::default());
    lines
}

/// The whole answer: status line and body.
pub fn response(evidence: &Evidence, width: usize) -> Vec<Line> {
    match &evidence.answer {
        Ok(answer) => {
            let mut lines = vec![headline(evidence), Line::default()];
            if answer.body.is_empty() {
                lines.push(Line::new(Role::Dim, "(empty body)"));
            } else {
                lines.extend(json_lines(&answer.body, width));
            }
            lines
        }
        Err(failure) => {
            let mut lines = vec![headline(evidence), Line::default()];
            lines.extend(wrapped(Role::Text, "There was no answer.", width));
            lines.extend(wrapped(Role::Dim, failure.detail.brief().as_str(), width));
            lines
        }
    }
}
