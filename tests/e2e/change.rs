//! The main job with real keys: find an organization, change its connection, read what became of it.

use std::os::unix::fs::PermissionsExt as _;

use rustix::process::Signal;

use crate::kill::verify;
use crate::outside::DemoServer;
use crate::terminal::{DEADLINE, Terminal};

/// The id of the documented organization.
pub(crate) const THALES: &str = "2473e846-31a8-4ee6-8299-17025548b4e2";

/// Finds Thales and opens the review of its change to `new-sfdc-connection`. Each step waits for what it
/// must show, and for nothing that stood there before.
pub(crate) fn review(terminal: &mut Terminal) {
    terminal.wait_for_text("Organizations 56");
    terminal.send("/2473e846");
    terminal.wait_for_text("Organizations 1/56");
    terminal.send("\r");
    terminal.wait_for_text("Enter open");
    terminal.send("e");
    terminal.wait_for_text("18 of 18 connections");
    terminal.send("new-sfdc-connection");
    terminal.wait_for_text("1 of 18 connections");
    terminal.send("\r");
    terminal.wait_for_text("Review: nothing is sent yet");
}

/// `y`, as often as it takes for the review to listen: it is deaf for half a second.
pub(crate) fn press_yes(terminal: &mut Terminal) {
    terminal.wait_for("a review that listens", |screen| {
        let row = screen.contents().lines().position(|row| row.contains("[ Cancel ]"));
        let key = row.and_then(|row| {
            let columns = screen.size().1;
            let row = u16::try_from(row).ok()?;
            (0..columns)
                .find(|x| screen.cell(row, *x).is_some_and(|cell| cell.contents() == "y" && cell.bold()))
        });
        key.is_some()
    });
    terminal.send("y");
}

/// `y`, and the result.
pub(crate) fn submit(terminal: &mut Terminal) -> String {
    press_yes(terminal);
    terminal.wait_for_text("by server")
}

fn quit(terminal: &mut Terminal) {
    terminal.send("\r");
    terminal.wait_for_text("Enter open");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn m_03_the_demo_shows_http_200_and_the_list_shows_the_new_truth() {
    for size in [(80, 24), (60, 16), (120, 36), (200, 60)] {
        let mut terminal = Terminal::start(&["--demo"], &[], size);
        review(&mut terminal);
        // The smallest screen has no room for the body of the request.
        let body = if size.1 < 24 { "Send the change" } else { r#"{"connection":"new-sfdc-connection"}"# };
        let screen = terminal.wait_for_text(body);
        assert!(screen.contains("+ new-sfdc-connection") && screen.contains("- sfdc-connection"), "{screen}");
        let screen = submit(&mut terminal);
        for words in ["HTTP 200 OK", "VERIFIED", "before  sfdc-connection", "after   new-sfdc-connection"] {
            assert!(screen.contains(words), "no {words} in\n{screen}");
        }
        terminal.send("r");
        terminal.wait_for_text("the whole answer");
        terminal.send(&"j".repeat(10));
        terminal.wait_for_text(r#""connection": "new-sfdc-connection""#);
        terminal.send("\r");
        terminal.wait_for_text("Enter open");
        terminal.send("\x1b");
        let screen = terminal.wait_for("whole list", |screen| screen.contents().contains("Organizations 56"));
        assert!(screen.contains("new-sfdc"), "{screen}");
        terminal.send("q");
        assert_eq!(terminal.wait_for_exit(), 0);
        terminal.assert_given_back();
    }
}

#[test]
fn in_01_twenty_enters_and_an_early_y_send_nothing() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Organizations 56");
    terminal.send("/2473e846\r");
    terminal.wait_for_text("Enter open");
    terminal.send("e");
    terminal.wait_for_text("18 of 18 connections");
    let burst = format!("new-sfdc-connection{}y", "\r".repeat(19));
    terminal.send(&burst);
    let screen = terminal.wait_for_text("Review: nothing is sent yet");
    assert!(!screen.contains("HTTP"), "{screen}");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
}

#[test]
fn a_server_in_another_process_is_changed_the_same_way() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].strip_prefix("password ").unwrap();
    let args = ["--url", &lines[0], "--username", "admin"];
    let mut terminal = Terminal::start(&args, &[("CCKM_PASSWORD", password)], (120, 36));
    review(&mut terminal);
    let screen = submit(&mut terminal);
    assert!(screen.contains("HTTP 200 OK") && screen.contains("VERIFIED"), "{screen}");
    assert!(screen.contains(THALES) && !screen.contains("DEMO"), "{screen}");
    quit(&mut terminal);
    assert!(!terminal.bytes().windows(password.len()).any(|bytes| bytes == password.as_bytes()));
    assert_eq!(server.end(Signal::TERM).0, Some(143));
}

