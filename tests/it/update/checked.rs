//! A change that is checked, put on record, sent once, and taken back.

use std::time::Duration;

use cckm_tui::app::change::{
    Finding, Gate, JournalEntry, Names, Note, Outcome, Phase, Question, Review, Rules,
};
use cckm_tui::app::modal::Modal;
use cckm_tui::app::{Badge, Effect, JournalState, Message, Reply, Run, Settings, activity_view, modal_lines};
use cckm_tui::domain::{
    Call, Connection, ConnectionState, Discovered, FailureKind, OpenOperation, Operation, Organization,
    Record, Transition,
};

use crate::support::app::{
    App, JournalOf, STARTED_AT, answer, failure, open_operation, refused, run, settings,
};
use crate::support::records::{connection, moved, organization, page, thales};
use crate::support::screen;

const NEW: &str = "new-sfdc-connection";
const OURS: &str = "00DB000000040bIMAQ";

fn app() -> App {
    App::new(80, 24).with_organizations(3)
}

fn with(settings: Settings) -> App {
    App::with(settings, 80, 24).with_organizations(3)
}

/// A run whose journal stands like this.
fn on_record(journal: JournalState) -> App {
    App::of(Run { journal, ..run() }, settings(), 80, 24).with_organizations(3)
}

/// The review of Thales opened, nothing answered.
fn opened(app: App) -> App {
    app.choosing().text(NEW).keys("enter")
}

fn review(app: &App) -> &Review {
    match &app.state.change.as_ref().unwrap().phase {
        Phase::Reviewing(review) => review,
        other => panic!("no review but {other:?}"),
    }
}

fn gate(app: &App) -> Gate {
    review(app).checks.gate()
}

fn finding(app: &App, question: Question) -> &Finding {
    let mut checks = review(app).checks.iter();
    checks.find(|check| check.question == question).map(|check| &check.finding).unwrap()
}

fn exists(app: App, state: ConnectionState) -> App {
    app.reply(Reply::ConnectionFetched(Box::new(Ok(connection(NEW, state)))))
}

fn tested(app: App, state: ConnectionState) -> App {
    app.reply(Reply::ConnectionTested(Box::new(Ok(connection(NEW, state)))))
}

/// Everything answered well but what the connection reaches.
fn all_but_reaches(app: App) -> App {
    tested(exists(opened(app), ConnectionState::Ready), ConnectionState::Ready).fetched(Ok(thales()))
}

fn listening(app: App) -> App {
    app.drawn().wait(500)
}

fn steps(app: &App) -> Vec<&Transition> {
    app.records.iter().map(|(.., step)| step).collect()
}

fn intent(app: &App) -> &Operation {
    let found = app.records.iter().rev().find_map(|(.., step)| match step {
        Transition::Intent(operation) => Some(operation.as_ref()),
        _ => None,
    });
    found.expect("no intent on record")
}

fn result(app: &App) -> String {
    let (lines, _) = modal_lines(&app.state, &app.keymap);
    lines.iter().map(|line| line.text() + "\n").collect()
}

fn tests(app: &App) -> usize {
    app.effects.iter().filter(|effect| matches!(effect, Effect::TestConnection { .. })).count()
}

fn relisted(app: App, thales: Organization) -> App {
    let all: Vec<_> = (1..=3).map(organization).chain([thales]).collect();
    app.keys("r").listed(page(0, 4, all))
}

#[test]
fn wr_09_wr_10_a_record_changed_before_sending_stops_it_until_it_was_looked_at_and_confirmed_anew() {
    let touched = Organization { updated_at: "2026-11-23T17:59:59Z".into(), ..thales() };
    for now in [moved(&thales(), "legacy-sfdc"), touched] {
        let app = tested(exists(opened(app()), ConnectionState::Ready), ConnectionState::Ready);
        let app = listening(app.discovered(OURS).fetched(Ok(now.clone())));
        assert_eq!(gate(&app), Gate::Conflict);
        let app = app.keys("y").wait(600);
        assert_eq!((app.patches(), app.records.len()), (0, 0));
        assert!(review(&app).note.as_deref().unwrap().contains("nothing was sent"));
        let shown = screen::text(&app.state);
        for part in ["was", "sfdc-connection", "is", now.connection.as_sent(), "yours", NEW] {
            assert!(shown.contains(part), "{part}\n{shown}");
        }
        let app = app.keys("c");
        let app = listening(app.fetched(Ok(now.clone())));
        assert_eq!((gate(&app), app.patches(), tests(&app)), (Gate::Open, 0, 1));
        let app = app.keys("y");
        assert_eq!((app.patches(), &intent(&app).before), (1, &now.connection));
        assert_eq!(intent(&app).before_updated_at, now.updated_at);
    }
}

