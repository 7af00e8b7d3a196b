//! The journal on a real disk: who may touch it, what stands in its way, two writers, no room.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;
use std::process::Command;

use cckm_tui::commands;
use cckm_tui::domain::{
    Operation, OperationId, OrganizationId, Outcome, PlanId, PlanReference, RunId, Sha256, Target, Transition,
};
use cckm_tui::files;
use cckm_tui::journal::{self, Journal, JournalError, Problem, VerifyError, Wanted, file_in};
use cckm_tui::text::Untrusted;
use jiff::Timestamp;
use rustix::fs::{CWD, Mode, mkfifoat};

fn id(count: u64) -> OperationId {
    OperationId::new(RunId::new(0x7f_3a9c), count)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(crate::support::app::STARTED_AT + second).unwrap()
}

fn intent(count: u64, name: &str, reason: &str) -> Transition {
    Transition::Intent(Box::new(Operation {
        id: id(count),
        target: Target {
            server: "https://cm1.example.com".into(),
            server_identity: "".into(),
            domain: "root".into(),
            user: "ops1".into(),
            profile: "prod-eu".into(),
            id: OrganizationId::new("2473e846-31a8-4ee6-8a1e-000000000001").unwrap(),
            name: name.into(),
            organization_id: "00D5g000004xyz".into(),
        },
        before: "sfdc-eu-2024".into(),
        before_updated_at: "2026-11-20T08:00:00Z".into(),
        after: "sfdc-eu-2026".into(),
        reason: reason.into(),
        overridden: "".into(),
        undo_of: None,
        plan: None,
    }))
}

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o777
}

/// Why a journal does not open.
fn refused(directory: &Path) -> JournalError {
    Journal::open(directory).map(|(journal, _)| journal).unwrap_err()
}

#[test]
fn fs_01_the_file_and_its_directory_are_private() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("state/cckm-tui");
    let (mut journal, _) = Journal::open(&directory).unwrap();
    journal.append(at(0), &id(1), &Transition::Sent).unwrap();
    assert_eq!((mode(&directory), mode(&file_in(&directory))), (0o700, 0o600));
    fs::set_permissions(file_in(&directory), Permissions::from_mode(0o644)).unwrap();
    Journal::open(&directory).unwrap();
    assert_eq!(mode(&file_in(&directory)), 0o600, "what others could read is private again");
}

#[test]
fn fs_01_what_others_can_write_is_refused() {
    let home = tempfile::tempdir().unwrap();
    Journal::open(home.path()).unwrap();
    for (path, bits) in [(file_in(home.path()), 0o620), (home.path().to_owned(), 0o770)] {
        let before = mode(&path);
        fs::set_permissions(&path, Permissions::from_mode(bits)).unwrap();
        let error = refused(home.path());
        assert!(
            matches!(error.problem, Problem::File(files::Problem::WritableByOthers { mode }) if mode == bits),
            "{error}"
        );
        assert!(error.to_string().contains(&format!("others can write it (mode {bits:o})")), "{error}");
        fs::set_permissions(&path, Permissions::from_mode(before)).unwrap();
    }
}

#[test]
fn fs_03_what_belongs_to_somebody_else_is_refused() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("NOT TESTED: only root can give a file away");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    Journal::open(home.path()).unwrap();
    for path in [file_in(home.path()), home.path().to_owned()] {
        chown(&path, Some(65_534), None).unwrap();
        let error = refused(home.path());
        assert!(
            matches!(error.problem, Problem::File(files::Problem::Foreign { owner: 65_534, us: 0 })),
            "{error}"
        );
        chown(&path, Some(0), None).unwrap();
    }
}

