//! Connections as rows: the fields that have a name here, how each stands, and how many organizations use it.

use std::io::{self, Write};
use std::sync::Arc;

use super::{Format, Sheet, Written, json, one_row};
use crate::domain::Connection;
use crate::text::Untrusted;

/// A connection in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConnectionRow {
    /// What is known of it; of one that only organizations name, no more than the name.
    pub connection: Arc<Connection>,
    /// How it stands, in a word.
    pub state: &'static str,
    /// How many organizations use it; none while that is not known.
    pub organizations: Option<usize>,
}

impl ConnectionRow {
    /// The columns of a sheet, and the keys of an object.
    const COLUMNS: [&'static str; 7] =
        ["id", "name", "cloud_name", "state", "organizations", "tested_at", "error"];

    fn cells(&self) -> [String; 7] {
        let Connection { id, name, cloud_name, tested_at, error, .. } = &*self.connection;
        let [id, name, kind, tested_at, error] =
            [id, name, cloud_name, tested_at, error].map(|value| Untrusted::as_sent(value).to_owned());
        let organizations = self.organizations.map(|count| count.to_string()).unwrap_or_default();
        [id, name, kind, self.state.to_owned(), organizations, tested_at, error]
    }

    fn json(&self) -> String {
        let Connection { id, name, cloud_name, tested_at, error, .. } = &*self.connection;
        serde_json::json!({
            "id": id.as_sent(),
            "name": name.as_sent(),
            "cloud_name": cloud_name.as_sent(),
            "state": self.state,
            "organizations": self.organizations,
            "tested_at": tested_at.as_sent(),
            "error": error.as_sent(),
        })
        .to_string()
    }

    /// Its cells with tabs between, without the names of the columns and without a line end: to be pasted.
    pub fn tsv(&self) -> String {
        one_row(self.cells().iter().map(String::as_str))
    }
}

/// Writes connections in the order given.
///
/// # Errors
///
/// When `to` cannot be written.
pub fn connections<'a>(
    format: Format,
    rows: impl IntoIterator<Item = &'a ConnectionRow>,
    to: impl Write,
) -> io::Result<Written> {
    let Some(delimiter) = format.delimiter() else {
        return json(format, rows.into_iter().map(ConnectionRow::json), to);
    };
    let mut written = Written::default();
    let mut sheet = Sheet::new(delimiter, to);
    sheet.row(ConnectionRow::COLUMNS)?;
    for row in rows {
        sheet.row(row.cells().iter().map(String::as_str))?;
        written.records += 1;
    }
    sheet.finish()?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, organizations: Option<usize>) -> ConnectionRow {
        let connection = Arc::new(Connection::named(&name.into()));
        ConnectionRow { connection, state: "MISSING", organizations }
    }

    fn written(format: Format) -> String {
        let mut bytes = Vec::new();
        let rows = [row("=sfdc,eu", Some(3)), row("us", None)];
        assert_eq!(connections(format, &rows, &mut bytes).unwrap(), Written { records: 2, left_out: 0 });
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn e12_a_number_that_is_not_known_is_nothing_in_a_sheet_and_null_in_json() {
        assert_eq!(
            written(Format::Csv),
            "id,name,cloud_name,state,organizations,tested_at,error\n\
             ,\"'=sfdc,eu\",,MISSING,3,,\n,us,,MISSING,,,\n"
        );
        let lines = written(Format::JsonLines);
        let counts: Vec<_> = lines.lines().map(|line| line.contains("\"organizations\":null")).collect();
        assert_eq!(counts, [false, true], "{lines}");
        assert_eq!(row("a\tb", None).tsv(), "\t\"a\tb\"\t\tMISSING\t\t\t");
    }
}
