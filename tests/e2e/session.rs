//! The session over the life of the program: given back at every end, renewed unseen, asked for again.

use std::time::Instant;

use rustix::process::Signal;
use serde_json::Value;

use crate::outside::DemoServer;
use crate::terminal::{DEADLINE, Terminal};

/// A demo server in a process of its own, and the dashboard signed in to it.
struct Signed {
    _server: DemoServer,
    base: String,
    password: String,
    terminal: Terminal,
}

impl Signed {
    fn start(flags: &[&str]) -> Self {
        let signed = Self::begin(flags, true);
        signed.terminal.wait_for_text("Acme Corporation");
        signed
    }

    /// The same, where the operator is asked for the password.
    fn asked(flags: &[&str]) -> Self {
        let signed = Self::begin(flags, false);
        signed.terminal.wait_for_text("Password");
        signed
    }

    fn begin(flags: &[&str], with_password: bool) -> Self {
        let (server, lines) = DemoServer::start(&[&["--listen", "127.0.0.1:0", "--http"], flags].concat());
        let (base, password) = (lines[0].clone(), lines[2].trim_start_matches("password ").to_owned());
        let args = ["--url", &base, "--username", "admin", "--log-level", "debug"];
        let given = [("CCKM_PASSWORD", password.as_str())];
        let terminal = Terminal::start(&args, if with_password { &given } else { &[] }, (80, 24));
        Self { _server: server, base, password, terminal }
    }

    /// Waits until so many tokens were asked for.
    fn wait_for_tokens(&self, count: usize) {
        let until = Instant::now() + DEADLINE;
        while self.log().matches("/api/v1/auth/tokens/").count() < count {
            assert!(Instant::now() < until, "no {count} tokens in\n{}", self.log());
            std::thread::yield_now();
        }
    }

    /// Opens the change of the documented organization, with its new connection half typed.
    fn type_half_a_change(&mut self) {
        self.terminal.send("/thales\r");
        self.terminal.wait_for("one row", |screen| !screen.contents().contains("Acme Corporation"));
        self.terminal.send("e");
        self.terminal.wait_for_text("Change");
        self.terminal.send("new-sf");
        self.terminal.wait_for_text("[new-sf_");
    }

    /// The screen without its header, which counts down, and without the age of what was read.
    fn below_the_header(&self) -> String {
        let rows = |screen: &vt100::Screen| screen.rows(0, 80).skip(1).collect::<Vec<_>>();
        let rows = self.terminal.with_screen(rows);
        rows.into_iter().filter(|row| !row.contains("as read")).collect::<Vec<_>>().join("\n")
    }

    /// An administrator elsewhere revokes our session.
    fn revoke(&self) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (client, tokens, jwt) = self.administrator().await;
            let list = client.get(format!("{tokens}?labels=cckm-tui&limit=100")).bearer_auth(&jwt);
            let list: Value =
                serde_json::from_str(&list.send().await.unwrap().text().await.unwrap()).unwrap();
            for token in list["resources"].as_array().unwrap() {
                let id = token["id"].as_str().unwrap();
                client.delete(format!("{tokens}/{id}")).bearer_auth(&jwt).send().await.unwrap();
            }
        });
    }

    async fn administrator(&self) -> (reqwest::Client, String, String) {
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let tokens = format!("{}/api/v1/auth/tokens", self.base);
        let who = serde_json::json!({"username": "admin", "password": self.password});
        let signed_in = client.post(&tokens).body(who.to_string()).send().await.unwrap();
        let jwt: Value = serde_json::from_str(&signed_in.text().await.unwrap()).unwrap();
        (client, tokens, jwt["jwt"].as_str().unwrap().to_owned())
    }

    /// What the server says of the refresh tokens that carry our label: revoked or not, oldest first.
    fn revoked(&self) -> Vec<bool> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let (client, tokens, jwt) = self.administrator().await;
            let list =
                client.get(format!("{tokens}?labels=cckm-tui&sort=createdAt&limit=100")).bearer_auth(&jwt);
            let list: Value =
                serde_json::from_str(&list.send().await.unwrap().text().await.unwrap()).unwrap();
            list["resources"].as_array().unwrap().iter().map(|token| token["revoked"] == true).collect()
        })
    }

    /// Whether the log says that the server was waited for in vain.
    fn was_not_revoked(&self) -> bool {
        let log = self.log();
        ["the session was not revoked at the server", "did not confirm the end of the session"]
            .iter()
            .any(|words| log.contains(words))
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.terminal.home().join("state/cckm-tui/cckm-tui.log")).unwrap()
    }
}

#[test]
fn au_15_every_orderly_end_gives_the_terminal_back_first_and_then_the_session() {
    for (signal, code) in [
        (None, 0),
        (Some(Signal::TERM), 143),
        (Some(Signal::HUP), 129),
        (Some(Signal::INT), 130),
        (Some(Signal::QUIT), 131),
    ] {
        let mut signed = Signed::start(&["--latency", "400"]);
        match signal {
            Some(signal) => signed.terminal.signal(signal),
            None => signed.terminal.send("q"),
        }
        signed.terminal.wait_for("normal screen", |screen| !screen.alternate_screen());
        assert!(signed.terminal.is_running(), "the server takes its time, the terminal does not wait for it");
        assert_eq!(signed.terminal.wait_for_exit(), code);
        signed.terminal.assert_given_back();
        assert_eq!(signed.revoked(), [true], "{signal:?}");
    }
}

