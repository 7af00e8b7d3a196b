//! Reading the list page by page, and what a refresh may not touch.

use std::time::Duration;

use cckm_tui::app::list::Ended;
use cckm_tui::app::modal::Modal;
use cckm_tui::app::{Effect, Message, Repeat, Reply, RequestId, next_deadline};
use cckm_tui::domain::{Call, Criteria, Failure, FailureKind, Page, Record, Window};

use crate::support::app::{App, failure, number, refused, settings};
use crate::support::records::{damaged, moved, named, organization, page};

/// Six organizations, A to F.
fn six() -> Vec<cckm_tui::domain::Organization> {
    ["A", "B", "C", "D", "E", "F"].iter().enumerate().map(|(n, name)| named(n, name, "one")).collect()
}

fn list_requests(app: &App) -> Vec<Window> {
    let windows = app.asked().iter().filter_map(|effect| match effect {
        Effect::ListOrganizations { window, .. } => Some(*window),
        _ => None,
    });
    windows.collect()
}

/// What a full answer to the list looks like.
fn whole(organizations: Vec<cckm_tui::domain::Organization>) -> Page<cckm_tui::domain::Organization> {
    page(0, organizations.len(), organizations)
}

fn unreachable() -> Failure {
    failure(Call::ListOrganizations, FailureKind::Unreachable)
}

#[test]
fn after_the_sign_in_the_list_and_the_connections_are_asked_for() {
    let app = App::new(80, 24).onwards().signed_in();
    let expected = [
        Effect::ListOrganizations {
            request: number(2),
            window: Window { skip: 0, limit: 100 },
            criteria: Criteria::default(),
        },
        Effect::ListConnections { request: number(3) },
        Effect::Introduce { request: number(4) },
    ];
    assert_eq!(app.asked(), expected);
}

#[test]
fn the_first_page_is_shown_at_once_and_the_next_is_asked_for_from_what_was_received() {
    let app = App::new(80, 24).signed_in().onwards();
    let app = app.listed(page(0, 130, (0..100).map(organization).collect()));
    assert_eq!(app.shown().len(), 100);
    assert_eq!(app.selected().as_deref(), Some("Organization 000000"));
    assert_eq!(list_requests(&app), [Window { skip: 99, limit: 1000 }]);
    let app = app.onwards().listed(page(99, 130, (99..130).map(organization).collect()));
    assert_eq!((app.shown().len(), app.state.list.ended), (130, Some(Ended::Whole)));
    assert_eq!(app.asked(), []);
}

#[test]
fn while_the_first_list_comes_its_first_row_is_selected_until_a_key_is_pressed() {
    let named = |name: &str| named(name.len(), name, "one");
    let pages = |app: App| {
        let app = app.listed(page(0, 102, (100..200).map(organization).collect()));
        app.wait(200).listed(page(99, 102, vec![organization(199), named("A"), named("Zz")])).wait(200)
    };
    let app = pages(App::new(80, 24).signed_in());
    assert_eq!((app.selected().as_deref(), app.state.list.offset), (Some("A"), 0));
    let app = app.keys("r").listed(whole(vec![named("!!!"), named("A"), named("Zz")]));
    assert_eq!(app.selected().as_deref(), Some("A"), "a refresh keeps it");
    let app = pages(App::new(80, 24).signed_in().keys("j"));
    assert_eq!(app.selected().as_deref(), Some("Organization 000100"), "the one that was shown then");
    assert_eq!(app.state.list.position, 1);
}

#[test]
fn js_04_without_a_total_a_short_page_is_the_end() {
    let records = (0..40).map(organization).map(Record::Sound).collect();
    let app = App::new(80, 24).signed_in().onwards().listed(Page::new(0, None, records));
    assert_eq!((app.asked(), app.state.list.ended), (&[][..], Some(Ended::Whole)));
}

#[test]
fn js_05_a_server_that_repeats_itself_is_not_asked_for_ever_and_the_list_is_called_incomplete() {
    let repeated = page(0, 500, (0..100).map(organization).collect());
    let app = App::new(80, 24).signed_in().onwards().always_listed(&repeated);
    assert!(list_requests(&app).len() < 12, "{:?}", list_requests(&app));
    let incomplete = Ended::Incomplete { given: 100, total: 500 };
    assert_eq!((app.shown().len(), app.state.list.ended), (100, Some(incomplete)));
    let app = app.keys("r").listed(page(0, 100, (0..100).map(organization).collect()));
    assert_eq!(app.state.list.ended, Some(Ended::Whole), "said until a list adds up");
}