#[test]
fn fs_02_nothing_but_a_file_of_its_own_is_opened() {
    let home = tempfile::tempdir().unwrap();
    let other = home.path().join("other");
    fs::write(&other, "precious\n").unwrap();
    let place = |name: &str| {
        let directory = home.path().join(name);
        fs::create_dir(&directory).unwrap();
        fs::set_permissions(&directory, Permissions::from_mode(0o700)).unwrap();
        (file_in(&directory), directory)
    };
    let words = |directory: &Path| refused(directory).to_string();

    let (file, directory) = place("link");
    symlink(&other, file).unwrap();
    assert!(words(&directory).contains("it is a symbolic link; move it"), "{}", words(&directory));
    let (file, directory) = place("dangling");
    symlink(home.path().join("nowhere"), file).unwrap();
    assert!(words(&directory).contains("a symbolic link"));
    let (file, directory) = place("hard");
    fs::hard_link(&other, &file).unwrap();
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert!(words(&directory).contains("a hard link"));
    let (file, directory) = place("pipe");
    mkfifoat(CWD, &file, Mode::RUSR | Mode::WUSR).unwrap();
    assert!(words(&directory).contains("it is a pipe"));
    assert!(journal::read(&file).unwrap_err().to_string().contains("it is a pipe"), "and is not waited for");
    let (file, directory) = place("directory");
    fs::create_dir(file).unwrap();
    assert!(words(&directory).contains("it is a directory"));
    let (file, directory) = place("socket");
    let _listens = UnixListener::bind(file).unwrap();
    assert!(words(&directory).contains("it is a socket"));
    assert!(journal::read(Path::new("/dev/zero")).unwrap_err().to_string().contains("it is a device"));

    let (_, real) = place("real");
    symlink(&real, home.path().join("as-directory")).unwrap();
    assert!(words(&home.path().join("as-directory")).contains("a symbolic link"));
    assert!(!file_in(&real).exists());
    assert_eq!(fs::read_to_string(other).unwrap(), "precious\n");
}

#[test]
fn fs_06_a_place_that_cannot_be_made_is_named() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("file");
    fs::write(&file, "").unwrap();
    let below = "a part of this path is not a directory; let XDG_STATE_HOME";
    for (directory, named) in [(file.clone(), "it is a file; move"), (file.join("cckm-tui"), below)] {
        let words = refused(&directory).to_string();
        let expected = format!("journal {}: {named}", directory.display());
        assert!(words.starts_with(&expected), "{words}");
    }
}

#[test]
fn a_journal_that_is_moved_away_while_in_use_takes_nothing_more() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(home.path()).unwrap();
    journal.append(at(0), &id(1), &Transition::Sent).unwrap();
    fs::rename(file_in(home.path()), home.path().join("old")).unwrap();
    let error = journal.append(at(1), &id(1), &Transition::Sent).unwrap_err();
    assert!(matches!(error.problem, Problem::Replaced), "{error}");
    Journal::open(home.path()).unwrap();
    let error = journal.append(at(1), &id(1), &Transition::Sent).unwrap_err();
    assert!(matches!(error.problem, Problem::Replaced), "nor into the new one's place: {error}");
}

#[test]
fn fs_08_a_torn_end_on_disk_is_told_kept_and_accounted_for() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(home.path()).unwrap();
    journal.append(at(0), &id(1), &intent(1, "Acme", "")).unwrap();
    drop(journal);
    let file = file_in(home.path());
    File::options().append(true).open(&file).unwrap().write_all(b"{\"sequence\":2,\"prev").unwrap();
    assert!(
        matches!(journal::verify(&file), Err(VerifyError::Torn(torn)) if (torn.line, torn.bytes) == (2, 19))
    );
    let (mut journal, contents) = Journal::open(home.path()).unwrap();
    assert_eq!(
        contents.trouble().unwrap(),
        "line 2: 19 bytes that are no line, as an interrupted write leaves them"
    );
    assert_eq!(journal::open_operations(&contents.entries).len(), 1);
    assert_eq!(journal.append(at(1), &id(1), &Transition::Sent).unwrap(), 3);
    let text = commands::journal::verify(&file).unwrap();
    assert!(
        text.contains("2 entries")
            && text.contains(
                "line 2: 20 bytes that are no line, as an interrupted write leaves them, accounted for"
            ),
        "{text}"
    );
    assert!(fs::read_to_string(file).unwrap().contains("\n{\"sequence\":2,\"prev\n{\"sequence\":2,"));
}

