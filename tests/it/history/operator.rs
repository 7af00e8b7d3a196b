//! Somebody who changes connections by the keys, in front of real parts and a clock of their own.

use std::collections::BTreeSet;
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, RetryPolicy, Server, Trust, Writer, base_url};
use cckm_tui::app::change::{Change, Gate, Outcome, Phase};
use cckm_tui::app::plan::{Applying, Planned};
use cckm_tui::app::{Bulk, Effect, Message, RequestId, Run, Session, Settings, Stamped, State, update};
use cckm_tui::demo::{Demo, Options, Rule};
use cckm_tui::domain::{Moment, OrganizationId};
use cckm_tui::input::{Key, KeyCode, KeySequence};
use cckm_tui::journal::Journal;
use cckm_tui::keymap::Keymap;
use cckm_tui::runtime::client::Access;
use cckm_tui::runtime::executor::Executor;
use cckm_tui::runtime::{self, Clock, Event, Inbox, Perform as _};
use ratatui::layout::Size;
use tokio::time::{Instant, timeout};

use super::check::{Done, Tally, check};
use crate::support::app::{run, settings};

/// How long an answer may take. Far more than it takes, because machines are busy.
const DEADLINE: Duration = Duration::from_secs(30);

/// How long the client waits for the answer to a change.
const WRITE: Duration = Duration::from_millis(250);

/// How long a change that is carried out late may take to come.
const LATEST: Duration = Duration::from_millis(400);

/// More messages than any wait of the operator takes.
const ENDLESS: usize = 20_000;

/// Organizations that are changed, in two territories, the last with a connection that nobody has any more.
const EU: [&str; 5] = [
    "cceaf0f2-5180-47fd-842d-9cdff5349846",
    "60eb6ed1-4725-4eb6-acdc-8409a3dc2f17",
    "57439a5d-f3b8-4a33-88d2-9dfbe32bded4",
    "6fb243c6-0279-473c-b243-0029100101a4",
    "15757ac6-47a0-4183-a6a1-4eb922ee55fb",
];
const US: [&str; 3] = [
    "b65adc7b-0feb-47e6-aa6d-45738035a7d3",
    "cc957979-d08f-48f9-9153-43fd0e69b222",
    "7b75ce84-0d75-41d0-a781-3446edb11695",
];
/// Connections that reach them, with their ids.
const TO_EU: [(&str, &str); 3] = [
    ("sfdc-eu-2024", "5d4f4ca5-7ca1-4a5e-88fb-85ebfaf72f31"),
    ("sfdc-eu-2025", "6fcb0801-fc38-40de-8629-99a0eca2ce40"),
    ("Salesforce Zürich (Pilot) 2025", "9b0fbee1-4856-4551-a40a-eeeed1756463"),
];
const TO_US: [(&str, &str); 2] = [
    ("sfdc-us-2024", "02646d58-9789-4275-8676-68f72d2f9080"),
    ("sfdc-us-2025", "703d8a2c-83c3-45e7-b237-ef33ab3db9ad"),
];

/// Trouble that a change may meet.
pub(super) const FAULTS: &[&str] = &[
    "apply-then-closex1",
    "apply-then-500x1",
    "apply-then-hangx1",
    "apply-then-401x1",
    "apply-latex1:20",
    "closex1",
    "hangx1",
    "401x1",
    "401x2",
    "403x1",
    "409x1",
    "422x1",
    "429x1",
    "500x1",
    "502x1",
    "503x1",
    "504x1",
    "htmlx1",
    "htmlx1:200",
    "truncatedx1",
    "garbagex1",
    "wrong-recordx1",
    "empty-bodyx1",
    "stale-readx1:3000",
    "stale-readx1:40000",
    "changed-by-another-beforex1",
    "changed-by-another-afterx1",
];

/// Numbers that look random and come again with the same seed (xorshift).
#[derive(Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub(super) fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

