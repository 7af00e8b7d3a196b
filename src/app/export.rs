//! What leaves the screen for a file: which rows, under which name, and what is said of it.

use std::sync::Arc;

use jiff::Timestamp;

use super::connections::{self, Completeness, Of};
use super::effect::Effect;
use super::list::{ListPane, Row};
use super::modal::Modal;
use super::notice::Notice;
use super::settings::{Badge, Settings};
use super::state::State;
use super::view::View;
use crate::domain::{Connection, Listed, Plan, PlanId, Record};
use crate::export::{ConnectionRow, Format};
use crate::text::Untrusted;

/// Most characters of a profile or host in the name of a file.
const LONGEST: usize = 60;

/// What is to be written to a new file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Organizations, in this order; shared with the list.
    Organizations {
        /// How.
        format: Format,
        /// Which.
        records: Arc<[Record<Listed>]>,
    },
    /// Connections, in this order.
    Connections {
        /// How.
        format: Format,
        /// Which.
        rows: Arc<[ConnectionRow]>,
        /// Damaged records among them, which have no row.
        left_out: usize,
    },
    /// A plan, for another run or another person.
    Plan(Arc<Plan>),
}

/// A file that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saved {
    /// Where it is.
    pub path: Untrusted,
    /// What is in it.
    pub what: What,
}

/// What came to be in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Organizations.
    Organizations {
        /// Records in it.
        records: usize,
        /// Damaged records that have no place in a sheet.
        left_out: usize,
    },
    /// Connections.
    Connections {
        /// Rows in it.
        records: usize,
        /// Damaged records that have no place in it.
        left_out: usize,
    },
    /// A plan of so many changes.
    Plan(usize),
    /// The report of a plan; the same as CSV is beside it, under the same name.
    Report,
}

impl Saved {
    /// What is where.
    fn words(&self) -> String {
        let path = self.path.display();
        match &self.what {
            What::Organizations { records, left_out } => {
                let left_out = told_left_out(*left_out);
                let which = if left_out.is_empty() { "" } else { ", which JSON has" };
                format!("{records} organizations in {path}{left_out}{which}")
            }
            What::Connections { records, left_out } => {
                format!("{records} connections in {path}{}", told_left_out(*left_out))
            }
            What::Report => format!("report in {path} and .csv"),
            What::Plan(1) => format!("1 change in {path}"),
            What::Plan(changes) => format!("{changes} changes in {path}"),
        }
    }
}

fn told_left_out(records: usize) -> String {
    match records {
        0 => String::new(),
        1 => "; 1 damaged record left out".to_owned(),
        more => format!("; {more} damaged records left out"),
    }
}

/// What would be written, in words: how many rows, and why these.
pub fn scope(state: &State) -> String {
    let what = match state.view {
        View::Organizations => scope_of_organizations(state),
        View::Connections => {
            let list = &state.connection_list;
            let why = if list.filter.is_empty() { "all rows" } else { "the rows that match the filter" };
            format!("{} connections: {why}", list.shown())
        }
    };
    format!("{what}, in the order of the screen")
}

fn scope_of_organizations(state: &State) -> String {
    let (marks, rows) = (&state.list.marks, state.list.rows.shown());
    match (marks.len(), marks.hidden(), state.list.filter.is_empty()) {
        (0, _, true) => format!("{rows} organizations: all rows"),
        (0, _, false) => format!("{rows} organizations: the rows that match the filter"),
        (marked, 0, _) => format!("{marked} organizations: the marked ones"),
        (marked, hidden, _) => {
            format!("{marked} organizations: the marked ones, {hidden} of them hidden by the filter")
        }
    }
}

/// How many rows the list on the screen shows.
pub(super) fn shown(state: &State) -> usize {
    match state.view {
        View::Organizations => state.list.rows.shown(),
        View::Connections => state.connection_list.shown(),
    }
}

/// `E`: opens the picker of a format, or says why not.
pub(super) fn open(state: &mut State) {
    if shown(state) == 0 {
        state.notice = Some(Notice::info("there is no row to export", state.now));
        return;
    }
    state.modals.push(Modal::Export(Format::Csv));
}

