//! The same for the program itself: `cckm-tui apply` is killed and gone on with, again and again, finds no room on the
//! disk and no server for a while, while one change in five meets trouble and tokens last two seconds (WR-20 to WR-23).
//! Afterwards the server's own history is held against the journal and against what the program printed.
//!
//! A small run goes with the other tests: one row at a time, trouble that is settled at once, killed as soon as the
//! server made a change. The whole one is killed at any moment, with four rows at a time and every trouble there is:
//!
//! ```text
//! CCKM_KILLS=25 CCKM_SEED=1 cargo test --test it killed:: -- --nocapture
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, base_url};
use cckm_tui::demo::{Demo, Options, Rule};
use cckm_tui::domain::{Criteria, Order, Password, Plan, Record, Window};
use cckm_tui::journal;
use cckm_tui::plans;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

use super::number;
use super::operator::{FAULTS, Random};
use super::relay::Relay;
use super::rotation::{NEW, records};

/// Kills from which on it is the whole run.
const WHOLE: usize = 25;

/// Trouble whose outcome the first reading tells.
const BRISK: &[&str] = &[
    "apply-then-closex1",
    "apply-then-500x1",
    "apply-then-401x1",
    "401x1",
    "403x1",
    "409x1",
    "422x1",
    "empty-bodyx1",
];

/// The longest that anything may take: a request for a change that hangs has two minutes, and the proof that it never
/// came half a minute more.
const PATIENCE: Duration = Duration::from_mins(10);

/// Starts until one of them must be able to begin.
const STARTS: usize = 5;

/// Blocks that `ulimit -f` counts in.
const BLOCK: u64 = 512;

/// How a run of the program ends before its plan does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Killed,
    /// The server is away for a while first.
    KilledAfterAnOutage,
    DiskFull,
}

struct Size {
    rows: usize,
    ends: Vec<End>,
    away: Duration,
    faults: &'static [&'static str],
    at_a_time: usize,
}

impl Size {
    fn chosen(random: &mut Random) -> Self {
        let kills = usize::try_from(number("CCKM_KILLS", 4)).unwrap();
        let whole = kills >= WHOLE;
        let full = kills.div_ceil(WHOLE / 3);
        let rows = usize::try_from(number("CCKM_ROWS", if whole { 500 } else { 40 })).unwrap();
        let mut ends =
            [vec![End::KilledAfterAnOutage], vec![End::Killed; kills - 1], vec![End::DiskFull; full]];
        let mut ends: Vec<End> = ends.iter_mut().flat_map(std::mem::take).collect();
        for last in (1..ends.len()).rev() {
            ends.swap(last, random.below(last + 1));
        }
        if whole {
            Self {
                rows,
                ends,
                away: Duration::from_mins(1),
                faults: FAULTS,
                at_a_time: Order::MOST_AT_A_TIME,
            }
        } else {
            Self { rows, ends, away: Duration::from_millis(500), faults: BRISK, at_a_time: 1 }
        }
    }

    /// Most changes of a run that does not come to its end: so all ends have their turn.
    fn share(&self) -> usize {
        (self.rows / (self.ends.len() + 2)).max(1)
    }

    const fn is_whole(&self) -> bool {
        self.at_a_time > 1
    }
}

/// A server behind a line that can be cut, and the home directory of the program.
struct Bench {
    demo: Demo,
    relay: Relay,
    home: tempfile::TempDir,
    /// Starts so far.
    starts: usize,
    /// The trouble that awaits the change of an organization, by its id.
    troubles: BTreeMap<String, &'static str>,
}

impl Bench {
    async fn with(rows: usize) -> Self {
        let options = Options { organizations: rows, token_seconds: 2, tls: false, ..Options::default() };
        let demo = Demo::start(Options { record: false, ..options }).await.unwrap();
        let relay = Relay::to(demo.base().trim_start_matches("http://").to_owned()).await;
        Self { demo, relay, home: tempfile::tempdir().unwrap(), starts: 0, troubles: BTreeMap::new() }
    }

