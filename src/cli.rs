//! The command line: flags and their help. Nothing else knows it.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Args, Parser, Subcommand};
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::commands::lists::Print;
use crate::demo::{Discovery, FaultError, Rule, fault_help};
use crate::domain::PlanId;
use crate::theme;

/// Shown after the flags.
const AFTER_HELP: &str = "\
Environment: CCKM_PROFILE, and for every key of the file CCKM_ with the key in capitals, such as CCKM_URL, \
CCKM_USERNAME or CCKM_READ_ONLY; the password from CCKM_PASSWORD, CCKM_PASSWORD_FILE or CCKM_PASSWORD_COMMAND. \
No flag takes a password.

A value is taken from the first of: flag, environment, profile in the file, file, the variables and the file of \
ksctl, default; `cckm-tui config show` prints them all. The file is $XDG_CONFIG_HOME/cckm-tui/config.toml.

Exit codes: 0 done, 1 failed while running, 2 wrong usage or configuration, 3 maps that differ (`diff`), 128+n ended by signal n.";

/// Shown for `--fault` in the short help.
const FAULT_HELP: &str =
    "Play this trouble: NAME[xN][:ARG][@METHOD PATHPREFIX]; can be given again. --help lists the names";

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

/// Which server is read, and in whose name.
#[derive(Debug, Args)]
pub struct Source {
    /// Read this configuration file.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use this profile of the file.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Address of the CipherTrust Manager, such as cm.example.com.
    #[arg(long)]
    pub url: Option<String>,
    /// Who signs in.
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Domain to sign in to; without it, the root domain.
    #[arg(long, value_name = "NAME")]
    pub domain: Option<String>,
    /// Trust the certificates in this PEM file besides those of the system.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Trust the server with this certificate and no other: its SHA-256, with or without colons.
    #[arg(long, value_name = "SHA256")]
    pub pin: Option<String>,
    /// Read the password from standard input: one line.
    #[arg(long)]
    pub password_stdin: bool,
}

impl Source {
    /// The same as settings of the dashboard.
    pub fn given(&self) -> Given {
        Given {
            config: self.config.clone(),
            profile: self.profile.clone(),
            url: self.url.clone(),
            username: self.username.clone(),
            domain: self.domain.clone(),
            ca_file: self.ca_file.clone(),
            pin: self.pin.clone(),
            ..Given::default()
        }
    }
}

/// Flags of `list`.
#[derive(Debug, Args)]
pub struct List {
    /// Print the organizations that match: what is typed after / in the dashboard.
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// table, csv, tsv, json (the server's records in an array) or jsonl (one a line).
    #[arg(long, value_name = "HOW", default_value = "table", value_parser = print_format())]
    pub format: Print,
    /// Where.
    #[command(flatten)]
    pub source: Source,
}

/// Flags of `get`.
#[derive(Debug, Args)]
pub struct Get {
    /// Its id, or its name as the server has it.
    #[arg(value_name = "ID|NAME")]
    pub organization: String,
    /// table (its fields), csv, tsv, json or jsonl (the server's record).
    #[arg(long, value_name = "HOW", default_value = "table", value_parser = print_format())]
    pub format: Print,
    /// Where.
    #[command(flatten)]
    pub source: Source,
}

/// Flags of `connections`.
#[derive(Debug, Args)]
pub struct Connections {
    /// Have the server test each of them first, which it remembers.
    #[arg(long)]
    pub test: bool,
    /// table, csv, tsv, json or jsonl.
    #[arg(long, value_name = "HOW", default_value = "table", value_parser = print_format())]
    pub format: Print,
    /// Where.
    #[command(flatten)]
    pub source: Source,
}

/// Flags of `snapshot`.
#[derive(Debug, Args)]
pub struct Snapshot {
    /// The new file; without it, a name with the place and the time in this directory.
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub source: Source,
}

