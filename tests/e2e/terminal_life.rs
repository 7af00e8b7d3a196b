//! The terminal is given back, whatever ends the program.

use rustix::process::Signal;

use crate::outside::DemoServer;
use crate::terminal::{PROGRAM, Terminal};

#[test]
fn sg_01_every_ending_signal_gives_the_terminal_back_and_names_itself() {
    for (signal, code) in [(Signal::TERM, 143), (Signal::HUP, 129), (Signal::INT, 130), (Signal::QUIT, 131)] {
        let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
        terminal.wait_until_taken();
        terminal.signal(signal);
        assert_eq!(terminal.wait_for_exit(), code);
        terminal.assert_given_back();
    }
}

#[test]
fn quitting_gives_the_terminal_back_with_code_0() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn another_size_is_drawn_at_once() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.resize(100, 30);
    terminal.wait_for("rule of 100 cells", |screen| screen.rows(0, 100).any(|row| row == "─".repeat(100)));
    terminal.resize(70, 20);
    terminal.wait_for("rule of 70 cells", |screen| screen.rows(0, 70).any(|row| row == "─".repeat(70)));
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn pf_03_no_color_writes_no_colour_and_keeps_the_selection_visible() {
    let mut terminal = Terminal::start(&["--demo"], &[("NO_COLOR", "1")], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    let is_selected = |screen: &vt100::Screen| {
        (0..24).any(|row| (0..80).filter_map(|column| screen.cell(row, column)).all(vt100::Cell::inverse))
    };
    terminal.wait_for("row in reverse video", is_selected);
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    for color in 0..16 {
        let sequence = format!("[38;5;{color}");
        assert!(!contains(&terminal.bytes(), sequence.as_bytes()), "{sequence}");
    }
}

#[test]
fn pf_04_where_the_locale_is_not_utf8_every_byte_is_ascii() {
    for locale in [("LANG", "C"), ("LC_ALL", "de_DE.ISO-8859-1"), ("LC_CTYPE", "POSIX")] {
        let mut terminal = Terminal::start(&["--demo"], &[locale], (80, 24));
        terminal.wait_for_text("Organizations 56");
        terminal.send("/zo\r");
        terminal.wait_for_text(r"Caf\xe9 Zo\xeb");
        terminal.send("e");
        terminal.wait_for_text("18 of 18 connections");
        terminal.send("\u{1b}");
        terminal.wait_for_text("e edit");
        terminal.send("q");
        assert_eq!(terminal.wait_for_exit(), 0);
        let beyond = terminal.bytes().into_iter().find(|byte| *byte > 0x7e);
        assert_eq!(beyond, None, "{locale:?}");
    }
}

#[test]
fn in_08_half_a_key_does_not_stop_the_program_from_ending() {
    for half in ["\u{1b}[", "\u{1b}[200~", "\u{1b}[<0;"] {
        let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
        terminal.wait_for_text("Acme Corporation");
        terminal.send(half);
        terminal.resize(90, 24);
        terminal.wait_for("another size", |screen| screen.rows(0, 90).any(|row| row == "─".repeat(90)));
        terminal.signal(Signal::TERM);
        assert_eq!(terminal.wait_for_exit(), 143);
        terminal.assert_given_back();
    }
}

#[test]
fn sg_08_a_stopped_program_gives_the_terminal_back_and_takes_it_again() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_until_taken();
    for _ in 0..2 {
        terminal.signal(Signal::TSTP);
        terminal.wait_until_stopped();
        terminal.assert_given_back();
        terminal.signal(Signal::CONT);
        terminal.wait_until_taken();
    }
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    terminal.assert_given_back();
}

#[test]
fn sg_08_ctrl_z_goes_to_the_shell_and_fg_comes_back() {
    let mut terminal = Terminal::start_shell((80, 24));
    terminal.wait_for_text("READY>");
    terminal.send(&format!("{PROGRAM} --demo\r"));
    terminal.wait_for_text("Acme Corporation");
    terminal.send("/Thales");
    terminal.wait_for_text("/[Thales");
    for _ in 0..2 {
        terminal.send("\x1a");
        let shell = terminal
            .wait_for("shell", |screen| !screen.alternate_screen() && screen.contents().contains("Stopped"));
        assert!(!shell.contains("Acme"), "{shell}");
        terminal.send("stty -echo; clear; fg\r");
        terminal.wait_for_text("/[Thales");
        terminal.wait_for("a cursor in the field", |screen| !screen.hide_cursor());
    }
    terminal.send("\x03\x03");
    // A prompt, because what is typed while the program leaves is thrown away.
    terminal.wait_for("prompt", |screen| !screen.alternate_screen() && screen.contents().contains("READY>"));
    // What the shell set in the meantime is kept.
    terminal.send("clear; stty -a | grep -o -e -echo' '; echo code $?; exit\r");
    terminal.wait_for_text("-echo");
    terminal.wait_for_exit();
}