#[test]
fn js_06_a_record_that_comes_twice_is_one_row() {
    let twice = || page(0, 3, vec![organization(1), organization(2), organization(1)]);
    let app = App::new(80, 24).signed_in().listed(twice()).listed(twice());
    assert_eq!(app.shown(), ["Organization 000001", "Organization 000002"]);
    assert_eq!(app.state.list.ended, Some(Ended::Incomplete { given: 2, total: 3 }));
}

#[test]
fn js_07_a_list_that_moved_is_read_once_more_and_keeps_what_came_until_then() {
    let app = App::new(80, 24).signed_in().listed(page(0, 130, (0..100).map(organization).collect()));
    // 3 was removed and 200 came: as many as before, and 100 is not where it was.
    let rest = (100..130).chain([200]).map(organization).collect();
    let app = app.onwards().listed(page(99, 130, rest));
    assert_eq!(list_requests(&app), [Window { skip: 0, limit: 1000 }]);
    assert_eq!((app.shown().len(), app.state.list.loaded_at), (131, None));
    let all = (0..130).chain([200]).filter(|n| *n != 3).map(organization).collect();
    let app = app.listed(page(0, 130, all));
    assert_eq!((app.shown().len(), app.state.list.ended), (130, Some(Ended::Whole)));
}

#[test]
fn nt_29_pages_come_in_any_order_and_a_failure_gives_the_others_up() {
    let many = |range: std::ops::Range<usize>| page(range.start, 3000, range.map(organization).collect());
    let app = App::new(80, 24).signed_in().listed(many(0..100)).onwards();
    let requests: Vec<_> = app.state.list.load.as_ref().unwrap().requests().collect();
    assert_eq!(list_requests(&app).len(), 0);
    assert_eq!(requests.len(), 3);
    let answered = [(2, 2097..3000), (0, 99..1099), (1, 1098..2098)];
    let app = answered
        .into_iter()
        .fold(app, |app, (nth, range)| app.answer(requests[nth], Reply::Listed(Ok(many(range).into()))));
    assert_eq!((app.shown().len(), app.state.list.ended), (3000, Some(Ended::Whole)));

    let app = App::new(80, 24).signed_in().listed(many(0..100)).onwards();
    let requests: Vec<_> = app.state.list.load.as_ref().unwrap().requests().collect();
    let app = app.answer(requests[1], Reply::Listed(Err(unreachable())));
    assert_eq!(app.asked(), [Effect::Cancel(requests[0]), Effect::Cancel(requests[2])]);
    assert_eq!((app.shown().len(), app.state.list.load.is_some()), (100, false));
}

#[test]
fn nt_24_an_answer_to_an_older_request_changes_nothing() {
    let app = App::new(80, 24).loaded(six());
    let before = app.state.clone();
    let app = app.answer(number(2), Reply::Listed(Ok(whole(vec![organization(9)]).into())));
    assert_eq!(app.state, before);
    let app = app.keys("r").onwards();
    let before = app.state.clone();
    let app = app.answer(number(99), Reply::Listed(Err(unreachable())));
    assert_eq!((&app.state, app.asked()), (&before, &[][..]));
}

#[test]
fn a_second_refresh_waits_for_the_first() {
    let app = App::new(80, 24).loaded(six()).onwards().keys("r r r");
    assert_eq!(list_requests(&app).len(), 1);
}

#[test]
fn m17_a_refresh_keeps_selection_filter_sort_and_line_when_rows_come_go_and_move() {
    let many: Vec<_> = (0..40).map(|n| named(n, &format!("Acme {n:02}"), "one")).collect();
    let app = App::new(80, 24).loaded(many.clone()).keys("/").text("acme").keys("enter S g 2 0 j k k");
    let (selected, line) = (app.selected(), app.line());
    assert_eq!(selected.as_deref(), Some("Acme 21"));
    let mut others = many;
    others.retain(|organization| organization.name.as_sent() != "Acme 30");
    others.extend([named(70, "Acme 35a", "one"), named(71, "Acme 99", "one"), named(72, "Other", "one")]);
    others.reverse();
    let (filter, sort) = (app.state.list.filter.clone(), app.state.list.sort);
    let app = app.keys("r").listed(whole(others));
    assert_eq!((app.selected(), app.line()), (selected, line));
    assert_eq!((&app.state.list.filter, app.state.list.sort), (&filter, sort));
    assert_eq!(app.shown().len(), 41);
    assert_eq!(app.shown()[..3], ["Acme 99", "Acme 39", "Acme 38"]);
}

