//! The journal as Markdown, for a change ticket, and as CSV, for a spreadsheet.
//!
//! Every text from outside stands in a code span, displayed by the rule; what could end the span or the cell
//! of a table is written as an escape of the same rule, so nothing in it is markup.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::io;

use jiff::Timestamp;

use super::Contents;
use crate::domain::{Entry, Operation, OperationId, PlanId, PlanReference, Transition};
use crate::export::Sheet;
use crate::text::Untrusted;

/// Most bytes of a text that are shown in a table.
const IN_TABLE: usize = 200;

/// The same outside of one.
const IN_DETAIL: usize = 4096;

/// Which changes are told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Those with a step at or after this time.
    pub since: Option<Timestamp>,
    /// Those of this plan.
    pub plan: Option<PlanId>,
}

/// The changes that are wanted: a table, then each with its steps.
///
/// What is wrong with the journal is said first.
pub fn report(contents: &Contents, wanted: Wanted) -> String {
    let mut text = String::new();
    let written = write_all(&mut text, contents, &stories(&contents.entries, wanted), wanted);
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
    text
}

/// The same as CSV, a row for each change.
pub fn sheet(contents: &Contents, wanted: Wanted) -> String {
    let mut bytes = Vec::new();
    let written = write_sheet(&stories(&contents.entries, wanted), &mut bytes);
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The columns of the sheet.
const COLUMNS: [&str; 18] = [
    "operation",
    "time",
    "organization",
    "id",
    "organization_id",
    "connection_before",
    "connection_after",
    "code",
    "outcome",
    "reason",
    "user",
    "server",
    "domain",
    "profile",
    "plan",
    "plan_sha256",
    "plan_made_by",
    "undo_of",
];

fn write_sheet(stories: &[Story<'_>], to: &mut Vec<u8>) -> io::Result<()> {
    let mut sheet = Sheet::new(b',', to);
    sheet.row(COLUMNS)?;
    for story in stories {
        let (id, code) = (story.id.to_string(), story.code());
        let time = story.began_at().map(|at| format!("{at:.3}")).unwrap_or_default();
        let operation = story.operation;
        let text =
            |of: fn(&Operation) -> &Untrusted| operation.map_or("", |operation| of(operation).as_sent());
        let plan = operation.and_then(|operation| operation.plan.as_ref());
        let undone = operation.and_then(|operation| operation.undo_of);
        sheet.row([
            id.as_str(),
            &time,
            text(|operation| &operation.target.name),
            operation.map_or("", |operation| operation.target.id.as_str()),
            text(|operation| &operation.target.organization_id),
            text(|operation| &operation.before),
            text(|operation| &operation.after),
            if code == "–" { "" } else { &code },
            story.outcome(),
            text(|operation| &operation.reason),
            text(|operation| &operation.target.user),
            text(|operation| &operation.target.server),
            text(|operation| &operation.target.domain),
            text(|operation| &operation.target.profile),
            &plan.map(|plan| plan.id.to_string()).unwrap_or_default(),
            &plan.map(|plan| plan.hash.to_string()).unwrap_or_default(),
            plan.map_or("", |plan| plan.made_by.as_sent()),
            &undone.map(|undone| undone.to_string()).unwrap_or_default(),
        ])?;
    }
    sheet.finish()
}

/// What happened to one change.
struct Story<'a> {
    id: OperationId,
    /// None when its line cannot be read.
    operation: Option<&'a Operation>,
    entries: Vec<&'a Entry>,
}

/// The entries of the changes that are wanted, by change, in the order in which the changes began.
fn stories(entries: &[Entry], wanted: Wanted) -> Vec<Story<'_>> {
    let mut stories = all_stories(entries);
    stories.retain(|story| story.is_wanted(wanted));
    stories
}

fn all_stories(entries: &[Entry]) -> Vec<Story<'_>> {
    let mut stories: Vec<Story<'_>> = Vec::new();
    for entry in entries {
        let intent = match &entry.transition {
            Transition::Intent(operation) => Some(operation.as_ref()),
            _ => None,
        };
        match stories.iter_mut().rev().find(|story| story.id == entry.operation) {
            Some(story) if intent.is_none() => story.entries.push(entry),
            _ => stories.push(Story { id: entry.operation, operation: intent, entries: vec![entry] }),
        }
    }
    stories
}

