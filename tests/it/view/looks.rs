//! Themes, few colours, ASCII: what a frame is on terminals of every kind.

use cckm_tui::app::{Badge, Settings, State};
use cckm_tui::theme::{Depth, Surface, Theme};
use ratatui::style::{Color, Modifier};

use super::screens::{ALL, resized};
use crate::support::app::{App, settings};
use crate::support::records::named;
use crate::support::screen;

/// One size of each class.
const SIZES: [(u16, u16); 5] = [(40, 10), (60, 16), (80, 24), (120, 36), (160, 48)];

#[test]
fn pf_04_on_an_ascii_terminal_every_cell_of_every_screen_is_ascii() {
    let surface = Surface { ascii: true, ..Surface::default() };
    for one in ALL {
        let mut app = (one.story)(80, 24);
        for (width, height) in SIZES {
            app = resized(app, width, height);
            for cell in screen::cells_on(&app.state, surface).content() {
                let symbol = cell.symbol();
                assert!(matches!(symbol.as_bytes(), [b' '..=b'~']), "{symbol:?} on {}", one.name);
            }
        }
    }
}

#[test]
fn pf_04_an_ascii_frame_says_the_same_words() {
    let surface = Surface { ascii: true, ..Surface::default() };
    for one in ALL.iter().filter(|one| !matches!(one.name, "list_long_names" | "plan_choosing")) {
        let app = (one.story)(120, 36);
        let words = |text: &str| -> Vec<String> {
            let words = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| word.len() > 3);
            words.map(str::to_owned).collect()
        };
        let plain = words(&screen::text(&app.state));
        let ascii = words(&screen::text_of(&screen::cells_on(&app.state, surface)));
        let missing: Vec<_> = plain.iter().filter(|word| !ascii.contains(word)).collect();
        assert!(missing.is_empty(), "{}: {missing:?}", one.name);
    }
}

/// A state, the screen that shows it, and what says so where nothing but letters is left.
const TOLD: [(&str, &str, &[&str]); 29] = [
    ("the demo, which may write", "list", &["[DEMO] WRITE "]),
    ("no right to write", "list_read_only", &["READ-ONLY "]),
    ("a selected row", "list", &["\n>   Acme Benelux"]),
    ("a marked row", "list_marked", &["\n *"]),
    ("a row that somebody changed", "list_changed", &["Δ Acme France", "Δ 1 changed"]),
    ("live data", "list", &["● 10s"]),
    ("stale data", "list_stale", &["○ stale"]),
    ("a pause", "list_paused", &["○ paused"]),
    ("a list that is not whole", "list_incomplete", &["incomplete: 31 of"]),
    ("a filter", "list_filtered", &["/"]),
    ("an order", "list", &["NAME ▲"]),
    ("few bytes", "list_low_bandwidth", &["low-bw"]),
    ("no session", "signed_out", &["signed out"]),
    ("a record that cannot be read", "list_damaged", &["damaged"]),
    ("a check that is well", "review", &["│ ok   "]),
    ("a check that is not done", "review_waiting", &["…  "]),
    ("a failed check", "review_stopped", &["FAILED"]),
    ("a check that cannot be made", "review_cannot_check", &["CANNOT CHECK"]),
    ("old and new", "review", &["- sfdc-connection", "+ new-sfdc-connection"]),
    ("a review that listens", "review", &["[ Cancel ]    y Send the change"]),
    ("a review that does not listen yet", "review_deaf", &["[ Cancel ]      Send the change"]),
    ("a change that is proven", "result_verified", &["VERIFIED"]),
    ("a change that is there all the same", "result_applied", &["APPLIED"]),
    ("a change that is not there", "result_not_sent", &["NOT APPLIED"]),
    ("a refusal", "result_refused", &["REFUSED"]),
    ("nobody knows", "result_unknown", &["UNKNOWN"]),
    ("a server that is not trusted", "first_contact", &["not yet trusted", "[>Quit ]"]),
    ("another identity than before", "stop", &["STOP", "CHANGED"]),
    ("a failed sign-in", "sign_in_failed", &["401"]),
];

