//! Who has the keyboard, and what pasted text may do.

use cckm_tui::app::detail::DetailView;
use cckm_tui::app::modal::Modal;
use cckm_tui::app::{Effect, State};
use cckm_tui::domain::Organization;
use cckm_tui::layout::Pane;

use crate::support::app::App;
use crate::support::records::{organization, page, thales};

fn app() -> App {
    App::new(80, 24).with_organizations(3)
}

fn pasted(app: App, text: &str) -> App {
    app.message(cckm_tui::app::Message::Pasted(text.to_owned()))
}

#[test]
fn m14_in_03_a_paste_into_the_list_does_nothing_but_say_so() {
    for text in ["qdy\r:", "e\nnew\ny", "\u{1b}[2J", ""] {
        let app = app();
        let mut before = app.state.clone();
        let app = pasted(app.onwards(), text);
        assert_eq!(app.notice(), "paste ignored: no text field has the keyboard");
        before.notice.clone_from(&app.state.notice);
        assert_eq!((&app.state, app.asked()), (&before, &[][..]));
    }
}

#[test]
fn m14_a_paste_into_a_review_or_a_question_does_nothing_but_say_so() {
    let app = pasted(app().reviewed(), "y\r");
    assert_eq!((app.patches(), app.notice()), (0, "paste ignored: no text field has the keyboard"));
    let app = pasted(self::app().choosing().text("x").keys("esc"), "y");
    assert_eq!(app.state.modals.len(), 2);
}

#[test]
fn a_paste_into_a_field_is_text_and_never_submits() {
    let app = pasted(app().choosing(), "new-sfdc-connection\n");
    assert_eq!((app.typed(), app.state.modals.len()), ("new-sfdc-connection", 1));
    assert!(matches!(app.state.change.as_ref().unwrap().phase, cckm_tui::app::change::Phase::Choosing));
    let app = pasted(self::app().keys("/"), "thal");
    assert_eq!((app.shown(), app.state.list.filter.editing), (vec!["Thales".to_owned()], true));
}

#[test]
fn a_paste_of_many_lines_into_a_field_is_refused_whole() {
    let app = pasted(app().choosing().text("a"), "b\nc\n");
    assert_eq!((app.typed(), app.notice()), ("a", "paste refused: it has line breaks or control characters"));
}

#[test]
fn printable_keys_are_text_where_text_is_typed() {
    let app = app().onwards().keys("/").text("qe?rpsS12/");
    assert_eq!(app.state.list.filter.field.text(), "qe?rpsS12/");
    assert_eq!((app.asked(), app.state.modals.len()), (&[][..], 0));
    let app = self::app().choosing().text("qy?n12");
    assert_eq!(app.typed(), "qy?n12");
}

#[test]
fn the_detail_opens_with_enter_reads_the_record_and_goes_back_with_esc() {
    let app = app().keys("/").text("thales").keys("enter").onwards().keys("enter");
    assert_eq!(app.state.pane, Pane::Detail);
    assert!(matches!(app.asked(), [Effect::FetchOrganization { id, .. }] if *id == thales().id));
    let app = app.keys("2");
    assert_eq!(app.state.detail.view, DetailView::Json);
    let app = app.keys("1 esc");
    assert_eq!((app.state.pane, app.state.detail.view), (Pane::List, DetailView::Fields));
}

#[test]
fn tab_moves_between_the_panes_without_asking_for_anything() {
    let app = app().onwards().keys("tab");
    assert_eq!((app.state.pane, app.asked()), (Pane::Detail, &[][..]));
    assert_eq!(app.keys("backtab").state.pane, Pane::List);
}

#[test]
fn another_record_wanted_meanwhile_cancels_the_reading_of_the_first() {
    let app = app().keys("enter esc j").onwards().keys("enter");
    assert!(
        matches!(app.asked(), [Effect::Cancel(_), Effect::FetchOrganization { .. }]),
        "{:?}",
        app.asked()
    );
    let app = app.onwards().keys("r");
    assert_eq!(app.asked(), [], "it is being read already");
}

#[test]
fn a_record_that_cannot_be_read_stays_as_it_was_with_a_notice() {
    let app = app().keys("enter");
    let gone = crate::support::app::refused(cckm_tui::domain::Call::GetOrganization, 404);
    let app = app.fetched(Err(gone));
    assert_eq!(app.notice(), "read the organization failed: HTTP 404 Not Found");
    assert_eq!(app.shown().len(), 4);
}

#[test]
fn help_lists_the_keys_of_the_place_it_was_called_from_and_closes() {
    let app = app().keys("? j j");
    let (lines, _) = cckm_tui::app::modal_lines(&app.state, &app.keymap);
    assert_eq!(lines[0].text(), "Keys: organization list");
    let app = app.keys("?");
    assert_eq!(app.state.modals, []);
    let app = self::app().choosing().keys("f1");
    assert!(matches!(app.state.modals[..], [Modal::Change, Modal::Help(_)]));
    assert_eq!(app.keys("esc").state.modals, [Modal::Change]);
}

#[test]
fn unknown_keys_do_nothing() {
    let app = app().onwards();
    let before = app.state.clone();
    let app = app.keys("U X ctrl-x alt-q f9");
    let after = State { latest_key: None, ..app.state.clone() };
    assert_eq!((&after, app.asked()), (&State { latest_key: None, ..before }, &[][..]));
}

#[test]
fn ctrl_l_draws_everything_again_from_everywhere() {
    let places: [fn() -> App; 5] =
        [app, || app().choosing(), || app().reviewed(), || app().keys("?"), || app().keys("/")];
    for place in places {
        assert_eq!(place().onwards().keys("ctrl-l").asked(), [Effect::Repaint]);
    }
}

#[test]
fn a_passing_notice_goes_after_five_seconds_and_a_warning_stays_until_esc() {
    let app = app().keys("p").wait(4999);
    assert_eq!(app.notice(), "automatic refresh paused; p resumes it");
    assert_eq!(app.wait(1).notice(), "");
    let read_only = cckm_tui::app::Settings { read_only: true, ..crate::support::app::settings() };
    let app = App::with(read_only, 80, 24).with_organizations(1).keys("e").wait(3_600_000);
    assert!(!app.notice().is_empty());
    assert_eq!(app.keys("esc").notice(), "");
}

/// A list of one record with a JSON text of 200 lines, scrolled to its end.
fn at_the_end_of_a_long_record() -> App {
    let json = format!("[{}0]", "0,".repeat(200));
    let long = Organization { json: json.into(), ..organization(1) };
    App::new(80, 24).loaded(vec![long, organization(2)]).keys("enter 2 G")
}

#[test]
fn the_detail_scrolls_to_its_end_and_no_further() {
    let app = at_the_end_of_a_long_record();
    let (rows, height) = (app.state.detail_lines(DetailView::Json, 77).len(), 12);
    assert_eq!(app.state.detail.scroll, rows - height);
    let app = app.keys("pgdn j");
    assert_eq!(app.state.detail.scroll, rows - height);
}

#[test]
fn a_record_that_got_shorter_or_gave_way_to_another_is_in_sight() {
    let app = at_the_end_of_a_long_record().fetched(Ok(organization(1)));
    assert_eq!(app.state.detail.scroll, 0);
    let app = at_the_end_of_a_long_record().wait(31_000).listed(page(0, 1, vec![organization(2)]));
    assert_eq!(app.state.detail.scroll, 0);
}
