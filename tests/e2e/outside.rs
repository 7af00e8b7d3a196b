//! What the program says without taking a terminal: usage, refusals, the demo server's lines.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, Writer, base_url};
use cckm_tui::domain::{FailureKind, OrganizationId, OrganizationPatch, Password};
use rustix::process::{Pid, Signal, kill_process};

use crate::terminal::{PROGRAM, Terminal, environment};

/// Runs the program to its end without a terminal.
fn run(args: &[&str], env: &[(&str, &str)]) -> Output {
    run_in(tempfile::tempdir().unwrap().path(), args, env)
}

/// The same with a home directory that was prepared.
fn run_in(home: &Path, args: &[&str], env: &[(&str, &str)]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.args(args).env_clear().envs(environment(home)).envs(env.iter().copied());
    command.stdin(Stdio::null()).output().unwrap()
}

/// Checks that the program refused, and gives the words.
#[track_caller]
fn refused(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert_eq!(output.stdout, b"", "nothing but the complaint");
    let words = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!words.trim_end_matches('\n').chars().any(|c| c.is_control() && c != '\n'), "{words:?}");
    words
}

#[test]
fn version_and_help_go_to_standard_output() {
    let version = run(&["--version"], &[]);
    assert_eq!(version.status.code(), Some(0));
    assert_eq!(version.stdout, format!("cckm-tui {}\n", env!("CARGO_PKG_VERSION")).as_bytes());
    let help = String::from_utf8(run(&["--help"], &[]).stdout).unwrap();
    for word in ["--read-only", "CCKM_PASSWORD_COMMAND", "demo-server", "128+n"] {
        assert!(help.contains(word), "{word} is not in\n{help}");
    }
}

#[test]
fn wrong_usage_is_code_2_on_standard_error() {
    assert!(refused(&run(&["--colour"], &[])).contains("--color"));
    assert!(refused(&run(&["--demo", "--url", "x"], &[])).contains("--url"));
    assert!(refused(&run(&[], &[])).contains("no server: give --url"));
    assert!(refused(&run(&["--url", "cm.example.com"], &[])).contains("no user: give --username"));
    assert!(refused(&run(&["--\u{202e}x"], &[])).contains(r"--\u{202e}x"));
}

#[test]
fn e18_the_keys_in_effect_are_a_file_and_every_mistake_in_it_is_told_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let shipped = run_in(home.path(), &["keys"], &[]);
    assert_eq!(shipped.status.code(), Some(0));
    let directory = home.path().join("config/cckm-tui");
    std::fs::create_dir_all(&directory).unwrap();
    let file = directory.join("keymap.toml");
    std::fs::write(&file, &shipped.stdout).unwrap();
    assert_eq!(run_in(home.path(), &["keys"], &[]).stdout, shipped.stdout, "it is read back as it is");
    std::fs::write(&file, "[list]\nsort = [\"e\"]\n[review]\nback = []\nsubmit = [\"enter\"]\n").unwrap();
    let words = refused(&run_in(home.path(), &["--url", "https://127.0.0.1:1", "--username", "u"], &[]));
    assert!(words.contains("keymap.toml:2: [list] sort: `e` is taken"), "{words}");
    assert!(words.contains("keymap.toml:5: [review] submit: `enter` agrees"), "{words}");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o666)).unwrap();
    assert!(refused(&run_in(home.path(), &["keys"], &[])).contains("others can write it"));
}

#[test]
fn e18_a_key_of_the_operators_file_does_what_it_says() {
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = lines[2].strip_prefix("password ").unwrap();
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join("config/cckm-tui");
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("keymap.toml"), "[list]\nsort = [\"ctrl-o\"]\n").unwrap();
    let args = ["--url", &lines[0], "--username", "admin"];
    let mut terminal = Terminal::start_in(home, &args, &[("CCKM_PASSWORD", password)], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.send("\x0f");
    terminal.wait_for_text("Sort by");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
}

#[test]
fn a_bad_address_is_named_with_its_source() {
    let words = refused(&run(&["--url", "http://cm.example.com", "--username", "u"], &[]));
    assert!(words.starts_with("cckm-tui: --url: plain http"), "{words}");
    let words = refused(&run(&["--username", "u"], &[("CCKM_URL", "ftp://cm")]));
    assert!(words.starts_with("cckm-tui: CCKM_URL: "), "{words}");
}