fn letters_of(name: &str) -> (String, App) {
    let one = ALL.iter().find(|one| one.name == name).unwrap_or_else(|| panic!("no screen {name}"));
    let app = (one.story)(80, 24);
    (screen::text(&app.state), app)
}

#[test]
fn a23_every_state_is_told_by_a_letter_or_a_word_where_all_styles_are_taken_away() {
    let mut silent = Vec::new();
    for (state, name, words) in TOLD {
        let (letters, _) = letters_of(name);
        silent.extend(words.iter().filter(|word| !letters.contains(**word)).map(|word| (state, name, *word)));
    }
    assert!(silent.is_empty(), "{silent:#?}");
    // And no state is told where it is not so.
    for (_, name, words) in TOLD.iter().filter(|(_, name, _)| name.starts_with("list_")) {
        let (plain, _) = letters_of("list");
        let word = words[0];
        assert!(word.len() < 2 || !plain.contains(word), "{word} of {name} is on the plain list, too");
    }
}

#[test]
fn a23_a_focus_that_moves_changes_letters_and_not_only_colours() {
    let moves = [
        ("list", "down"),
        ("list", "tab"),
        ("first_contact", "tab"),
        ("sign_in", "tab"),
        ("edit", "down"),
        ("palette", "down"),
        ("actions", "down"),
        ("sort", "down"),
        ("columns", "down"),
        ("profiles", "down"),
        ("activity", "down"),
        ("themes", "down"),
    ];
    for (name, key) in moves {
        let (before, app) = letters_of(name);
        let after = screen::text(&app.keys(key).state);
        assert_ne!(before, after, "{name}: {key} moves something that letters do not tell");
    }
}

#[test]
fn a23_the_word_of_a_place_and_its_right_to_write_are_letters_on_every_badge() {
    for (word, badge) in [("PROD", "[PROD prod-eu] "), ("TEST", "[TEST prod-eu] "), ("", "[prod-eu] ")] {
        for (read_only, mode) in [(false, "WRITE "), (true, "READ-ONLY ")] {
            let settings = Settings {
                badge: Badge::Profile("prod-eu".into()),
                badge_word: word.into(),
                read_only,
                ..settings()
            };
            for (width, height) in [(60, 16), (80, 24), (200, 60)] {
                let shown = screen::text(&App::with(settings.clone(), width, height).state);
                // Where it is narrow the name of the profile is cut, and never the word.
                let head = if width > 80 { badge } else { badge.split([' ', '-']).next().unwrap() };
                assert!(shown.contains(head) && shown.contains(mode), "{shown}");
            }
        }
    }
}

fn themed(state: &State, theme: Theme, surface: Surface) -> ratatui::buffer::Buffer {
    screen::cells_on(&State { theme, ..state.clone() }, surface)
}

#[test]
fn e22_a_theme_changes_the_looks_and_not_a_letter() {
    // The window that chooses says which is on.
    for one in ALL.iter().filter(|one| one.name != "themes") {
        let app = (one.story)(80, 24);
        let plain = screen::text(&app.state);
        for theme in Theme::all() {
            let cells = themed(&app.state, theme, Surface { depth: Depth::True, ..Surface::default() });
            assert_eq!(screen::text_of(&cells), plain, "{} {}", theme.name(), one.name);
        }
    }
}

