//! Many changes as one plan: drafted, agreed to once, and made row by row.

use std::sync::Arc;
use std::time::Duration;

use cckm_tui::app::change::{Names, Outcome, Rules};
use cckm_tui::app::modal::{Modal, Question};
use cckm_tui::app::plan::outside::Offered;
use cckm_tui::app::plan::{Applying, Planned, RowResult, RowState, Stop};
use cckm_tui::app::{Badge, Bulk, Effect, Reply, RequestId, Run, Settings};
use cckm_tui::domain::{
    Call, Failure, FailureKind, JournalFailure, Order, Organization, OrganizationId, PatchAnswer, Plan,
    PlanRow, Transition,
};

use crate::support::app::{
    App, JournalOf, STARTED_AT, answer, failure, refused, run as run_of_tests, settings,
};
use crate::support::records::{id, moved, named, page};
use crate::support::screen;

pub(super) const NEW: &str = "new-sfdc-connection";

/// So many organizations, A, B, C …, numbered from 0.
pub(super) fn organizations(n: usize) -> Vec<Organization> {
    (0..n).map(|n| named(n, &char::from(b'A' + u8::try_from(n).unwrap()).to_string(), "old")).collect()
}

pub(super) fn app_with(settings: Settings, n: usize) -> App {
    App::with(settings, 80, 24).loaded(organizations(n))
}

/// A plan for all of `n` organizations, checked and in sight.
fn planned_with(settings: Settings, n: usize) -> App {
    let app = app_with(settings, n).keys("* e").text(NEW).keys("enter");
    app.probed(NEW, &organizations(n)).drawn().wait(600)
}

pub(super) fn planned(n: usize) -> App {
    planned_with(settings(), n)
}

/// The same, being applied.
pub(super) fn applying(n: usize) -> App {
    planned(n).onwards().keys("y").text(&n.to_string()).keys("enter")
}

pub(super) fn draft(app: &App) -> &Planned {
    app.state.draft.as_ref().and_then(|draft| draft.planned()).expect("no plan is being made")
}

pub(super) fn note(app: &App) -> &str {
    draft(app).note.as_deref().unwrap_or_default()
}

pub(super) fn run(app: &App) -> &Applying {
    app.state.applying.as_ref().expect("no plan is being applied")
}

fn result(app: &App, row: usize) -> String {
    run(app).result(row).map(RowResult::words).unwrap_or_default()
}

/// The readings that were asked for since the story went on and are not answered, by the number of the record.
fn reading(app: &App, n: usize) -> Option<RequestId> {
    app.asked().iter().rev().find_map(|effect| match effect {
        Effect::FetchOrganization { request, id: record } if *record == id(n) => Some(*request),
        _ => None,
    })
}

fn sending(app: &App, n: usize) -> Option<RequestId> {
    app.asked().iter().rev().find_map(|effect| match effect {
        Effect::PatchOrganization { request, id: record, .. } if *record == id(n) => Some(*request),
        _ => None,
    })
}

fn sent(app: &App) -> Vec<OrganizationId> {
    let patches = app.asked().iter().filter_map(|effect| match effect {
        Effect::PatchOrganization { id, .. } => Some(id.clone()),
        _ => None,
    });
    patches.collect()
}

pub(super) fn read(app: App, n: usize, seen: Result<Organization, Failure>) -> App {
    let request = reading(&app, n).expect("nobody reads this row");
    app.answer(request, Reply::Fetched(Box::new(seen)))
}

fn patched(app: App, n: usize, answered: Result<PatchAnswer, Failure>) -> App {
    let request = sending(&app, n).expect("nothing was sent for this row");
    app.answer(request, Reply::Patched(Box::new(answered)))
}

pub(super) fn before(n: usize) -> Organization {
    organizations(n + 1).remove(n)
}

fn after(n: usize) -> Organization {
    moved(&before(n), NEW)
}

/// A row read, sent, answered and verified.
pub(super) fn verified(app: App, n: usize) -> App {
    let app = read(app, n, Ok(before(n)));
    let app = patched(app, n, Ok(answer(200, Some(after(n)))));
    read(app, n, Ok(after(n)))
}