#[test]
fn m17_a_renamed_row_stays_selected_where_it_went() {
    let app = App::new(80, 24).loaded(six()).keys("j");
    let mut renamed = six();
    renamed[1] = named(1, "Z", "one");
    let app = app.keys("r").listed(whole(renamed));
    assert_eq!((app.selected().as_deref(), app.state.list.position), (Some("Z"), 5));
}

#[test]
fn m17_a_vanished_row_gives_its_place_to_its_neighbour() {
    let without = |gone: usize| {
        let mut rest = six();
        rest.remove(gone);
        whole(rest)
    };
    let app = App::new(80, 24).loaded(six()).keys("j j r").listed(without(2));
    assert_eq!(app.selected().as_deref(), Some("D"));
    let app = App::new(80, 24).loaded(six()).keys("G r").listed(without(5));
    assert_eq!(app.selected().as_deref(), Some("E"));
    let app = app.keys("r").listed(whole(Vec::new()));
    assert_eq!((app.selected(), app.shown().len()), (None, 0));
}

#[test]
fn m18_a_refresh_moves_no_focus_and_touches_no_window_and_no_typed_text() {
    let app = App::new(80, 24).loaded(six()).keys("e").text("half a na").onwards();
    let (modals, pane) = (app.state.modals.clone(), app.state.pane);
    let app = app.wait(31_000).listed(whole(six()));
    assert_eq!((&app.state.modals, app.state.pane, app.typed()), (&modals, pane, "half a na"));
    assert!(!list_requests(&app).is_empty());
}

#[test]
fn a_row_that_others_changed_is_marked_until_it_was_selected_and_left() {
    let app = App::new(80, 24).loaded(six());
    let mut changed = six();
    changed[1] = moved(&changed[1], "two");
    changed.push(named(6, "G", "one"));
    let app = app.keys("r").listed(whole(changed.clone()));
    assert_eq!((app.marked(), app.state.list.rows.changed()), (vec!["B".to_owned(), "G".to_owned()], 2));
    let was = app.state.list.rows.at(1).unwrap().changed().unwrap().connection_was.clone();
    assert_eq!(was.unwrap().as_sent(), "one");
    let app = app.keys("j j k");
    assert_eq!(app.marked(), ["B", "G"], "passed by is not looked at");
    let app = app.wait(100);
    assert_eq!(app.marked(), ["B", "G"], "still looked at");
    let app = app.keys("j");
    assert_eq!((app.marked(), app.state.list.rows.changed()), (vec!["G".to_owned()], 1));
    let app = app.keys("r").listed(whole(changed));
    assert_eq!(app.marked(), ["G"], "an unchanged record gets no mark");
}

#[test]
fn m17_what_others_changed_is_told_even_where_the_filter_hides_it_and_enter_is_a_look() {
    let app = App::new(120, 36).loaded(six()).keys("/").text("!two").keys("enter");
    let mut changed = six();
    changed[1] = moved(&changed[1], "two");
    let app = app.keys("r").listed(whole(changed)).wait(120_000);
    let screen = crate::support::screen::text(&app.state);
    assert!(
        screen.contains("Δ B: connection one → two (noticed 2m ago, not by you, hidden by the filter)"),
        "{screen}"
    );
    let app = app.keys("esc g j enter esc j");
    assert_eq!(app.state.list.rows.changed(), 0);
}

#[test]
fn m17_a_row_that_a_refresh_found_gone_is_told_by_its_name() {
    let without = |gone: &[usize]| {
        let rest = six().into_iter().enumerate().filter(|(n, _)| !gone.contains(n));
        whole(rest.map(|(_, organization)| organization).collect())
    };
    let app = App::new(80, 24).loaded(six()).keys("r").listed(without(&[2]));
    assert_eq!(app.notice(), "C is not in the list any more: removed, or hidden from this account");
    let app = App::new(80, 24).loaded(six()).keys("r").listed(without(&[2, 3, 4]));
    assert_eq!(
        app.notice(),
        "C and 2 more are not in the list any more: removed, or hidden from this account"
    );
}