    /// The program, with at most so many bytes in a file where that is said.
    fn start(&mut self, args: &[&str], limit: Option<u64>) -> Child {
        let program = env!("CARGO_BIN_EXE_cckm-tui");
        let mut command = Command::new("/bin/sh");
        let limited = limit
            .map_or_else(String::new, |bytes| format!("trap '' XFSZ; ulimit -f {}; ", bytes.div_ceil(BLOCK)));
        command.args(["-c", &format!("{limited}exec \"$0\" \"$@\""), program]).args(args).env_clear();
        let home = self.home.path();
        command.env("HOME", home).env("XDG_STATE_HOME", home.join("state")).env("PATH", "/usr/bin:/bin");
        command.env("CCKM_URL", self.relay.base()).env("CCKM_USERNAME", self.demo.user());
        command.env("CCKM_PASSWORD", self.demo.password()).current_dir(home).stdin(Stdio::null());
        self.starts += 1;
        command.stdout(File::create(self.told("out")).unwrap());
        command.stderr(File::create(self.told("err")).unwrap()).kill_on_drop(true);
        command.spawn().unwrap()
    }

    /// What the latest start printed.
    fn told(&self, stream: &str) -> PathBuf {
        self.home.path().join(format!("{}.{stream}", self.starts))
    }

    fn words(&self) -> String {
        fs::read_to_string(self.told("err")).unwrap()
    }

    async fn run(&mut self, args: &[&str], limit: Option<u64>) -> ExitStatus {
        let mut child = self.start(args, limit);
        let ended = timeout(PATIENCE, child.wait()).await;
        ended.unwrap_or_else(|_| panic!("{args:?} does not end: {}", self.words())).unwrap()
    }

    fn journal(&self) -> PathBuf {
        journal::file_in(&self.home.path().join("state/cckm-tui"))
    }

    fn patches(&self) -> usize {
        self.relay.patches().values().sum()
    }

    /// Lets one connection reach everybody, plants trouble in every fifth way, and has the plan made.
    async fn prepare(&mut self, size: &Size, random: &mut Random) -> Plan {
        for (id, organization_id) in self.organizations().await {
            self.demo.grant(NEW, &organization_id);
            if random.percent(20) {
                let scope = format!("@PATCH /api/v1/cckm/sfdc/organizations/{id}");
                let fault = random.pick(size.faults);
                self.demo.faults().add(Rule::named(&format!("{fault}{scope}")).unwrap());
                self.troubles.insert(id, fault);
            }
        }
        let made = self.run(&["plan", "--set-connection", NEW, "--out", "made.json"], None).await;
        assert!(made.success(), "{}", self.words());
        let mut plan = plans::read(&self.home.path().join("made.json")).unwrap().plan;
        plan.order = Order { canaries: 0, concurrency: size.at_a_time, stop_after: usize::MAX };
        fs::write(self.home.path().join("plan.json"), plans::text(&plan)).unwrap();
        plan
    }

    /// The id of every organization, and that of Salesforce.
    async fn organizations(&self) -> Vec<(String, String)> {
        let server = Server { base: base_url(self.demo.base()).unwrap(), trust: Trust::System };
        let reader = Reader::new(server, Credentials::new(self.demo.user()), Limits::default()).unwrap();
        reader.sign_in(Some(Password::new(self.demo.password()))).await.unwrap();
        let mut organizations = Vec::new();
        loop {
            let window = Window { skip: organizations.len(), ..Window::FIRST };
            let page = reader.organizations(window, &Criteria::NONE).await.unwrap();
            organizations.extend(page.records.into_iter().map(|record| match record {
                Record::Sound(one) => (one.id().as_str().to_owned(), one.organization_id().to_owned()),
                Record::Damaged(damaged) => panic!("{damaged:?}"),
            }));
            if page.total.is_none_or(|total| organizations.len() >= total) {
                return organizations;
            }
        }
    }

