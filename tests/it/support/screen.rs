//! What a state looks like, as text, with the roles that text cannot show.

use std::cell::RefCell;
use std::sync::LazyLock;

use cckm_tui::app::State;
use cckm_tui::keymap::Keymap;
use cckm_tui::theme::Surface;
use cckm_tui::ui::{Look, Sheet, repaint, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

static KEYMAP: LazyLock<Keymap> = LazyLock::new(Keymap::shipped);

/// The cells of a frame.
pub fn cells(state: &State) -> Buffer {
    cells_on(state, Surface::default())
}

/// The cells of a frame on a terminal that can show so much.
pub fn cells_on(state: &State, surface: Surface) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(state.size.width, state.size.height)).unwrap();
    let look = Look { surface, keymap: &KEYMAP };
    terminal
        .draw(|frame| {
            if let Some(cursor) = view(state, look, frame.buffer_mut()) {
                frame.set_cursor_position(cursor);
            }
            SHEET.with_borrow_mut(|sheet| {
                repaint(state, look, state.size, sheet);
                assert_eq!(sheet.cells(), frame.buffer_mut(), "painted over the frame before, or on nothing");
            });
        })
        .unwrap();
    terminal.backend().buffer().clone()
}

thread_local! {
    /// The frames of a test, one painted over the other as the program does.
    static SHEET: RefCell<Sheet> = RefCell::default();
}

/// The frame as text: one line a row, no blanks at the end.
pub fn text(state: &State) -> String {
    text_of(&cells(state))
}

/// The same of cells.
pub fn text_of(buffer: &Buffer) -> String {
    let rows = (0..buffer.area.height).map(|y| {
        let mut row = String::new();
        let mut skip = 0;
        for x in 0..buffer.area.width {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = buffer[(x, y)].symbol();
            skip = cckm_tui::text::width(symbol).saturating_sub(1);
            row.push_str(symbol);
        }
        row.trim_end().to_owned()
    });
    rows.collect::<Vec<_>>().join("\n")
}

/// The frame as text, then the runs of cells that are not plain: `row:column-column style`.
pub fn snapshot(state: &State) -> String {
    let buffer = cells(state);
    let mut legend = String::new();
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let style = buffer[(x, y)].style();
            let start = x;
            while x < buffer.area.width && buffer[(x, y)].style() == style {
                x += 1;
            }
            if let Some(words) = words(style) {
                legend.push_str(&format!("{y}:{start}-{} {words}\n", x - 1));
            }
        }
    }
    format!("{}\n\n{legend}", text(state))
}

fn words(style: Style) -> Option<String> {
    let mut words = Vec::new();
    if let Some(color) = style.fg.filter(|color| *color != ratatui::style::Color::Reset) {
        words.push(color.to_string().to_lowercase());
    }
    if let Some(color) = style.bg.filter(|color| *color != ratatui::style::Color::Reset) {
        words.push(format!("on {}", color.to_string().to_lowercase()));
    }
    let modifier = format!("{:?}", style.add_modifier).to_lowercase();
    words.extend(
        modifier.split(" | ").filter(|word| *word != "none" && *word != "modifier(0x0)").map(str::to_owned),
    );
    (!words.is_empty()).then(|| words.join(" "))
}
