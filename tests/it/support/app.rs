//! A core with a keyboard and a clock, and every effect it asked for.

use std::time::Duration;

use cckm_tui::app::change::{Outcome, Phase, Rules};
use cckm_tui::app::link::Bandwidth;
use cckm_tui::app::list::Batch;
use cckm_tui::app::{
    Badge, Destination, Effect, JournalState, Message, Reply, RequestId, RequestIds, Run, Session, Settings,
    Stamped, State, update,
};
use cckm_tui::domain::{
    Call, Connection, ConnectionState, Discovered, Failure, FailureKind, JournalFailure, Moment,
    OpenOperation, Operation, OperationId, Organization, Page, PatchAnswer, Record, RunId, ServerWords,
    Target, Transition,
};
use cckm_tui::input::KeySequence;
use cckm_tui::keymap::Keymap;
use ratatui::layout::Size;

use super::records::{connection, moved, organization, page, thales};

/// 2026-11-23 18:00:00 UTC.
pub const STARTED_AT: i64 = 1_795_456_800;

/// Settings of a run against the demo server.
pub fn settings() -> Settings {
    Settings {
        destination: Destination::default(),
        badge: Badge::Demo,
        badge_word: "".into(),
        badge_role: cckm_tui::theme::Role::Badge,
        theme: cckm_tui::theme::Theme::default(),
        read_only: false,
        server: "http://127.0.0.1:8080".into(),
        domain: "".into(),
        user: "admin".into(),
        password_known: true,
        keep_password: true,
        refresh_every: Some(Duration::from_secs(30)),
        ca_file: "".into(),
        warnings: Vec::new(),
        bulk: cckm_tui::app::Bulk::default(),
        rules: Rules::default(),
        memory: None,
        views: Vec::new(),
        effective: Vec::new(),
    }
}

/// A run whose journal is empty.
pub fn run() -> Run {
    Run {
        id: RunId::new(0x7f_3a9c),
        started_at: STARTED_AT,
        log_file: "".into(),
        journal: JournalState::Ready,
        entries: Vec::new(),
        bandwidth: Bandwidth::Full,
        mouse: false,
        open_operations: Vec::new(),
        offered: Vec::new(),
        plan_file: None,
    }
}

/// How the journal answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JournalOf {
    /// Every line is durable at once.
    Working,
    /// No line can be written.
    Failing,
    /// It does not answer.
    Silent,
}

/// The core under test.
pub struct App {
    pub state: State,
    pub keymap: Keymap,
    /// Every effect so far, in order.
    pub effects: Vec<Effect>,
    pub now: Moment,
    /// What went into the journal, or was to.
    pub records: Vec<(RequestId, OperationId, Transition)>,
    pub journal: JournalOf,
    /// Whether plans are stored.
    pub plans: JournalOf,
    /// Effects that [`asked`](App::asked) leaves out.
    pub told: usize,
}

impl App {
    /// A core of a terminal size, started, with nothing answered yet.
    pub fn new(width: u16, height: u16) -> Self {
        Self::with(settings(), width, height)
    }

    pub fn with(settings: Settings, width: u16, height: u16) -> Self {
        Self::of(run(), settings, width, height)
    }

    /// A core of a run and a place.
    pub fn of(run: Run, settings: Settings, width: u16, height: u16) -> Self {
        let state = State::new(Size::new(width, height), run, settings);
        let app = Self {
            state,
            keymap: Keymap::shipped(),
            effects: Vec::new(),
            now: Moment::START,
            records: Vec::new(),
            journal: JournalOf::Working,
            plans: JournalOf::Working,
            told: 0,
        };
        app.message(Message::Started)
    }

    /// Signed in, with these organizations listed and three connections known.
    pub fn loaded(self, organizations: Vec<Organization>) -> Self {
        let total = organizations.len();
        self.signed_in()
            .connections(vec![
                connection("new-sfdc-connection", ConnectionState::NotTested),
                connection("sfdc-connection", ConnectionState::Ready),
                connection("legacy-sfdc", ConnectionState::Fail),
            ])
            .listed(page(0, total, organizations))
    }

    /// `n` organizations and the documented one.
    pub fn with_organizations(self, n: usize) -> Self {
        self.loaded((1..=n).map(organization).chain([thales()]).collect())
    }

