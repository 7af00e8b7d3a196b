//! Roles to styles: the only file that names a colour.
//!
//! Colours are the terminal's own sixteen, so that they fit its background; every state that has a colour
//! also has a letter, a word or an attribute, so nothing is lost without colours.

use ratatui::style::{Color, Modifier, Style};

/// The themes by name.
pub const NAMES: &[&str] = &["default"];

/// What a piece of text is, as far as its looks go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Plain text.
    Text,
    /// Less important: labels, ages, marks of a cut.
    Dim,
    /// Rules and frames.
    Border,
    /// Rules and frames of what has the keyboard.
    ActiveBorder,
    /// Names of panes and windows.
    Title,
    /// The selected row.
    Selected,
    /// The part of a row that the filter matched.
    Match,
    /// A key in a hint.
    Key,
    /// Done, verified, ready.
    Good,
    /// Needs a look.
    Warning,
    /// Failed, refused, damaged.
    Bad,
    /// A text field.
    Field,
    /// The focused button.
    Focused,
    /// The badge of the demo and other safe places.
    Badge,
    /// What an operator would write: connection values in dialogs.
    Value,
}

/// How many colours to use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Colors {
    /// None: attributes only.
    None,
    /// The terminal's sixteen.
    Sixteen,
}

/// The looks of every role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    colors: Colors,
}

impl Theme {
    /// The theme for so many colours.
    pub const fn new(colors: Colors) -> Self {
        Self { colors }
    }

    /// The style of a role.
    pub fn style(&self, role: Role) -> Style {
        let style = attributes(role);
        match (self.colors, color(role)) {
            (Colors::Sixteen, Some(color)) => style.fg(color),
            _ => style,
        }
    }
}

fn attributes(role: Role) -> Style {
    let style = Style::new();
    match role {
        Role::Text | Role::Border | Role::Good | Role::Value => style,
        Role::Dim => style.add_modifier(Modifier::DIM),
        Role::ActiveBorder | Role::Title | Role::Key | Role::Warning | Role::Bad => {
            style.add_modifier(Modifier::BOLD)
        }
        Role::Selected | Role::Focused | Role::Badge => style.add_modifier(Modifier::REVERSED),
        Role::Match | Role::Field => style.add_modifier(Modifier::UNDERLINED),
    }
}

const fn color(role: Role) -> Option<Color> {
    match role {
        Role::Text
        | Role::Dim
        | Role::Border
        | Role::Selected
        | Role::Focused
        | Role::Title
        | Role::Field => None,
        Role::ActiveBorder | Role::Key | Role::Value => Some(Color::Cyan),
        Role::Match | Role::Warning => Some(Color::Yellow),
        Role::Good => Some(Color::Green),
        Role::Bad => Some(Color::Red),
        Role::Badge => Some(Color::Magenta),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pf_03_without_colours_the_selection_is_still_visible() {
        let theme = Theme::new(Colors::None);
        assert_eq!(theme.style(Role::Selected).fg, None);
        assert_ne!(theme.style(Role::Selected), theme.style(Role::Text));
        assert_ne!(theme.style(Role::Focused), theme.style(Role::Text));
    }
}
