//! Windows over the panes. They stack: the last one has the keyboard.

use super::connections;
use super::domains::Domains;
use super::field::Field;
use super::identity::{CertificateWindow, FirstContact};
use super::palette::Palette;
use super::pickers::{ColumnPicker, SortPicker};
use super::plan::outside::Offered;
pub use super::reload::Reloaded;
pub use super::sign_in::SignIn;
use super::switch::{Destination, ProfilesWindow};
use crate::domain::Failure;
use crate::export::Format;
use crate::keymap::Context;
use crate::theme::Theme;

/// A window.
#[derive(Clone, Debug, PartialEq)]
pub enum Modal {
    /// The change under way, which itself lives in the state: a hidden window loses nothing.
    Change,
    /// A plan being made, which itself lives in the state.
    Plan,
    /// The plan being applied, or applied last.
    Progress,
    /// What became of one of its rows.
    RowResult {
        /// Its place in the plan.
        row: usize,
        /// First line on the screen.
        scroll: usize,
    },
    /// A question with yes and no.
    Question(Question),
    /// Something went wrong and needs to be read.
    Problem(Problem),
    /// The order of the list is being chosen.
    Sort(SortPicker),
    /// The same in the list of connections.
    SortConnections(SortPicker<connections::Column>),
    /// The columns of the list are being chosen.
    Columns(ColumnPicker),
    /// Rows are to be written to a file; the highlighted format.
    Export(Format),
    /// The theme is being chosen; the one on the screen is the one that is highlighted.
    Theme {
        /// What `Esc` goes back to.
        before: Theme,
    },
    /// A password is needed.
    SignIn(SignIn),
    /// Another domain is being chosen.
    Domains(Domains),
    /// The keys.
    Help(Help),
    /// The requests of this run, and the changes of the past.
    Activity(ActivityWindow),
    /// What an earlier run left open.
    Recovery,
    /// The profiles that can be switched to.
    Profiles(ProfilesWindow),
    /// Every command by its name.
    Palette(Palette),
    /// The settings in effect.
    Settings {
        /// First line on the screen.
        scroll: usize,
    },
    /// What came of reading the configuration again.
    Reloaded(Reloaded),
    /// A server whose certificate nobody vouches for.
    FirstContact(Box<FirstContact>),
    /// A certificate in full.
    Certificate(Box<CertificateWindow>),
    /// The server is another one than before: the end.
    Stop,
    /// The line to the terminal, and how long the server takes.
    Net {
        /// First line on the screen.
        scroll: usize,
    },
}

/// The window of requests and changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActivityWindow {
    /// Words that a line must hold.
    pub filter: Field,
    /// Whether the keyboard is in the filter.
    pub editing: bool,
    /// Which line is selected, the latest first.
    pub selected: usize,
}

/// What `y` and `n` answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Question {
    /// Give up the typed value?
    Discard,
    /// Give up the change and go there?
    Depart(Destination),
    /// Leave while a change is not settled?
    Leave,
    /// Leave while a plan is being applied?
    LeavePlan,
    /// Go on with a plan that was made before?
    Resume {
        /// The plan.
        offered: Offered,
        /// The question, which tells how far it is.
        question: String,
    },
}

impl Question {
    /// The question.
    pub fn words(&self) -> String {
        match self {
            Self::Discard => "Give up the value you typed?".to_owned(),
            Self::Depart(to) => {
                format!("The change was not sent. Give it up and go to {}?", to.name())
            }
            Self::Resume { offered: _, question } => question.clone(),
            Self::LeavePlan => {
                "A plan is being applied. Leave? What is under way is settled at the next start.".to_owned()
            }
            Self::Leave => "A change is not settled yet. Leave without knowing what became of it?".to_owned(),
        }
    }
}

/// What to do again from a problem window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Sign in.
    SignIn,
    /// Read the list.
    List,
}

/// A failure to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// What failed.
    pub failure: Failure,
    /// What `r` does.
    pub retry: Retry,
    /// First line on the screen.
    pub scroll: usize,
}

/// The help screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Help {
    /// The places whose keys are shown, innermost first.
    pub contexts: Vec<Context>,
    /// First line on the screen.
    pub scroll: usize,
}
