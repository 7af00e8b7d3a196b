//! Effects to answers, over a real socket to the embedded server.

use std::os::unix::fs::PermissionsExt as _;
use std::sync::Arc;
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, Writer, base_url};
use cckm_tui::app::export::{Content, What};
use cckm_tui::app::plan::outside::Offered;
use cckm_tui::app::{Effect, Message, Reply, RequestId, RequestIds, Session};
use cckm_tui::demo::{Demo, Options};
use cckm_tui::domain::{
    Criteria, JournalFailure, Operation, OperationId, Order, OrganizationId, OrganizationPatch, Outcome,
    Password, Plan, PlanPlace, PlanRow, Record, RunId, Target, Transition, Window,
};
use cckm_tui::journal::{self, Journal};
use cckm_tui::runtime::client::Access;
use cckm_tui::runtime::executor::Executor;
use cckm_tui::runtime::{self, Clock, Event, Inbox, Perform as _};
use tokio::time::timeout;

/// How long an answer may take. Far more than it takes, because machines are busy.
const DEADLINE: Duration = Duration::from_secs(20);

/// A server, an executor, and the loop's end of the queue.
struct Bench {
    demo: Demo,
    executor: Executor,
    events: Inbox,
    requests: RequestIds,
}

impl Bench {
    async fn new(options: Options, access: impl FnOnce(Reader) -> Access) -> Self {
        Self::recording(options, access, Ok(Journal::in_memory())).await
    }

    async fn recording(
        options: Options,
        access: impl FnOnce(Reader) -> Access,
        journal: Result<Journal, JournalFailure>,
    ) -> Self {
        let demo = Demo::start(Options { record: true, ..options }).await.unwrap();
        let server = Server { base: base_url(demo.base()).unwrap(), trust: Trust::System };
        let password = Some(Password::new(demo.password()));
        let credentials = Credentials { password, ..Credentials::new(demo.user()) };
        let reader = Reader::new(server, credentials, Limits::default()).unwrap();
        let (queue, events) = runtime::queue();
        let executor = Executor::new(access(reader), queue, Clock::starting_now(), journal);
        Self { demo, executor, events, requests: RequestIds::default() }
    }

    async fn signed_in(options: Options, access: impl FnOnce(Reader) -> Access) -> Self {
        let mut bench = Self::new(options, access).await;
        let reply = bench.ask(|request| Effect::SignIn { request, password: None }).await;
        assert_eq!(reply, Reply::SignedIn(Ok(())));
        bench
    }

    async fn next(&mut self) -> Message {
        match timeout(DEADLINE, self.events.recv()).await.unwrap().unwrap() {
            Event::Happened(message) | Event::Told(_, message) => message,
            other => panic!("{other:?}"),
        }
    }

    /// The reply to one effect; changes of the session on the way are skipped.
    async fn ask(&mut self, effect: impl FnOnce(RequestId) -> Effect) -> Reply {
        let number = self.requests.next();
        self.executor.perform(effect(number));
        loop {
            match self.next().await {
                Message::Replied { request, reply, .. } if request == number => return reply,
                Message::SessionChanged(_) => {}
                other => panic!("{other:?}"),
            }
        }
    }

    async fn first_id(&mut self) -> OrganizationId {
        let reply = self
            .ask(|request| Effect::ListOrganizations {
                request,
                window: Window::FIRST,
                criteria: Criteria::default(),
            })
            .await;
        let Reply::Listed(Ok(batch)) = reply else { panic!("{reply:?}") };
        let sound = batch.records().find_map(|record| match record {
            Record::Sound(listed) => Some(listed.id().to_id()),
            Record::Damaged(_) => None,
        });
        sound.unwrap()
    }

    fn writes(&self) -> usize {
        self.demo.requests().iter().filter(|request| request.method == "PATCH").count()
    }
}

fn read_write(reader: Reader) -> Access {
    Access::ReadWrite(Writer::new(reader))
}

fn patch() -> OrganizationPatch {
    OrganizationPatch { connection: "sfdc-eu-2024".into() }
}