#[test]
fn a2_a_plan_leaves_out_what_is_right_already_and_tests_its_connection_once() {
    let mut rows = organizations(4);
    rows[1].connection = NEW.into();
    let app = App::new(80, 24).loaded(rows.clone()).keys("* e").text(NEW).onwards().keys("enter");
    let asked = |is: fn(&Effect) -> bool| app.asked().iter().filter(|effect| is(effect)).count();
    assert_eq!(asked(|effect| matches!(effect, Effect::FetchConnection { .. })), 1);
    assert_eq!(asked(|effect| matches!(effect, Effect::Discover { .. })), 1);
    assert_eq!((draft(&app).rows.len(), draft(&app).already), (3, 1));
    let app = app.probed(NEW, &rows);
    let tests = app.asked().iter().filter(|effect| matches!(effect, Effect::TestConnection { .. }));
    assert_eq!(tests.count(), 1);
    assert!(draft(&app).rows.iter().all(|row| row.state == RowState::Fine));
    let effect: Vec<_> =
        draft(&app).effects.iter().map(|e| (e.connection.as_sent(), e.before, e.after)).collect();
    assert_eq!(effect, [(NEW, 1, 4), ("old", 3, 0)]);
    assert_eq!(app.patches(), 0);
}

#[test]
fn a1_a_row_that_the_new_connection_does_not_reach_is_blocked_and_left_out() {
    let app = app_with(settings(), 3).keys("* e").text(NEW).keys("enter");
    let app = app.probed(NEW, &organizations(2));
    let states: Vec<_> = draft(&app).rows.iter().map(|row| row.state).collect();
    assert_eq!(states, [RowState::Fine, RowState::Fine, RowState::Blocked]);
    assert_eq!((draft(&app).plan.rows.len(), draft(&app).blocked), (2, 1));
    let app = app.drawn().wait(600).onwards().keys("y").text("3").keys("enter");
    assert_eq!(note(&app), "that is not the number of changes as asked for: nothing was sent");
    assert!(app.state.applying.is_none());
}

#[test]
fn e35_a_denied_row_is_blocked_and_a_guarded_one_says_so() {
    let rules = Rules { denied: Names::parse("A"), guarded: Names::parse("B"), ..Rules::default() };
    let app = planned_with(Settings { rules, ..settings() }, 3);
    let states: Vec<_> = draft(&app).rows.iter().map(|row| row.state).collect();
    assert_eq!(states, [RowState::Blocked, RowState::Doubtful, RowState::Fine]);
    assert!(draft(&app).rows[1].words.starts_with("guarded"));
}

#[test]
fn e36_the_number_of_changes_and_the_profile_are_typed_before_anything_is_read_or_sent() {
    let settings = Settings { badge: Badge::Profile("prod-eu".into()), ..settings() };
    let app = planned_with(settings, 3).onwards();
    let app = app.keys("y").text("3").keys("enter");
    assert!(app.state.applying.is_none());
    let app = app.text(" prod-eu").keys("enter");
    assert!(app.state.is_applying());
    assert_eq!(app.state.modals, [Modal::Progress]);
}

#[test]
fn a28_the_window_of_a_plan_is_deaf_until_it_was_drawn_and_read() {
    let app = app_with(settings(), 2).keys("* e").text(NEW).keys("enter");
    let app = app.probed(NEW, &organizations(2)).keys("y").text("2").keys("enter");
    assert!(app.state.applying.is_none() && app.state.draft.is_none(), "Enter is Cancel");
    let app = planned(2).drawn();
    assert!(draft(&app).writing.is_none());
}

#[test]
fn rules_of_the_profile_hold_for_a_plan_too() {
    let rules = Rules { reason_required: true, ..Rules::default() };
    let app = planned_with(Settings { rules, ..settings() }, 2).keys("y");
    assert!(note(&app).starts_with("this profile asks for a reason"));
    let app = app.keys("r").text("CHG-1").keys("enter y").text("2").keys("enter");
    assert!(app.state.is_applying());
    let bulk = Bulk { maximum_rows: Some(1), ..Bulk::default() };
    let app = planned_with(Settings { bulk, ..settings() }, 2).keys("y");
    assert!(note(&app).starts_with("this profile allows 1 changes in a plan"));
    let app = app.keys("d").drawn().wait(600).keys("y").text("1").keys("enter");
    assert!(app.state.is_applying());
    assert_eq!(run(&app).plan.rows.len(), 1);
}

