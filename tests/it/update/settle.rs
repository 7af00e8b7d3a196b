//! What became of a change that was sent, as a table of what was said and what the record shows.

use std::sync::Arc;
use std::time::Duration;

use cckm_tui::app::change::Outcome::{self, Applied, NotApplied, Refused, Unknown, Verified};
use cckm_tui::app::change::{Evidence, Look, Verdict};
use cckm_tui::app::{Effect, modal_lines};
use cckm_tui::domain::{Call, Failure, FailureKind, Moment, Organization, PatchAnswer, Transition};

use crate::support::app::{App, JournalOf, answer, failure, refused};
use crate::support::records::{moved, thales};

const NEW: &str = "new-sfdc-connection";

/// What every reading of the record shows.
#[derive(Clone, Copy, Debug)]
enum Truth {
    New,
    Old,
    Other,
    Unreadable,
}

impl Truth {
    const ALL: [Self; 4] = [Self::New, Self::Old, Self::Other, Self::Unreadable];

    fn seen(self) -> Result<Organization, Failure> {
        match self {
            Self::New => Ok(moved(&thales(), NEW)),
            Self::Old => Ok(thales()),
            Self::Other => Ok(moved(&thales(), "by-somebody-else")),
            Self::Unreadable => Err(refused(Call::GetOrganization, 503)),
        }
    }
}

/// How it ends, and the moments of the readings, in milliseconds after the answer.
fn settle(answer: Result<PatchAnswer, Failure>, truth: Truth) -> (Outcome, Vec<u128>) {
    let mut now = Moment::START;
    let mut evidence = Evidence {
        value: NEW.into(),
        accepted: vec![NEW.into()],
        before: Arc::new(thales()),
        sent_at: now,
        answered_at: now,
        answer,
        looks: Vec::new(),
    };
    loop {
        match evidence.verdict(now) {
            Verdict::Settled(outcome) => {
                let looks = evidence.looks.iter().map(|look| look.at.since_start().as_millis()).collect();
                return (outcome, looks);
            }
            Verdict::Look(at) => {
                now = at;
                evidence.looks.push(Look { at, seen: truth.seen().map(Arc::new) });
            }
        }
        assert!(evidence.looks.len() < 50, "it never ends");
    }
}

fn timed_out() -> Failure {
    failure(Call::PatchOrganization, FailureKind::TimedOut { after: Duration::from_secs(30) })
}

#[test]
fn wr_02_to_wr_08_every_answer_comes_to_the_right_outcome_whatever_the_record_shows() {
    let yes = [Verified, Unknown, Applied, Unknown];
    let no = [Applied, Refused, Refused, Refused];
    // Something in between can answer 401 after the change was made: unread, nobody knows.
    let not_signed_in = [Applied, Refused, Refused, Unknown];
    let uncertain = [Applied, NotApplied, Unknown, Unknown];
    let table = [
        (200, yes),
        (201, yes),
        (202, yes),
        (204, yes),
        (301, no),
        (400, no),
        (401, not_signed_in),
        (403, no),
        (404, no),
        (408, uncertain),
        (409, no),
        (412, no),
        (415, no),
        (422, no),
        (429, no),
        (500, uncertain),
        (502, uncertain),
        (503, uncertain),
        (504, uncertain),
        (599, uncertain),
    ];
    for (status, outcomes) in table {
        for (truth, expected) in Truth::ALL.into_iter().zip(outcomes) {
            assert_eq!(settle(Ok(answer(status, None)), truth).0, expected, "{status} {truth:?}");
        }
    }
}

#[test]
fn wr_04_no_answer_comes_to_the_right_outcome_whatever_the_record_shows() {
    use FailureKind as K;
    let uncertain = [Applied, NotApplied, Unknown, Unknown];
    let unsent = [NotApplied; 4];
    let after = Duration::from_secs(30);
    let table = [
        (Call::PatchOrganization, K::TimedOut { after }, uncertain),
        (Call::PatchOrganization, K::CutOff, uncertain),
        (Call::PatchOrganization, K::TooLarge { most: 1 }, uncertain),
        (Call::PatchOrganization, K::NotUnderstood, uncertain),
        (Call::PatchOrganization, K::Lost, uncertain),
        (Call::PatchOrganization, K::Unreachable, unsent),
        (Call::PatchOrganization, K::NotTrusted, unsent),
        (Call::PatchOrganization, K::SignInNeeded, unsent),
        (Call::Renew, K::TimedOut { after }, unsent),
        (Call::SignIn, K::Refused { status: 401 }, unsent),
    ];
    for (call, kind, outcomes) in table {
        for (truth, expected) in Truth::ALL.into_iter().zip(outcomes) {
            assert_eq!(settle(Err(failure(call, kind)), truth).0, expected, "{call} {kind:?} {truth:?}");
        }
    }
}