#[test]
fn wr_10_a_record_that_changes_again_after_c_stops_it_again() {
    let app = tested(exists(opened(app()), ConnectionState::Ready), ConnectionState::Ready);
    let app = listening(app.discovered(OURS).fetched(Ok(moved(&thales(), "one")))).keys("c");
    let app = listening(app.fetched(Ok(moved(&thales(), "two")))).keys("y");
    assert_eq!((gate(&app), app.patches()), (Gate::Conflict, 0));
}

#[test]
fn wr_19_a1_a_connection_that_reaches_another_organization_stops_it() {
    let app = listening(all_but_reaches(app()).discovered("00D5g0000071QxKEAU")).keys("y");
    assert_eq!((gate(&app), app.patches(), app.records.len()), (Gate::Stopped, 0, 0));
    assert!(
        matches!(finding(&app, Question::Reaches), Finding::Wrong(words) if words.contains("00D5g0000071QxKEAU"))
    );
    assert!(review(&app).note.as_deref().unwrap().contains("nothing was sent"));
}

#[test]
fn wr_19_an_override_needs_words_and_they_are_on_record_before_it_is_sent() {
    let stopped = || listening(all_but_reaches(app()).discovered("00D5g0000071QxKEAU"));
    for blank in ["", "   "] {
        let app = stopped().keys("o").text(blank).keys("enter").wait(600).keys("y");
        assert_eq!((app.patches(), app.records.len()), (0, 0), "{blank:?}");
    }
    let app = stopped().keys("o").text("tenants merged, y").keys("enter");
    assert_eq!(app.patches(), 0, "a text is no consent");
    let app = app.wait(600).keys("y");
    assert_eq!((app.patches(), intent(&app).overridden.as_sent()), (1, "tenants merged, y"));
}

#[test]
fn wr_19_without_a_failed_check_there_is_nothing_to_override() {
    let app = app().reviewed().keys("o");
    assert_eq!(review(&app).writing, None);
    assert!(review(&app).note.is_some());
}

#[test]
fn a_test_that_fails_now_stops_it() {
    let failing = Connection { error: "INVALID_SESSION".into(), ..connection(NEW, ConnectionState::Fail) };
    let app = exists(opened(app()), ConnectionState::Ready).fetched(Ok(thales())).discovered(OURS);
    let app = app.reply(Reply::ConnectionTested(Box::new(Ok(failing))));
    let app = listening(app).keys("y");
    assert_eq!((gate(&app), app.patches()), (Gate::Stopped, 0));
    assert!(
        matches!(finding(&app, Question::Works), Finding::Wrong(words) if words.contains("INVALID_SESSION"))
    );
}

#[test]
fn ids_of_15_and_18_characters_mean_the_same_organization_when_they_do() {
    for (found, gated) in [
        (OURS, Gate::Open),
        ("00DB000000040bI", Gate::Open),
        ("00db000000040bimaq", Gate::Open),
        ("00DB000000040bi", Gate::Stopped),
        ("00DB000000040BI", Gate::Stopped),
    ] {
        assert_eq!(gate(&all_but_reaches(app()).discovered(found)), gated, "{found}");
    }
}

#[test]
fn js_17_what_cannot_be_discovered_is_not_called_ok_and_does_not_stop() {
    let sound = |id: &str| {
        Record::Sound(Discovered {
            name: "Other".into(),
            organization_id: id.into(),
            connection: NEW.into(),
            cloud_name: "sfdc".into(),
            kind: "Regular".into(),
        })
    };
    let damaged = || Record::damaged("{}".into(), "id: missing".into());
    let other = "00D5g0000071QxKEAU";
    let answers = [
        Ok(Vec::new()),
        Ok(vec![damaged()]),
        Ok(vec![sound(other), damaged()]),
        Ok(vec![sound("nonsense")]),
        Ok(vec![sound(other), sound("nonsense")]),
        Err(refused(Call::DiscoverOrganizations, 403)),
        Err(refused(Call::DiscoverOrganizations, 500)),
        Err(failure(Call::DiscoverOrganizations, FailureKind::NotUnderstood)),
        Err(failure(Call::DiscoverOrganizations, FailureKind::TimedOut { after: Duration::from_secs(30) })),
    ];
    for answer in answers {
        let app = all_but_reaches(app()).reply(Reply::Discovered(answer.clone()));
        assert!(matches!(finding(&app, Question::Reaches), Finding::Unknown(_)), "{answer:?}");
        assert_eq!(gate(&app), Gate::Open, "{answer:?}");
        assert!(screen::text(&app.state).contains("CANNOT CHECK reaches"), "{answer:?}");
    }
}

#[test]
fn a2_a_connection_is_tested_at_most_once_in_a_review() {
    let app = all_but_reaches(app()).discovered(OURS);
    let app = relisted_in_review(app, moved(&thales(), "one")).keys("c");
    let app = listening(app.fetched(Ok(moved(&thales(), "two")))).keys("c");
    assert_eq!(tests(&app), 1);
    let app = listening(app.fetched(Ok(moved(&thales(), "two")))).keys("y");
    assert_eq!((tests(&app), app.patches()), (1, 1));
}

