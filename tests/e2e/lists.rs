//! The commands that read a server without a screen.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::outside::DemoServer;
use crate::terminal::{PROGRAM, environment};

/// A server in another process, and a home directory.
pub(crate) struct Place {
    _server: DemoServer,
    pub(crate) url: String,
    pub(crate) password: String,
    pub(crate) home: tempfile::TempDir,
}

impl Place {
    pub(crate) fn with(args: &[&str]) -> Self {
        let args = [&["--listen", "127.0.0.1:0", "--http"], args].concat();
        let (server, lines) = DemoServer::start(&args);
        let password = lines[2].trim_start_matches("password ").to_owned();
        Self { _server: server, url: lines[0].clone(), password, home: tempfile::tempdir().unwrap() }
    }

    /// The program with this command at the server.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = command(self.home.path(), args);
        command.args(["--url", &self.url, "--username", "admin"]).env("CCKM_PASSWORD", &self.password);
        command
    }

    pub(crate) fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// What it prints when all goes well.
    #[track_caller]
    pub(crate) fn printed(&self, args: &[&str]) -> String {
        let output = self.run(args);
        assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""), "{args:?}");
        text(&output.stdout).to_owned()
    }
}

fn command(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).env_clear().envs(environment(home)).current_dir(home).stdin(Stdio::null());
    command
}

pub(crate) fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn e31_list_prints_every_organization_in_the_form_asked_for() {
    let place = Place::with(&["--organizations", "412"]);
    let table = place.printed(&["list"]);
    assert_eq!(table.lines().count(), 413);
    assert!(table.starts_with("NAME ") && table.contains("sfdc-connection"), "{table}");
    let lines = place.printed(&["list", "--format", "jsonl"]);
    let records: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(records.len(), 412);
    let array: Vec<Value> = serde_json::from_str(&place.printed(&["list", "--format", "json"])).unwrap();
    assert_eq!(array, records);
    let sheet = place.printed(&["list", "--format", "csv", "--filter", "id=2473e846*"]);
    assert!(sheet.starts_with("id,name,organization_id,") && sheet.lines().count() == 2, "{sheet}");
    assert!(sheet.contains("\n2473e846-31a8-4ee6-8299-17025548b4e2,Thales,"), "{sheet}");
    assert_eq!(std::fs::read_dir(place.home.path()).unwrap().count(), 0, "reading leaves no file");
}