/// Writes what is shown, off the loop.
pub(super) fn write(state: &mut State, format: Format) -> Vec<Effect> {
    let (what, count, content) = match state.view {
        View::Organizations => {
            let records = records(&state.list);
            ("organizations", records.len(), Content::Organizations { format, records })
        }
        View::Connections => {
            let list = &state.connection_list;
            let rows = (0..list.shown()).filter_map(|at| connection_row(list.at(at)?, list.complete));
            let rows: Arc<[_]> = rows.collect();
            let (count, left_out) = (rows.len(), list.shown() - rows.len());
            ("connections", count, Content::Connections { format, rows, left_out })
        }
    };
    let name = file_name(what, &state.settings, state.wall_clock(), format.extension());
    state.notice = Some(Notice::info(format!("writing {count} {what} to {name} …"), state.now));
    let request = state.requests.next();
    vec![Effect::Save { request, name, content }]
}

/// A row of the list of connections as it leaves the screen; none of a damaged record.
pub(super) fn connection_row(row: &connections::Row, complete: Completeness) -> Option<ConnectionRow> {
    let connection = match &row.of {
        Of::Known(connection) => Arc::clone(connection),
        Of::Missing | Of::Unlisted => Arc::new(Connection::named(&row.name)),
        Of::Damaged { .. } => return None,
    };
    let organizations = (complete == Completeness::Whole).then_some(row.uses);
    Some(ConnectionRow { connection, state: row.standing().word(), organizations })
}

/// Writes a plan, off the loop.
pub(super) fn write_plan(state: &mut State, plan: Plan) -> Effect {
    let name = file_name(&format!("plan-{}", plan.id), &state.settings, state.wall_clock(), "json");
    let request = state.requests.next();
    Effect::Save { request, name, content: Content::Plan(Arc::new(plan)) }
}

/// Writes what is on record of a plan, off the loop.
pub(super) fn write_report(state: &mut State, plan: PlanId) -> Effect {
    let name = file_name(&format!("plan-{plan}-report"), &state.settings, state.wall_clock(), "md");
    let request = state.requests.next();
    Effect::SaveReport { request, name, plan }
}

/// The marked organizations, or else every row that is shown.
fn records(list: &ListPane) -> Arc<[Record<Listed>]> {
    let rows = &list.rows;
    if list.marks.is_empty() {
        return (0..rows.shown()).filter_map(|at| Some(rows.at(at)?.record.clone())).collect();
    }
    let marked = |row: &&Row| row.listed().is_some_and(|listed| list.marks.contains(listed.id()));
    rows.ordered().filter(marked).map(|row| row.record.clone()).collect()
}

/// The file is there, or could not be written.
pub(super) fn saved(state: &mut State, result: Result<Saved, Untrusted>) {
    state.notice = Some(match result {
        Ok(saved) => Notice::lasting(saved.words()),
        Err(why) => Notice::warning(format!("nothing was written: {}", why.display())),
    });
}

/// A name of our own parts only, such as `organizations-prod-eu-20261125T184500Z.csv` (FS-13).
pub fn file_name(what: &str, settings: &Settings, wall_clock: i64, extension: &str) -> String {
    let place = match &settings.badge {
        Badge::Demo => "demo".to_owned(),
        Badge::Profile(name) => harmless(name.as_sent()),
        Badge::Unnamed => harmless(host(settings.server.as_sent())),
    };
    let at = Timestamp::from_second(wall_clock).unwrap_or_default().strftime("%Y%m%dT%H%M%SZ");
    format!("{what}-{place}-{at}.{extension}")
}

/// The host of a server's address.
fn host(server: &str) -> &str {
    let address = server.split_once("://").map_or(server, |(_, address)| address);
    address.split(['/', ':']).next().unwrap_or_default()
}

/// Lower-case letters, digits, `-`, `_` and single dots within; everything else is a `-`.
fn harmless(text: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = text.chars().take(LONGEST).map(|c| if kept(c) { c } else { '-' }).collect();
    name.to_ascii_lowercase().replace("..", "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fs_13_no_part_of_a_name_leads_elsewhere() {
        let table = [
            ("cm1.example.com", "cm1.example.com"),
            ("../../etc/passwd", "--------etc-passwd"),
            ("a/b\0c\u{1b}[2J\n", "a-b-c--2j-"),
            ("é\u{202e}x", "--x"),
            ("..", "-"),
            ("", ""),
        ];
        for (text, expected) in table {
            let name = harmless(text);
            assert!(!name.contains(['/', '\0']) && !name.contains(".."), "{name:?}");
            if !text.starts_with("../") {
                assert_eq!(name, expected, "{text:?}");
            }
        }
        assert_eq!(harmless(&"a".repeat(1000)).len(), LONGEST);
        assert_eq!(host("https://cm1.example.com:8443/x"), "cm1.example.com");
    }
}