impl Story<'_> {
    fn is_wanted(&self, Wanted { since, plan }: Wanted) -> bool {
        let is_recent = |since| self.entries.iter().any(|entry| entry.at >= since);
        since.is_none_or(is_recent) && (plan.is_none() || self.plan().map(|plan| plan.id) == plan)
    }

    fn plan(&self) -> Option<&PlanReference> {
        self.operation.and_then(|operation| operation.plan.as_ref())
    }

    fn began_at(&self) -> Option<Timestamp> {
        self.entries.first().map(|entry| entry.at)
    }

    /// The status of the last answer.
    fn code(&self) -> String {
        let said = self.entries.iter().rev().find_map(|entry| match &entry.transition {
            Transition::Answered { status, .. } => Some(status.to_string()),
            Transition::NoAnswer { .. } => Some("none".to_owned()),
            _ => None,
        });
        said.unwrap_or_else(|| "–".to_owned())
    }

    fn outcome(&self) -> &'static str {
        let end = self.entries.iter().rev().find_map(|entry| match &entry.transition {
            Transition::Settled { outcome, .. } | Transition::Corrected { outcome, .. } => {
                Some(outcome.word())
            }
            Transition::Abandoned { .. } => Some("NOT SENT"),
            _ => None,
        });
        end.unwrap_or("NOT SETTLED")
    }

    /// The sequences of its first and last line.
    fn lines(&self) -> String {
        match self.entries.as_slice() {
            [] => String::new(),
            [only] => format!("{}", only.sequence),
            [first, .., last] => format!("{}–{}", first.sequence, last.sequence),
        }
    }
}

fn write_all(out: &mut String, contents: &Contents, stories: &[Story<'_>], wanted: Wanted) -> fmt::Result {
    writeln!(out, "# Changes of Salesforce connections\n")?;
    if let Some(trouble) = contents.trouble() {
        let mark =
            if contents.chain.is_err() { "cannot be believed" } else { "ends in the middle of a line" };
        writeln!(out, "**The journal {mark}:** {}\n", code(&trouble.into(), IN_DETAIL))?;
    }
    let (count, changes) = (stories.len(), if stories.len() == 1 { "change" } else { "changes" });
    let of_plan = wanted.plan.map(|plan| format!(" of plan {plan}")).unwrap_or_default();
    match wanted.since {
        Some(since) => writeln!(out, "{count} {changes}{of_plan} since {}. Times are UTC.", second(since))?,
        None => writeln!(out, "{count} {changes}{of_plan}. Times are UTC.")?,
    }
    if wanted.plan.is_some() {
        about_the_plan(out, stories)?;
    }
    if stories.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n| Time | Organization | Connection | Code | Outcome | Reason | Who | Server | Entry |")?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for story in stories {
        row(out, story)?;
    }
    for story in stories {
        detail(out, story)?;
    }
    Ok(())
}

