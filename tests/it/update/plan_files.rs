//! Plans that leave for a file and come from one: `w`, `:plan`, `--plan`.

use std::sync::Arc;

use cckm_tui::app::export::{Content, Saved, What};
use cckm_tui::app::modal::Modal;
use cckm_tui::app::plan::outside::Offered;
use cckm_tui::app::{Effect, Reply, Run, Settings};
use cckm_tui::domain::{Organization, Plan, PlanId};
use cckm_tui::keymap::Command;

use super::plan::{
    NEW, app_with, applying, before, draft, foreign, note, organizations, planned, read as seen,
    run as plan_of, verified,
};
use crate::support::app::{App, run, settings};

/// The plan that is to be written, and the name of its file.
fn written(app: &App) -> (&Plan, &str) {
    let [Effect::Save { request: _, name, content: Content::Plan(plan) }] = app.asked() else {
        panic!("{:?}", app.asked())
    };
    (plan, name)
}

#[test]
fn e12_fs_13_w_writes_the_plan_as_it_was_checked_and_says_where() {
    let app = planned(3).onwards().keys("w");
    let (plan, name) = written(&app);
    assert_eq!((plan.hash(), plan.rows.len()), (draft(&app).hash, 3));
    assert_eq!(name, "plan-p7f3a9c-1-demo-20261123T180000Z.json");
    let saved = Saved { path: "/home/ops/p.json".into(), what: What::Plan(3) };
    let app = app.reply(Reply::Saved(Ok(saved)));
    assert_eq!(app.notice(), "3 changes in /home/ops/p.json");
    assert_eq!((app.state.modals.as_slice(), app.patches()), (&[Modal::Plan][..], 0), "it stays to be read");
}

#[test]
fn e32_what_was_left_out_or_dropped_is_not_in_the_file() {
    let app = app_with(settings(), 3).keys("* e").text(NEW).keys("enter");
    let app = app.probed(NEW, &organizations(2)).drawn().wait(600).keys("g d").drawn().wait(600);
    let app = app.onwards().keys("w");
    let names: Vec<_> = written(&app).0.rows.iter().map(|row| row.name.as_sent()).collect();
    assert_eq!(names, ["B"], "A was dropped, C is not reached");
}

#[test]
fn e32_nothing_is_written_before_the_checks_are_done_nor_of_a_plan_without_rows() {
    let app = app_with(settings(), 2).keys("* e").text(NEW).keys("enter").drawn().wait(600);
    let app = app.onwards().keys("w");
    assert_eq!((app.asked(), note(&app)), (&[][..], "the checks are not finished: nothing was written"));
    let app = app.probed(NEW, &organizations(3)[2..]).drawn().wait(600).onwards().keys("w");
    assert_eq!((app.asked(), note(&app)), (&[][..], "no row is left to change: nothing was written"));
    let app = planned(2).wait(15 * 60 * 1000).onwards().keys("w");
    assert!(note(&app).starts_with("the plan's time is over"));
}

/// A file with the plan of somebody else for three of four organizations, as it is read here.
fn read(edit: impl FnOnce(&mut Plan)) -> Offered {
    let mut plan = foreign(3, &App::new(80, 24).state);
    edit(&mut plan);
    Offered { hash: plan.hash(), plan: Arc::new(plan), was_begun: false }
}

fn file_asked(app: &App) -> Option<&str> {
    app.asked().iter().find_map(|effect| match effect {
        Effect::ReadPlan { request: _, file } => Some(file.as_str()),
        _ => None,
    })
}

fn opening(app: App) -> App {
    let app = app.onwards().keys(":").text("plan ~/with blanks.json").keys("enter");
    assert_eq!(file_asked(&app), Some("~/with blanks.json"));
    app
}

#[test]
fn wr_26_a_plan_from_a_file_is_opened_with_every_check_made_anew_and_stays_the_same_plan() {
    let offered = read(|_| ());
    let app = opening(app_with(settings(), 4)).reply(Reply::PlanRead(Ok(offered.clone())));
    assert_eq!(app.state.modals, [Modal::Plan]);
    assert!(app.asked().iter().any(|effect| matches!(effect, Effect::FetchConnection { .. })));
    let app = app.probed(NEW, &organizations(3)).drawn().wait(600);
    let planned = draft(&app);
    assert_eq!((planned.hash, planned.plan.made_by.as_sent()), (offered.hash, "ops2"));
    let app = app.keys("y").text("3").keys("enter");
    assert_eq!(plan_of(&app).plan.hash(), offered.hash);
}