#[test]
fn e14_a_server_that_does_not_answer_is_asked_again_after_a_countdown() {
    let app = App::new(80, 24).loaded(six()).keys("r").reply(Reply::Listed(Err(unreachable())));
    let header = |app: &App| crate::support::screen::text(&app.state).lines().next().unwrap().to_owned();
    assert!(header(&app).ends_with("○ stale 0s, again in 2s"), "{}", header(&app));
    let app = app.wait(1500);
    assert!(header(&app).ends_with("○ stale 0s, again in 1s"), "{}", header(&app));
    let app = app.wait(500);
    assert!(header(&app).ends_with("○ stale 0s, asking"), "{}", header(&app));
    let app = app.listed(whole(six()));
    assert!(header(&app).ends_with("● 0s"), "{}", header(&app));
}

#[test]
fn nt_21_while_a_request_waits_to_be_sent_again_the_screen_says_why_and_when() {
    let header = |app: &App| crate::support::screen::text(&app.state).lines().next().unwrap().to_owned();
    let repeating = |app: App, milliseconds: u64, status: u16| {
        let at = app.state.now + Duration::from_millis(milliseconds);
        app.message(Message::Repeating(Some(Repeat {
            failure: refused(Call::ListOrganizations, status),
            at,
        })))
    };
    let app = repeating(App::new(80, 24).signed_in(), 9_000, 429);
    assert!(header(&app).ends_with("○ HTTP 429, again in 9s"), "{}", header(&app));
    let words = "reading the organizations … HTTP 429 Too Many Requests: asked again";
    assert!(crate::support::screen::text(&app.state).contains(words));
    let due = next_deadline(&app.state).unwrap();
    assert!(due.since(app.state.now) <= Duration::from_secs(1), "it is counted down");
    let app = app.wait(8_500);
    assert!(header(&app).ends_with("○ HTTP 429, again in 1s"), "{}", header(&app));
    let app = app.wait(500);
    assert!(header(&app).ends_with("○ HTTP 429, asking"), "{}", header(&app));
    let app = app.message(Message::Repeating(None)).listed(whole(six()));
    assert!(header(&app).ends_with("● 0s"), "{}", header(&app));
    let app = repeating(app.wait(10_000).keys("r"), 2_000, 503);
    assert!(
        header(&app).ends_with("○ 10s, HTTP 503, again in 2s"),
        "how old the data are stays: {}",
        header(&app)
    );
}

#[test]
fn the_first_list_marks_nothing_even_over_many_pages() {
    let app = App::new(80, 24).signed_in().listed(page(0, 150, (0..100).map(organization).collect()));
    let app = app.listed(page(99, 150, (99..150).map(organization).collect()));
    assert_eq!(app.state.list.rows.changed(), 0);
}

#[test]
fn a_damaged_record_hides_nothing_and_comes_last() {
    let records = vec![damaged(), Record::Sound(organization(1)), Record::Sound(organization(2))];
    let app = App::new(80, 24).signed_in().listed(Page::new(0, Some(3), records));
    assert_eq!(
        app.shown(),
        ["Organization 000001", "Organization 000002", "id: cannot be one segment of a path"]
    );
    assert_eq!(app.state.list.ended, Some(Ended::Whole));
}

#[test]
fn without_rows_a_failure_opens_a_window_and_with_rows_it_makes_them_stale() {
    let app = App::new(80, 24).signed_in().reply(Reply::Listed(Err(refused(Call::ListOrganizations, 503))));
    assert!(matches!(app.state.modals[..], [Modal::Problem(_)]));
    let app = App::new(80, 24).loaded(six()).keys("r");
    let app = app.reply(Reply::Listed(Err(refused(Call::ListOrganizations, 503))));
    assert_eq!((app.state.modals.len(), app.shown().len()), (0, 6));
    assert_eq!(app.notice(), "not refreshed: HTTP 503 Service Unavailable · r again");
    assert_eq!(app.state.list.stale.as_ref().map(|stale| stale.attempts), Some(1));
    let app = app.keys("r").listed(whole(six()));
    assert_eq!(app.state.list.stale, None);
}

