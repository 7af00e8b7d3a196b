//! What others on the machine can see of the program while it runs: as good as nothing.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use rustix::process::{Signal, geteuid};

use crate::outside::DemoServer;
use crate::terminal::{PROGRAM, Terminal};

/// An account that nobody uses.
const NOBODY: u32 = 65_534;

/// A server without a screen.
const SERVER: [&str; 3] = ["--listen", "127.0.0.1:0", "--http"];

/// Checks that a running program makes no core and no file for others.
fn assert_closed(pid: u32) {
    let of = |file: &str| fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap();
    let limits = of("limits");
    let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
    assert_eq!(core.split_whitespace().skip(4).take(2).collect::<Vec<_>>(), ["0", "0"], "{core}");
    assert!(of("status").contains("Umask:\t0077"), "{}", of("status"));
}

/// Checks that an account cannot look into its own running program.
fn assert_unreadable(pid: u32, account: u32) {
    for file in ["environ", "mem", "maps"] {
        let mut reader = Command::new("head");
        reader.args(["-c", "1", &format!("/proc/{pid}/{file}")]).stdout(Stdio::null()).stderr(Stdio::null());
        if geteuid().is_root() {
            reader.uid(account).gid(account);
        }
        assert!(!reader.status().unwrap().success(), "{file} can be read by the same account");
    }
}

#[test]
fn sk_02_sk_03_neither_memory_nor_environment_can_be_read_and_no_core_is_dumped() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_until_taken();
    assert_closed(terminal.pid());
    if geteuid().is_root() {
        eprintln!("NOT TESTED on the dashboard: root reads everything; tested on the server, as nobody");
    } else {
        assert_unreadable(terminal.pid(), geteuid().as_raw());
    }
    terminal.signal(Signal::TERM);
    terminal.wait_for_exit();

    let account = if geteuid().is_root() { NOBODY } else { geteuid().as_raw() };
    // A copy that this account can reach.
    let place = tempfile::tempdir().unwrap();
    let copy = place.path().join("cckm-tui");
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(PROGRAM, &copy).unwrap();
    let mut command = Command::new(&copy);
    if account == NOBODY {
        command.uid(account).gid(account);
    }
    let (server, _) = DemoServer::start_by(command, &SERVER);
    assert_closed(server.pid());
    assert_unreadable(server.pid(), account);
    server.end(Signal::TERM);
}

#[test]
fn sk_03_a_program_that_aborts_leaves_no_core() {
    let home = tempfile::tempdir().unwrap();
    let mut terminal = Terminal::start_in(home, &["--demo"], &[], (80, 24));
    terminal.wait_until_taken();
    terminal.signal(Signal::ABORT);
    terminal.wait_for_end();
    let left: Vec<_> = fs::read_dir(terminal.home()).unwrap().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn a_descriptor_that_the_parent_left_open_is_closed() {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#"exec 7</etc/hostname; exec "$0" "$@""#, PROGRAM]);
    let (server, _) = DemoServer::start_by(shell, &SERVER);
    let open = fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().flatten();
    let strays = open.filter_map(|entry| fs::read_link(entry.path()).ok());
    let strays: Vec<_> = strays.filter(|target| target.starts_with("/etc")).collect();
    assert!(strays.is_empty(), "{strays:?}");
    server.end(Signal::TERM);
}

#[test]
fn fs_01_fs_14_files_are_private_under_every_umask_and_few_descriptors_are_enough_or_named() {
    for script in ["umask 000", "umask 022", "umask 077", "umask 777", "ulimit -n 32", "ulimit -v 262144"] {
        let command = format!(r#"{script}; exec "$0" "$@""#);
        let home = tempfile::tempdir().unwrap();
        let args = ["-c", &command, PROGRAM, "--url", "https://127.0.0.1:1", "--username", "ops1"];
        let mut terminal = Terminal::start_program("/bin/sh", home, &args, &[], (80, 24));
        terminal
            .wait_for(script, |screen| screen.alternate_screen() || screen.contents().contains("cckm-tui: "));
        if !terminal.with_screen(vt100::Screen::alternate_screen) {
            assert!(script.starts_with("ulimit"), "{script}");
            assert_eq!(terminal.wait_for_exit(), 1, "{script}");
            continue;
        }
        let state = terminal.home().join("state/cckm-tui");
        // They come after the first frame.
        let are_there = || fs::read_dir(&state).is_ok_and(|entries| entries.count() == 3);
        terminal.wait_until("journal, log and lock", are_there);
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&state), mode(state.parent().unwrap())), (0o700, 0o700), "{script}");
        let modes: Vec<_> = fs::read_dir(&state).unwrap().map(|entry| mode(&entry.unwrap().path())).collect();
        assert_eq!(modes, [0o600; 3], "{script}: journal, log and lock");
        terminal.signal(Signal::TERM);
        assert_eq!(terminal.wait_for_exit(), 143, "{script}");
    }
}