/// A theme with a background of its own leaves no cell to the terminal: the pairs its contrast was computed for
/// are those on the screen.
#[test]
fn a23_a_theme_with_a_background_covers_every_cell() {
    let reset = |color: Color| color == Color::Reset;
    for one in ALL {
        let mut app = (one.story)(80, 24);
        for (width, height) in [(80, 24), (160, 48)] {
            app = resized(app, width, height);
            for name in ["light", "dark", "high-contrast", "deuteranopia", "tritanopia"] {
                let theme = Theme::named(name).unwrap();
                let cells =
                    themed(&app.state, theme, Surface { depth: Depth::Indexed, ..Surface::default() });
                let mut wide = false;
                for cell in cells.content() {
                    // What a wide character covers is not sent to the terminal.
                    let bare = (reset(cell.bg) || reset(cell.fg)) && !wide;
                    assert!(!bare, "{cell:?}: {name} {} {width}x{height}", one.name);
                    wide = cckm_tui::text::width(cell.symbol()) > 1;
                }
            }
        }
    }
}

#[test]
fn pf_03_the_selected_row_is_seen_without_colours_and_in_every_theme() {
    let app = (ALL.iter().find(|one| one.name == "list").unwrap().story)(80, 24);
    for theme in Theme::all() {
        for depth in [Depth::None, Depth::Sixteen, Depth::Indexed, Depth::True] {
            let cells = themed(&app.state, theme, Surface { depth, ..Surface::default() });
            let style = |y: u16| {
                let cell = &cells[(40, y)];
                (cell.fg, cell.bg, cell.modifier & Modifier::REVERSED)
            };
            let rows: Vec<_> = (3..14).filter(|y| cells[(0, *y)].symbol() == ">").collect();
            assert_eq!(rows.len(), 1);
            let other = if rows[0] == 3 { 4 } else { 3 };
            assert_ne!(style(rows[0]), style(other), "{} {depth:?}", theme.name());
        }
    }
}

#[test]
fn a25_tx_15_look_alike_names_carry_a_sign_in_the_list_and_a_word_in_detail_chooser_and_review() {
    let rows = [
        (1, "Acme 1", "sfdc-1"),
        (2, "Acme l", "sfdc-l"),
        (3, "\u{410}cme", "sfdc-2"),
        (4, "Other", "sfdc-3"),
    ];
    let rows = rows.map(|(n, name, connection)| named(n, name, connection));
    let app = App::new(100, 30).loaded(rows.into());
    let shown = screen::text(&app.state);
    let line = |name: &str| shown.lines().find(|line| line.contains(name)).unwrap_or_default().to_owned();
    for name in ["Acme 1", "Acme l", "\u{410}cme"] {
        assert!(line(name).contains(&format!("≈{name}")), "{shown}");
    }
    assert!(!line("Other").contains('≈'), "{shown}");
    let detail = screen::text(&app.keys("enter").state);
    assert!(detail.contains("LOOK-ALIKE: another is called"), "{detail}");
    let app = App::new(100, 30).loaded(named_rows()).keys("e").text("sfdc-l").keys("down");
    let chooser = screen::text(&app.state);
    assert!(
        chooser.contains(">≈sfdc-l") && chooser.contains("LOOK-ALIKE: another is called sfdc-1"),
        "{chooser}"
    );
    let review = screen::text(&app.keys("enter").state);
    assert_eq!(review.matches("≈ LOOK-ALIKE").count(), 2, "name and new value\n{review}");
}

fn named_rows() -> Vec<cckm_tui::domain::Organization> {
    vec![named(1, "Acme 1", "sfdc-1"), named(2, "Acme l", "sfdc-l")]
}

#[test]
fn e22_themes_are_tried_on_while_the_choice_moves_and_esc_puts_the_old_one_on_again() {
    let name = |app: &App| app.state.theme.name();
    let app = App::new(80, 24).with_organizations(3).keys("T");
    assert_eq!(name(&app), "default");
    let app = app.keys("k j j");
    assert_eq!(name(&app), "dark", "seen before it is taken");
    let app = app.keys("esc");
    assert_eq!((name(&app), app.state.modals.len()), ("default", 0));
    let app = app.keys("enter T j enter");
    assert_eq!((name(&app), app.state.modals.len()), ("light", 0));
    assert!(app.notice().contains("theme = \"light\""), "{}", app.notice());
    let app = app.keys("T G");
    assert_eq!(name(&app), "mono");
}
