//! Copying: which way a text goes, and that the words say so.

use crate::outside::DemoServer;
use crate::terminal::Terminal;

/// Copies the curl command of the selected row, and gives what the program wrote meanwhile.
#[track_caller]
fn copied(terminal: &mut Terminal, words: &str) -> Vec<u8> {
    terminal.wait_for_text("Acme Corporation");
    terminal.wait_for_whole_frame();
    let before = terminal.bytes().len();
    terminal.send("yr");
    terminal.wait_for_text(words);
    let written = terminal.bytes().split_off(before);
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
    terminal.assert_given_back();
    written
}

fn position(bytes: &[u8], part: &[u8]) -> Option<usize> {
    bytes.windows(part.len()).position(|window| window == part)
}

#[test]
fn e11_the_terminal_is_asked_in_the_form_that_what_stands_in_between_lets_through() {
    let plain = &b"\x1b]52;c;cHJpbnRm"[..];
    for (env, words, forms) in [
        (&[][..], "sent to the terminal's clipboard: a curl command", &[plain][..]),
        (
            &[("TMUX", "/tmp/tmux-0/default,1,0"), ("TERM", "tmux-256color")],
            "sent through tmux: a curl command",
            &[plain, b"\x1bPtmux;\x1b\x1b]52;c;cHJpbnRm"],
        ),
        (
            &[("STY", "1.pts-0.host"), ("TERM", "screen.xterm-256color")],
            "sent through screen to the clipboard: a curl command",
            &[b"\x1bP\x1b]52;c;cHJpbnRm"],
        ),
    ] {
        let mut terminal = Terminal::start(&["--demo"], env, (100, 30));
        let written = copied(&mut terminal, words);
        for form in forms {
            assert!(position(&written, form).is_some(), "{env:?}: {}", written.escape_ascii());
        }
        let ends = if env.is_empty() { &b"=\x07"[..] } else { b"\x07\x1b\\" };
        assert!(position(&written, ends).is_some(), "{env:?}: {}", written.escape_ascii());
    }
}

#[test]
fn e11_where_no_terminal_can_take_it_a_private_file_does_and_its_place_is_named() {
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].trim_start_matches("password ");
    let args = ["--url", &lines[0], "--username", "admin"];
    for (variable, why) in [("TERM", "this terminal has no clipboard"), ("CCKM_CLIPBOARD", "says")] {
        let value = if variable == "TERM" { "linux" } else { "file" };
        let env = [("CCKM_PASSWORD", password), (variable, value)];
        let mut terminal = Terminal::start(&args, &env, (160, 45));
        let written = copied(&mut terminal, "state/cckm-tui/clipboard.txt: a curl command");
        assert!(String::from_utf8_lossy(&written).contains(why));
        assert_eq!(position(&written, b"\x1b]52"), None);
        let file = terminal.home().join("state/cckm-tui/clipboard.txt");
        let text = std::fs::read_to_string(file).unwrap();
        assert!(text.starts_with("printf 'Authorization: Bearer %s\\n' \"$CM_TOKEN\" | curl"), "{text}");
    }
}

#[test]
fn e11_the_demo_writes_no_file_and_off_is_off() {
    for (way, words) in [("file", "there is no directory for a file"), ("off", "clipboard is off")] {
        let mut terminal = Terminal::start(&["--demo", "--clipboard", way], &[], (120, 30));
        let written = copied(&mut terminal, "nothing was copied: ");
        assert!(String::from_utf8_lossy(&written).contains(words));
        assert!(!terminal.home().join("state").exists());
    }
}
