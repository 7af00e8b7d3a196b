//! What surrounds the program: slow and odd terminals, missing ones, tmux, and a shell's leftovers.

use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::terminal::{DEADLINE, PROGRAM, Terminal, environment};

/// Bytes a second of a line of 9600 baud.
const SERIAL: usize = 960;

/// The demo, started by a shell after this command.
fn after(command: &str, env: &[(&str, &str)]) -> Terminal {
    let script = format!("{command}; exec \"$0\" --demo");
    Terminal::start_program("/bin/sh", tempfile::tempdir().unwrap(), &["-c", &script, PROGRAM], env, (80, 24))
}

#[track_caller]
fn quits(mut terminal: Terminal) {
    terminal.send("\x03\x03");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
}

#[test]
fn pf_05_over_9600_baud_held_keys_are_all_answered_and_few_frames_are_sent_for_them() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Organizations 56");
    terminal.wait_for_whole_frame();
    terminal.throttle(SERIAL);
    let before = terminal.bytes().len();
    for _ in 0..30 {
        terminal.send(&"j".repeat(10));
        terminal.send(&"k".repeat(9));
    }
    // Thirty rows further, which the whole list scrolls by.
    terminal.send("G");
    terminal.wait_for("last row", |screen| {
        screen.rows(0, 80).any(|row| row.starts_with("> ") && row.contains("대한전자"))
    });
    let sent = terminal.bytes().len() - before;
    assert!(sent < 30 * 600, "{sent} bytes for 571 keys");
    quits(terminal);
}

#[test]
fn pf_05_a21_a_line_that_keeps_frames_waiting_is_spared_from_there_on() {
    let mut terminal = Terminal::start(&["--demo"], &[], (200, 60));
    terminal.wait_for_text("Organizations 56");
    // A pseudo-terminal holds back more than a serial line does: it is filled before a write has to wait.
    terminal.throttle(20 * SERIAL);
    let until = Instant::now() + DEADLINE;
    while !terminal.with_screen(|screen| screen.contents().contains("low bandwidth from here on")) {
        assert!(Instant::now() < until, "it is taken for a fast one");
        terminal.send("\x0c");
        std::thread::sleep(Duration::from_millis(5));
    }
    terminal.send("L");
    terminal.wait_for_text("low bandwidth: the terminal took output slowly");
    quits(terminal);
}

#[test]
fn pf_05_in_14_what_a_stopped_terminal_did_not_show_is_one_frame_when_it_goes_on() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Organizations 56");
    terminal.block();
    let kept = terminal.bytes().len();
    for _ in 0..500 {
        terminal.send("jk");
    }
    terminal.send("jjj");
    terminal.unblock();
    terminal
        .wait_for("the fourth row", |screen| screen.cell(6, 0).is_some_and(|cell| cell.contents() == ">"));
    terminal.wait_for_whole_frame();
    // What was on its way when it stopped, a kernel's buffer full, and a few frames after that.
    let sent = terminal.bytes().len() - kept;
    assert!(sent < 64 << 10, "{sent} bytes for 1003 keys");
    quits(terminal);
}

#[test]
fn in_14_ctrl_s_stops_nothing_and_a_signal_ends_a_terminal_that_takes_nothing() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Organizations 56");
    // In raw mode both are keys like others, which nobody has bound.
    terminal.send("\x13jj\x11");
    terminal.wait_for("the third row", |screen| screen.cell(5, 0).is_some_and(|cell| cell.contents() == ">"));
    terminal.block();
    terminal.send("\x13");
    terminal.signal(Signal::TERM);
    terminal.wait_for_cooked(Instant::now());
    terminal.unblock();
    assert_eq!(terminal.wait_for_exit(), 143);
    terminal.assert_given_back();
}

