//! The pictures of the README, made from what the program writes to a terminal.
//!
//! `cargo test --test e2e -- --ignored pictures` writes them into `assets`.

use std::fmt::Write as _;
use std::path::Path;

use vt100::{Cell, Color, Screen};

use crate::change::{review, submit};
use crate::terminal::Terminal;

/// Size of a cell, in the units of the picture.
const CELL: (u16, u16) = (9, 19);
/// Blank around the screen.
const MARGIN: u16 = 12;
const PAPER: &str = "#1c1f26";
const INK: &str = "#d6d9e0";

#[test]
#[ignore = "writes the pictures of the README"]
fn pictures() {
    let mut terminal = Terminal::start(&["--demo"], &[], (120, 30));
    terminal.wait_for_text("Organizations 56");
    terminal.send("/eu-2024");
    terminal.wait_for_text("/56");
    terminal.send("\r");
    terminal.wait_for_text("Enter open");
    save(&terminal, "list.svg");
    let mut terminal = Terminal::start(&["--demo"], &[], (80, 24));
    review(&mut terminal);
    submit(&mut terminal);
    save(&terminal, "result.svg");
}

fn save(terminal: &Terminal, name: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name);
    std::fs::write(path, terminal.with_screen(svg)).unwrap();
}

fn svg(screen: &Screen) -> String {
    let (rows, columns) = screen.size();
    let (width, height) = (columns * CELL.0 + 2 * MARGIN, rows * CELL.1 + 2 * MARGIN);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"15\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{PAPER}\"/>\n"
    );
    for row in 0..rows {
        let mut column = 0;
        while column < columns {
            let start = column;
            let looks = screen.cell(row, start).map(looks_of);
            let mut text = String::new();
            while column < columns && screen.cell(row, column).map(looks_of) == looks {
                text.push_str(screen.cell(row, column).map_or(" ", |cell| match cell.contents() {
                    "" if cell.is_wide_continuation() => "",
                    "" => " ",
                    contents => contents,
                }));
                column += 1;
            }
            run(&mut svg, (start, row), column - start, &text, &looks.unwrap());
        }
    }
    svg.push_str("</svg>\n");
    svg
}

#[derive(PartialEq)]
struct Looks {
    ink: &'static str,
    inverse: bool,
    /// Attributes of the text element.
    attributes: String,
}

fn looks_of(cell: &Cell) -> Looks {
    let ink = match cell.fgcolor() {
        Color::Idx(1) => "#f2777a",
        Color::Idx(2) => "#99cc99",
        Color::Idx(3) => "#ffcc66",
        Color::Idx(5) => "#cc99cc",
        Color::Idx(6) => "#66cccc",
        _ => INK,
    };
    let attributes = [
        (cell.bold(), " font-weight=\"bold\""),
        (cell.dim(), " opacity=\"0.6\""),
        (cell.underline(), " text-decoration=\"underline\""),
    ];
    let attributes = attributes.into_iter().filter(|(is_so, _)| *is_so).map(|(_, words)| words).collect();
    Looks { ink, inverse: cell.inverse(), attributes }
}

fn run(svg: &mut String, (column, row): (u16, u16), cells: u16, text: &str, looks: &Looks) {
    let (x, y) = (MARGIN + column * CELL.0, MARGIN + row * CELL.1);
    let width = cells * CELL.0;
    let mut ink = looks.ink;
    if looks.inverse {
        writeln!(svg, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" fill=\"{ink}\"/>", CELL.1)
            .unwrap();
        ink = PAPER;
    }
    if text.trim().is_empty() {
        return;
    }
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    writeln!(
        svg,
        "<text x=\"{x}\" y=\"{}\" textLength=\"{width}\" xml:space=\"preserve\" fill=\"{ink}\"{}>{text}</text>",
        y + 14,
        looks.attributes
    )
    .unwrap();
}
