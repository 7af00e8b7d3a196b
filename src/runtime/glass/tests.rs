//! What a terminal shows after the bytes, against the frame that was to be shown.

use std::io::{Read as _, Seek as _};

use proptest::prelude::*;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};

use super::*;

const TALL: Size = Size { width: 40, height: 12 };

/// A terminal that is a file, and what was written to it.
fn paper(able: Abilities) -> (Glass, impl FnMut() -> String) {
    let mut file = tempfile::tempfile().unwrap();
    let glass = Glass::new(Restorer::of_paper(file.try_clone().unwrap()), able);
    let written = move || {
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        file.set_len(0).unwrap();
        file.rewind().unwrap();
        text
    };
    (glass, written)
}

/// Shows a frame of which it is known what differs.
fn show(glass: &mut Glass, frame: &Buffer, cursor: Option<Position>) -> usize {
    let rows = |cells: &Buffer| -> Vec<Vec<ratatui::buffer::Cell>> {
        cells.content.chunks(usize::from(cells.area.width)).map(<[_]>::to_vec).collect()
    };
    let shown = glass.shown.as_ref().map(&rows).unwrap_or_default();
    let rows = (0..).zip(rows(frame));
    let changed: Vec<u16> =
        rows.filter(|(y, row)| shown.get(usize::from(*y)) != Some(row)).map(|(y, _)| y).collect();
    glass.show(frame, &changed, cursor).unwrap()
}

fn blank(size: Size) -> Buffer {
    Buffer::empty(Rect::from((Position::ORIGIN, size)))
}

fn word(text: &str) -> Buffer {
    let mut frame = blank(Size::new(10, 2));
    frame.set_string(0, 0, text, Style::new());
    frame
}

/// Rows of a list like ours: a name that differs, an identifier, a connection; the selected one reversed.
fn list(size: Size, first: usize, selected: usize) -> Buffer {
    let mut frame = blank(size);
    for y in 1..size.height - 1 {
        let n = first + usize::from(y);
        let row = format!("    Company {:x} Ltd 00D{:015}AAA connection-{}", n * 7919 % 65521, n * 31, n % 7);
        let cells = usize::from(size.width);
        frame.set_string(0, y, format!("{row:cells$.cells$}"), Style::new());
        if n == selected {
            frame.set_style(Rect::new(0, y, size.width, 1), Style::new().add_modifier(Modifier::REVERSED));
        }
    }
    frame
}

#[test]
fn a_frame_that_changes_nothing_is_not_written() {
    let (mut glass, mut written) = paper(Abilities::USUAL);
    assert!(show(&mut glass, &word("hello"), None) > 0);
    assert!(written().contains("hello"));
    assert_eq!(show(&mut glass, &word("hello"), None), 0);
    assert_eq!(written(), "");
    glass.forget();
    show(&mut glass, &word("hello"), None);
    assert_eq!(written(), "\x1b[r\x1b[m\x1b[2Jhello\x1b[?25l");
}

#[test]
fn the_cursor_is_moved_only_where_it_is_shown() {
    let (mut glass, mut written) = paper(Abilities::USUAL);
    let at = |x: u16| Some(Position::new(x, 1));
    show(&mut glass, &word("a"), None);
    written();
    show(&mut glass, &word("a"), at(3));
    assert_eq!(written(), "\n\x1b[2C\x1b[?25h");
    show(&mut glass, &word("a"), at(3));
    assert_eq!(written(), "");
    show(&mut glass, &word("a"), at(4));
    assert_eq!(written(), "\x1b[C");
    show(&mut glass, &word("b"), at(4));
    assert_eq!(written(), "\x1b[Hb\n\x1b[3C");
    show(&mut glass, &word("b"), None);
    assert_eq!(written(), "\x1b[?25l");
}

#[test]
fn only_a_long_frame_stands_between_the_marks() {
    let (mut glass, mut written) = paper(Abilities::USUAL);
    show(&mut glass, &list(Size::new(120, 40), 0, 0), None);
    let frame = written();
    assert!(frame.starts_with("\x1b[?2026h") && frame.ends_with("\x1b[?2026l"), "{frame:?}");
    show(&mut glass, &list(Size::new(120, 40), 0, 1), None);
    assert!(!written().contains("2026"));
}

