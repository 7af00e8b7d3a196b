//! What the terminal can show and in which theme, from settings and environment; the terminal is not asked.

use crate::cli::Dashboard;
use crate::config::{ColorChoice, Config};
use crate::text;
use crate::theme::{Surface, Theme};

/// What can be shown, for the whole run.
pub(super) fn surface(config: &Config) -> Surface {
    detect(config.color, config.ascii.asked())
}

/// The same for the demo, by its flags alone.
pub(super) fn surface_of_the_demo(flags: &Dashboard) -> Surface {
    let color = flags.given.color.as_deref().and_then(ColorChoice::named).unwrap_or_default();
    detect(color, flags.given.ascii.then_some(true))
}

/// The theme of a place.
pub(super) fn theme(config: &Config) -> Theme {
    Theme::chosen(&config.theme, variable)
}

/// The theme of the demo.
pub(super) fn theme_of_the_demo(flags: &Dashboard) -> Theme {
    Theme::chosen(flags.given.theme.as_deref().unwrap_or("auto"), variable)
}

fn detect(color: ColorChoice, ascii: Option<bool>) -> Surface {
    let surface = Surface::detect(color, ascii, variable);
    if surface.ascii {
        text::show_only_ascii();
    }
    surface
}

/// An environment variable, as far as it can be read.
pub(super) fn variable(name: &str) -> Option<String> {
    Some(std::env::var_os(name)?.to_string_lossy().into_owned())
}
