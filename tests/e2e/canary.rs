//! A server that repeats every secret wherever it can, and an operator who looks at everything (O8).

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::thread;

use rustix::process::Signal;

use crate::change::{THALES, press_yes};
use crate::terminal::Terminal;

/// The secrets, each with what is told apart. One that is cut by a line's end still shows a whole part.
const PASSWORD: &str = "CNRYpw-CNRYpw-\"CNRYpw";
const TOKEN: &str = "eyJhbGciOiJDTlJZMSJ9.eyJDTlJZMSI6IkNOUlkxIn0.CNRYjwt-CNRYjwt-CNRYjwt";
const REFRESH: &str = "CNRYrefresh-CNRYrefresh-CNRYrefresh";

/// What must not be seen of any of them, nor of those that only the server knows.
const MARKS: [&str; 8] = [
    "CNRYpw",
    "CNRYjwt",
    "CNRYrefresh",
    "CNRYsecret",
    "CNRYprivate",
    "CNRYnested",
    "CNRYproxy",
    // The same as a proxy is told it, with the user before it.
    "dXNlcjpDTlJZcHJveHk",
];

/// An answer to a request: whatever is asked, every secret is in it.
fn answer(line: &str, authorization: &str) -> (u16, String) {
    let said = serde_json::json!(format!(
        "{authorization} {PASSWORD} {REFRESH} client_secret=CNRYsecret {{\"password\":\"CNRYnested\"}}"
    ));
    let organization = format!(
        r#"{{"id":"{THALES}","name":"Canary Corporation","organization_id":"00D5e000000HEcDEAW","connection":"old",
        "client_secret":"CNRYsecret","private_key":["CNRYprivate"],"note":{said},"access_token":"{TOKEN}"}}"#
    );
    let connection = |name: &str| {
        format!(
            r#"{{"id":"{name}","name":"{name}","password":"CNRYsecret","last_connection_ok":true,"note":{said}}}"#
        )
    };
    let list = |rows: &str, total: usize| {
        format!(r#"{{"skip":0,"limit":100,"total":{total},"resources":[{rows}]}}"#)
    };
    let path = line.split(' ').nth(1).unwrap_or_default();
    if line.starts_with("POST /api/v1/auth/tokens") {
        let id = "0a1b2c3d-0000-4000-8000-000000000001";
        let body = format!(
            r#"{{"jwt":"{TOKEN}","duration":300,"token_type":"Bearer","refresh_token_id":"{id}","refresh_token":"{REFRESH}"}}"#
        );
        (200, body)
    } else if line.starts_with("GET") && path.starts_with("/api/v1/cckm/sfdc/organizations?") {
        (200, list(&organization, 1))
    } else if line.starts_with("GET") && path.starts_with("/api/v1/cckm/sfdc/organizations/") {
        (200, organization)
    } else if line.starts_with("GET") && path.contains("/salesforce/connections?") {
        (200, list(&[connection("old"), connection("new")].join(","), 2))
    } else {
        (
            422,
            format!(
                r#"{{"code":5,"codeDesc":"NCERRBadRequest: no","message":{said},"password":"CNRYsecret"}}"#
            ),
        )
    }
}

fn serve(stream: TcpStream) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut stream = stream;
    loop {
        let (mut line, mut authorization, mut length) = (String::new(), String::new(), 0);
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let Some((name, value)) = header.trim_end().split_once(": ") else { break };
            match name.to_lowercase().as_str() {
                "authorization" => value.clone_into(&mut authorization),
                "content-length" => length = value.parse().unwrap(),
                _ => {}
            }
        }
        reader.read_exact(&mut vec![0; length])?;
        let (status, body) = answer(&line, &authorization);
        write!(stream, "HTTP/1.1 {status} X\r\ncontent-length: {}\r\n\r\n{body}", body.len())?;
    }
}

/// The address of such a server.
fn server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || serve(stream));
        }
    });
    format!("http://{address}")
}

/// Where the password comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Variable(&'static str),
    File,
    Command,
    KsctlFile,
    StandardInput,
    Typed,
}

const SOURCES: [Source; 7] = [
    Source::Variable("CCKM_PASSWORD"),
    Source::Variable("KSCTL_PASSWORD"),
    Source::File,
    Source::Command,
    Source::KsctlFile,
    Source::StandardInput,
    Source::Typed,
];

