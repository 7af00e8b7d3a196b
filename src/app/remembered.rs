//! What is remembered of a place from run to run: how its list is shown, and what was typed there. Never a secret, and
//! nothing that a server said but names of fields.

use super::effect::Effect;
use super::history::History;
use super::list::{Columns, Sort};
use super::state::State;

/// It, as it stands in a file: in the words in which it could be typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Remembered {
    /// The order, such as `connection,-updated`; empty is the usual one.
    pub sort: String,
    /// The columns, such as `name:30,connection`; empty are the usual ones.
    pub columns: String,
    /// Whether whole values are shown.
    pub wide: bool,
    /// Filters, the latest last.
    pub filters: Vec<String>,
    /// Commands of the palette, the latest last.
    pub commands: Vec<String>,
}

/// Shows the list as it was shown the last time. What cannot be understood any more is as usual.
pub(super) fn restore(state: &mut State) {
    let Some(memory) = state.settings.memory.clone() else { return };
    let others = state.list.rows.others_mut();
    others.learn(&memory.sort);
    others.learn(&memory.columns);
    let columns = Columns::parse(&memory.columns, others).unwrap_or_default();
    state.list.columns = columns.widened(memory.wide);
    if let Ok(sort) = Sort::parse(&memory.sort, state.list.rows.others()) {
        state.list.sort_by(sort);
    }
    state.list.filter.history = History::holding(memory.filters);
    state.commands = History::holding(memory.commands);
}

/// What is to be written down, if that is something else than the last time.
pub(super) fn remember(state: &mut State) -> Option<Effect> {
    let known = state.settings.memory.as_ref()?;
    let list = &state.list;
    let others = list.rows.others();
    let sort = if list.sort == Sort::default() { String::new() } else { list.sort.words(others) };
    let columns = list.columns.words(others).unwrap_or_default();
    let (filters, commands) = (list.filter.history.lines(), state.commands.lines());
    let same = known.sort == sort && known.columns == columns && known.wide == list.columns.wide;
    if same && known.filters == filters && known.commands == commands {
        return None;
    }
    let (filters, commands) = (filters.to_vec(), commands.to_vec());
    let remembered = Remembered { sort, columns, wide: list.columns.wide, filters, commands };
    state.settings.memory = Some(remembered.clone());
    let profile = state.settings.destination.profile.clone();
    Some(Effect::Remember { profile, remembered: Box::new(remembered) })
}