#[test]
fn a_plan_is_not_applied_after_its_time() {
    let app = planned(2).wait(15 * 60 * 1000).keys("y");
    assert!(note(&app).starts_with("the plan's time is over"));
}

#[test]
fn wr_25_the_first_row_is_verified_before_another_is_begun() {
    let app = applying(4);
    assert_eq!((reading(&app, 0).is_some(), reading(&app, 1)), (true, None));
    let app = read(app, 0, Ok(before(0)));
    let app = patched(app, 0, Ok(answer(200, Some(after(0)))));
    assert_eq!((sent(&app).len(), reading(&app, 1)), (1, None));
    let app = read(app, 0, Ok(after(0)));
    assert_eq!(result(&app, 0), "200 VERIFIED");
    assert_eq!(
        (reading(&app, 1).is_some(), reading(&app, 2).is_some(), reading(&app, 3)),
        (true, true, None)
    );
}

#[test]
fn every_row_goes_through_the_machine_of_the_single_change_and_says_which_plan_it_is_of() {
    let mut app = applying(3);
    for n in 0..3 {
        app = verified(app, n);
    }
    assert_eq!(sent(&app), [id(0), id(1), id(2)]);
    assert_eq!((run(&app).counts.applied, run(&app).is_active()), (3, false));
    let hash = run(&app).plan.hash();
    let plans: Vec<_> = app
        .records
        .iter()
        .filter_map(|(_, _, transition)| match transition {
            Transition::Intent(intent) => intent.plan.as_ref(),
            _ => None,
        })
        .collect();
    assert_eq!(plans.iter().map(|plan| plan.hash).collect::<Vec<_>>(), [hash; 3]);
    assert!(app.state.list.marks.is_empty(), "what is as it should be is not marked any more");
}

#[test]
fn wr_22_no_row_is_sent_before_its_intent_is_durable() {
    let mut app = planned(3);
    app.journal = JournalOf::Silent;
    let app = app.onwards().keys("y").text("3").keys("enter");
    let app = read(app, 0, Ok(before(0)));
    assert_eq!(sent(&app), []);
    assert!(matches!(&app.records[..], [(_, _, Transition::Intent(_))]));
}

#[test]
fn wr_22_a_journal_that_cannot_be_written_holds_the_plan_before_the_next_row_and_p_goes_on() {
    let mut app = verified(applying(3), 0);
    app.journal = JournalOf::Failing;
    let app = read(app, 1, Ok(before(1)));
    let mut app = read(app, 2, Ok(before(2)));
    assert_eq!(sent(&app), [id(0)]);
    let why = run(&app).standing().unwrap();
    assert!(why.starts_with("the journal cannot be written: journal: no space left"), "{why}");
    assert_eq!(run(&app).counts.failed, 0);
    app.journal = JournalOf::Working;
    let app = app.wait(600_000).onwards();
    assert_eq!(reading(&app, 1), None, "it does not go on by itself");
    let app = verified(verified(app.keys("p"), 1), 2);
    assert_eq!((run(&app).counts.applied, run(&app).is_active()), (3, false));
}

#[test]
fn a3_a_row_that_somebody_changed_is_skipped_and_named_and_one_that_is_right_is_unchanged() {
    let app = verified(applying(3), 0);
    let app = read(app, 1, Ok(moved(&before(1), "other")));
    let app = read(app, 2, Ok(after(2)));
    assert_eq!(result(&app, 1), "skipped: changed since: it is other now");
    assert_eq!(result(&app, 2), "unchanged: it has the new connection already");
    assert_eq!((sent(&app).len(), run(&app).is_active()), (1, false));
    let counts = run(&app).counts;
    assert_eq!((counts.applied, counts.unchanged, counts.skipped, counts.failed), (1, 1, 1, 0));
}

#[test]
fn a1_a_record_of_another_organization_is_not_changed() {
    let other = Organization { organization_id: "00D000000000099AAA".into(), ..before(0) };
    let app = read(applying(2), 0, Ok(other));
    assert_eq!(result(&app, 0), "skipped: it is organization 00D000000000099AAA now");
    assert_eq!(sent(&app), []);
}

