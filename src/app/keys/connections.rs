//! What keys do in the list of connections and in the detail of one.

use super::{copies, detail_extent, session};
use crate::app::connections::{Of, Row};
use crate::app::cx::Cx;
use crate::app::detail::{DetailView, scrolled};
use crate::app::effect::Effect;
use crate::app::export;
use crate::app::list::Narrowed as _;
use crate::app::modal::Modal;
use crate::app::notice::Notice;
use crate::app::pickers::SortPicker;
use crate::app::state::State;
use crate::app::update::refresh;
use crate::app::view::{show_organizations, show_users};
use crate::domain::Connection;
use crate::keymap::Command;
use crate::layout::Pane;
use crate::text::Untrusted;

pub(super) fn on_list(state: &mut State, command: Command, count: Option<usize>) -> Vec<Effect> {
    let wall_clock = state.wall_clock();
    let list = &mut state.connection_list;
    match command {
        Command::NextPane => {
            state.pane = Pane::Detail;
            state.fit();
        }
        Command::Users => show_users(state),
        Command::Back if list.filter.editing || !list.filter.is_empty() => list.clear_filter(),
        Command::Back | Command::Organizations | Command::OtherList => show_organizations(state),
        Command::Accept => list.filter.accept(),
        Command::Complete if list.filter.editing => list.complete_filter(wall_clock),
        Command::Filter => list.filter.editing = true,
        Command::Sort => state.modals.push(Modal::SortConnections(SortPicker::of(list.sort))),
        Command::ReverseSort => {
            let sort = list.sort.reversed();
            list.sort_by(sort);
        }
        Command::Export => export::open(state),
        step if list.filter.editing => list.step_in_filter(step, wall_clock),
        other => {
            return on_either(state, other).unwrap_or_else(|| {
                state.connection_list.go(other, count);
                Vec::new()
            });
        }
    }
    Vec::new()
}

pub(super) fn on_detail(state: &mut State, command: Command, count: Option<usize>) -> Vec<Effect> {
    let detail = &mut state.connection_list.detail;
    match command {
        Command::NextPane | Command::Back => {
            state.pane = Pane::List;
            state.fit();
        }
        Command::Users => show_users(state),
        Command::Organizations | Command::OtherList => show_organizations(state),
        Command::ShowFields => (detail.view, detail.scroll) = (DetailView::Fields, 0),
        Command::ShowJson => (detail.view, detail.scroll) = (DetailView::Json, 0),
        other => {
            return on_either(state, other).unwrap_or_else(|| {
                let (rows, height) = detail_extent(state);
                let detail = &mut state.connection_list.detail;
                detail.scroll = scrolled(detail.scroll, other, count.unwrap_or(1), rows, height);
                Vec::new()
            });
        }
    }
    Vec::new()
}

/// What means the same in both; none for what does not.
fn on_either(state: &mut State, command: Command) -> Option<Vec<Effect>> {
    Some(match command {
        Command::Test => test_selected(state),
        Command::Domain => session::ask_for_domains(state),
        copy if copy.copies_a_part() => copies::copy(state, copy),
        Command::Refresh => {
            state.notice = None;
            refresh(state)
        }
        _ => return None,
    })
}

/// `t` in the list of connections.
fn test_selected(state: &mut State) -> Vec<Effect> {
    let Some(row) = state.connection_list.row() else { return Vec::new() };
    match to_test(row) {
        Ok(connection) => test(state, &connection),
        Err(why) => {
            state.notice = Some(Notice::warning(why));
            Vec::new()
        }
    }
}

/// What is tested for a row.
fn to_test(row: &Row) -> Result<Connection, String> {
    match &row.of {
        Of::Known(connection) => Ok(connection.as_ref().clone()),
        Of::Unlisted => Ok(Connection::named(&row.name)),
        Of::Missing => Err(missing(&row.name)),
        Of::Damaged { .. } => Err("a damaged record: it cannot be tested".to_owned()),
    }
}

/// `t` on an organization: the connection it uses.
pub(super) fn test_of_organization(state: &mut State) -> Vec<Effect> {
    let Some(organization) = state.list.organization() else { return Vec::new() };
    let named = organization.connection.clone();
    let is_certain = state.connections.read_at.is_some() && state.connections.damaged.is_empty();
    let connection = match state.connections.find(&named) {
        Some(connection) => connection.as_ref().clone(),
        None if named.is_empty() => {
            state.notice = Some(Notice::info("this organization names no connection", state.now));
            return Vec::new();
        }
        None if is_certain => {
            state.notice = Some(Notice::warning(missing(&named)));
            return Vec::new();
        }
        None => Connection::named(&named),
    };
    test(state, &connection)
}

fn missing(named: &Untrusted) -> String {
    format!("MISSING: no connection {} is listed; there is nothing to test", named.brief())
}

fn test(state: &mut State, connection: &Connection) -> Vec<Effect> {
    let name = connection.name.brief();
    if let Some(why) = obstacle_to_test(state) {
        state.notice = Some(Notice::warning(why));
        return Vec::new();
    }
    let mut cx = Cx { now: state.now, requests: &mut state.requests };
    let effect = state.connections.test(connection, &mut cx);
    let words = match effect {
        Some(_) => format!("testing {name}: the server signs in to Salesforce with it …"),
        None => format!("a test of {name} is under way"),
    };
    state.notice = Some(Notice::info(words, state.now));
    effect.into_iter().collect()
}

/// Why nothing can be tested here at all.
pub(in crate::app) fn obstacle_to_test(state: &State) -> Option<String> {
    state.settings.read_only.then(|| {
        "READ-ONLY: the server stores the result of a test for everybody, so none is asked for".to_owned()
    })
}
