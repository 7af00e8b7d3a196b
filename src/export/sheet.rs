//! Rows of cells that a spreadsheet reads and does not run.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};

use crate::text::escape_for_file;

/// A sheet being written.
#[derive(Debug)]
pub struct Sheet<W: Write>(Writer<W>);

impl<W: Write> Sheet<W> {
    /// A sheet whose cells have `delimiter` between them.
    pub fn new(delimiter: u8, to: W) -> Self {
        let mut builder = WriterBuilder::new();
        builder.delimiter(delimiter).terminator(Terminator::Any(b'\n')).quote_style(QuoteStyle::Necessary);
        Self(builder.from_writer(to))
    }

    /// Adds a row.
    ///
    /// # Errors
    ///
    /// When it cannot be written, or has not as many cells as the first.
    pub fn row<'a>(&mut self, cells: impl IntoIterator<Item = &'a str>) -> io::Result<()> {
        let cells = cells.into_iter().map(|cell| guarded(cell).into_owned());
        self.0.write_record(cells).map_err(io::Error::from)
    }

    /// Writes what is still held back.
    ///
    /// # Errors
    ///
    /// When it cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// A text as a cell: printable, and no formula.
pub fn guarded(text: &str) -> Cow<'_, str> {
    let shown = escape_for_file(text);
    if shown.starts_with(['=', '+', '-', '@', '\t', '\n', '\'']) {
        return Cow::Owned(format!("'{shown}"));
    }
    shown
}