/// Flags of `diff`.
#[derive(Debug, Args)]
pub struct Diff {
    /// The earlier snapshot.
    #[arg(value_name = "SNAPSHOT")]
    pub before: PathBuf,
    /// The later one; without it, what the server says now.
    #[arg(value_name = "SNAPSHOT", conflicts_with_all = [
        "config", "profile", "url", "username", "domain", "ca_file", "pin", "password_stdin",
    ])]
    pub after: Option<PathBuf>,
    /// Where.
    #[command(flatten)]
    pub source: Source,
}

/// Flags of `plan`.
#[derive(Debug, Args)]
pub struct Plan {
    /// The connection that the organizations are to have.
    #[arg(long, value_name = "NEW", required_unless_present = "csv")]
    pub set_connection: Option<String>,
    /// The organizations that match: what is typed after / in the dashboard; without it, all.
    #[arg(long, value_name = "EXPR")]
    pub filter: Option<String>,
    /// Organizations and connections from this file instead: a line is an id or a name, a comma, the new connection.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["set_connection", "filter"])]
    pub csv: Option<PathBuf>,
    /// The reason or ticket that goes on record with every change.
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// How long it holds, such as 30m, 24h or 7d.
    #[arg(long, value_name = "SPAN", default_value = "24h", value_parser = span)]
    pub valid: Duration,
    /// The new file, for its owner alone and never over another.
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Where.
    #[command(flatten)]
    pub source: Source,
}

/// Flags of `apply`.
#[derive(Debug, Args)]
pub struct Apply {
    /// The plan.
    #[arg(value_name = "FILE", required_unless_present = "resume")]
    pub file: Option<PathBuf>,
    /// Go on with the plan that an earlier run on this machine did not finish.
    #[arg(long, conflicts_with = "file")]
    pub resume: bool,
    /// The consent that a protected profile asks for: the number of changes and the profile, such as "12 prod-eu".
    #[arg(long, value_name = "TEXT")]
    pub confirm: Option<String>,
    /// Where.
    #[command(flatten)]
    pub source: Source,
}

fn span(text: &str) -> Result<Duration, String> {
    let wrong = || "expected a span such as 30m, 24h or 7d".to_owned();
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let number = number.parse::<u32>().map(u64::from).ok().filter(|number| *number > 0).ok_or_else(wrong)?;
    match unit {
        "m" => Ok(Duration::from_mins(number)),
        "h" => Ok(Duration::from_hours(number)),
        "d" => Ok(Duration::from_hours(number * 24)),
        _ => Err(wrong()),
    }
}

