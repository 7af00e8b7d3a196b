//! The whole story of an appliance that signed its certificate itself: met, trusted, met again, changed.

use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::outside::DemoServer;
use crate::terminal::{DEADLINE, PROGRAM, Terminal, environment};

/// A dashboard whose state is in `state`, at the server of these lines.
fn dashboard(lines: &[String], state: &str, size: (u16, u16)) -> Terminal {
    let password = lines[2].trim_start_matches("password ");
    let env = [("CCKM_PASSWORD", password), ("XDG_STATE_HOME", state)];
    Terminal::start(&["--url", &lines[0], "--username", "admin"], &env, size)
}

fn fingerprint(lines: &[String]) -> &str {
    lines[3].strip_prefix("certificate sha256 ").unwrap()
}

fn paste(terminal: &mut Terminal, text: &str) {
    terminal.send(&format!("\x1b[200~{text}\x1b[201~"));
}

/// Enter, again until it is heard: what comes right after a paste counts as its rest.
fn enter(terminal: &mut Terminal, leads_to: &str) {
    let until = Instant::now() + DEADLINE;
    let mut again = Instant::now();
    while !terminal.with_screen(|screen| screen.contents().contains(leads_to)) {
        assert!(Instant::now() < until, "Enter does not lead to {leads_to}");
        if Instant::now() >= again {
            terminal.send("\r");
            again = Instant::now() + Duration::from_millis(500);
        }
        std::thread::yield_now();
    }
}

fn quit(mut terminal: Terminal) {
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

fn trust(args: &[&str], state: &str) -> Output {
    let home = tempfile::tempdir().unwrap();
    let mut command = Command::new(PROGRAM);
    command.arg("trust").args(args).env_clear().envs(environment(home.path())).env("XDG_STATE_HOME", state);
    command.stdin(Stdio::null()).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

/// What is shown of a fingerprint on a screen of 80 columns: two rows.
fn halves(fingerprint: &str) -> [&str; 2] {
    let (first, second) = fingerprint.split_at(47);
    [first, second.trim_start_matches(':')]
}

#[test]
fn tl_01_tl_03_an_appliance_is_trusted_once_and_a_changed_one_is_not_waved_through() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0"]);
    let address = lines[0].trim_start_matches("https://").trim_end_matches('/').to_owned();
    let first = fingerprint(&lines).to_owned();

    // Met for the first time: everything is in sight at the smallest size, and Enter quits.
    let mut terminal = dashboard(&lines, state, (60, 16));
    let screen = terminal.wait_for_text("First contact");
    for half in halves(&first) {
        assert!(screen.contains(half), "{half} is not in\n{screen}");
    }
    terminal.send("\r");
    assert_eq!(terminal.wait_for_exit(), 0);

    // A wrong fingerprint says so; the right one leads on.
    let mut terminal = dashboard(&lines, state, (80, 24));
    let screen = terminal.wait_for_text(&format!("First contact with {address}"));
    for words in ["CN=CipherTrust Manager demo", "matches", "[>Quit ]", "[ Trust ]"] {
        assert!(screen.contains(words), "{words} is not in\n{screen}");
    }
    paste(&mut terminal, &"ab".repeat(32));
    terminal.wait_for_text("abababab");
    enter(&mut terminal, "another fingerprint");
    terminal.send("\x15v");
    terminal.wait_for_text("EC P-256");
    terminal.send("\x1b");
    terminal.wait_for_text("[ Trust ]");
    let digits = first.replace(':', "").to_lowercase();
    paste(&mut terminal, &digits);
    terminal.wait_for_text(digits.split_at(48).1);
    enter(&mut terminal, "Organizations 56");
    quit(terminal);

    // From then on there is no question.
    let terminal = dashboard(&lines, state, (80, 24));
    let screen = terminal.wait_for_text("Organizations 56");
    assert!(!screen.contains("First contact"), "{screen}");
    quit(terminal);
    assert!(text(&trust(&["list"], state).stdout).contains(&first));
    let shown = trust(&["show", &address], state);
    assert_eq!(shown.status.code(), Some(0), "{shown:?}");
    assert!(text(&shown.stdout).contains("believed: pinned since"), "{shown:?}");

    // Another certificate at the same place stops everything.
    server.end(Signal::TERM);
    let (server, lines) = DemoServer::start(&["--listen", &address]);
    let second = fingerprint(&lines).to_owned();
    assert_ne!(first, second);
    let mut terminal = dashboard(&lines, state, (80, 24));
    let screen = terminal.wait_for_text(&format!("STOP: the identity of {address} CHANGED"));
    for part in halves(&first).into_iter().chain(halves(&second)) {
        assert!(screen.contains(part), "{part} is not in\n{screen}");
    }
    assert!(screen.contains("Nothing was sent to it. No password, no token."), "{screen}");
    // Whatever is typed, there is no way on.
    terminal.send("vyre/");
    terminal.wait_for_text("STOP");
    quit(terminal);
    let shown = trust(&["show", &address], state);
    assert_eq!(shown.status.code(), Some(1), "{shown:?}");
    assert!(text(&shown.stdout).contains("NOT BELIEVED: another certificate is pinned"), "{shown:?}");

    // Only outside can it be replaced.
    let replaced = trust(&["replace", &address, "--sha256", &second], state);
    assert_eq!(replaced.status.code(), Some(0), "{replaced:?}");
    assert!(text(&replaced.stdout).contains("and no more by"), "{replaced:?}");
    let terminal = dashboard(&lines, state, (80, 24));
    terminal.wait_for_text("Organizations 56");
    quit(terminal);
    drop(server);
}

#[test]
fn tl_12_keys_of_the_connection_are_never_logged() {
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("keys.log");
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0"]);
    let env = [
        ("CCKM_PASSWORD", lines[2].trim_start_matches("password ")),
        ("CCKM_PIN", fingerprint(&lines)),
        ("SSLKEYLOGFILE", keys.to_str().unwrap()),
    ];
    let terminal = Terminal::start(&["--url", &lines[0], "--username", "admin"], &env, (80, 24));
    terminal.wait_for_text("Organizations 56");
    quit(terminal);
    assert!(!keys.exists());
    drop(server);
}

#[test]
fn tl_13_a_trust_file_that_others_could_have_written_stops_the_start() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().to_str().unwrap();
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0"]);
    let address = lines[0].trim_start_matches("https://").trim_end_matches('/').to_owned();
    assert_eq!(trust(&["replace", &address, "--sha256", fingerprint(&lines)], state).status.code(), Some(0));
    let file = folder.path().join("cckm-tui/trust.toml");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o666)).unwrap();
    let mut terminal = dashboard(&lines, state, (80, 24));
    terminal.wait_for_text("trust.toml: others can write it");
    assert_eq!(terminal.wait_for_exit(), 2);
    drop(server);
}
