//! The one mutable value of the program, and the questions that can be asked of it.

mod contexts;
mod deadlines;

use std::sync::Arc;

use ratatui::layout::Size;

use super::activity::Log;
use super::change::Change;
use super::connections::{self, ConnectionList, Connections};
use super::detail::{self, DetailPane};
use super::effect::{RequestId, RequestIds};
use super::history::History;
use super::identity::Changed;
use super::ledger::Ledger;
use super::line::Line;
use super::link::Link;
use super::list::{Filter, ListPane, Narrowed, Row, RowKey};
use super::message::{Repeat, Session};
use super::modal::{Modal, Question};
use super::notice::Notice;
use super::plan::outside::Offered;
use super::plan::{Applying, Draft, Planned};
use super::remembered;
use super::settings::{Run, Settings};
use super::sign_in::Banner;
use super::switch::{Connecting, Profiles};
use super::view::{Detour, View};
use crate::domain::{Introduction, Moment, Verified};
use crate::input::{Key, KeySequence};
use crate::layout::{Pane, Panes, SizeClass};
use crate::text::DisplayText;
use crate::theme::Theme;

/// Everything the program knows. Only [`update`](super::update()) changes it; painters read it.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    /// What holds for the whole run.
    pub run: Arc<Run>,
    /// What holds for the place that is shown.
    pub settings: Settings,
    /// The client being made for another place.
    pub connecting: Option<Connecting>,
    /// The reading of the configuration that is waited for.
    pub reloading: Option<RequestId>,
    /// The places that can be switched to.
    pub profiles: Profiles,
    /// Size of the terminal, in cells.
    pub size: Size,
    /// When the last thing happened.
    pub now: Moment,
    /// Who the server proved to be; none before the first handshake, and with plain http.
    pub identity: Option<Arc<Verified>>,
    /// Another identity than before was offered: nothing goes on.
    pub stopped: Option<Arc<Changed>>,
    /// Whether there is a token, and until when.
    pub session: Session,
    /// What the appliance wants to be read before signing in, and the request that asked for it.
    pub banner: Option<(RequestId, Banner)>,
    /// Who signed in, and at what, and the request that asked for it.
    pub introduction: Option<(RequestId, Introduction)>,
    /// The sign-in being waited for.
    pub signing_in: Option<RequestId>,
    /// A read that failed and is sent again.
    pub repeating: Option<Repeat>,
    /// The list of organizations.
    pub list: ListPane,
    /// The selected organization.
    pub detail: DetailPane,
    /// The connections.
    pub connections: Box<Connections>,
    /// The list of them.
    pub connection_list: Box<ConnectionList>,
    /// Which list is shown.
    pub view: View,
    /// The visit to the organizations of one connection.
    pub detour: Option<Box<Detour>>,
    /// Which pane has the keyboard when no window is open.
    pub pane: Pane,
    /// The windows, the last on top.
    pub modals: Vec<Modal>,
    /// The change under way or not yet closed; at most one.
    pub change: Option<Change>,
    /// The plan being made.
    pub draft: Option<Box<Draft>>,
    /// The plan being applied, or the last that was.
    pub applying: Option<Box<Applying>>,
    /// Plans that are still to be offered, or opened.
    pub offered: Vec<Offered>,
    /// The plan file being read.
    pub reading: Option<RequestId>,
    /// What is remembered of other changes.
    pub ledger: Ledger,
    /// The requests of this run.
    pub activity: Log,
    /// The line to the terminal.
    pub link: Link,
    /// The latest key and when it came, to tell a held key from one that was pressed.
    pub latest_key: Option<(Key, Moment)>,
    /// The row that the mouse pressed last, and when: the second press opens it.
    pub pressed: Option<(RowKey, Moment)>,
    /// Whether the question or the unknown server on top was drawn: keys from before that are no answer to it.
    pub question_drawn: bool,
    /// Commands that were run from the palette.
    pub commands: History,
    /// The line at the bottom.
    pub notice: Option<Notice>,
    /// Numbers for requests.
    pub requests: RequestIds,
    /// Keys of an unfinished sequence.
    pub typed: KeySequence,
    /// The number typed before a movement.
    pub count: Option<usize>,
    /// Until when a second Ctrl-C quits.
    pub interrupted_until: Option<Moment>,
    /// The looks.
    pub theme: Theme,
}