/// A refresh during the review.
fn relisted_in_review(app: App, thales: Organization) -> App {
    let all: Vec<_> = (1..=3).map(organization).chain([thales]).collect();
    listening(app.wait(31_000).listed(page(0, 4, all)))
}

#[test]
fn a2_an_account_that_may_not_test_sees_the_last_test_and_its_age() {
    let words = |state| {
        let app = App::new(80, 24).signed_in().connections(vec![connection(NEW, state)]);
        let app = app.listed(page(0, 1, vec![thales()]));
        let app = exists(opened(app), state).fetched(Ok(thales())).discovered(OURS);
        let app = app.reply(Reply::ConnectionTested(Box::new(Err(refused(Call::TestConnection, 403)))));
        finding(&app, Question::Works).clone()
    };
    let Finding::Doubtful(ready) = words(ConnectionState::Ready) else { panic!("not a warning") };
    assert!(ready.contains("10h ago") && ready.contains("403"), "{ready}");
    let Finding::Wrong(fail) = words(ConnectionState::Fail) else { panic!("not wrong") };
    assert!(fail.contains("10h ago"), "{fail}");
    assert!(matches!(words(ConnectionState::NotTested), Finding::Unknown(_)));
}

#[test]
fn while_checks_are_out_y_sends_nothing_and_says_so() {
    let partly = vec![
        opened(app()),
        exists(opened(app()), ConnectionState::Ready),
        opened(app()).fetched(Ok(thales())),
        opened(app()).discovered(OURS),
        all_but_reaches(app()),
    ];
    for app in partly {
        let app = listening(app).keys("y");
        assert_eq!((gate(&app), app.patches(), app.records.len()), (Gate::Waiting, 0, 0));
        assert_eq!(review(&app).note.as_deref(), Some("the checks are not finished: nothing was sent"));
    }
}

#[test]
fn d27_the_intent_is_on_record_before_anything_is_sent() {
    let mut silent = app().reviewed();
    silent.journal = JournalOf::Silent;
    let app = silent.onwards().keys("y").wait(60_000);
    assert!(app.asked().iter().all(|effect| !matches!(effect, Effect::PatchOrganization { .. })));
    assert!(matches!(steps(&app)[..], [Transition::Intent(_)]));
    let (request, ..) = app.records[0];
    let stranger = crate::support::app::number(90_000);
    let app = app.answer(stranger, Reply::Recorded(Ok(7)));
    assert_eq!(app.patches(), 0, "another line is durable, not this one");
    let app = app.answer(request, Reply::Recorded(Ok(1)));
    assert_eq!(app.patches(), 1);
    assert!(matches!(steps(&app)[..], [Transition::Intent(_), Transition::Sent]));
    let app = app.answer(request, Reply::Recorded(Ok(1)));
    assert_eq!(app.patches(), 1, "an answer counts once");
}

#[test]
fn d27_a_journal_that_fails_sends_nothing_and_says_so() {
    let mut failing = app().reviewed();
    failing.journal = JournalOf::Failing;
    let app = failing.keys("y");
    assert_eq!((app.patches(), steps(&app).len()), (0, 1));
    let note = review(&app).note.as_deref().unwrap();
    assert!(note.contains("no space left on the disk") && note.contains("nothing was sent"), "{note}");
    let mut app = listening(app);
    app.journal = JournalOf::Working;
    let app = app.keys("y");
    assert_eq!(app.patches(), 1, "with a new consent, once the journal works");
}

#[test]
fn d27_the_outcome_is_on_record_before_it_is_told() {
    let after = moved(&thales(), NEW);
    let mut app = app().sent().patched(Ok(answer(200, Some(after.clone()))));
    app.journal = JournalOf::Silent;
    let app = app.fetched(Ok(after)).wait(60_000);
    assert_eq!(app.outcome(), None);
    let (request, _, step) = app.records.last().unwrap().clone();
    assert_eq!(step, Transition::Settled { outcome: Outcome::Verified, seen: NEW.into() });
    let app = app.answer(request, Reply::Recorded(Ok(4)));
    assert_eq!(app.outcome(), Some(Outcome::Verified));
    assert!(result(&app).contains("closed in line 4"));
}

#[test]
fn d27_an_outcome_that_cannot_be_written_is_told_and_said_so() {
    let after = moved(&thales(), NEW);
    let mut app = app().sent().patched(Ok(answer(200, Some(after.clone()))));
    app.journal = JournalOf::Failing;
    let app = app.fetched(Ok(after));
    assert_eq!(app.outcome(), Some(Outcome::Verified));
    let Phase::Settled { entry: JournalEntry::NotWritten(why), .. } =
        &app.state.change.as_ref().unwrap().phase
    else {
        panic!("it is not written")
    };
    assert!(why.contains("no space left"));
    assert!(result(&app).contains("NOT WRITTEN"));
}