#[test]
fn rows_that_moved_are_moved_by_the_terminal_and_only_if_it_can() {
    let size = Size::new(120, 40);
    let bytes = |able: Abilities, from: Buffer, to: Buffer| {
        let (mut glass, mut written) = paper(able);
        show(&mut glass, &from, None);
        written();
        show(&mut glass, &to, None);
        written()
    };
    for (from, to, verb) in [(0, 1, "\x1b[M"), (1, 0, "\x1b[L"), (0, 5, "\x1b[5M")] {
        let moved = bytes(Abilities::USUAL, list(size, from, 0), list(size, to, 0));
        assert!(moved.contains(verb), "{moved:?}");
        let written = bytes(Abilities::FEW, list(size, from, 0), list(size, to, 0));
        assert!(!written.contains(verb) && written.len() > moved.len() * 3, "{}", written.len());
    }
}

#[test]
fn pf_02_an_old_or_unknown_terminal_gets_the_narrower_list() {
    for (term, able) in [
        ("xterm-256color", Abilities::USUAL),
        ("tmux-256color", Abilities::USUAL),
        ("screen", Abilities::USUAL),
        ("linux", Abilities::USUAL),
        ("st-256color", Abilities::USUAL),
        ("vt100", Abilities::FEW),
        ("unknown-xyz", Abilities::FEW),
        ("", Abilities::FEW),
    ] {
        assert_eq!(Abilities::of_term(term), able, "{term}");
    }
    let (mut glass, mut written) = paper(Abilities::FEW);
    for first in 0..4 {
        show(&mut glass, &list(TALL, first, 3), None);
    }
    let written = written();
    let finals = written.split('\x1b').skip(1).filter_map(|s| s.chars().find(char::is_ascii_alphabetic));
    for last in finals {
        assert!("HABCDmJKrhl".contains(last), "{last}");
    }
}

/// What a cell of the emulator has to show.
fn expect(screen: &vt100::Screen, frame: &Buffer, what: &str) {
    let width = usize::from(frame.area.width);
    for (y, cells) in (0..).zip(frame.content.chunks(width)) {
        for (x, slot) in (0..).zip(slot::row(cells)) {
            let cell = screen.cell(y, x).unwrap();
            if slot.width == 0 {
                assert!(cell.is_wide_continuation(), "{what} ({x}, {y})");
                continue;
            }
            let shown = if cell.contents().is_empty() { " " } else { cell.contents() };
            assert_eq!(shown, slot.text, "{what} ({x}, {y})");
            let is = seen(
                shown == " ",
                color_of(cell.fgcolor()),
                color_of(cell.bgcolor()),
                [
                    (cell.bold(), Modifier::BOLD),
                    (cell.dim(), Modifier::DIM),
                    (cell.italic(), Modifier::ITALIC),
                    (cell.underline(), Modifier::UNDERLINED),
                    (cell.inverse(), Modifier::REVERSED),
                ],
            );
            assert_eq!(is, slot.pen, "{what} ({x}, {y}) {shown:?}");
        }
    }
}

fn seen(blank: bool, fg: Color, bg: Color, modifiers: [(bool, Modifier); 5]) -> pen::Pen {
    let mut cell = ratatui::buffer::Cell::default();
    let modifier = modifiers.into_iter().filter(|(on, _)| *on).map(|(_, modifier)| modifier).collect();
    (cell.fg, cell.bg, cell.modifier) = (fg, bg, modifier);
    let pen = pen::Pen::of(&cell);
    if blank { pen.on_a_blank() } else { pen }
}

fn color_of(color: vt100::Color) -> Color {
    match color {
        vt100::Color::Default => Color::Reset,
        vt100::Color::Idx(n) => {
            COLORS.into_iter().find(|(code, _)| *code == n).map_or(Color::Indexed(n), |c| c.1)
        }
        vt100::Color::Rgb(r, g, b) => Color::Rgb(r, g, b),
    }
}

const COLORS: [(u8, Color); 4] =
    [(1, Color::Red), (6, Color::Cyan), (9, Color::LightRed), (15, Color::White)];

/// A change of a frame.
#[derive(Clone, Debug)]
enum Change {
    /// A text with a style, wherever it falls, also over halves of wide characters.
    Write { x: u16, y: u16, text: String, style: Style },
    /// Cells with a style.
    Paint { area: Rect, style: Style },
    /// Rows moved, as a list that scrolls.
    Move { top: u16, bottom: u16, by: i32 },
    /// Part of the columns of rows moved: beside it something stays.
    MoveLeft { top: u16, bottom: u16, columns: u16 },
    /// Everything blank.
    Erase,
}

