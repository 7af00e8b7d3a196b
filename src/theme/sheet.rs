//! A theme file: a name, a summary, and for each role a style such as `#ffffff on #005f87 bold`.

use std::collections::BTreeMap;

use ratatui::style::{Color, Modifier, Style};
use serde::Deserialize;
use thiserror::Error;

use super::Role;

/// A theme as it is written.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) name: String,
    pub(super) summary: String,
    styles: Vec<Style>,
}

/// What is wrong with a theme file.
#[derive(Debug, Error)]
pub(super) enum SheetError {
    #[error(transparent)]
    Toml(#[from] toml::de::Error),
    #[error("role `{0}`: `{1}` is neither a colour nor an attribute")]
    Word(&'static str, String),
    #[error("role `{0}` is missing, or one is there that is none")]
    Roles(&'static str),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    summary: String,
    roles: BTreeMap<String, String>,
}

impl Sheet {
    pub(super) fn parse(text: &str) -> Result<Self, SheetError> {
        let mut file: File = toml::from_str(text)?;
        let mut styles = Vec::with_capacity(Role::ALL.len());
        for role in Role::ALL {
            let written = file.roles.remove(role.name()).ok_or(SheetError::Roles(role.name()))?;
            styles.push(style(&written).map_err(|word| SheetError::Word(role.name(), word))?);
        }
        if !file.roles.is_empty() {
            return Err(SheetError::Roles("none"));
        }
        Ok(Self { name: file.name, summary: file.summary, styles })
    }

    pub(super) fn style(&self, role: Role) -> Style {
        self.styles.get(role as usize).copied().unwrap_or_default()
    }
}

/// Reads `#ffffff on #005f87 bold`; the word it does not know otherwise.
fn style(written: &str) -> Result<Style, String> {
    let mut style = Style::new();
    let mut words = written.split_whitespace();
    while let Some(word) = words.next() {
        style = match word {
            "bold" => style.add_modifier(Modifier::BOLD),
            "faint" => style.add_modifier(Modifier::DIM),
            "underline" => style.add_modifier(Modifier::UNDERLINED),
            "reverse" => style.add_modifier(Modifier::REVERSED),
            "on" => style.bg(words.next().and_then(color).ok_or_else(|| word.to_owned())?),
            word => style.fg(color(word).ok_or_else(|| word.to_owned())?),
        };
    }
    Ok(style)
}

fn color(word: &str) -> Option<Color> {
    if let Some(hex) = word.strip_prefix('#') {
        let value = u32::from_str_radix(hex, 16).ok().filter(|_| hex.len() == 6)?;
        return Some(Color::from_u32(value));
    }
    Some(match word {
        "black" => Color::Black,
        "red" => Color::Red,
        "green" => Color::Green,
        "yellow" => Color::Yellow,
        "blue" => Color::Blue,
        "magenta" => Color::Magenta,
        "cyan" => Color::Cyan,
        "white" => Color::Gray,
        "bright-black" => Color::DarkGray,
        "bright-red" => Color::LightRed,
        "bright-green" => Color::LightGreen,
        "bright-yellow" => Color::LightYellow,
        "bright-blue" => Color::LightBlue,
        "bright-magenta" => Color::LightMagenta,
        "bright-cyan" => Color::LightCyan,
        "bright-white" => Color::White,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_colours_and_attributes() {
        assert_eq!(
            style("#ffffff on #005f87 bold"),
            Ok(Style::new().fg(Color::Rgb(255, 255, 255)).bg(Color::Rgb(0, 0x5f, 0x87)).bold())
        );
        assert_eq!(style("bright-white on red"), Ok(Style::new().fg(Color::White).bg(Color::Red)));
        assert_eq!(style(""), Ok(Style::new()));
        for wrong in ["pink", "#fff", "red on", "#gggggg"] {
            assert!(style(wrong).is_err(), "{wrong}");
        }
    }
}