#[test]
fn wr_25_the_stop_rule_leaves_the_rest_untouched_and_settles_what_is_under_way() {
    let app = verified(applying(5), 0);
    let app = read(read(app, 1, Ok(before(1))), 2, Ok(before(2)));
    let app = patched(app, 1, Ok(answer(422, None)));
    let app = read(app, 1, Ok(before(1)));
    assert_eq!(run(&app).stop, Some(Stop::Failures(1)));
    assert!(run(&app).is_active(), "a row is still under way");
    let app = patched(app, 2, Ok(answer(200, Some(after(2)))));
    let app = read(app, 2, Ok(after(2)));
    assert!(!run(&app).is_active());
    let results: Vec<_> = (0..5).map(|row| result(&app, row)).collect();
    assert_eq!(results, ["200 VERIFIED", "422 REFUSED", "200 VERIFIED", "waiting", "waiting"]);
    assert_eq!(sent(&app).len(), 3);
}

#[test]
fn wr_25_a_canary_that_fails_stops_whatever_the_rule_allows() {
    let bulk = Bulk { stop_after: 100, ..Bulk::default() };
    let app = planned_with(Settings { bulk, ..settings() }, 3).onwards().keys("y").text("3").keys("enter");
    let app = read(app, 0, Ok(before(0)));
    let app = patched(app, 0, Ok(answer(409, None)));
    let app = read(app, 0, Ok(before(0)));
    assert_eq!((run(&app).stop, run(&app).is_active(), sent(&app).len()), (Some(Stop::Canary), false, 1));
}

#[test]
fn wr_24_after_stop_nothing_new_is_sent_and_what_runs_is_settled() {
    let app = verified(applying(5), 0);
    let app = read(app, 1, Ok(before(1))).keys("s");
    assert!(run(&app).is_active());
    let app = read(app, 2, Ok(before(2)));
    let app = patched(app, 1, Ok(answer(200, Some(after(1)))));
    let app = read(app, 1, Ok(after(1)));
    assert!(sent(&app).contains(&id(1)) && !sent(&app).contains(&id(3)));
    assert!(!sent(&app).contains(&id(2)), "it was being read: nothing new is sent after a stop");
    assert!(!run(&app).is_active());
    assert_eq!(result(&app, 2), "waiting");
}

#[test]
fn wr_22_a_row_that_was_applied_late_is_told_and_counted_as_applied() {
    let app = read(verified(applying(2), 0), 1, Ok(before(1)));
    let mut app = patched(app, 1, Ok(answer(504, None)));
    for _ in 0..5 {
        app = read(app.onwards().wait(8_000), 1, Ok(before(1)));
    }
    assert_eq!((result(&app, 1).as_str(), run(&app).counts.failed), ("504 NOT APPLIED", 1));
    let late = || page(0, 2, vec![after(0), after(1)]);
    // The list that is being read by then is older than the latest reading of the row.
    let app = app.keys("esc").listed(late()).onwards();
    assert_eq!(result(&app, 1), "504 NOT APPLIED");
    let app = app.keys("r").listed(late());
    assert_eq!(result(&app, 1), "504 APPLIED");
    assert_eq!((run(&app).counts.applied, run(&app).counts.failed), (2, 0));
}

#[test]
fn p_pauses_and_goes_on() {
    let app = read(applying(3), 0, Ok(before(0))).keys("p");
    let app = patched(app, 0, Ok(answer(200, Some(after(0)))));
    let app = read(app, 0, Ok(after(0)));
    assert_eq!(reading(&app, 1), None);
    let app = app.keys("p");
    assert!(reading(&app, 1).is_some());
}

#[test]
fn wr_23_a_server_that_is_away_holds_the_plan_and_no_row_fails_for_it() {
    let away = || failure(Call::GetOrganization, FailureKind::Unreachable);
    let app = read(verified(applying(3), 0), 1, Err(away()));
    let app = read(app, 2, Err(away()));
    assert!(run(&app).hold.as_ref().unwrap().until.is_some());
    let mut app = app;
    for _ in 0..5 {
        app = app.onwards().wait(61_000);
        app = read(app, 1, Err(away()));
    }
    assert_eq!((run(&app).counts.failed, run(&app).stop), (0, None));
    let app = app.onwards().wait(61_000);
    let app = verified(app, 1);
    let app = verified(app, 2);
    assert_eq!((run(&app).counts.applied, run(&app).is_active()), (3, false));
}

