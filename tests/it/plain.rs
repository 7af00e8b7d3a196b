//! Plain mode, line by line: whole conversations with the demo server, and what must not be consent.

mod plans;
mod session;
mod troubles;

use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, Writer, base_url};
use cckm_tui::app::{Message, Reply, Run, Settings, State};
use cckm_tui::demo::{Demo, Options, Rule};
use cckm_tui::domain::Password;
use cckm_tui::journal::Journal;
use cckm_tui::keymap::Keymap;
use cckm_tui::plain::{self, Ended, Lines, Paper, Parts};
use cckm_tui::runtime::client::Access;
use cckm_tui::runtime::executor::Executor;
use cckm_tui::runtime::{self, Clock, Event, clock, unseen};
use ratatui::layout::Size;
use tokio::sync::mpsc::Sender;
use tokio::time::timeout;

use crate::support::app;

/// How long a conversation may take. Far more than it takes, because machines are busy.
const DEADLINE: Duration = Duration::from_mins(1);

/// Paper that can be read while it is printed on.
#[derive(Clone, Default)]
struct Sheet(Arc<Mutex<Vec<u8>>>);

impl Sheet {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Sheet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A conversation that is over.
struct Talk {
    text: String,
    ended: Ended,
    /// The bodies of the changes that the server received.
    patches: Vec<String>,
}

/// Where a conversation takes place: a demo server, and what the program is told of it and of this run.
struct Stage {
    demo: Arc<Demo>,
    settings: Settings,
    run: Run,
    /// The file of a plan is read when the list was told, and not before.
    is_slow_to_read: bool,
}

/// Passes on what happens, a plan that was read when the list is on the sheet.
fn slowly(queue: Sender<Event>, sheet: Sheet) -> Sender<Event> {
    let (sender, mut events) = tokio::sync::mpsc::channel(1_000);
    tokio::spawn(async move {
        while let Some(event) = events.recv().await {
            let (queue, sheet) = (queue.clone(), sheet.clone());
            let is_plan =
                |message: &Message| matches!(message, Message::Replied { reply: Reply::PlanRead(_), .. });
            let is_plan = matches!(&event, Event::Happened(m) | Event::Told(_, m) if is_plan(m));
            tokio::spawn(async move {
                while is_plan && !sheet.text().contains("Organizations 1 to") {
                    tokio::task::yield_now().await;
                }
                queue.send(event).await
            });
        }
    });
    sender
}

impl Stage {
    async fn new() -> Self {
        let demo =
            Demo::start(Options { record: true, organizations: 24, ..Options::default() }).await.unwrap();
        let settings = Settings { server: demo.base().trim_end_matches('/').into(), ..app::settings() };
        let run = Run { started_at: clock::wall_seconds(), ..app::run() };
        Self { demo: Arc::new(demo), settings, run, is_slow_to_read: false }
    }

    /// With this trouble, by its name.
    fn with(self, fault: &str) -> Self {
        self.demo.faults().add(Rule::named(fault).unwrap());
        self
    }

    fn set(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// A conversation with these lines, ended by the end of the input.
    async fn script(self, lines: &[&str]) -> Talk {
        self.converse(Cursor::new(lines.join("\n")), Sheet::default(), |_, _| ()).await
    }

    /// The same with something done on the side.
    async fn converse(
        self,
        typed: impl Read + Send + 'static,
        sheet: Sheet,
        aside: impl FnOnce(Sender<Event>, Sheet),
    ) -> Talk {
        let Self { demo, settings, run, is_slow_to_read } = self;
        let server = Server { base: base_url(demo.base()).unwrap(), trust: Trust::System };
        let password = settings.password_known.then(|| Password::new(demo.password()));
        let credentials = Credentials { password, ..Credentials::new(demo.user()) };
        let reader = Reader::new(server, credentials, Limits::default()).unwrap();
        let access = if settings.read_only {
            Access::ReadOnly(reader)
        } else {
            Access::ReadWrite(Writer::new(reader))
        };
        let (queue, events) = runtime::queue();
        let clock = Clock::starting_now();
        let told = if is_slow_to_read { slowly(queue.clone(), sheet.clone()) } else { queue.clone() };
        let mut shell = Executor::new(access, told, clock, Ok(Journal::in_memory()));
        aside(queue.clone(), sheet.clone());
        drop(queue);
        let parts = Parts {
            core: unseen::Parts { events, shell: &mut shell, clock, keymap: &Keymap::shipped() },
            lines: Lines::start(typed).unwrap(),
            keyboard: None,
            paper: Paper::new(sheet.clone(), false),
        };
        let state = State::new(Size::new(80, 24), run, settings);
        let ended = timeout(DEADLINE, plain::run(parts, state)).await;
        let ended = ended.unwrap_or_else(|_| panic!("it does not end:\n{}", sheet.text())).unwrap();
        let requests = demo.requests().into_iter().filter(|request| request.method == "PATCH");
        let patches = requests.map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect();
        let text = sheet.text();
        assert!(!text.chars().any(|c| c.is_control() && c != '\n'), "{text:?}");
        Talk { text, ended, patches }
    }
}

/// A conversation with these lines and settings, without trouble.
async fn script(change: impl FnOnce(&mut Settings), lines: &[&str]) -> Talk {
    Stage::new().await.set(change).script(lines).await
}

/// Compares what was told with what is kept under this name.
fn assert_told(name: &str, text: &str) {
    insta::assert_snapshot!(name, text);
}

/// What is told while something is waited for: how much of it depends on how long it takes.
const PROGRESS: [&str; 8] = [
    "Signing in.",
    "Reading the ",
    "Checking; ",
    "The intent is ",
    "Sent once; ",
    "Answer: ",
    "Writing the ",
    "Note: ",
];

/// The text without what is another each time: spans, points in time, the port, progress.
fn masked(text: &str) -> String {
    let line = |line: &str| without_milliseconds(line).split(' ').map(mask).collect::<Vec<_>>().join(" ");
    let told = text.lines().filter(|line| !PROGRESS.iter().any(|progress| line.starts_with(progress)));
    told.map(line).collect::<Vec<_>>().join("\n").replace("TIME  T ago · created", "TIME  created")
}

fn mask(word: &str) -> String {
    let bare = word.trim_matches(|c: char| matches!(c, '(' | ')' | ',' | ':' | '"'));
    let is_span = bare.strip_suffix(|c: char| "smhdy".contains(c)).is_some_and(is_number);
    let is_time = bare.len() > 9 && bare.starts_with("20") && bare.chars().filter(|c| *c == '-').count() == 2;
    let is_clock = bare.len() == 9 && bare.ends_with('Z') && bare.chars().filter(|c| *c == ':').count() == 2;
    if is_span {
        return word.replace(bare, "T");
    }
    if is_time || is_clock {
        return word.replace(bare, "TIME");
    }
    match word.split_once("127.0.0.1:") {
        Some((before, _)) => format!("{before}127.0.0.1:PORT"),
        None => word.to_owned(),
    }
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

/// Milliseconds are told as a number and a word.
fn without_milliseconds(text: &str) -> String {
    let mut words: Vec<String> = text.split(' ').map(str::to_owned).collect();
    for at in 1..words.len() {
        if words[at].starts_with("ms") {
            let number = words[at - 1].trim_start_matches('(').to_owned();
            if is_number(&number) {
                words[at - 1] = words[at - 1].replace(&number, "T");
            }
        }
    }
    words.join(" ")
}