#[test]
fn sg_08_without_a_shell_to_go_to_ctrl_z_says_so() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.send("\x1a");
    terminal.wait_for_text("there is no shell to go back to");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn sg_09_started_in_the_background_it_waits_for_fg() {
    let mut terminal = Terminal::start_shell((80, 24));
    terminal.wait_for_text("READY>");
    terminal.send(&format!("{PROGRAM} --demo &\r"));
    terminal.wait_for("job", |screen| screen.contents().matches("READY>").count() > 1);
    terminal.send("wait -n; jobs\r");
    terminal.wait_for_text("Stopped");
    terminal.send("fg\r");
    terminal.wait_for_text("Acme Corporation");
    terminal.send("j");
    terminal.send("q");
    terminal.wait_for("prompt", |screen| {
        !screen.alternate_screen() && screen.contents().matches("READY>").count() > 3
    });
    terminal.send("exit\r");
    terminal.wait_for_exit();
}

#[test]
fn sg_10_sg_11_a_storm_of_sizes_is_survived_and_the_last_one_is_drawn() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    for (columns, rows) in [(1, 1), (500, 200), (65_535, 1), (1, 200), (500, 1), (0, 0)].repeat(200) {
        terminal.resize_unseen(columns, rows);
    }
    terminal.resize(90, 24);
    terminal.wait_for("rule of 90 cells", |screen| screen.rows(0, 90).any(|row| row == "─".repeat(90)));
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn sg_09_a_stop_without_warning_is_drawn_over() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_until_taken();
    terminal.signal(Signal::STOP);
    terminal.wait_until_stopped();
    terminal.signal(Signal::CONT);
    terminal.wait_for_count(b"\x1b[?1049h", 2);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
}

#[test]
fn fs_01_the_demo_touches_no_file() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_until_taken();
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    assert_eq!(std::fs::read_dir(terminal.home()).unwrap().count(), 0);
}

#[test]
fn pf_07_a_terminal_without_a_size_is_survived_and_tput_is_never_run() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let (bin, trace) = (home.path().join("bin"), home.path().join("tput-was-run"));
    std::fs::create_dir(&bin).unwrap();
    std::fs::write(bin.join("tput"), format!("#!/bin/sh\n: > {}\necho 80\n", trace.display())).unwrap();
    std::fs::set_permissions(bin.join("tput"), PermissionsExt::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let mut terminal = Terminal::start_in(home, &["--demo"], &[("PATH", &path)], (0, 0));
    terminal.wait_for_count(b"\x1b[?25l", 1);
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    assert!(!trace.exists(), "tput was run");
}

#[test]
fn sk_04_at_every_level_the_log_is_private_and_holds_neither_password_nor_token() {
    use std::os::unix::fs::PermissionsExt;
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--token-seconds", "2"]);
    let password = lines[2].strip_prefix("password ").unwrap();
    let args = ["--url", &lines[0], "--username", "admin", "--log-level", "trace"];
    let mut terminal =
        Terminal::start(&args, &[("CCKM_PASSWORD", password), ("RUST_LOG", "trace")], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.send("r");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
    assert_eq!(server.end(Signal::TERM).0, Some(143));
    let log = terminal.home().join("state/cckm-tui/cckm-tui.log");
    assert_eq!(log.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.contains("the dashboard ends"), "{text}");
    for secret in [password, "Bearer", "eyJ"] {
        assert!(!text.contains(secret), "{secret} is in the log");
        assert!(!contains(&terminal.bytes(), secret.as_bytes()), "{secret} was on the screen");
    }
}

#[test]
fn fs_06_a_state_directory_that_cannot_be_made_leaves_the_program_without_a_log() {
    let home = tempfile::tempdir().unwrap();
    std::fs::write(home.path().join("state"), "").unwrap();
    let args = ["--url", "https://127.0.0.1:1", "--username", "ops1"];
    let mut terminal = Terminal::start_in(home, &args, &[], (80, 24));
    terminal.wait_until_taken();
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    terminal.assert_given_back();
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
