//! The program is killed in the middle of a change, at every step of the journal; the next start finds out what
//! became of the change, by reading, and sends nothing again (WR-12, WR-13).

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, base_url};
use cckm_tui::domain::{OrganizationId, Outcome, Password, Transition};
use cckm_tui::journal;
use rustix::process::Signal;

use crate::change::{THALES, press_yes, review};
use crate::outside::DemoServer;
use crate::terminal::{DEADLINE, PROGRAM, Terminal, environment};

const NEW: &str = "new-sfdc-connection";

/// A server in another process, and a home directory that outlives the program.
struct Bench {
    _server: DemoServer,
    lines: Vec<String>,
    state: tempfile::TempDir,
}

impl Bench {
    fn with(faults: &[&str]) -> Self {
        let mut args = vec!["--listen", "127.0.0.1:0", "--http"];
        for fault in faults {
            args.extend(["--fault", fault]);
        }
        let (server, lines) = DemoServer::start(&args);
        Self { _server: server, lines, state: tempfile::tempdir().unwrap() }
    }

    fn password(&self) -> &str {
        self.lines[2].strip_prefix("password ").unwrap()
    }

    fn start(&self) -> Terminal {
        let state = self.state.path().to_str().unwrap();
        let env = [("CCKM_PASSWORD", self.password()), ("XDG_STATE_HOME", state)];
        Terminal::start(&["--url", &self.lines[0], "--username", "admin"], &env, (100, 30))
    }

    fn journal(&self) -> PathBuf {
        journal::file_in(&self.state.path().join("cckm-tui"))
    }

    /// Waits until the journal holds a line of this kind.
    fn wait_for_line(&self, event: &str) {
        let (wanted, until) = (format!(r#""event":"{event}""#), Instant::now() + DEADLINE);
        while !std::fs::read_to_string(self.journal()).unwrap_or_default().contains(&wanted) {
            assert!(Instant::now() < until, "no {event} in the journal");
            thread::yield_now();
        }
    }

    /// What a second client sees on the server.
    fn connection(&self) -> String {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let at = Server { base: base_url(&self.lines[0]).unwrap(), trust: Trust::System };
            let reader = Reader::new(at, Credentials::new("admin"), Limits::default()).unwrap();
            reader.sign_in(Some(Password::new(self.password()))).await.unwrap();
            let organization = reader.organization(&OrganizationId::new(THALES).unwrap()).await.unwrap();
            organization.connection.as_sent().to_owned()
        })
    }

    fn steps(&self) -> Vec<Transition> {
        let entries = journal::read(&self.journal()).unwrap().entries;
        entries.into_iter().map(|entry| entry.transition).collect()
    }

    fn outcome(&self) -> Option<Outcome> {
        self.steps().into_iter().rev().find_map(|step| match step {
            Transition::Settled { outcome, .. } | Transition::Corrected { outcome, .. } => Some(outcome),
            _ => None,
        })
    }

    /// Starts the program again, waits for the end of the recovery, and checks that it told the truth.
    fn recovers_to(&self, outcome: Outcome) {
        let mut terminal = self.start();
        let screen = terminal.wait_for_text("An earlier run ended before");
        assert!(screen.contains("Thales"), "{screen}");
        wait_for_outcome(&terminal, outcome);
        self.wait_for_line("settled");
        terminal.send("\r");
        terminal.wait_for_text("Organizations 56");
        terminal.send("q");
        assert_eq!(terminal.wait_for_exit(), 0);
        assert_eq!(self.outcome(), Some(outcome));
        let new = self.connection() == NEW;
        assert_eq!(
            new,
            matches!(outcome, Outcome::Applied | Outcome::Verified),
            "the server has another truth"
        );
        let sent = self.steps().into_iter().filter(|step| *step == Transition::Sent).count();
        assert!(sent <= 1, "nothing is sent again");
        self.is_sound_and_closed();
    }

    fn is_sound_and_closed(&self) {
        verify(self.state.path());
        let entries = journal::read(&self.journal()).unwrap().entries;
        assert_eq!(journal::open_operations(&entries), []);
        let mut terminal = self.start();
        let screen = terminal.wait_for_text("Organizations 56");
        assert!(!screen.contains("An earlier run"), "{screen}");
        terminal.send("q");
        assert_eq!(terminal.wait_for_exit(), 0);
    }
}