#[test]
fn wr_03_a_change_is_not_waited_for_longer_than_the_settings_say() {
    let (_server, lines) =
        DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--fault", "apply-then-hang"]);
    let env = [
        ("CCKM_PASSWORD", lines[2].strip_prefix("password ").unwrap()),
        ("CCKM_CHANGE_TIMEOUT_SECONDS", "1"),
    ];
    let mut terminal = Terminal::start(&["--url", &lines[0], "--username", "admin"], &env, (100, 30));
    review(&mut terminal);
    press_yes(&mut terminal);
    let screen = terminal.wait_for_text("APPLIED");
    assert!(screen.contains("NO ANSWER"), "{screen}");
}

#[test]
fn au_06_a_wrong_password_is_said_and_the_right_one_goes_on() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].strip_prefix("password ").unwrap();
    let args = ["--url", &lines[0], "--username", "admin"];
    let mut terminal = Terminal::start(&args, &[("CCKM_PASSWORD", "not-the-one")], (80, 24));
    let screen = terminal.wait_for_text("HTTP 401");
    assert!(screen.contains("Wrong username or password."), "{screen}");
    terminal.send(password);
    terminal.wait_for_text("••••••••");
    terminal.send("\r");
    terminal.wait_for_text("Organizations 56");
    quit(&mut terminal);
    assert_eq!(server.end(Signal::TERM).0, Some(143));
}

#[test]
fn m_12_without_a_password_the_dashboard_asks_for_one() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].strip_prefix("password ").unwrap();
    let mut terminal = Terminal::start(&["--url", &lines[0], "--username", "admin"], &[], (80, 24));
    let screen = terminal.wait_for_text("Password");
    assert!(screen.contains("Sign in") && screen.contains("127.0.0.1"), "{screen}");
    terminal.send(&format!("{password}\r"));
    terminal.wait_for_text("Organizations 56");
    quit(&mut terminal);
    assert_eq!(server.end(Signal::TERM).0, Some(143));
}

#[test]
fn nt_01_a_server_that_is_not_there_is_named() {
    let args = ["--url", "http://127.0.0.1:1", "--username", "admin"];
    let mut terminal = Terminal::start(&args, &[("CCKM_PASSWORD", "p")], (80, 24));
    let screen = terminal.wait_for_text("CANNOT REACH THE SERVER");
    assert!(
        screen.contains("nothing was sent") && screen.contains("server    http://127.0.0.1:1"),
        "{screen}"
    );
    quit(&mut terminal);
}

#[test]
fn m_06_a_read_only_session_says_so_and_refuses_the_edit_window() {
    let mut terminal = Terminal::start(&["--demo", "--read-only"], &[], (80, 24));
    let screen = terminal.wait_for_text("Organizations 56");
    assert!(screen.contains("READ-ONLY"), "{screen}");
    terminal.send("e");
    let screen = terminal.wait_for_text("e is off");
    assert!(!screen.contains("Change connection"), "{screen}");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn m_14_a_paste_into_the_list_does_nothing_but_a_notice() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Organizations 56");
    terminal.send("\x1b[200~qey\r:\x1b[201~");
    let screen = terminal.wait_for_text("paste ignored");
    assert!(!screen.contains("Change connection"), "{screen}");
    // Keys at once after a paste count as its rest.
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
}

#[test]
fn an_open_window_survives_every_size() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    review(&mut terminal);
    terminal.resize(40, 10);
    let screen = terminal.wait_for_text("Nothing was lost");
    assert!(screen.contains("DEMO"), "{screen}");
    terminal.resize(120, 36);
    terminal.wait_for_text("Review: nothing is sent yet");
    let screen = submit(&mut terminal);
    assert!(screen.contains("HTTP 200 OK"), "{screen}");
    quit(&mut terminal);
}

#[test]
fn pf_03_no_color_means_no_colour_and_still_a_selection() {
    let mut terminal = Terminal::start(&["--demo"], &[("NO_COLOR", "1")], (80, 24));
    terminal.wait_for_text("Organizations 56");
    terminal.wait_for("selected row", |screen| {
        (0..80).all(|x| screen.cell(3, x).is_some_and(vt100::Cell::inverse))
    });
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    let bytes = terminal.bytes();
    let colours = [b"\x1b[31", b"\x1b[32", b"\x1b[33", b"\x1b[35", b"\x1b[36", b"\x1b[38"];
    for colour in colours {
        assert!(!bytes.windows(colour.len()).any(|seen| seen == colour), "{colour:?}");
    }
}