    pub fn signed_in(self) -> Self {
        let until = Moment::after_start(Duration::from_mins(5));
        self.message(Message::SessionChanged(Session::SignedIn { until })).reply(Reply::SignedIn(Ok(())))
    }

    /// Answers the latest request for a page.
    pub fn listed(self, page: impl Into<Batch>) -> Self {
        self.reply(Reply::Listed(Ok(page.into())))
    }

    /// Answers every request for a page with this one, until nobody asks any more.
    pub fn always_listed(mut self, page: &Page<Organization>) -> Self {
        while let Some(request) = self.state.list.load.as_ref().and_then(|load| load.requests().next()) {
            self = self.answer(request, Reply::Listed(Ok(page.clone().into())));
        }
        self
    }

    pub fn connections(self, connections: Vec<Connection>) -> Self {
        self.reply(Reply::ConnectionsListed(Ok(connections.into_iter().map(Record::Sound).collect())))
    }

    /// The numbers of all readings of single records so far, except those for the detail or a change.
    pub fn recovery_readings(&self) -> Vec<RequestId> {
        let readings = self.effects.iter().filter_map(|effect| match effect {
            Effect::FetchOrganization { request, .. } => Some(*request),
            _ => None,
        });
        readings.collect()
    }

    /// Answers the latest request of the kind that `reply` belongs to.
    pub fn reply(self, reply: Reply) -> Self {
        let request = self.request_for(&reply).expect("nobody asked for this");
        self.answer(request, reply)
    }

    pub fn answer(self, request: RequestId, reply: Reply) -> Self {
        self.message(Message::Replied { request, reply, took: Duration::from_millis(84) })
    }

    pub fn request_for(&self, reply: &Reply) -> Option<RequestId> {
        self.effects.iter().rev().find_map(|effect| match (effect, reply) {
            (Effect::SignIn { request, .. }, Reply::SignedIn(_))
            | (Effect::ListOrganizations { request, .. }, Reply::Listed(_))
            | (Effect::FetchOrganization { request, .. }, Reply::Fetched(_))
            | (Effect::ReadBanner { request }, Reply::Banner(_))
            | (Effect::Introduce { request }, Reply::Introduced(_))
            | (Effect::ListDomains { request }, Reply::DomainsListed(_))
            | (Effect::Connect { request, .. }, Reply::Connected(_))
            | (Effect::PatchOrganization { request, .. }, Reply::Patched(_))
            | (Effect::FetchConnection { request, .. }, Reply::ConnectionFetched(_))
            | (Effect::TestConnection { request, .. }, Reply::ConnectionTested(_))
            | (Effect::Discover { request, .. }, Reply::Discovered(_))
            | (Effect::ListProfiles { request }, Reply::ProfilesListed(_))
            | (Effect::Save { request, .. } | Effect::SaveReport { request, .. }, Reply::Saved(_))
            | (Effect::Reload { request, .. }, Reply::Reloaded(_))
            | (Effect::ReadPlan { request, .. }, Reply::PlanRead(_))
            | (Effect::Trust { request, .. }, Reply::Trusted(_))
            | (Effect::ListConnections { request }, Reply::ConnectionsListed(_)) => Some(*request),
            _ => None,
        })
    }

    pub fn message(mut self, message: Message) -> Self {
        let stamped = Stamped { at: self.now, message };
        for effect in update(&mut self.state, &self.keymap, stamped) {
            match effect {
                Effect::Record { request, operation, transition } => {
                    self.records.push((request, operation, transition));
                    self = self.write(request);
                }
                Effect::KeepPlan { request, .. } if self.plans == JournalOf::Working => {
                    self = self.answer(request, Reply::PlanKept(Ok(())));
                }
                other => self.effects.push(other),
            }
        }
        self
    }

    /// The journal answers, if it does.
    fn write(self, request: RequestId) -> Self {
        let line = self.records.len() as u64;
        match self.journal {
            JournalOf::Working => self.answer(request, Reply::Recorded(Ok(line))),
            JournalOf::Failing => {
                let reason = "journal: no space left on the disk".into();
                self.answer(request, Reply::Recorded(Err(JournalFailure { reason })))
            }
            JournalOf::Silent => self,
        }
    }

