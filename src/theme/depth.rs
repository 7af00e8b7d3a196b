//! How many colours a terminal has, found out without asking it, and the nearest colour it has.

use ratatui::style::Color;

/// How many colours to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Depth {
    /// None: attributes only.
    None,
    /// The terminal's sixteen.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// All that RGB can name.
    True,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// As the environment says.
    #[default]
    Auto,
    /// This many.
    Exactly(Depth),
}

impl ColorChoice {
    /// The words of the flag and the key.
    pub const WORDS: [(&'static str, Self); 5] = [
        ("auto", Self::Auto),
        ("16", Self::Exactly(Depth::Sixteen)),
        ("256", Self::Exactly(Depth::Indexed)),
        ("true", Self::Exactly(Depth::True)),
        ("never", Self::Exactly(Depth::None)),
    ];

    /// The choice of a word.
    pub fn named(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(name, _)| *name == word).map(|(_, choice)| *choice)
    }

    /// How it is written.
    pub fn name(self) -> &'static str {
        Self::WORDS.iter().find(|(_, choice)| *choice == self).map_or("auto", |(name, _)| *name)
    }

    /// How many colours to use, from `NO_COLOR` (when it is not empty), `CLICOLOR`, `COLORTERM` and `TERM`.
    pub fn depth(self, variable: impl Fn(&str) -> Option<String>) -> Depth {
        match self {
            Self::Exactly(depth) => depth,
            Self::Auto => detected(|name| variable(name).unwrap_or_default()),
        }
    }
}

fn detected(variable: impl Fn(&str) -> String) -> Depth {
    if !variable("NO_COLOR").is_empty() || variable("CLICOLOR") == "0" {
        return Depth::None;
    }
    let term = variable("TERM");
    let most = by_name(&term);
    let says_true = matches!(variable("COLORTERM").as_str(), "truecolor" | "24bit");
    // GNU screen and old tmux hand COLORTERM on from outside, and take RGB for something else.
    let multiplexed = term.starts_with("screen");
    if says_true && most > Depth::None && !multiplexed { Depth::True } else { most }
}

/// What the name of a terminal tells.
fn by_name(term: &str) -> Depth {
    let colourless = ["vt100", "vt102", "vt220", "vt320", "dumb"];
    if colourless.iter().any(|name| term.starts_with(name)) || term.ends_with("-m") || term.ends_with("-mono")
    {
        Depth::None
    } else if term.ends_with("-direct") {
        Depth::True
    } else if term.contains("256color") {
        Depth::Indexed
    } else {
        Depth::Sixteen
    }
}

/// Red, green and blue.
pub(super) type Rgb = [u8; 3];

/// The sixteen colours as xterm has them: what "nearest" means for a terminal that has its own.
pub(super) const XTERM: [Rgb; 16] = [
    [0, 0, 0],
    [205, 0, 0],
    [0, 205, 0],
    [205, 205, 0],
    [0, 0, 238],
    [205, 0, 205],
    [0, 205, 205],
    [229, 229, 229],
    [127, 127, 127],
    [255, 0, 0],
    [0, 255, 0],
    [255, 255, 0],
    [92, 92, 255],
    [255, 0, 255],
    [0, 255, 255],
    [255, 255, 255],
];

/// The same of the Linux console (drivers/tty/vt/vt.c).
pub(super) const LINUX: [Rgb; 16] = [
    [0, 0, 0],
    [170, 0, 0],
    [0, 170, 0],
    [170, 85, 0],
    [0, 0, 170],
    [170, 0, 170],
    [0, 170, 170],
    [170, 170, 170],
    [85, 85, 85],
    [255, 85, 85],
    [85, 255, 85],
    [255, 255, 85],
    [85, 85, 255],
    [255, 85, 255],
    [85, 255, 255],
    [255, 255, 255],
];

/// Tango, which many terminals use on white.
pub(super) const TANGO: [Rgb; 16] = [
    [46, 52, 54],
    [204, 0, 0],
    [78, 154, 6],
    [196, 160, 0],
    [52, 101, 164],
    [117, 80, 123],
    [6, 152, 154],
    [211, 215, 207],
    [85, 87, 83],
    [239, 41, 41],
    [138, 226, 52],
    [252, 233, 79],
    [114, 159, 207],
    [173, 127, 168],
    [52, 226, 226],
    [238, 238, 236],
];

