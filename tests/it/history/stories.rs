//! Particular courses of a change, each of which once ended in a claim that was not true.

use std::process::Stdio;
use std::time::Duration;

use cckm_tui::app::change::Outcome;
use cckm_tui::demo::{Options, Rule};
use cckm_tui::journal;
use tokio::process::Command;
use tokio::time::timeout;

use super::operator::{Operator, Plan};

const ACME: &str = "b65adc7b-0feb-47e6-aa6d-45738035a7d3";
const OLD: &str = "sfdc-us-2024";
const NEW: &str = "sfdc-us-2025";

async fn at_work() -> Operator {
    Operator::at_work(1_000_000).await
}

/// A change whose result stays on the screen.
async fn changed(operator: &mut Operator, fault: &'static str, blind: usize) -> Option<Outcome> {
    let plan = Plan { blind, ..Plan::simple(ACME, NEW, fault) };
    operator.change_and_stay(&plan).await;
    operator.outcome()
}

/// What the journal says of the only change.
fn on_record(operator: &Operator) -> Option<Outcome> {
    operator.state.ledger.past.last().and_then(|past| past.outcome)
}

fn sent(operator: &Operator) -> usize {
    operator.demo.requests().iter().filter(|request| request.method == "PATCH").count()
}

#[tokio::test]
async fn a_look_never_sends_not_even_after_a_401() {
    let mut operator = at_work().await;
    assert_eq!(changed(&mut operator, "401x1", 6).await, Some(Outcome::Unknown));
    operator.look_again().await;
    assert_eq!((operator.outcome(), on_record(&operator)), (Some(Outcome::Refused), Some(Outcome::Refused)));
    assert_eq!(sent(&operator), 1);
}

#[tokio::test]
async fn a_401_after_the_change_was_made_and_an_unreadable_record_are_not_told_as_a_refusal() {
    let mut operator = at_work().await;
    assert_eq!(changed(&mut operator, "apply-then-401x1", 6).await, Some(Outcome::Unknown));
    operator.look_again().await;
    assert_eq!((operator.outcome(), on_record(&operator)), (Some(Outcome::Applied), Some(Outcome::Applied)));
    assert_eq!(sent(&operator), 1);
}

#[tokio::test]
async fn what_was_verified_once_stays_applied_when_somebody_takes_it_back() {
    for other in [OLD, "sfdc-sandbox-uat"] {
        let mut operator = at_work().await;
        assert_eq!(changed(&mut operator, "", 0).await, Some(Outcome::Verified));
        operator.demo.change_connection(ACME, other);
        operator.look_again().await;
        assert_eq!(
            (operator.outcome(), on_record(&operator)),
            (Some(Outcome::Applied), Some(Outcome::Applied))
        );
    }
}

#[tokio::test]
async fn what_was_told_and_is_in_doubt_now_is_corrected_in_the_journal() {
    let mut operator = at_work().await;
    assert_eq!(changed(&mut operator, "503x1", 0).await, Some(Outcome::NotApplied));
    operator.demo.change_connection(ACME, "sfdc-sandbox-uat");
    operator.look_again().await;
    assert_eq!((operator.outcome(), on_record(&operator)), (Some(Outcome::Unknown), Some(Outcome::Unknown)));
}

#[tokio::test]
async fn what_somebody_else_set_meanwhile_is_not_sent_again() {
    let mut operator = at_work().await;
    let plan = Plan { another: NEW.to_owned(), ..Plan::simple(ACME, NEW, "503x1") };
    operator.carry_out(&plan).await;
    assert_eq!(sent(&operator), 0);
}

#[tokio::test]
async fn the_id_of_the_present_connection_is_no_change() {
    let mut operator = at_work().await;
    let id_of_old = "02646d58-9789-4275-8676-68f72d2f9080";
    operator.carry_out(&Plan::simple(ACME, id_of_old, "503x1")).await;
    assert_eq!(sent(&operator), 0);
}

/// `wr_05`, the hard way: the late change comes after the organization was changed once more.
#[tokio::test]
async fn wr_05_a_change_that_comes_late_is_corrected_though_another_one_was_made_since() {
    let mut operator = at_work().await;
    operator.demo.grant("sfdc-eu-2024", "00DgY0000C0s0P6UQI");
    assert_eq!(changed(&mut operator, "504x1", 0).await, Some(Outcome::NotApplied));
    operator.keys("enter");
    operator.change_and_stay(&Plan { overridden: true, ..Plan::simple(ACME, "sfdc-eu-2024", "403x1") }).await;
    assert_eq!(operator.outcome(), Some(Outcome::Refused));
    operator.keys("enter");
    operator.demo.change_connection(ACME, NEW);
    operator.keys("r");
    operator.rest().await;
    let outcomes: Vec<_> = operator.state.ledger.past.iter().map(|past| past.outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::Applied), Some(Outcome::Refused)]);
}