#[test]
fn d27_an_unknown_outcome_leaves_the_entry_open() {
    let mut app = app().sent().patched(Ok(answer(500, None)));
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Err(refused(Call::GetOrganization, 503)));
    }
    assert_eq!(app.outcome(), Some(Outcome::Unknown));
    assert!(!steps(&app).iter().any(|step| matches!(step, Transition::Settled { .. })));
    assert!(result(&app).contains("left open"));
}

#[test]
fn d32_without_a_journal_nothing_is_changed_unless_that_was_asked_for() {
    let off = JournalState::Off("locked by another process".into());
    let app = on_record(off).keys("e");
    assert!(app.state.change.is_none());
    assert!(app.notice().contains("locked by another process") && app.notice().contains("--no-journal"));
    let app = app.keys("z");
    assert!(app.state.change.is_none());
    for journal in [JournalState::Waived, JournalState::Damaged("torn".into())] {
        let app = on_record(journal.clone()).sent();
        assert_eq!(app.patches(), 1, "{journal:?}");
    }
}

#[test]
fn what_is_set_and_not_followed_is_said_at_the_start() {
    let warnings = vec!["KSCTL_JWT: not used".to_owned(), "KSCTL_NOSSLVERIFY: not obeyed".to_owned()];
    let app = App::with(Settings { warnings, ..settings() }, 120, 40);
    assert_eq!(app.notice(), "KSCTL_JWT: not used · KSCTL_NOSSLVERIFY: not obeyed");
}

fn refused_once() -> App {
    app().sent().patched(Ok(answer(401, None)))
}

#[test]
fn au_04_a_401_whose_record_is_untouched_is_sent_once_more() {
    let app = refused_once();
    assert_eq!(app.patches(), 1, "not before it was read back");
    let app = app.fetched(Ok(thales()));
    assert_eq!((app.patches(), app.is_sending()), (2, true));
    let after = moved(&thales(), NEW);
    let app = app.patched(Ok(answer(200, Some(after.clone())))).fetched(Ok(after));
    assert_eq!((app.outcome(), app.patches()), (Some(Outcome::Verified), 2));
    let sent = |step: &&&Transition| matches!(step, Transition::Sent);
    assert_eq!(steps(&app).iter().filter(sent).count(), 2);
}

#[test]
fn au_04_a_401_whose_record_shows_anything_new_is_not_sent_again() {
    let touched = Organization { updated_at: "2026-11-23T17:59:59Z".into(), ..thales() };
    for (seen, outcome) in [
        (moved(&thales(), NEW), Outcome::Applied),
        (moved(&thales(), "others"), Outcome::Refused),
        (touched, Outcome::Refused),
    ] {
        let app = refused_once().fetched(Ok(seen)).wait(60_000);
        assert_eq!((app.outcome(), app.patches()), (Some(outcome), 1));
    }
}

#[test]
fn au_04_two_401_are_refused_and_there_is_no_third() {
    let app = refused_once().fetched(Ok(thales())).patched(Ok(answer(401, None))).fetched(Ok(thales()));
    assert_eq!((app.outcome(), app.patches()), (Some(Outcome::Refused), 2));
    let app = app.keys("v").fetched(Ok(thales())).wait(60_000);
    assert_eq!((app.outcome(), app.patches()), (Some(Outcome::Refused), 2));
}

/// A key that reads must never send.
#[test]
fn au_04_looking_again_after_a_told_401_only_reads() {
    let mut app = refused_once();
    while app.outcome().is_none() {
        app = app.fetched(Err(refused(Call::GetOrganization, 503))).wait(8000);
    }
    assert_eq!((app.outcome(), app.patches()), (Some(Outcome::Unknown), 1));
    let app = app.keys("v").fetched(Ok(thales())).wait(60_000);
    assert_eq!((app.outcome(), app.patches()), (Some(Outcome::Refused), 1));
}

#[test]
fn wr_05_looking_again_that_finds_something_else_corrects_what_was_closed() {
    let mut app = app().sent().patched(Ok(answer(503, None)));
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Ok(thales()));
    }
    let app = app.keys("v").fetched(Ok(moved(&thales(), NEW)));
    assert_eq!(app.outcome(), Some(Outcome::Applied));
    let corrected = Transition::Corrected { outcome: Outcome::Applied, seen: NEW.into() };
    assert_eq!(steps(&app).last(), Some(&&corrected));
}

#[test]
fn wr_05_an_effect_after_not_applied_is_noticed_by_the_next_refresh_and_corrects_the_record() {
    let mut app = app().sent().patched(Ok(answer(503, None)));
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Ok(thales()));
    }
    assert_eq!(app.outcome(), Some(Outcome::NotApplied));
    // A list asked for before the latest reading is older than it.
    let app = relisted(relisted(app.keys("esc"), thales()), moved(&thales(), NEW));
    let corrected = Transition::Corrected { outcome: Outcome::Applied, seen: NEW.into() };
    assert_eq!(app.records.last().map(|(_, id, step)| (*id, step)), Some((intent(&app).id, &corrected)));
    assert!(app.notice().contains("late") && app.notice().contains("APPLIED"), "{}", app.notice());
    let count = app.records.len();
    assert_eq!(relisted(app, moved(&thales(), NEW)).records.len(), count, "told once");
}