#[test]
fn fs_10_a_mistake_in_the_file_is_named_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("settings.toml");
    std::fs::write(&file, "url = \"https://cm.example.com\"\nusrname = \"x\"\n").unwrap();
    let words = refused(&run(&["--config", file.to_str().unwrap()], &[]));
    assert!(words.contains("settings.toml:2: unknown key `usrname`; did you mean `username`?"), "{words}");
    assert!(
        refused(&run(&["--config", "/nonexistent"], &[])).contains("/nonexistent: there is no such file")
    );
}

/// A home directory with this configuration file, private to its owner.
fn home_with(text: &str) -> (tempfile::TempDir, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/cckm-tui");
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("config.toml");
    std::fs::write(&file, text).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    (home, file)
}

#[test]
fn e19_every_setting_is_shown_with_where_it_came_from_and_no_secret() {
    let (home, file) = home_with("username = 'ops1'\n[profiles.prod-eu]\nurl = 'cm1.example.com'\n");
    let env = [("CCKM_PASSWORD", "canary"), ("KSCTL_DOMAIN", "sales"), ("KSCTL_JWT", "canary")];
    let shown = run_in(home.path(), &["config", "show", "--profile", "prod-eu", "--read-only"], &env);
    assert_eq!(shown.status.code(), Some(0), "{shown:?}");
    let text = String::from_utf8(shown.stdout).unwrap();
    let row = |key: &str| {
        let row = text.lines().find(|line| line.split_whitespace().next() == Some(key)).expect(key);
        let (_, rest) = row.split_once("  ").unwrap();
        let (value, origin) = rest.trim().split_once("  ").unwrap();
        (value.to_owned(), origin.trim().to_owned())
    };
    let file = file.to_str().unwrap();
    for (key, value, origin) in [
        ("profile", "prod-eu", "--profile".to_owned()),
        ("url", "https://cm1.example.com", format!("{file}:3, profile prod-eu")),
        ("username", "ops1", format!("{file}:1")),
        ("domain", "sales", "KSCTL_DOMAIN".to_owned()),
        ("read_only", "true", "--read-only".to_owned()),
        ("password", "(hidden)", "CCKM_PASSWORD".to_owned()),
        ("pin", "-", "default".to_owned()),
        ("refresh_seconds", "30", "default".to_owned()),
    ] {
        assert_eq!(row(key), (value.to_owned(), origin), "{key} in\n{text}");
    }
    assert!(!text.contains("canary"));
    assert!(refused(&run(&["config", "show", "--profile", "x"], &[])).contains("no profile `x`"));
}

#[test]
fn what_is_set_for_ksctl_and_not_followed_is_said_on_standard_error() {
    let shown = run(&["config", "show"], &[("KSCTL_NOSSLVERIFY", "true")]);
    let words = String::from_utf8(shown.stderr).unwrap();
    assert!(words.starts_with("cckm-tui: warning: KSCTL_NOSSLVERIFY") && words.contains("--pin"), "{words}");
    assert_eq!(shown.status.code(), Some(0));
}

#[test]
fn e21_the_example_is_written_once_for_its_owner_alone() {
    let home = tempfile::tempdir().unwrap();
    let first = run_in(home.path(), &["config", "init"], &[]);
    assert_eq!(first.status.code(), Some(0), "{first:?}");
    let file = home.path().join("config/cckm-tui/config.toml");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), include_str!("../../config.example.toml"));
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    std::fs::write(&file, "url = 'cm'\n").unwrap();
    let second = run_in(home.path(), &["config", "init"], &[]);
    assert_eq!(second.status.code(), Some(1));
    let words = String::from_utf8(second.stderr).unwrap();
    assert_eq!(words.matches("it exists already; nothing is overwritten").count(), 1, "{words}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "url = 'cm'\n");
    let checked = run_in(home.path(), &["config", "check"], &[]);
    assert_eq!((checked.status.code(), checked.stderr), (Some(0), Vec::new()));
}