#[test]
fn nt_21_a26_retry_after_is_waited_for_and_the_row_is_begun_anew_as_another_change() {
    let app = read(verified(applying(3), 0), 1, Ok(before(1)));
    let slow = PatchAnswer { retry_after: Some(Duration::from_secs(8)), ..answer(429, None) };
    let app = patched(app, 1, Ok(slow));
    let app = read(app, 1, Ok(before(1)));
    assert_eq!((result(&app, 1).as_str(), run(&app).pace.limit()), ("waiting", 1));
    let app = read(app, 2, Ok(after(2))).onwards().wait(7_000);
    assert_eq!(reading(&app, 1), None);
    let app = verified(app.wait(1_500), 1);
    assert_eq!((run(&app).counts.applied, run(&app).counts.failed), (2, 0));
    let intents: Vec<_> = app
        .records
        .iter()
        .filter_map(|(_, operation, transition)| match transition {
            Transition::Intent(intent) if intent.target.id == id(1) => Some(*operation),
            _ => None,
        })
        .collect();
    assert_eq!(intents.len(), 2);
    assert_ne!(intents[0], intents[1], "one PATCH for each intent");
}

#[test]
fn wr_23_a_change_that_was_never_sent_for_want_of_a_session_waits_for_one() {
    let app = read(applying(2), 0, Ok(before(0)));
    let app = patched(app, 0, Err(failure(Call::Renew, FailureKind::SignInNeeded)));
    assert_eq!((result(&app, 0).as_str(), run(&app).counts.failed), ("waiting", 0));
    assert!(app.state.modals.iter().any(|modal| matches!(modal, Modal::SignIn(_))));
}

#[test]
fn an_outcome_that_cannot_be_read_is_looked_at_until_the_server_is_back() {
    let app = read(verified(applying(2), 0), 1, Ok(before(1)));
    let mut app = patched(app, 1, Err(failure(Call::PatchOrganization, FailureKind::CutOff)));
    for _ in 0..8 {
        app = app.wait(70_000);
        let away = failure(Call::GetOrganization, FailureKind::Unreachable);
        app = read(app, 1, Err(away));
    }
    assert_eq!((run(&app).counts.failed, run(&app).is_active()), (0, true));
    let app = app.wait(70_000);
    let app = read(app, 1, Ok(after(1)));
    assert_eq!((result(&app, 1).as_str(), run(&app).is_active()), ("no answer, APPLIED", false));
    assert_eq!(sent(&app), [id(0), id(1)]);
}

#[test]
fn an_unknown_outcome_counts_as_a_failure_and_is_told() {
    let app = read(verified(applying(3), 0), 1, Ok(before(1)));
    let app = patched(app, 1, Err(failure(Call::PatchOrganization, FailureKind::CutOff)));
    let app = read(app.wait(600), 1, Ok(moved(&before(1), "other")));
    assert_eq!(result(&app, 1), "no answer, UNKNOWN");
    assert_eq!((run(&app).counts.failed, run(&app).counts.unknown), (1, 1));
    assert_eq!(run(&app).stop, Some(Stop::Failures(1)));
}

#[test]
fn a_row_that_cannot_be_read_for_a_reason_of_its_own_fails_without_being_sent() {
    let app = read(applying(2), 0, Err(refused(Call::GetOrganization, 403)));
    assert_eq!(result(&app, 0), "not sent: HTTP 403 Forbidden");
    assert_eq!((run(&app).stop, sent(&app).len()), (Some(Stop::Canary), 0));
}

#[test]
fn one_at_a_time_while_a_plan_is_applied_nothing_else_is_changed_and_nobody_leaves_unasked() {
    let app = applying(3).keys("esc");
    assert_eq!(app.state.modals, []);
    let app = app.keys("e");
    assert_eq!(app.notice(), "a plan is being applied: b shows it, and s there stops it");
    let app = app.keys("q");
    assert_eq!(app.state.modals, [Modal::Question(Question::LeavePlan)]);
    let app = app.drawn().keys("n b");
    assert_eq!(app.state.modals, [Modal::Progress]);
}

