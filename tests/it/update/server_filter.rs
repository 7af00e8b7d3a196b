//! `//`: what the server is asked to leave out, and what is said of a list that is without it.

use cckm_tui::app::connections::Completeness;
use cckm_tui::app::{Effect, Reply};
use cckm_tui::domain::{Call, Organization};

use crate::support::app::{App, refused};
use crate::support::records::{moved, named, page};
use crate::support::screen::text;

/// A to F; the first three on the connection `eu`.
fn six() -> Vec<Organization> {
    let connection = |n| if n < 3 { "eu" } else { "us" };
    let names = ["A", "B", "C", "D", "E", "F"].into_iter().enumerate();
    names.map(|(n, name)| named(n, name, connection(n))).collect()
}

fn on_eu() -> Vec<Organization> {
    six().into_iter().take(3).collect()
}

fn app() -> App {
    App::new(80, 24).loaded(six()).onwards()
}

/// The server asked for those on `eu`, and its answer.
fn filtered(app: App) -> App {
    app.keys("/").text("/connection=eu").keys("enter").listed(page(0, 3, on_eu()))
}

/// What every page since was asked without.
fn asked(app: &App) -> Vec<String> {
    let criteria = |effect: &Effect| match effect {
        Effect::ListOrganizations { criteria, .. } => Some(criteria.to_string()),
        _ => None,
    };
    app.asked().iter().filter_map(criteria).collect()
}

fn marks(app: &App) -> Vec<String> {
    app.state.list.marked().iter().map(|row| row.name().to_owned()).collect()
}

#[test]
fn e3_the_server_is_asked_when_the_filter_is_accepted_and_for_everything_when_it_goes() {
    let typed = app().keys("/").text("/connection=eu");
    assert_eq!((asked(&typed), typed.shown()), (Vec::new(), vec!["A".into(), "B".into(), "C".into()]));
    let app = typed.keys("enter");
    assert_eq!(asked(&app), ["connection=eu"]);
    assert_eq!(app.notice(), "server filter: only what matches is read; Esc reads all");
    let app = app.listed(page(0, 3, on_eu()));
    assert_eq!((app.state.list.rows.len(), app.shown().len()), (3, 3));
    let app = app.onwards().keys("r");
    assert_eq!(asked(&app), ["connection=eu"], "a refresh asks for the same");
    let app = app.listed(page(0, 3, on_eu())).onwards().keys("esc");
    assert_eq!(asked(&app), [""]);
    let app = app.listed(page(0, 6, six()));
    assert_eq!((app.shown().len(), app.marked()), (6, Vec::new()), "what is read again is no news");
}

#[test]
fn e3_an_emptied_filter_and_one_without_the_second_slash_read_everything() {
    for typed in ["", "connection=eu"] {
        let app = filtered(app()).onwards().keys("/ ctrl-u").text(typed).keys("enter");
        assert_eq!(asked(&app), [""], "{typed:?}");
    }
    let app = filtered(app()).onwards().keys("/").text(" B").keys("enter");
    assert_eq!((asked(&app), app.shown()), (Vec::new(), vec!["B".to_owned()]), "the rest is looked for here");
}

#[test]
fn e3_a_filter_that_the_server_can_do_nothing_with_stays_in_its_line() {
    let app = app().keys("/").text("/acme").keys("enter");
    assert!(app.state.list.filter.editing);
    assert!(app.state.list.filter.error.as_ref().unwrap().to_string().starts_with("the server takes whole"));
    assert_eq!((asked(&app), app.shown().len()), (Vec::new(), 6));
}

#[test]
fn e3_what_the_server_left_out_is_not_called_gone_and_lost_marks_are_told() {
    let app = app().keys("space G space").keys("/").text("/connection=eu").keys("enter");
    assert_eq!(marks(&app), ["A", "F"]);
    let app = app.listed(page(0, 3, on_eu()));
    assert_eq!(app.notice(), "a marked organization does not match the server filter: its mark is gone");
    assert_eq!(marks(&app), ["A"]);
    let app = filtered(self::app()).wait(10_000);
    assert!(!app.notice().contains("any more"), "{}", app.notice());
}

#[test]
fn e3_a_row_that_leaves_the_servers_answer_is_not_called_removed() {
    let app = filtered(app()).keys("r").listed(page(0, 2, on_eu().into_iter().take(2).collect()));
    assert_eq!(
        app.notice(),
        "C is not in the list any more: changed so that the server filter leaves it out, removed, or hidden"
    );
}

#[test]
fn e3_a_row_that_was_changed_away_from_the_filter_is_dropped_without_a_word() {
    let app = filtered(app()).wait(10_000).keys("enter");
    let app = app.fetched(Ok(moved(&on_eu()[0], "us"))).keys("esc");
    assert_eq!(app.shown(), ["B", "C"]);
    let app = app.keys("r").listed(page(0, 2, on_eu().into_iter().skip(1).collect()));
    assert_eq!((app.notice(), app.state.list.rows.len()), ("", 2));
}

#[test]
fn e3_a_row_that_others_changed_meanwhile_is_marked_and_new_ones_are_not() {
    let mut answer = on_eu();
    answer[1] = moved(&six()[4], "eu");
    let app = app().keys("/").text("/connection=eu").keys("enter").listed(page(0, 3, answer));
    assert_eq!((app.shown(), app.marked()), (vec!["A".into(), "C".into(), "E".into()], vec!["E".into()]));
}

