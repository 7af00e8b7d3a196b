//! Roles to styles: the only room that names colours.
//!
//! A [`Theme`] is a file of `assets/themes`. It is written for a terminal with all colours and
//! [fitted](Theme::on) to the [`Surface`] there is: fewer colours, none, or ASCII only. Whatever a colour says, a
//! letter, a word or an attribute says as well.

mod depth;
mod sheet;
mod surface;

#[cfg(test)]
mod eyes;

use std::sync::LazyLock;

use ratatui::style::Style;

pub use depth::{ColorChoice, Depth};
pub use surface::Surface;

use sheet::Sheet;

/// Makes the enum, the list of its values, and their names in the files.
macro_rules! roles {
    ($($(#[$doc:meta])* $variant:ident = $name:literal;)+) => {
        /// What a piece of text is, as far as its looks go.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Role { $($(#[$doc])* $variant,)+ }

        impl Role {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in the files.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }
        }
    };
}

roles! {
    /// Plain text.
    Text = "text";
    /// Less important: labels, ages.
    Dim = "dim";
    /// Rules and frames.
    Border = "border";
    /// Rules and frames of what has the keyboard.
    ActiveBorder = "active-border";
    /// Names of panes and windows.
    Title = "title";
    /// The selected row.
    Selected = "selected";
    /// The part of a row that the filter matched.
    Match = "match";
    /// A key in a hint.
    Key = "key";
    /// Done, verified, ready.
    Good = "good";
    /// Needs a look.
    Warning = "warning";
    /// Failed, refused, damaged.
    Bad = "bad";
    /// A text field.
    Field = "field";
    /// The focused button.
    Focused = "focused";
    /// The badge of the demo and other safe places.
    Badge = "badge";
    /// What an operator would write: connection values in dialogs.
    Value = "value";
    /// The mark of a text that was cut.
    Cut = "cut";
}

/// What can be asked for: `auto`, or a theme by its name.
pub const NAMES: &[&str] =
    &["auto", "default", "light", "dark", "high-contrast", "deuteranopia", "tritanopia", "mono"];

/// The files, the default first.
const FILES: [&str; 7] = [
    include_str!("../../assets/themes/default.toml"),
    include_str!("../../assets/themes/light.toml"),
    include_str!("../../assets/themes/dark.toml"),
    include_str!("../../assets/themes/high-contrast.toml"),
    include_str!("../../assets/themes/deuteranopia.toml"),
    include_str!("../../assets/themes/tritanopia.toml"),
    include_str!("../../assets/themes/mono.toml"),
];

#[expect(clippy::expect_used, reason = "the files are part of the program; a test reads them all")]
static SHEETS: LazyLock<Vec<Sheet>> = LazyLock::new(|| {
    FILES.iter().map(|text| Sheet::parse(text).expect("a theme as shipped is valid")).collect()
});

/// The looks of every role, by name. The default is the terminal's own sixteen colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Theme(usize);

impl Theme {
    /// No colours.
    const MONO: Self = Self(FILES.len() - 1);

    /// Every theme there is, the default first.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..FILES.len()).map(Self)
    }

    /// The theme of a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|theme| theme.name() == name)
    }

    /// The theme of a name; for `auto`, that of the background the terminal names in `COLORFGBG`, if it does. The
    /// terminal is not asked.
    pub fn chosen(name: &str, variable: impl Fn(&str) -> Option<String>) -> Self {
        Self::named(name).unwrap_or_else(|| Self::fitting(variable))
    }

    fn fitting(variable: impl Fn(&str) -> Option<String>) -> Self {
        let named = |name| Self::named(name).unwrap_or_default();
        match surface::is_dark(&variable("COLORFGBG").unwrap_or_default()) {
            Some(true) => named("dark"),
            Some(false) => named("light"),
            None => Self::default(),
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.sheet().map_or("", |sheet| sheet.name.as_str())
    }

    /// What it is, in a few words.
    pub fn summary(self) -> &'static str {
        self.sheet().map_or("", |sheet| sheet.summary.as_str())
    }

    /// The theme as a terminal can show it.
    pub fn on(self, surface: Surface) -> Palette {
        let theme = if surface.depth == Depth::None { Self::MONO } else { self };
        let mut styles = [Style::new(); Role::ALL.len()];
        for (style, role) in styles.iter_mut().zip(Role::ALL) {
            let wanted = theme.sheet().map(|sheet| sheet.style(*role)).unwrap_or_default();
            *style = surface.fit(wanted);
        }
        Palette { styles, ascii: surface.ascii }
    }

    fn sheet(self) -> Option<&'static Sheet> {
        SHEETS.get(self.0)
    }
}

/// A theme on a terminal: what painters use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    styles: [Style; Role::ALL.len()],
    /// Whether every cell must be ASCII.
    pub ascii: bool,
}

impl Palette {
    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn e22_every_theme_is_valid_and_has_its_own_name() {
        for text in FILES {
            Sheet::parse(text).unwrap();
        }
        let names: Vec<_> = Theme::all().map(Theme::name).collect();
        assert_eq!(names, &NAMES[1..]);
        for theme in Theme::all() {
            assert_eq!(Theme::named(theme.name()), Some(theme));
            assert!(!theme.summary().is_empty());
        }
        assert_eq!(Theme::named("pink"), None);
    }

    #[test]
    fn pf_03_without_colours_the_selection_is_still_visible_in_every_theme() {
        for theme in Theme::all() {
            let palette = theme.on(Surface { depth: Depth::None, ..Surface::default() });
            for role in Role::ALL {
                let style = palette.style(*role);
                assert_eq!((style.fg, style.bg), (None, None), "{} {role:?}", theme.name());
            }
            for role in [Role::Selected, Role::Focused, Role::Badge, Role::Bad, Role::Match] {
                assert_ne!(palette.style(role), palette.style(Role::Text), "{role:?}");
            }
        }
    }

    #[test]
    fn e24_light_or_dark_follows_what_the_terminal_says_of_itself() {
        let theme = |value: &str| Theme::chosen("auto", |_| Some(value.to_owned())).name();
        for (value, expected) in [
            ("15;0", "dark"),
            ("0;15", "light"),
            ("0;default;15", "light"),
            ("12;8", "dark"),
            ("default;default", "default"),
            ("", "default"),
            ("15;300", "default"),
            ("nonsense", "default"),
        ] {
            assert_eq!(theme(value), expected, "{value:?}");
        }
        assert_eq!(Theme::chosen("auto", |_| None).name(), "default");
        assert_eq!(Theme::chosen("mono", |_| Some("15;0".to_owned())).name(), "mono");
    }
}
