//! Lists as other programs read them: CSV, TSV, JSON, JSON Lines.
//!
//! | | CSV, TSV | JSON, JSON Lines |
//! |---|---|---|
//! | an organization is | the fields that have a name here, each in its column, empty when absent | the server's record, every token as it was sent |
//! | a damaged record is | left out, and counted | as it was sent |
//! | what a terminal could obey is | as on the screen: `\x1b`, `\u{202e}`; line breaks and tabs stay | `\u001b`, which a string in JSON may hold |
//!
//! A connection is the same row in all four: what has a name here, how it stands and how many organizations use it. One
//! that only organizations name is among them.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-` or `@` for a formula, also behind a tab or a line break.
//! Such a cell gets an apostrophe in front; so does one that has an apostrophe there itself. Whoever takes one
//! apostrophe off the front has the text again.

mod connections;
mod sheet;

use std::io::{self, Write};

pub use self::connections::{ConnectionRow, connections};
pub use self::sheet::{Sheet, guarded};
use crate::domain::{Listed, Record};
use crate::text::json_line;

/// How a list is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Commas between cells (RFC 4180), lines ended by a newline, the first with the names of the columns.
    Csv,
    /// The same with tabs.
    Tsv,
    /// One array.
    Json,
    /// One object a line.
    JsonLines,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Csv, Self::Tsv, Self::Json, Self::JsonLines];

    /// The end of the name of such a file, and the word on the command line.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::JsonLines => "jsonl",
        }
    }

    /// The name as it is read.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Tsv => "TSV",
            Self::Json => "JSON",
            Self::JsonLines => "JSON Lines",
        }
    }

    /// What it is good for.
    pub const fn about(self) -> &'static str {
        match self {
            Self::Csv => "for a spreadsheet; no cell is a formula",
            Self::Tsv => "the same, with tabs between the cells",
            Self::Json => "an array of records",
            Self::JsonLines => "one record a line",
        }
    }

    /// The delimiter of a sheet; none for JSON.
    const fn delimiter(self) -> Option<u8> {
        match self {
            Self::Csv => Some(b','),
            Self::Tsv => Some(b'\t'),
            Self::Json | Self::JsonLines => None,
        }
    }
}

/// What was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Records.
    pub records: usize,
    /// Damaged records that have no place in a sheet.
    pub left_out: usize,
}

/// The columns of a sheet of organizations: the keys of the server's record.
pub const COLUMNS: [&str; 9] =
    ["id", "name", "organization_id", "type", "connection", "cloud_name", "createdAt", "updatedAt", "uri"];

/// Writes organizations in the order given.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn organizations<'a>(
    format: Format,
    records: impl IntoIterator<Item = &'a Record<Listed>>,
    to: impl Write,
) -> io::Result<Written> {
    match format.delimiter() {
        Some(delimiter) => sheet(delimiter, records, to),
        None => json(format, records.into_iter().map(as_sent), to),
    }
}

fn sheet<'a>(
    delimiter: u8,
    records: impl IntoIterator<Item = &'a Record<Listed>>,
    to: impl Write,
) -> io::Result<Written> {
    let mut written = Written::default();
    let mut sheet = Sheet::new(delimiter, to);
    sheet.row(COLUMNS)?;
    for record in records {
        match record {
            Record::Sound(listed) => {
                sheet.row(cells(listed))?;
                written.records += 1;
            }
            Record::Damaged(_) => written.left_out += 1,
        }
    }
    sheet.finish()?;
    Ok(written)
}

/// In the order of [`COLUMNS`].
fn cells(listed: &Listed) -> [&str; 9] {
    [
        listed.id().as_str(),
        listed.name(),
        listed.organization_id(),
        listed.kind(),
        listed.connection(),
        listed.cloud_name(),
        listed.created_at(),
        listed.updated_at(),
        listed.uri(),
    ]
}

fn as_sent(record: &Record<Listed>) -> &str {
    match record {
        Record::Sound(listed) => listed.json(),
        Record::Damaged(damaged) => damaged.json.as_sent(),
    }
}

/// Writes JSON texts, an array of them or one a line.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn json<T: AsRef<str>>(
    format: Format,
    records: impl IntoIterator<Item = T>,
    mut to: impl Write,
) -> io::Result<Written> {
    let (open, between, close) = match format {
        Format::JsonLines => ("", "\n", "\n"),
        Format::Csv | Format::Tsv | Format::Json => ("[\n", ",\n", "\n]\n"),
    };
    let mut written = Written::default();
    for record in records {
        let before = if written.records == 0 { open } else { between };
        to.write_all(before.as_bytes())?;
        to.write_all(json_line(record.as_ref()).as_bytes())?;
        written.records += 1;
    }
    match (written.records, format) {
        (0, Format::JsonLines) => {}
        (0, _) => to.write_all(b"[]\n")?,
        _ => to.write_all(close.as_bytes())?,
    }
    to.flush()?;
    Ok(written)
}

/// One organization as a line of cells with tabs between, without the names of the columns and without a line end:
/// to be pasted.
pub fn tsv_row(listed: &Listed) -> String {
    one_row(cells(listed))
}

fn one_row<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let mut bytes = Vec::new();
    let mut sheet = Sheet::new(b'\t', &mut bytes);
    let written = sheet.row(cells).and_then(|()| sheet.finish());
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
    let mut text = String::from_utf8_lossy(&bytes).into_owned();
    text.truncate(text.trim_end_matches('\n').len());
    text
}

#[cfg(test)]
mod tests;
