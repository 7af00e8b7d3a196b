//! Themes, few colours, ASCII: what a frame is on terminals of every kind.

use cckm_tui::app::State;
use cckm_tui::theme::{Depth, Surface, Theme};
use ratatui::style::{Color, Modifier};

use super::screens::{ALL, resized};
use crate::support::app::App;
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
    for one in ALL.iter().filter(|one| !matches!(one.name, "list_long_names")) {
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
