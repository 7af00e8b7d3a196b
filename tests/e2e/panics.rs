//! A fault of the program itself, wherever it happens: the terminal is given back once, or stays in use.
#![cfg(debug_assertions)]

use std::os::unix::fs::PermissionsExt as _;

use crate::outside::DemoServer;
use crate::terminal::Terminal;

/// Starts the program with a fault in these places, signed in to a demo server.
fn with_a_fault(places: &str) -> (Terminal, DemoServer) {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].trim_start_matches("password ");
    let args = ["--url", &lines[0], "--username", "admin"];
    let env = [("CCKM_PASSWORD", password), ("CCKM_TUI_FAULT", places)];
    (Terminal::start(&args, &env, (100, 30)), server)
}

fn assert_said_in_plain_words(terminal: &Terminal) {
    let bytes = terminal.bytes();
    let said = String::from_utf8_lossy(&bytes);
    let (_, said) = said.rsplit_once("\u{1b}[?1049l").unwrap();
    assert!(said.contains("cckm-tui: a fault of this program: a fault in"), "{said:?}");
    for secret in ["hunter2", "eyJ", "\u{1b}", "\u{7}"] {
        assert!(!said.contains(secret), "{secret:?} is in {said:?}");
    }
}

#[test]
fn sg_13_e28_a_panic_while_drawing_restores_reports_and_is_code_101() {
    let (mut terminal, _server) = with_a_fault("drawing");
    assert_eq!(terminal.wait_for_exit(), 101);
    terminal.wait_for_text("a report, without secrets, is in");
    terminal.assert_modes_are_back();
    assert_said_in_plain_words(&terminal);
    let state = terminal.home().join("state/cckm-tui");
    let is_report = |name: &str| name.starts_with("crash-");
    let files = std::fs::read_dir(state).unwrap().map(|entry| entry.unwrap().path());
    let reports: Vec<_> =
        files.filter(|path| is_report(path.file_name().unwrap().to_str().unwrap())).collect();
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!(report.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(report).unwrap();
    assert!(text.contains("a fault in drawing") && text.contains("src/runtime"), "{text}");
    assert!(!text.contains("eyJ"), "{text}");
}

#[test]
fn sg_14_a_panic_in_a_task_is_shown_and_the_screen_stays_whole() {
    let (mut terminal, _server) = with_a_fault("list");
    terminal.wait_for_text("a fault of this program; the log has more");
    terminal.wait_for("alternate screen", vt100::Screen::alternate_screen);
    terminal.send("\x03\x03");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
    let log = std::fs::read_to_string(terminal.home().join("state/cckm-tui/cckm-tui.log")).unwrap();
    assert!(log.contains("a fault in list") && !log.contains("eyJ"), "{log}");
}

#[test]
fn sg_14_a_panic_of_the_task_that_keeps_the_session_ends_the_program_in_order() {
    let (mut terminal, _server) = with_a_fault("session");
    assert_eq!(terminal.wait_for_exit(), 1);
    terminal.assert_modes_are_back();
    terminal.wait_for_text("a part of the program failed");
}

#[test]
fn sg_15_a_second_panic_on_the_way_out_restores_nothing_again() {
    let (mut terminal, _server) = with_a_fault("drawing,leaving");
    // An abort.
    assert_eq!(terminal.wait_for_exit(), 134);
    terminal.assert_modes_are_back();
    let bytes = terminal.bytes();
    let left = bytes.windows(8).filter(|window| *window == b"\x1b[?1049l").count();
    assert_eq!(left, 1);
}