#[test]
fn wr_27_the_lock_of_another_is_respected_and_named() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(home.path()).unwrap();
    let holder = File::open(file_in(home.path())).unwrap();
    holder.lock().unwrap();
    let error = journal.append(at(0), &id(1), &Transition::Sent).unwrap_err();
    assert!(matches!(error.problem, Problem::Locked), "{error}");
    assert!(error.to_string().contains("locked by another program"), "{error}");
    drop(holder);
    assert_eq!(journal.append(at(0), &id(1), &Transition::Sent).unwrap(), 1);
}

/// Appends, and tries again as long as somebody else is faster.
fn append(journal: &mut Journal, count: u64, transition: &Transition) -> u64 {
    loop {
        match journal.append(at(0), &id(count), transition) {
            Err(JournalError { problem: Problem::Locked, .. }) => {}
            done => return done.unwrap(),
        }
    }
}

/// The variable that makes a test of this binary the other process of a test.
const OTHER: &str = "CCKM_TUI_TEST_OTHER_PROCESS";

/// This binary again, to run one test as another process in `directory`.
fn other_process(mut command: Command, test: &str, directory: &Path) -> Command {
    command.args([&format!("journal::{test}"), "--exact", "--test-threads=1"]).env(OTHER, directory);
    command
}

fn itself() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

#[test]
fn wr_27_two_processes_and_two_threads_make_one_chain() {
    const EACH: u64 = 40;
    if let Some(directory) = std::env::var_os(OTHER) {
        let (mut journal, _) = Journal::open(Path::new(&directory)).unwrap();
        for count in 0..EACH {
            append(&mut journal, count, &Transition::Sent);
        }
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let name = "wr_27_two_processes_and_two_threads_make_one_chain";
    let mut others = [(); 2].map(|()| other_process(itself(), name, home.path()).spawn().unwrap());
    let mut sequences = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| {
            scope.spawn(|| {
                let (mut journal, _) = Journal::open(home.path()).unwrap();
                (0..EACH).map(|count| append(&mut journal, count, &Transition::Sent)).collect::<Vec<_>>()
            })
        });
        threads.map(|thread| thread.join().unwrap()).concat()
    });
    for other in &mut others {
        assert!(other.wait().unwrap().success());
    }
    sequences.sort_unstable();
    sequences.dedup();
    assert_eq!(sequences.len() as u64, 2 * EACH, "no sequence was given twice");
    let summary = journal::verify(&file_in(home.path())).unwrap();
    assert_eq!((summary.sequence, summary.torn), (4 * EACH, Vec::new()));
}

/// Appends until there is no room, in a process of its own; then checks what is there.
fn fill_the_disk(directory: &Path) {
    let (mut journal, _) = Journal::open(directory).unwrap();
    let mut written = 0;
    let error = loop {
        match journal.append(at(0), &id(1), &intent(1, "Acme", &"x".repeat(700))) {
            Ok(sequence) => written = sequence,
            Err(error) => break error,
        }
    };
    assert!(matches!(error.problem, Problem::File(files::Problem::Full(_))), "{error}");
    assert!(written > 2, "there was room at first");
    let summary = journal::verify(&file_in(directory)).unwrap();
    assert_eq!((summary.sequence, summary.torn), (written, Vec::new()));
    assert!(journal.append(at(0), &id(1), &intent(1, "Acme", &"x".repeat(9_000))).is_err());
    assert_eq!(journal::verify(&file_in(directory)).unwrap().sequence, written);
}

