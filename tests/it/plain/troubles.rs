//! What goes wrong, and how it is told line by line.

use cckm_tui::app::JournalState;
use cckm_tui::domain::OrganizationId;
use cckm_tui::runtime::End;

use super::{Sheet, Stage, Talk, assert_told, masked, script};
use crate::support::app::open_operation;
use crate::support::records;

/// From the start to a change that was consented to.
const A_CHANGE: [&str; 5] = ["/acme", "1", "c", "=sfdc-us-2025", "yes"];

/// What was told from the consent on.
fn after_consent(talk: &Talk) -> String {
    let text = masked(&talk.text);
    let (_, after) = text.split_once("\n> yes\n").unwrap_or_else(|| panic!("no consent in\n{text}"));
    after.to_owned()
}

fn unfinished(talk: &Talk) -> Option<&str> {
    assert_eq!(talk.ended.why, End::Quit);
    talk.ended.unfinished.as_deref()
}

#[tokio::test(flavor = "multi_thread")]
async fn a22_a_refusal_is_told_with_the_servers_words_and_its_end_of_input_is_no_success() {
    let talk = Stage::new().await.with("409").script(&A_CHANGE).await;
    assert_eq!(unfinished(&talk), Some("the last change is REFUSED"));
    assert_told("refused", &after_consent(&talk));
    let talk = Stage::new().await.with("409").script(&[&A_CHANGE[..], &["", "b", "q"]].concat()).await;
    assert_eq!(unfinished(&talk), None, "who says q knows");
}

#[tokio::test(flavor = "multi_thread")]
async fn wr_03_an_answer_that_never_came_is_settled_by_reading_and_told() {
    let talk = Stage::new().await.with("apply-then-close").script(&A_CHANGE).await;
    assert_eq!((talk.patches.len(), unfinished(&talk)), (1, None));
    assert_told("applied", &after_consent(&talk));
}

/// Types lines, and does something before one of them.
struct Typist<F> {
    lines: std::io::Cursor<String>,
    act_at: u64,
    act: Option<F>,
}

impl<F: FnOnce()> std::io::Read for Typist<F> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        if self.lines.position() == self.act_at
            && let Some(act) = self.act.take()
        {
            act();
        }
        self.lines.read(bytes)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wr_10_a_change_of_somebody_else_before_the_review_stops_consent_until_it_was_read() {
    const ACME: &str = "b65adc7b-0feb-47e6-aa6d-45738035a7d3";
    let stage = Stage::new().await;
    let demo = std::sync::Arc::clone(&stage.demo);
    let act = move || assert!(demo.change_connection(ACME, "sfdc-eu-2025"));
    let before = "/acme\n1\nc\n";
    let lines = std::io::Cursor::new(format!("{before}=sfdc-us-2025\nyes\nc\nn\nb\nq\n"));
    let typist = Typist { lines, act_at: before.len() as u64, act: Some(act) };
    let talk = stage.converse(typist, Sheet::default(), |_, _| ()).await;
    assert_eq!(talk.patches, [""; 0]);
    let text = masked(&talk.text);
    assert_told("conflict", text.split_once("> =sfdc-us-2025\n").unwrap().1);
}