#[test]
fn e3_numbers_of_users_are_not_those_of_all_organizations() {
    let app = filtered(app());
    assert_eq!(Completeness::of(&app.state.list), Completeness::Filtered);
    let back = app.keys("esc");
    assert_eq!(Completeness::of(&back.state.list), Completeness::Unread, "until all of them are there again");
    assert_eq!(Completeness::of(&back.listed(page(0, 6, six())).state.list), Completeness::Whole);
}

#[test]
fn e3_star_and_a_change_of_every_match_are_about_what_is_shown() {
    let app = filtered(app()).keys("/").text(" !B").keys("enter *");
    assert_eq!(marks(&app), ["A", "C"]);
    let app = app.keys("esc esc").listed(page(0, 6, six()));
    let app = filtered(app).keys("/").text(" !B").keys("enter :").text("set conn us where connection=eu");
    let app = app.keys("enter");
    let planned = app.state.draft.as_ref().and_then(|draft| draft.planned()).unwrap();
    assert_eq!(planned.rows.len(), 2);
}

#[test]
fn e3_a_reading_that_fails_leaves_what_was_there_and_is_tried_again_with_the_same_filter() {
    let app = app().keys("/").text("/connection=eu").keys("enter");
    let app = app.reply(Reply::Listed(Err(refused(Call::ListOrganizations, 503)))).onwards();
    assert_eq!((app.shown().len(), app.state.list.rows.len()), (3, 6));
    assert_eq!(asked(&app.wait(2000)), ["connection=eu"]);
}

#[test]
fn e3_a_second_filter_takes_the_place_of_the_first_while_that_is_being_read() {
    let app = app().keys("/").text("/connection=eu").keys("enter / ctrl-u").text("/connection=us");
    let app = app.keys("enter");
    assert_eq!(asked(&app), ["connection=eu", "connection=us"]);
    assert!(app.asked().iter().any(|effect| matches!(effect, Effect::Cancel(_))));
    let app = app.listed(page(0, 3, six().into_iter().skip(3).collect()));
    assert_eq!(app.shown(), ["D", "E", "F"]);
}

#[test]
fn e3_the_palette_asks_the_server_by_both_its_names() {
    for line in ["server filter connection=eu", "filter //connection=eu", "filter /connection=eu"] {
        let app = app().keys(":").text(line).keys("enter");
        assert_eq!(asked(&app), ["connection=eu"], "{line}");
        assert_eq!(app.state.list.filter.field.text(), "/connection=eu", "{line}");
    }
}

/// The organizations on `eu`, which the server was asked for by the id of that connection.
fn filtered_by_id() -> App {
    app().keys("/").text("/connection=7ca4-eu").keys("enter").listed(page(0, 3, on_eu()))
}

#[test]
fn e3_what_the_server_gave_is_shown_although_it_is_asked_for_by_an_id_and_the_records_have_the_name() {
    let app = filtered_by_id();
    assert_eq!((app.shown(), app.state.list.rows.len()), (vec!["A".into(), "B".into(), "C".into()], 3));
    let app = app.keys("r").listed(page(0, 3, on_eu()));
    assert_eq!(app.shown().len(), 3, "a refresh takes nothing away");
    let app = app.keys("enter").fetched(Ok(on_eu().remove(0))).keys("esc");
    assert_eq!(app.shown().len(), 3, "nor does a record that is read by itself and is the same");
    let app = app.keys("/").text(" !b").keys("enter");
    assert_eq!(app.shown(), ["A", "C"], "the rest is looked for here");
}

#[test]
fn e3_what_the_server_gave_for_another_filter_is_looked_at_here_until_it_is_asked() {
    let typed = filtered_by_id().keys("/ ctrl-u").text("/connection=7ca5-us");
    assert_eq!(typed.shown().len(), 0);
    let app = filtered_by_id().keys("enter").fetched(Ok(moved(&on_eu()[0], "us"))).keys("esc");
    assert_eq!(app.shown(), ["B", "C"], "it is not known of a record that has another connection now");
}

#[test]
fn e3_the_users_of_a_connection_are_read_whole_and_the_filter_before_comes_back() {
    let app = filtered(app()).keys("c").onwards().keys("enter");
    assert_eq!(asked(&app), [""]);
    let app = app.listed(page(0, 6, six())).onwards().keys("esc");
    assert_eq!(asked(&app), ["connection=eu"]);
}

#[test]
fn e3_a_server_that_leaves_nothing_out_is_not_taken_at_its_word() {
    let app = app().keys("/").text("/connection=eu").keys("enter").listed(page(0, 6, six()));
    assert_eq!(
        app.notice(),
        "3 of 6 do not look like the server filter: the server may not know it, or read it otherwise"
    );
    assert!(text(&app.state).contains("Organizations 6 server filter, 3 unlike"), "{}", text(&app.state));
    let app = app.onwards().keys("r").listed(page(0, 6, six()));
    assert_eq!(app.notice(), "", "it is told once");
    let app = app.keys("r").listed(page(0, 3, on_eu()));
    assert!(text(&app.state).contains("Organizations 3 server filter "), "{}", text(&app.state));
    let by_id = App::new(80, 24).loaded(six()).keys("/").text("/connection=id-of-eu").keys("enter");
    let by_id = by_id.listed(page(0, 3, on_eu()));
    assert_eq!((by_id.state.list.unlike, by_id.shown().len()), (3, 3), "what it gave is shown all the same");
}
