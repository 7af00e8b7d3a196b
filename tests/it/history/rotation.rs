//! The same proof for a plan: thousands of rows, one in five with trouble, tokens of two seconds and a server that is
//! away for a minute (WR-20, WR-23). Every row ends in the truth, was asked for exactly once, and is on record.
//!
//! ```text
//! CCKM_ROWS=10000 CCKM_SEED=1 cargo test --test it rotation:: -- --nocapture
//! ```

use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::time::Duration;

use cckm_tui::app::list::Row;
use cckm_tui::app::plan::{Applying, RowResult};
use cckm_tui::app::{Bulk, State};
use cckm_tui::demo::{Demo, Options, Rule};
use cckm_tui::domain::{OperationId, Outcome, Transition};
use cckm_tui::journal;

use super::number;
use super::operator::{FAULTS, Operator, Random};
use super::relay::Relay;

/// Where all are to go, in words of the demo server.
pub(super) const NEW: &str = "sfdc-eu-2025";

/// How long the server is away.
const AWAY: Duration = Duration::from_mins(1);

/// What a plan came to, held against what happened.
#[derive(Debug, Default)]
struct Verdict {
    rows: usize,
    troubled: usize,
    results: BTreeMap<String, usize>,
    lost: usize,
    doubled: usize,
    wrong: usize,
    unknown: usize,
    complaints: Vec<String>,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { rows, troubled, results, lost, doubled, wrong, unknown, complaints: _ } = self;
        write!(
            f,
            "{rows} rows, {troubled} of them with one of {} troubles: {lost} lost, {doubled} doubled, {wrong} \
             wrong claims, {unknown} unknown; {results:?}",
            FAULTS.len()
        )
    }
}

#[tokio::test]
async fn wr_20_wr_23_every_row_of_a_plan_ends_in_the_truth() {
    let (rows, seed) = (usize::try_from(number("CCKM_ROWS", 100)).unwrap(), number("CCKM_SEED", 0x5f3c));
    let mut random = Random::new(seed);
    let options = Options { organizations: rows, token_seconds: 2, record: false, ..Options::default() };
    let demo = Demo::start(options).await.unwrap();
    let relay = Relay::to(demo.base().trim_start_matches("http://").to_owned()).await;
    let bulk = Bulk { stop_after: usize::MAX, valid_for: Duration::from_hours(24), ..Bulk::default() };
    let mut operator = Operator::at(demo, &relay.base(), bulk).await;
    let troubled = prepare(&operator, &mut random);

    operator.plan_all_for(NEW).await;
    let away_at = rows / 3;
    operator.until("a third of the plan", |state| run(state).counts.finished() >= away_at).await;
    relay.cut();
    operator.wait_out(AWAY).await;
    let finished = run(&operator.state).counts.finished();
    assert!(finished < rows, "the plan went on without a server");
    assert!(run(&operator.state).hold.is_some(), "it is not said that the plan waits");
    relay.mend();
    operator.until("the end of the plan", |state| !run(state).is_active()).await;
    operator.look_at_the_list();
    operator.settle().await;

    let (demo, state, home) = operator.stop().await;
    let verdict = judge(&demo, &state, home.path(), &relay.patches(), &troubled);
    println!("seed {seed}: {verdict}");
    assert!(verdict.complaints.is_empty(), "{verdict}\n{}", verdict.complaints.join("\n"));
    assert_eq!((verdict.lost, verdict.doubled, verdict.wrong, verdict.unknown), (0, 0, 0, 0), "{verdict}");
}

fn run(state: &State) -> &Applying {
    state.applying.as_ref().expect("no plan is being applied")
}

/// Lets one connection reach everybody, and plants trouble in every fifth way; says which in whose. The row
/// that goes first is spared: where it fails, the plan ends there.
fn prepare(operator: &Operator, random: &mut Random) -> BTreeMap<String, &'static str> {
    let mut troubled = BTreeMap::new();
    let mut in_order = operator.state.list.rows.ordered().filter_map(Row::listed);
    let first = in_order.find(|organization| organization.connection() != NEW).cloned();
    for organization in operator.state.list.rows.organizations() {
        operator.demo.grant(NEW, organization.organization_id());
        if random.percent(20) && Some(organization) != first.as_ref() {
            let scope = format!("@PATCH /api/v1/cckm/sfdc/organizations/{}", organization.id().as_str());
            let trouble = random.pick(FAULTS);
            operator.demo.faults().add(Rule::named(&format!("{trouble}{scope}")).unwrap());
            troubled.insert(organization.id().as_str().to_owned(), trouble);
        }
    }
    troubled
}

/// What the journal says of the changes of one organization.
#[derive(Clone, Debug, Default)]
pub(super) struct OnRecord(BTreeMap<OperationId, Of>);

