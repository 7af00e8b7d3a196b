//! What holds on every screen at every size.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cckm_tui::app::State;
use cckm_tui::keymap::Keymap;
use cckm_tui::theme::{Depth, Surface};
use cckm_tui::ui::{Look, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::{Position, Size};

use super::screens::{ALL, is_of_the_demo, resized};
use crate::support::app::App;
use crate::support::records::organization;
use crate::support::screen;

/// Sizes at and around every threshold.
const WIDTHS: [u16; 10] = [60, 61, 79, 80, 81, 100, 119, 120, 160, 200];
const HEIGHTS: [u16; 6] = [16, 17, 23, 24, 30, 48];

fn demo() -> impl Iterator<Item = (&'static str, App)> {
    let demo = ALL.iter().filter(|one| is_of_the_demo(one));
    demo.map(|one| (one.name, (one.story)(80, 24)))
}

#[test]
fn m21_the_word_demo_is_on_every_frame_of_the_demo() {
    let small = [(6, 1), (6, 7), (7, 3), (20, 10), (36, 2), (37, 8), (59, 16), (200, 15)];
    let sizes: Vec<_> =
        WIDTHS.into_iter().flat_map(|w| HEIGHTS.map(|h| (w, h))).step_by(3).chain(small).collect();
    for (name, mut app) in demo() {
        for (width, height) in &sizes {
            app = resized(app, *width, *height);
            let shown = screen::text(&app.state);
            assert!(shown.contains("DEMO"), "{name} at {width}x{height}\n{shown}");
        }
    }
}

#[test]
fn m9_server_domain_user_mode_age_and_token_are_on_every_frame_with_panes() {
    for (name, mut app) in demo() {
        for (width, height) in WIDTHS.into_iter().flat_map(|w| HEIGHTS.map(|h| (w, h))).step_by(5) {
            app = resized(app, width, height);
            let shown = screen::text(&app.state);
            let header = shown.lines().next().unwrap_or_default();
            for words in ["[DEMO]", "WRITE", "127.0.0", "root", "admi"] {
                assert!(header.contains(words), "{words} is missing: {name} {width}x{height} {header:?}");
            }
            assert!(["tok ", "signed out"].iter().any(|word| header.contains(word)), "{name} {header:?}");
            assert!(["●", "○"].iter().any(|word| header.contains(word)), "{name} {header:?}");
        }
    }
}

#[test]
fn m9_long_names_share_the_header_and_none_pushes_another_out() {
    let app = (ALL.iter().find(|one| one.name == "list_long_names").unwrap().story)(80, 24);
    let mut app = app;
    for width in 60..=240 {
        app = resized(app, width, 24);
        let shown = screen::text(&app.state);
        let header = shown.lines().next().unwrap_or_default().to_owned();
        for start in ["[prod", "WRITE", "ciph", "busi", "first", "tok  5m", "● 0s"] {
            assert!(header.contains(start), "{start:?} is missing at {width}: {header:?}");
        }
    }
}

#[test]
fn no_hint_is_cut() {
    for (name, mut app) in demo() {
        for (width, height) in WIDTHS.into_iter().zip(HEIGHTS.into_iter().cycle()) {
            app = resized(app, width, height);
            let shown = screen::text(&app.state);
            for (_, edge) in shown.lines().filter_map(|row| row.split_once('└')) {
                let (hints, _) = edge.split_once('┘').unwrap_or((edge, ""));
                assert!(!hints.contains('…'), "{name} {width}x{height}: {hints}");
            }
        }
    }
}

#[test]
fn what_is_refused_is_no_hint() {
    let read_only = (ALL.iter().find(|one| one.name == "list_read_only").unwrap().story)(80, 24);
    let shown = screen::text(&read_only.state);
    assert!(!shown.lines().last().unwrap_or_default().contains("edit"), "{shown}");
}

#[test]
fn a_review_names_all_that_is_agreed_to_at_every_size_that_shows_it() {
    let review = ALL.iter().find(|one| one.name == "review").unwrap();
    let mut app = (review.story)(80, 24);
    for (width, height) in WIDTHS.into_iter().flat_map(|w| HEIGHTS.map(|h| (w, h))) {
        app = resized(app, width, height);
        let shown = screen::text(&app.state);
        for part in [
            "[DEMO] 127.0.0.1:8080",
            "root",
            "admin",
            "Thales",
            "00DB000000040bIMAQ",
            "2473e846-31a8-4ee6-8299-17025548b4e2",
            "- sfdc-connection",
            "+ new-sfdc-connection",
            "PATCH /api/v1/cckm/sfdc/organizations/",
            r#"{"connection":"new-sfdc-connection"}"#,
            "unchanged",
            "read just now",
            "reaches",
            "exists",
            "test",
            "[ Cancel ]",
            "y Send the change",
        ] {
            assert!(shown.contains(part), "{part:?} is missing at {width}x{height}\n{shown}");
        }
    }
}

/// A part of all sizes that is another one for each screen; `CCKM_SIZES=all` takes them all.
#[test]
fn m16_sg_11_g9_nothing_panics_at_any_size_from_0x0_to_120x60() {
    let all = std::env::var_os("CCKM_SIZES").is_some_and(|value| value == "all");
    let every = if all { 1 } else { 97 };
    let sweep = |nth: usize| {
        let mut app = (ALL[nth].story)(80, 24);
        let sizes = (0..=120).flat_map(|width| (0..=60).map(move |height| (width, height)));
        let large = [(65535, 1), (1, 65535), (500, 1), (1, 200), (500, 200)];
        for (width, height) in sizes.skip(nth * 31 % every).step_by(every).chain(large) {
            app = resized(app, width, height);
            screen::cells(&app.state);
        }
    };
    let next = AtomicUsize::new(0);
    let take = || (0..).map(|_| next.fetch_add(1, Ordering::Relaxed)).take_while(|nth| *nth < ALL.len());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| take().for_each(sweep));
        }
    });
}