#[test]
fn wr_05_what_a_later_change_does_is_not_taken_for_the_late_effect() {
    let mut app = app().sent().patched(Ok(answer(503, None)));
    while app.outcome().is_none() {
        app = app.wait(8000).fetched(Ok(thales()));
    }
    let app = app.keys("e enter").checked().drawn().wait(500).keys("y");
    let after = moved(&thales(), NEW);
    let app = app.patched(Ok(answer(200, Some(after.clone())))).fetched(Ok(after.clone()));
    let app = relisted(app.keys("esc"), after);
    assert!(!steps(&app).iter().any(|step| matches!(step, Transition::Corrected { .. })));
}

const HERE: &str = "http://127.0.0.1:8080";

fn recovering(server: &str) -> App {
    recovering_after(None, server)
}

fn recovering_after(answered: Option<u16>, server: &str) -> App {
    let open = open_operation(0, &thales(), server, NEW);
    let open_operations = vec![OpenOperation { answered, ..open }];
    App::of(Run { open_operations, ..run() }, settings(), 80, 24).with_organizations(3)
}

fn recovered(app: &App) -> Option<Outcome> {
    app.state.ledger.recovered[0].outcome
}

#[test]
fn wr_12_a_change_left_open_is_settled_by_reading() {
    let app = recovering(HERE);
    assert_eq!(app.state.modals, [Modal::Recovery]);
    let app = app.fetched(Ok(moved(&thales(), NEW)));
    assert_eq!((recovered(&app), app.patches()), (Some(Outcome::Applied), 0));
    assert_eq!(steps(&app), [&Transition::Settled { outcome: Outcome::Applied, seen: NEW.into() }]);
    assert!(result(&app).contains("APPLIED"));
}

#[test]
fn wr_12_what_shows_the_old_value_is_looked_at_again_before_it_is_called_not_applied() {
    let mut app = recovering(HERE);
    for nth in 1..=6 {
        assert_eq!(recovered(&app), None, "{nth}");
        assert!(nth == 1 || result(&app).contains("OPEN: not applied so far; the record is read again"));
        app = app.wait(8000).fetched(Ok(thales()));
    }
    assert_eq!((recovered(&app), app.patches()), (Some(Outcome::NotApplied), 0));
    assert!(result(&app).contains("NOT APPLIED: the record shows the old value"), "{}", result(&app));
    let app = relisted(relisted(app.keys("esc"), thales()), moved(&thales(), NEW));
    assert!(matches!(steps(&app).last(), Some(Transition::Corrected { .. })), "and it may still come late");
}

#[test]
fn wr_12_an_answer_that_it_is_done_is_not_denied_by_what_may_be_an_old_reading() {
    let looked = |status| {
        (0..6).fold(recovering_after(Some(status), HERE), |app, _| app.wait(8000).fetched(Ok(thales())))
    };
    let mut app = looked(200);
    assert_eq!(recovered(&app), None, "readers may be told what was there before");
    assert!(result(&app).contains("the server answered"), "{}", result(&app));
    let shown = looked(200).wait(30_000).fetched(Ok(moved(&thales(), NEW)));
    assert_eq!(recovered(&shown), Some(Outcome::Applied));
    let next = relisted(looked(200).keys("esc"), thales()).keys("G e").text(NEW).keys("enter enter");
    let next = next.checked().drawn().wait(500).keys("y");
    assert_eq!(recovered(&next), Some(Outcome::Unknown), "when the next change of it begins");
    for _ in 0..3 {
        app = app.wait(30_000).fetched(Ok(thales()));
    }
    assert_eq!((recovered(&app), app.patches()), (Some(Outcome::Unknown), 0));
    let app = relisted(relisted(app.keys("esc"), thales()), moved(&thales(), NEW));
    assert!(matches!(steps(&app).last(), Some(Transition::Corrected { .. })), "and it may still come late");
    let refused =
        (0..6).fold(recovering_after(Some(504), HERE), |app, _| app.wait(8000).fetched(Ok(thales())));
    assert_eq!(recovered(&refused), Some(Outcome::NotApplied));
}