/// What it says of one of them.
#[derive(Clone, Debug, Default)]
struct Of {
    /// Requests that were to leave: one, and one more after a 401.
    sent: usize,
    /// Whether an answer, or the lack of one, after which none leaves any more is there.
    is_answered: bool,
    outcome: Option<Outcome>,
}

impl OnRecord {
    fn sent(&self) -> usize {
        self.0.values().map(|of| of.sent).sum()
    }

    /// The same with those of which the end of the program kept the last steps from the journal: behind the intent
    /// nothing waits for the disk, and after a 401 there may have been a second request.
    pub(super) fn may_have_left(&self) -> usize {
        self.0.values().map(|of| if of.is_answered { of.sent } else { 2 }).sum()
    }

    /// How many are claimed to have changed it.
    pub(super) fn successes(&self) -> usize {
        let good = |of: &&Of| matches!(of.outcome, Some(Outcome::Verified | Outcome::Applied));
        self.0.values().filter(good).count()
    }

    fn claims_success(&self) -> bool {
        self.successes() > 0
    }

    pub(super) fn is_open(&self) -> bool {
        self.0.values().any(|of| matches!(of.outcome, None | Some(Outcome::Unknown)))
    }
}

/// What a journal says, by organization.
pub(super) fn records(file: &Path) -> BTreeMap<String, OnRecord> {
    let (mut records, mut whose) = (BTreeMap::<String, OnRecord>::new(), BTreeMap::new());
    for entry in journal::read(file).unwrap().entries {
        if let Transition::Intent(operation) = &entry.transition {
            whose.insert(entry.operation, operation.target.id.to_string());
        }
        let of = records.entry(whose[&entry.operation].clone()).or_default();
        let of = of.0.entry(entry.operation).or_default();
        match entry.transition {
            Transition::Sent => (of.sent, of.is_answered) = (of.sent + 1, false),
            Transition::Answered { status, .. } => of.is_answered = status != 401 || of.sent > 1,
            Transition::NoAnswer { .. } => of.is_answered = true,
            Transition::Settled { outcome, .. } | Transition::Corrected { outcome, .. } => {
                of.outcome = Some(outcome);
            }
            _ => {}
        }
    }
    records
}

/// The server's history against the journal, the screen, and the requests that passed the line.
fn judge(
    demo: &Demo,
    state: &State,
    home: &Path,
    patches: &BTreeMap<String, usize>,
    troubled: &BTreeMap<String, &str>,
) -> Verdict {
    let mut verdict = Verdict { troubled: troubled.len(), ..Verdict::default() };
    let file = journal::file_in(home);
    if let Err(error) = journal::verify(&file) {
        verdict.complaints.push(format!("the journal does not verify: {error}"));
    }
    let records = records(&file);
    let mut applied = BTreeMap::<String, usize>::new();
    for change in demo.history().into_iter().filter(|change| change.new == NEW) {
        *applied.entry(change.id).or_default() += 1;
    }
    let run = run(state);
    for (row, result) in run.rows() {
        verdict.rows += 1;
        let id = row.id.to_string();
        let none = OnRecord::default();
        let record = records.get(&id).unwrap_or(&none);
        let applied = applied.get(&id).copied().unwrap_or(0);
        let patches = patches.get(&id).copied().unwrap_or(0);
        *verdict.results.entry(kind(result)).or_default() += 1;
        verdict.doubled += usize::from(applied > 1);
        verdict.lost += usize::from(applied > 0 && !record.claims_success());
        verdict.wrong += usize::from(applied == 0 && record.claims_success());
        verdict.unknown += usize::from(record.is_open());
        let told = match result {
            RowResult::Waiting | RowResult::Underway => Some("it is not finished"),
            RowResult::Unchanged if applied == 0 && row.now.as_sent() != NEW => Some("it is not unchanged"),
            _ if patches > record.sent() => Some("more left than is on record"),
            _ if applied > patches => Some("it was changed by a request that nobody made"),
            _ => None,
        };
        if told.is_some() || applied > 1 || (applied > 0) != record.claims_success() || record.is_open() {
            let told = told.unwrap_or("record and truth differ");
            let words = result.words();
            verdict.complaints.push(format!(
                "{id} ({}): {told}; shown {words}; applied {applied} times by {patches} requests; {record:?}",
                troubled.get(&id).unwrap_or(&"no trouble")
            ));
        }
    }
    if let Some(stranger) = patches.keys().find(|id| !records.contains_key(*id)) {
        verdict.complaints.push(format!("{stranger} was changed and is not on record"));
    }
    verdict
}

fn kind(result: &RowResult) -> String {
    match result {
        RowResult::Done { outcome, .. } => outcome.word().to_owned(),
        RowResult::Skipped(_) => "skipped".to_owned(),
        RowResult::NotSent(_) => "not sent".to_owned(),
        RowResult::Waiting | RowResult::Underway | RowResult::Unchanged => result.words(),
    }
}