/// One change as it is meant to go.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) id: &'static str,
    /// What is typed.
    pub(super) value: String,
    /// What the server stores when it takes it; nothing when it must not.
    pub(super) name: String,
    /// Named as `Rule::named` reads it; empty for none.
    pub(super) fault: &'static str,
    /// So many reads of the record afterwards fail.
    pub(super) blind: usize,
    /// Somebody else chooses this connection while the change is prepared; empty for nobody.
    pub(super) another: String,
    /// A failed check is overridden.
    pub(super) overridden: bool,
    /// What the operator does beside it.
    pub(super) habit: Habit,
    /// The next change does not wait for the late effect of this one.
    pub(super) hurried: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Habit {
    Plain,
    /// Leaves the review.
    GivesUp,
    /// Closes the window while it is being sent, and opens it again.
    LooksAway,
    /// Looks again at the result, this often.
    LooksAgain(u8),
    /// Takes it back.
    Undoes(&'static str),
}

impl Plan {
    pub(super) fn draw(random: &mut Random, operator: &Operator) -> Self {
        let eu = random.percent(60);
        let id = if eu { random.pick(&EU) } else { random.pick(&US) };
        let now = operator.connection(id);
        let reaching: Vec<(&str, &str)> = if eu { TO_EU.to_vec() } else { TO_US.to_vec() };
        let others: Vec<_> = reaching.into_iter().filter(|(name, _)| *name != now).collect();
        let (name, by_id) = random.pick(&others);
        let (value, name) = match random.below(20) {
            0 | 1 => (by_id, name),
            2 => (if eu { "sfdc-us-2024" } else { "sfdc-eu-2024" }, ""),
            3 => ("sfdc-nobody-knows", ""),
            _ => (name, name),
        };
        let fault = if random.percent(50) { random.pick(FAULTS) } else { "" };
        Self {
            id,
            value: value.to_owned(),
            name: name.to_owned(),
            fault,
            blind: if random.percent(8) { 1 + random.below(12) } else { 0 },
            another: match random.below(25) {
                0 => random.pick(&others).0.to_owned(),
                1 => "sfdc-sandbox-uat".to_owned(),
                _ => String::new(),
            },
            overridden: random.percent(50),
            habit: match random.below(12) {
                0 => Habit::GivesUp,
                1 => Habit::LooksAway,
                2 => Habit::LooksAgain(1),
                3 => Habit::LooksAgain(2),
                4 => Habit::Undoes(""),
                5 => Habit::Undoes(random.pick(FAULTS)),
                _ => Habit::Plain,
            },
            hurried: random.percent(30),
        }
    }

    pub(super) fn simple(id: &'static str, value: &str, fault: &'static str) -> Self {
        Self {
            id,
            value: value.to_owned(),
            name: value.to_owned(),
            fault,
            blind: 0,
            another: String::new(),
            overridden: false,
            habit: Habit::Plain,
            hurried: false,
        }
    }
}

/// The operator, the program without its screen, the server, and a home directory.
pub(super) struct Operator {
    pub(super) demo: Demo,
    pub(super) state: State,
    pub(super) home: tempfile::TempDir,
    /// The changes so far, begun or not.
    pub(super) done: Vec<Done>,
    /// What was handed to the clipboard.
    pub(super) copied: Vec<String>,
    /// What else is not as it should be.
    pub(super) complaints: Vec<String>,
    executor: Executor,
    events: Inbox,
    keymap: Keymap,
    now: Moment,
    waited_for: BTreeSet<RequestId>,
    /// Requests that belong to changes so far.
    accounted: usize,
}

impl Operator {
    /// A server, and the program signed in to it with the list on its screen.
    pub(super) async fn at_work(token_seconds: u64) -> Self {
        Self::at_work_on(Options { token_seconds, ..Options::default() }).await
    }

    pub(super) async fn at_work_on(options: Options) -> Self {
        let demo = Demo::start(Options { record: true, ..options }).await.unwrap();
        let base = demo.base().to_owned();
        Self::at(demo, &base, Bulk::default()).await
    }

    /// The same at a server that is reached at `base`.
    pub(super) async fn at(demo: Demo, base: &str, bulk: Bulk) -> Self {
        let home = tempfile::tempdir().unwrap();
        let trust = match demo.certificate_pem() {
            None => Trust::System,
            Some(pem) => {
                let file = home.path().join("authority.pem");
                std::fs::write(&file, pem).unwrap();
                Trust::CaFile(file)
            }
        };
        let ca_file = match &trust {
            Trust::CaFile(file) => file.to_string_lossy().into_owned(),
            Trust::System | Trust::Pinned(_) => String::new(),
        };
        let server = Server { base: base_url(base).unwrap(), trust };
        let password = Some(cckm_tui::domain::Password::new(demo.password()));
        let credentials = Credentials { password, ..Credentials::new(demo.user()) };
        let limits = Limits {
            read: Duration::from_secs(5),
            write: WRITE,
            retry: RetryPolicy { tries: 1, ..RetryPolicy::default() },
            ..Limits::default()
        };
        let reader = Reader::new(server, credentials, limits).unwrap();
        let (queue, events) = runtime::queue();
        let (journal, contents) = Journal::open(home.path()).unwrap();
        let access = Access::ReadWrite(Writer::new(reader));
        let executor = Executor::new(access, queue, Clock::starting_now(), Ok(journal));
        let settings = Settings {
            server: base.into(),
            bulk,
            ca_file: ca_file.as_str().into(),
            refresh_every: None,
            ..settings()
        };
        let run = Run { entries: contents.entries, ..run() };
        let mut operator = Self {
            demo,
            state: State::new(Size::new(120, 36), run, settings),
            home,
            done: Vec::new(),
            copied: Vec::new(),
            complaints: Vec::new(),
            executor,
            events,
            keymap: Keymap::shipped(),
            now: Moment::START,
            waited_for: BTreeSet::new(),
            accounted: 0,
        };
        operator.tell(Message::Started);
        operator
            .until("a list", |state| {
                matches!(state.session, Session::SignedIn { .. }) && !state.list.rows.is_empty()
            })
            .await;
        operator.rest().await;
        operator
    }

    /// The connection that the list shows.
    pub(super) fn connection(&self, id: &str) -> &str {
        let id = OrganizationId::new(id).unwrap();
        self.state.list.rows.listed(&id).unwrap().connection()
    }

    fn tell(&mut self, message: Message) {
        if let Message::Replied { request, .. } = &message {
            self.waited_for.remove(request);
        }
        let stamped = Stamped { at: self.now, message };
        for effect in update(&mut self.state, &self.keymap, stamped) {
            match &effect {
                Effect::SignIn { request, .. }
                | Effect::ListOrganizations { request, .. }
                | Effect::FetchOrganization { request, .. }
                | Effect::ListConnections { request }
                | Effect::ReadBanner { request }
                | Effect::Introduce { request }
                | Effect::ListDomains { request }
                | Effect::PatchOrganization { request, .. }
                | Effect::FetchConnection { request, .. }
                | Effect::TestConnection { request, .. }
                | Effect::Discover { request, .. }
                | Effect::Record { request, .. }
                | Effect::Save { request, .. }
                | Effect::SaveReport { request, .. }
                | Effect::KeepPlan { request, .. }
                | Effect::ReadPlan { request, .. }
                | Effect::ListProfiles { request }
                | Effect::Connect { request, .. }
                | Effect::Reload { request, .. }
                | Effect::Trust { request, .. } => {
                    self.waited_for.insert(*request);
                }
                Effect::Cancel(request) => {
                    self.waited_for.remove(request);
                }
                Effect::Copy { what: _, text } => self.copied.push(text.clone()),
                Effect::Remember { .. }
                | Effect::KeepPassword(_)
                | Effect::Enter(_)
                | Effect::ForgetPlan(_)
                | Effect::Repaint
                | Effect::Suspend
                | Effect::Quit => {}
            }
            self.executor.perform(effect);
        }
    }

    async fn receive(&mut self) {
        let event = timeout(DEADLINE, self.events.recv()).await;
        match event.unwrap_or_else(|_| panic!("no answer; {:?}", self.state.change)).unwrap() {
            Event::Happened(message) | Event::Told(_, message) => self.tell(message),
            other => panic!("{other:?}"),
        }
    }

    fn pass(&mut self, time: Duration) {
        self.now = self.now + time;
        self.demo.clock().advance(time);
    }

    /// Lets things happen, and time pass where nothing else does, until it is so.
    pub(super) async fn until(&mut self, what: &str, is_so: impl Fn(&State) -> bool) {
        let finished = |state: &State| state.applying.as_ref().map(|applying| applying.counts.finished());
        let (mut steps, mut before) = (0, finished(&self.state));
        while steps < ENDLESS {
            steps += 1;
            if is_so(&self.state) {
                return;
            }
            if before != finished(&self.state) {
                (steps, before) = (0, finished(&self.state));
            }
            if !self.waited_for.is_empty() {
                self.receive().await;
                continue;
            }
            let due = self
                .state
                .next_deadline()
                .unwrap_or_else(|| panic!("no {what}, and nothing to wait for: {}", self.stand()));
            self.pass(due.since(self.now));
            self.tell(Message::DeadlineReached);
        }
        panic!("no {what}: {:?}, {}", self.state.change, self.stand());
    }

    /// How a plan stands, for who has to find out why it does not go on.
    fn stand(&self) -> String {
        let words = |applying: &Applying| format!("{}: {:?}", applying.summary(), applying.standing());
        let plan = self.state.applying.as_deref().map(words).unwrap_or_default();
        format!("{plan}; windows {:?}; notice {:?}", self.state.modals, self.state.notice)
    }

    /// Waits for everything that was asked for.
    pub(super) async fn rest(&mut self) {
        while !self.waited_for.is_empty() {
            self.receive().await;
        }
    }

    pub(super) fn keys(&mut self, keys: &str) {
        let keys: KeySequence = keys.parse().unwrap();
        for key in keys.keys() {
            self.pass(Duration::from_millis(60));
            self.tell(Message::Key(*key));
        }
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            self.tell(Message::Key(Key::plain(KeyCode::Char(c))));
        }
    }

    fn phase(&self) -> &Phase {
        &self.state.change.as_ref().expect("a change").phase
    }

    pub(super) fn outcome(&self) -> Option<Outcome> {
        outcome(self.state.change.as_ref()?)
    }

    /// Puts the cursor on an organization.
    pub(super) fn select(&mut self, id: &str) {
        self.keys("esc /");
        self.text(id);
        self.keys("enter");
        assert_eq!(self.state.list.organization().as_ref().map(|one| one.id.as_str()), Some(id));
    }

    /// Carries a plan out to the end, and holds it against the server.
    pub(super) async fn carry_out(&mut self, plan: &Plan) {
        if self.done.iter().any(|done| done.plan.id == plan.id && done.is_late()) {
            self.let_late_effects_come().await;
        }
        // What was to come may have changed what there is to be changed.
        if self.connection(plan.id) == plan.name {
            return;
        }
        self.select(plan.id);
        self.keys("e");
        self.text(&plan.value);
        if !plan.another.is_empty() {
            self.demo.change_connection(plan.id, &plan.another);
        }
        self.keys("enter");
        self.go_through(plan.clone()).await;
        if let Habit::Undoes(fault) = plan.habit {
            if self.done.last().is_some_and(Done::is_late) {
                self.let_late_effects_come().await;
            }
            self.undo(plan, fault).await;
        }
    }

    /// Carries a plan out up to its outcome, and leaves that on the screen.
    pub(super) async fn change_and_stay(&mut self, plan: &Plan) {
        self.select(plan.id);
        self.keys("e");
        self.text(&plan.value);
        self.keys("enter");
        assert!(self.review(plan).await, "{:?}", self.state.change);
        self.until("outcome", |state| state.change.as_ref().and_then(outcome).is_some()).await;
        self.rest().await;
        self.demo.faults().clear();
    }

    /// `v`, and its answer.
    pub(super) async fn look_again(&mut self) {
        self.keys("v");
        self.until("outcome", |state| state.change.as_ref().and_then(outcome).is_some()).await;
        self.rest().await;
    }

    async fn undo(&mut self, plan: &Plan, fault: &'static str) {
        let Some(undoable) = self.state.ledger.undoable.clone().filter(|it| it.after.id.as_str() == plan.id)
        else {
            return;
        };
        let before = undoable.before.as_sent().to_owned();
        self.keys("z");
        let reaches = TO_EU.iter().chain(&TO_US).any(|(name, _)| *name == before);
        let name = if reaches { before.clone() } else { String::new() };
        self.go_through(Plan { value: before, name, ..Plan::simple(plan.id, "", fault) }).await;
    }

    /// From the review, which is open or was refused, to the end.
    async fn go_through(&mut self, plan: Plan) {
        let begun = self.demo.history().len();
        let sent_to = self.review(&plan).await;
        let mut done = Done { plan, begun, operation: None, patches: 0, first: None, last: None };
        if sent_to {
            done.operation =
                self.state.change.as_ref().and_then(|change| change.operation.as_ref()).map(|it| it.id);
            self.follow(&mut done).await;
        }
        if self.state.change.is_some() {
            self.leave();
        }
        self.rest().await;
        self.demo.faults().clear();
        let patches = self.patches();
        for (path, body) in &patches[self.accounted..] {
            let body_meant = format!(r#"{{"connection":"{}"}}"#, done.plan.value);
            if !path.ends_with(done.plan.id) || *body != body_meant {
                self.complaints.push(format!("a PATCH that nobody asked for: {path} {body} in {done:?}"));
            }
        }
        done.patches = patches.len() - self.accounted;
        self.accounted = patches.len();
        let late = done.is_late() && !done.plan.hurried;
        self.done.push(done);
        if late {
            self.let_late_effects_come().await;
        }
    }

    /// The review, up to the key that sends; says whether it was sent.
    async fn review(&mut self, plan: &Plan) -> bool {
        if !matches!(self.phase(), Phase::Reviewing(_)) {
            return false;
        }
        for _ in 0..4 {
            self.until("answered checks", |state| gate(state).is_some_and(|gate| gate != Gate::Waiting))
                .await;
            self.tell(Message::Drawn);
            self.pass(Duration::from_millis(600));
            match gate(&self.state) {
                Some(Gate::Stopped) if plan.overridden => {
                    self.keys("o");
                    self.text("as agreed");
                    self.keys("enter");
                }
                Some(Gate::Conflict) => {
                    // First without a look at it: nothing may be sent.
                    self.keys("y");
                    assert!(matches!(self.phase(), Phase::Reviewing(_)), "{:?}", self.phase());
                    self.keys("c");
                    if gate(&self.state) == Some(Gate::Conflict) {
                        return false;
                    }
                    continue;
                }
                _ => {}
            }
            if plan.habit == Habit::GivesUp {
                return false;
            }
            if !plan.fault.is_empty() {
                self.demo.faults().add(Rule::named(plan.fault).unwrap());
            }
            if plan.blind > 0 {
                let rule = format!("closex{}@GET /api/v1/cckm/sfdc/organizations/{}", plan.blind, plan.id);
                self.demo.faults().add(Rule::named(&rule).unwrap());
            }
            self.keys("y");
            return !matches!(self.phase(), Phase::Reviewing(_));
        }
        false
    }

    /// From the key that sends to the last look.
    async fn follow(&mut self, done: &mut Done) {
        if done.plan.habit == Habit::LooksAway {
            self.keys("esc");
            assert!(!self.state.change_is_shown());
        }
        self.until("outcome", |state| state.change.as_ref().and_then(outcome).is_some()).await;
        if done.plan.habit == Habit::LooksAway {
            self.keys("e");
        }
        done.first = self.outcome();
        if let Habit::LooksAgain(times) = done.plan.habit {
            for _ in 0..times {
                self.look_again().await;
            }
        }
        done.last = self.outcome();
    }

    /// Marks everything that is shown, and begins a plan that moves it to a connection.
    pub(super) async fn plan_all_for(&mut self, connection: &str) {
        self.keys("esc * e");
        self.text(connection);
        self.keys("enter");
        let planned = |state: &State| state.draft.as_ref()?.planned().map(Planned::is_waiting);
        self.until("answered checks", |state| planned(state) == Some(false)).await;
        self.rest().await;
        self.tell(Message::Drawn);
        self.pass(Duration::from_millis(600));
        let rows = self.state.draft.as_ref().and_then(|draft| draft.planned()).unwrap().plan.rows.len();
        self.keys("y");
        self.text(&rows.to_string());
        self.keys("enter");
        assert!(self.state.applying.is_some(), "{:?}", self.state.notice);
    }

    /// Lets so much time pass, answers and deadlines in between.
    pub(super) async fn wait_out(&mut self, time: Duration) {
        let until = self.now + time;
        while self.now < until {
            if !self.waited_for.is_empty() {
                self.receive().await;
                continue;
            }
            let due = self.state.next_deadline().filter(|due| *due < until).unwrap_or(until);
            self.pass(due.since(self.now));
            self.tell(Message::DeadlineReached);
        }
    }

    /// Leaves the windows that lie over the list.
    pub(super) fn look_at_the_list(&mut self) {
        while !self.state.modals.is_empty() {
            self.keys("esc");
        }
    }

    /// Reads the list once everything that may still come has come.
    pub(super) async fn settle(&mut self) {
        self.rest().await;
        self.wait_out(Duration::from_mins(1)).await;
        let until = Instant::now() + LATEST;
        while Instant::now() < until {
            self.refresh().await;
        }
        self.refresh().await;
    }

    /// The end of the program, and what it leaves.
    pub(super) async fn stop(mut self) -> (Demo, State, tempfile::TempDir) {
        self.rest().await;
        self.executor.close(DEADLINE).await;
        (self.demo, self.state, self.home)
    }

    /// Closes the window, whatever it shows.
    fn leave(&mut self) {
        for _ in 0..4 {
            match self.state.change.as_ref().map(|change| &change.phase) {
                None => return,
                Some(Phase::Choosing) => {
                    self.keys("esc");
                    if self.state.modals.len() > 1 {
                        self.tell(Message::Drawn);
                        self.keys("y");
                    }
                }
                Some(Phase::Reviewing(_)) => {
                    self.tell(Message::Drawn);
                    self.pass(Duration::from_millis(600));
                    self.keys("esc");
                }
                Some(_) => self.keys("enter"),
            }
        }
        assert!(self.state.change.is_none(), "{:?}", self.state.change);
    }

    fn patches(&self) -> Vec<(String, String)> {
        let requests = self.demo.requests();
        assert!(requests.len() < 10_000, "the server forgets");
        let patches = requests.into_iter().filter(|request| request.method == "PATCH");
        patches.map(|request| (request.path, String::from_utf8(request.body).unwrap())).collect()
    }

    /// Reads the list until it shows what was carried out late, and once more.
    pub(super) async fn let_late_effects_come(&mut self) {
        let expected: Vec<(usize, String, String)> = self
            .done
            .iter()
            .filter(|done| done.is_late())
            .map(|done| (done.begun, done.plan.id.to_owned(), done.plan.name.clone()))
            .collect();
        for (begun, id, name) in expected {
            // It does not come at all where its token has ended by then.
            let until = Instant::now() + LATEST;
            while Instant::now() < until {
                let history = self.demo.history();
                if name.is_empty()
                    || history[begun..].iter().any(|change| change.id == id && change.new == name)
                {
                    break;
                }
                self.refresh().await;
            }
        }
        // Longer than any read stays stale.
        self.pass(Duration::from_mins(1));
        self.refresh().await;
        for done in &mut self.done {
            done.plan.hurried = false;
            done.plan.fault = if done.is_late() { "a late effect, which came" } else { done.plan.fault };
        }
    }

    async fn refresh(&mut self) {
        self.keys("r");
        self.rest().await;
    }

    /// Holds everything against the server's history and the journal.
    pub(super) async fn finish(mut self) -> Tally {
        self.rest().await;
        self.executor.close(DEADLINE).await;
        check(&self.demo, self.home.path(), &self.state, &self.done, self.complaints)
    }
}

fn gate(state: &State) -> Option<Gate> {
    match &state.change.as_ref()?.phase {
        Phase::Reviewing(review) => Some(review.checks.gate()),
        _ => None,
    }
}

fn outcome(change: &Change) -> Option<Outcome> {
    match &change.phase {
        Phase::Settled { outcome, .. } => Some(*outcome),
        _ => None,
    }
}