impl State {
    /// The state before anything happened.
    pub fn new(size: Size, run: Run, settings: Settings) -> Self {
        let ledger = Ledger::new(&run, &settings);
        Self::at(size, Arc::new(run), settings, ledger)
    }

    /// The state of a place before anything happened there.
    pub(super) fn at(size: Size, run: Arc<Run>, settings: Settings, ledger: Ledger) -> Self {
        let theme = settings.theme;
        let mut state = Self {
            link: Link::new(run.bandwidth),
            offered: run.offered.clone(),
            run,
            ledger,
            connecting: None,
            reloading: None,
            profiles: Profiles::default(),
            activity: Log::default(),
            latest_key: None,
            pressed: None,
            question_drawn: false,
            settings,
            size,
            now: Moment::START,
            identity: None,
            stopped: None,
            session: Session::SignedOut,
            banner: None,
            introduction: None,
            signing_in: None,
            repeating: None,
            list: ListPane::default(),
            detail: DetailPane::default(),
            connections: Box::default(),
            connection_list: Box::default(),
            view: View::default(),
            detour: None,
            pane: Pane::List,
            modals: Vec::new(),
            change: None,
            draft: None,
            applying: None,
            reading: None,
            commands: History::default(),
            notice: None,
            requests: RequestIds::default(),
            typed: KeySequence::default(),
            count: None,
            interrupted_until: None,
            theme,
        };
        state.fit();
        remembered::restore(&mut state);
        state
    }

    /// Where everything is on the screen.
    pub fn panes(&self) -> Panes {
        Panes::of(self.size, self.pane)
    }

    /// Whether the panes are shown at all.
    pub fn fits(&self) -> bool {
        SizeClass::of(self.size) != SizeClass::XS
    }

    /// Whether the mouse is listened to now: in the list alone. Elsewhere there is text to be read, marked and
    /// copied by the terminal's own means, or something to be decided, which keys do.
    pub fn takes_mouse(&self) -> bool {
        self.run.mouse && self.fits() && self.modals.is_empty() && self.pane == Pane::List
    }

    /// Whether leaving in spite of an unsettled change is being asked about.
    pub fn asks_to_leave(&self) -> bool {
        matches!(self.modals.last(), Some(Modal::Question(Question::Leave | Question::LeavePlan)))
    }

    /// Whether the window on top asks for a consent: yes or no, or to trust a server.
    pub fn asks_for_consent(&self) -> bool {
        matches!(self.modals.last(), Some(Modal::Question(_) | Modal::FirstContact(_)))
    }

    /// Whether what is typed is meant for what is on the screen: no consent is given to what was not drawn yet.
    pub fn listens(&self) -> bool {
        !self.asks_for_consent() || self.question_drawn
    }

    /// Whether a window is open that shows the change.
    pub fn change_is_shown(&self) -> bool {
        self.modals.contains(&Modal::Change)
    }

    /// Whether that window is on top, on a screen that is large enough to show it.
    pub fn change_is_in_sight(&self) -> bool {
        self.fits() && self.modals.last() == Some(&Modal::Change)
    }

    /// Whether rows of a plan may still be begun, or are under way.
    pub fn is_applying(&self) -> bool {
        self.applying.as_ref().is_some_and(|applying| applying.is_active())
    }

    /// Whether the window of a plan being made is on top, on a screen that is large enough to show it.
    pub fn plan_is_in_sight(&self) -> bool {
        self.fits() && self.modals.last() == Some(&Modal::Plan)
    }

    /// The plan being made, once its rows are known.
    pub(super) fn planned(&mut self) -> Option<&mut Planned> {
        self.draft.as_mut()?.planned_mut()
    }

    /// Wall clock in seconds since 1970, for the ages of the server's times.
    pub fn wall_clock(&self) -> i64 {
        let elapsed = i64::try_from(self.now.since_start().as_secs()).unwrap_or(i64::MAX);
        self.run.started_at.saturating_add(elapsed)
    }

    /// What narrows the list that is shown.
    pub fn filter(&self) -> &Filter {
        match self.view {
            View::Organizations => &self.list.filter,
            View::Connections => &self.connection_list.filter,
        }
    }

    /// The list that is shown, as what its filter narrows.
    pub(super) fn narrowed(&mut self) -> &mut dyn Narrowed {
        match self.view {
            View::Organizations => &mut self.list,
            View::Connections => &mut *self.connection_list,
        }
    }

