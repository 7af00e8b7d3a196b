//! From one place to another: over real sockets, what reaches whom; in the core, what is forgotten and kept.

use std::sync::Arc;
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, Writer, base_url};
use cckm_tui::app::{
    Badge, ConnectFailure, Destination, Message, Profile, Session, Settings, Stamped, State, switch, update,
};
use cckm_tui::demo::{Demo, Options, Rule};
use cckm_tui::domain::{Fingerprint, Moment, Password, Pin};
use cckm_tui::journal::Journal;
use cckm_tui::keymap::Keymap;
use cckm_tui::runtime::client::Access;
use cckm_tui::runtime::connector::{Connect, Connected, Trusted};
use cckm_tui::runtime::executor::Executor;
use cckm_tui::runtime::{self, Clock, Event, Inbox, Perform as _};
use cckm_tui::text::Untrusted;
use futures_util::future::{BoxFuture, FutureExt as _, ready};
use ratatui::layout::Size;
use tokio::time::timeout;

use crate::support::app::{run, settings};

/// How long anything may take. Far more than it takes, because machines are busy.
const DEADLINE: Duration = Duration::from_secs(30);

/// Two servers with accounts and secrets of their own.
#[derive(Debug)]
struct Two {
    a: Demo,
    b: Demo,
}

impl Two {
    async fn start() -> Arc<Self> {
        let start = || Demo::start(Options { record: true, ..Options::default() });
        Arc::new(Self { a: start().await.unwrap(), b: start().await.unwrap() })
    }

    fn demo(&self, name: &str) -> &Demo {
        if name == "a" { &self.a } else { &self.b }
    }

    fn client(&self, name: &str) -> Connected {
        let demo = self.demo(name);
        let server = Server { base: base_url(demo.base()).unwrap(), trust: Trust::System };
        let password = Some(Password::new(demo.password()));
        let credentials = Credentials { password, ..Credentials::new(demo.user()) };
        let reader = Reader::new(server, credentials, Limits::default()).unwrap();
        let settings = Settings {
            destination: Destination::profile(name),
            badge: Badge::Profile(name.into()),
            server: demo.base().into(),
            ..settings()
        };
        Connected { access: Access::ReadWrite(Writer::new(reader)), settings }
    }
}

/// The way to both of them, by name.
#[derive(Debug)]
struct Ways(Arc<Two>);

impl Connect for Ways {
    fn connect(&self, to: Destination) -> BoxFuture<'static, Result<Connected, ConnectFailure>> {
        let made = match to.profile.as_deref() {
            Some(name @ ("a" | "b")) => Ok(self.0.client(name)),
            _ => Err(ConnectFailure { reason: "config.toml: no such profile".into() }),
        };
        ready(made).boxed()
    }

    fn settings(&self, to: Destination) -> BoxFuture<'static, Result<Settings, ConnectFailure>> {
        self.connect(to).map(|made| made.map(|made| made.settings)).boxed()
    }

    fn profiles(&self) -> BoxFuture<'static, Result<Vec<Profile>, ConnectFailure>> {
        let profile = |name: &str| Profile {
            to: Destination::profile(name),
            settings: Ok(self.0.client(name).settings),
        };
        ready(Ok(vec![profile("a"), profile("b")])).boxed()
    }

    fn trust(&self, _: Untrusted, fingerprint: Fingerprint) -> BoxFuture<'static, Trusted> {
        ready(Trusted { pin: Pin { fingerprint, since: None }, stored: Ok(()) }).boxed()
    }
}

/// The core and the runtime together, without a screen.
struct Bench {
    two: Arc<Two>,
    executor: Executor,
    events: Inbox,
    state: State,
    keymap: Keymap,
    /// What was dropped because it came from a place that was left.
    unheard: usize,
}

impl Bench {
    async fn at_a() -> Self {
        let two = Two::start().await;
        let (queue, events) = runtime::queue();
        let Connected { access, settings } = two.client("a");
        let executor = Executor::new(access, queue, Clock::starting_now(), Ok(Journal::in_memory()))
            .reaching(Arc::new(Ways(Arc::clone(&two))));
        let state = State::new(Size::new(80, 24), run(), settings);
        let mut bench = Self { two, executor, events, state, keymap: Keymap::shipped(), unheard: 0 };
        bench.tell(Message::Started);
        bench.until(|state| state.list.load.is_none() && !state.list.rows.is_empty()).await;
        bench
    }

    fn tell(&mut self, message: Message) {
        let stamped = Stamped { at: Moment::after_start(Duration::from_secs(1)), message };
        let effects = update(&mut self.state, &self.keymap, stamped);
        for effect in effects {
            self.executor.perform(effect);
        }
    }

    async fn until(&mut self, is_so: impl Fn(&State) -> bool) {
        while !is_so(&self.state) {
            match timeout(DEADLINE, self.events.recv()).await.unwrap().unwrap() {
                Event::Happened(message) => self.tell(message),
                Event::Told(client, message) if self.executor.is_present(client) => self.tell(message),
                Event::Told(..) => self.unheard += 1,
                other => panic!("{other:?}"),
            }
        }
    }

    fn go(&mut self, to: Destination) {
        let effects = switch::connect(&mut self.state, to);
        for effect in effects {
            self.executor.perform(effect);
        }
    }
}

fn is_at(state: &State, name: &str) -> bool {
    state.settings.badge == Badge::Profile(name.into())
}

#[tokio::test]
async fn au_14_no_token_of_one_server_reaches_another_and_late_answers_are_dropped() {
    let mut bench = Bench::at_a().await;
    bench.two.a.faults().add(Rule::named("slow:300").unwrap());
    // Reads of the old place, on the way while it is left.
    bench.tell(Message::Key("r".parse().unwrap()));
    let first_number = bench.state.requests.clone().next();
    bench.go(Destination::profile("b"));
    bench.until(|state| is_at(state, "b")).await;
    assert!(bench.state.list.rows.is_empty(), "the header comes before any row, and no row is of the old");
    assert_eq!(bench.state.session, Session::SignedOut);
    bench.until(|state| state.list.load.is_none() && !state.list.rows.is_empty()).await;
    assert!(bench.state.requests.clone().next() > first_number, "numbers go on growing");
    bench.go(Destination::profile("a"));
    bench.until(|state| is_at(state, "a") && state.list.load.is_none() && !state.list.rows.is_empty()).await;
    bench.executor.close(DEADLINE).await;

    let (of_a, of_b) = (bench.two.a.requests(), bench.two.b.requests());
    let bearers = |requests: &[cckm_tui::demo::Recorded]| {
        let bearers =
            requests.iter().filter_map(|request| request.header("authorization").map(str::to_owned));
        bearers.collect::<std::collections::BTreeSet<_>>()
    };
    let (a, b) = (bearers(&of_a), bearers(&of_b));
    assert!(!a.is_empty() && !b.is_empty());
    assert_eq!(a.intersection(&b).count(), 0, "a token of one server at the other");
    let revoked = |requests: &[cckm_tui::demo::Recorded]| {
        requests.iter().filter(|request| request.method == "DELETE").count()
    };
    assert_eq!((revoked(&of_a), revoked(&of_b)), (2, 1), "each session is ended at its server: {of_a:?}");
}
