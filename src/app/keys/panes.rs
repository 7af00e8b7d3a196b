//! What keys do in the list and in the detail.

use super::{change, connections, copies, detail_extent, pickers, plan, session};
use crate::app::cx::Cx;
use crate::app::detail::{DetailView, scrolled};
use crate::app::effect::Effect;
use crate::app::export;
use crate::app::list::{Column, Narrowed as _};
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::pickers::SortPicker;
use crate::app::state::State;
use crate::app::update::refresh;
use crate::app::view;
use crate::keymap::Command;
use crate::layout::Pane;

pub(super) fn on_list(state: &mut State, command: Command, count: Option<usize>) -> Vec<Effect> {
    if let Some(effects) = on_row(state, command) {
        return effects;
    }
    match command {
        Command::NextPane => {
            state.pane = Pane::Detail;
            state.fit();
        }
        Command::Open => return open(state),
        Command::Back => back(state),
        Command::Progress => plan::show_progress(state),
        Command::Mark => state.list.mark(count),
        Command::MarkRange => state.list.mark_range(),
        Command::MarkShown => state.list.mark_shown(),
        Command::InvertMarks => state.list.invert_marks(),
        Command::Accept => state.list.filter.accept(),
        Command::Complete if state.list.filter.editing => {
            let wall_clock = state.wall_clock();
            state.list.complete_filter(wall_clock);
        }
        Command::Filter => state.list.filter.editing = true,
        Command::Sort => state.modals.push(Modal::Sort(SortPicker::of(state.list.sort))),
        Command::ReverseSort => {
            let sort = state.list.sort.reversed();
            state.list.sort_by(sort);
        }
        Command::Columns => pickers::choose_columns(state),
        Command::ScrollRight | Command::ScrollLeft if !state.list.filter.editing => {
            state.list.columns.scroll(command == Command::ScrollRight, state.list.width);
        }
        Command::Narrower | Command::Wider => {
            let list = &mut state.list;
            list.columns.widen(Column::Name, command == Command::Wider, list.width);
            list.columns.fit(list.width);
        }
        Command::WideColumns => {
            state.list.columns.wide = !state.list.columns.wide;
            state.list.columns.fit(state.list.width);
        }
        Command::Refresh => {
            state.notice = None;
            return refresh(state);
        }
        Command::Pause => pause(state),
        Command::Export => export::open(state),
        step if state.list.filter.editing => {
            let wall_clock = state.wall_clock();
            state.list.step_in_filter(step, wall_clock);
        }
        movement => state.list.go(movement, count),
    }
    Vec::new()
}

/// What can be done with the selected organization from the list and from its detail alike; none: something else.
fn on_row(state: &mut State, command: Command) -> Option<Vec<Effect>> {
    Some(match command {
        Command::Edit => change::edit_selected(state),
        Command::Undo => change::undo(state),
        Command::Test => connections::test_of_organization(state),
        Command::Domain => session::ask_for_domains(state),
        Command::Connections => {
            view::show_connection_of_row(state);
            Vec::new()
        }
        Command::OtherList => {
            view::show_connections(state);
            Vec::new()
        }
        copy if copy.copies_a_part() => copies::copy(state, copy),
        _ => return None,
    })
}

/// `Esc` takes away one layer: a range that is being drawn, what narrows the list, the marks, the notice.
fn back(state: &mut State) {
    if !state.list.filter.editing && state.list.marks.has_range() {
        state.list.mark_range();
    } else if view::peel_filter(state) {
    } else if !state.list.marks.is_empty() {
        let marked = state.list.clear_marks();
        state.notice = Some(Notice::info(format!("{marked} unmarked"), state.now));
    } else {
        state.notice = None;
    }
}

/// Opens the detail of the selected row and reads it afresh.
pub(super) fn open(state: &mut State) -> Vec<Effect> {
    state.pane = Pane::Detail;
    state.fit();
    reread_selected(state)
}

fn reread_selected(state: &mut State) -> Vec<Effect> {
    let Some(id) = state.list.id() else { return Vec::new() };
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    state.detail.refresh(&id, &mut cx)
}

fn pause(state: &mut State) {
    state.list.paused = !state.list.paused;
    let words = if state.list.paused {
        "automatic refresh paused; p resumes it"
    } else {
        "automatic refresh resumed"
    };
    state.notice = Some(Notice::info(words, state.now));
}

pub(super) fn on_detail(state: &mut State, command: Command, count: Option<usize>) -> Vec<Effect> {
    if let Some(effects) = on_row(state, command) {
        return effects;
    }
    match command {
        Command::NextPane | Command::Back => {
            state.pane = Pane::List;
            state.fit();
        }
        Command::ShowFields => (state.detail.view, state.detail.scroll) = (DetailView::Fields, 0),
        Command::ShowJson => (state.detail.view, state.detail.scroll) = (DetailView::Json, 0),
        Command::Refresh => {
            state.notice = None;
            return reread_selected(state);
        }
        movement => {
            let (rows, height) = detail_extent(state);
            state.detail.scroll = scrolled(state.detail.scroll, movement, count.unwrap_or(1), rows, height);
        }
    }
    Vec::new()
}
