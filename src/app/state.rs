//! PLACEHOLDER on this branch only: main has the real one.
use super::{Effect, Settings, Stamped};
use crate::domain::Moment;
use crate::keymap::Keymap;
use ratatui::layout::Size;
/// State.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// settings
    pub settings: Settings,
    /// size
    pub size: Size,
}
impl State {
    /// New.
    pub fn new(size: Size, settings: Settings) -> Self {
        Self { settings, size }
    }
}
/// Update.
pub fn update(state: &mut State, keymap: &Keymap, event: Stamped) -> Vec<Effect> {
    let _ = (state, keymap, event);
    Vec::new()
}
/// Next.
pub fn next_deadline(state: &State) -> Option<Moment> {
    let _ = state;
    None
}