/// The dashboard at that server, at its most talkative.
fn start(source: Source) -> Terminal {
    let home = tempfile::tempdir().unwrap();
    let private = |name: &str, text: String| {
        let file = home.path().join(name);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
        file.display().to_string()
    };
    let file = private("password", format!("{PASSWORD}\n"));
    let command = format!("cat {file}");
    let given = match source {
        Source::Variable(name) => Some((name, PASSWORD)),
        Source::File => Some(("CCKM_PASSWORD_FILE", &*file)),
        Source::Command => Some(("CCKM_PASSWORD_COMMAND", &*command)),
        Source::KsctlFile => {
            private(".ksctl/config.yaml", format!("KSCTL_PASSWORD: '{PASSWORD}'\n"));
            None
        }
        Source::StandardInput | Source::Typed => None,
    };
    let proxy = "http://user:CNRYproxy@127.0.0.1:9";
    let more =
        [("RUST_LOG", "trace"), ("RUST_BACKTRACE", "1"), ("HTTPS_PROXY", proxy), ("NO_PROXY", "127.0.0.1")];
    let env: Vec<_> = given.into_iter().chain(more).collect();
    let url = server();
    let args = ["--url", &url, "--username", "admin", "--log-level", "trace"];
    let size = (100, 40);
    let mut terminal = if source == Source::StandardInput {
        Terminal::start_piped(
            &format!("{PASSWORD}\n"),
            &[&args[..], &["--password-stdin"]].concat(),
            &env,
            size,
        )
    } else {
        Terminal::start_in(home, &args, &env, size)
    };
    for mark in MARKS {
        terminal.may_not_show(mark);
    }
    if source == Source::Typed {
        terminal.wait_for_text("assword");
        terminal.send(PASSWORD);
        terminal.send("\r");
    }
    terminal.wait_for_text("Canary Corporation");
    terminal
}

#[test]
fn sk_04_sk_06_sk_07_sk_13_no_secret_of_any_source_is_left_anywhere() {
    for source in SOURCES {
        let mut terminal = start(source);
        terminal.send("\r");
        terminal.wait_for_text("client_secret");
        terminal.send("2");
        terminal.wait_for_text("•••");
        terminal.send("yr");
        terminal.wait_for_count(b"\x1b]52;", 1);
        terminal.send("e");
        terminal.wait_for_text("2 of 2 connections");
        terminal.send("new");
        terminal.wait_for_text("1 of 2 connections");
        terminal.send("\r");
        terminal.wait_for_text("Review: nothing is sent yet");
        press_yes(&mut terminal);
        let state = terminal.home().join("state/cckm-tui");
        terminal.wait_until("the end of the change in the journal", || {
            std::fs::read_to_string(state.join("journal.jsonl")).unwrap().contains("\"status\":422")
        });
        terminal.send("\r");
        terminal.send("@");
        terminal.wait_for_text("PATCH");
        terminal.send("\x1bq");
        terminal.signal(Signal::TERM);
        assert_eq!(terminal.wait_for_exit(), 143);
        assert!(std::fs::read_to_string(state.join("cckm-tui.log")).unwrap().contains("answered"));
        // The end of each terminal looks for the marks everywhere.
    }
}

#[test]
fn sk_16_a_proxy_that_repeats_its_password_does_not_bring_it_to_light() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://user:CNRYproxy@{}", listener.local_addr().unwrap());
    let refusing = thread::spawn(move || -> std::io::Result<String> {
        let (stream, _) = listener.accept()?;
        let mut reader = BufReader::new(stream.try_clone()?);
        let (mut stream, mut given) = (stream, String::new());
        loop {
            let mut header = String::new();
            reader.read_line(&mut header)?;
            let header = header.trim_end();
            match header.split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("proxy-authorization") => {
                    value.clone_into(&mut given);
                }
                _ if header.is_empty() => break,
                _ => {}
            }
        }
        let body = format!("{given} CNRYproxy");
        let length = body.len();
        write!(
            stream,
            "HTTP/1.1 407 {body}\r\nproxy-authenticate: {body}\r\ncontent-length: {length}\r\n\r\n{body}"
        )?;
        Ok(given)
    });
    let env = [("CCKM_PASSWORD", PASSWORD), ("HTTPS_PROXY", &*proxy), ("RUST_LOG", "trace")];
    let args = ["--url", "https://cm.example.invalid", "--username", "admin", "--log-level", "trace"];
    let mut terminal = Terminal::start(&args, &env, (100, 40));
    for mark in MARKS {
        terminal.may_not_show(mark);
    }
    assert!(refusing.join().unwrap().unwrap().contains("dXNlcjpDTlJZcHJveHk"), "it was told the password");
    terminal.wait_for_text("proxy");
    terminal.send("@");
    terminal.wait_for_text("Activity");
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
}

/// A generator that gives the same keys for the same seed.
struct Keys(u64);

impl Iterator for Keys {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // Neither of the ways out, `q` and Ctrl-C.
        let keys = "jkgGesSrpzyr12/@?\r\r\u{1b}\tnno ab\u{c}:P,";
        keys.chars().nth(usize::try_from(self.0 >> 33).unwrap() % keys.chars().count())
    }
}

#[test]
fn sk_14_random_keys_copy_no_secret() {
    let runs = std::env::var("CCKM_CANARY_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(3);
    for seed in 0..runs {
        let mut terminal = start(Source::Variable("CCKM_PASSWORD"));
        let keys: Vec<_> = Keys(seed).take(300).collect();
        for some in keys.chunks(10) {
            terminal.send(&some.iter().collect::<String>());
            terminal.send("yr");
        }
        terminal.signal(Signal::TERM);
        assert_eq!(terminal.wait_for_exit(), 143, "seed {seed}");
    }
}