fn print_format() -> impl TypedValueParser<Value = Print> {
    PossibleValuesParser::new(Print::NAMES).map(|name| Print::named(&name).unwrap_or_default())
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

/// What to do with the journal.
#[derive(Debug, Subcommand)]
pub enum Journal {
    /// Check that no line was altered, removed or moved; name the first that was, with exit code 1.
    ///
    /// Prints the number of entries, and the SHA-256 of the last line: keep it to tell later whether lines
    /// were taken off the end.
    Verify {
        /// Check this file instead.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
    /// Print the changes as Markdown, for a change ticket.
    Report {
        /// Only changes with a step since then: a day such as 2026-11-01 (UTC), or 7d, or 24h ago.
        #[arg(long, value_name = "WHEN", value_parser = since)]
        since: Option<Since>,
        /// Only the changes of this plan, such as p7f3a9c-2.
        #[arg(long, value_name = "PLAN")]
        plan: Option<PlanId>,
        /// As CSV for a spreadsheet, a row for each change.
        #[arg(long)]
        csv: bool,
        /// Into this new file, for its owner alone and never over another.
        #[arg(long, value_name = "FILE")]
        out: Option<PathBuf>,
        /// Print this file instead.
        #[arg(long, value_name = "FILE")]
        file: Option<PathBuf>,
    },
}

/// A point in time, as given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Since {
    /// Then.
    At(Timestamp),
    /// So long ago.
    Ago(SignedDuration),
}

impl Since {
    /// The point in time, as seen from `now`.
    pub fn seen_from(self, now: Timestamp) -> Timestamp {
        match self {
            Self::At(at) => at,
            Self::Ago(span) => now.checked_sub(span).unwrap_or(Timestamp::MIN),
        }
    }
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
    /// Ask and answer line by line: no other screen, no cursor, no colour. For screen readers, serial consoles,
    /// TERM=dumb, and lines from a pipe.
    #[arg(long)]
    pub plain: bool,
}

/// Settings on the command line.
#[derive(Debug, Default, Args)]
#[expect(clippy::struct_excessive_bools, reason = "they are flags")]
pub struct Given {
    /// Read this configuration file.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Use this profile of the file.
    #[arg(long, value_name = "NAME")]
    pub profile: Option<String>,
    /// Address of the CipherTrust Manager, such as cm.example.com.
    #[arg(long)]
    pub url: Option<String>,
    /// Who signs in.
    #[arg(long, value_name = "NAME")]
    pub username: Option<String>,
    /// Domain to sign in to; without it, the root domain.
    #[arg(long, value_name = "NAME")]
    pub domain: Option<String>,
    /// Trust the certificates in this PEM file besides those of the system.
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Trust the server with this certificate and no other: its SHA-256, with or without colons.
    #[arg(long, value_name = "SHA256")]
    pub pin: Option<String>,
    /// Refuse every change.
    #[arg(long)]
    pub read_only: bool,
    /// Colours.
    #[arg(long, value_name = "HOW", value_parser = ["auto", "16", "256", "true", "never"])]
    pub color: Option<String>,
    /// Theme.
    #[arg(long, value_name = "NAME", value_parser = clap::builder::PossibleValuesParser::new(theme::NAMES))]
    pub theme: Option<String>,
    /// Show nothing but ASCII.
    #[arg(long)]
    pub ascii: bool,
    /// Draw as little as possible, for a slow line.
    #[arg(long)]
    pub low_bandwidth: bool,
    /// Listen to the mouse in the list: a click selects, the wheel scrolls, a double click opens.
    #[arg(long)]
    pub mouse: bool,
    /// Where copied text goes: to the terminal (OSC 52), into a file, or nowhere.
    #[arg(long, value_name = "WHERE", value_parser = ["osc52", "file", "off"])]
    pub clipboard: Option<String>,
    /// What to write to the log file.
    #[arg(long, value_name = "LEVEL", value_parser = ["off", "error", "warn", "info", "debug", "trace"])]
    pub log_level: Option<String>,
}

/// Flags of the demo server.
#[derive(Debug, Args)]
pub struct DemoServer {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// How many organizations it has.
    #[arg(long, value_name = "N")]
    pub organizations: Option<usize>,
    /// How long a token lives, in seconds.
    #[arg(long, value_name = "S")]
    pub token_seconds: Option<u64>,
    /// How long every answer waits, in milliseconds.
    #[arg(long, value_name = "MS", value_parser = milliseconds)]
    pub latency: Option<Duration>,
    /// Serve plain http instead of TLS.
    #[arg(long)]
    pub http: bool,
    /// What is to be read before signing in.
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub banner: String,
    /// Trouble to play.
    #[arg(long = "fault", value_name = "FAULT", value_parser = fault, help = FAULT_HELP, long_help = fault_help())]
    pub faults: Vec<Rule>,
    /// The shape in which get-organizations answers: documented, array or envelope.
    #[arg(long, value_name = "SHAPE", value_parser = discovery, default_value = "documented", hide = true)]
    pub discovery: Discovery,
}

fn fault(text: &str) -> Result<Rule, FaultError> {
    Rule::named(text)
}

fn discovery(text: &str) -> Result<Discovery, &'static str> {
    match text {
        "documented" => Ok(Discovery::Documented),
        "array" => Ok(Discovery::Array),
        "envelope" => Ok(Discovery::Envelope),
        _ => Err("documented, array or envelope"),
    }
}