#[test]
fn wr_07_a_page_under_200_is_no_word_of_the_server_where_the_record_stays_as_it_was() {
    let odd =
        PatchAnswer { oddity: "the body is not JSON".into(), body: "<html>".into(), ..answer(200, None) };
    assert_eq!(settle(Ok(odd.clone()), Truth::New).0, Verified);
    assert_eq!(settle(Ok(odd.clone()), Truth::Old), (NotApplied, vec![0, 500, 1500, 3500, 7500, 15500]));
    assert_eq!(settle(Ok(odd), Truth::Unreadable).0, Unknown);
}

#[test]
fn a_plain_answer_is_settled_by_one_reading_at_once() {
    assert_eq!(settle(Ok(answer(200, None)), Truth::New).1, [0]);
    assert_eq!(settle(Ok(answer(422, None)), Truth::Old).1, [0]);
    assert_eq!(settle(Err(failure(Call::PatchOrganization, FailureKind::Unreachable)), Truth::Old).1, []);
}

#[test]
fn wr_08_a_cluster_that_lags_is_read_on_with_longer_waits() {
    assert_eq!(settle(Ok(answer(200, None)), Truth::Old).1, [0, 500, 1500, 3500, 7500, 15500]);
    assert_eq!(settle(Ok(answer(503, None)), Truth::Old).1, [500, 1500, 3500, 7500, 15500]);
}

#[test]
fn wr_03_after_a_time_out_the_reading_goes_on_in_steps_of_eight_seconds() {
    let (outcome, looks) = settle(Err(timed_out()), Truth::Old);
    assert_eq!(outcome, NotApplied);
    assert_eq!(looks, [500, 1500, 3500, 7500, 15500, 23500, 31500, 39500, 47500]);
}

#[test]
fn each_reading_is_told_with_a_time_of_its_own() {
    let mut app = App::new(80, 24).with_organizations(2).sent().wait(30_000).patched(Err(timed_out()));
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Ok(thales()));
    }
    let shown = result(&app);
    let mut times: Vec<_> =
        shown.lines().filter(|line| line.starts_with("  +")).filter_map(|line| line.get(..14)).collect();
    times.dedup();
    assert_eq!(times.len(), 9, "{shown}");
}

/// Through the whole core: the moments at which the record is asked for.
#[test]
fn wr_02_a_time_out_is_settled_by_reading_and_never_by_sending_again() {
    let mut app = App::new(80, 24).with_organizations(2).sent().patched(Err(timed_out())).onwards();
    for (nth, wait) in [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000].into_iter().enumerate() {
        app = app.wait(wait - 1);
        assert!(!fetches(&app), "reading {nth} came early");
        app = app.wait(1);
        assert!(fetches(&app), "reading {nth} did not come");
        assert_eq!(app.outcome(), None);
        app = app.fetched(Ok(thales())).onwards();
    }
    let app = app.wait(8000).fetched(Ok(moved(&thales(), NEW)));
    assert_eq!((app.outcome(), app.patches()), (Some(Applied), 1));
    assert_eq!(app.state.list.organization().unwrap().connection.as_sent(), NEW, "the list knows it as well");
}

fn fetches(app: &App) -> bool {
    app.asked().iter().any(|effect| matches!(effect, Effect::FetchOrganization { .. }))
}

#[test]
fn a_server_out_of_reach_is_settled_without_a_reading() {
    let out_of_reach = failure(Call::PatchOrganization, FailureKind::Unreachable);
    let app = App::new(80, 24).with_organizations(2).sent().onwards().patched(Err(out_of_reach));
    assert_eq!((app.outcome(), app.asked()), (Some(NotApplied), &[][..]));
}

