use std::time::Duration;

use clap::CommandFactory as _;
use jiff::Timestamp;

use super::*;
use crate::demo::{Discovery, Rule};

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
    let expected = [("url", "cm"), ("username", "ops1"), ("read_only", "true"), ("color", "16")].map(text);
    assert_eq!(cli.dashboard.given.settings(), expected);
    assert_eq!(read("").unwrap().dashboard.given.settings(), []);
}

#[test]
fn sk_01_a_password_on_the_command_line_is_refused_with_advice_and_not_repeated() {
    for line in
        ["--password canary", "--password=canary", "--demo --token canary", "demo-server --password canary"]
    {
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
    assert_eq!((given.place.profile.as_deref(), given.place.url.as_deref()), (Some("prod-eu"), Some("cm")));
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
    let cli = read("demo-server --listen [::1]:0 --organizations 3 --token-seconds 5 --latency 250 --http")
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
    assert!(words.contains("no fault is called `nonsense`") && words.contains("apply-then-hang"), "{words}");
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
        Ok(Cli { command: Some(Command::Journal(Journal::Report { since, file: None, .. })), .. }) => since,
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
