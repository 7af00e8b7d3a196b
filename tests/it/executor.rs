//! Effects to answers, over a real socket to the embedded server.

use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, Writer, base_url};
use cckm_tui::app::{Effect, Message, Reply, RequestId, RequestIds, Session};
use cckm_tui::demo::{Demo, Options};
use cckm_tui::domain::{OrganizationPatch, Password, Record, Window};
use cckm_tui::runtime::executor::{Access, Executor};
use cckm_tui::runtime::{self, Clock, Event, Perform as _};
use tokio::sync::mpsc;
use tokio::time::timeout;

/// How long an answer may take. Far more than it takes, because machines are busy.
const DEADLINE: Duration = Duration::from_secs(20);

/// A server, an executor, and the loop's end of the queue.
struct Bench {
    demo: Demo,
    executor: Executor,
    events: mpsc::Receiver<Event>,
    requests: RequestIds,
}

impl Bench {
    async fn new(options: Options, access: impl FnOnce(Reader) -> Access) -> Self {
        let demo = Demo::start(Options { record: true, ..options }).await.unwrap();
        let server = Server { base: base_url(demo.base()).unwrap(), trust: Trust::System };
        let password = Some(Password::new(demo.password()));
        let credentials = Credentials { password, ..Credentials::new(demo.user()) };
        let reader = Reader::new(server, credentials, Limits::default()).unwrap();
        let (queue, events) = runtime::queue();
        let executor = Executor::new(access(reader), queue, Clock::starting_now());
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
            Event::Happened(message) => message,
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

    async fn first_id(&mut self) -> cckm_tui::domain::OrganizationId {
        let reply = self.ask(|request| Effect::ListOrganizations { request, window: Window::FIRST }).await;
        let Reply::Listed(Ok(page)) = reply else { panic!("{reply:?}") };
        let sound = page.records.into_iter().find_map(|record| match record {
            Record::Sound(organization) => Some(organization.id),
            Record::Damaged { .. } => None,
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
    assert!(bench.events.try_recv().is_err(), "the cancelled read has no answer");
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