#[test]
fn pf_06_without_a_terminal_on_either_side_the_dashboard_says_what_to_do() {
    for (redirected, named) in
        [("</dev/null", "standard input"), (">out", "standard output"), ("<&-", "standard input")]
    {
        let script = format!("\"$0\" --demo {redirected}; echo code $?");
        let args = ["-c", &script, PROGRAM];
        let mut terminal =
            Terminal::start_program("/bin/sh", tempfile::tempdir().unwrap(), &args, &[], (100, 24));
        let screen = terminal.wait_for_text("code 2");
        assert!(
            screen.contains(&format!("{named} is not a terminal")) && screen.contains("--plain"),
            "{screen}"
        );
        terminal.wait_for_exit();
    }
    // A pipe gives the password, and no terminal controls the program that could give keys.
    let home = tempfile::tempdir().unwrap();
    let mut alone = Command::new("/usr/bin/setsid");
    alone.args(["--wait", PROGRAM, "--password-stdin", "--url", "https://127.0.0.1:1", "--username", "u"]);
    alone.env_clear().envs(environment(home.path())).stdin(Stdio::null());
    let output = alone.output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn pf_07_a_terminal_of_unknown_size_is_asked_by_nobody_and_false_sizes_are_not_believed() {
    let home = tempfile::tempdir().unwrap();
    let tput = home.path().join("tput");
    std::fs::write(&tput, "#!/bin/sh\ntouch \"$HOME/was-run\"\necho 80\n").unwrap();
    std::fs::set_permissions(&tput, std::fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", home.path().display());
    let env = [("PATH", path.as_str()), ("COLUMNS", "7"), ("LINES", "3")];
    let terminal = Terminal::start_in(home, &["--demo"], &env, (0, 0));
    terminal.wait_until_taken();
    terminal.resize(80, 24);
    terminal.wait_for_text("Acme Corporation");
    assert!(!terminal.home().join("was-run").exists(), "a program called tput was run");
    quits(terminal);
}

#[test]
fn pf_08_the_terminal_is_asked_nothing_and_may_answer_anything() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    // Before the first frame, and all of them wrong.
    for reply in
        ["\x1b[?0;;;c", "\x1b[999;999R", "\x1b]11;rgb:zz/\x07", "\x1bP1+r\x1b\\", "\x1b[?1u", "\x1b[0n"]
    {
        terminal.send(reply);
    }
    terminal.wait_for_text("Acme Corporation");
    terminal.send("/");
    let screen = terminal.wait_for_text("Enter accept");
    assert!(screen.contains("/[____"), "nothing was typed:\n{screen}");
    terminal.send("\x1b");
    terminal.wait_for_text("e edit");
    let bytes = terminal.bytes();
    let asks = |what: &[u8]| bytes.windows(what.len()).any(|window| window == what);
    // Its kind, its place, its colours, its keys, a mode, a capability, its size.
    for question in [
        &b"\x1b[c"[..],
        b"\x1b[>",
        b"\x1b[6n",
        b"\x1b[5n",
        b"\x1b]",
        b"\x1b[?u",
        b"$p",
        b"\x1bP",
        b"\x1b[18t",
    ] {
        assert!(!asks(question), "{}", question.escape_ascii());
    }
    quits(terminal);
}

#[test]
fn pf_09_a_deleted_directory_odd_zones_and_a_small_stack_do_not_matter() {
    for (command, env) in [
        ("mkdir gone; cd gone; rmdir ../gone", &[][..]),
        ("true", &[("TZ", ":/nonexistent")]),
        ("true", &[("TZ", "<+99>-99:99:99")]),
        ("true", &[("TZ", "\u{1b}[31m")]),
        ("ulimit -s 512", &[]),
    ] {
        let terminal = after(command, env);
        terminal.wait_for_text("Acme Corporation");
        quits(terminal);
    }
}

#[test]
fn in_12_what_is_typed_while_the_program_leaves_is_not_run_by_the_shell() {
    let mut terminal = Terminal::start_shell((100, 24));
    for _ in 0..3 {
        terminal.wait_for_text("READY>");
        terminal.send("clear\r");
        terminal.send(&format!("{PROGRAM} --demo\r"));
        terminal.wait_for_text("Acme Corporation");
        // One write: the key that quits, what was typed behind it, and a late reply.
        terminal.send("qecho EXEC$((40+2))\r\x1b[24;80R\x1b[?62;22c");
        terminal.wait_for("prompt", |screen| {
            !screen.alternate_screen() && screen.contents().matches("READY>").count() > 1
        });
        // Typed at the prompt, so that what was left would have come before it.
        terminal.send("\x15echo AFTER$((40+2))\r");
        let screen = terminal.wait_for_text("AFTER42");
        assert!(
            !screen.contains("EXEC42") && !screen.contains("62;22c") && !screen.contains("24;80R"),
            "{screen}"
        );
    }
    terminal.send("exit\r");
    terminal.wait_for_exit();
}

/// tmux, on a socket of its own; none, and words about it, where there is no tmux.
fn tmux(program: &str, args: &[&str]) -> Option<(Terminal, impl Fn(&[&str]))> {
    if !std::path::Path::new("/usr/bin/tmux").exists() {
        let words = b"SKIPPED: there is no /usr/bin/tmux to try the program in\n";
        std::io::Write::write_all(&mut std::io::stderr(), words).unwrap();
        return None;
    }
    let home = tempfile::tempdir().unwrap();
    let socket = home.path().join("tmux");
    let socket = socket.to_str().unwrap().to_owned();
    let begin = ["-S", &socket, "-f", "/dev/null", "new-session", program];
    let terminal = Terminal::start_program("/usr/bin/tmux", home, &[&begin, args].concat(), &[], (100, 30));
    let command = move |words: &[&str]| {
        let done =
            Command::new("/usr/bin/tmux").arg("-S").arg(&socket).args(words).env_clear().status().unwrap();
        assert!(done.success(), "{words:?}");
    };
    Some((terminal, command))
}

#[test]
fn sg_04_a_killed_pane_of_tmux_ends_the_program() {
    let Some((mut terminal, command)) = tmux(PROGRAM, &["--demo"]) else { return };
    terminal.wait_for_text("Acme Corporation");
    let programs = running(terminal.home());
    assert_eq!(programs.len(), 1, "{programs:?}");
    command(&["kill-pane"]);
    terminal.wait_for_exit();
    terminal.wait_until("end of the program", || running(terminal.home()).is_empty());
}

/// The processes of this program with this home directory.
fn running(home: &std::path::Path) -> Vec<u32> {
    let is_ours = |pid: &u32| {
        // The environment of the program is closed to everybody; its command line names the file.
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        let directory = std::fs::read_link(format!("/proc/{pid}/cwd")).unwrap_or_default();
        line.starts_with(PROGRAM.as_bytes()) && directory == home
    };
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    processes.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_ours).collect()
}