/// A terminal that has another size than the core was told, for the moment between the two.
#[test]
fn a_frame_of_another_size_than_the_state_is_no_panic() {
    for one in ALL {
        let app = (one.story)(80, 24);
        for (width, height) in [(79, 24), (80, 23), (200, 60), (1, 1)] {
            draw(&app.state, width, height);
        }
    }
}

fn draw(state: &State, width: u16, height: u16) -> Terminal<TestBackend> {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let (surface, keymap) = (Surface { depth: Depth::None, ..Surface::default() }, Keymap::shipped());
    let look = Look { surface, keymap: &keymap };
    terminal
        .draw(|frame| {
            if let Some(cursor) = view(state, look, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
        })
        .unwrap();
    terminal
}

#[test]
fn the_painter_asks_only_for_rows_in_sight() {
    let mut app = App::new(80, 24).loaded((0..5000).map(organization).collect());
    for keys in ["g", "G", "2 5 0 0 G"] {
        app = app.keys(keys);
        let rows: Vec<_> = app.state.list.in_sight().map(|(row, _)| row.title().into_string()).collect();
        assert_eq!(rows.len(), usize::from(app.state.panes().list_rows.height));
        let shown = screen::text(&app.state);
        assert!(rows.iter().all(|row| shown.contains(row.as_str())), "{keys}\n{shown}");
    }
}

#[test]
fn the_cursor_stands_where_text_is_typed_and_nowhere_else() {
    let table = [("edit_narrowed", 28, 9), ("sign_in", 31, 11), ("list_filter_typed", 9, 21)];
    for (name, x, y) in table {
        let app = (ALL.iter().find(|one| one.name == name).unwrap().story)(80, 24);
        let mut terminal = draw(&app.state, 80, 24);
        terminal.backend_mut().assert_cursor_position(Position::new(x, y));
    }
    for name in ["list", "review", "sending", "result_verified", "help", "question_discard"] {
        let app = (ALL.iter().find(|one| one.name == name).unwrap().story)(80, 24);
        assert!(!draw(&app.state, 80, 24).backend().cursor_visible(), "{name}");
    }
}

#[test]
fn without_colours_everything_is_said_in_words_and_attributes() {
    for one in ALL {
        let app = (one.story)(80, 24);
        let terminal = draw(&app.state, 80, 24);
        let buffer = terminal.backend().buffer();
        let coloured = buffer.content().iter().filter(|cell| {
            cell.fg != ratatui::style::Color::Reset || cell.bg != ratatui::style::Color::Reset
        });
        assert_eq!(coloured.count(), 0, "{}", one.name);
    }
}

#[test]
fn the_size_that_is_told_is_the_size_that_is_needed() {
    let app = App::new(60, 16).with_organizations(3);
    assert!(screen::text(&app.state).contains("Organizations"));
    for size in [Size::new(59, 16), Size::new(60, 15)] {
        let app = resized(App::new(60, 16).with_organizations(3), size.width, size.height);
        assert!(screen::text(&app.state).contains("needs 60x16"), "{size}");
    }
}

#[test]
fn a_notice_is_seen_whatever_window_is_open() {
    for (name, app) in demo() {
        let mut app = app.keys("ctrl-c");
        let said = app.notice().to_owned();
        for (width, height) in [(60, 16), (79, 20), (80, 24), (120, 36), (200, 60)] {
            app = resized(app, width, height);
            let shown = screen::text(&app.state);
            let asks = app.state.list.filter.editing && app.state.modals.is_empty();
            assert!(asks || shown.contains(&said), "{name} {width}x{height}: {said}\n{shown}");
        }
    }
}

#[test]
fn a_blank_being_typed_is_a_blank() {
    let app = App::new(80, 24).with_organizations(2).keys("/").text("a b ");
    assert!(!screen::text(&app.state).contains("x20"));
    let app = App::new(80, 24).with_organizations(2).keys("e").text("zz ");
    assert!(!screen::text(&app.state).contains("x20"));
    let app = app.keys("enter");
    assert!(screen::text(&app.state).contains(r"+ zz\x20"), "what is sent is spelled out");
}

#[test]
fn in_19_what_is_refused_while_a_filter_is_typed_is_said_beside_it() {
    let app = App::new(80, 24).with_organizations(3).keys("/").text("acme");
    let app = app.message(cckm_tui::app::Message::Pasted("x".repeat(5000)));
    let shown = screen::text(&app.state);
    assert!(
        shown.contains("/[acme") && shown.contains("paste refused: it is longer than 4096 bytes"),
        "{shown}"
    );
}
