//! The terminal is given back, whatever ends the program.

use rustix::process::Signal;

use crate::terminal::Terminal;

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
fn the_log_is_where_it_should_be_and_private() {
    use std::os::unix::fs::PermissionsExt;
    let args = ["--url", "https://127.0.0.1:1", "--username", "ops1"];
    let mut terminal = Terminal::start(&args, &[("CCKM_PASSWORD", "canary-secret")], (80, 24));
    terminal.wait_until_taken();
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    terminal.assert_given_back();
    let log = terminal.home().join("state/cckm-tui/cckm-tui.log");
    assert_eq!(log.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    let text = std::fs::read_to_string(log).unwrap();
    assert!(text.contains("the dashboard ends") && !text.contains("canary"), "{text}");
    let bytes = terminal.bytes();
    assert!(!bytes.windows(6).any(|window| window == b"canary"));
}