/// What the plan is known by, who made it and who applied it, and how many changes ended in which way.
fn about_the_plan(out: &mut String, stories: &[Story<'_>]) -> fmt::Result {
    let mut hashes = BTreeSet::new();
    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for story in stories {
        if let (Some(plan), Some(operation)) = (story.plan(), story.operation) {
            hashes.insert((plan.hash, plan.made_by.clone(), operation.target.user.clone()));
        }
        *outcomes.entry(story.outcome()).or_default() += 1;
    }
    writeln!(out)?;
    for (hash, made_by, applied_by) in hashes {
        let (made_by, applied_by) = (code(&made_by, IN_DETAIL), code(&applied_by, IN_DETAIL));
        writeln!(out, "- SHA-256 {hash}, made by {made_by}, applied by {applied_by}")?;
    }
    for (outcome, count) in outcomes {
        writeln!(out, "- {outcome}: {count}")?;
    }
    writeln!(
        out,
        "- Rows that were skipped, unchanged or never begun sent nothing and are not in the journal."
    )
}

fn row(out: &mut String, story: &Story<'_>) -> fmt::Result {
    let time = story.began_at().map(second).unwrap_or_default();
    let cell = |of: fn(&Operation) -> &Untrusted| {
        story.operation.map_or_else(|| "?".to_owned(), |operation| code(of(operation), IN_TABLE))
    };
    writeln!(
        out,
        "| {time} | {} | {} → {} | {} | {} | {} | {} | {} | {} |",
        cell(|operation| &operation.target.name),
        cell(|operation| &operation.before),
        cell(|operation| &operation.after),
        story.code(),
        story.outcome(),
        cell(|operation| &operation.reason),
        cell(|operation| &operation.target.user),
        cell(|operation| &operation.target.server),
        story.id,
    )
}

fn detail(out: &mut String, story: &Story<'_>) -> fmt::Result {
    writeln!(out, "\n## {}\n", story.id)?;
    match story.operation {
        Some(operation) => facts(out, operation)?,
        None => writeln!(out, "What was meant is not in the part of the journal that can be read.")?,
    }
    writeln!(out, "- Journal lines: {}\n", story.lines())?;
    for entry in &story.entries {
        writeln!(out, "1. {:.3} — {}", entry.at, step(&entry.transition))?;
    }
    Ok(())
}

fn facts(out: &mut String, operation: &Operation) -> fmt::Result {
    let Operation { id: _, target, before, before_updated_at, after, reason, overridden, undo_of, plan } =
        operation;
    let facts = [
        ("Organization", &target.name),
        ("Salesforce id", &target.organization_id),
        ("Connection before", before),
        ("Connection sent", after),
        ("Reason", reason),
        ("Guard overridden because", overridden),
        ("Who", &target.user),
        ("Server", &target.server),
        ("Certificate", &target.server_identity),
        ("Domain", &target.domain),
        ("Profile", &target.profile),
        ("Updated before", before_updated_at),
    ];
    writeln!(out, "- Record: `{}`", target.id)?;
    for (label, text) in facts.iter().filter(|(_, text)| !text.is_empty()) {
        writeln!(out, "- {label}: {}", code(text, IN_DETAIL))?;
    }
    if let Some(PlanReference { id, hash, made_by }) = plan {
        writeln!(out, "- Plan: {id}, SHA-256 {hash}, made by {}", code(made_by, IN_DETAIL))?;
    }
    undo_of.map_or(Ok(()), |undone| writeln!(out, "- Takes back: {undone}"))
}

fn step(transition: &Transition) -> String {
    let shown = |text: &Untrusted| code(text, IN_DETAIL);
    match transition {
        Transition::Intent(_) => "about to be sent".to_owned(),
        Transition::Sent => "sent".to_owned(),
        Transition::Answered { status, by_another: false } => format!("answered with {status}"),
        Transition::Answered { status, by_another: true } => {
            format!("answered with {status} by something in between")
        }
        Transition::NoAnswer { why } => format!("no answer: {}", shown(why)),
        Transition::Looked { connection } => format!("read back: {}", shown(connection)),
        Transition::Settled { outcome, seen } => format!("settled: {}, seen {}", outcome.word(), shown(seen)),
        Transition::Corrected { outcome, seen } => {
            format!("corrected: {}, seen {}", outcome.word(), shown(seen))
        }
        Transition::Abandoned { why } => format!("not sent: {}", shown(why)),
    }
}

/// A time in the table: to the second.
fn second(at: Timestamp) -> String {
    format!("{at:.0}").replace('T', " ")
}

/// A text as a code span, at most so many bytes of it.
fn code(text: &Untrusted, most: usize) -> String {
    if text.is_empty() {
        return "–".to_owned();
    }
    let (head, is_cut) = text.display_head(most);
    let head = head.as_str().replace('`', r"\x60").replace('|', r"\x7c");
    if is_cut { format!("`{head}` …") } else { format!("`{head}`") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::unescape;

    #[test]
    fn tx_08_a_text_from_outside_is_no_markup() {
        let hostile = "a`b` <img> **x** | y\n| z \u{202e}\u{1b}[2J [l](http://x) @all";
        let span = code(&hostile.into(), IN_TABLE);
        assert!(!span.chars().any(|c| c.is_control() || c == '\u{202e}' || c == '|'), "{span}");
        let inside = span.strip_prefix('`').unwrap().strip_suffix('`').unwrap();
        assert!(!inside.contains('`'), "{span}");
        assert_eq!(unescape(inside), hostile);
        assert_eq!(code(&"x".repeat(1 << 20).into(), 3), "`xxx` …");
        assert_eq!(code(&"".into(), 3), "–");
    }
}
