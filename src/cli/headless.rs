//! Flags of the commands that read a server or apply a plan, without a screen.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use super::given::{Given, Place};
use crate::commands::lists::Print;
/// Which server is read, and in whose name.
#[derive(Debug, Args)]
pub struct Source {
    /// Where.
    #[command(flatten)]
    pub place: Place,
    /// Read the password from standard input: one line.
    #[arg(long)]
    pub password_stdin: bool,
}

impl Source {
    /// The same as settings of the dashboard.
    pub fn given(&self) -> Given {
        Given { place: self.place.clone(), ..Given::default() }
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
