//! The text of a plan, and how it is read.

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::app::plan::outside::Offered;
use crate::domain::{Order, OrganizationId, Plan, PlanPlace, PlanRow, Sha256};
use crate::files::{self, Demands, FileError};
use crate::text::{Untrusted, json_line, one_line};

/// The first value of the file.
const FORMAT: &str = "cckm-tui plan 1";

/// Largest file that is read, in bytes.
pub(super) const LARGEST: u64 = 64 << 20;

/// A plan as it was read, and the hash that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// What was read.
    pub plan: Plan,
    /// What its hash was when it was written.
    pub hash: Sha256,
}

impl Sealed {
    /// It, as the core takes it; `was_begun` by an earlier run.
    pub fn offered(self, was_begun: bool) -> Offered {
        let Self { plan, hash } = self;
        Offered { plan: Arc::new(plan), hash, was_begun }
    }
}

/// Why a file is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanFileError {
    /// The file.
    #[error(transparent)]
    File(#[from] FileError),
    /// What is in it.
    #[error("{path}: {what}; have the plan written anew")]
    Text {
        /// The file, printable.
        path: String,
        /// What is wrong.
        what: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    format: String,
    id: String,
    made_at: String,
    made_by: String,
    valid_until: String,
    server: String,
    server_identity: String,
    domain: String,
    reason: String,
    canaries: usize,
    concurrency: usize,
    stop_after: usize,
    rows: Vec<Line>,
    hash: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    id: String,
    name: String,
    organization_id: String,
    now: String,
    new: String,
    undo_of: Option<String>,
}

/// What is looked at first: a later version may have other keys.
#[derive(Deserialize)]
struct Version {
    format: String,
}

/// The text of a plan.
pub fn text(plan: &Plan) -> String {
    let Plan { id, made_at, made_by, valid_until, place, reason, order, rows } = plan;
    let PlanPlace { server, server_identity, domain } = place;
    let Order { canaries, concurrency, stop_after } = *order;
    let head = Head {
        format: FORMAT.to_owned(),
        id: id.to_string(),
        made_at: made_at.to_string(),
        made_by: owned(made_by),
        valid_until: valid_until.to_string(),
        server: owned(server),
        server_identity: owned(server_identity),
        domain: owned(domain),
        reason: owned(reason),
        canaries,
        concurrency,
        stop_after,
        rows: Vec::new(),
        hash: plan.hash().to_string(),
    };
    let head = json(&head);
    // The place of the rows: keys are written in the order of the structure, and texts cannot hold a bare quote.
    let (before, after) = head.rsplit_once("[]").unwrap_or((&head, ""));
    let rows: Vec<String> = rows.iter().map(|row| json(&line(row))).collect();
    format!("{before}[\n{}\n]{after}\n", rows.join(",\n"))
}

fn json(value: &impl Serialize) -> String {
    // Texts and numbers: there is nothing in it that JSON cannot say.
    let text = serde_json::to_string(value).unwrap_or_default();
    json_line(&text).into_owned()
}

fn line(row: &PlanRow) -> Line {
    let PlanRow { id, name, organization_id, now, new, undo_of } = row;
    Line {
        id: id.to_string(),
        name: owned(name),
        organization_id: owned(organization_id),
        now: owned(now),
        new: owned(new),
        undo_of: undo_of.map(|undone| undone.to_string()),
    }
}

fn owned(text: &Untrusted) -> String {
    text.as_sent().to_owned()
}

/// Reads the file at `path`, whose ever it is.
///
/// # Errors
///
/// [`PlanFileError`] when it cannot be read, or is no plan. Whether the plan may be applied is another question:
/// [`Plan::refusal`] answers it.
pub fn read(path: &Path) -> Result<Sealed, PlanFileError> {
    let contents = files::read(path, Demands::any(LARGEST))?;
    parse(&contents.bytes)
        .map_err(|what| PlanFileError::Text { path: one_line(&path.to_string_lossy()), what })
}

/// Reads the text of a plan.
///
/// # Errors
///
/// What is wrong with it, in one printable line.
pub fn parse(bytes: &[u8]) -> Result<Sealed, String> {
    let version: Version = serde_json::from_slice(bytes)
        .map_err(|error| format!("not a plan of this program: {}", one_line(&error.to_string())))?;
    if version.format != FORMAT {
        return Err(format!("expected `{FORMAT}`, found `{}`", one_line(&version.format)));
    }
    let head: Head = serde_json::from_slice(bytes).map_err(|error| one_line(&error.to_string()))?;
    let rows: Result<Vec<_>, _> = head.rows.iter().zip(1..).map(|(line, number)| row(line, number)).collect();
    let time = |key: &str, text: &str| text.parse().map_err(|_unlike| format!("`{key}` is not a time"));
    let plan = Plan {
        id: head.id.parse().map_err(|error| format!("`id` is {error}"))?,
        made_at: time("made_at", &head.made_at)?,
        made_by: head.made_by.into(),
        valid_until: time("valid_until", &head.valid_until)?,
        place: PlanPlace {
            server: head.server.into(),
            server_identity: head.server_identity.into(),
            domain: head.domain.into(),
        },
        reason: head.reason.into(),
        order: Order { canaries: head.canaries, concurrency: head.concurrency, stop_after: head.stop_after },
        rows: rows?,
    };
    let hash = head.hash.parse().map_err(|error| format!("`hash` is {error}"))?;
    Ok(Sealed { plan, hash })
}

fn row(line: &Line, number: usize) -> Result<PlanRow, String> {
    let id = OrganizationId::new(&line.id)
        .ok_or_else(|| format!("row {number}: `id` is not the id of a record"))?;
    let undo_of = line.undo_of.as_ref().map(|undone| undone.parse());
    Ok(PlanRow {
        id,
        name: line.name.as_str().into(),
        organization_id: line.organization_id.as_str().into(),
        now: line.now.as_str().into(),
        new: line.new.as_str().into(),
        undo_of: undo_of.transpose().map_err(|error| format!("row {number}: `undo_of` is {error}"))?,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::plans) fn plan() -> Plan {
        let row = |n: usize, now: &str| PlanRow {
            id: OrganizationId::new(&format!("org-{n}")).unwrap(),
            name: "Acme [] \"x\" \u{202e}\u{1b}[2J".into(),
            organization_id: "00D5e".into(),
            now: now.into(),
            new: "sfdc-2025".into(),
            undo_of: (n == 2).then(|| "7f3a9c-12".parse().unwrap()),
        };
        Plan {
            id: "p7f3a9c-2".parse().unwrap(),
            made_at: "2026-11-23T18:00:00Z".parse().unwrap(),
            made_by: "ldap|ops1".into(),
            valid_until: "2026-11-24T18:00:00Z".parse().unwrap(),
            place: PlanPlace {
                server: "https://cm1.example.com".into(),
                server_identity: "sha256:9F".into(),
                domain: "".into(),
            },
            reason: "CHG-20417 [] \u{0}".into(),
            order: Order::default(),
            rows: vec![row(1, "sfdc-2024"), row(2, "")],
        }
    }

    #[test]
    fn a10_a_plan_reads_as_it_was_written_and_is_printable_with_a_row_a_line() {
        let text = text(&plan());
        assert_eq!(text.lines().count(), 4, "{text}");
        assert!(!text.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{text}");
        assert_eq!(parse(text.as_bytes()), Ok(Sealed { plan: plan(), hash: plan().hash() }));
        let empty = Plan { rows: Vec::new(), ..plan() };
        assert_eq!(parse(super::text(&empty).as_bytes()).unwrap().plan, empty);
    }

    #[test]
    fn wr_26_an_edited_plan_is_read_and_its_hash_tells() {
        let text = text(&plan());
        for (from, to) in
            [("sfdc-2025", "sfdc-2026"), ("ops1", "ops2"), ("2026-11-24", "2027-11-24"), ("org-2", "org-3")]
        {
            let Sealed { plan, hash } = parse(text.replacen(from, to, 1).as_bytes()).unwrap();
            assert_ne!(plan.hash(), hash, "{from}");
            let refusal = plan.refusal(hash, &plan.place, plan.made_at);
            assert_eq!(refusal, Some(crate::domain::Refusal::Edited));
        }
    }

    #[test]
    fn fs_10_what_is_no_plan_is_refused_in_words() {
        let text = text(&plan());
        let table = [
            (String::new(), "not a plan"),
            ("\u{1b}[2J".to_owned(), "not a plan"),
            ("[]".to_owned(), "not a plan"),
            (text.replace("plan 1", "plan 2"), "found `cckm-tui plan 2`"),
            (text.replacen("\"id\"", "\"extra\":1,\"id\"", 1), "unknown field `extra`"),
            (text.replacen("\"new\"", "\"extra\":1,\"new\"", 1), "unknown field `extra`"),
            (text.replace("\"made_by\":\"ldap|ops1\",", ""), "missing field `made_by`"),
            (text.replacen("org-1", "../x", 1), "row 1: `id` is not"),
            (text.replacen("7f3a9c-12", "x", 1), "row 2: `undo_of` is not"),
            (text.replacen("p7f3a9c-2", "x", 1), "`id` is not the name of a plan"),
            (text.replacen("2026-11-24T", "x", 1), "`valid_until` is not a time"),
            (text.replacen("\"hash\":\"", "\"hash\":\"x", 1), "`hash` is not a SHA-256"),
            (text.replacen("\"canaries\":1", "\"canaries\":-1", 1), "invalid value"),
            (text.clone() + "{}", "trailing characters"),
        ];
        for (text, words) in table {
            let what = parse(text.as_bytes()).unwrap_err();
            assert!(what.contains(words) && !what.contains('\u{1b}'), "{words}: {what}");
        }
    }
}