#[test]
fn the_problem_window_reads_again_with_r_and_closes_with_esc() {
    let failed = || App::new(80, 24).signed_in().reply(Reply::Listed(Err(unreachable()))).onwards();
    let app = failed().keys("r");
    assert_eq!((list_requests(&app).len(), app.state.modals.len()), (1, 0));
    let app = failed().keys("esc");
    assert_eq!((app.asked(), app.state.modals.len()), (&[][..], 0));
}

#[test]
fn failures_in_a_row_wait_longer_each_time_and_a_success_starts_anew() {
    let mut app = App::new(80, 24).loaded(six()).keys("r");
    for (attempt, seconds) in [2, 4, 8, 16, 30, 60, 60].into_iter().enumerate() {
        app = app.reply(Reply::Listed(Err(unreachable()))).onwards();
        let app_before = app.wait(seconds * 1000 - 1);
        assert_eq!(list_requests(&app_before).len(), 0, "attempt {attempt} came early");
        app = app_before.wait(1);
        assert_eq!(list_requests(&app).len(), 1, "attempt {attempt}, {seconds} s");
    }
    let app = app.listed(whole(six())).keys("r").reply(Reply::Listed(Err(unreachable()))).onwards();
    assert_eq!(list_requests(&app.wait(2000)).len(), 1);
}

#[test]
fn a_server_that_asks_to_come_later_is_heeded_where_that_is_later() {
    for (asked, seconds) in [(1, 2), (20, 20)] {
        let retry_after = Some(Duration::from_secs(asked));
        let throttled = Failure { retry_after, ..refused(Call::ListOrganizations, 429) };
        let app = App::new(80, 24).loaded(six()).keys("r").reply(Reply::Listed(Err(throttled))).onwards();
        let app = app.wait(seconds * 1000 - 1);
        assert_eq!(list_requests(&app).len(), 0);
        assert_eq!(list_requests(&app.wait(1)).len(), 1);
    }
}

#[test]
fn the_list_is_read_again_at_its_interval_unless_paused() {
    let app = App::new(80, 24).loaded(six()).onwards().wait(29_999);
    assert_eq!(app.asked(), []);
    let app = app.wait(1);
    assert_eq!(list_requests(&app), [Window::FIRST]);
    let app = app.listed(whole(six())).keys("p").onwards().wait(600_000);
    assert_eq!(app.asked(), []);
    let app = app.keys("p").wait(0);
    assert_eq!(list_requests(&app), [Window::FIRST], "resumed when it was overdue");
}

#[test]
fn without_an_interval_nothing_is_read_by_itself() {
    let by_key = cckm_tui::app::Settings { refresh_every: None, ..settings() };
    let app = App::with(by_key, 80, 24).loaded(six()).onwards().wait(600_000);
    assert_eq!(app.asked(), []);
    let app = app.keys("r").reply(Reply::Listed(Err(unreachable()))).onwards().wait(600_000);
    assert_eq!(app.asked(), []);
}

#[test]
fn a_row_put_in_by_itself_leaves_the_count_of_marks_alone() {
    let app = App::new(80, 24).loaded(six());
    let mut changed = six();
    changed[1] = moved(&changed[1], "two");
    let app = app.keys("r").listed(whole(changed.clone())).keys("j enter");
    let again = moved(&changed[1], "three");
    let app = app.fetched(Ok(again));
    assert_eq!((app.marked().len(), app.state.list.rows.changed()), (1, 1));
}

#[test]
fn a_refresh_that_ctrl_c_cancelled_does_not_begin_again_at_once() {
    let app = App::new(80, 24).loaded(six()).wait(30_000).onwards();
    let request = app.state.list.load.as_ref().unwrap().requests().next().unwrap();
    let app = app.keys("ctrl-c").wait(29_000);
    assert_eq!(app.asked(), [Effect::Cancel(request)]);
    assert_eq!(list_requests(&app.wait(1000)), [Window::FIRST]);
}

