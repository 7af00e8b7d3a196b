//! The main job with real keys: find an organization, change its connection, read what became of it.

use rustix::process::Signal;

use crate::outside::DemoServer;
use crate::terminal::Terminal;

/// The id of the documented organization.
const THALES: &str = "2473e846-31a8-4ee6-8299-17025548b4e2";

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
pub(crate) fn submit(terminal: &mut Terminal) -> String {
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
    terminal.wait_for_text("by server")
}

fn quit(terminal: &mut Terminal) {
    terminal.send("\r");
    terminal.wait_for_text("quit");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn m_03_the_demo_shows_http_200_and_the_list_shows_the_new_truth() {
    for size in [(80, 24), (60, 16), (120, 36), (200, 60)] {
        let mut terminal = Terminal::start(&["--demo"], &[], size);
        review(&mut terminal);
        let screen = terminal.wait_for_text(r#"{"connection":"new-sfdc-connection"}"#);
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
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
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
