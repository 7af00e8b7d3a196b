//! Plain mode in a terminal that can do nothing, and without any.

use rustix::process::Signal;

use crate::outside::DemoServer;
use crate::terminal::Terminal;

const DUMB: [(&str, &str); 2] = [("TERM", "dumb"), ("LANG", "C")];

/// Bytes that a teletype prints, and the end of a line.
#[track_caller]
fn assert_signs_only(terminal: &Terminal) {
    let odd: Vec<u8> =
        terminal.bytes().into_iter().filter(|byte| !matches!(byte, b'\r' | b'\n' | b' '..=b'~')).collect();
    assert!(odd.is_empty(), "{}", String::from_utf8_lossy(&terminal.bytes()));
}

#[test]
fn pf_01_a_dumb_terminal_gets_lines_of_signs_and_nothing_else() {
    let mut terminal = Terminal::start(&["--demo", "--plain", "--ascii"], &DUMB, (200, 60));
    terminal.wait_for_text("List: number opens");
    terminal.send("/acme corp\n");
    terminal.wait_for_text("filter /acme corp");
    terminal.send("1\n");
    terminal.wait_for_text("Organization: c change connection");
    terminal.send("c\n");
    terminal.wait_for_text("New connection: number or name");
    terminal.send("=sfdc-us-2025\n");
    terminal.wait_for_text("Review: yes in full");
    terminal.send("n\n");
    terminal.wait_for_text("Enter alone takes");
    terminal.send("q\n");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_signs_only(&terminal);
    terminal.assert_line_settings_as_before();
}

#[test]
fn a_password_is_not_shown_as_it_is_typed_and_the_terminal_shows_typing_again_after_a_signal() {
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let (base, password) = (lines[0].clone(), lines[2].trim_start_matches("password ").to_owned());
    let args = ["--plain", "--url", &base, "--username", "admin"];
    for signs_in in [true, false] {
        let mut terminal = Terminal::start(&args, &DUMB, (200, 60));
        terminal.wait_for_text("Password, not shown as it is typed");
        if signs_in {
            terminal.send(&format!("{password}\n"));
            terminal.wait_for_text("List: number opens");
        }
        terminal.signal(Signal::TERM);
        assert_eq!(terminal.wait_for_exit(), 143);
        assert!(!String::from_utf8_lossy(&terminal.bytes()).contains(&password));
        assert_signs_only(&terminal);
        terminal.assert_line_settings_as_before();
    }
}
