//! From the command line to a running program, and from its end to an exit code.
//!
//! | file | what it wires |
//! |---|---|
//! | `dashboard.rs` | the dashboard: terminal, loop, signals, and where it begins |
//! | `plain.rs` | the same line by line |
//! | `connector.rs` | a destination and the configuration to a client; also later, from inside |
//! | `demo.rs` | the dashboard on made-up data |
//! | `record.rs` | the journal of this run |
//! | `terminal.rs` | hooks, memory, and what is no terminal |
//! | `headless.rs` | the core without a screen |
//! | `lists.rs` | the commands that read |
//! | `plans.rs` | plans made and applied without a screen |
//! | `journal.rs`, `config.rs`, `serve.rs`, `trust.rs` | what runs without a screen |
//! | `keys.rs` | the operator's keys |

mod config;
mod connector;
mod dashboard;
mod demo;
mod headless;
mod journal;
mod keys;
mod lists;
mod looks;
mod plain;
mod plans;
mod record;
mod serve;
mod terminal;
mod trust;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use color_eyre::eyre::Report;
use etcetera::BaseStrategy as _;

use crate::cli::{Cli, Command, Stop};
use crate::redact;
use crate::runtime::doors;
use crate::text::printable_lines;

/// How long name look-ups and the like may hold up the end of the program.
const SHUTDOWN: Duration = Duration::from_millis(300);

/// Runs the program with these arguments, its name first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    if let Err(error) = doors::close() {
        return say(io::stderr(), &format!("cckm-tui: {error}\n"), 1);
    }
    let arguments = match Cli::read(arguments) {
        Ok(arguments) => arguments,
        Err(Stop::Answer(text)) => return say(io::stdout(), &text, 0),
        Err(Stop::Usage(text)) => return say(io::stderr(), &printable_lines(&text), 2),
    };
    let done = match arguments.command {
        None => dashboard::show_dashboard(&arguments.dashboard),
        Some(Command::DemoServer(flags)) => serve::serve_demo(&flags),
        Some(Command::Journal(command)) => journal::show_journal(command),
        Some(Command::Config(command)) => config::show_settings(command),
        Some(Command::Trust(command)) => trust::run(command),
        Some(Command::Keys) => keys::show_keys(),
        Some(Command::List(flags)) => lists::list(&flags),
        Some(Command::Get(flags)) => lists::get(&flags),
        Some(Command::Connections(flags)) => lists::connections(&flags),
        Some(Command::Snapshot(flags)) => lists::snapshot(&flags),
        Some(Command::Diff(flags)) => lists::diff(&flags),
        Some(Command::Plan(flags)) => plans::plan(&flags),
        Some(Command::Apply(flags)) => plans::apply(&flags),
    };
    match done {
        Ok(code) => code,
        Err(Problem::Settings(report)) => say(io::stderr(), &complaint(&report), 2),
        Err(Problem::Failure(report)) => say(io::stderr(), &complaint(&report), 1),
    }
}

/// Why the program did not do what it was asked for.
enum Problem {
    /// The settings, or the terminal it was started in.
    Settings(Report),
    /// Anything else.
    Failure(Report),
}

/// Everything but settings.
impl From<Report> for Problem {
    fn from(report: Report) -> Self {
        Self::Failure(report)
    }
}

/// A wrong setting as a problem.
fn setting(error: impl Into<Report>) -> Problem {
    Problem::Settings(error.into())
}

fn complaint(report: &Report) -> String {
    printable_lines(&redact::mask(format!("cckm-tui: {report:#}").into()))
}

fn say(mut to: impl Write, text: &str, code: u8) -> ExitCode {
    let _nobody_may_be_reading = to.write_all(text.as_bytes());
    ExitCode::from(code)
}

fn killed_by(number: i32) -> ExitCode {
    ExitCode::from(u8::try_from(128 + number).unwrap_or(1))
}

/// Where this program keeps what is its own.
fn state_directory() -> Option<PathBuf> {
    Some(etcetera::base_strategy::Xdg::new().ok()?.state_dir()?.join("cckm-tui"))
}

/// Where the settings are.
fn config_directory() -> Option<PathBuf> {
    Some(etcetera::base_strategy::Xdg::new().ok()?.config_dir().join("cckm-tui"))
}

/// One line on standard error that is no failure.
fn remark(words: &str) {
    say(io::stderr(), &printable_lines(&redact::mask(format!("cckm-tui: {words}").into())), 0);
}

/// Prints to standard output; that nobody reads it any more is no failure.
fn print(text: impl AsRef<[u8]>) -> Result<ExitCode, Problem> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_ref()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Report::new(error).wrap_err("standard output cannot be written").into())
        }
        _ => Ok(ExitCode::SUCCESS),
    }
}