#[test]
fn m7_one_patch_is_sent_whatever_the_answer_and_whatever_the_record_shows() {
    let statuses =
        [200, 201, 204, 301, 400, 401, 403, 404, 408, 409, 412, 415, 422, 429, 500, 502, 503, 504, 599];
    let answers = statuses.map(|status| Ok(answer(status, None)));
    let none = [FailureKind::CutOff, FailureKind::Unreachable, FailureKind::NotUnderstood]
        .map(|kind| Err(failure(Call::PatchOrganization, kind)));
    for answer in answers.into_iter().chain(none).chain([Err(timed_out())]) {
        for truth in Truth::ALL {
            let mut app = App::new(80, 24).with_organizations(2).sent().patched(answer.clone());
            for _ in 0..20 {
                if app.outcome().is_some() {
                    break;
                }
                app = app.onwards().keys("y enter e").wait(8000);
                if app.is_reading() {
                    app = app.fetched(truth.seen());
                }
                if app.is_sending() {
                    app = app.patched(answer.clone());
                }
            }
            assert!(app.outcome().is_some(), "{answer:?} {truth:?}");
            let proven = matches!(&answer, Ok(answer) if answer.status == 401) && matches!(truth, Truth::Old);
            assert_eq!(app.patches(), 1 + usize::from(proven), "{answer:?} {truth:?}");
        }
    }
}

