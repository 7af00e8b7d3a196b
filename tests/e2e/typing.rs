//! What is typed, pasted or sent by the terminal itself arrives as it was meant, or not at all.

use rustix::process::Signal;

use crate::terminal::Terminal;

fn demo() -> Terminal {
    let terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal
}

/// Quits, which shows that keys arrive.
#[track_caller]
fn quits(mut terminal: Terminal) {
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn in_07_a_burst_of_a_megabyte_is_read_to_its_last_byte() {
    let mut terminal = demo();
    terminal.send(&("j".repeat(1 << 20) + "q"));
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn in_06_a_paste_without_end_is_left_by_ctrl_c() {
    let mut terminal = demo();
    terminal.send(&("\x1b[200~".to_owned() + &"q".repeat(12 << 20)));
    terminal.send("\x03");
    terminal.wait_for_text("Ctrl-C again quits too");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    terminal.assert_given_back();
}

#[test]
fn in_06_a_paste_without_end_is_over_after_two_seconds_of_silence() {
    let mut terminal = demo();
    terminal.send("/\x1b[200~nobody");
    terminal.wait_for_text("nobody");
    terminal.send("\x03\x03");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn in_08_an_escape_alone_is_a_key() {
    let mut terminal = demo();
    terminal.send("?");
    terminal.wait_for("help", |screen| !screen.contents().contains("Acme Corporation"));
    terminal.send("\x1b");
    terminal.wait_for_text("Acme Corporation");
    quits(terminal);
}

#[test]
fn in_11_replies_to_questions_nobody_asked_do_nothing() {
    let mut terminal = demo();
    let replies = [
        "\x1b[?62;1;6;22c",
        "\x1b[24;80R",
        "\x1b]11;rgb:0000/0000/0000\x1b\\",
        "\x1b]11;rgb:ffff/ffff/ffff\x07",
        "\x1bP>|xterm(380)\x1b\\",
        "\x1b[?2026;2$y",
        "\x1b[I\x1b[O",
    ];
    for reply in replies {
        terminal.send(reply);
    }
    // Something harmless behind them shows that they were read.
    terminal.send("/");
    let screen = terminal.wait_for_text("Enter accept");
    assert!(screen.contains("/[____"), "nothing was typed:\n{screen}");
    terminal.send("\x03\x03");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}