/// A session may begin before the task that tells of it runs at all: it is told nevertheless, once it runs.
#[test]
fn a_session_that_began_before_its_keeper_ran_is_told() {
    let network = tokio::runtime::Runtime::new().unwrap();
    let the_loop = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let demo = network.block_on(Demo::start(Options::default())).unwrap();
    let server = Server { base: base_url(demo.base()).unwrap(), trust: Trust::System };
    let password = Some(Password::new(demo.password()));
    let credentials = Credentials { password, ..Credentials::new(demo.user()) };
    let reader = Reader::new(server, credentials, Limits::default()).unwrap();
    let (queue, mut events) = runtime::queue();
    let _executor = {
        let _within = the_loop.enter();
        let access = Access::ReadOnly(reader.clone());
        Executor::new(access, queue, Clock::starting_now(), Ok(Journal::in_memory()))
    };
    network.block_on(reader.sign_in(None)).unwrap();
    let told = the_loop.block_on(async { timeout(DEADLINE, events.recv()).await });
    let told = told.expect("the session is told");
    assert!(
        matches!(told, Some(Event::Told(_, Message::SessionChanged(Session::SignedIn { .. })))),
        "{told:?}"
    );
}

#[tokio::test]
async fn every_effect_is_answered_under_its_number() {
    let mut bench = Bench::signed_in(Options::default(), read_write).await;
    let id = bench.first_id().await;
    let fetched = bench.ask(|request| Effect::FetchOrganization { request, id: id.clone() }).await;
    let Reply::Fetched(answer) = fetched else { panic!("{fetched:?}") };
    let organization = answer.unwrap();
    assert_eq!(organization.id, id);
    let connections = bench.ask(|request| Effect::ListConnections { request }).await;
    assert!(matches!(connections, Reply::ConnectionsListed(Ok(list)) if !list.is_empty()));
    let patch = OrganizationPatch { connection: organization.connection };
    let patched = bench.ask(|request| Effect::PatchOrganization { request, id, patch }).await;
    let Reply::Patched(answer) = patched else { panic!("{patched:?}") };
    assert_eq!(answer.unwrap().status, 200);
    assert_eq!(bench.writes(), 1);
}

#[tokio::test]
async fn a_read_only_session_sends_no_change_even_if_it_is_asked_to() {
    let mut bench = Bench::signed_in(Options::default(), Access::ReadOnly).await;
    let id = bench.first_id().await;
    let patched = bench.ask(|request| Effect::PatchOrganization { request, id, patch: patch() }).await;
    let Reply::Patched(answer) = patched else { panic!("{patched:?}") };
    assert!(!answer.unwrap_err().may_have_arrived());
    assert_eq!(bench.writes(), 0);
}

#[tokio::test]
async fn a_cancelled_read_says_nothing_and_a_cancelled_change_goes_on() {
    let mut bench = Bench::signed_in(Options::default(), read_write).await;
    let id = bench.first_id().await;
    let (read, change) = (bench.requests.next(), bench.requests.next());
    bench.executor.perform(Effect::ListConnections { request: read });
    bench.executor.perform(Effect::Cancel(read));
    bench.executor.perform(Effect::PatchOrganization { request: change, id, patch: patch() });
    bench.executor.perform(Effect::Cancel(change));
    let Message::Replied { request, reply, .. } = bench.next().await else { panic!("no reply") };
    assert_eq!(request, change);
    assert!(matches!(reply, Reply::Patched(_)));
    assert!(bench.events.try_recv().is_none(), "the cancelled read has no answer");
}

#[tokio::test]
async fn the_session_is_told_to_the_loop_renewed_by_itself_and_ended_at_the_end() {
    let options = Options { token_seconds: 2, ..Options::default() };
    let mut bench = Bench::new(options, read_write).await;
    let request = bench.requests.next();
    bench.executor.perform(Effect::SignIn { request, password: None });
    let mut ends = Vec::new();
    while ends.len() < 3 {
        if let Message::SessionChanged(Session::SignedIn { until }) = bench.next().await {
            ends.push(until);
        }
    }
    assert!(ends.is_sorted(), "every token lasts longer than the one before: {ends:?}");
    bench.executor.close(DEADLINE).await;
    let last = bench.demo.requests().pop().unwrap();
    assert!(last.path.contains("tokens"), "signed out: {last:?}");
}