#[test]
fn fs_05_a_file_that_may_not_grow_keeps_every_acknowledged_entry() {
    if let Some(directory) = std::env::var_os(OTHER) {
        return fill_the_disk(Path::new(&directory));
    }
    let home = tempfile::tempdir().unwrap();
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"trap "" XFSZ; ulimit -f 16; exec "$0" "$@""#]).arg(std::env::current_exe().unwrap());
    let name = "fs_05_a_file_that_may_not_grow_keeps_every_acknowledged_entry";
    let output = other_process(shell, name, home.path()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(String::from_utf8(output.stdout).unwrap().contains("1 passed"));
}

#[test]
fn fs_05_a_full_disk_keeps_every_acknowledged_entry() {
    if let Some(directory) = std::env::var_os(OTHER) {
        return fill_the_disk(&Path::new(&directory).join("state"));
    }
    let home = tempfile::tempdir().unwrap();
    let mut shell = Command::new("unshare");
    let script = r#"mount -t tmpfs -o size=16k none "$0" || exit 77; exec "$@""#;
    shell.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]).arg(home.path());
    shell.arg(std::env::current_exe().unwrap());
    let name = "fs_05_a_full_disk_keeps_every_acknowledged_entry";
    match other_process(shell, name, home.path()).output() {
        Ok(output) if output.status.success() => {
            assert!(String::from_utf8(output.stdout).unwrap().contains("1 passed"));
        }
        Ok(output) if output.status.code() == Some(101) => panic!("{output:?}"),
        other => eprintln!("NOT TESTED: no file system can be mounted here: {other:?}"),
    }
}

/// A journal with an ordinary change, a change by somebody hostile, and one that is not settled.
fn told(directory: &Path) {
    let (mut journal, _) = Journal::open(directory).unwrap();
    let mut second = 0;
    let mut add = |count, transitions: &[Transition]| {
        for transition in transitions {
            journal.append(at(second), &id(count), transition).unwrap();
            second += 1;
        }
    };
    let seen = || Untrusted::from("sfdc-eu-2026");
    add(
        1,
        &[
            intent(1, "Acme España", "CHG-1042"),
            Transition::Sent,
            Transition::Answered { status: 200, by_another: false },
            Transition::Looked { connection: seen() },
            Transition::Settled { outcome: Outcome::Verified, seen: seen() },
        ],
    );
    let hostile = "x | VERIFIED |\n| `y` <script>\u{1b}[2J\u{202e}";
    add(2, &[intent(2, hostile, hostile), Transition::Sent, Transition::NoAnswer { why: hostile.into() }]);
    add(
        3,
        &[
            intent(3, &"long ".repeat(200_000), ""),
            Transition::Abandoned { why: "the journal is full".into() },
        ],
    );
}

#[test]
fn the_report_is_a_table_and_the_steps_of_every_change() {
    let home = tempfile::tempdir().unwrap();
    told(home.path());
    let report = commands::journal::report(&file_in(home.path()), Wanted::default(), false).unwrap();
    let head = "\
# Changes of Salesforce connections

3 changes. Times are UTC.

| Time | Organization | Connection | Code | Outcome | Reason | Who | Server | Entry |
|---|---|---|---|---|---|---|---|---|
| 2026-11-23 18:00:00Z | `Acme España` | `sfdc-eu-2024` → `sfdc-eu-2026` | 200 | VERIFIED | `CHG-1042` | `ops1` | `https://cm1.example.com` | 7f3a9c-1 |
";
    assert!(report.starts_with(head), "{report}");
    let detail = "
## 7f3a9c-1

- Record: `2473e846-31a8-4ee6-8a1e-000000000001`
- Organization: `Acme España`
- Salesforce id: `00D5g000004xyz`
- Connection before: `sfdc-eu-2024`
- Connection sent: `sfdc-eu-2026`
- Reason: `CHG-1042`
- Who: `ops1`
- Server: `https://cm1.example.com`
- Domain: `root`
- Profile: `prod-eu`
- Updated before: `2026-11-20T08:00:00Z`
- Journal lines: 1–5

1. 2026-11-23T18:00:00.000Z — about to be sent
1. 2026-11-23T18:00:01.000Z — sent
1. 2026-11-23T18:00:02.000Z — answered with 200
1. 2026-11-23T18:00:03.000Z — read back: `sfdc-eu-2026`
1. 2026-11-23T18:00:04.000Z — settled: VERIFIED, seen `sfdc-eu-2026`
";
    assert!(report.contains(detail), "{report}");
    assert!(report.contains("| none | NOT SETTLED |") && report.contains("| – | NOT SENT |"), "{report}");
    assert!(report.len() < 20_000, "a text of a megabyte is cut");
}