#[test]
fn a_record_read_by_itself_is_not_replaced_by_an_older_page_still_on_its_way() {
    let app = App::new(80, 24).loaded(six()).keys("r j enter");
    let newer = moved(&six()[1], "two");
    let app = app.fetched(Ok(newer)).listed(whole(six()));
    assert_eq!(app.state.list.organization().unwrap().connection.as_sent(), "two");
    assert_eq!(app.marked(), Vec::<String>::new());
    let app = app.keys("esc r").listed(whole(six()));
    assert_eq!(app.state.list.organization().unwrap().connection.as_sent(), "one", "asked for afterwards");
}

#[test]
fn m18_a_failure_that_repeats_itself_takes_no_keyboard_and_no_place_in_the_text() {
    let long = || Reply::Listed(Err(Failure { detail: "word ".repeat(300).into(), ..unreachable() }));
    let failed = || App::new(60, 16).signed_in().reply(long());
    let again = |app: App| app.wait(2000).reply(long());
    let app = again(failed().keys("j"));
    assert!(matches!(&app.state.modals[..], [Modal::Problem(problem)] if problem.scroll == 1));
    let app = again(failed().keys("?"));
    assert!(matches!(app.state.modals[..], [Modal::Problem(_), Modal::Help(_)]));
    let app = again(failed().keys("esc ?"));
    assert!(matches!(app.state.modals[..], [Modal::Help(_)]));
    assert_eq!(app.notice(), "not refreshed: CANNOT REACH THE SERVER · r again");
    let app = app.keys("esc r").reply(long());
    assert!(matches!(app.state.modals[..], [Modal::Problem(_)]), "asked for by key");
}

/// A list of 20,000 of which so many pages were answered.
fn long_list(pages: usize) -> App {
    answered(App::new(80, 24).signed_in(), pages)
}

/// The next pages that are waited for, as such a list gives them.
fn answered(mut app: App, pages: usize) -> App {
    for _ in 0..pages {
        let waited_for =
            app.state.list.load.as_ref().unwrap().requests().min_by_key(|request| skip(&app, *request));
        let request = waited_for.unwrap();
        let from = skip(&app, request).unwrap();
        let records =
            (from..20_000.min(from + if from == 0 { 100 } else { 1_000 })).map(organization).collect();
        app = app.answer(request, Reply::Listed(Ok(page(from, 20_000, records).into())));
    }
    app
}

fn skip(app: &App, wanted: RequestId) -> Option<usize> {
    app.effects.iter().find_map(|effect| match effect {
        Effect::ListOrganizations { request, window, .. } if *request == wanted => Some(window.skip),
        _ => None,
    })
}

#[test]
fn pages_of_a_long_list_wait_for_one_another_and_not_for_long() {
    let rows = |app: &App| app.state.list.rows.len();
    let app = long_list(5);
    assert_eq!(rows(&app), 4_096, "each page of a short list is shown as it comes");
    let app = answered(app, 1);
    assert_eq!(rows(&app), 4_096, "one of a long list waits");
    let app = app.wait(101);
    assert_eq!(rows(&app), 5_095, "but not for long");
    let app = answered(app, 2);
    assert_eq!(rows(&app), 7_093, "and not where there are many");
    let count = app.state.list.load.as_ref().unwrap().requests().count();
    let app = answered(app, 13);
    assert_eq!(
        (rows(&app), app.state.list.ended, app.state.list.late.due_at()),
        (20_000, Some(Ended::Whole), None)
    );
    assert_eq!(count, 4);
}

#[test]
fn what_came_of_a_long_list_is_shown_where_it_cannot_be_read_to_its_end() {
    for end in ["a failure", "the operator"] {
        let app = answered(long_list(5), 1);
        let app = match end {
            "a failure" => app.reply(Reply::Listed(Err(unreachable()))),
            _ => app.keys("ctrl-c"),
        };
        assert_eq!((app.state.list.rows.len(), app.state.list.load.as_ref()), (5_095, None), "{end}");
    }
}

#[test]
fn m17_a_record_that_is_read_by_itself_while_a_page_with_it_waits_stays_as_it_was_read() {
    let mut app = answered(long_list(5), 1);
    let record = organization(4_500);
    app.state.list.put(moved(&record, "read by itself"));
    let app = answered(app.wait(101), 15);
    let known = app.state.list.rows.organization(&record.id).unwrap();
    assert_eq!((known.connection.as_sent(), app.state.list.ended), ("read by itself", Some(Ended::Whole)));
}
