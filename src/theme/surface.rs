//! What a terminal can show, as far as its environment tells. It is never asked: an answer can be late, wrong or
//! missing, and a late one would be taken for keys.

use ratatui::style::{Modifier, Style};

use super::depth::{ColorChoice, Depth, fit};

/// What a terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surface {
    /// How many colours.
    pub depth: Depth,
    /// Whether faint text can be read. The Linux console draws it in dark grey, at a contrast of 2.8.
    pub faint: bool,
    /// Whether only ASCII can be shown.
    pub ascii: bool,
}

impl Default for Surface {
    /// A terminal like most: sixteen colours, UTF-8.
    fn default() -> Self {
        Self { depth: Depth::Sixteen, faint: true, ascii: false }
    }
}

impl Surface {
    /// What the environment tells, where nothing else was asked for.
    pub fn detect(
        color: ColorChoice,
        ascii: Option<bool>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Self {
        Self {
            depth: color.depth(&variable),
            faint: variable("TERM").as_deref() != Some("linux"),
            ascii: ascii.unwrap_or_else(|| !is_utf8(&variable)),
        }
    }

    pub(super) fn fit(self, style: Style) -> Style {
        let (fg, bg) = fit(style.fg, style.bg, self.depth);
        let style = Style { fg, bg, ..style };
        if self.faint {
            return style;
        }
        Style { add_modifier: style.add_modifier.difference(Modifier::DIM), ..style }
    }
}

/// Whether the locale is one of UTF-8: the first of the three variables that is set and not empty decides (POSIX,
/// "Environment Variables", 8.2). Without any it is `C`.
fn is_utf8(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = |name| variable(name).filter(|value| !value.is_empty());
    let locale = set("LC_ALL").or_else(|| set("LC_CTYPE")).or_else(|| set("LANG")).unwrap_or_default();
    let charset = locale.split_once('.').map_or("", |(_, charset)| charset);
    let charset = charset.split('@').next().unwrap_or_default();
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether the background named in `COLORFGBG` (`15;0`, or `15;default;0`) is dark.
pub(super) fn is_dark(value: &str) -> Option<bool> {
    let background: u8 = value.rsplit_once(';')?.1.parse().ok()?;
    match background {
        0..=6 | 8 => Some(true),
        7 | 9..=15 => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pf_04_a_locale_that_is_not_utf8_means_ascii() {
        for (all, ctype, lang, ascii) in [
            ("", "", "de_DE.UTF-8", false),
            ("", "", "en_US.utf8", false),
            ("", "", "sr_RS.UTF-8@latin", false),
            ("", "", "C.UTF-8", false),
            ("", "", "C", true),
            ("", "", "POSIX", true),
            ("", "", "", true),
            ("", "", "de_DE.ISO-8859-1", true),
            ("", "", "de_DE@euro", true),
            ("C", "en_US.UTF-8", "en_US.UTF-8", true),
            ("", "C", "en_US.UTF-8", true),
            ("", "en_US.UTF-8", "C", false),
            ("en_US.UTF-8", "", "C", false),
        ] {
            let variable = |name: &str| {
                let table = [("LC_ALL", all), ("LC_CTYPE", ctype), ("LANG", lang)];
                table.iter().find(|(other, _)| *other == name).map(|(_, value)| (*value).to_owned())
            };
            let surface = Surface::detect(ColorChoice::Auto, None, variable);
            assert_eq!(surface.ascii, ascii, "{all:?} {ctype:?} {lang:?}");
            for asked in [true, false] {
                assert_eq!(Surface::detect(ColorChoice::Auto, Some(asked), variable).ascii, asked);
            }
        }
    }

    #[test]
    fn the_console_gets_nothing_faint() {
        let term = |name: &'static str| move |variable: &str| (variable == "TERM").then(|| name.to_owned());
        let dim = Style::new().dim();
        assert_eq!(Surface::detect(ColorChoice::Auto, None, term("linux")).fit(dim), Style::new());
        assert_eq!(Surface::detect(ColorChoice::Auto, None, term("xterm")).fit(dim), dim);
    }
}