#[test]
fn tx_08_the_report_shows_hostile_text_escaped_and_as_no_markup() {
    let home = tempfile::tempdir().unwrap();
    told(home.path());
    let report = commands::journal::report(&file_in(home.path()), Wanted::default(), false).unwrap();
    assert!(!report.chars().any(|c| (c.is_control() && c != '\n') || c == '\u{202e}'), "{report}");
    let rows: Vec<_> = report.lines().filter(|line| line.starts_with("| 2026")).collect();
    assert_eq!(rows.len(), 3);
    assert!(rows.iter().all(|row| row.matches('|').count() == 10), "{rows:?}");
    assert!(
        rows[1].contains(r"`x \x7c VERIFIED \x7c\x0a\x7c \x60y\x60 <script>\x1b[2J\u{202e}`"),
        "{}",
        rows[1]
    );
}

#[test]
fn the_report_leaves_out_what_ended_before() {
    let home = tempfile::tempdir().unwrap();
    told(home.path());
    let file = file_in(home.path());
    let since = |second| {
        commands::journal::report(&file, Wanted { since: Some(at(second)), plan: None }, false).unwrap()
    };
    assert!(since(4).contains("3 changes since 2026-11-23 18:00:04Z"));
    assert!(since(5).contains("2 changes") && !since(5).contains("7f3a9c-1"));
    assert!(since(100).ends_with("0 changes since 2026-11-23 18:01:40Z. Times are UTC.\n"));
}

#[test]
fn the_report_says_first_that_the_journal_was_altered() {
    let home = tempfile::tempdir().unwrap();
    told(home.path());
    let file = file_in(home.path());
    let altered = fs::read_to_string(&file).unwrap().replacen("\"status\":200", "\"status\":201", 1);
    fs::write(&file, altered).unwrap();
    let report = commands::journal::report(&file, Wanted::default(), false).unwrap();
    let third = report.lines().nth(2).unwrap();
    assert_eq!(third, "**The journal cannot be believed:** `line 3 was altered: its hash is another`");
}

#[test]
fn a13_the_report_of_a_plan_has_its_changes_alone_with_who_made_it_and_who_applied_it() {
    let home = tempfile::tempdir().unwrap();
    let (mut journal, _) = Journal::open(home.path()).unwrap();
    let plan: PlanId = "p7f3a9c-2".parse().unwrap();
    let reference = PlanReference { id: plan, hash: Sha256::of(b"x"), made_by: "ops2".into() };
    for (count, plan) in [(1, None), (2, Some(reference.clone())), (3, Some(reference))] {
        let Transition::Intent(mut operation) = intent(count, "=Acme", "CHG-1") else { panic!() };
        operation.plan = plan;
        journal.append(at(0), &id(count), &Transition::Intent(operation)).unwrap();
    }
    let settled = Transition::Settled { outcome: Outcome::Verified, seen: "sfdc-eu-2026".into() };
    journal.append(at(1), &id(2), &settled).unwrap();
    let wanted = Wanted { since: None, plan: Some(plan) };
    let report = |csv| commands::journal::report(&file_in(home.path()), wanted, csv).unwrap();
    let text = report(false);
    assert!(text.contains("\n2 changes of plan p7f3a9c-2. Times are UTC.\n"), "{text}");
    assert!(
        text.contains(", made by `ops2`, applied by `ops1`\n- NOT SETTLED: 1\n- VERIFIED: 1\n"),
        "{text}"
    );
    assert!(!text.contains("7f3a9c-1 "), "{text}");
    let sheet = report(true);
    let rows: Vec<&str> = sheet.lines().collect();
    assert_eq!(rows.len(), 3, "{sheet}");
    assert!(rows[1].starts_with("7f3a9c-2,2026-11-23T18:00:00.000Z,'=Acme,2473e846"), "{sheet}");
    assert!(rows[1].contains(",VERIFIED,CHG-1,ops1,") && rows[1].contains(",p7f3a9c-2,"), "{sheet}");
}