#[test]
fn au_15_a_server_that_does_not_answer_is_told_in_the_log_only() {
    let mut signed = Signed::start(&["--fault", "hang@DELETE /api/v1/auth/tokens"]);
    signed.terminal.signal(Signal::TERM);
    assert_eq!(signed.terminal.wait_for_exit(), 143);
    signed.terminal.assert_given_back();
    assert!(signed.was_not_revoked(), "{}", signed.log());
}

#[test]
fn au_15_a_second_signal_ends_at_once_and_a_second_hang_up_does_not() {
    for (first, second, waits) in [
        (Signal::TERM, Signal::TERM, false),
        (Signal::TERM, Signal::INT, false),
        (Signal::HUP, Signal::HUP, true),
        (Signal::TERM, Signal::HUP, true),
    ] {
        let mut signed = Signed::start(&["--fault", "hang@DELETE /api/v1/auth/tokens"]);
        signed.terminal.signal(first);
        signed.terminal.wait_for("normal screen", |screen| !screen.alternate_screen());
        signed.terminal.signal(second);
        assert_eq!(signed.terminal.wait_for_exit(), 128 + first.as_raw().unsigned_abs());
        assert_eq!(signed.was_not_revoked(), waits, "{first:?} and {second:?}");
    }
}

#[test]
fn m8_half_a_change_survives_three_renewals_without_a_word() {
    let mut signed = Signed::start(&["--token-seconds", "5"]);
    signed.type_half_a_change();
    let before = signed.below_the_header();
    signed.wait_for_tokens(4);
    assert_eq!(signed.below_the_header(), before);
    signed.terminal.send("c-connection\r");
    signed.terminal.wait_for_text("sfdc-connection");
    signed.terminal.signal(Signal::TERM);
    assert_eq!(signed.terminal.wait_for_exit(), 143);
    signed.terminal.assert_given_back();
}

#[test]
fn au_16_a_session_that_is_refused_comes_back_to_the_same_window_and_value() {
    let mut signed = Signed::asked(&["--token-seconds", "5"]);
    let password = signed.password.clone();
    signed.terminal.send(&format!("{password}\t"));
    signed.terminal.send(" ");
    signed.terminal.wait_for_text("(•) no");
    signed.terminal.send("\r");
    signed.terminal.wait_for_text("Acme Corporation");
    signed.type_half_a_change();
    signed.revoke();
    // It comes by itself, when the token is to be renewed.
    let shown = signed.terminal.wait_for_text("Sign in");
    assert!(shown.contains("User        admin "), "told, not asked, over an open change:\n{shown}");
    signed.terminal.send(&format!("{password}\r"));
    signed.terminal.wait_for("the window gone", |screen| !screen.contents().contains("Password"));
    signed.terminal.wait_for_text("[new-sf_");
    signed.terminal.signal(Signal::TERM);
    assert_eq!(signed.terminal.wait_for_exit(), 143);
    signed.terminal.assert_given_back();
}

/// A server that takes connections and says nothing, ever.
fn silent() -> (std::net::TcpListener, String) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    (listener, address)
}

#[test]
fn sg_20_quitting_takes_less_than_two_seconds_whatever_hangs() {
    let (_listener, address) = silent();
    let (tls, plain) = (format!("https://{address}"), format!("http://{address}"));
    let (_server, lines) =
        DemoServer::start(&["--listen", "127.0.0.1:0", "--http", "--fault", "hang@DELETE /"]);
    let password = lines[2].trim_start_matches("password ");
    let reading =
        ["--listen", "127.0.0.1:0", "--http", "--fault", "hang@GET /api/v1/cckm/sfdc/organizations"];
    let (_slow, slow) = DemoServer::start(&reading);
    let slow_password = slow[2].trim_start_matches("password ");
    for (what, url, password, signs_in) in [
        ("the handshake", tls.as_str(), "x", false),
        ("the answer to the sign-in", &plain, "x", false),
        ("a name look-up", "https://cckm-tui.invalid", "x", false),
        ("the end of the session", &lines[0], password, true),
        ("a reading", &slow[0], slow_password, false),
    ] {
        let args = ["--url", url, "--username", "admin"];
        let mut terminal = Terminal::start(&args, &[("CCKM_PASSWORD", password)], (100, 30));
        terminal.wait_until_taken();
        if signs_in {
            terminal.wait_for_text("Acme Corporation");
        }
        terminal.wait_for_whole_frame();
        let asked = Instant::now();
        terminal.send("\x03\x03");
        assert_eq!(terminal.wait_for_exit(), 0, "{what}");
        let took = asked.elapsed();
        // Two seconds is the promise, held by the constants; a busy machine may take as long again.
        assert!(took.as_millis() < 4_000, "{what}: {took:?}");
        terminal.assert_given_back();
        let line = format!("quitting while {what} hangs: {took:?}\n");
        std::io::Write::write_all(&mut std::io::stderr(), line.as_bytes()).unwrap();
    }
}
