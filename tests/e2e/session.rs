//! The session over the life of the program: given back at every end, renewed unseen, asked for again.

use rustix::process::Signal;
use serde_json::Value;

use crate::outside::DemoServer;
use crate::terminal::Terminal;

/// A demo server in a process of its own, and the dashboard signed in to it.
struct Signed {
    _server: DemoServer,
    base: String,
    password: String,
    terminal: Terminal,
}

impl Signed {
    fn start(flags: &[&str]) -> Self {
        let (server, lines) = DemoServer::start(&[&["--listen", "127.0.0.1:0", "--http"], flags].concat());
        let (base, password) = (lines[0].clone(), lines[2].trim_start_matches("password ").to_owned());
        let args = ["--url", &base, "--username", "admin"];
        let terminal = Terminal::start(&args, &[("CCKM_PASSWORD", &password)], (80, 24));
        terminal.wait_for_text("Acme Corporation");
        Self { _server: server, base, password, terminal }
    }

    /// What the server says of the refresh tokens that carry our label: revoked or not, oldest first.
    fn revoked(&self) -> Vec<bool> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let client = reqwest::Client::builder().no_proxy().build().unwrap();
            let tokens = format!("{}/api/v1/auth/tokens", self.base);
            let who = serde_json::json!({"username": "admin", "password": self.password});
            let signed_in = client.post(&tokens).body(who.to_string()).send().await.unwrap();
            let jwt: Value = serde_json::from_str(&signed_in.text().await.unwrap()).unwrap();
            let list = client
                .get(format!("{tokens}?labels=cckm-tui&sort=createdAt&limit=100"))
                .bearer_auth(jwt["jwt"].as_str().unwrap());
            let list: Value =
                serde_json::from_str(&list.send().await.unwrap().text().await.unwrap()).unwrap();
            list["resources"].as_array().unwrap().iter().map(|token| token["revoked"] == true).collect()
        })
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
        signed.terminal.assert_given_back();
        assert!(signed.terminal.is_running(), "the server takes its time, the terminal does not wait for it");
        assert_eq!(signed.terminal.wait_for_exit(), code);
        assert_eq!(signed.revoked(), [true], "{signal:?}");
    }
}

#[test]
fn au_15_a_server_that_does_not_answer_is_told_in_the_log_only() {
    let mut signed = Signed::start(&["--fault", "hang@DELETE /api/v1/auth/tokens"]);
    signed.terminal.signal(Signal::TERM);
    assert_eq!(signed.terminal.wait_for_exit(), 143);
    signed.terminal.assert_given_back();
    let log = signed.log();
    assert!(log.contains("the session was not revoked at the server"), "{log}");
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
        signed.terminal.assert_given_back();
        signed.terminal.signal(second);
        assert_eq!(signed.terminal.wait_for_exit(), 128 + first.as_raw().unsigned_abs());
        let waited = signed.log().contains("the session was not revoked at the server");
        assert_eq!(waited, waits, "{first:?} and {second:?}");
    }
}