fn operation() -> OperationId {
    OperationId::new(RunId::new(0x7f_3a9c), 1)
}

#[tokio::test]
async fn what_is_to_be_recorded_is_durable_when_it_is_answered_and_in_order() {
    let home = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(home.path()).unwrap();
    let mut bench = Bench::recording(Options::default(), read_write, Ok(journal)).await;
    let steps = [
        Transition::Sent,
        Transition::Answered { status: 200, by_another: false },
        Transition::Settled { outcome: Outcome::Verified, seen: "sfdc-eu-2026".into() },
    ];
    let requests = steps.clone().map(|transition| {
        let request = bench.requests.next();
        bench.executor.perform(Effect::Record { request, operation: operation(), transition });
        request
    });
    for (sequence, asked) in (1..).zip(requests) {
        let Message::Replied { request, reply, .. } = bench.next().await else { panic!("no reply") };
        assert_eq!((request, reply), (asked, Reply::Recorded(Ok(sequence))));
        let entries = journal::read(&journal::file_in(home.path())).unwrap().entries;
        assert!(entries.len() as u64 >= sequence);
    }
    let entries = journal::read(&journal::file_in(home.path())).unwrap().entries;
    assert_eq!(entries.into_iter().map(|entry| entry.transition).collect::<Vec<_>>(), steps);
}

#[tokio::test]
async fn what_was_asked_for_before_the_end_is_written() {
    let home = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(home.path()).unwrap();
    let mut bench = Bench::recording(Options::default(), read_write, Ok(journal)).await;
    for _ in 0..20 {
        let request = bench.requests.next();
        bench.executor.perform(Effect::Record {
            request,
            operation: operation(),
            transition: Transition::Sent,
        });
    }
    bench.executor.close(DEADLINE).await;
    assert_eq!(journal::verify(&journal::file_in(home.path())).unwrap().entries, 20);
}

#[tokio::test]
async fn fs_06_without_a_journal_the_answer_says_why() {
    let failure = JournalFailure { reason: "journal: no home directory".into() };
    let mut bench = Bench::recording(Options::default(), read_write, Err(failure.clone())).await;
    for _ in 0..2 {
        let transition = Transition::Sent;
        let reply = bench.ask(|request| Effect::Record { request, operation: operation(), transition }).await;
        assert_eq!(reply, Reply::Recorded(Err(failure.clone())));
    }
}