#[test]
fn wr_26_a_plan_from_a_file_is_refused_with_the_reason() {
    type Edit = fn(&mut Plan);
    let table: [(Edit, &str); 5] = [
        (|plan| plan.place.server = "https://cm2.example.com".into(), "another server"),
        (|plan| plan.place.server_identity = "sha256:AA".into(), "another certificate"),
        (|plan| plan.place.domain = "emea".into(), "domain"),
        (|plan| plan.valid_until = plan.made_at, "valid until"),
        (|plan| plan.rows.push(plan.rows[0].clone()), "twice"),
    ];
    let refused = |offered| {
        let app = opening(app_with(settings(), 4)).reply(Reply::PlanRead(Ok(offered)));
        assert_eq!((app.state.modals.len(), app.state.draft.is_none()), (0, true));
        app.notice().to_owned()
    };
    for (edit, reason) in table {
        let notice = refused(read(edit));
        assert!(notice.starts_with("plan p0000aa-3 was not opened: "), "{notice}");
        assert!(notice.contains(reason), "{reason}: {notice}");
    }
    let mut edited = read(|_| ());
    Arc::make_mut(&mut edited.plan).rows.truncate(1);
    assert!(refused(edited).contains("the plan was altered"));
}

#[test]
fn e32_what_is_no_plan_or_is_done_says_so() {
    let app = opening(app_with(settings(), 1));
    let app = app.reply(Reply::PlanRead(Err("x.json: not a plan \u{1b}".into())));
    assert_eq!(app.notice(), r"no plan was opened: x.json: not a plan \x1b");
    let all = organizations(3).into_iter().map(|one| Organization { connection: NEW.into(), ..one });
    let app = opening(App::new(80, 24).loaded(all.collect())).reply(Reply::PlanRead(Ok(read(|_| ()))));
    assert_eq!(app.notice(), "plan p0000aa-3 is done: every row has its new connection");
    assert_eq!(app.state.modals, []);
}

#[test]
fn e16_plan_says_in_the_palette_why_it_cannot_be_opened() {
    let refused = |app: App, words: &str| {
        let app = app.onwards().keys(":").text(words).keys("enter");
        assert_eq!(file_asked(&app), None);
        app.notice().to_owned()
    };
    let read_only = app_with(Settings { read_only: true, ..settings() }, 2);
    assert!(refused(read_only, "plan x.json").contains("READ-ONLY"));
    assert!(refused(app_with(settings(), 2), "plan ").contains("type the name of the file"));
    let window = refused(planned(2), "plan x.json");
    assert!(window.contains("not while a window is open"), "{window}");
}

#[test]
fn e32_only_the_file_that_was_asked_for_last_is_opened() {
    let app = opening(app_with(settings(), 4));
    let first = app.request_for(&Reply::PlanRead(Err("".into()))).unwrap();
    let app = opening(app).answer(first, Reply::PlanRead(Ok(read(|_| ()))));
    assert_eq!(app.state.modals, []);
    assert_eq!(app.reply(Reply::PlanRead(Ok(read(|_| ())))).state.modals, [Modal::Plan]);
}

#[test]
fn e32_a_plan_given_at_the_start_is_opened_once_the_list_is_read_and_without_a_question() {
    let app = App::of(Run { plan_file: Some("p.json".into()), ..run() }, settings(), 80, 24);
    assert_eq!(file_asked(&app), Some("p.json"));
    let app = app.reply(Reply::PlanRead(Ok(read(|_| ()))));
    assert!(app.state.draft.is_none(), "there is nothing yet to check it against");
    let app = app.loaded(organizations(4));
    assert_eq!((app.state.modals.as_slice(), draft(&app).rows.len()), (&[Modal::Plan][..], 3));
}

/// The plan of which the report is to be written, and the name of its file.
fn reported(app: &App) -> (PlanId, &str) {
    let [Effect::SaveReport { request: _, name, plan }] = app.asked() else { panic!("{:?}", app.asked()) };
    (*plan, name)
}

#[test]
fn e33_fs_13_w_writes_the_report_of_a_plan_and_says_where() {
    let app = verified(verified(applying(2), 0), 1).onwards().keys("w");
    let (plan, name) = reported(&app);
    assert_eq!((plan, name), (plan_of(&app).plan.id, "plan-p7f3a9c-1-report-demo-20261123T180000Z.md"));
    let saved = Saved { path: "/home/ops/r.md".into(), what: What::Report };
    let app = app.reply(Reply::Saved(Ok(saved)));
    assert_eq!(app.notice(), "report in /home/ops/r.md and .csv");
}

#[test]
fn e33_a_plan_of_which_nothing_is_on_record_has_no_report() {
    let app = applying(2).keys("w");
    assert_eq!(app.notice(), "nothing of it is on record yet");
    assert_eq!(app.request_for(&Reply::Saved(Err("".into()))), None);
    let refusal = plan_of(&app).refusal(Command::WriteReport, &app.state.list.rows);
    assert!(refusal.is_some(), "nor is its key shown");
    let app = seen(app, 0, Ok(before(0))).onwards().keys("w");
    assert_eq!(reported(&app).0, plan_of(&app).plan.id, "also while it is being applied");
}