    /// Every question of the open review answered as it should be.
    pub fn checked(self) -> Self {
        let value = match &self.state.change.as_ref().unwrap().phase {
            Phase::Reviewing(review) => review.value.clone(),
            other => panic!("no review but {other:?}"),
        };
        let target = self.state.change.as_ref().unwrap().target.as_ref().clone();
        self.fetched(Ok(target.clone()))
            .discovered(target.organization_id.as_sent())
            .works(connection(value.as_sent(), ConnectionState::Ready))
    }

    /// The new connection exists and works.
    fn works(self, connection: Connection) -> Self {
        self.reply(Reply::ConnectionFetched(Box::new(Ok(connection.clone()))))
            .reply(Reply::ConnectionTested(Box::new(Ok(connection))))
    }

    /// The connection that a plan moves to exists, works, and reaches these organizations.
    pub fn probed(self, name: &str, reached: &[Organization]) -> Self {
        let found = reached.iter().map(|organization| {
            Record::Sound(Discovered {
                name: organization.name.clone(),
                organization_id: organization.organization_id.clone(),
                connection: name.into(),
                cloud_name: "sfdc".into(),
                kind: organization.kind.clone(),
            })
        });
        self.reply(Reply::Discovered(Ok(found.collect()))).works(connection(name, ConnectionState::Ready))
    }

    /// The new connection reaches the organization of this id.
    pub fn discovered(self, organization_id: &str) -> Self {
        let found = Discovered {
            name: "Found".into(),
            organization_id: organization_id.into(),
            connection: "new-sfdc-connection".into(),
            cloud_name: "sfdc".into(),
            kind: "Regular".into(),
        };
        self.reply(Reply::Discovered(Ok(vec![Record::Sound(found)])))
    }

    /// Presses keys one after the other, in the keymap's notation.
    pub fn keys(mut self, keys: &str) -> Self {
        let keys: KeySequence = keys.parse().unwrap();
        for key in keys.keys() {
            self = self.message(Message::Key(*key));
        }
        self
    }

    /// Types a text letter by letter.
    pub fn text(mut self, text: &str) -> Self {
        for c in text.chars() {
            let key = cckm_tui::input::Key::plain(cckm_tui::input::KeyCode::Char(c));
            self = self.message(Message::Key(key));
        }
        self
    }

    /// Lets time pass; what is due happens, each at its own moment.
    pub fn wait(mut self, milliseconds: u64) -> Self {
        let end = self.now + Duration::from_millis(milliseconds);
        while let Some(due) = self.state.next_deadline().filter(|due| *due <= end) {
            self.now = self.now.max(due);
            self = self.deadline();
        }
        self.now = end;
        self.deadline()
    }

    /// The loop woke up by itself. Whatever was due must not be due any more, or it would wake up for ever.
    fn deadline(self) -> Self {
        let app = self.message(Message::DeadlineReached);
        let next = app.state.next_deadline();
        assert!(next.is_none_or(|next| next > app.now), "due at {next:?} after {:?}: it would spin", app.now);
        app
    }

    /// From here on [`asked`](App::asked) counts.
    pub fn onwards(mut self) -> Self {
        self.told = self.effects.len();
        self
    }

    /// The effects since [`onwards`](App::onwards).
    pub fn asked(&self) -> &[Effect] {
        &self.effects[self.told..]
    }

    /// A frame reached the terminal.
    pub fn drawn(self) -> Self {
        self.message(Message::Drawn)
    }

    /// The edit window of Thales.
    pub fn choosing(self) -> Self {
        self.keys("/").text("thales").keys("enter e")
    }

    /// The review of a change of Thales to `new-sfdc-connection`, listening.
    pub fn reviewed(self) -> Self {
        self.choosing().text("new-sfdc-connection").keys("enter").checked().drawn().wait(500)
    }

    /// The PATCH of Thales sent.
    pub fn sent(self) -> Self {
        self.reviewed().keys("y")
    }

    pub fn patched(self, answer: Result<PatchAnswer, Failure>) -> Self {
        self.reply(Reply::Patched(Box::new(answer)))
    }

    pub fn fetched(self, result: Result<Organization, Failure>) -> Self {
        self.reply(Reply::Fetched(Box::new(result)))
    }