#[tokio::test]
async fn sk_07_neither_the_password_nor_a_token_is_in_the_journal() {
    let home = tempfile::tempdir().unwrap();
    let (journal, _) = Journal::open(home.path()).unwrap();
    let mut bench = Bench::recording(Options::default(), read_write, Ok(journal)).await;
    let wrong = Some(Password::new("canary-of-a-wrong-password"));
    let refused = bench.ask(|request| Effect::SignIn { request, password: wrong }).await;
    let Reply::SignedIn(Err(failure)) = refused else { panic!("{refused:?}") };
    let why = failure.detail.clone();
    let transition = Transition::NoAnswer { why };
    bench.ask(|request| Effect::Record { request, operation: operation(), transition }).await;
    let right = Some(Password::new(bench.demo.password()));
    let signed_in = bench.ask(|request| Effect::SignIn { request, password: right }).await;
    assert_eq!(signed_in, Reply::SignedIn(Ok(())));
    let (id, patch) = (bench.first_id().await, patch());
    let Reply::Patched(answer) = bench.ask(|request| Effect::PatchOrganization { request, id, patch }).await
    else {
        panic!("no answer")
    };
    let transition = Transition::Abandoned { why: answer.unwrap().body };
    bench.ask(|request| Effect::Record { request, operation: operation(), transition }).await;
    let text = std::fs::read_to_string(journal::file_in(home.path())).unwrap();
    assert_eq!(text.lines().count(), 2);
    for secret in ["canary-of-a-wrong-password", bench.demo.password(), "eyJ"] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn e12_wr_26_a_plan_that_was_written_is_read_as_it_was_and_one_that_cannot_be_says_why() {
    let mut bench = Bench::new(Options::default(), Access::ReadOnly).await;
    let place = tempfile::tempdir().unwrap();
    bench.executor = bench.executor.saving_in(Some(place.path().to_owned()));
    let plan = Arc::new(plan());
    let content = || Content::Plan(Arc::clone(&plan));
    let name = "plan.json".to_owned();
    let write = |request| Effect::Save { request, name: name.clone(), content: content() };
    let Reply::Saved(Ok(saved)) = bench.ask(write).await else { panic!() };
    assert_eq!(saved.what, What::Plan(1));
    let file = saved.path.as_sent().to_owned();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let again = bench.ask(write).await;
    assert!(matches!(again, Reply::Saved(Err(why)) if why.as_sent().contains("nothing is overwritten")));
    let read = bench.ask(|request| Effect::ReadPlan { request, file: file.clone() }).await;
    let offered = Offered { hash: plan.hash(), plan: Arc::clone(&plan), was_begun: false };
    assert_eq!(read, Reply::PlanRead(Ok(offered)));
    let none = bench.ask(|request| Effect::ReadPlan { request, file: file + ".none" }).await;
    assert!(matches!(none, Reply::PlanRead(Err(why)) if why.as_sent().contains("plan.json.none")));
}

/// A plan of one change.
fn plan() -> Plan {
    let at = |text: &str| text.parse().unwrap();
    Plan {
        id: "p7f3a9c-2".parse().unwrap(),
        made_at: at("2026-11-23T18:00:00Z"),
        made_by: "ops1".into(),
        valid_until: at("2026-11-24T18:00:00Z"),
        place: PlanPlace { server: "https://cm1.example.com".into(), ..PlanPlace::default() },
        reason: "CHG-20417".into(),
        order: Order::default(),
        rows: vec![PlanRow {
            id: OrganizationId::new("org-1").unwrap(),
            name: "Acme".into(),
            organization_id: "00D5e".into(),
            now: "sfdc-2024".into(),
            new: "sfdc-2025".into(),
            undo_of: None,
        }],
    }
}

#[tokio::test]
async fn e33_the_report_of_a_plan_is_what_the_journal_has_of_it_in_two_new_files() {
    let home = tempfile::tempdir().unwrap();
    for journal in [Journal::open(&home.path().join("state")).unwrap().0, Journal::in_memory()] {
        let place = tempfile::tempdir().unwrap();
        let mut bench = Bench::recording(Options::default(), Access::ReadOnly, Ok(journal)).await;
        bench.executor = bench.executor.saving_in(Some(place.path().to_owned()));
        let (plan, operation) = (plan(), intent());
        let transition = Transition::Intent(Box::new(operation.clone()));
        let record = |request| Effect::Record { request, operation: operation.id, transition };
        assert_eq!(bench.ask(record).await, Reply::Recorded(Ok(1)));
        let name = || "report.md".to_owned();
        let save = |request| Effect::SaveReport { request, name: name(), plan: plan.id };
        let Reply::Saved(Ok(saved)) = bench.ask(save).await else { panic!() };
        assert_eq!(saved.what, What::Report);
        for (file, words) in [("report.md", "1 change of plan p7f3a9c-2"), ("report.csv", "Acme,org-1")] {
            let path = place.path().join(file);
            assert!(std::fs::read_to_string(&path).unwrap().contains(words), "{file}");
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        std::fs::remove_file(place.path().join("report.md")).unwrap();
        let again = bench.ask(save).await;
        assert!(
            matches!(&again, Reply::Saved(Err(why)) if why.as_sent().contains("report.csv")),
            "{again:?}"
        );
        assert!(!place.path().join("report.md").exists(), "both or none");
    }
}

/// The first step of the change of that plan.
fn intent() -> Operation {
    let Plan { place, reason, .. } = plan();
    let row = plan().rows.remove(0);
    Operation {
        id: operation(),
        target: Target {
            server: place.server,
            server_identity: place.server_identity,
            domain: place.domain,
            user: "ops2".into(),
            profile: "".into(),
            id: row.id,
            name: row.name,
            organization_id: row.organization_id,
        },
        before: row.now,
        before_updated_at: "".into(),
        after: row.new,
        reason,
        overridden: "".into(),
        undo_of: None,
        plan: Some(plan().reference()),
    }
}
