//! Plans made by one process and applied by another, killed in the middle and gone on with.

use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use cckm_tui::demo::{Demo, Options, Rule};
use cckm_tui::domain::Transition;
use cckm_tui::journal;
use serde_json::Value;
use tokio::runtime::Runtime;

use crate::kill::verify;
use crate::lists::text;
use crate::terminal::{DEADLINE, PROGRAM, environment};

const OLD: &str = "sfdc-us-2024";
const NEW: &str = "sfdc-us-2025";

/// A server whose requests can be counted, and a home directory that outlives the program.
struct Bench {
    runtime: Runtime,
    demo: Demo,
    home: tempfile::TempDir,
}

impl Bench {
    fn with(organizations: usize, latency: u64) -> Self {
        let runtime = Runtime::new().unwrap();
        let latency = Duration::from_millis(latency);
        let options = Options { organizations, latency, tls: false, record: true, ..Options::default() };
        let demo = runtime.block_on(Demo::start(options)).unwrap();
        Self { runtime, demo, home: tempfile::tempdir().unwrap() }
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(PROGRAM);
        let home = self.home.path();
        command.args(args).env_clear().envs(environment(home)).current_dir(home).stdin(Stdio::null());
        command.env("CCKM_URL", self.demo.base()).env("CCKM_USERNAME", self.demo.user());
        command.env("CCKM_PASSWORD", self.demo.password());
        command
    }

    fn run(&self, args: &[&str]) -> Output {
        self.command(args).output().unwrap()
    }

    /// Makes a plan of all organizations on the old connection.
    fn plan(&self, more: &[&str]) -> Output {
        let filter = format!("connection={OLD}");
        let args = ["plan", "--set-connection", NEW, "--filter", &filter, "--out", "plan.json"];
        self.run(&[&args[..], more].concat())
    }

    fn patches(&self) -> usize {
        self.demo.requests().iter().filter(|request| request.method == "PATCH").count()
    }

