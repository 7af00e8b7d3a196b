//! Random stories through the whole core.

use std::time::Duration;

use cckm_tui::app::change::{Gate, Phase};
use cckm_tui::app::list::{Row, RowKey};
use cckm_tui::app::modal::Modal;
use cckm_tui::app::{ConnectFailure, Effect, Message, Reply, RequestId, Session};
use cckm_tui::domain::{
    Call, Connection, ConnectionState, Discovered, Domain, Failure, FailureKind, Introduction, Moment,
    Organization, Page, Record, Transition,
};
use cckm_tui::input::{Key, KeyCode, Mouse, MouseAction};
use cckm_tui::text::Untrusted;
use proptest::prelude::*;
use ratatui::layout::Size;

use super::config;
use crate::support::app::{App, JournalOf, answer, failure, number, refused, run, settings};
use crate::support::records::{connection, damaged, named};
use crate::support::screen;

#[derive(Clone, Debug)]
enum Step {
    /// A key, in the keymap's notation.
    Key(&'static str),
    /// Letters one by one.
    Text(&'static str),
    /// As far as a review that listens, if nothing is in the way.
    Review,
    /// An answer to one of the requests that are waited for.
    Answer(usize, u8),
    /// An answer nobody waits for.
    Stray(u8),
    Resize(u16, u16),
    Paste(&'static str),
    /// Somewhere, with the wheel or without.
    Mouse(u8, u16, u16),
    Wait(u64),
    Drawn,
    Session(bool),
    /// The journal fails, falls silent, or works.
    Journal(u8),
}

const KEYS: &[&str] = &[
    "j",
    "k",
    "g",
    "G",
    "5",
    "2",
    "1",
    "pgdn",
    "pgup",
    "ctrl-d",
    "ctrl-u",
    "home",
    "end",
    "up",
    "down",
    "tab",
    "backtab",
    "enter",
    "enter",
    "enter",
    "esc",
    "esc",
    "e",
    "e",
    "/",
    "s",
    "S",
    "r",
    "v",
    "p",
    "y",
    "y",
    "n",
    "?",
    "f1",
    "ctrl-l",
    "ctrl-c",
    "backspace",
    "left",
    "ctrl-w",
    "x",
    "c",
    "o",
    "z",
    "@",
    "C",
    "space",
    "<",
    "l",
    "h",
    "w",
    "J",
    ":",
];

fn step() -> impl Strategy<Value = Step> {
    let size = (0..6_usize, 0..6_usize)
        .prop_map(|(w, h)| Step::Resize([0, 40, 60, 80, 120, 200][w], [0, 10, 16, 24, 36, 60][h]));
    prop_oneof![
        12 => prop::sample::select(KEYS).prop_map(Step::Key),
        2 => prop::sample::select(&["org", "new", "sfdc", "zz", "y", "secret"][..]).prop_map(Step::Text),
        2 => Just(Step::Review),
        10 => (any::<usize>(), any::<u8>()).prop_map(|(which, kind)| Step::Answer(which, kind)),
        1 => any::<u8>().prop_map(Step::Stray),
        1 => size,
        1 => prop::sample::select(&["qdy\r", "new-one", "a\nb"][..]).prop_map(Step::Paste),
        2 => (0..3_u8, 0..80_u16, 0..24_u16).prop_map(|(how, x, y)| Step::Mouse(how, x, y)),
        4 => prop::sample::select(&[0, 1, 499, 500, 1500, 8000, 31_000, 400_000][..]).prop_map(Step::Wait),
        4 => Just(Step::Drawn),
        1 => any::<bool>().prop_map(Step::Session),
        1 => any::<u8>().prop_map(Step::Journal),
    ]
}

/// A story, and what is known of it from outside.
struct Story {
    app: App,
    /// Requests without an answer.
    open: Vec<Effect>,
    latest: Option<RequestId>,
}

impl Story {
    fn new(password_known: bool) -> Self {
        let settings = cckm_tui::app::Settings { password_known, ..settings() };
        let app = App::of(cckm_tui::app::Run { mouse: true, ..run() }, settings, 80, 24);
        let mut story = Self { app, open: Vec::new(), latest: None };
        story.took_effects(0, None);
        story
    }

    fn message(self, message: Message) -> Self {
        let Self { app, open, latest } = self;
        let told = app.effects.len();
        let before = Before::of(&app);
        let mut story = Self { app: app.message(message), open, latest };
        story.took_effects(told, Some(&before));
        story.check();
        story
    }

    /// New effects: numbers only grow, one request of a kind, a PATCH only with consent.
    fn took_effects(&mut self, told: usize, before: Option<&Before>) {
        let new = self.app.effects[told..].to_vec();
        let patches = new.iter().filter(|effect| matches!(effect, Effect::PatchOrganization { .. })).count();
        if patches > 0 {
            assert_eq!(patches, 1);
            let before = before.expect("sent at the start");
            // The intent of this change is the latest there is, and it became durable just now; or the change
            // was answered 401 and what was read back is untouched.
            let intents = self.app.records.iter().filter(|(.., step)| matches!(step, Transition::Intent(_)));
            let now = intents.count();
            let resent = self.app.state.change.as_ref().is_some_and(|change| change.sends == 2);
            assert!(
                (before.listens && now == before.intents + 1) || (before.refused_401 && resent),
                "sent without a consent on record: {new:?}"
            );
        }
        for effect in new {
            if let Effect::Cancel(cancelled) = effect {
                self.open.retain(|open| open.request() != Some(cancelled));
            }
            if let Some(request) = effect.request() {
                assert!(
                    self.latest.is_none_or(|latest| latest < request),
                    "{request:?} after {:?}",
                    self.latest
                );
                self.latest = Some(request);
                self.open.push(effect);
            }
        }
        let count = |kind: fn(&Effect) -> bool| self.open.iter().filter(|effect| kind(effect)).count();
        assert!(count(|effect| matches!(effect, Effect::SignIn { .. })) <= 1);
        assert!(count(|effect| matches!(effect, Effect::ListOrganizations { .. })) <= 4);
        assert!(count(|effect| matches!(effect, Effect::ListConnections { .. })) <= 1);
        assert!(count(|effect| matches!(effect, Effect::PatchOrganization { .. })) <= 1);
    }

    fn check(&self) {
        let (state, list) = (&self.app.state, &self.app.state.list);
        let shown = list.rows.shown();
        assert_eq!(list.selected.is_some(), shown > 0);
        assert_eq!(list.rows.at(list.position).map(Row::key), list.selected);
        assert!(list.offset == 0 || list.offset + list.height.max(1) <= shown, "blank rows at the end");
        if list.height > 0 && shown > 0 {
            assert!((list.offset..list.offset + list.height).contains(&list.position), "not in sight");
        }
        assert!(list.in_sight().count() <= list.height);
        assert!(state.modals.len() <= 6, "{:?}", state.modals);
        let changes = state.modals.iter().filter(|modal| **modal == Modal::Change).count();
        for (_, operation, _) in &self.app.records {
            let steps = self.app.records.iter().filter(|(_, other, _)| other == operation);
            let steps: Vec<&Transition> = steps.map(|(.., step)| step).collect();
            let sent = steps.iter().filter(|step| ***step == Transition::Sent).count();
            let refused =
                steps.iter().any(|step| **step == Transition::Answered { status: 401, by_another: false });
            assert!(sent <= 1 + usize::from(refused), "{steps:?}");
            assert!(sent == 0 || matches!(steps[0], Transition::Intent(_)), "{steps:?}");
        }
        assert!(changes <= 1 && (changes == 0 || state.change.is_some()), "{:?}", state.modals);
    }

    fn apply(self, step: &Step) -> Self {
        match step {
            Step::Key(key) => self.key(key.parse().unwrap()),
            Step::Text(text) => text.chars().fold(self, |story, c| story.key(Key::plain(KeyCode::Char(c)))),
            Step::Review => {
                let story = self.key("e".parse().unwrap()).apply(&Step::Text("new-one"));
                let story = story.key("enter".parse().unwrap()).key("enter".parse().unwrap());
                story.checked().message(Message::Drawn).apply(&Step::Wait(500))
            }
            Step::Answer(which, kind) => self.answer(*which, *kind),
            Step::Stray(kind) => self.stray(*kind),
            Step::Resize(width, height) => self.message(Message::Resized(Size::new(*width, *height))),
            Step::Paste(text) => self.message(Message::Pasted((*text).to_owned())),
            Step::Mouse(how, column, row) => {
                let actions = [MouseAction::Press, MouseAction::WheelUp, MouseAction::WheelDown];
                let action = actions[usize::from(*how) % 3];
                let mouse = Mouse { action, column: *column, row: *row };
                self.message(Message::Mouse { mouse, times: 1 + usize::from(*how) })
            }
            Step::Wait(milliseconds) => self.wait(*milliseconds),
            Step::Drawn => self.message(Message::Drawn),
            Step::Session(true) => {
                let until = self.app.now + Duration::from_mins(5);
                self.message(Message::SessionChanged(Session::SignedIn { until }))
            }
            Step::Journal(kind) => {
                let mut story = self;
                story.app.journal =
                    [JournalOf::Working, JournalOf::Failing, JournalOf::Silent][usize::from(*kind) % 3];
                story
            }
            Step::Session(false) => self.message(Message::SessionChanged(Session::SignedOut)),
        }
    }

    fn key(self, key: Key) -> Self {
        self.message(Message::Key(key))
    }

    fn wait(mut self, milliseconds: u64) -> Self {
        let end = self.app.now + Duration::from_millis(milliseconds);
        loop {
            let due = self.app.state.next_deadline().unwrap_or(end).min(end);
            self.app.now = self.app.now.max(due);
            self = self.message(Message::DeadlineReached);
            let (next, now) = (self.app.state.next_deadline(), self.app.now);
            assert!(next.is_none_or(|next| next > now), "due at {next:?}, after {now:?}: it would spin");
            if now >= end {
                return self;
            }
        }
    }

    /// Every open question of a review answered as it should be.
    fn checked(mut self) -> Self {
        while let Some(place) = self.open.iter().position(|effect| {
            let reviewing = matches!(
                self.app.state.change.as_ref().map(|change| &change.phase),
                Some(Phase::Reviewing(review)) if review.checks.gate() == Gate::Waiting
            );
            let question = matches!(
                effect,
                Effect::FetchConnection { .. }
                    | Effect::TestConnection { .. }
                    | Effect::Discover { .. }
                    | Effect::FetchOrganization { .. }
            );
            reviewing && question
        }) {
            let effect = self.open.remove(place);
            let target = self.app.state.change.as_ref().unwrap().target.as_ref().clone();
            let (request, reply) = match &effect {
                Effect::FetchOrganization { request, .. } => (*request, Reply::Fetched(Box::new(Ok(target)))),
                other => (other.request().unwrap(), reply(other, 0)),
            };
            self = self.message(Message::Replied { request, reply, took: Duration::ZERO });
        }
        self
    }

    fn answer(mut self, which: usize, kind: u8) -> Self {
        if self.open.is_empty() {
            return self;
        }
        let effect = self.open.remove(which % self.open.len());
        let Some(request) = effect.request() else { return self };
        let reply = reply(&effect, kind);
        self.message(Message::Replied { request, reply, took: Duration::ZERO })
    }

    /// An answer to a number that nobody waits for changes nothing at all.
    fn stray(self, kind: u8) -> Self {
        let request = number(100_000);
        let any = [
            Effect::SignIn { request, password: None },
            Effect::ListConnections { request },
            Effect::ListOrganizations {
                request,
                window: cckm_tui::domain::Window::FIRST,
                criteria: cckm_tui::domain::Criteria::default(),
            },
            Effect::FetchOrganization { request, id: organization(1, 0).id },
            Effect::PatchOrganization {
                request,
                id: organization(1, 0).id,
                patch: cckm_tui::domain::OrganizationPatch { connection: "c-1".into() },
            },
            Effect::FetchConnection { request, named: "c-1".into() },
            Effect::TestConnection { request, connection: connection("c-1", ConnectionState::Fail) },
            Effect::Discover { request, connection: "c-1".into() },
        ];
        let before = self.app.state.clone();
        let told = self.app.effects.len();
        let reply = reply(&any[usize::from(kind) % any.len()], kind / 8);
        let story = self.message(Message::Replied { request, reply, took: Duration::ZERO });
        assert!(before == story.app.state, "a stray answer changed something");
        assert_eq!(told, story.app.effects.len());
        story
    }
}

/// What is to be known of the moment before a message.
struct Before {
    /// A review is in sight, listens, and nothing stands against it.
    listens: bool,
    /// Intents on record.
    intents: usize,
    /// A change was sent once, answered 401, and is being read back.
    refused_401: bool,
}

impl Before {
    fn of(app: &App) -> Self {
        let change = app.state.change.as_ref();
        let open = change.is_some_and(|change| match &change.phase {
            Phase::Reviewing(review) => review.obstacle(&app.state.settings.rules, &change.target).is_none(),
            _ => false,
        });
        let refused_401 = change.is_some_and(|change| match &change.phase {
            Phase::Settling { evidence, request: Some(_), .. } => {
                change.sends == 1 && matches!(&evidence.answer, Ok(answer) if answer.status == 401)
            }
            _ => false,
        });
        let intents = app.records.iter().filter(|(.., step)| matches!(step, Transition::Intent(_))).count();
        let listens = open && change.is_some_and(|change| change.listens(app.now));
        Self { listens: listens && app.state.change_is_in_sight(), intents, refused_401 }
    }
}

fn organization(n: usize, connection: u8) -> Organization {
    named(n, &format!("Organization {n}"), ["c-1", "c-2", "new-one"][usize::from(connection) % 3])
}

fn failed(call: Call, kind: u8) -> Failure {
    match kind % 4 {
        0 => failure(call, FailureKind::Unreachable),
        1 => failure(call, FailureKind::TimedOut { after: Duration::from_secs(30) }),
        2 => failure(call, FailureKind::SignInNeeded),
        _ => refused(call, [401, 403, 404, 429, 500][usize::from(kind) % 5]),
    }
}

/// An answer of a kind; every other one is good.
fn reply(effect: &Effect, kind: u8) -> Reply {
    let good = kind.is_multiple_of(2);
    let salt = kind / 2;
    match effect {
        Effect::SignIn { .. } => Reply::SignedIn(if good { Ok(()) } else { Err(failed(Call::SignIn, salt)) }),
        Effect::ListOrganizations { window, .. } => Reply::Listed(if good {
            Ok(list(window.skip, salt).into())
        } else {
            Err(failed(Call::ListOrganizations, salt))
        }),
        Effect::FetchOrganization { request: _, id } => {
            let found = Organization { id: id.clone(), ..organization(usize::from(salt % 9), salt) };
            Reply::Fetched(Box::new(if good { Ok(found) } else { Err(failed(Call::GetOrganization, salt)) }))
        }
        Effect::PatchOrganization { request: _, id, patch } => {
            let after = Organization {
                id: id.clone(),
                connection: patch.connection.clone(),
                ..organization(1, salt)
            };
            let status = [200, 204, 400, 401, 409, 429, 500, 504][usize::from(salt) % 8];
            Reply::Patched(Box::new(if good {
                Ok(answer(status, (status == 200).then_some(after)))
            } else {
                Err(failed(Call::PatchOrganization, salt))
            }))
        }
        Effect::ListConnections { .. } => Reply::ConnectionsListed(if good {
            Ok(connections(salt))
        } else {
            Err(failed(Call::ListConnections, salt))
        }),
        Effect::FetchConnection { request: _, named } => Reply::ConnectionFetched(Box::new(if good {
            Ok(connection(named.as_sent(), ConnectionState::Ready))
        } else {
            Err(failed(Call::GetConnection, salt))
        })),
        Effect::TestConnection { request: _, connection } => Reply::ConnectionTested(Box::new(if good {
            Ok(connection.clone())
        } else {
            Err(failed(Call::TestConnection, salt))
        })),
        Effect::Discover { .. } => Reply::Discovered(if good {
            Ok(found(salt))
        } else {
            Err(failed(Call::DiscoverOrganizations, salt))
        }),
        Effect::ReadBanner { .. } => Reply::Banner(if good {
            Ok("Authorized use only.\n".into())
        } else {
            Err(failed(Call::ReadBanner, salt))
        }),
        Effect::Introduce { .. } => Reply::Introduced(Introduction {
            username: "ops1".into(),
            version: if good { "2.20.0".into() } else { Untrusted::default() },
            ..Introduction::default()
        }),
        Effect::ListDomains { .. } => Reply::DomainsListed(if good {
            Ok(["root", "emea"].map(|name| Domain { id: name.into(), name: name.into() }).into())
        } else {
            Err(failed(Call::ListDomains, salt))
        }),
        Effect::Record { .. } => Reply::Recorded(Ok(1)),
        Effect::KeepPlan { .. } => Reply::PlanKept(Ok(())),
        Effect::ReadPlan { .. } => Reply::PlanRead(Err("plan.json: not found".into())),
        Effect::Save { .. } | Effect::SaveReport { .. } => Reply::Saved(Err("no room".into())),
        Effect::ListProfiles { .. } => Reply::ProfilesListed(Ok(Vec::new())),
        Effect::Trust { .. } => {
            Reply::Trusted(if good { Ok(()) } else { Err("trust.toml: read-only".into()) })
        }
        Effect::Connect { .. } => Reply::Connected(if good {
            Ok(Box::new(settings()))
        } else {
            Err(ConnectFailure { reason: "config.toml:3: no such profile".into() })
        }),
        Effect::Reload { .. } => Reply::Reloaded(if good {
            Ok(Box::new(settings()))
        } else {
            Err(ConnectFailure { reason: "config.toml:3: unknown key `urll`".into() })
        }),
        Effect::KeepPassword(_)
        | Effect::Enter(_)
        | Effect::Cancel(_)
        | Effect::Copy { .. }
        | Effect::ForgetPlan(_)
        | Effect::Remember { .. }
        | Effect::Repaint
        | Effect::Suspend
        | Effect::Quit => Reply::SignedIn(Ok(())),
    }
}

/// The organizations a connection reaches: none, another one, or the first few of the list.
fn found(salt: u8) -> Vec<Record<Discovered>> {
    let ids: Vec<usize> = match salt % 4 {
        0 | 1 => (0..60).collect(),
        2 => vec![99],
        _ => Vec::new(),
    };
    let found = ids.into_iter().map(|n| Discovered {
        name: "Found".into(),
        organization_id: organization(n, 0).organization_id,
        connection: "new-one".into(),
        cloud_name: "sfdc".into(),
        kind: "Regular".into(),
    });
    found.map(Record::Sound).collect()
}

fn connections(salt: u8) -> Vec<Record<Connection>> {
    let names = ["new-one", "c-1", "c-2", "sfdc"].into_iter().skip(usize::from(salt % 3));
    names.map(|name| Record::Sound(connection(name, ConnectionState::Ready))).collect()
}

/// A page: a few records from `skip` on, a total that may not fit, sometimes a damaged record.
fn list(skip: usize, salt: u8) -> Page<Organization> {
    let salt = usize::from(salt);
    let count = salt % 40;
    let mut records: Vec<_> = (skip..skip + count)
        .filter(|n| n % 11 != salt % 11)
        .map(|n| Record::Sound(organization(n, u8::try_from((n + salt) % 3).unwrap())))
        .collect();
    if salt % 5 == 0 {
        records.push(damaged());
    }
    let total = [None, Some(skip + count), Some(skip + records.len()), Some(60)][salt % 4];
    Page::new(skip, total, records)
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_story_breaks_what_always_holds(
        password_known in any::<bool>(),
        steps in prop::collection::vec(step(), 0..120),
    ) {
        let mut story = Story::new(password_known);
        for step in &steps {
            story = story.apply(step);
        }
        screen::cells(&story.app.state);
    }

    #[test]
    fn a_change_story_sends_once_for_each_consent(steps in prop::collection::vec(step(), 0..60)) {
        let mut story = Story::new(true);
        story.app = story.app.with_organizations(5);
        story.open.clear();
        story.latest = story.app.effects.iter().filter_map(Effect::request).max();
        let mut reviews = 0;
        for step in &steps {
            story = story.apply(&Step::Review);
            let listens = story.app.state.change.as_ref().is_some_and(|change| change.listens(story.app.now));
            reviews += usize::from(listens);
            story = story.apply(&Step::Key("y")).apply(step).apply(&Step::Key("esc"));
            let steps = |wanted: fn(&Transition) -> bool| {
                story.app.records.iter().filter(|(.., step)| wanted(step)).count()
            };
            let intents = steps(|step| matches!(step, Transition::Intent(_)));
            let refused = steps(|step| matches!(step, Transition::Answered { status: 401, by_another: false }));
            prop_assert!(intents <= reviews, "{intents} of {reviews}");
            prop_assert!(story.app.patches() <= intents + refused, "{} of {intents}", story.app.patches());
        }
        let keys: Vec<RowKey> = story.app.state.list.in_sight().map(|(row, _)| row.key()).collect();
        prop_assert!(keys.len() <= story.app.state.list.height);
        screen::cells(&story.app.state);
        prop_assert!(story.app.now >= Moment::START);
    }
}