#[test]
fn m3_m4_the_result_says_code_outcome_cause_and_the_words_of_the_server() {
    let words = refused(Call::PatchOrganization, 422).words;
    let refused = PatchAnswer { words, body: r#"{"code":1}"#.into(), ..answer(422, None) };
    let app = App::new(80, 24).with_organizations(2).sent().patched(Ok(refused)).fetched(Ok(thales()));
    let shown = result(&app);
    for part in [
        "HTTP 422 Unprocessable Content",
        "REFUSED",
        "Nothing was changed.",
        "NCERRExample",
        "words of the server",
        "0f1e2d",
        "What this usually means",
    ] {
        assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
    }
    assert!(result(&app.keys("r")).contains(r#""code": 1"#));
}

fn result(app: &App) -> String {
    let (lines, _) = modal_lines(&app.state, &app.keymap);
    lines.iter().map(|line| line.text() + "\n").collect()
}

#[test]
fn every_answer_and_every_truth_has_its_code_and_its_word_on_the_result() {
    for status in [200, 204, 400, 401, 403, 404, 409, 412, 415, 422, 429, 500, 502, 503, 504] {
        for truth in Truth::ALL {
            let mut app = App::new(80, 24).with_organizations(2).sent().patched(Ok(answer(status, None)));
            for _ in 0..20 {
                app = app.wait(8000);
                // A 401 that is proven to have changed nothing is sent once more.
                app = if app.is_sending() {
                    app.patched(Ok(answer(status, None)))
                } else {
                    app.fetched(truth.seen())
                };
                if app.outcome().is_some() {
                    break;
                }
            }
            let (shown, outcome) = (result(&app), app.outcome().unwrap());
            assert!(shown.starts_with(&format!("HTTP {status}")), "{shown}");
            assert!(shown.contains(outcome.word()), "{shown}");
            assert!(status < 400 || shown.contains("What this usually means"), "{shown}");
        }
    }
}

#[test]
fn looking_again_reads_once_and_can_correct_the_outcome() {
    let app = App::new(80, 24).with_organizations(2).sent().patched(Ok(answer(500, None)));
    let mut app = app;
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Ok(thales()));
    }
    assert_eq!(app.outcome(), Some(NotApplied));
    let app = app.onwards().keys("v");
    assert!(fetches(&app));
    let app = app.fetched(Ok(moved(&thales(), NEW)));
    assert_eq!((app.outcome(), app.patches()), (Some(Applied), 1));
}

#[test]
fn a_session_that_ends_while_settling_asks_for_the_password_and_goes_on() {
    let app = App::new(80, 24).with_organizations(2).sent().patched(Ok(answer(200, None)));
    let app = app.fetched(Err(failure(Call::GetOrganization, FailureKind::SignInNeeded)));
    assert!(matches!(app.state.modals.last(), Some(cckm_tui::app::modal::Modal::SignIn(_))));
    let app = app.text("secret").keys("enter").signed_in();
    let app = app.wait(500).fetched(Ok(moved(&thales(), NEW)));
    assert_eq!((app.outcome(), app.patches()), (Some(Verified), 1));
}

#[test]
fn what_was_never_sent_is_not_called_sent_after_looking_again() {
    let out_of_reach = failure(Call::PatchOrganization, FailureKind::Unreachable);
    let app = App::new(80, 24).with_organizations(2).sent().patched(Err(out_of_reach));
    let app = app.keys("v").fetched(Ok(thales()));
    assert_eq!(app.outcome(), Some(NotApplied));
    let shown = result(&app);
    assert!(shown.contains("Nothing was sent"), "{shown}");
    assert!(!shown.contains("sent once"), "{shown}");
}

#[test]
fn nobody_is_told_to_try_again_while_the_change_may_have_been_made() {
    let answers = [Err(timed_out()), Ok(answer(500, None)), Ok(answer(503, None)), Ok(answer(404, None))];
    for answer in answers {
        for truth in Truth::ALL {
            let mut app = App::new(80, 24).with_organizations(2).sent().patched(answer.clone());
            while app.outcome().is_none() {
                app = app.wait(8000).fetched(truth.seen());
            }
            let shown = result(&app).to_lowercase();
            assert!(app.outcome() == Some(Refused) || !shown.contains("try again"), "{shown}");
            assert!(app.outcome() != Some(Applied) || shown.contains("nothing is left to do"), "{shown}");
        }
    }
}

/// The steps that went into the journal.
fn steps(app: &App) -> Vec<&Transition> {
    app.records.iter().map(|(_, _, transition)| transition).collect()
}

#[test]
fn wr_05_looking_again_that_finds_nothing_new_writes_nothing_down() {
    let app = App::new(80, 24).with_organizations(2).changed();
    let line = app.records.len();
    let mut app = app;
    for seen in [Ok(moved(&thales(), NEW)), Err(refused(Call::GetOrganization, 503))] {
        app = app.keys("v").fetched(seen);
        assert_eq!((app.outcome(), app.records.len()), (Some(Verified), line));
        assert!(result(&app).contains(&format!("line {line}")), "{}", result(&app));
    }
    let app = app.keys("v").fetched(Ok(thales()));
    let corrected = Transition::Corrected { outcome: Applied, seen: thales().connection };
    assert_eq!((steps(&app).last(), app.records.len()), (Some(&&corrected), line + 1));
    let app = app.keys("v").fetched(Ok(thales()));
    assert_eq!((app.outcome(), app.records.len()), (Some(Applied), line + 1), "nor once it was corrected");
}

#[test]
fn wr_05_an_unknown_outcome_that_stays_unknown_is_written_down_once() {
    let app = App::new(80, 24).with_organizations(2).sent().patched(Err(timed_out())).wait(8000);
    let others = || Ok(moved(&thales(), "others"));
    let app = app.fetched(others());
    assert_eq!((app.outcome(), steps(&app).last()), (Some(Unknown), Some(&&looked("others"))));
    let lines = app.records.len();
    let app = app.keys("v").fetched(others());
    assert_eq!((app.outcome(), app.records.len()), (Some(Unknown), lines));
    let app = app.keys("v").fetched(Ok(moved(&thales(), "third")));
    assert_eq!(steps(&app).last(), Some(&&looked("third")));
}

#[test]
fn wr_05_what_could_not_be_written_is_written_when_it_is_looked_at_again() {
    let mut app = App::new(80, 24).with_organizations(2).sent().patched(Ok(answer(200, None)));
    app.journal = JournalOf::Failing;
    let mut app = app.fetched(Ok(moved(&thales(), NEW)));
    let lines = app.records.len();
    app.journal = JournalOf::Working;
    let app = app.keys("v").fetched(Ok(moved(&thales(), NEW)));
    assert_eq!((app.outcome(), app.records.len()), (Some(Verified), lines + 1));
}

fn looked(connection: &str) -> Transition {
    Transition::Looked { connection: connection.into() }
}