#[test]
fn e11_e29_in_tmux_a_copied_text_arrives_and_a_new_client_sees_the_screen_again() {
    let Some((mut terminal, command)) = tmux(PROGRAM, &["--demo"]) else { return };
    terminal.wait_for_text("Acme Corporation");
    command(&["set", "-g", "set-clipboard", "on"]);
    terminal.send("yr");
    terminal.wait_for_text("sent through tmux: a curl command");
    command(&["save-buffer", terminal.home().join("copied").to_str().unwrap()]);
    let copied = std::fs::read_to_string(terminal.home().join("copied")).unwrap();
    assert!(copied.starts_with("printf 'Authorization: Bearer %s"), "{copied}");
    // Larger and back: the program is told, and draws for what it has.
    terminal.resize(120, 36);
    terminal.wait_for("rule of 120 cells", |screen| screen.rows(0, 120).any(|row| row == "─".repeat(120)));
    command(&["refresh-client"]);
    terminal.wait_for_text("Acme Corporation");
    terminal.send("\x03\x03");
    terminal.wait_for_exit();
    terminal.wait_until("end of the program", || running(terminal.home()).is_empty());
}

/// How long a stopped program stays stopped here.
const STOPPED: Duration = Duration::from_millis(1_500);

#[test]
fn in_16_every_key_is_answered_while_the_server_hangs() {
    let (server, lines) = crate::outside::DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].trim_start_matches("password ").to_owned();
    let args = ["--url", &lines[0], "--username", "admin"];
    let mut terminal = Terminal::start(&args, &[("CCKM_PASSWORD", &password)], (80, 24));
    terminal.wait_for_text("Organizations 56");
    terminal.wait_for_text("Ready (");
    let pid = rustix::process::Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
    rustix::process::kill_process(pid, Signal::STOP).unwrap();
    terminal.send("r");
    for (key, rows) in [("j", [4, 5, 6, 7, 8, 9]), ("k", [8, 7, 6, 5, 4, 3])].into_iter().cycle().take(10) {
        for row in rows {
            terminal.send(key);
            terminal.wait_for("next row", |screen| {
                screen.cell(row, 0).is_some_and(|cell| cell.contents() == ">")
            });
        }
    }
    rustix::process::kill_process(pid, Signal::CONT).unwrap();
    quits(terminal);
}

#[test]
fn sg_19_a_program_that_was_stopped_goes_on_with_a_whole_screen_and_one_refresh() {
    let (_server, lines) = crate::outside::DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].trim_start_matches("password ").to_owned();
    let args = ["--url", &lines[0], "--username", "admin"];
    let env = [("CCKM_PASSWORD", password.as_str()), ("CCKM_REFRESH_SECONDS", "1")];
    let mut terminal = Terminal::start(&args, &env, (100, 30));
    terminal.wait_for_text("Organizations 56");
    terminal.signal(Signal::STOP);
    terminal.wait_until_stopped();
    std::thread::sleep(STOPPED);
    terminal.signal(Signal::CONT);
    terminal.send("@");
    let screen = terminal.wait_for_text("Activity");
    let lists = screen.matches("GET").count();
    assert!(lists < 14, "a storm of readings:\n{screen}");
    terminal.send("\x03\x03");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_modes_are_back();
}

#[test]
fn in_19_a_megabyte_for_a_text_field_is_refused_with_words() {
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    terminal.wait_for_text("Organizations 56");
    terminal.send("/");
    terminal.wait_for_text("Enter accept");
    terminal.send(&format!("\x1b[200~{}\x1b[201~", "x".repeat(1 << 20)));
    terminal.wait_for_text("paste refused: it is longer than 4096 bytes");
    // What comes right behind a paste is its rest: past that, the same typed letter by letter fills the field at most.
    terminal.wait_for_whole_frame();
    terminal.send(&"x".repeat(1 << 16));
    terminal.send("\x15acme\r");
    terminal.wait_for_text("/acme");
    quits(terminal);
}