#[test]
fn e31_get_finds_by_id_and_by_name_and_says_when_there_is_none() {
    let place = Place::with(&[]);
    let by_id = place.printed(&["get", "2473e846-31a8-4ee6-8299-17025548b4e2", "--format", "json"]);
    let record: Value = serde_json::from_str(&by_id).unwrap();
    assert_eq!(record["name"], "Thales");
    let by_name = place.printed(&["get", "Northwind Traders", "--format", "json"]);
    assert!(by_name.contains(r#""name":"Northwind Traders""#), "{by_name}");
    let output = place.run(&["get", "Thales"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    assert!(text(&output.stderr).contains("2 organizations are called `Thales`: give an id: 2473e846"));
    let fields = place.printed(&["get", "2473e846-31a8-4ee6-8299-17025548b4e2"]);
    assert!(fields.contains("\nconnection ") && fields.contains("sfdc-connection\n"), "{fields}");
    let output = place.run(&["get", "nobody\u{1b}"]);
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    assert!(text(&output.stderr).contains(r"no organization has the id or the name `nobody\x1b`"));
}

#[test]
fn e31_connections_are_listed_and_tested_only_when_asked_for() {
    let place = Place::with(&[]);
    let table = place.printed(&["connections"]);
    assert!(table.starts_with("NAME ") && table.contains("sfdc-connection"), "{table}");
    let lines = place.printed(&["connections", "--format", "jsonl"]);
    let untested = lines.lines().filter(|line| line.contains(r#""state":"Not tested""#)).count();
    assert!(untested > 0, "{lines}");
    let lines = place.printed(&["connections", "--test", "--format", "jsonl"]);
    assert!(!lines.contains("Not tested"), "{lines}");
    let mut command = place.command(&["connections", "--test"]);
    let output = command.env("CCKM_READ_ONLY", "1").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""));
    assert!(text(&output.stderr).contains("--test: this place is read-only"), "{output:?}");
}

#[test]
fn e31_what_goes_wrong_has_its_code_and_its_words_on_standard_error() {
    let place = Place::with(&[]);
    let output = place.command(&["list"]).env("CCKM_PASSWORD", "wrong").output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    assert!(text(&output.stderr).contains("sign in failed: HTTP 401"), "{output:?}");
    assert!(!text(&output.stderr).contains(&place.password));
    let output = place.command(&["list"]).env_remove("CCKM_PASSWORD").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("no password: give"), "{output:?}");
    let output = place.run(&["list", "--filter", "re:("]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("--filter: "), "{output:?}");
    assert_eq!(place.run(&["list", "--format", "xml"]).status.code(), Some(2));
    let output = command(place.home.path(), &["list", "--url", "http://127.0.0.1:1", "--username", "u"])
        .env("CCKM_PASSWORD", "x")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("CANNOT REACH THE SERVER"), "{output:?}");
}

#[test]
fn m10_a_certificate_that_nobody_trusts_is_the_end_and_names_the_way_on() {
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0"]);
    let home = tempfile::tempdir().unwrap();
    let at = ["list", "--url", &lines[0], "--username", "admin"];
    let password = lines[2].trim_start_matches("password ");
    let output = command(home.path(), &at).env("CCKM_PASSWORD", password).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    assert!(text(&output.stderr).contains("cckm-tui trust replace 127.0.0.1:"), "{output:?}");
    let pin = lines[3].trim_start_matches("certificate sha256 ");
    let output = command(home.path(), &[&at[..], &["--pin", pin]].concat())
        .env("CCKM_PASSWORD", password)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let wrong = "00".repeat(32);
    let output = command(home.path(), &[&at[..], &["--pin", &wrong]].concat())
        .env("CCKM_PASSWORD", password)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text(&output.stderr).contains("another certificate than the one it is trusted by"), "{output:?}");
}

#[test]
fn a15_a_snapshot_is_compared_with_another_and_with_the_server() {
    let place = Place::with(&[]);
    let said = place.printed(&["snapshot", "before.jsonl"]);
    assert_eq!(said, "56 organizations in before.jsonl\n");
    let file = place.home.path().join("before.jsonl");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let output = place.run(&["snapshot", "before.jsonl"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("it exists already; nothing is overwritten"), "{output:?}");
    let same = place.printed(&["diff", "before.jsonl"]);
    assert!(same.starts_with("0 changed, 0 added, 0 removed, 56 the same"), "{same}");
    let edited = std::fs::read_to_string(&file).unwrap().replacen(
        r#""connection":"sfdc-connection""#,
        r#""connection":"was-another""#,
        1,
    );
    std::fs::write(place.home.path().join("other.jsonl"), edited).unwrap();
    for args in [&["diff", "other.jsonl"][..], &["diff", "other.jsonl", "before.jsonl"]] {
        let output = if args.len() == 2 {
            place.run(args)
        } else {
            command(place.home.path(), args).output().unwrap()
        };
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        assert!(text(&output.stdout).contains("  was-another -> sfdc-connection\n1 changed"), "{output:?}");
    }
    std::fs::write(place.home.path().join("cut.jsonl"), "{}").unwrap();
    let output = command(place.home.path(), &["diff", "cut.jsonl", "before.jsonl"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("cut.jsonl:1: not a snapshot of this program"), "{output:?}");
    let usual = place.printed(&["snapshot"]);
    assert!(usual.starts_with("56 organizations in snapshot-127.0.0.1-2"), "{usual}");
}

#[test]
fn e31_the_dashboard_that_has_no_terminal_names_the_commands_that_need_none() {
    let output = command(tempfile::tempdir().unwrap().path(), &["--demo"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    for word in ["`cckm-tui list`", "`get`", "`connections`", "`snapshot`", "`diff`"] {
        assert!(text(&output.stderr).contains(word), "{output:?}");
    }
}