const NAMED: [Color; 16] = [
    Color::Black,
    Color::Red,
    Color::Green,
    Color::Yellow,
    Color::Blue,
    Color::Magenta,
    Color::Cyan,
    Color::Gray,
    Color::DarkGray,
    Color::LightRed,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightBlue,
    Color::LightMagenta,
    Color::LightCyan,
    Color::White,
];

/// Those on which black or white can be read, whatever the palette.
const GROUNDS: [Color; 9] = [
    Color::Black,
    Color::Red,
    Color::Blue,
    Color::Magenta,
    Color::Gray,
    Color::LightGreen,
    Color::LightYellow,
    Color::LightCyan,
    Color::White,
];

/// A colour and the background it is read on, as `depth` has them. One of the sixteen stays what it is.
///
/// Where the nearest two of the sixteen are hard to tell apart, the text becomes black or white.
pub(super) fn fit(fg: Option<Color>, bg: Option<Color>, depth: Depth) -> (Option<Color>, Option<Color>) {
    match depth {
        Depth::None => (None, None),
        Depth::True => (fg, bg),
        Depth::Indexed => (fg.map(indexed), bg.map(indexed)),
        Depth::Sixteen => {
            let (fg, bg) = (fg.map(|color| named(color, &NAMED)), bg.map(|color| named(color, &GROUNDS)));
            match (fg, bg) {
                (Some(text), Some(ground)) => (Some(readable(text, ground)), bg),
                _ => (fg, bg),
            }
        }
    }
}

/// Of the sixteen: `text`, unless it is hard to read on `ground` in one of the palettes; then black or white.
fn readable(text: Color, ground: Color) -> Color {
    let contrast = |text: Color| {
        let of = |palette: &[Rgb; 16]| {
            let rgb = |color| place(color).and_then(|place| palette.get(place)).copied();
            rgb(text).zip(rgb(ground)).map_or(1.0, |(text, ground)| contrast(text, ground))
        };
        [&XTERM, &LINUX, &TANGO].into_iter().map(of).fold(f64::INFINITY, f64::min)
    };
    if contrast(text) >= READABLE {
        text
    } else if contrast(Color::Black) > contrast(Color::White) {
        Color::Black
    } else {
        Color::White
    }
}

/// The least contrast of text (WCAG 2.2, 1.4.3).
pub(super) const READABLE: f64 = 4.5;

fn indexed(color: Color) -> Color {
    let Color::Rgb(r, g, b) = color else { return color };
    let table = (16..=255).map(|index| (index, of_index(index)));
    let nearest = table.min_by_key(|(_, rgb)| distance(*rgb, [r, g, b]));
    nearest.map_or(color, |(index, _)| Color::Indexed(index))
}

fn named(color: Color, choices: &[Color]) -> Color {
    let Color::Rgb(r, g, b) = color else { return color };
    let rgb = |choice: &Color| place(*choice).and_then(|place| XTERM.get(place)).copied();
    let nearest = choices.iter().min_by_key(|choice| rgb(choice).map(|rgb| distance(rgb, [r, g, b])));
    nearest.copied().unwrap_or(color)
}

/// The place of one of the sixteen.
pub(super) fn place(color: Color) -> Option<usize> {
    NAMED.iter().position(|named| *named == color)
}

/// What an index from 16 stands for: a cube of six steps a side, then 24 greys.
pub(super) const fn of_index(index: u8) -> Rgb {
    const fn step(n: u8) -> u8 {
        if n == 0 { 0 } else { 55 + 40 * n }
    }
    if index >= 232 {
        return [8 + 10 * (index - 232); 3];
    }
    let cube = index.saturating_sub(16);
    [step(cube / 36), step(cube / 6 % 6), step(cube % 6)]
}

/// How far apart two colours are, weighted as eyes do ("redmean").
fn distance(one: Rgb, two: Rgb) -> i64 {
    let [r, g, b] = [0, 1, 2].map(|n: usize| match (one.get(n), two.get(n)) {
        (Some(one), Some(two)) => i64::from(*one) - i64::from(*two),
        _ => 0,
    });
    let [red, ..] = one;
    let [other, ..] = two;
    let mean = i64::midpoint(i64::from(red), i64::from(other));
    (((512 + mean) * r * r) >> 8) + 4 * g * g + (((767 - mean) * b * b) >> 8)
}