fn since(text: &str) -> Result<Since, String> {
    let wrong = || "expected a day such as 2026-11-01, or a span such as 7d or 24h".to_owned();
    let hours = match (text.strip_suffix('d'), text.strip_suffix('h')) {
        (Some(days), _) => days.parse::<u32>().ok().map(|days| i64::from(days) * 24),
        (None, Some(hours)) => hours.parse::<u32>().ok().map(i64::from),
        (None, None) => None,
    };
    if let Some(hours) = hours {
        return Ok(Since::Ago(SignedDuration::from_hours(hours)));
    }
    let day = text.parse::<Date>().ok().filter(|day| day.to_string() == text);
    let midnight = day.and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
    midnight.map(Since::At).ok_or_else(wrong)
}

fn milliseconds(text: &str) -> Result<Duration, std::num::ParseIntError> {
    text.parse().map(Duration::from_millis)
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

impl Given {
    /// The values given, by the keys of the configuration file. A path that is not UTF-8 counts as
    /// [`to_string_lossy`](std::path::Path::to_string_lossy) has it, and will not be found.
    pub fn settings(&self) -> Vec<(&'static str, String)> {
        let ca_file = self.ca_file.as_ref().map(|path| path.to_string_lossy().into_owned());
        let given = [
            ("url", self.url.clone()),
            ("username", self.username.clone()),
            ("domain", self.domain.clone()),
            ("ca_file", ca_file),
            ("pin", self.pin.clone()),
            ("read_only", self.read_only.then(|| "true".to_owned())),
            ("color", self.color.clone()),
            ("theme", self.theme.clone()),
            ("ascii", self.ascii.then(|| "true".to_owned())),
            ("low_bandwidth", self.low_bandwidth.then(|| "true".to_owned())),
            ("mouse", self.mouse.then(|| "true".to_owned())),
            ("clipboard", self.clipboard.clone()),
            ("log_level", self.log_level.clone()),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn read(line: &str) -> Result<Cli, Stop> {
        Cli::read(std::iter::once("cckm-tui").chain(line.split_whitespace()).map(OsString::from))
    }

    #[test]
    fn the_definition_holds_together() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_was_given_becomes_settings_by_key() {
        let cli = read("--url cm --username ops1 --read-only --color 16").unwrap();
        let text = |(key, value): (&'static str, &str)| (key, value.to_owned());
        let expected =
            [("url", "cm"), ("username", "ops1"), ("read_only", "true"), ("color", "16")].map(text);
        assert_eq!(cli.dashboard.given.settings(), expected);
        assert_eq!(read("").unwrap().dashboard.given.settings(), []);
    }

    #[test]
    fn sk_01_a_password_on_the_command_line_is_refused_with_advice_and_not_repeated() {
        for line in [
            "--password canary",
            "--password=canary",
            "--demo --token canary",
            "demo-server --password canary",
        ] {
            let Err(Stop::Usage(words)) = read(line) else { panic!("{line}") };
            assert!(words.contains("CCKM_PASSWORD_FILE") && !words.contains("canary"), "{words}");
        }
    }

    #[test]
    fn the_settings_are_shown_begun_and_checked_by_commands() {
        let config = |line: &str| match read(line) {
            Ok(Cli { command: Some(Command::Config(config)), .. }) => config,
            other => panic!("{other:?}"),
        };
        let Config::Show { given } = config("config show --profile prod-eu --url cm") else { panic!() };
        assert_eq!((given.profile.as_deref(), given.url.as_deref()), (Some("prod-eu"), Some("cm")));
        assert!(matches!(config("config init"), Config::Init));
        assert!(matches!(config("config schema"), Config::Schema));
        assert!(matches!(config("config check f"), Config::Check { file: Some(_) }));
        assert!(matches!(config("config check"), Config::Check { file: None }));
        assert!(matches!(read("config show --demo"), Err(Stop::Usage(_))));
        assert!(matches!(read("config show --password-stdin"), Err(Stop::Usage(_))));
    }

    #[test]
    fn the_demo_takes_no_server_no_user_and_no_file() {
        for flag in [
            "--config f",
            "--profile p",
            "--url u",
            "--username u",
            "--domain d",
            "--ca-file f",
            "--pin p",
            "--password-stdin",
            "--log-level off",
        ] {
            assert!(matches!(read(&format!("--demo {flag}")), Err(Stop::Usage(_))), "{flag}");
        }
        assert!(read("--demo --organizations 3 --read-only --color never").is_ok());
        assert!(matches!(read("--organizations 3"), Err(Stop::Usage(_))));
    }

    #[test]
    fn the_demo_server_has_flags_of_its_own() {
        let cli =
            read("demo-server --listen [::1]:0 --organizations 3 --token-seconds 5 --latency 250 --http")
                .unwrap();
        let Some(Command::DemoServer(flags)) = cli.command else { panic!("no command") };
        assert_eq!(flags.latency, Some(Duration::from_millis(250)));
        assert_eq!(flags.listen.to_string(), "[::1]:0");
        assert!(flags.http && flags.faults.is_empty());
        assert_eq!(flags.discovery, Discovery::Documented);
        assert!(matches!(read("--demo demo-server"), Err(Stop::Usage(_))));
    }

    fn with_faults(faults: &[&str]) -> Result<Vec<Rule>, Stop> {
        let flags = faults.iter().flat_map(|fault| ["--fault", fault]);
        let line = ["cckm-tui", "demo-server"].into_iter().chain(flags).map(OsString::from);
        Cli::read(line).map(|cli| match cli.command {
            Some(Command::DemoServer(flags)) => flags.faults,
            _ => panic!("another command"),
        })
    }

    #[test]
    fn faults_are_given_by_name_as_often_as_wanted() {
        let faults = ["apply-then-close", "503x2@GET /api/v1/cckm"];
        let rules = faults.map(|fault| Rule::named(fault).unwrap());
        assert_eq!(with_faults(&faults).unwrap(), rules);
        let Err(Stop::Usage(words)) = with_faults(&["close", "nonsense"]) else { panic!("accepted") };
        assert!(
            words.contains("no fault is called `nonsense`") && words.contains("apply-then-hang"),
            "{words}"
        );
    }

    #[test]
    fn the_help_of_the_demo_server_lists_the_faults() {
        let Err(Stop::Answer(help)) = read("demo-server --help") else { panic!("no help") };
        for fault in crate::demo::FAULTS {
            assert!(help.contains(&format!("{}{}", fault.name, fault.argument)), "{help}");
        }
        assert!(!help.contains("--discovery"), "{help}");
    }

    #[test]
    fn the_journal_report_takes_a_day_or_a_span() {
        let given = |text: &str| match read(&format!("journal report --since {text}")) {
            Ok(Cli {
                command: Some(Command::Journal(Journal::Report { since, file: None, .. })), ..
            }) => since,
            Err(Stop::Usage(_)) => None,
            other => panic!("{other:?}"),
        };
        let now: Timestamp = "2026-11-23T18:00:00Z".parse().unwrap();
        for (text, at) in [
            ("2026-11-01", "2026-11-01T00:00:00Z"),
            ("7d", "2026-11-16T18:00:00Z"),
            ("24h", "2026-11-22T18:00:00Z"),
        ] {
            assert_eq!(given(text).map(|since| since.seen_from(now).to_string()).as_deref(), Some(at));
        }
        assert_eq!(given("4294967295d").unwrap().seen_from(now), Timestamp::MIN);
        for wrong in ["yesterday", "7", "d", "-1d", "2026-13-01", "2026-11-01T10:00", "1.5h"] {
            assert_eq!(given(wrong), None, "{wrong}");
        }
        assert!(matches!(read("journal"), Err(Stop::Usage(_) | Stop::Answer(_))));
    }

    #[test]
    fn help_and_version_are_answers() {
        assert!(matches!(read("--help"), Err(Stop::Answer(text)) if text.contains("--read-only")));
        assert!(matches!(read("--version"), Err(Stop::Answer(text)) if text.starts_with("cckm-tui 0")));
        assert!(matches!(read("--colour"), Err(Stop::Usage(text)) if text.contains("--color")));
    }
}
