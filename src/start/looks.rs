//! What the terminal can show and in which theme, from settings and environment; the terminal is not asked.

use crate::cli::Dashboard;
use crate::config::{ColorChoice, Config};
use crate::text;
use crate::theme::{Surface, Theme};

/// The looks of a run.
#[derive(Clone, Copy)]
pub(super) struct Looks {
    pub(super) surface: Surface,
    pub(super) theme: Theme,
}

impl Looks {
    pub(super) fn configured(config: &Config) -> Self {
        Self::new(config.color, config.ascii.asked(), &config.theme)
    }

    /// Those of the demo, which come from the flags alone.
    pub(super) fn of_the_demo(flags: &Dashboard) -> Self {
        let color = flags.given.color.as_deref().and_then(ColorChoice::named).unwrap_or_default();
        let theme = flags.given.theme.as_deref().unwrap_or("auto");
        Self::new(color, flags.given.ascii.then_some(true), theme)
    }

    fn new(color: ColorChoice, ascii: Option<bool>, theme: &str) -> Self {
        let surface = Surface::detect(color, ascii, variable);
        if surface.ascii {
            text::show_only_ascii();
        }
        Self { surface, theme: Theme::chosen(theme, variable) }
    }
}

/// An environment variable, as far as it can be read.
fn variable(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}
