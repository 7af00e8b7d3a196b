//! How cells look, and the shortest way to make a terminal write like that (SGR).

use std::fmt::Write as _;

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// What can be seen of a style on a blank.
const SEEN_ON_A_BLANK: Modifier = Modifier::REVERSED.union(Modifier::UNDERLINED).union(Modifier::CROSSED_OUT);

/// What a terminal does to the characters it writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl Pen {
    /// The terminal's own colours, no attribute.
    pub(super) const PLAIN: Self = Self { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

    /// How a cell looks.
    pub(super) const fn of(cell: &Cell) -> Self {
        Self { fg: cell.fg, bg: cell.bg, modifier: cell.modifier }
    }

    /// How a blank looks that is written with this pen: pens that differ may write the same blank.
    pub(super) const fn on_a_blank(self) -> Self {
        if self.modifier.intersects(SEEN_ON_A_BLANK) { self } else { Self { bg: self.bg, ..Self::PLAIN } }
    }

    /// The shortest sequence after which a terminal that wrote like `from` writes like this.
    ///
    /// `off_codes`: the terminal knows how to end single attributes; else everything is ended at once.
    pub(super) fn after(self, from: Option<Self>, off_codes: bool) -> String {
        if from == Some(self) {
            return String::new();
        }
        let anew = sequence(true, &self.codes_from(Self::PLAIN));
        let change = from.filter(|from| off_codes || self.adds_to(*from)).map(|from| self.codes_from(from));
        match change.map(|codes| sequence(false, &codes)) {
            Some(change) if change.len() <= anew.len() => change,
            _ => anew,
        }
    }

    /// Whether no attribute and no colour of `from` has to end.
    fn adds_to(self, from: Self) -> bool {
        let ends = |was: Color, is: Color| was != is && is == Color::Reset;
        self.modifier.contains(from.modifier) && !ends(from.fg, self.fg) && !ends(from.bg, self.bg)
    }

    /// The codes that change `from` into this.
    fn codes_from(self, from: Self) -> Vec<String> {
        let mut codes = Vec::new();
        let mut gone = from.modifier.difference(self.modifier);
        let mut new = self.modifier.difference(from.modifier);
        for (end, ended) in ENDS {
            if gone.intersects(ended) {
                codes.push(end.to_string());
                // Bold and dim end together: what is to stay begins again.
                new |= self.modifier.intersection(ended);
                gone.remove(ended);
            }
        }
        for (begin, begun) in BEGINS {
            if new.contains(begun) {
                codes.push(begin.to_string());
            }
        }
        if self.fg != from.fg {
            codes.push(color(self.fg, 30, 90));
        }
        if self.bg != from.bg {
            codes.push(color(self.bg, 40, 100));
        }
        codes
    }
}

/// Codes that begin an attribute.
const BEGINS: [(u8, Modifier); 9] = [
    (1, Modifier::BOLD),
    (2, Modifier::DIM),
    (3, Modifier::ITALIC),
    (4, Modifier::UNDERLINED),
    (5, Modifier::SLOW_BLINK),
    (6, Modifier::RAPID_BLINK),
    (7, Modifier::REVERSED),
    (8, Modifier::HIDDEN),
    (9, Modifier::CROSSED_OUT),
];

/// Codes that end attributes.
const ENDS: [(u8, Modifier); 7] = [
    (22, Modifier::BOLD.union(Modifier::DIM)),
    (23, Modifier::ITALIC),
    (24, Modifier::UNDERLINED),
    (25, Modifier::SLOW_BLINK.union(Modifier::RAPID_BLINK)),
    (27, Modifier::REVERSED),
    (28, Modifier::HIDDEN),
    (29, Modifier::CROSSED_OUT),
];

fn sequence(anew: bool, codes: &[String]) -> String {
    let codes = codes.join(";");
    match (anew, codes.is_empty()) {
        (true, false) => format!("\x1b[0;{codes}m"),
        _ => format!("\x1b[{codes}m"),
    }
}

/// The code of a colour: `base` is that of the first of eight, `bright` that of the first bright one.
fn color(color: Color, base: u8, bright: u8) -> String {
    let named = |first: u8, nth: u8| (first + nth).to_string();
    match color {
        Color::Reset => named(base, 9),
        Color::Black => named(base, 0),
        Color::Red => named(base, 1),
        Color::Green => named(base, 2),
        Color::Yellow => named(base, 3),
        Color::Blue => named(base, 4),
        Color::Magenta => named(base, 5),
        Color::Cyan => named(base, 6),
        Color::Gray => named(base, 7),
        Color::DarkGray => named(bright, 0),
        Color::LightRed => named(bright, 1),
        Color::LightGreen => named(bright, 2),
        Color::LightYellow => named(bright, 3),
        Color::LightBlue => named(bright, 4),
        Color::LightMagenta => named(bright, 5),
        Color::LightCyan => named(bright, 6),
        Color::White => named(bright, 7),
        Color::Indexed(index) => format!("{};5;{index}", base + 8),
        Color::Rgb(red, green, blue) => {
            let mut code = format!("{};2", base + 8);
            for part in [red, green, blue] {
                let _never_fails = write!(code, ";{part}");
            }
            code
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pen(fg: Color, modifier: Modifier) -> Pen {
        Pen { fg, bg: Color::Reset, modifier }
    }

    #[test]
    fn only_what_differs_is_written() {
        let bold = pen(Color::Reset, Modifier::BOLD);
        let key = pen(Color::Cyan, Modifier::BOLD);
        let both = pen(Color::Reset, Modifier::BOLD | Modifier::DIM);
        for (from, to, expected) in [
            (None, Pen::PLAIN, "\x1b[m"),
            (None, key, "\x1b[0;1;36m"),
            (Some(key), key, ""),
            (Some(key), Pen::PLAIN, "\x1b[m"),
            (Some(bold), key, "\x1b[36m"),
            (Some(key), bold, "\x1b[39m"),
            (Some(both), bold, "\x1b[0;1m"),
            (
                Some(Pen { fg: Color::Rgb(1, 2, 3), ..both }),
                Pen { fg: Color::Rgb(1, 2, 3), ..bold },
                "\x1b[22;1m",
            ),
            (Some(Pen::PLAIN), pen(Color::Indexed(200), Modifier::empty()), "\x1b[38;5;200m"),
        ] {
            assert_eq!(to.after(from, true), expected);
        }
        assert_eq!(
            bold.after(Some(key), false),
            "\x1b[0;1m",
            "a terminal without codes that end one attribute"
        );
    }

    #[test]
    fn a_blank_shows_no_more_than_its_background_and_its_lines() {
        let blank = |modifier| pen(Color::Cyan, modifier).on_a_blank();
        assert_eq!(blank(Modifier::BOLD), Pen::PLAIN);
        assert_ne!(blank(Modifier::REVERSED), Pen::PLAIN);
        assert_ne!(blank(Modifier::UNDERLINED), Pen::PLAIN);
    }
}