/// How well two colours are told apart, from 1 to 21 (WCAG 2.2).
pub(super) fn contrast(one: Rgb, two: Rgb) -> f64 {
    let (one, two) = (luminance(one), luminance(two));
    (one.max(two) + 0.05) / (one.min(two) + 0.05)
}

fn luminance(rgb: Rgb) -> f64 {
    let [r, g, b] = rgb.map(linear);
    0.2126f64.mul_add(r, 0.7152f64.mul_add(g, 0.0722 * b))
}

/// The share of light of an sRGB value.
pub(super) fn linear(value: u8) -> f64 {
    let value = f64::from(value) / 255.0;
    if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn depth(choice: &str, variables: &[(&str, &str)]) -> Depth {
        let variable = |name: &str| {
            variables.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
        };
        ColorChoice::named(choice).unwrap().depth(variable)
    }

    #[test]
    fn pf_02_the_depth_comes_from_the_environment_alone() {
        for (term, colorterm, expected) in [
            ("xterm", "", Depth::Sixteen),
            ("linux", "", Depth::Sixteen),
            ("screen", "", Depth::Sixteen),
            ("screen", "truecolor", Depth::Sixteen),
            ("screen-256color", "truecolor", Depth::Indexed),
            ("tmux-256color", "truecolor", Depth::True),
            ("xterm-256color", "", Depth::Indexed),
            ("xterm-256color", "truecolor", Depth::True),
            ("xterm-256color", "24bit", Depth::True),
            ("xterm-direct", "", Depth::True),
            ("vt100", "", Depth::None),
            ("vt220", "truecolor", Depth::None),
            ("xterm-mono", "", Depth::None),
            ("unknown-xyz", "", Depth::Sixteen),
            ("", "", Depth::Sixteen),
        ] {
            assert_eq!(
                depth("auto", &[("TERM", term), ("COLORTERM", colorterm)]),
                expected,
                "{term} {colorterm}"
            );
        }
    }

    #[test]
    fn pf_03_no_color_counts_when_it_is_not_empty_and_nothing_else_was_asked_for() {
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(depth("auto", &[xterm, ("NO_COLOR", "1")]), Depth::None);
        assert_eq!(depth("auto", &[xterm, ("NO_COLOR", "")]), Depth::Indexed);
        assert_eq!(depth("auto", &[xterm, ("CLICOLOR", "0")]), Depth::None);
        assert_eq!(depth("auto", &[xterm, ("CLICOLOR", "1")]), Depth::Indexed);
        assert_eq!(depth("16", &[xterm, ("NO_COLOR", "1")]), Depth::Sixteen);
        assert_eq!(depth("256", &[("TERM", "vt100")]), Depth::Indexed);
        assert_eq!(depth("true", &[]), Depth::True);
        assert_eq!(depth("never", &[("COLORTERM", "truecolor")]), Depth::None);
        assert_eq!(ColorChoice::named("many"), None);
    }

    #[test]
    fn the_nearest_colour_is_found() {
        let rgb = |value: u32| Some(Color::from_u32(value));
        assert_eq!(
            fit(rgb(0x00_5f_87), rgb(0xff_ff_ff), Depth::Indexed),
            (Some(Color::Indexed(24)), Some(Color::Indexed(231)))
        );
        assert_eq!(fit(rgb(0xf0_10_10), None, Depth::Sixteen), (Some(Color::LightRed), None));
        assert_eq!(
            fit(Some(Color::Red), Some(Color::Gray), Depth::Indexed),
            (Some(Color::Red), Some(Color::Gray))
        );
        assert_eq!(fit(rgb(0xff_00_00), rgb(0), Depth::None), (None, None));
        // Both are nearest to the same grey, on which nothing could be read.
        assert_eq!(
            fit(rgb(0x80_80_80), rgb(0x7f_7f_7f), Depth::Sixteen),
            (Some(Color::Black), Some(Color::Gray))
        );
    }

    #[test]
    fn a23_on_every_ground_of_the_sixteen_black_or_white_can_be_read() {
        for ground in NAMED {
            let text = readable(ground, ground);
            let can_be_read = [XTERM, LINUX, TANGO].iter().all(|palette| {
                contrast(palette[place(text).unwrap()], palette[place(ground).unwrap()]) >= READABLE
            });
            assert_eq!(can_be_read, GROUNDS.contains(&ground), "{text:?} on {ground:?}");
        }
    }
}
