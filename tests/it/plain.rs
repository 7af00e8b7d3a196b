//! Plain mode, line by line: whole conversations with the demo server, and what must not be consent.

use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cckm_tui::api::{Credentials, Limits, Reader, Server, Trust, Writer, base_url};
use cckm_tui::app::{Settings, State};
use cckm_tui::demo::{Demo, Options};
use cckm_tui::domain::Password;
use cckm_tui::journal::Journal;
use cckm_tui::keymap::Keymap;
use cckm_tui::plain::{self, Ended, Lines, Paper, Parts};
use cckm_tui::runtime::client::Access;
use cckm_tui::runtime::executor::Executor;
use cckm_tui::runtime::{self, Clock, End, Event, clock};
use ratatui::layout::Size;
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

/// Who talks: the settings, and what is typed.
async fn converse(change: impl FnOnce(&mut Settings), typed: impl Read + Send + 'static) -> Talk {
    let sheet = Sheet::default();
    begin(change, typed, sheet, |_, _| ()).await
}

/// A conversation with these lines, ended by the end of the input.
async fn script(change: impl FnOnce(&mut Settings), lines: &[&str]) -> Talk {
    converse(change, Cursor::new(lines.join("\n"))).await
}

/// The same, with something done on the side.
async fn begin(
    change: impl FnOnce(&mut Settings),
    typed: impl Read + Send + 'static,
    sheet: Sheet,
    aside: impl FnOnce(tokio::sync::mpsc::Sender<Event>, Sheet),
) -> Talk {
    let demo = Demo::start(Options { record: true, organizations: 24, ..Options::default() }).await.unwrap();
    let server = Server { base: base_url(demo.base()).unwrap(), trust: Trust::System };
    let mut settings = app::settings();
    settings.server = demo.base().trim_end_matches('/').into();
    change(&mut settings);
    let password = settings.password_known.then(|| Password::new(demo.password()));
    let reader =
        Reader::new(server, Credentials { password, ..Credentials::new(demo.user()) }, Limits::default())
            .unwrap();
    let access =
        if settings.read_only { Access::ReadOnly(reader) } else { Access::ReadWrite(Writer::new(reader)) };
    let (queue, events) = runtime::queue();
    let clock = Clock::starting_now();
    let mut shell = Executor::new(access, queue.clone(), clock, Ok(Journal::in_memory()));
    aside(queue.clone(), sheet.clone());
    drop(queue);
    let parts = Parts {
        events,
        shell: &mut shell,
        clock,
        keymap: &Keymap::shipped(),
        lines: Lines::start(typed).unwrap(),
        keyboard: None,
        paper: Paper::new(sheet.clone(), false),
    };
    let run = cckm_tui::app::Run { started_at: clock::wall_seconds(), ..app::run() };
    let state = State::new(Size::new(80, 24), run, settings);
    let ended = timeout(DEADLINE, plain::run(parts, state)).await;
    let ended = ended.unwrap_or_else(|_| panic!("it does not end:\n{}", sheet.text())).unwrap();
    let requests = demo.requests().into_iter().filter(|request| request.method == "PATCH");
    let patches = requests.map(|request| String::from_utf8_lossy(&request.body).into_owned()).collect();
    Talk { text: sheet.text(), ended, patches }
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

#[tokio::test(flavor = "multi_thread")]
async fn a22_a_whole_session_can_be_read_as_a_text() {
    let lines = [
        "n",
        "p",
        "/acme",
        "1",
        "c",
        "us-2025",
        "",
        "r",
        "CHG-20417",
        "yes",
        "",
        "u",
        "yes",
        "r",
        "",
        "b",
        "/",
        "q",
    ];
    let talk = script(|_| (), &lines).await;
    assert_eq!(talk.patches.len(), 2, "{}", talk.text);
    assert_eq!((talk.ended.why, talk.ended.failed), (End::Quit, false));
    insta::assert_snapshot!(masked(&talk.text));
}

/// From the start to a review in which nothing stands against sending it.
const TO_THE_REVIEW: [&str; 4] = ["/acme", "1", "c", "=sfdc-us-2025"];

fn to_the_review_and(then: &[&'static str]) -> Vec<&'static str> {
    [&TO_THE_REVIEW, then].concat()
}

#[tokio::test(flavor = "multi_thread")]
async fn m5_nothing_but_the_whole_word_is_consent() {
    let wrong = ["y", "", "YES", "Yes", "yess", "1", "send", "\u{1b}[A", "n", "b", "q"];
    let talk = script(|_| (), &to_the_review_and(&wrong)).await;
    assert!(talk.text.contains("Review: nothing is sent yet"), "{}", talk.text);
    assert!(talk.text.contains("Enter alone is no consent"), "{}", talk.text);
    assert!(talk.text.contains(r#""\x1b[A" is no consent"#), "{}", talk.text);
    assert_eq!(talk.patches, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_input_in_a_review_sends_nothing() {
    let talk = script(|_| (), &TO_THE_REVIEW).await;
    assert!(talk.text.contains("Review: nothing is sent yet"), "{}", talk.text);
    assert_eq!((talk.patches.len(), talk.ended.why, talk.ended.failed), (0, End::Quit, false));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_input_after_consent_waits_until_the_change_is_settled() {
    let talk = script(|_| (), &to_the_review_and(&["yes"])).await;
    assert_eq!(talk.patches, [r#"{"connection":"sfdc-us-2025"}"#]);
    assert!(talk.text.contains("HTTP 200 OK") && talk.text.contains("VERIFIED"), "{}", talk.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn m6_a_read_only_session_refuses_and_offers_no_change() {
    let talk = script(|settings| settings.read_only = true, &["1", "c", "e", "u", "q"]).await;
    assert!(talk.text.contains("[DEMO] READ-ONLY Organization: r refresh"), "{}", talk.text);
    assert!(talk.text.contains("this session is READ-ONLY"), "{}", talk.text);
    assert!(!talk.text.contains("Change connection"), "{}", talk.text);
    assert_eq!(talk.patches, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn e36_a_protected_profile_is_confirmed_by_its_name_and_by_nothing_else() {
    let protect = |settings: &mut Settings| settings.rules.confirm_by_name = Some("prod-eu".into());
    let talk = script(protect, &to_the_review_and(&["yes", "", "prod-us", "PROD-EU", "q"])).await;
    assert!(talk.text.contains("the name of the profile, prod-eu, sends the change"), "{}", talk.text);
    assert!(talk.text.contains("This profile is protected"), "{}", talk.text);
    assert!(talk.text.contains("that is not the name of the profile: nothing was sent"), "{}", talk.text);
    assert_eq!(talk.patches, [""; 0]);
    let talk = script(protect, &to_the_review_and(&["prod-us", "prod-eu", "q"])).await;
    assert_eq!(talk.patches.len(), 1, "{}", talk.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reason_that_is_asked_for_and_a_failed_check_stand_against_consent_until_given() {
    let require = |settings: &mut Settings| settings.rules.reason_required = true;
    let lines = [
        "/acme",
        "1",
        "c",
        "=legacy-sfdc",
        "yes",
        "o",
        "",
        "yes",
        "o",
        "told to",
        "yes",
        "r",
        "CHG-1",
        "yes",
    ];
    let talk = script(require, &lines).await;
    assert!(talk.text.contains("a check failed: nothing was sent"), "{}", talk.text);
    assert!(
        talk.text.contains("this profile asks for a reason: r gives one; nothing was sent"),
        "{}",
        talk.text
    );
    assert_eq!(talk.patches, [r#"{"connection":"legacy-sfdc"}"#], "{}", talk.text);
    assert!(talk.text.contains("overridden    told to"), "{}", talk.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_answers_are_named_and_lead_nowhere() {
    let lines = ["99", "xyz", "0", "/no-such-thing", "1", "/", "1", "5", "c", "sfdc", "b", "b", "q"];
    let talk = script(|_| (), &lines).await;
    for words in [
        "99 is not among the numbers printed last.",
        "\"xyz\" means nothing here; h tells what does.",
        "0 is not among the numbers printed last.",
        "No organization matches the filter, filter /no-such-thing",
        "1 is not among the numbers printed last.",
        "\"5\" means nothing here",
        "connections hold \"sfdc\": type more of the name, or Enter alone for the text as typed.",
    ] {
        assert!(talk.text.contains(words), "{words} is not in\n{}", talk.text);
    }
    assert_eq!(talk.patches, [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_not_taken_from_a_pipe() {
    let talk = script(|settings| settings.password_known = false, &["canary-password", "q"]).await;
    assert!(talk.text.contains("CCKM_PASSWORD_FILE"), "{}", talk.text);
    assert!(!talk.text.contains("canary"), "{}", talk.text);
    assert!(talk.ended.failed);
}

#[tokio::test(flavor = "multi_thread")]
async fn sg_01_a_signal_ends_it_while_a_line_is_waited_for() {
    let (typed, _nobody_types) = io::pipe().unwrap();
    let talk = begin(
        |_| (),
        typed,
        Sheet::default(),
        |queue, sheet| {
            tokio::spawn(async move {
                while !sheet.text().contains("List: number opens") {
                    tokio::task::yield_now().await;
                }
                queue.send(Event::End(End::Signal(15))).await.unwrap();
            });
        },
    )
    .await;
    assert_eq!(talk.ended.why, End::Signal(15));
}
