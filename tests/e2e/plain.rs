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

/// The program line by line, where its state directory may be another's, in a terminal that can do nothing.
fn plain(lines: &[String], env: &[(&str, &str)]) -> Terminal {
    let args = ["--plain", "--url", &lines[0], "--username", "admin"];
    Terminal::start(&args, &[&DUMB[..], env].concat(), (200, 60))
}

fn password(lines: &[String]) -> &str {
    lines[2].trim_start_matches("password ")
}

/// From the list to a change that was consented to.
fn change_acme(terminal: &mut Terminal) {
    terminal.wait_for_text("List: number opens");
    terminal.send("/acme corporation regular\n");
    terminal.wait_for_text("filter /acme corporation regular");
    terminal.send("1\n");
    terminal.wait_for_text("Organization: c change");
    terminal.send("c\n");
    terminal.wait_for_text("New connection: number or name");
    terminal.send("=sfdc-us-2025\n");
    terminal.wait_for_text("Review: yes in full");
    terminal.send("yes\n");
}

#[test]
fn tl_01_tl_02_a_server_is_met_before_a_password_is_asked_for_and_another_identity_is_the_end() {
    let args = ["--listen", "127.0.0.1:0", "--banner", "Authorized use only."];
    let (server, lines) = DemoServer::start(&args);
    let state = tempfile::tempdir().unwrap();
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap())];
    let mut terminal = plain(&lines, &env);
    let met = terminal.wait_for_text("SHA-256 in full trusts this server");
    assert!(met.contains("Nothing was sent") && !met.contains("Password"), "{met}");
    // What is typed before the question stands there again is thrown away.
    let lines_and_words = [
        ("\n", "Nothing was typed, and the server is not trusted."),
        ("00:11:22\n", "64 hexadecimal digits"),
        ("v\n", "Signed by"),
    ];
    for (nth, (line, words)) in lines_and_words.into_iter().enumerate() {
        terminal.send(line);
        terminal.wait_for_count(b"SHA-256 in full trusts", nth + 2);
        terminal.wait_for_text(words);
    }
    terminal.send(&format!("{}\n", lines[3].trim_start_matches("certificate sha256 ")));
    let asked = terminal.wait_for_text("Password, not shown as it is typed");
    assert!(
        asked.contains("trusted from here on, and stored") && asked.contains("Authorized use only."),
        "{asked}"
    );
    terminal.send("wrong\n");
    terminal.wait_for_text("HTTP 401 Unauthorized");
    terminal.wait_for("a second question", |screen| screen.contents().matches("Password, not").count() == 2);
    terminal.send(&format!("{}\n", password(&lines)));
    terminal.wait_for_text("List: number opens");
    terminal.send("\x04");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_signs_only(&terminal);

    let address = lines[0].trim_start_matches("https://").to_owned();
    server.end(Signal::TERM);
    let (_other, _) = DemoServer::start(&["--listen", &address]);
    let mut terminal = plain(&lines, &env);
    let stopped = terminal.wait_for_text("WRITE q quit");
    assert!(stopped.contains("CHANGED") && !stopped.contains("Password, not"), "{stopped}");
    terminal.send("\x04");
    terminal.wait_for_text("the input ended where an answer was needed");
    assert_eq!(terminal.wait_for_exit(), 1);
    assert_signs_only(&terminal);
}

#[test]
fn a22_who_wants_to_leave_during_a_change_is_asked_and_the_next_start_tells_what_became_of_it() {
    let (_server, lines) =
        DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--fault", "apply-then-hang"]);
    let state = tempfile::tempdir().unwrap();
    let env = [("XDG_STATE_HOME", state.path().to_str().unwrap()), ("CCKM_PASSWORD", password(&lines))];
    let mut terminal = plain(&lines, &env);
    change_acme(&mut terminal);
    terminal.wait_for_text("Under way: q asks whether to leave");
    let question = "Leave without knowing what became of it?";
    let asked =
        |times: usize| move |screen: &vt100::Screen| screen.contents().matches("yes or no").count() == times;
    terminal.send("q\n");
    terminal.wait_for_text(question);
    terminal.wait_for("the question", asked(1));
    terminal.send("\n");
    terminal.wait_for("it again", asked(2));
    terminal.send("no\n");
    terminal.wait_for("the prompt", |screen| screen.contents().matches("Under way: q").count() == 2);
    terminal.send("q\n");
    terminal.wait_for("the question", asked(3));
    terminal.send("yes\n");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_signs_only(&terminal);

    let mut terminal = plain(&lines, &env);
    let told = terminal.wait_for_text("Enter goes on");
    assert!(told.contains("Left open by an earlier run") && told.contains("APPLIED"), "{told}");
    terminal.send("\n");
    let listed = terminal.wait_for_text("List: number opens");
    assert!(listed.contains("Organizations 1 to 20"), "{listed}");
    terminal.send("q\n");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn a22_what_cannot_be_told_is_called_unknown_and_its_end_is_no_success() {
    let fault = "stale-read:20000";
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--fault", fault]);
    let mut terminal = plain(&lines, &[("CCKM_PASSWORD", password(&lines))]);
    change_acme(&mut terminal);
    let told = terminal.wait_for_text("Result: Enter closes");
    assert!(told.contains("UNKNOWN   GET afterwards shows the old value"), "{told}");
    terminal.send("\x04");
    terminal.wait_for_text("the last change is UNKNOWN");
    assert_eq!(terminal.wait_for_exit(), 1);
    assert_signs_only(&terminal);
}

#[test]
fn sk_12_with_the_password_on_standard_input_the_lines_come_from_the_terminal() {
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let args = ["--plain", "--url", &lines[0], "--username", "admin", "--password-stdin"];
    let mut terminal = Terminal::start_piped(&format!("{}\n", password(&lines)), &args, &DUMB, (200, 60));
    terminal.wait_for_text("List: number opens");
    terminal.send("/thales\n");
    terminal.wait_for_text("filter /thales");
    terminal.send("\x04");
    assert_eq!(terminal.wait_for_exit(), 0);
    assert_signs_only(&terminal);
    terminal.assert_line_settings_as_before();
}

#[test]
fn pf_06_lines_from_a_pipe_make_a_change_and_the_exit_code_says_whether_it_came_to_be() {
    use std::io::Write as _;
    use std::process::{Command, Stdio};
    for (fault, code) in [("slow:1", Some(0)), ("409", Some(1))] {
        let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--fault", fault]);
        let home = tempfile::tempdir().unwrap();
        let mut command = Command::new(crate::terminal::PROGRAM);
        command.args(["--plain", "--url", &lines[0], "--username", "admin"]).env_clear();
        command.envs(crate::terminal::environment(home.path())).env("CCKM_PASSWORD", password(&lines));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let typed = "/acme corporation regular\n1\nc\n=sfdc-us-2025\nyes\n";
        child.stdin.take().unwrap().write_all(typed.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), code, "{output:?}");
        assert!(!output.stdout.contains(&0x1b));
    }
}