/// A server whose readers are told for forty seconds what was there before made this change, and nobody was there to
/// hear its answer; sent again, it would be made twice.
#[test]
fn wr_12_what_nobody_heard_the_answer_of_is_looked_at_longer_unless_it_was_sent_long_ago() {
    let looked = |ago, answered| {
        let at = jiff::Timestamp::from_second(STARTED_AT - ago).unwrap();
        let open = OpenOperation { at, answered, ..open_operation(0, &thales(), HERE, NEW) };
        let app = App::of(Run { open_operations: vec![open], ..run() }, settings(), 80, 24);
        (0..6).fold(app.with_organizations(3), |app, _| app.wait(8000).fetched(Ok(thales())))
    };
    for (ago, answered) in [(300, None), (1, Some(504))] {
        assert_eq!(recovered(&looked(ago, answered)), Some(Outcome::NotApplied), "{ago} {answered:?}");
    }
    for ago in [1, -300] {
        let app = looked(ago, None);
        assert_eq!(recovered(&app), None, "{ago}: that clock may have been put back");
        let applied = looked(ago, None).wait(30_000).fetched(Ok(moved(&thales(), NEW)));
        assert_eq!(recovered(&applied), Some(Outcome::Applied));
        let app = app.wait(30_000).fetched(Ok(thales()));
        assert_eq!((recovered(&app), app.patches()), (Some(Outcome::NotApplied), 0));
    }
}

/// What the next change does would be taken for what the one before did.
#[test]
fn wr_12_a_change_left_open_is_settled_when_the_next_of_its_organization_begins() {
    let app = relisted(recovering(HERE).fetched(Ok(thales())).keys("esc"), thales());
    assert_eq!(recovered(&app), None, "it may still come");
    let app = app.keys("G e").text(NEW).keys("enter enter").checked().drawn().wait(500).keys("y");
    assert_eq!(recovered(&app), Some(Outcome::NotApplied));
    let settled = Transition::Settled { outcome: Outcome::NotApplied, seen: thales().connection };
    assert_eq!(steps(&app).iter().filter(|step| ***step == settled).count(), 1, "{:?}", steps(&app));
    let after = moved(&thales(), NEW);
    let app = app.patched(Ok(answer(200, Some(after.clone())))).fetched(Ok(after)).wait(20_000);
    assert_eq!(recovered(&app), Some(Outcome::NotApplied));
}

#[test]
fn wr_13_a_record_that_others_changed_or_removed_is_unknown_and_says_why() {
    let app = recovering(HERE).fetched(Ok(moved(&thales(), "others")));
    assert_eq!(recovered(&app), Some(Outcome::Unknown));
    assert!(result(&app).contains("others"));
    let app = recovering(HERE).fetched(Err(refused(Call::GetOrganization, 404)));
    assert_eq!(recovered(&app), Some(Outcome::Unknown));
    assert!(result(&app).contains("gone"));
}

#[test]
fn wr_13_a_change_on_another_server_is_shown_and_left_alone() {
    let app = recovering("https://cm2.example.com").wait(120_000);
    assert_eq!((recovered(&app), app.records.len()), (None, 0));
    assert!(!app.effects.iter().any(|effect| matches!(effect, Effect::FetchOrganization { .. })));
    assert!(result(&app).contains("https://cm2.example.com"));
}

#[test]
fn wr_13_a_server_away_proves_nothing_and_is_asked_again_when_it_is_back() {
    let mut app = recovering(HERE);
    for _ in 0..20 {
        app = app.fetched(Err(failure(Call::GetOrganization, FailureKind::Unreachable)));
        assert_eq!((recovered(&app), app.records.len()), (None, 0));
        app = app.wait(30_000);
    }
    let unreachable = failure(Call::GetOrganization, FailureKind::Unreachable);
    let app = app.fetched(Err(unreachable)).onwards().wait(29_999);
    assert!(!app.asked().iter().any(|effect| matches!(effect, Effect::FetchOrganization { .. })));
    let app = app.wait(1);
    let app = app.fetched(Ok(moved(&thales(), NEW)));
    assert_eq!(recovered(&app), Some(Outcome::Applied));
}

#[test]
fn wr_28_the_last_change_is_taken_back_as_a_checked_change_that_names_it() {
    let app = app().changed();
    let first = intent(&app).id;
    let app = listening(app.keys("z").checked());
    assert_eq!(review(&app).undo_of, Some(first));
    assert_eq!(app.patches(), 1, "not without consent");
    let app = app.keys("y");
    let operation = intent(&app);
    assert_eq!(operation.undo_of, Some(first));
    assert_eq!((operation.before.as_sent(), operation.after.as_sent()), (NEW, "sfdc-connection"));
    assert_eq!(app.patches(), 2);
}

#[test]
fn wr_28_what_somebody_changed_since_is_not_taken_back() {
    let others = moved(&moved(&thales(), NEW), "others");
    let touched = Organization { updated_at: "2026-11-23T18:00:09Z".into(), ..moved(&thales(), NEW) };
    for now in [others, touched] {
        let app = app().changed().keys("z");
        let back = connection("sfdc-connection", ConnectionState::Ready);
        let app = app
            .reply(Reply::ConnectionFetched(Box::new(Ok(back.clone()))))
            .reply(Reply::ConnectionTested(Box::new(Ok(back))))
            .discovered(OURS)
            .fetched(Ok(now));
        let app = listening(app).keys("c").wait(600).keys("y");
        assert_eq!((app.patches(), gate(&app)), (1, Gate::Conflict));
        assert!(review(&app).note.as_deref().unwrap().contains("not undone"));
    }
}

