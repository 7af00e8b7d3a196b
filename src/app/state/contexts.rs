//! Which places give keys a meaning.

use super::State;
use crate::app::change::Phase;
use crate::app::modal::Modal;
use crate::app::plan::Stage;
use crate::app::view::View;
use crate::keymap::Context;
use crate::layout::Pane;

impl State {
    /// The places that give keys a meaning now, innermost first.
    pub fn contexts(&self) -> Vec<Context> {
        self.contexts_of(self.modals.last())
    }

    /// The same as if the window on top were not there.
    pub fn contexts_under(&self) -> Vec<Context> {
        self.contexts_of(self.windows_under().last())
    }

    /// The windows under the one on top.
    pub fn windows_under(&self) -> &[Modal] {
        self.modals.split_last().map_or(&[], |(_, under)| under)
    }

    fn contexts_of(&self, modal: Option<&Modal>) -> Vec<Context> {
        // What cannot be seen takes no keys; the one question that is shown even then does.
        if !self.fits() && !self.asks_to_leave() {
            return vec![Context::Global];
        }
        let Some(modal) = modal else {
            let innermost = match (self.view, self.pane) {
                (_, Pane::List) if self.filter().editing => Context::FilterField,
                (View::Organizations, Pane::List) => Context::List,
                (View::Organizations, Pane::Detail) => Context::Detail,
                (View::Connections, Pane::List) => Context::Connections,
                (View::Connections, Pane::Detail) => Context::ConnectionDetail,
            };
            return vec![innermost, Context::Global];
        };
        let innermost = match modal {
            Modal::Change => self.change.as_ref().map_or(Context::Result, |change| match &change.phase {
                Phase::Choosing => Context::Choose,
                Phase::Reviewing(review) if review.writing.is_some() => Context::ReviewField,
                Phase::Reviewing(_) => Context::Review,
                Phase::Recording { .. }
                | Phase::Sending { .. }
                | Phase::Settling { .. }
                | Phase::Closing { .. } => Context::Sending,
                Phase::Settled { .. } => Context::Result,
            }),
            Modal::Plan => match self.draft.as_ref().map(|draft| &draft.stage) {
                Some(Stage::Choosing(_)) => Context::Choose,
                Some(Stage::Planned(planned)) if planned.writing.is_some() => Context::PlanField,
                Some(Stage::Planned(_)) | None => Context::Plan,
            },
            Modal::Progress => Context::Progress,
            Modal::RowResult { .. } => Context::RowResult,
            Modal::Question(_) => Context::Question,
            Modal::Problem(_) => Context::Problem,
            Modal::Sort(_) => Context::SortPicker,
            Modal::SortConnections(_) => Context::ConnectionSortPicker,
            Modal::Columns(_) => Context::ColumnPicker,
            Modal::Export(_) => Context::ExportPicker,
            Modal::Theme { before: _ } => Context::ThemePicker,
            Modal::SignIn(_) => Context::SignIn,
            Modal::Domains(_) => Context::DomainPicker,
            Modal::Help(_) => Context::HelpScreen,
            Modal::Activity(window) if window.editing => Context::FilterField,
            Modal::Activity(_) => Context::Activity,
            Modal::Recovery => Context::Recovery,
            Modal::Profiles(window) if window.editing => Context::FilterField,
            Modal::Profiles(_) => Context::ProfilePicker,
            Modal::Palette(_) => Context::Palette,
            Modal::Settings { .. } | Modal::Reloaded(_) => Context::SettingsScreen,
            Modal::FirstContact(_) => Context::FirstContact,
            Modal::Certificate(_) => Context::Certificate,
            Modal::Stop => Context::Stop,
            Modal::Net { .. } => Context::Net,
        };
        vec![innermost, Context::Global]
    }
}
