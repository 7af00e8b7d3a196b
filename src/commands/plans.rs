//! `cckm-tui plan` and `apply`: what is read from a CSV file, and what is printed.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::app::plan::{Planned, RowResult, RowState};
use crate::domain::{Listed, Plan, PlanRow};
use crate::export::guarded;
use crate::text::{Untrusted, json_line, one_line};

/// Most mistakes in a CSV file that are told.
const MISTAKES: usize = 10;

/// The organizations that the lines of a CSV file name, by id or name, each with the connection it is to have.
///
/// A line has two cells. A first line that begins with `id`, `name` or `organization` is a head. A cell may be as
/// [`guarded`] writes it.
///
/// # Errors
///
/// Every line that names no organization or several, or no connection.
pub fn rows_of_csv<'a>(
    bytes: &[u8],
    organizations: impl Iterator<Item = &'a Listed>,
) -> Result<Vec<(Listed, Untrusted)>, String> {
    let mut known: HashMap<String, Vec<&Listed>> = HashMap::new();
    for organization in organizations {
        known.entry(organization.id().as_str().to_owned()).or_default().push(organization);
        let name = organization.name();
        known.entry(name.to_owned()).or_default().push(organization);
        let cell = guarded(name);
        if cell != name {
            known.entry(cell.into_owned()).or_default().push(organization);
        }
    }
    let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes);
    let (mut rows, mut mistakes) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(|error| format!("--csv: {}", one_line(&error.to_string())))?;
        let line = record.position().map_or(0, csv::Position::line);
        let [Some(named), Some(new)] = [0, 1].map(|cell| record.get(cell).map(str::trim)) else {
            mistakes.push(format!("line {line}: expected two cells, an organization and its new connection"));
            continue;
        };
        if rows.is_empty()
            && mistakes.is_empty()
            && line <= 1
            && matches!(named, "id" | "name" | "organization")
        {
            continue;
        }
        match known.get(named).map(Vec::as_slice) {
            _ if new.is_empty() => mistakes.push(format!("line {line}: no new connection")),
            Some([organization]) => rows.push(((*organization).clone(), new.into())),
            Some(several) => mistakes
                .push(format!("line {line}: {} organizations are called so: give an id", several.len())),
            None => mistakes
                .push(format!("line {line}: no organization has the id or name `{}`", one_line(named))),
        }
    }
    if mistakes.is_empty() {
        return Ok(rows);
    }
    let more = mistakes.len().saturating_sub(MISTAKES);
    mistakes.truncate(MISTAKES);
    let more = if more > 0 { format!("\nand {more} more") } else { String::new() };
    Err(format!("--csv:\n{}{more}", mistakes.join("\n")))
}

/// What a plan comes to, for who is to agree to it.
pub fn summary(planned: &Planned) -> String {
    let Planned { rows, already, plan, effects, hash, .. } = planned;
    let mut text =
        format!("plan {}: {} changes, {already} have the new connection already\n", plan.id, plan.rows.len());
    for row in rows {
        let word = match row.state {
            RowState::Blocked => "left out",
            RowState::Doubtful => "look at",
            RowState::Fine | RowState::Waiting => continue,
        };
        add(&mut text, format_args!("{word:<9} {} ({}): {}\n", row.row.name.brief(), row.row.id, row.words));
    }
    for effect in effects {
        let connection = effect.connection.brief();
        add(
            &mut text,
            format_args!("effect    {connection}: {} -> {} organizations\n", effect.before, effect.after),
        );
    }
    let order = plan.order;
    let (canaries, concurrency, stop) = (order.canaries, order.concurrency, order.stop_after);
    add(
        &mut text,
        format_args!("order     {canaries} first, then {concurrency} at a time; stop after {stop} failed\n"),
    );
    let domain = if plan.place.domain.is_empty() {
        "root".to_owned()
    } else {
        plan.place.domain.brief().into_string()
    };
    add(
        &mut text,
        format_args!(
            "valid     until {:.0}, for {} domain {domain} only\n",
            plan.valid_until,
            plan.place.server.brief()
        ),
    );
    add(&mut text, format_args!("hash      {}  (sha-256 {hash})\n", hash.short()));
    text
}

fn add(text: &mut String, more: std::fmt::Arguments<'_>) {
    let written = text.write_fmt(more);
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
}

/// What a row came to, for another program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended<'a> {
    /// A word: that of an outcome in the journal, or `unchanged`, `skipped`, `not-sent`, `left-out`, `not-begun`.
    pub result: &'static str,
    /// Why, where that needs words; displayed.
    pub why: &'a str,
    /// Its change in the journal.
    pub operation: Option<String>,
    /// The status of the answer.
    pub status: Option<u16>,
    /// Milliseconds that it took.
    pub milliseconds: Option<u64>,
}

impl<'a> Ended<'a> {
    /// Something of which nothing was sent.
    pub const fn plain(result: &'static str, why: &'a str) -> Self {
        Self { result, why, operation: None, status: None, milliseconds: None }
    }

    /// What became of a row that had its turn.
    pub fn of(result: &'a RowResult) -> Self {
        match result {
            RowResult::Waiting | RowResult::Underway => Self::plain("not-begun", ""),
            RowResult::Unchanged => Self::plain("unchanged", "it has the new connection already"),
            RowResult::Skipped(why) => Self::plain("skipped", why),
            RowResult::NotSent(why) => Self::plain("not-sent", why),
            RowResult::Done { operation, outcome, status, took } => Self {
                result: outcome.name(),
                why: "",
                operation: Some(operation.to_string()),
                status: *status,
                milliseconds: u64::try_from(took.as_millis()).ok(),
            },
        }
    }
}

/// One line of JSON about a row.
pub fn ended_line(plan: &Plan, row: &PlanRow, ended: &Ended<'_>) -> String {
    let Ended { result, why, operation, status, milliseconds } = ended;
    let value = serde_json::json!({
        "plan": plan.id.to_string(),
        "id": row.id.as_str(),
        "name": row.name.as_sent(),
        "organization_id": row.organization_id.as_sent(),
        "from": row.now.as_sent(),
        "to": row.new.as_sent(),
        "result": result,
        "why": why,
        "operation": operation,
        "status": status,
        "milliseconds": milliseconds,
    });
    json_line(&value.to_string()).into_owned() + "\n"
}