    /// Whether the list that is shown has no row selected.
    pub(super) fn row_is_missing(&self) -> bool {
        match self.view {
            View::Organizations => self.list.row().is_none(),
            View::Connections => self.connection_list.row().is_none(),
        }
    }

    /// From when the data are that are shown; of two lists that they are made from, the older one.
    pub fn data_at(&self) -> Option<Moment> {
        match (self.view, self.connections.read_at) {
            (View::Connections, Some(read_at)) => self.list.loaded_at.map(|loaded_at| loaded_at.min(read_at)),
            (View::Connections, None) | (View::Organizations, _) => self.list.loaded_at,
        }
    }

    /// Whether they could not be read again the last time.
    pub fn is_stale(&self) -> bool {
        match self.view {
            View::Organizations => self.list.stale.is_some(),
            View::Connections => self.list.stale.is_some() || self.connections.failure.is_some(),
        }
    }

    /// Values that stand in a column of the list that is shown, by its place in the vocabulary.
    pub(super) fn values(&self, column: usize) -> Vec<String> {
        match self.view {
            View::Organizations => self.list.rows.values(column),
            View::Connections => self.connection_list.values(column),
        }
    }

    /// Takes over into the list of connections what is known now.
    pub(super) fn know_connections(&mut self) {
        let wall_clock = self.wall_clock();
        self.connection_list.take(&self.connections, &self.list, wall_clock);
    }

    /// As what the detail shows its record, and its first line on the screen.
    pub fn detail_view(&self) -> (detail::DetailView, usize) {
        match self.view {
            View::Organizations => (self.detail.view, self.detail.scroll),
            View::Connections => (self.connection_list.detail.view, self.connection_list.detail.scroll),
        }
    }

    /// The first line of the detail on the screen.
    pub(super) fn detail_scroll(&mut self) -> &mut usize {
        match self.view {
            View::Organizations => &mut self.detail.scroll,
            View::Connections => &mut self.connection_list.detail.scroll,
        }
    }

    /// The name of what the detail shows; empty where there is nothing.
    pub fn detail_title(&self) -> String {
        let title = match self.view {
            View::Organizations => self.detailed().map(Row::title),
            View::Connections => self.detailed_connection().map(connections::Row::title),
        };
        title.map(DisplayText::into_string).unwrap_or_default()
    }

    /// The lines of the detail pane, `width` cells wide.
    pub fn detail_lines(&self, view: detail::DetailView, width: usize) -> Vec<Line> {
        match self.view {
            View::Organizations => self.organization_lines(view, width),
            View::Connections => self.connection_lines(view, width),
        }
    }

    fn connection_lines(&self, view: detail::DetailView, width: usize) -> Vec<Line> {
        let cx = connections::Context {
            connections: &self.connections,
            list: &self.list,
            complete: self.connection_list.complete,
            now: self.wall_clock(),
        };
        self.detailed_connection().map_or_else(Vec::new, |row| connections::lines(row, view, cx, width))
    }

    /// The connection that the detail shows: the selected one, or one before it while the selection moves.
    pub fn detailed_connection(&self) -> Option<&connections::Row> {
        self.connection_list.get(self.connection_list.detail.shows.as_ref()?)
    }

    fn organization_lines(&self, view: detail::DetailView, width: usize) -> Vec<Line> {
        let cx = detail::Context {
            ledger: &self.ledger,
            rows: &self.list.rows,
            complete: connections::Completeness::of(&self.list),
            connections: &self.connections,
            now: self.wall_clock(),
        };
        self.detailed().map_or_else(Vec::new, |row| detail::lines(&row.record, view, cx, width))
    }

    /// The row that the detail shows: the selected one, or one before it while the selection moves.
    pub fn detailed(&self) -> Option<&Row> {
        self.list.rows.get(self.detail.shows.as_ref()?)
    }

    /// Takes the size over into the parts that need it.
    pub(super) fn fit(&mut self) {
        let rows = self.panes().list_rows;
        let height = usize::from(rows.height);
        self.list.resize(height, rows.width);
        self.connection_list.resize(height);
    }
}

/// When the loop has to wake up by itself; none: only when something happens.
pub fn next_deadline(state: &State) -> Option<Moment> {
    state.next_deadline()
}