    /// Starts the program, and ends it so. A start that cannot read the list, as on a machine on which a token is over
    /// before it arrives, is none.
    async fn end(&mut self, end: End, size: &Size, random: &mut Random, args: &[&str]) {
        let (before, share) = (self.count(size), 1 + random.below(size.share()));
        if end == End::DiskFull {
            return self.fill(share, args).await;
        }
        let first = if end == End::KilledAfterAnOutage { share.div_ceil(2) } else { share };
        let mut child = self.start(args, None);
        for _ in 0..STARTS {
            if self.until(&mut child, size, before + first).await {
                break;
            }
            child = self.start(args, None);
        }
        if end == End::KilledAfterAnOutage {
            self.relay.cut();
            sleep(size.away).await;
            assert_eq!(child.try_wait().unwrap(), None, "the plan was given up: {}", self.words());
            self.relay.mend();
            assert!(self.until(&mut child, size, before + share).await, "it ended: {}", self.words());
        }
        if size.is_whole() {
            sleep(Duration::from_micros(u64::try_from(random.below(30_000)).unwrap())).await;
        }
        child.start_kill().unwrap();
        let status = child.wait().await.unwrap();
        assert_eq!(status.code(), None, "it ended before it was killed: {}", self.words());
    }

    /// What a kill waits for: requests that left in the whole run, changes that were made in the small one.
    fn count(&self, size: &Size) -> usize {
        if size.is_whole() { self.patches() } else { self.demo.history().len() }
    }

    /// Waits until so many are there; not when the program could not begin.
    async fn until(&self, child: &mut Child, size: &Size, wanted: usize) -> bool {
        let reached = async {
            while self.count(size) < wanted {
                if let Some(status) = child.try_wait().unwrap() {
                    assert_eq!(status.code(), Some(1), "before {wanted}: {}", self.words());
                    assert!(self.words().contains("list the organizations failed"), "{}", self.words());
                    return false;
                }
                sleep(Duration::from_millis(1)).await;
            }
            true
        };
        let reached = timeout(PATIENCE, reached).await;
        reached.unwrap_or_else(|_| panic!("{wanted} are not there: {}", self.words()))
    }