    /// How many organizations have a connection.
    fn on(&self, connection: &str) -> usize {
        let filter = format!("connection={connection}");
        let output = self.run(&["list", "--filter", &filter, "--format", "jsonl"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        text(&output.stdout).lines().count()
    }

    fn state(&self) -> std::path::PathBuf {
        self.home.path().join("state")
    }

    fn unfinished(&self) -> usize {
        std::fs::read_dir(self.state().join("cckm-tui/plans")).map_or(0, Iterator::count)
    }

    fn entries(&self) -> Vec<cckm_tui::domain::Entry> {
        journal::read(&journal::file_in(&self.state().join("cckm-tui")))
            .map_or_else(|_| Vec::new(), |c| c.entries)
    }
}

fn results(output: &Output) -> Vec<Value> {
    text(&output.stdout).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[track_caller]
fn refused(output: &Output, words: &str) {
    assert_eq!((output.status.code(), text(&output.stdout)), (Some(2), ""), "{output:?}");
    assert!(text(&output.stderr).contains(words), "{output:?}");
}

#[test]
fn a10_a_plan_is_made_by_one_process_and_applied_by_another() {
    let bench = Bench::with(0, 0);
    let rows = bench.on(OLD);
    let output = bench.plan(&["--reason", "CHG-20417"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let told = text(&output.stdout);
    assert!(told.contains(&format!("effect    {OLD}: {rows} -> 0 organizations")), "{told}");
    assert_eq!((bench.patches(), bench.on(OLD)), (0, rows), "making a plan changes nothing");
    let output = bench.run(&["apply", "plan.json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    let results = results(&output);
    assert_eq!(results.len(), rows);
    assert!(results.iter().all(|row| row["result"] == "verified" && row["status"] == 200), "{results:?}");
    assert_eq!((bench.patches(), bench.on(OLD), bench.unfinished()), (rows, 0, 0));
    let again = bench.run(&["apply", "plan.json"]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    assert!(self::results(&again).iter().all(|row| row["result"] == "unchanged"));
    assert_eq!(bench.patches(), rows, "nothing is sent twice");
    verify(&bench.state());
    let intents = bench.entries().into_iter().filter_map(|entry| match entry.transition {
        Transition::Intent(operation) => Some(*operation),
        _ => None,
    });
    for operation in intents {
        let plan = operation.plan.unwrap();
        assert_eq!((plan.made_by.as_sent(), operation.reason.as_sent()), ("admin", "CHG-20417"));
        assert!(told.contains(&plan.hash.to_string()), "what was applied is what was agreed to");
    }
    drop(bench.runtime);
}

#[test]
fn wr_26_a_plan_is_refused_elsewhere_later_edited_read_only_and_without_consent() {
    let bench = Bench::with(0, 0);
    assert_eq!(bench.plan(&[]).status.code(), Some(0));
    let file = bench.home.path().join("plan.json");
    let plan = std::fs::read_to_string(&file).unwrap();
    let edited = |from: &str, to: &str| {
        assert!(plan.contains(from));
        std::fs::write(bench.home.path().join("other.json"), plan.replace(from, to)).unwrap();
        bench.run(&["apply", "other.json"])
    };
    refused(&edited(NEW, "sfdc-eu-2025"), "the plan was altered");
    refused(&edited("\"made_by\":\"admin\"", "\"made_by\":\"boss\""), "the plan was altered");
    refused(&edited("\"stop_after\"", "\"stop_later\""), "unknown field `stop_later`");
    refused(&bench.run(&["apply", "none.json"]), "none.json: there is no such file");
    refused(&bench.run(&["apply", "plan.json", "--domain", "root"]), "made for another domain");
    let other = Bench::with(0, 0);
    let there = other.command(&["apply"]).arg(&file).output().unwrap();
    refused(&there, "made for another server");
    refused(
        &bench.command(&["apply", "plan.json"]).env("CCKM_READ_ONLY", "1").output().unwrap(),
        "read-only",
    );
    let protected = |confirm: &[&str]| {
        let args = [&["apply", "plan.json"][..], confirm].concat();
        bench.command(&args).env("CCKM_PROTECTED", "1").output().unwrap()
    };
    let rows = bench.on(OLD);
    refused(&protected(&[]), &format!("give --confirm \"{rows} 127.0.0.1\""));
    refused(&protected(&["--confirm", "1 127.0.0.1"]), "expected");
    assert_eq!((bench.patches(), bench.unfinished()), (0, 0), "nothing was sent");
    let output = protected(&["--confirm", &format!("{rows} 127.0.0.1")]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    refused(&bench.run(&["apply", "--resume"]), "no plan is unfinished");
}

#[test]
fn a9_a_plan_comes_from_a_csv_file_and_its_mistakes_are_told_with_their_lines() {
    let bench = Bench::with(0, 0);
    let csv = |text: &str| {
        std::fs::write(bench.home.path().join("moves.csv"), text).unwrap();
        bench.run(&["plan", "--csv", "moves.csv", "--out", "csv.json"])
    };
    let output = csv("name,connection\nThales,x\nnobody,x\nInitech\nInitech,\n");
    let words = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    for line in [
        "line 2: 2 organizations are called so: give an id",
        "line 3: no organization has the id or name `nobody`",
        "line 4: expected two cells",
        "line 5: no new connection",
    ] {
        assert!(words.contains(line), "{words}");
    }
    let output = csv(&format!(
        "Initech,{NEW}\n\"O'Brien, \"\"Mac\"\" & Daughters Insurance Brokers\",{NEW}\nNorthwind Traders,{NEW}\n"
    ));
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert!(text(&output.stdout).contains("2 changes, 1 have the new connection already"), "{output:?}");
    let output = bench.run(&["apply", "csv.json"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(bench.patches(), 2);
}

#[test]
fn wr_25_the_stop_rule_holds_without_a_screen_and_the_code_is_1() {
    let bench = Bench::with(0, 0);
    assert_eq!(bench.plan(&[]).status.code(), Some(0));
    bench.demo.faults().add(Rule::named("422@PATCH /api/v1/cckm").unwrap());
    let output = bench.run(&["apply", "plan.json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let results = results(&output);
    assert_eq!(results[0]["result"], "refused");
    assert!(results[1..].iter().all(|row| row["result"] == "not-begun"), "{results:?}");
    assert_eq!((bench.patches(), bench.unfinished()), (1, 0));
}

/// How long a start may take that has to prove first that a change never came: a quarter of a minute of readings.
const PROOF: Duration = Duration::from_mins(2);

/// Starts `apply` and kills it when the server has seen so many.
fn killed_after(bench: &Bench, args: &[&str], seen: impl Fn(&Bench) -> usize, wanted: usize) -> bool {
    let mut child: Child = bench.command(args).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + PROOF;
    while seen(bench) < wanted {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        assert!(Instant::now() < until, "{wanted} are not there");
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    true
}

#[test]
fn wr_21_killed_in_the_middle_again_and_again_nothing_is_repeated_and_nothing_is_lost() {
    let bench = Bench::with(0, 25);
    let rows = bench.on(OLD);
    assert!(rows >= 8, "{rows}");
    assert_eq!(bench.plan(&[]).status.code(), Some(0));
    // Killed with a change on its way that the server never makes, then with changes made that nobody read back.
    assert!(killed_after(&bench, &["apply", "plan.json"], Bench::patches, 1));
    assert_eq!(bench.unfinished(), 1, "the plan is stored before the first row is begun");
    let made = |bench: &Bench| bench.demo.history().len();
    for wanted in [2, 5] {
        assert!(killed_after(&bench, &["apply", "--resume"], made, wanted), "it ended before");
    }
    let output = bench.run(&["apply", "--resume"]);
    assert_eq!(output.status.code(), Some(0), "{output:?}");
    assert_eq!(results(&output).len(), rows, "every row of the plan is accounted for");
    assert_eq!((bench.on(OLD), bench.unfinished()), (0, 0));
    assert_eq!(journal::open_operations(&bench.entries()), [], "nothing is left unknown");
    let mut ids: Vec<String> = bench.demo.history().into_iter().map(|change| change.id).collect();
    ids.sort();
    ids.dedup();
    assert_eq!((made(&bench), ids.len()), (rows, rows), "each was made, and each once");
    verify(&bench.state());
}

#[test]
fn wr_27_a_plan_that_another_instance_is_applying_is_left_alone() {
    let bench = Bench::with(0, 150);
    assert_eq!(bench.plan(&[]).status.code(), Some(0));
    let mut first =
        bench.command(&["apply", "plan.json"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let until = Instant::now() + DEADLINE;
    while bench.patches() == 0 {
        assert!(Instant::now() < until && first.try_wait().unwrap().is_none(), "nothing is sent");
        thread::yield_now();
    }
    let second = bench.run(&["apply", "--resume"]);
    assert_eq!((second.status.code(), text(&second.stdout)), (Some(2), ""), "{second:?}");
    assert!(text(&second.stderr).contains("being applied by another instance"), "{second:?}");
    assert!(first.wait().unwrap().success());
}
