//! `cckm-tui config`: what is in effect, a file to begin with, what is wrong with one, and its schema.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::config::{self, Config, ConfigError, Setting};
use crate::files::{Directory, FileError};
use crate::text::{escape, width};

/// The commented example.
const EXAMPLE: &str = include_str!("../../config.example.toml");

/// Widest column of values; a longer value pushes its origin to the right.
const WIDEST: usize = 40;

/// A table of the settings in effect: key, value, origin.
pub fn show(config: &Config) -> String {
    let rows: Vec<_> =
        config.effective().iter().map(|row| (row.key, value(row), row.origin.clone())).collect();
    let keys = rows.iter().map(|(key, ..)| width(key)).max().unwrap_or_default();
    let values = rows.iter().map(|(_, value, _)| width(value)).filter(|width| *width <= WIDEST);
    let values = values.max().unwrap_or_default();
    let line = |(key, value, origin): &(&str, String, String)| {
        format!("{}{}{origin}\n", column(key, keys), column(value, values))
    };
    rows.iter().map(line).collect()
}

fn value(row: &Setting) -> String {
    if row.value.is_empty() { "-".to_owned() } else { escape(&row.value).into_owned() }
}

/// The text with blanks up to the next column; never cut.
fn column(text: &str, cells: usize) -> String {
    let blanks = cells.saturating_sub(width(text)) + 2;
    format!("{text}{}", " ".repeat(blanks))
}

/// Writes the example as `config.toml` into this directory, for its owner alone; what is there stays.
///
/// # Errors
///
/// [`FileError`] when there is a file already, or none can be made.
pub fn init(directory: &Path) -> Result<String, FileError> {
    let directory = Directory::ensure(directory)?;
    let mut draft = directory.create(config::FILE_NAME)?;
    let path = escape(&directory.path().join(config::FILE_NAME).to_string_lossy()).into_owned();
    draft
        .write_all(EXAMPLE.as_bytes())
        .map_err(|error| FileError { path: path.clone(), problem: error.into() })?;
    draft.keep()?;
    Ok(format!("{path}: written; it says of every key what it is for\n"))
}

/// Looks for mistakes in a file, in all its profiles; `home` is what `~/` stands for in it.
///
/// # Errors
///
/// [`ConfigError`] has every mistake.
pub fn check(file: &Path, home: Option<PathBuf>) -> Result<String, ConfigError> {
    let profiles = config::check(file, home)?;
    let profiles = match profiles.as_slice() {
        [] => "no profile".to_owned(),
        names => format!("profiles {}", names.join(", ")),
    };
    Ok(format!("{}: nothing wrong; {profiles}\n", escape(&file.to_string_lossy())))
}

/// The JSON schema of the file.
pub fn schema() -> String {
    format!("{:#}\n", config::schema())
}