#[test]
fn wr_28_without_a_change_of_this_run_there_is_nothing_to_take_back() {
    let app = app().onwards().keys("z");
    assert_eq!((app.asked(), app.state.change.is_none()), (&[][..], true));
    assert!(!app.notice().is_empty());
}

#[test]
fn m5_a28_a_key_held_down_never_sends() {
    let mut app = opened(app());
    for _ in 0..100 {
        app = app.keys("y").drawn().wait(40);
    }
    app = app.checked();
    for _ in 0..100 {
        app = app.keys("y").drawn().wait(499);
    }
    assert_eq!((app.patches(), app.records.len()), (0, 0));
    let app = app.wait(500).keys("y");
    assert_eq!(app.patches(), 1, "pressed after it was let go");
}

fn protected(reason_required: bool) -> App {
    let rules = Rules { reason_required, confirm_by_name: Some("prod-eu".into()), ..Rules::default() };
    with(Settings { rules, badge: Badge::Profile("prod-eu".into()), ..settings() })
}

#[test]
fn e36_a_protected_profile_is_confirmed_by_its_exact_name() {
    let named = |name: &str| protected(false).reviewed().keys("y").text(name).keys("enter");
    assert_eq!(review(&protected(false).reviewed().keys("y")).writing, Some(Note::Name));
    for wrong in ["", "y", "prod-e", "prod-eu ", "Prod-EU", "prod-eu-2"] {
        let app = named(wrong);
        assert_eq!((app.patches(), app.records.len()), (0, 0), "{wrong:?}");
    }
    let app = named("prod-eu");
    assert_eq!((app.patches(), intent(&app).target.profile.as_sent()), (1, "prod-eu"));
    let app = protected(false).reviewed().keys("y").text("prod-eu").keys("esc");
    assert_eq!((review(&app).typed_name.text(), app.patches()), ("", 0));
    let app = app.wait(600).keys("y");
    assert_eq!((app.patches(), review(&app).writing), (0, Some(Note::Name)));
}

fn ruled(rules: Rules) -> App {
    with(Settings { rules, ..settings() })
}

#[test]
fn e35_an_organization_that_the_configuration_denies_is_never_changed() {
    let denied = ruled(Rules { denied: Names::parse("other, organization*"), ..Rules::default() });
    let denied = denied.keys("e");
    assert!(denied.state.change.is_none());
    assert!(denied.notice().contains("denies changes of this organization"), "{}", denied.notice());
    // It was renamed while its review was open: nothing that is on the screen already sends it.
    let mut app = app().reviewed();
    let settings = &mut app.state.settings;
    settings.rules = Rules { denied: Names::parse("*,nobody"), ..Rules::default() };
    let app = app.keys("y");
    assert_eq!((app.patches(), app.records.len()), (0, 0));
    assert!(review(&app).note.as_deref().unwrap().contains("denies"));
}

#[test]
fn e35_a_guarded_organization_is_confirmed_by_its_own_name() {
    let guarded = || ruled(Rules { guarded: Names::parse("*"), ..Rules::default() });
    let name = guarded().reviewed().state.change.unwrap().target.name.as_sent().to_owned();
    for wrong in ["y", "prod-eu", &name.to_lowercase()] {
        let app = guarded().reviewed().keys("y").text(wrong).keys("enter");
        assert_eq!((app.patches(), app.records.len()), (0, 0), "{wrong:?}");
        assert!(review(&app).note.as_deref().unwrap().contains("not the name of the organization"));
    }
    assert_eq!(guarded().reviewed().keys("y").text(&name).keys("enter").patches(), 1);
    let other = ruled(Rules { guarded: Names::parse("Acme*"), ..Rules::default() });
    assert_eq!(other.reviewed().keys("y").patches(), 1);
}

#[test]
fn e36_after_a_failed_journal_the_name_is_typed_anew() {
    let mut app = protected(false).reviewed().keys("y").text("prod-eu");
    app.journal = JournalOf::Failing;
    let mut app = listening(app.keys("enter"));
    app.journal = JournalOf::Working;
    let app = app.keys("y");
    assert_eq!((app.patches(), review(&app).typed_name.text()), (0, ""));
}

#[test]
fn e36_where_a_reason_is_asked_for_nothing_goes_without_one() {
    let app = protected(true).reviewed().keys("y");
    assert_eq!((review(&app).writing, app.records.len()), (None, 0));
    assert!(review(&app).note.as_deref().unwrap().contains("asks for a reason"));
    let app =
        app.keys("r").text(" CHG-4711 ").keys("enter").wait(600).keys("y").text("prod-eu").keys("enter");
    assert_eq!((app.patches(), intent(&app).reason.as_sent()), (1, "CHG-4711"));
}

