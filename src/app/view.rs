//! Which of the two lists is shown, and the way between them.
//!
//! From a connection `Enter` leads to the organizations on it: the other list, narrowed. That is a detour: what the
//! list was narrowed by before is kept, and `Esc` puts it back and leads to where one came from.

use super::connections::{Of, Row};
use super::list::RowKey;
use super::notice::Notice;
use super::query::quoted;
use super::state::State;
use crate::layout::Pane;

/// The list that is shown, and the detail with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The organizations.
    #[default]
    Organizations,
    /// The connections they use.
    Connections,
}

/// A visit to the organizations of one connection.
#[derive(Clone, Debug, PartialEq)]
pub struct Detour {
    /// What narrows the organizations to those of the connection.
    pub filter: String,
    /// What narrowed them before; empty for nothing.
    before: String,
    /// The organization that was selected before.
    selected: Option<RowKey>,
}

/// Shows the connections as they were left; a visit to the organizations of one ends.
pub(super) fn show_connections(state: &mut State) {
    if let Some(detour) = state.detour.take() {
        let wall_clock = state.wall_clock();
        state.list.show_only(&detour.before, wall_clock);
        if let Some(key) = &detour.selected {
            state.list.select_key(key);
        }
    }
    enter(state, View::Connections);
    state.know_connections();
}

/// Shows the connections, with that of the selected organization selected.
pub(super) fn show_connection_of_row(state: &mut State) {
    let named = state.list.organization().map(|organization| organization.connection.clone());
    show_connections(state);
    if let Some(named) = named {
        state.connection_list.select_named(&named);
    }
}

/// Shows the organizations as they were left.
pub(super) fn show_organizations(state: &mut State) {
    enter(state, View::Organizations);
}

fn enter(state: &mut State, view: View) {
    (state.view, state.pane, state.count) = (view, Pane::List, None);
    state.fit();
}

/// Shows the organizations on the selected connection.
pub(super) fn show_users(state: &mut State) {
    let Some(row) = state.connection_list.row() else { return };
    if row.uses == 0 {
        let words = nobody(state, row);
        state.notice = Some(Notice::info(words, state.now));
        return;
    }
    let filter = filter_of(row);
    let detour = Detour {
        before: if state.list.filter.is_empty() {
            String::new()
        } else {
            state.list.filter.field.text().to_owned()
        },
        selected: state.list.selected.clone(),
        filter: filter.clone(),
    };
    state.detour = Some(Box::new(detour));
    enter(state, View::Organizations);
    let wall_clock = state.wall_clock();
    state.list.show_only(&filter, wall_clock);
}

fn nobody(state: &State, row: &Row) -> String {
    let name = row.title();
    match (state.connection_list.complete.words(), &row.of) {
        (_, Of::Damaged { .. }) => "a damaged record: which organizations use it cannot be said".to_owned(),
        (None, _) => format!("no organization uses {name}"),
        (Some(why), _) => format!("no organization read so far uses {name}: {why}"),
    }
}

/// Most bytes of a name in the filter; the rest of a longer one is `*`.
const MOST_NAME: usize = 256;

/// What shows the organizations that name a connection, by its name, its id, or both: two that differ in letter case
/// alone are two.
fn filter_of(row: &Row) -> String {
    let values: Vec<String> = row
        .named
        .iter()
        .map(|named| {
            let (shown, cut) = named.display_head(MOST_NAME);
            format!("{}{}", quoted(shown.as_str()), if cut { "*" } else { "" })
        })
        .collect();
    format!("connection=={}", values.join("|"))
}

/// `Esc` in the organizations, as far as it is about what narrows them; says whether it was.
pub(super) fn peel_filter(state: &mut State) -> bool {
    let filter = &state.list.filter;
    let is_narrowed = filter.editing || !filter.is_empty();
    match &state.detour {
        Some(detour) if !filter.editing && filter.field.text() == detour.filter => show_connections(state),
        Some(detour) => {
            let (filter, wall_clock) = (detour.filter.clone(), state.wall_clock());
            state.list.show_only(&filter, wall_clock);
        }
        None if is_narrowed => state.list.clear_filter(),
        None => return false,
    }
    true
}
