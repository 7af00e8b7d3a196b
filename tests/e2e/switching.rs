//! From one profile to another and back, with the keyboard, against servers in other processes.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::Path;

use rustix::process::Signal;

use crate::outside::DemoServer;
use crate::terminal::Terminal;

/// Two servers, and a home whose configuration has a profile for each.
struct Bench {
    servers: [DemoServer; 2],
    passwords: [String; 2],
    home: tempfile::TempDir,
}

fn write(path: &Path, text: &str) {
    let mut file =
        fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    std::io::Write::write_all(&mut file, text.as_bytes()).unwrap();
}

impl Bench {
    /// Profiles `one` (12 organizations more, writes) and `two` (read-only), the passwords in files.
    fn start() -> Self {
        let start = |organizations: &str| {
            DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--organizations", organizations])
        };
        let ((one, said_one), (two, said_two)) = (start("10"), start("20"));
        let home = tempfile::tempdir().unwrap();
        let config = home.path().join("config").join("cckm-tui");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&config).unwrap();
        let password = |lines: &[String]| lines[2].strip_prefix("password ").unwrap().to_owned();
        let passwords = [password(&said_one), password(&said_two)];
        let mut text = String::from("username = \"admin\"\n");
        for (name, lines, more) in [("one", &said_one, ""), ("two", &said_two, "read_only = true\n")] {
            write(&config.join(name), &format!("{}\n", password(lines)));
            let url = &lines[0];
            writeln!(text, "[profiles.{name}]\nurl = \"{url}\"\npassword_file = \"{name}\"\n{more}").unwrap();
        }
        // A profile whose address tries to be a command, and one that nobody serves.
        text.push_str("[profiles.hostile]\nurl = \"https://cm\\u001b[2J.example.com\"\n");
        text.push_str(
            "[profiles.odd-user]\nurl = \"http://127.0.0.1:9\"\nusername = \"ops\\u001b[31m\\u202e1\"\n",
        );
        write(&config.join("config.toml"), &text);
        Self { servers: [one, two], passwords, home }
    }
}

/// How many organizations the list says there are.
fn total(screen: &str) -> Option<usize> {
    let (_, rest) = screen.split_once("Organizations ")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Waits for the rows under this header; how many there are.
#[track_caller]
fn rows_under(terminal: &Terminal, header: &str) -> usize {
    let is_there = |screen: &vt100::Screen| {
        let text = screen.contents();
        text.contains(header) && total(&text).is_some_and(|total| total > 0)
    };
    total(&terminal.wait_for(header, is_there)).unwrap()
}

#[test]
fn e5_profiles_are_switched_with_the_keyboard_and_back() {
    for size in [(80, 24), (60, 16)] {
        let Bench { servers, passwords, home } = Bench::start();
        let mut terminal = Terminal::start_in(home, &["--profile", "one"], &[], size);
        let of_one = rows_under(&terminal, "[one] WRITE");
        terminal.send("P");
        let screen = terminal.wait_for_text("here");
        assert!(screen.contains("hostile") && screen.contains("cannot be used"), "{screen}");
        assert!(screen.contains(r"ops\x1b["), "an escape is shown, not obeyed: {screen}");
        terminal.send("G");
        terminal.wait_for_text("refuses every change");
        terminal.send("\r");
        let of_two = rows_under(&terminal, "[two] READ-ONLY");
        assert_ne!(of_one, of_two, "another server has another list");
        terminal.send("e");
        terminal.wait_for_text("e is off");
        terminal.send(":settings\r");
        terminal.wait_for_text("two  (chosen here)");
        terminal.send("q");
        terminal.wait_for("the list again", |screen| !screen.contents().contains("chosen here"));
        terminal.send(":");
        terminal.wait_for_text("Command");
        terminal.send("profile one");
        terminal.wait_for_text("> profile one");
        terminal.send("\r");
        assert_eq!(rows_under(&terminal, "[one] WRITE"), of_one);
        terminal.send("q");
        assert_eq!(terminal.wait_for_exit(), 0);
        terminal.assert_given_back();
        let bytes = terminal.bytes();
        for password in passwords {
            assert!(!bytes.windows(password.len()).any(|bytes| bytes == password.as_bytes()));
        }
        for server in servers {
            assert_eq!(server.end(Signal::TERM).0, Some(143));
        }
    }
}

#[test]
fn e20_a_mistake_made_meanwhile_is_told_and_the_present_profile_stays() {
    let Bench { servers, home, .. } = Bench::start();
    let file = home.path().join("config").join("cckm-tui").join("config.toml");
    let mut terminal = Terminal::start_in(home, &["--profile", "one"], &[], (80, 24));
    let of_one = rows_under(&terminal, "[one] WRITE");
    let text = fs::read_to_string(&file).unwrap();
    write(&file, &text.replace("read_only = true", "read_onyl = true"));
    terminal.send("P");
    terminal.wait_for_text("read_onyl");
    terminal.send("\x1b");
    // A key at once after Escape would be that key with Alt.
    terminal.wait_for("list alone", |screen| !screen.contents().contains("read_onyl"));
    assert_eq!(rows_under(&terminal, "[one] WRITE"), of_one);
    // Put right, the edit counts without a new start.
    write(&file, &text.replace("read_only = true", "protected = true"));
    terminal.send("P");
    terminal.wait_for_text("here");
    terminal.send("G");
    terminal.wait_for_text("each is confirmed by");
    terminal.send("\r");
    rows_under(&terminal, "[two] WRITE");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    drop(servers);
}