#[tokio::test(flavor = "multi_thread")]
async fn nt_21_a_server_that_is_asked_again_after_a_while_is_told_once() {
    let talk = Stage::new().await.with("429x1:2@GET /api/v1/cckm/sfdc").script(&["q"]).await;
    let note = "Note: HTTP 429 Too Many Requests: the server is asked again in 2 s.";
    assert_eq!(talk.text.matches(note).count(), 1, "{}", talk.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_that_cannot_be_read_is_a_problem_with_its_own_prompt() {
    let lines = ["r", "h", "", "1", "/x", "n", "r", "", "q"];
    let stage = Stage::new().await.with("403@GET /api/v1/cckm/sfdc");
    // Else it is tried again by itself, on a slow machine in the middle of this.
    let talk = stage.set(|settings| settings.refresh_every = None).script(&lines).await;
    assert_eq!(unfinished(&talk), None);
    assert_told("problem", &masked(&talk.text));
    let talk = Stage::new().await.with("403@GET /api/v1/cckm/sfdc").script(&[]).await;
    assert_eq!(unfinished(&talk), Some("the input ended where an answer was needed"));
    let talk = Stage::new().await.with("403@GET /api/v1/cckm/sfdc").script(&["", ""]).await;
    assert_eq!(unfinished(&talk), Some("the organizations were not read"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_the_input_anywhere_ends_it_and_says_what_was_left_undone() {
    let lines = ["/acme", "1", "c", "us-2025", "", "r", "CHG-1", "yes", "", "b", "/"];
    let sent = "the input ended before the change was sent; nothing was sent";
    let left = [
        None,
        None,
        None,
        Some(sent),
        Some(sent),
        Some(sent),
        Some(sent),
        Some(sent),
        None,
        None,
        None,
        None,
    ];
    for (count, left) in left.into_iter().enumerate() {
        let talk = script(|_| (), &lines[..count]).await;
        assert_eq!(unfinished(&talk), left, "after {count} lines:\n{}", talk.text);
        assert_eq!(talk.patches.len(), usize::from(count >= 8), "{}", talk.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_run_left_open_is_told_first_and_nothing_is_sent_again() {
    let mut stage = Stage::new().await;
    let thales = records::thales();
    let thales = cckm_tui::domain::Organization {
        id: OrganizationId::new("2473e846-31a8-4ee6-8299-17025548b4e2").unwrap(),
        ..thales
    };
    let server = stage.settings.server.as_sent().to_owned();
    stage.run.open_operations = vec![open_operation(0, &thales, &server, "new-sfdc-connection")];
    assert!(stage.demo.change_connection(thales.id.as_str(), "new-sfdc-connection"));
    let talk = stage.script(&["h", "x", "", "q"]).await;
    assert_eq!(talk.patches, [""; 0]);
    assert_told("recovery", &masked(&talk.text));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_journal_nothing_can_be_changed_and_it_is_said_so() {
    let mut stage = Stage::new().await;
    stage.run.journal = JournalState::Off("journal: the disk is full".into());
    let talk = stage.script(&A_CHANGE).await;
    assert!(talk.text.contains("nothing can be changed: journal: the disk is full"), "{}", talk.text);
    assert_eq!(talk.patches, [""; 0]);
}

/// A record of an organization with this name, connection and last digit of its ids.
fn document(name: &str, connection: &str, n: u8) -> String {
    let [name, connection] = [name, connection].map(|text| serde_json::to_string(text).unwrap());
    format!(
        r#"{{"id":"00000000-0000-4000-8000-00000000000{n}","name":{name},"organization_id":"00D00000000000{n}AAA",
        "connection":{connection},"cloud_name":"sfdc","type":"Regular","uri":"kylo:x","account":"kylo:y",
        "createdAt":"2024-01-01T00:00:00Z","updatedAt":"2024-01-01T00:00:00Z"}}"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a25_look_alikes_ids_and_hostile_names_are_told_in_words_on_every_list() {
    let stage = Stage::new().await;
    stage.demo.clear_organizations();
    for (n, (name, connection)) in [
        ("prod-1", "sfdc-us-2024"),
        ("prod-l", "sfdc-us-2024"),
        ("p\u{440}od-2", "sfdc-us-2024"),
        ("same", "sfdc-us-2024"),
        ("same", "sfdc-us-2025"),
        ("evil\u{1b}[2J\u{202e}\n9 fine", "sfdc-u\u{455}-2024"),
        ("", ""),
    ]
    .into_iter()
    .enumerate()
    {
        stage.demo.put_organization(&document(name, connection, u8::try_from(n).unwrap())).unwrap();
    }
    let talk = stage.script(&["", "/prod-l", "1", "c", "sfdc-u", "b", "q"]).await;
    assert_told("look_alikes", &masked(&talk.text));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_is_turned_page_by_page_and_gone_into_by_number() {
    let stage = Stage::new().await;
    stage.demo.clear_organizations();
    for n in 0..205 {
        let document = document(&format!("org {n:03}"), "sfdc-us-2024", 0)
            .replace("00000000000", &format!("00000000{n:03}"))
            .replace("00D00000000000", &format!("00D00000000{n:03}"));
        stage.demo.put_organization(&document).unwrap();
    }
    let talk = stage.script(&["p", "g 101", "102", "b", "g9999", "n", "g 0", "g", "g x", "25", "q"]).await;
    let heads: Vec<&str> = talk.text.lines().filter(|line| line.starts_with("Organizations ")).collect();
    let heads: Vec<&str> = heads.iter().map(|head| head.split(',').next().unwrap()).collect();
    let page = |from: usize, to: usize| format!("Organizations {from} to {to} of 205");
    assert_eq!(
        heads,
        [page(1, 20), page(101, 120), page(101, 120), page(201, 205), page(1, 20)],
        "{}",
        talk.text
    );
    for words in [
        "That is the first page.",
        "That was the last page.",
        "\"g\" means nothing",
        "\"g x\" means nothing",
        "25 is not among the numbers",
    ] {
        assert!(talk.text.contains(words), "{words} is not in\n{}", talk.text);
    }
    assert!(talk.text.contains("name          org 101"), "{}", talk.text);
}
