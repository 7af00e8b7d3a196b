//! A session from its first line to its last, and what must not be consent.

use std::io;

use cckm_tui::app::Settings;
use cckm_tui::runtime::{End, Event};

use super::{Sheet, Stage, assert_told, masked, script};

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
    assert_eq!((talk.ended.why, talk.ended.unfinished), (End::Quit, None));
    assert_told("a22_a_whole_session_can_be_read_as_a_text", &masked(&talk.text));
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
    assert_eq!((talk.patches.len(), talk.ended.why), (0, End::Quit));
    let unfinished = talk.ended.unfinished.as_deref();
    assert_eq!(unfinished, Some("the input ended before the change was sent; nothing was sent"));
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
    assert!(talk.ended.unfinished.is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn sg_01_a_signal_ends_it_while_a_line_is_waited_for() {
    let (typed, _nobody_types) = io::pipe().unwrap();
    let stage = Stage::new().await;
    let talk = stage.converse(typed, Sheet::default(), |queue, sheet| {
        tokio::spawn(async move {
            while !sheet.text().contains("List: number opens") {
                tokio::task::yield_now().await;
            }
            queue.send(Event::End(End::Signal(15))).await.unwrap();
        });
    });
    let talk = talk.await;
    assert_eq!(talk.ended.why, End::Signal(15));
}