#[test]
fn e21_a_check_names_every_mistake_at_once() {
    let (home, file) =
        home_with("urll = 'x'\n[profiles.a]\nread_only = 'canary'\n[profiles.b]\npin = 'ab'\n");
    let words = refused(&run_in(home.path(), &["config", "check"], &[]));
    let file = file.to_str().unwrap();
    assert_eq!(words.lines().count(), 3, "{words}");
    for line in [
        format!("{file}:1: unknown key `urll`; did you mean `url`?"),
        format!("{file}:3: key `read_only`: expected true or false"),
        format!("{file}:5, profile b: key `pin`: expected a SHA-256 fingerprint"),
    ] {
        assert!(words.contains(&line), "{words}\nlacks {line}");
    }
    assert!(!words.contains("canary"));
    assert_eq!(refused(&run(&["config", "check", file], &[])), words, "by its name too");
}

#[test]
fn e21_the_schema_is_json_and_knows_the_keys() {
    let schema = run(&["config", "schema"], &[]);
    let schema: serde_json::Value = serde_json::from_slice(&schema.stdout).unwrap();
    assert_eq!(schema["properties"]["badge"]["maxLength"], 16);
}

#[test]
fn sk_12_the_password_comes_in_by_a_pipe_and_the_keys_from_the_terminal() {
    let (_server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    let password = format!("{}\n", lines[2].trim_start_matches("password "));
    let args = ["--url", &lines[0], "--username", "admin", "--password-stdin"];
    let mut terminal = Terminal::start_piped(&password, &args, &[], (80, 24));
    terminal.wait_for_text("Acme Corporation");
    terminal.send("/");
    terminal.send("thales");
    terminal.wait_for("a narrowed list", |screen| !screen.contents().contains("Acme Corporation"));
    terminal.send("\x1b");
    terminal.wait_for_text("Organizations 56");
    terminal.send("q");
    assert_eq!(terminal.wait_for_exit(), 0);
}

#[test]
fn sk_12_more_than_one_line_and_a_terminal_are_refused() {
    let args = ["--url", "http://127.0.0.1:1", "--username", "u", "--password-stdin"];
    for (input, told) in [
        ("canary\nmore\n", "standard input: expected one line, the password, found more"),
        ("", "standard input: expected the password on the first line, found nothing"),
    ] {
        let mut terminal = Terminal::start_piped(input, &args, &[], (120, 24));
        terminal.wait_for_text(told);
        assert_eq!(terminal.wait_for_exit(), 2);
        let bytes = String::from_utf8(terminal.bytes()).unwrap();
        assert!(!bytes.contains("canary") && !bytes.contains('\x1b'), "{bytes}");
    }
    let mut terminal = Terminal::start(&args, &[], (120, 24));
    terminal.wait_for_text("standard input: is a terminal: leave --password-stdin out");
    assert_eq!(terminal.wait_for_exit(), 2);
}

#[test]
fn sg_05_without_a_terminal_the_dashboard_refuses() {
    for args in [&["--demo"][..], &["--url", "cm.example.com", "--username", "u"]] {
        let words = refused(&run(args, &[]));
        assert!(
            words.contains("standard input is not a terminal") && words.contains("demo-server"),
            "{words}"
        );
    }
}

#[test]
fn pf_01_a_terminal_that_cannot_move_its_cursor_is_refused() {
    for (term, words) in [("dumb", "TERM is dumb"), ("", "TERM is not set")] {
        let mut terminal = Terminal::start(&["--demo"], &[("TERM", term)], (80, 24));
        terminal.wait_for_text(words);
        assert_eq!(terminal.wait_for_exit(), 2);
        assert!(!terminal.bytes().contains(&0x1b), "nothing but text was written");
    }
}

/// A demo server in a process of its own, killed if the test fails halfway.
pub(crate) struct DemoServer(Child);

impl DemoServer {
    /// Starts it and gives the lines that it announces itself with.
    pub(crate) fn start(args: &[&str]) -> (Self, Vec<String>) {
        Self::start_by(Command::new(PROGRAM), args)
    }

    /// The same by a command that becomes the program once it has its arguments.
    pub(crate) fn start_by(mut command: Command, args: &[&str]) -> (Self, Vec<String>) {
        let home = tempfile::tempdir().unwrap();
        command.arg("demo-server").args(args).env_clear().envs(environment(home.path()));
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = if args.contains(&"--http") { 3 } else { 4 };
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let lines = (0..lines).map(|_| {
            let mut line = String::new();
            out.read_line(&mut line).unwrap();
            line.trim_end_matches('\n').to_owned()
        });
        let lines = lines.collect();
        (Self(child), lines)
    }

    /// Its process.
    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Ends it, and gives its exit code and what it complained about.
    pub(crate) fn end(mut self, signal: Signal) -> (Option<i32>, String) {
        let pid = Pid::from_raw(i32::try_from(self.0.id()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        let code = self.0.wait().unwrap().code();
        let mut words = String::new();
        self.0.stderr.take().unwrap().read_to_string(&mut words).unwrap();
        (code, words)
    }
}

impl Drop for DemoServer {
    fn drop(&mut self) {
        if let Ok(None) = self.0.try_wait() {
            self.0.kill().unwrap();
        }
    }
}

#[test]
fn the_demo_server_says_where_it_is_and_ends_by_signal() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0", "--http"]);
    assert!(lines[0].starts_with("http://127.0.0.1:"), "{lines:?}");
    let address = lines[0].trim_start_matches("http://");
    assert!(std::net::TcpStream::connect(address).is_ok(), "it accepts connections by then");
    assert!(lines[1].strip_prefix("user ").is_some_and(|user| !user.is_empty()), "{lines:?}");
    assert!(lines[2].strip_prefix("password ").is_some_and(|password| password.len() > 7), "{lines:?}");
    assert_eq!(server.end(Signal::TERM), (Some(143), String::new()));
}

#[test]
fn the_demo_server_names_its_certificate() {
    let (server, lines) = DemoServer::start(&["--listen", "127.0.0.1:0"]);
    assert!(lines[0].starts_with("https://127.0.0.1:"), "{lines:?}");
    let fingerprint = lines[3].strip_prefix("certificate sha256 ").unwrap();
    let digits = fingerprint.chars().filter(char::is_ascii_hexdigit).count();
    assert_eq!(digits, 64, "{fingerprint}");
    assert_eq!(server.end(Signal::INT), (Some(130), String::new()));
}

#[test]
fn the_demo_server_does_not_listen_for_other_machines() {
    let output = run(&["demo-server", "--listen", "0.0.0.0:0"], &[]);
    assert_eq!(output.status.code(), Some(1));
    let words = String::from_utf8(output.stderr).unwrap();
    assert!(words.contains("the demo server listens on loopback only, not on 0.0.0.0:0"), "{words}");
}

#[test]
fn a_fault_that_does_not_exist_is_refused_with_the_names_of_those_that_do() {
    let words = refused(&run(&["demo-server", "--fault", "apply-then-\u{202e}explode"], &[]));
    assert!(words.contains(r"no fault is called `apply-then-\u{202e}explode`"), "{words}");
    for name in ["apply-then-close", "changed-by-another-after[:CONNECTION]", "slow:MS", "empty-body"] {
        assert!(words.contains(name), "no {name} in\n{words}");
    }
    assert!(refused(&run(&["demo-server", "--fault", "slow"], &[])).contains("slow:MS"));
    assert!(refused(&run(&["demo-server", "--fault", "close@GET"], &[])).contains("@GET /api/v1/cckm"));
}

#[tokio::test]
async fn a_change_is_made_and_its_answer_destroyed_as_the_flag_says() {
    let (server, lines) =
        DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--fault", "apply-then-closex1"]);
    let at = Server { base: base_url(&lines[0]).unwrap(), trust: Trust::System };
    let user = lines[1].trim_start_matches("user ");
    let password = Password::new(lines[2].trim_start_matches("password "));
    let reader = Reader::new(at, Credentials::new(user), Limits::default()).unwrap();
    reader.sign_in(Some(password)).await.unwrap();
    let writer = Writer::new(reader);
    let id = OrganizationId::new("2473e846-31a8-4ee6-8299-17025548b4e2").unwrap();
    let patch = OrganizationPatch { connection: "new-sfdc-connection".into() };
    let failure = writer.patch_organization(&id, &patch).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::CutOff);
    let now = writer.reader().organization(&id).await.unwrap();
    assert_eq!(now.connection.as_sent(), "new-sfdc-connection");
    assert_eq!(writer.patch_organization(&id, &patch).await.unwrap().status, 200, "it was to happen once");
    assert_eq!(server.end(Signal::TERM), (Some(143), String::new()));
}