#[test]
fn wr_19_a_connection_to_another_organization_is_stopped_and_nothing_is_sent() {
    let mut terminal = Terminal::start(&["--demo"], &[], (100, 30));
    terminal.wait_for_text("Organizations 56");
    terminal.send("/f6eea347\r");
    terminal.wait_for_text("Organizations 1/56");
    terminal.send("e");
    terminal.wait_for_text("18 of 18 connections");
    terminal.send("sfdc-treasury-2025\r");
    let screen = terminal.wait_for_text("ANOTHER: 00D8y0000DZzjlBEQR");
    assert!(screen.contains("Treasury Operations") && screen.contains("FAILED"), "{screen}");
    let refused = "a check failed: nothing was sent";
    let until = std::time::Instant::now() + DEADLINE;
    // It is deaf for half a second, and there is no sign of its end: `y` is not bold while a check failed.
    while !terminal.with_screen(|screen| screen.contents().contains(refused)) {
        assert!(std::time::Instant::now() < until, "it says nothing");
        // Another key in between, or it would count as held down.
        terminal.send("cy");
        std::thread::park_timeout(std::time::Duration::from_millis(50));
    }
    terminal.send("\x1b");
    terminal.wait_for_text("Change connection");
    terminal.send("\x1b");
    terminal.wait_for_text("Give up the value");
    terminal.send("y");
    terminal.wait_for_text("Enter open");
    terminal.send("@");
    let screen = terminal.wait_for_text("GET");
    assert!(!screen.contains("PATCH"), "{screen}");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
}

#[test]
fn z_takes_the_change_back_and_the_activity_shows_both_requests() {
    let mut terminal = Terminal::start(&["--demo"], &[], (100, 30));
    review(&mut terminal);
    let screen = submit(&mut terminal);
    assert!(screen.contains("VERIFIED"), "{screen}");
    terminal.send("\r");
    terminal.wait_for_text("Enter open");
    terminal.send("z");
    let screen = terminal.wait_for_text("Undo: nothing is sent yet");
    assert!(screen.contains("+ sfdc-connection") && screen.contains("- new-sfdc-connection"), "{screen}");
    let screen = submit(&mut terminal);
    assert!(screen.contains("VERIFIED") && screen.contains("after   sfdc-connection"), "{screen}");
    terminal.send("\r");
    terminal.wait_for_text("Enter open");
    terminal.send("@");
    terminal.wait_for("two PATCHes", |screen| screen.contents().matches("PATCH").count() >= 2);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
}

#[test]
fn without_a_journal_there_is_no_change_unless_the_operator_says_so() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].strip_prefix("password ").unwrap();
    for waived in [false, true] {
        let home = tempfile::tempdir().unwrap();
        std::fs::write(home.path().join("state"), "").unwrap();
        let mut args = vec!["--url", &lines[0], "--username", "admin"];
        args.extend(waived.then_some("--no-journal"));
        let mut terminal = Terminal::start_in(home, &args, &[("CCKM_PASSWORD", password)], (120, 36));
        if waived {
            review(&mut terminal);
            let screen = submit(&mut terminal);
            assert!(screen.contains("VERIFIED"), "{screen}");
            quit(&mut terminal);
        } else {
            terminal.wait_for_text("Organizations 56");
            terminal.send("e");
            let screen = terminal.wait_for_text("e is off: no journal");
            assert!(screen.contains("--no-journal") || screen.contains("journal"), "{screen}");
            assert!(!screen.contains("Change connection"), "{screen}");
            terminal.send("q");
            assert_eq!(terminal.wait_for_exit(), 0);
        }
    }
    drop(server);
}

/// Two programs, one journal: both change, each line follows from the one before, and nobody else may read it.
#[test]
fn wr_27_two_programs_share_one_private_journal_without_a_secret_in_it() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].strip_prefix("password ").unwrap();
    let state = tempfile::tempdir().unwrap();
    let env = [("CCKM_PASSWORD", password), ("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let args = ["--url", &lines[0], "--username", "admin"];
    let mut first = Terminal::start(&args, &env, (100, 30));
    let mut second = Terminal::start(&args, &env, (100, 30));
    second.wait_for_text("Organizations 56");
    review(&mut first);
    assert!(submit(&mut first).contains("VERIFIED"));
    second.send("/cceaf0f2\r");
    second.wait_for_text("Organizations 1/56");
    second.send("e");
    second.wait_for_text("18 of 18 connections");
    second.send("sfdc-eu-2025\r");
    second.wait_for_text("Review: nothing is sent yet");
    assert!(submit(&mut second).contains("VERIFIED"));
    // The first one again, which has not seen the lines of the second.
    first.send("\r");
    first.wait_for_text("Enter open");
    first.send("z");
    first.wait_for_text("Undo: nothing is sent yet");
    assert!(submit(&mut first).contains("VERIFIED"));
    quit(&mut first);
    quit(&mut second);
    verify(state.path());
    let file = cckm_tui::journal::file_in(&state.path().join("cckm-tui"));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text.lines().count(), 12, "{text}");
    for secret in [password, "Bearer", "eyJ"] {
        assert!(!text.contains(secret), "{text}");
    }
    drop(server);
}