#[test]
fn a11_what_was_applied_is_taken_back_as_a_plan_that_names_what_it_takes_back() {
    let app = verified(verified(applying(2), 0), 1).onwards().keys("Z");
    let rows: Vec<_> =
        draft(&app).rows.iter().map(|row| (row.row.now.as_sent(), row.row.new.as_sent())).collect();
    assert_eq!(rows, [(NEW, "old"), (NEW, "old")]);
    assert!(draft(&app).rows.iter().all(|row| row.row.undo_of.is_some()));
    // One was changed by somebody else meanwhile.
    let app = app.keys("esc r").listed(page(0, 2, vec![after(0), moved(&before(1), "other")])).keys("b Z");
    let states: Vec<_> = draft(&app).rows.iter().map(|row| row.state).collect();
    assert_eq!(states, [RowState::Waiting, RowState::Blocked]);
    assert_eq!(draft(&app).rows[1].words, "changed since: it is other now");
}

#[test]
fn what_failed_and_what_was_not_begun_becomes_a_new_plan() {
    let app = read(verified(applying(4), 0), 1, Ok(before(1)));
    let app = read(app, 2, Ok(moved(&before(2), "other")));
    let app = patched(app, 1, Ok(answer(422, None)));
    let app = read(app, 1, Ok(before(1)));
    let app = match reading(&app, 3) {
        Some(_) => read(app, 3, Ok(before(3))),
        None => app,
    };
    let app = app.keys("R");
    let names: Vec<_> = draft(&app).rows.iter().map(|row| row.row.name.as_sent()).collect();
    assert_eq!(names, ["B", "D"]);
}

/// What the lower edge of the window offers.
fn offered(app: &App) -> String {
    screen::text(&app.state).lines().last().unwrap_or_default().to_owned()
}

#[test]
fn what_would_do_nothing_is_not_offered_for_a_plan_and_says_so_when_it_is_pressed() {
    let app = verified(verified(applying(2), 0), 1);
    assert!(offered(&app).contains("Z roll back") && !offered(&app).contains("retry"), "{}", offered(&app));
    assert_eq!(app.keys("R").notice(), "nothing is left to do");
    let app = read(applying(2), 0, Err(refused(Call::GetOrganization, 403)));
    assert!(offered(&app).contains("R retry") && !offered(&app).contains("roll"), "{}", offered(&app));
    assert_eq!(app.keys("Z").notice(), "nothing was applied that could be taken back");
    let app = patched(
        read(applying(1), 0, Ok(before(0))),
        0,
        Err(failure(Call::PatchOrganization, FailureKind::CutOff)),
    );
    let app = read(app.wait(600), 0, Ok(moved(&before(0), "other"))).keys("p");
    assert_eq!(app.notice(), "the plan has ended");
    assert!(!offered(&app).contains("retry") && !offered(&app).contains("roll"), "{}", offered(&app));
    assert_eq!(app.keys("R").notice(), "nothing is left but what is UNKNOWN: see first what became of it");
}

#[test]
fn set_conn_where_makes_a_plan_of_every_match() {
    let app =
        app_with(settings(), 4).keys(":").text(&format!("set conn {NEW} where re:^[bc]$")).keys("enter");
    let names: Vec<_> = draft(&app).rows.iter().map(|row| row.row.name.as_sent()).collect();
    assert_eq!(names, ["B", "C"]);
    assert_eq!(app.patches(), 0);
}

#[test]
fn the_result_of_a_row_can_be_opened() {
    let app = verified(applying(2), 0).keys("g enter");
    assert_eq!(app.state.modals, [Modal::Progress, Modal::RowResult { row: 0, scroll: 0 }]);
    let (lines, _) = cckm_tui::app::modal_lines(&app.state, &app.keymap);
    assert!(lines[0].text().starts_with("HTTP 200 OK"), "{lines:?}");
    assert_eq!(run(&app).kept(0).map(|change| change.sends), Some(1));
    assert!(matches!(run(&app).result(0), Some(RowResult::Done { outcome: Outcome::Verified, .. })));
}

