//! PLACEHOLDER on this branch only: main has the real one.
use crate::{app::State, keymap::Keymap, theme::Theme};
use ratatui::Frame;
/// Look.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    /// theme
    pub theme: &'a Theme,
    /// keys
    pub keymap: &'a Keymap,
}
/// View.
pub fn view(state: &State, look: Look<'_>, frame: &mut Frame<'_>) {
    let _ = (state, look, frame);
}