    /// The disk has room for the steps of about so many rows.
    async fn fill(&mut self, rows: usize, args: &[&str]) {
        let length = |file: PathBuf| fs::metadata(file).map_or(0, |file| file.len());
        // The plan itself is stored anew; so much there is.
        let used = length(self.journal()).max(length(self.home.path().join("plan.json")));
        let room = 2_000 * u64::try_from(rows).unwrap();
        let status = self.run(args, Some(used + room)).await;
        assert_eq!(status.code(), Some(1), "{}", self.words());
        assert!(self.words().contains("no room to write"), "it says why: {}", self.words());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wr_20_wr_21_wr_22_a_plan_that_is_killed_again_and_again_ends_in_the_truth() {
    let seed = number("CCKM_SEED", 0x5f3c);
    let mut random = Random::new(seed);
    let size = Size::chosen(&mut random);
    let mut bench = Bench::with(size.rows).await;
    let plan = bench.prepare(&size, &mut random).await;
    let mut args = ["apply", "plan.json"];
    for end in size.ends.clone() {
        bench.end(end, &size, &mut random, &args).await;
        args = ["apply", "--resume"];
    }
    bench.run(&args, None).await;
    // What was refused gets another turn, twice where one fault can come twice, and what is open is looked at.
    for _ in 0..if size.is_whole() { 2 } else { 1 } {
        bench.run(&["apply", "plan.json"], None).await;
    }
    let verdict = bench.judge(&plan);
    let count = |end: End| size.ends.iter().filter(|is| **is == end).count();
    println!(
        "seed {seed}: {} rows, {} with one of {} troubles, {} kills, {} times no room, {} ms away: {verdict}",
        plan.rows.len(),
        bench.troubles.len(),
        size.faults.len(),
        count(End::Killed) + count(End::KilledAfterAnOutage),
        count(End::DiskFull),
        size.away.as_millis(),
    );
    assert!(verdict.complaints.is_empty(), "{verdict}\n{}", verdict.complaints.join("\n"));
}

/// What the plan came to, held against what happened.
#[derive(Debug, Default)]
struct Verdict {
    made: usize,
    lost: usize,
    doubled: usize,
    wrong: usize,
    unknown: usize,
    disturbed: usize,
    complaints: Vec<String>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { made, lost, doubled, wrong, unknown, disturbed, complaints: _ } = self;
        write!(
            f,
            "{made} made; {lost} lost, {doubled} doubled, {wrong} wrong claims, {unknown} unknown; {disturbed} changed \
             by somebody else meanwhile"
        )
    }
}

impl Bench {
    fn judge(&self, plan: &Plan) -> Verdict {
        let mut verdict = Verdict::default();
        if let Err(error) = journal::verify(&self.journal()) {
            verdict.complaints.push(format!("the journal does not verify: {error}"));
        }
        let records = records(&self.journal());
        let mut made = BTreeMap::<String, usize>::new();
        for change in self.demo.history() {
            assert_eq!(change.new, NEW, "nobody asked for it");
            *made.entry(change.id).or_default() += 1;
        }
        let (patches, claims) = (self.relay.patches(), self.claims());
        for row in &plan.rows {
            let id = row.id.to_string();
            let record = records.get(&id).cloned().unwrap_or_default();
            let made = made.get(&id).copied().unwrap_or(0);
            let patches = patches.get(&id).copied().unwrap_or(0);
            let trouble = self.troubles.get(&id).copied().unwrap_or_default();
            let is_disturbed = trouble.starts_with("changed-by-another");
            let mut wrong = Vec::new();
            if made > 1 {
                verdict.doubled += 1;
                wrong.push("doubled");
            }
            if made == 0 && !is_disturbed {
                verdict.lost += 1;
                wrong.push("not made in the end");
            } else if made > record.successes() && !(is_disturbed && record.is_open()) {
                // What was sent by a run that was killed, and is not to be seen since somebody else's change, is unknown.
                verdict.lost += 1;
                wrong.push("made, and not on record");
            }
            if record.successes() > made || (claims.contains(&id) && made == 0) {
                verdict.wrong += 1;
                wrong.push("claimed, and not made");
            }
            if record.is_open() && !is_disturbed {
                verdict.unknown += 1;
                wrong.push("unknown");
            }
            if patches > record.may_have_left() {
                wrong.push("more left than is on record");
            }
            verdict.made += made;
            verdict.disturbed += usize::from(is_disturbed);
            if !wrong.is_empty() {
                let wrong = wrong.join(", ");
                verdict.complaints.push(format!(
                    "{id}: {wrong}; {trouble} made {made} times by {patches} requests; {record:?}"
                ));
            }
        }
        if let Some(stranger) = patches.keys().find(|id| !records.contains_key(*id)) {
            verdict.complaints.push(format!("{stranger} was changed and is not on record"));
        }
        verdict
    }

    /// The organizations of which any start printed that they were changed.
    fn claims(&self) -> BTreeSet<String> {
        let texts = (1..=self.starts).map(|start| self.home.path().join(format!("{start}.out")));
        let texts: Vec<String> = texts.filter_map(|file| fs::read_to_string(file).ok()).collect();
        let lines = texts.iter().flat_map(|text| text.lines());
        // The last line of a start that was killed may be cut.
        let values = lines.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let changed = values.filter(|value| matches!(value["result"].as_str(), Some("verified" | "applied")));
        changed.filter_map(|value| value["id"].as_str().map(str::to_owned)).collect()
    }
}