#[test]
fn m14_a_paste_into_a_text_of_the_review_is_text_and_never_submits() {
    let pasted = |app: App, text: &str| app.message(Message::Pasted(text.to_owned()));
    let app = pasted(app().reviewed().keys("r"), "CHG-1\n");
    assert_eq!((review(&app).reason.text(), app.patches()), ("CHG-1", 0));
    let app = pasted(app, "a\nb\n");
    assert_eq!(review(&app).reason.text(), "CHG-1", "refused whole");
    let app = pasted(protected(false).reviewed().keys("y"), "prod-eu\n");
    assert_eq!((app.patches(), app.records.len()), (0, 0));
}

#[test]
fn a_reason_is_kept_when_the_value_is_changed() {
    let app = app().reviewed().keys("r").text("CHG-1").keys("enter").wait(600).keys("n enter");
    assert_eq!(review(&app).reason.text(), "CHG-1");
}

#[test]
fn a_reason_is_kept_when_a_refused_change_is_edited_again() {
    let app = app().reviewed().keys("r").text("CHG-1").keys("enter").wait(600).keys("y");
    let app = app.patched(Ok(answer(422, None))).fetched(Ok(thales()));
    assert_eq!(app.outcome(), Some(Outcome::Refused));
    let app = app.keys("e enter");
    assert_eq!(review(&app).reason.text(), "CHG-1");
}

#[test]
fn a_value_that_differs_only_in_case_or_blanks_is_pointed_out() {
    for alike in ["SFDC-Connection", "sfdc-connection "] {
        let app = app().choosing().text(alike).keys("enter enter");
        let shown = screen::text(&app.state);
        assert!(shown.contains("differ only in upper and lower case or in blanks"), "{alike:?}\n{shown}");
    }
    let shown = screen::text(&app().reviewed().state);
    assert!(!shown.contains("differ only"));
}

const PATCH_CURL: &str = "printf 'Authorization: Bearer %s\\n' \"$CM_TOKEN\" | curl -sS -H @- -X PATCH \
    -H 'Content-Type: application/json' --data-binary '{\"connection\":\"new-sfdc-connection\"}' \
    'http://127.0.0.1:8080/api/v1/cckm/sfdc/organizations/2473e846-31a8-4ee6-8299-17025548b4e2'";
const GET_CURL: &str = "printf 'Authorization: Bearer %s\\n' \"$CM_TOKEN\" | curl -sS -H @- \
    'http://127.0.0.1:8080/api/v1/cckm/sfdc/organizations/2473e846-31a8-4ee6-8299-17025548b4e2'";

#[test]
fn a8_y_r_copies_exactly_the_request_as_a_command() {
    let copied = |app: App| app.onwards().keys("y r").asked().to_vec();
    let copy = |text: &str| vec![Effect::Copy { what: "a curl command".to_owned(), text: text.to_owned() }];
    assert_eq!(copied(app().changed()), copy(PATCH_CURL));
    assert_eq!(copied(app().keys("G")), copy(GET_CURL));
    assert_eq!(copied(app().changed().keys("esc @ /").text("patch").keys("enter")), copy(PATCH_CURL));
    let app = app().changed().keys("esc @ /").text("journal").keys("enter").onwards().keys("y r");
    assert_eq!(app.asked(), [], "a line of the journal is no request");
    assert!(!app.notice().is_empty());
}

#[test]
fn the_activity_lists_requests_the_latest_first_and_the_changes_after_them_and_filters() {
    let app = app().changed().keys("esc @");
    let what =
        |app: &App| -> Vec<String> { activity_view::lines(&app.state).map(|entry| entry.what).collect() };
    let lines = what(&app);
    let place = |wanted: &str| lines.iter().position(|what| what == wanted).unwrap();
    assert!(place("PATCH") < place("TEST") && place("TEST") < place("SIGN IN"));
    assert_eq!(lines.last().map(String::as_str), Some("CHANGE"));
    let app = app.keys("/").text("200 patch");
    assert_eq!(what(&app), ["PATCH"]);
    let app = app.keys("enter esc");
    assert_eq!(what(&app).len(), lines.len(), "Esc clears the filter first");
    assert_eq!(app.keys("esc").state.modals, []);
}

#[test]
fn the_detail_tells_earlier_changes_and_who_else_is_on_the_connection() {
    let mine = Organization { connection: "shared".into(), ..organization(1) };
    let other = Organization { connection: "shared".into(), ..organization(2) };
    let app = App::new(120, 60).loaded(vec![mine, other, thales()]).keys("j enter");
    let text = |app: &App| -> String {
        let lines = app.state.detail_lines(app.state.detail.view, 100);
        lines.iter().map(|line| line.text() + "\n").collect()
    };
    assert!(!text(&app).contains("7f3a9c-1"));
    let first = app.keys("esc g enter");
    assert!(text(&first).contains("Organization 000002"), "{}", text(&first));
    let app = App::new(120, 60).with_organizations(3).changed().keys("esc enter");
    assert!(text(&app).contains("sfdc-connection") && text(&app).contains("VERIFIED"), "{}", text(&app));
}