#[tokio::test]
async fn a_change_that_was_corrected_is_not_open() {
    let mut operator = at_work().await;
    assert_eq!(changed(&mut operator, "apply-then-500x1", 12).await, Some(Outcome::Unknown));
    operator.keys("enter");
    let file = journal::file_in(operator.home.path());
    let open = |file| journal::open_operations(&journal::read(file).unwrap().entries).len();
    assert_eq!(open(&file), 1);
    operator.keys("r");
    operator.rest().await;
    assert_eq!(on_record(&operator), Some(Outcome::Applied));
    assert_eq!(open(&file), 0);
}

/// The command as it is handed to the clipboard, run by a shell.
async fn paste(command: &str, token: &str) -> Option<std::process::Output> {
    let output =
        Command::new("sh").args(["-c", command]).env("CM_TOKEN", token).stdin(Stdio::null()).output();
    let output = timeout(Duration::from_secs(30), output).await.unwrap().unwrap();
    Some(output)
}

#[expect(clippy::print_stderr, reason = "what was not tested is to be seen")]
async fn there_is_curl() -> bool {
    let version = Command::new("curl").arg("--version").stdout(Stdio::null()).status().await;
    let there = version.is_ok_and(|status| status.success());
    if !there {
        eprintln!("SKIPPED: there is no curl here, so its command was not run");
    }
    there
}

fn token(operator: &Operator) -> String {
    let requests = operator.demo.requests();
    let header = requests.iter().rev().find_map(|request| request.header("authorization")).unwrap();
    header.strip_prefix("Bearer ").unwrap().to_owned()
}

#[tokio::test]
async fn a_08_the_command_of_a_change_runs_as_it_is_pasted() {
    if !there_is_curl().await {
        return;
    }
    for tls in [false, true] {
        let mut operator = Operator::at_work_on(Options { tls, ..Options::default() }).await;
        assert_eq!(changed(&mut operator, "", 0).await, Some(Outcome::Verified));
        operator.keys("y r");
        let command = operator.copied.pop().unwrap();
        assert_eq!(command.contains("--cacert"), tls, "{command}");
        operator.demo.change_connection(ACME, OLD);
        let token = token(&operator);
        assert!(!command.contains(&token) && !command.contains("eyJ"), "{command}");
        let before = operator.demo.history().len();
        operator.demo.faults().add(Rule::named("slowx1:300").unwrap());
        let pasted = tokio::spawn({
            let (command, token) = (command.clone(), token.clone());
            async move { paste(&command, &token).await.unwrap() }
        });
        // It is with the server for a while: time to read every list of arguments on this machine.
        while operator.demo.history().len() == before {
            assert!(!pasted.is_finished(), "{:?}", pasted.await);
            tokio::task::yield_now().await;
        }
        assert_eq!(arguments_with(&token), Vec::<String>::new(), "the token is in a list of arguments");
        assert!(!arguments_with(operator.demo.base()).is_empty(), "curl was not found among the processes");
        let output = pasted.await.unwrap();
        let answer = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(output.status.success() && answer.contains(r#""connection":"sfdc-us-2025""#), "{output:?}");
        let change = operator.demo.history().pop().unwrap();
        assert_eq!((change.id.as_str(), change.new.as_str()), (ACME, NEW));
        let request = operator.demo.requests().pop().unwrap();
        assert_eq!(request.body, br#"{"connection":"sfdc-us-2025"}"#);
    }
}

#[tokio::test]
async fn a_08_a_hostile_name_stays_one_word_of_the_command() {
    if !there_is_curl().await {
        return;
    }
    let mut operator = at_work().await;
    let hostile = r#"it's "$(touch broken)" `touch broken` \ ü @x"#;
    operator.change_and_stay(&Plan { overridden: true, ..Plan::simple(ACME, hostile, "") }).await;
    assert_eq!(operator.outcome(), Some(Outcome::Refused));
    operator.keys("y r");
    let command = operator.copied.pop().unwrap();
    let output = paste(&command, &token(&operator)).await.unwrap();
    assert!(output.status.success() && !std::path::Path::new("broken").exists(), "{output:?}");
    let requests = operator.demo.requests();
    let patches: Vec<_> = requests.iter().filter(|request| request.method == "PATCH").collect();
    assert_eq!(patches.len(), 2);
    assert_eq!(patches[0].body, patches[1].body, "{command}");
    assert_eq!(patches[0].path, patches[1].path);
}

/// The command lines of all processes that hold this text.
fn arguments_with(text: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").unwrap().filter_map(Result::ok);
    let lines = processes.filter_map(|process| std::fs::read(process.path().join("cmdline")).ok());
    let lines = lines.map(|line| String::from_utf8_lossy(&line).into_owned());
    lines.filter(|line| line.contains(text)).collect()
}
