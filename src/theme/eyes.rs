//! Whether every theme can be read: contrast after WCAG 2.2, and colours as colour-blind eyes see them.
//!
//! What is assumed of the terminal, where a theme leaves a colour to it: the sixteen colours and the two of plain
//! text are those of one of the three palettes below, and faint text is drawn at two thirds of the way from the
//! background to the text (VTE, foot, Alacritty; the Linux console, which does worse, gets none).

use ratatui::style::{Color, Modifier, Style};

use super::depth::{LINUX, READABLE, Rgb, TANGO, XTERM, contrast, linear, of_index, place};
use super::{Depth, Role, Surface, Theme};

/// What a terminal makes of the sixteen colours, and of plain text.
struct Screen {
    name: &'static str,
    sixteen: [Rgb; 16],
    fg: Rgb,
    bg: Rgb,
    faint: bool,
}

const SCREENS: [Screen; 3] = [
    Screen { name: "xterm", sixteen: XTERM, fg: [229; 3], bg: [0; 3], faint: true },
    Screen { name: "linux", sixteen: LINUX, fg: [170; 3], bg: [0; 3], faint: false },
    Screen { name: "light", sixteen: TANGO, fg: [0; 3], bg: [255; 3], faint: true },
];

impl Screen {
    fn rgb(&self, color: Color) -> Rgb {
        match color {
            Color::Rgb(r, g, b) => [r, g, b],
            Color::Indexed(index) => of_index(index),
            named => self.sixteen[place(named).unwrap()],
        }
    }

    /// The two colours in which a style is seen: text and background.
    fn seen(&self, style: Style) -> (Rgb, Rgb) {
        let fg = style.fg.map_or(self.fg, |color| self.rgb(color));
        let bg = style.bg.map_or(self.bg, |color| self.rgb(color));
        let has = |modifier| style.add_modifier.contains(modifier);
        let (fg, bg) = if has(Modifier::REVERSED) { (bg, fg) } else { (fg, bg) };
        let mix = |n: usize| u8::try_from((u32::from(fg[n]) * 2 + u32::from(bg[n])) / 3).unwrap();
        (if has(Modifier::DIM) { [0, 1, 2].map(mix) } else { fg }, bg)
    }

    fn surface(&self, depth: Depth) -> Surface {
        Surface { depth, faint: self.faint, ascii: false }
    }
}

const DEPTHS: [Depth; 4] = [Depth::None, Depth::Sixteen, Depth::Indexed, Depth::True];

/// Rules and frames are no text: 3:1 is asked of them (WCAG 2.2, 1.4.11).
const fn least(role: Role) -> f64 {
    if matches!(role, Role::Border) { 3.0 } else { READABLE }
}

#[test]
fn a23_every_role_of_every_theme_can_be_read_at_every_depth() {
    for (theme, screen) in Theme::all().flat_map(|theme| SCREENS.iter().map(move |screen| (theme, screen))) {
        for depth in DEPTHS {
            let palette = theme.on(screen.surface(depth));
            for role in Role::ALL {
                let (fg, bg) = screen.seen(palette.style(*role));
                let contrast = contrast(fg, bg);
                let place = format!("{} {depth:?} on {}: {role:?} {contrast:.2}", theme.name(), screen.name);
                assert!(contrast >= least(*role), "{place}");
                let high = theme.name() == "high-contrast" && depth >= Depth::Indexed;
                assert!(!high || contrast >= 7.0, "{place}");
            }
        }
    }
}

#[test]
fn a23_what_was_chosen_for_256_colours_is_the_same_in_true_colour() {
    for theme in Theme::all() {
        let [few, many] = [Depth::Indexed, Depth::True].map(|depth| theme.on(SCREENS[0].surface(depth)));
        for role in Role::ALL {
            let seen = |palette: super::Palette| SCREENS[0].seen(palette.style(*role));
            assert_eq!(seen(few), seen(many), "{} {role:?}", theme.name());
        }
    }
}

/// Linear RGB as dichromats see it (Machado, Oliveira, Fernandes 2009, severity 1).
struct Eyes {
    name: &'static str,
    matrix: [[f64; 3]; 3],
    /// The theme for them.
    theme: &'static str,
}

const EYES: [Eyes; 3] = [
    Eyes {
        name: "protanopia",
        matrix: [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        theme: "deuteranopia",
    },
    Eyes {
        name: "deuteranopia",
        matrix: [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        theme: "deuteranopia",
    },
    Eyes {
        name: "tritanopia",
        matrix: [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
        theme: "tritanopia",
    },
];

impl Eyes {
    fn see(&self, rgb: Rgb) -> [f64; 3] {
        let light = rgb.map(linear);
        self.matrix.map(|row| (0..3).map(|n| row[n] * light[n]).sum::<f64>().clamp(0.0, 1.0))
    }
}

/// CIE L*a*b* of linear RGB.
fn lab(rgb: [f64; 3]) -> [f64; 3] {
    // To XYZ, relative to white (D65).
    let matrix = [[0.4339, 0.3762, 0.1899], [0.2126, 0.7152, 0.0722], [0.0177, 0.1095, 0.8728]];
    let [x, y, z] = matrix.map(|row: [f64; 3]| {
        let t: f64 = (0..3).map(|n| row[n] * rgb[n]).sum();
        if t > 0.008_856 { t.cbrt() } else { 7.787 * t + 16.0 / 116.0 }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// How different two colours are (CIE 1976); 2.3 is just noticed side by side.
fn difference(one: [f64; 3], two: [f64; 3]) -> f64 {
    let (one, two) = (lab(one), lab(two));
    (0..3).map(|n| (one[n] - two[n]).powi(2)).sum::<f64>().sqrt()
}

#[test]
fn a23_the_states_are_told_apart_by_colour_blind_eyes_in_their_theme() {
    let states = [Role::Text, Role::Good, Role::Warning, Role::Bad];
    for eyes in EYES {
        let palette = Theme::named(eyes.theme).unwrap().on(SCREENS[0].surface(Depth::Indexed));
        let seen = states.map(|role| SCREENS[0].seen(palette.style(role)));
        for (nth, (one, _)) in seen.iter().enumerate() {
            for (other, (two, _)) in seen.iter().enumerate().skip(nth + 1) {
                let difference = difference(eyes.see(*one), eyes.see(*two));
                assert!(
                    difference >= 20.0,
                    "{}: {:?} {:?} {difference:.1}",
                    eyes.name,
                    states[nth],
                    states[other]
                );
            }
        }
    }
}

#[test]
fn the_simulation_leaves_grey_alone_and_confuses_what_such_eyes_confuse() {
    for eyes in EYES {
        assert!(difference(eyes.see([128; 3]), [128; 3].map(linear)) < 1.0, "{}", eyes.name);
    }
    let [protan, deutan, tritan] = &EYES;
    let apart = |eyes: &Eyes, one, two| difference(eyes.see(one), eyes.see(two));
    let (red, green, blue, teal) = ([204, 51, 51], [110, 120, 40], [60, 130, 160], [40, 140, 120]);
    assert!(apart(deutan, red, green) < 0.5 * difference(red.map(linear), green.map(linear)));
    assert!(apart(protan, red, green) < 0.5 * difference(red.map(linear), green.map(linear)));
    assert!(apart(tritan, blue, teal) < 0.7 * difference(blue.map(linear), teal.map(linear)));
}