/// A plan for the first `rows` organizations, made by somebody else an hour before the program started.
pub(super) fn foreign(rows: usize, state: &cckm_tui::app::State) -> Plan {
    let at = |seconds: i64| jiff::Timestamp::from_second(STARTED_AT + seconds).unwrap();
    let row = |organization: Organization| PlanRow {
        id: organization.id,
        name: organization.name,
        organization_id: organization.organization_id,
        now: "old".into(),
        new: NEW.into(),
        undo_of: None,
    };
    Plan {
        id: "p0000aa-3".parse().unwrap(),
        made_at: at(-3600),
        made_by: "ops2".into(),
        valid_until: at(3600),
        place: cckm_tui::app::identity::place(state),
        reason: "CHG-7".into(),
        order: Order::default(),
        rows: organizations(rows).into_iter().map(row).collect(),
    }
}

/// The program started while this plan was unfinished; of its organizations the first `done` are moved already.
fn started_with(edit: fn(&mut Offered), done: usize) -> App {
    let plan = foreign(3, &App::new(80, 24).state);
    let mut offered = Offered { hash: plan.hash(), plan: Arc::new(plan), was_begun: true };
    edit(&mut offered);
    let app = App::of(Run { offered: vec![offered], ..run_of_tests() }, settings(), 80, 24);
    let mut all = organizations(4);
    all.iter_mut().take(done).for_each(|organization| organization.connection = NEW.into());
    app.onwards().loaded(all)
}

#[test]
fn wr_21_what_is_left_of_an_unfinished_plan_is_offered_and_stays_the_same_plan() {
    let app = started_with(|_| (), 1).drawn();
    let Some(Modal::Question(Question::Resume { question, .. })) = app.state.modals.last() else {
        panic!("{:?}", app.state.modals)
    };
    assert!(question.contains("p0000aa-3 of ops2") && question.contains("2 of its 3 rows"), "{question}");
    let app = app.keys("y").probed(NEW, &organizations(3));
    let planned = draft(&app);
    assert_eq!((planned.plan.rows.len(), planned.already), (2, 1));
    assert_eq!(planned.plan.id.to_string(), "p0000aa-3");
    assert_eq!((planned.plan.made_by.as_sent(), planned.plan.reason.as_sent()), ("ops2", "CHG-7"));
    let app = app.drawn().wait(600).onwards().keys("y").text("2").keys("enter");
    assert!(app.state.is_applying(), "{}", app.notice());
    let asked = |app: &App| {
        let reads = app.asked().iter().filter(|effect| matches!(effect, Effect::FetchOrganization { .. }));
        reads.count()
    };
    assert_eq!(asked(&app), 1, "the canary, which is the first row that is left");
    let run = run(&app);
    assert_eq!(
        (run.plan.rows.len(), run.counts.unchanged),
        (3, 1),
        "the same plan, of which one row is done"
    );
    assert_eq!(run.plan.hash(), foreign(3, &app.state).hash());
    assert_eq!(run.result(0), Some(&RowResult::Unchanged));
}

#[test]
fn wr_21_rows_that_were_done_anywhere_in_the_plan_are_passed_over() {
    let plan = foreign(4, &App::new(80, 24).state);
    let offered = Offered { hash: plan.hash(), plan: Arc::new(plan), was_begun: true };
    let app = App::of(Run { offered: vec![offered], ..run_of_tests() }, settings(), 80, 24);
    let mut all = organizations(4);
    for done in [1, 3] {
        all[done].connection = NEW.into();
    }
    let app = app.loaded(all).drawn().keys("y").probed(NEW, &organizations(4)).drawn().wait(600);
    let app = app.keys("y").text("2").keys("enter");
    let mut app = app;
    for row in [0, 2] {
        let request = app.asked().iter().rev().find_map(|effect| match effect {
            Effect::FetchOrganization { request, id: asked } if *asked == id(row) => Some(*request),
            _ => None,
        });
        let new = Organization { connection: NEW.into(), ..organizations(4).swap_remove(row) };
        app = app.answer(request.expect("it is read"), Reply::Fetched(Box::new(Ok(new))));
    }
    assert!(!app.state.is_applying(), "{:?}", run(&app));
    assert_eq!(run(&app).counts.unchanged, 4);
}

