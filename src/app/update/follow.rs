//! Which record the detail shows: that of the selection, at once or when it rests.

use crate::app::connections;
use crate::app::detail;
use crate::app::list::RowKey;
use crate::app::state::State;
use crate::app::view::View;
use crate::domain::Moment;
use crate::layout::{Pane, SizeClass};

/// Lets the detail follow the selection: at once, but while it is moved by keys only when it rests.
///
/// Until then the detail keeps its record, which its title names. Beside a list that scrolls it is empty: what
/// stands still there would have to be written again for each row.
pub(super) fn follow_selection(
    state: &mut State,
    by_key: bool,
    organization: &(Option<RowKey>, usize),
    connection: &(Option<connections::RowKey>, usize),
) {
    let free = by_key && state.pane == Pane::List && state.modals.is_empty() && !state.filter().editing;
    let rest = if state.link.is_low() { detail::LONG_REST } else { detail::REST };
    let beside = SizeClass::of(state.size) >= SizeClass::L;
    let how = |moved: bool, scrolled: bool| match (free && moved, by_key) {
        (true, _) => Step::Moved { until: state.now + rest, empty: scrolled && beside },
        (false, true) => Step::Rested,
        (false, false) => Step::Waited { now: state.now },
    };
    let step = how(state.list.selected != organization.0, state.list.offset != organization.1);
    let shown = &mut state.detail;
    step.follow((&mut shown.shows, &mut shown.follows_at, &mut shown.scroll), state.list.selected.as_ref());
    if state.detail.follows_at.is_none() {
        let in_sight = state.view == View::Organizations && state.modals.is_empty();
        state.list.rested = in_sight && !state.list.filter.editing;
    }
    let list = &mut state.connection_list;
    let step = how(list.selected != connection.0, list.offset != connection.1);
    let shown = &mut list.detail;
    step.follow((&mut shown.shows, &mut shown.follows_at, &mut shown.scroll), list.selected.as_ref());
}

/// What happened to a selection.
#[derive(Clone, Copy)]
enum Step {
    /// A key moved it; the detail follows when it has rested until then, and is empty before where that spares bytes.
    Moved { until: Moment, empty: bool },
    /// A key that did not move it.
    Rested,
    /// No key.
    Waited { now: Moment },
}

impl Step {
    /// Applies it to what a detail shows, when that follows, and the first line on the screen.
    fn follow<K: Clone + PartialEq>(
        self,
        (shows, follows_at, scroll): (&mut Option<K>, &mut Option<Moment>, &mut usize),
        selected: Option<&K>,
    ) {
        match self {
            Self::Moved { until, empty } => {
                *follows_at = Some(until);
                if empty {
                    (*shows, *scroll) = (None, 0);
                }
                return;
            }
            Self::Waited { now } if follows_at.is_some_and(|at| at > now) => return,
            Self::Rested | Self::Waited { .. } => {}
        }
        *follows_at = None;
        if shows.as_ref() != selected {
            *shows = selected.cloned();
            *scroll = 0;
        }
    }
}
