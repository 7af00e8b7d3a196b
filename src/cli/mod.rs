//! The command line: flags and their help. Nothing else knows it.

mod demo;
mod given;
mod headless;
mod journal;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};

pub use self::demo::DemoServer;
pub use self::given::{Given, Place};
pub use self::headless::{Apply, Connections, Diff, Get, List, Plan, Snapshot, Source};
pub use self::journal::{Journal, Since};

/// Shown after the flags.
const AFTER_HELP: &str = "\
Environment: CCKM_PROFILE, and for every key of the file CCKM_ with the key in capitals, such as CCKM_URL, \
CCKM_USERNAME or CCKM_READ_ONLY; the password from CCKM_PASSWORD, CCKM_PASSWORD_FILE or CCKM_PASSWORD_COMMAND. \
No flag takes a password.

A value is taken from the first of: flag, environment, profile in the file, file, the variables and the file of \
ksctl, default; `cckm-tui config show` prints them all. The file is $XDG_CONFIG_HOME/cckm-tui/config.toml.

Exit codes: 0 done, 1 failed while running, 2 wrong usage or configuration, 3 maps that differ (`diff`), 128+n ended by signal n.";

/// Terminal dashboard for the Salesforce organizations of CipherTrust Cloud Key Manager.
#[derive(Debug, Parser)]
#[command(name = "cckm-tui", version, after_help = AFTER_HELP, args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do; without a word, show the dashboard.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Flags of the dashboard.
    #[command(flatten)]
    pub dashboard: Dashboard,
}

/// What to do besides showing the dashboard.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve made-up organizations, for trying out and for tests; stops with Ctrl-C.
    ///
    /// Prints one line each: the base URL; `user <name>`; `password <password>`; and, unless it speaks plain
    /// http, `certificate sha256 <fingerprint>`.
    DemoServer(DemoServer),
    /// Check or print the journal of changes.
    ///
    /// Every step of every change is written to $XDG_STATE_HOME/cckm-tui/journal.jsonl before it is taken.
    #[command(subcommand)]
    Journal(Journal),
    /// Show, begin or check the settings.
    #[command(subcommand)]
    Config(Config),
    /// Print the organizations.
    List(List),
    /// Print one organization.
    Get(Get),
    /// Print the connections.
    Connections(Connections),
    /// Save which organization uses which connection.
    ///
    /// The file is new, for its owner alone, and never written over another.
    Snapshot(Snapshot),
    /// Compare two snapshots, or one with the server; code 0: the same, 3: different.
    Diff(Diff),
    /// Make a plan of many changes, check it, and write it to a file; nothing is changed.
    ///
    /// Every row is checked as in the dashboard: the connection exists, works (tested once) and reaches the
    /// organization. Prints what it comes to, and its hash for who is to apply it.
    Plan(Plan),
    /// Apply a plan from a file, or go on with one that was not finished.
    ///
    /// Prints one line of JSON for each row on standard output, and the progress on standard error. Code 0: every row has
    /// its new connection, proven by reading; 1: some do not; 2: refused, and nothing was sent: another server,
    /// another certificate, another domain, expired, edited, read-only, or without the consent of a protected profile.
    Apply(Apply),
    /// List, look at, replace or remove the certificates that servers are trusted with.
    ///
    /// They are kept in $XDG_STATE_HOME/cckm-tui/trust.toml, by host and port.
    #[command(subcommand)]
    Trust(Trust),
    /// Print the keys in effect, as a file.
    ///
    /// Changed, and put in the place of $XDG_CONFIG_HOME/cckm-tui/keymap.toml, it gives the dashboard other keys;
    /// lines that are not changed can be left out.
    Keys,
}

/// What to do with trusted certificates. A server is a profile of the configuration, or an address.
#[derive(Debug, Subcommand)]
pub enum Trust {
    /// Print every server that is trusted by its certificate.
    List,
    /// Look at the certificate of a server: a handshake, and nothing more is sent. Code 1: it is not believed.
    Show {
        /// Profile, or host with or without port.
        server: String,
        /// Read this configuration file.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Trust a certificate from here on, instead of the one before. Asks for its fingerprint.
    Replace {
        /// Profile, or host with or without port.
        server: String,
        /// The SHA-256 of the certificate, with or without colons.
        #[arg(long, value_name = "FINGERPRINT")]
        sha256: Option<String>,
        /// Read this configuration file.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
    /// Trust a certificate no more; the next contact is the first.
    Remove {
        /// Profile, or host with or without port.
        server: String,
        /// Read this configuration file.
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

/// What to do with the settings.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Print every setting in effect and where it came from; a password is never printed.
    Show {
        /// Settings.
        #[command(flatten)]
        given: Box<Given>,
    },
    /// Write a commented example to the usual place, unless there is a file.
    Init,
    /// Look for mistakes in a file, in all its profiles; exit code 2 when there are some.
    Check {
        /// This file instead of the usual one.
        #[arg(value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print the JSON schema of the file, for an editor.
    Schema,
}

/// Flags of the dashboard.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct Dashboard {
    /// Settings.
    #[command(flatten)]
    pub given: Given,
    /// Read the password from standard input: one line. The keys then come from the terminal itself.
    #[arg(long)]
    pub password_stdin: bool,
    /// Allow changes without a journal: nothing of them is put on record.
    #[arg(long)]
    pub no_journal: bool,
    /// Show made-up organizations from a server inside this program; reads and writes no configuration.
    #[arg(long, conflicts_with_all = [
        "config", "profile", "url", "username", "domain", "ca_file", "pin", "password_stdin", "log_level",
    ])]
    pub demo: bool,
    /// How many organizations the demo has.
    #[arg(long, value_name = "N", requires = "demo")]
    pub organizations: Option<usize>,
    /// Open this plan in its window once the list is read, with all its checks made anew; nothing is sent.
    #[arg(long, value_name = "FILE")]
    pub plan: Option<PathBuf>,
    /// Ask and answer line by line: no other screen, no cursor, no colour. For screen readers, serial consoles,
    /// TERM=dumb, and lines from a pipe.
    #[arg(long)]
    pub plain: bool,
}

/// What a command line comes to that asks for nothing to be run.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// Help or version, for standard output.
    Answer(String),
    /// Wrong usage, for standard error.
    Usage(String),
}

impl Cli {
    /// Reads the arguments, the program's name first.
    ///
    /// # Errors
    ///
    /// [`Stop`] when there is nothing to run.
    pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, Stop> {
        let arguments: Vec<_> = arguments.into_iter().collect();
        if arguments.iter().any(gives_a_password) {
            return Err(Stop::Usage(
                "error: a password on the command line can be read by every user of this machine, and stays in \
                 the shell's history.\nUse CCKM_PASSWORD_FILE, CCKM_PASSWORD_COMMAND, or the sign-in window of the \
                 dashboard; and change that password.\n"
                    .to_owned(),
            ));
        }
        Self::try_parse_from(arguments).map_err(|error| {
            let text = error.render().to_string();
            match error.kind() {
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => Stop::Answer(text),
                _ => Stop::Usage(text),
            }
        })
    }
}

fn gives_a_password(argument: &OsString) -> bool {
    let text = argument.to_string_lossy();
    let name = text.split('=').next().unwrap_or_default();
    matches!(name, "--password" | "--pass" | "--token")
}

#[cfg(test)]
mod tests;