#[test]
fn wr_21_a_finished_plan_is_forgotten_without_a_question() {
    let app = started_with(|_| (), 3);
    assert_eq!(app.state.modals, []);
    assert!(app.asked().contains(&Effect::ForgetPlan("p0000aa-3".parse().unwrap())));
    assert!(app.notice().contains("is done"), "{}", app.notice());
}

#[test]
fn wr_26_an_edited_plan_or_one_of_another_place_is_refused_with_the_reason() {
    let edit = |offered: &mut Offered| Arc::make_mut(&mut offered.plan).rows.truncate(1);
    assert!(started_with(edit, 0).notice().contains("the plan was altered"));
    let server = |offered: &mut Offered| {
        Arc::make_mut(&mut offered.plan).place.server = "https://cm2.example.com".into();
        offered.hash = offered.plan.hash();
    };
    let app = started_with(server, 0);
    assert!(app.notice().contains("another server: https://cm2.example.com"), "{}", app.notice());
    let identity = |offered: &mut Offered| {
        Arc::make_mut(&mut offered.plan).place.server_identity = "sha256:AA".into();
        offered.hash = offered.plan.hash();
    };
    let app = started_with(identity, 0);
    assert!(app.notice().contains("another certificate"), "{}", app.notice());
    assert_eq!(app.state.modals, []);
}

#[test]
fn wr_26_an_expired_plan_is_made_anew_or_forgotten() {
    let expired: fn(&mut Offered) = |offered| {
        let plan = Arc::make_mut(&mut offered.plan);
        plan.valid_until = plan.made_at;
        offered.hash = offered.plan.hash();
    };
    let app = || started_with(expired, 1).drawn();
    let forgotten = Effect::ForgetPlan("p0000aa-3".parse().unwrap());
    let anew = app().onwards().keys("y");
    assert!(anew.asked().contains(&forgotten));
    assert_ne!(draft(&anew).plan.id.to_string(), "p0000aa-3");
    assert_eq!((draft(&anew).rows.len(), draft(&anew).plan.reason.as_sent()), (2, "CHG-7"));
    let not = app().onwards().keys("n");
    assert_eq!((not.asked(), not.state.draft.is_none()), (&[forgotten][..], true));
}

#[test]
fn wr_22_nothing_is_begun_before_the_plan_is_stored_nor_when_it_cannot_be() {
    let mut app = planned(2);
    app.plans = JournalOf::Silent;
    let app = app.onwards().keys("y").text("2").keys("enter");
    let [Effect::KeepPlan { request, plan }] = app.asked() else { panic!("{:?}", app.asked()) };
    assert_eq!(plan.rows.len(), 2);
    let request = *request;
    let reason = "plans: no room".into();
    let app = app.onwards().answer(request, Reply::PlanKept(Err(JournalFailure { reason })));
    assert_eq!(app.asked(), [], "nothing is read or sent");
    assert!(run(&app).standing().unwrap().contains("plans: no room"));
    let app = app.keys("p");
    assert!(matches!(app.asked(), [Effect::FetchOrganization { .. }]), "the operator said so");
}

#[test]
fn wr_22_a_plan_that_is_stopped_for_want_of_a_record_stays_to_be_gone_on_with() {
    let forgotten = |app: &App| app.asked().iter().any(|effect| matches!(effect, Effect::ForgetPlan(_)));
    let mut app = verified(applying(3), 0);
    app.journal = JournalOf::Failing;
    let app = read(app, 1, Ok(before(1)));
    let app = read(app, 2, Ok(before(2))).keys("s");
    assert_eq!(
        (run(&app).stop, run(&app).is_active(), forgotten(&app)),
        (Some(Stop::Unrecorded), false, false)
    );
    assert!(run(&app).standing().unwrap().contains("the plan stays"), "{:?}", run(&app).standing());
    let app = read(verified(applying(3), 0).keys("s"), 1, Ok(before(1)));
    let app = read(app, 2, Ok(before(2)));
    assert_eq!((run(&app).stop, forgotten(&app)), (Some(Stop::Asked), true), "the operator is done with it");
}
