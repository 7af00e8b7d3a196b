//! The mouse: off unless it was asked for, and the terminal's own again wherever text is read.

use std::time::Instant;

use vt100::MouseProtocolMode;

use crate::terminal::Terminal;

fn mode(screen: &vt100::Screen) -> MouseProtocolMode {
    screen.mouse_protocol_mode()
}

#[test]
fn e40_the_mouse_is_listened_to_in_the_list_alone() {
    let mut terminal = Terminal::start(&["--demo", "--mouse"], &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.wait_for("the mouse in the list", |screen| mode(screen) == MouseProtocolMode::PressRelease);
    // The fourth row of the list; the second press opens it.
    terminal.send("\x1b[<0;10;7M\x1b[<0;10;7m");
    terminal.wait_for("selected row", |screen| screen.cell(6, 0).is_some_and(|cell| cell.contents() == ">"));
    terminal.send("\x1b[<0;10;7M\x1b[<0;10;7m\x1b[<0;10;7M\x1b[<0;10;7m");
    terminal.wait_for("the detail", |screen| mode(screen) == MouseProtocolMode::None);
    for (keys, text) in [("\x1b", "e edit"), ("?", "Keys"), ("\x1b", "e edit")] {
        terminal.send(keys);
        terminal.wait_for_text(text);
        let is_in_the_list = keys == "\x1b";
        terminal.wait_for("its mouse", |screen| {
            (mode(screen) == MouseProtocolMode::PressRelease) == is_in_the_list
        });
    }
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn e40_without_the_setting_no_mode_of_a_mouse_is_ever_sent() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.send("\x1b[<0;10;7M\x1b[<65;10;7Mq");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
    let bytes = terminal.bytes();
    assert!(!bytes.windows(6).any(|window| window == b"\x1b[?100"), "{}", bytes.escape_ascii());
}

#[test]
fn in_15_a_storm_of_reports_is_answered_to_its_end_with_bounded_work() {
    let mut terminal = Terminal::start(&["--demo", "--mouse"], &[], (80, 24));
    terminal.wait_for_text("Organizations 56");
    let (before, begun) = (terminal.cpu(), Instant::now());
    for _ in 0..500 {
        terminal.send(&"\x1b[<65;10;7M".repeat(100));
        terminal.send("\x1b[I");
    }
    terminal.send("?");
    terminal.wait_for_text("Keys");
    let took = begun.elapsed();
    let spent = terminal.cpu().saturating_sub(before);
    // What 50,000 reports cost together, in five seconds of 10,000: a fifth of that is the limit for a release.
    assert!(spent.as_secs() < 5, "{spent:?} of processor time in {took:?}");
    terminal.send("\x03\x03");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}
