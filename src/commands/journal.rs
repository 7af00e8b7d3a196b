//! `cckm-tui journal`: check the journal, print it for a ticket.

use std::fmt::Write as _;
use std::path::Path;

use crate::journal::{self, JournalError, VerifyError, Wanted};
use crate::text::one_line;

/// What `journal verify` prints when every line is as it was written.
///
/// # Errors
///
/// When the journal cannot be read or cannot be believed.
pub fn verify(file: &Path) -> Result<String, VerifyError> {
    let summary = journal::verify(file)?;
    let mut text = format!("{}: {} entries, every line as it was written\n", shown(file), summary.entries);
    for torn in &summary.torn {
        let written = writeln!(text, "{torn}, accounted for");
        debug_assert!(written.is_ok(), "writing to a String cannot fail");
    }
    let written = writeln!(text, "last line {}, sha-256 {}", summary.sequence, summary.last_hash);
    debug_assert!(written.is_ok(), "writing to a String cannot fail");
    Ok(text)
}

/// What `journal report` prints: Markdown, or CSV.
///
/// # Errors
///
/// When the journal cannot be read.
pub fn report(file: &Path, wanted: Wanted, as_csv: bool) -> Result<String, JournalError> {
    let contents = journal::read(file)?;
    Ok(if as_csv { journal::sheet(&contents, wanted) } else { journal::report(&contents, wanted) })
}

fn shown(path: &Path) -> String {
    one_line(&path.to_string_lossy())
}
