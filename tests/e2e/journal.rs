//! `cckm-tui journal`, and the journal of a dashboard, as other programs see them.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use cckm_tui::domain::{OperationId, RunId, Transition};
use cckm_tui::journal::{Journal, file_in};
use jiff::Timestamp;

use crate::outside::DemoServer;
use crate::terminal::{PROGRAM, Terminal, environment};

/// A home directory with a journal of three lines.
fn home() -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("state/cckm-tui");
    let (mut journal, _) = Journal::open(&directory).unwrap();
    for (second, transition) in [
        (1_795_456_800, Transition::Sent),
        (1_795_456_801, Transition::Answered { status: 200, by_another: false }),
        (1_795_456_802, Transition::Abandoned { why: "\u{202e}x".into() }),
    ] {
        let at = Timestamp::from_second(second).unwrap();
        journal.append(at, &OperationId::new(RunId::new(0x7f_3a9c), 1), &transition).unwrap();
    }
    (home, file_in(&directory))
}

fn command(args: &[&str], home: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.arg("journal").args(args).env_clear().envs(environment(home)).stdin(Stdio::null());
    command
}

fn run(args: &[&str], home: &Path) -> Output {
    command(args, home).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn fs_09_verify_prints_the_count_and_the_last_hash_or_names_the_first_bad_line() {
    let (home, file) = home();
    let output = run(&["verify"], home.path());
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let words = text(&output.stdout);
    assert!(words.contains("3 entries, every line as it was written\nlast line 3, sha-256 "), "{words}");

    // The hash is the one that `sha256sum` gives.
    let last = "tail -n 1 \"$0\" | tr -d '\\n' | sha256sum | cut -c 1-64";
    let theirs = Command::new("sh").args(["-c", last]).arg(&file).output().unwrap();
    assert!(words.ends_with(text(&theirs.stdout)), "{words}");

    let altered = fs::read_to_string(&file).unwrap().replace("200", "500");
    fs::write(&file, altered).unwrap();
    let output = run(&["verify", "--file", file.to_str().unwrap()], home.path());
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(1), ""));
    let words = text(&output.stderr);
    let name = file.display();
    assert_eq!(words, format!("cckm-tui: {name}: line 2 was altered: its hash is another\n"));
}

#[test]
fn verify_without_a_journal_says_that_there_is_none() {
    let home = tempfile::tempdir().unwrap();
    for command in ["verify", "report"] {
        let output = run(&[command], home.path());
        assert_eq!(output.status.code(), Some(1));
        assert!(
            text(&output.stderr)
                .ends_with("journal.jsonl: there is none: nothing was changed from here yet\n"),
            "{output:?}"
        );
        assert!(!home.path().join("state").exists(), "looking makes nothing");
    }
}

#[test]
fn report_prints_markdown() {
    let (home, _) = home();
    let output = run(&["report", "--since", "2026-11-01"], home.path());
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let words = text(&output.stdout);
    assert!(words.starts_with("# Changes of Salesforce connections\n\n1 change since 2026-11-01"), "{words}");
    assert!(words.contains(r"not sent: `\u{202e}x`"), "{words}");
    let output = run(&["report", "--since", "2099-01-01"], home.path());
    assert!(text(&output.stdout).contains("0 changes since 2099-01-01"));
}

#[test]
fn wrong_usage_of_the_journal_is_code_2() {
    let home = tempfile::tempdir().unwrap();
    for args in [&["report", "--since", "yesterday"][..], &["verify", "--since", "7d"], &["rewrite"], &[]] {
        let output = run(args, home.path());
        assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{output:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_trouble_and_a_full_disk_is() {
    let (home, _) = home();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command(&["report"], home.path()).stdout(writer).output().unwrap();
    assert_eq!((output.status.code(), text(&output.stderr)), (Some(0), ""));
    let full = File::options().write(true).open("/dev/full").unwrap();
    let output = command(&["report"], home.path()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).starts_with("cckm-tui: standard output cannot be written: "), "{output:?}");
}

#[test]
fn fs_01_a_dashboard_opens_its_journal_in_private() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let user = lines[1].trim_start_matches("user ");
    let password = lines[2].trim_start_matches("password ");
    let env = [("CCKM_PASSWORD", password)];
    let mut terminal = Terminal::start(&["--url", &lines[0], "--username", user], &env, (100, 30));
    terminal.wait_until_taken();
    let file = file_in(&terminal.home().join("state/cckm-tui"));
    terminal.wait_until("a journal", || file.exists());
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(file.parent().unwrap().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    drop(server);
}

#[test]
fn js_09_the_first_frame_waits_for_no_journal() {
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("state/cckm-tui");
    Journal::open(&directory).unwrap();
    // Somebody holds it for longer than it is waited for.
    let held = File::open(file_in(&directory)).unwrap();
    held.lock().unwrap();
    let args = ["--url", &lines[0], "--username", "admin"];
    let terminal = Terminal::start_in(home, &args, &[], (80, 24));
    terminal.wait_for("a frame before it was given up", |screen| {
        let contents = screen.contents();
        contents.contains("cckm-tui") && !contents.contains("nothing can be changed")
    });
    terminal.wait_for_text("nothing can be changed");
}