    /// The change of Thales sent, answered 200 and verified.
    pub fn changed(self) -> Self {
        let after = moved(&thales(), "new-sfdc-connection");
        self.reviewed().keys("y").patched(Ok(answer(200, Some(after.clone())))).fetched(Ok(after))
    }

    /// Names of the rows shown, in order.
    pub fn shown(&self) -> Vec<String> {
        let rows = &self.state.list.rows;
        (0..rows.shown()).map(|at| rows.at(at).unwrap().title().into_string()).collect()
    }

    /// Name of the selected row.
    pub fn selected(&self) -> Option<String> {
        self.state.list.row().map(|row| row.title().into_string())
    }

    /// The selected row's line of the pane.
    pub fn line(&self) -> usize {
        self.state.list.position - self.state.list.offset
    }

    /// Names of the rows that carry the mark of a change.
    pub fn marked(&self) -> Vec<String> {
        let rows = &self.state.list.rows;
        let rows = (0..rows.shown()).filter_map(|at| rows.at(at));
        rows.filter(|row| row.changed().is_some()).map(|row| row.title().into_string()).collect()
    }

    /// The words of the notice.
    pub fn notice(&self) -> &str {
        self.state.notice.as_ref().map_or("", |notice| notice.text.as_str())
    }

    /// How a settled change ended.
    pub fn outcome(&self) -> Option<Outcome> {
        match &self.state.change.as_ref()?.phase {
            Phase::Settled { outcome, .. } => Some(*outcome),
            _ => None,
        }
    }

    /// Whether the answer to a PATCH is waited for.
    pub fn is_sending(&self) -> bool {
        matches!(self.state.change.as_ref().map(|change| &change.phase), Some(Phase::Sending { .. }))
    }

    /// Whether a reading that settles a change is waited for.
    pub fn is_reading(&self) -> bool {
        let phase = self.state.change.as_ref().map(|change| &change.phase);
        matches!(phase, Some(Phase::Settling { request: Some(_), .. }))
    }

    /// What is typed in the edit window.
    pub fn typed(&self) -> &str {
        self.state.change.as_ref().map_or("", |change| change.chooser.field.text())
    }

    /// How many changes were sent.
    pub fn patches(&self) -> usize {
        self.effects.iter().filter(|effect| matches!(effect, Effect::PatchOrganization { .. })).count()
    }
}

/// The nth number that is handed out, from one on.
pub fn number(nth: usize) -> RequestId {
    let mut requests = RequestIds::default();
    (1..nth).for_each(|_| {
        requests.next();
    });
    requests.next()
}

/// A change of an earlier run of an organization, whose end is not known.
pub fn open_operation(n: u64, organization: &Organization, server: &str, after: &str) -> OpenOperation {
    let operation = Operation {
        id: OperationId::new(RunId::new(0x0e_a711), n + 1),
        target: Target {
            server: server.into(),
            server_identity: "".into(),
            domain: "".into(),
            user: "admin".into(),
            profile: "".into(),
            id: organization.id.clone(),
            name: organization.name.clone(),
            organization_id: organization.organization_id.clone(),
        },
        before: organization.connection.clone(),
        before_updated_at: organization.updated_at.clone(),
        after: after.into(),
        reason: "CHG-4710".into(),
        overridden: "".into(),
        undo_of: None,
        plan: None,
    };
    let at = "2026-11-23T17:12:00.123Z".parse().unwrap();
    OpenOperation { operation, at, sent: true, answered: None }
}

/// A failure of a call.
pub fn failure(call: Call, kind: FailureKind) -> Failure {
    Failure::new(call, kind, "as the library words it")
}

/// A refusal of a call, with words of the server.
pub fn refused(call: Call, status: u16) -> Failure {
    let words = ServerWords {
        code: "NCERRExample".into(),
        message: "words of the server".into(),
        request_id: "0f1e2d".into(),
    };
    Failure { words, ..Failure::new(call, FailureKind::Refused { status }, "") }
}

/// An answer to a PATCH.
pub fn answer(status: u16, organization: Option<Organization>) -> PatchAnswer {
    let body = organization.as_ref().map(|organization| organization.json.clone()).unwrap_or_default();
    PatchAnswer {
        status,
        reason: cckm_tui::app::explain::reason(status),
        took: Duration::from_millis(312),
        organization,
        words: ServerWords::default(),
        body,
        retry_after: None,
        oddity: "".into(),
    }
}