/// `cckm-tui journal verify` finds nothing wrong.
pub(crate) fn verify(state: &Path) {
    let mut command = Command::new(PROGRAM);
    command.args(["journal", "verify"]).env_clear().envs(environment(state)).env("XDG_STATE_HOME", state);
    let output = command.stdin(Stdio::null()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// Waits until the window of the recovery tells this outcome. That nothing came of a change is not believed at once.
fn wait_for_outcome(terminal: &Terminal, outcome: Outcome) {
    let told = format!("outcome       {}", outcome.word());
    terminal.wait_within(Duration::from_mins(2), &told, |screen| screen.contents().contains(&told));
}

/// A program that was told to send, on a server with this trouble.
fn sending(faults: &[&str]) -> (Bench, Terminal) {
    let bench = Bench::with(faults);
    let mut terminal = bench.start();
    review(&mut terminal);
    press_yes(&mut terminal);
    (bench, terminal)
}

#[test]
fn wr_12_killed_after_it_was_sent_and_applied() {
    let (bench, mut terminal) = sending(&["slow:60000"]);
    bench.wait_for_line("sent");
    let until = Instant::now() + DEADLINE;
    while bench.connection() != NEW {
        assert!(Instant::now() < until, "it is not applied");
    }
    terminal.kill();
    assert_eq!(bench.outcome(), None);
    bench.recovers_to(Outcome::Applied);
}

#[test]
fn wr_12_killed_after_the_answer_that_said_nothing() {
    for fault in ["apply-then-500", "apply-then-401"] {
        // Reads of the record take long, so that the answer is on record and the outcome is not.
        let slow = format!("slowx2:1500@GET /api/v1/cckm/sfdc/organizations/{THALES}");
        let (bench, mut terminal) = sending(&[fault, &slow]);
        bench.wait_for_line("answered");
        terminal.kill();
        assert_eq!(bench.outcome(), None);
        bench.recovers_to(Outcome::Applied);
    }
}

#[test]
fn wr_13_killed_when_it_was_not_applied() {
    let (bench, mut terminal) = sending(&["hang"]);
    bench.wait_for_line("sent");
    terminal.kill();
    bench.recovers_to(Outcome::NotApplied);
}

#[test]
fn wr_12_killed_before_a_late_change_comes() {
    let slow = format!("slowx2:1500@GET /api/v1/cckm/sfdc/organizations/{THALES}");
    let (bench, mut terminal) = sending(&["apply-late:2500", &slow]);
    bench.wait_for_line("answered");
    terminal.kill();
    bench.recovers_to(Outcome::Applied);
}

#[test]
fn wr_12_killed_once_it_is_settled_nothing_is_open() {
    let (bench, mut terminal) = sending(&[]);
    bench.wait_for_line("settled");
    terminal.kill();
    assert_eq!(bench.outcome(), Some(Outcome::Verified));
    bench.is_sound_and_closed();
}

/// Wherever it is hit between the key and the end, the next start tells what is true.
#[test]
fn wr_12_killed_as_soon_as_there_is_an_intent() {
    thread::scope(|rounds| {
        for _ in 0..3 {
            rounds.spawn(killed_as_soon_as_there_is_an_intent);
        }
    });
}

fn killed_as_soon_as_there_is_an_intent() {
    let (bench, mut terminal) = sending(&[]);
    bench.wait_for_line("intent");
    terminal.kill();
    let open = journal::open_operations(&journal::read(&bench.journal()).unwrap().entries);
    if !open.is_empty() {
        let applied = bench.connection() == NEW;
        bench.recovers_to(if applied { Outcome::Applied } else { Outcome::NotApplied });
    }
    bench.is_sound_and_closed();
}

#[test]
fn wr_12_a_polite_end_during_the_sending_leaves_it_open_and_the_next_start_settles_it() {
    let (bench, mut terminal) = sending(&["apply-then-hang"]);
    bench.wait_for_line("sent");
    let until = Instant::now() + DEADLINE;
    while bench.connection() != NEW {
        assert!(Instant::now() < until, "it is not applied");
    }
    terminal.signal(Signal::TERM);
    assert_eq!(terminal.wait_for_exit(), 143);
    terminal.assert_given_back();
    assert_eq!(bench.outcome(), None);
    bench.recovers_to(Outcome::Applied);
}
