//! `cckm-tui list`, `get` and `connections`: what was read, as text.

use std::io::{self, Write};

use crate::app::age;
use crate::domain::{Connection, Field, Listed, Organization, Record};
use crate::export::{self, ConnectionRow, Format};
use crate::text::{Untrusted, pad, width};

/// How a list is printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Print {
    /// Columns for the eye, by the display rule.
    #[default]
    Table,
    /// As other programs read it.
    For(Format),
}

impl Print {
    /// The words on the command line.
    pub const NAMES: [&'static str; 5] = ["table", "csv", "tsv", "json", "jsonl"];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        let format = Format::ALL.into_iter().find(|format| format.extension() == name);
        format.map(Self::For).or_else(|| (name == "table").then_some(Self::Table))
    }
}

/// An organization, or the text of a record that cannot be understood.
pub type Row = Record<Listed>;

/// Prints organizations; says how many damaged records a sheet has no place for.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn organizations(print: Print, rows: &[Row], mut to: impl Write) -> io::Result<usize> {
    match print {
        Print::For(format) => export::organizations(format, rows, to).map(|written| written.left_out),
        Print::Table => {
            let head = ["NAME", "CONNECTION", "TYPE", "ORG ID", "UPDATED", "ID"];
            to.write_all(table(&head, rows.iter().map(cells)).as_bytes())?;
            Ok(0)
        }
    }
}

fn cells(row: &Row) -> [String; 6] {
    match row {
        Record::Sound(listed) => {
            let organization = listed.organization();
            let Organization { name, connection, kind, organization_id, updated_at, .. } = &*organization;
            let [name, connection, kind, organization_id] =
                [name, connection, kind, organization_id].map(cell);
            [name, connection, kind, organization_id, time(updated_at), organization.id.to_string()]
        }
        Record::Damaged(damaged) => {
            let dash = || "-".to_owned();
            [format!("damaged record: {}", damaged.reason.brief()), dash(), dash(), dash(), dash(), dash()]
        }
    }
}

/// A text in a table; a dash is nothing, and a text that is a dash is written `\x2d`.
fn cell(text: &Untrusted) -> String {
    if text.is_empty() { "-".to_owned() } else { text.brief().into_string() }
}

/// A time of the server, to the second.
fn time(text: &Untrusted) -> String {
    if text.is_empty() { cell(text) } else { age::readable(text) }
}

/// One organization: its fields, or as a list of one.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn organization(print: Print, row: &Listed, mut to: impl Write) -> io::Result<()> {
    match print {
        Print::Table => {
            let id = Field { key: "id".into(), value: row.id().as_str().into() };
            let fields = std::iter::once(id).chain(row.organization().fields());
            let rows = fields.map(|field| [field.key.brief().into_string(), cell(&field.value)]);
            to.write_all(plain_rows(rows).as_bytes())
        }
        // One record is no array.
        Print::For(Format::Json | Format::JsonLines) => {
            export::json(Format::JsonLines, [row.json()], to).map(drop)
        }
        Print::For(format) => export::organizations(format, &[Row::Sound(row.clone())], to).map(drop),
    }
}

/// Prints connections.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn connections(print: Print, rows: &[ConnectionRow], mut to: impl Write) -> io::Result<()> {
    match print {
        Print::Table => {
            let head = ["NAME", "STATE", "KIND", "ORGS", "TESTED", "ERROR", "ID"];
            let rows = rows.iter().map(|ConnectionRow { connection, state, organizations }| {
                let Connection { id, name, cloud_name, tested_at, error, .. } = &**connection;
                let [id, name, kind, error] = [id, name, cloud_name, error].map(cell);
                let uses = organizations.map_or("?".to_owned(), |count| count.to_string());
                [name, (*state).to_owned(), kind, uses, time(tested_at), error, id]
            });
            to.write_all(table(&head, rows).as_bytes())
        }
        Print::For(format) => export::connections(format, rows, to).map(drop),
    }
}

/// Columns as wide as their widest cell, two blanks between; the last one ends its line.
pub(super) fn table<const N: usize>(head: &[&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let head = head.map(str::to_owned);
    plain_rows(std::iter::once(head).chain(rows))
}

fn plain_rows<const N: usize>(rows: impl Iterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> = rows.collect();
    let mut widths = [0; N];
    for row in &rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(cell));
        }
    }
    let line = |row: &[String; N]| {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| pad(cell, width, '…')).collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