fn style() -> impl Strategy<Value = Style> {
    let color = prop_oneof![
        4 => Just(Color::Reset),
        1 => Just(Color::Red),
        1 => Just(Color::LightRed),
        1 => Just(Color::Indexed(100)),
        1 => Just(Color::Rgb(1, 2, 3)),
    ];
    let modifier = prop_oneof![
        3 => Just(Modifier::empty()),
        1 => Just(Modifier::BOLD),
        1 => Just(Modifier::DIM),
        1 => Just(Modifier::REVERSED),
        1 => Just(Modifier::REVERSED | Modifier::BOLD),
        1 => Just(Modifier::UNDERLINED | Modifier::ITALIC),
    ];
    (color.clone(), color, modifier)
        .prop_map(|(fg, bg, modifier)| Style::reset().fg(fg).bg(bg).add_modifier(modifier))
}

fn change() -> impl Strategy<Value = Change> {
    let piece = prop_oneof![
        6 => "[a-z ]{1,8}",
        3 => " {3,30}",
        1 => Just("株式会社".to_owned()),
        1 => Just("e\u{301}x\u{308}".to_owned()),
        1 => Just("─│…é".to_owned()),
        1 => Just("😀🚀".to_owned()),
    ];
    let text = prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat());
    let (x, y) = (0..TALL.width, 0..TALL.height);
    let rows = (0..TALL.height, 1..TALL.height).prop_map(|(top, n)| (top, (top + n).min(TALL.height - 1)));
    prop_oneof![
        6 => (x.clone(), y.clone(), text, style()).prop_map(|(x, y, text, style)| Change::Write { x, y, text, style }),
        2 => (x, y, 1..40_u16, 1..3_u16, style()).prop_map(|(x, y, w, h, style)| {
            let area = Rect::new(x, y, w.min(TALL.width - x), h.min(TALL.height - y));
            Change::Paint { area, style }
        }),
        3 => (rows.clone(), -4..5_i32).prop_map(|((top, bottom), by)| Change::Move { top, bottom, by }),
        1 => (rows, 10..30_u16).prop_map(|((top, bottom), columns)| Change::MoveLeft { top, bottom, columns }),
        1 => Just(Change::Erase),
    ]
}

fn apply(frame: &mut Buffer, change: &Change) {
    match change {
        Change::Write { x, y, text, style } => {
            let mut at = *x;
            for (piece, width) in crate::text::cells(text) {
                let width = u16::try_from(width).unwrap().max(1);
                if let Some(cell) = frame.cell_mut((at, *y)) {
                    cell.set_symbol(piece).set_style(*style);
                }
                at += width;
            }
        }
        Change::Paint { area, style } => frame.set_style(*area, *style),
        Change::Move { top, bottom, by } => move_columns(frame, *top, *bottom, *by, TALL.width),
        Change::MoveLeft { top, bottom, columns } => move_columns(frame, *top, *bottom, 1, *columns),
        Change::Erase => frame.reset(),
    }
}

fn move_columns(frame: &mut Buffer, top: u16, bottom: u16, by: i32, columns: u16) {
    let before = frame.clone();
    for y in top..=bottom {
        let source = i32::from(y) + by;
        for x in 0..columns {
            let inside = (i32::from(top)..=i32::from(bottom)).contains(&source);
            frame[(x, y)] = if inside {
                before[(x, u16::try_from(source).unwrap())].clone()
            } else {
                ratatui::buffer::Cell::default()
            };
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn g3_after_every_frame_the_terminal_shows_exactly_that_frame(
        frames in prop::collection::vec((prop::collection::vec(change(), 0..6), prop::option::of((0..40_u16, 0..12_u16))), 1..50),
        few in any::<bool>(),
    ) {
        let (mut glass, mut written) = paper(if few { Abilities::FEW } else { Abilities::USUAL });
        let mut terminal = vt100::Parser::new(TALL.height, TALL.width, 0);
        terminal.process(b"\x1b[?25l");
        let mut frame = blank(TALL);
        for (nth, (changes, cursor)) in frames.iter().enumerate() {
            for change in changes {
                apply(&mut frame, change);
            }
            let cursor = cursor.map(Position::from);
            show(&mut glass, &frame, cursor);
            terminal.process(written().as_bytes());
            expect(terminal.screen(), &frame, &format!("frame {nth}"));
            if let Some(at) = cursor {
                prop_assert_eq!(terminal.screen().cursor_position(), (at.y, at.x));
            }
            prop_assert_eq!(terminal.screen().hide_cursor(), cursor.is_none());
        }
    }
}
