//! The commands on the journal: what they read, and where they print it.

use std::path::PathBuf;
use std::process::ExitCode;

use color_eyre::eyre::{Report, eyre};

use super::lists::new_file;
use super::{Problem, print, setting, state_directory};
use crate::cli;
use crate::commands;
use crate::journal::{self, VerifyError, Wanted};
use crate::runtime::clock;

/// Checks or prints the journal.
pub(super) fn show_journal(command: cli::Journal) -> Result<ExitCode, Problem> {
    let place = |file: Option<PathBuf>| {
        let usual = || state_directory().map(|directory| journal::file_in(&directory));
        file.or_else(usual).ok_or_else(|| setting(eyre!("no home directory: give --file")))
    };
    let text = match command {
        cli::Journal::Verify { file } => {
            let file = place(file)?;
            commands::journal::verify(&file).map_err(|error| match error {
                VerifyError::Unreadable(error) => Report::new(error),
                error => Report::new(error).wrap_err(file.display().to_string()),
            })?
        }
        cli::Journal::Report { since, plan, csv, out, file } => {
            let since = since.map(|since| since.seen_from(clock::wall()));
            let wanted = Wanted { since, plan };
            let text = commands::journal::report(&place(file)?, wanted, csv).map_err(Report::new)?;
            match out {
                None => text,
                Some(out) => {
                    new_file(&out, text.as_bytes())?;
                    return Ok(ExitCode::SUCCESS);
                }
            }
        }
    };
    print(&text)
}
