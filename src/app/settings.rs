//! What the dashboard is told: of this run once, at its start; of the place it shows, with every connect.

use std::time::Duration;

use super::change::Rules;
use super::link::Bandwidth;
use super::plan::outside::Offered;
use super::remembered::Remembered;
use super::saved::SavedView;
use super::switch::Destination;
use crate::domain::{Entry, OpenOperation, Organization, RunId, Target};
use crate::text::Untrusted;
use crate::theme::{Role, Theme};

/// What holds for the server and account that are shown, decided before anything is sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Where this is, in words of the configuration.
    pub destination: Destination,
    /// Whose data this is: the word on every frame.
    pub badge: Badge,
    /// A word of the profile that stands in the badge, such as `PROD`; may be empty.
    pub badge_word: Untrusted,
    /// How the badge looks.
    pub badge_role: Role,
    /// The theme that is configured here.
    pub theme: Theme,
    /// Whether changes are refused.
    pub read_only: bool,
    /// The server as it was reached, such as `https://cm1.example.com`.
    pub server: Untrusted,
    /// The domain asked for; empty means the server's root domain.
    pub domain: Untrusted,
    /// Who signs in.
    pub user: Untrusted,
    /// Whether a password or a certificate is at hand, so that the first sign-in needs no question.
    pub password_known: bool,
    /// Whether a password that was accepted is kept in memory, unless the operator says otherwise.
    pub keep_password: bool,
    /// Time between automatic refreshes; none: only by key.
    pub refresh_every: Option<Duration>,
    /// The authority's certificate given for this server; empty without one.
    pub ca_file: Untrusted,
    /// What was set and is not followed, in our words, for the operator to know at the start.
    pub warnings: Vec<String>,
    /// What the profile asks of every change.
    pub rules: Rules,
    /// How plans are made and applied.
    pub bulk: Bulk,
    /// How its list was shown the last time; none: that is not kept.
    pub memory: Option<Remembered>,
    /// The views that can be asked for by name.
    pub views: Vec<SavedView>,
    /// Everything that is in effect, to be shown.
    pub effective: Vec<Effective>,
}

/// How plans are made and applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bulk {
    /// Most changes under way at a time.
    pub concurrency: usize,
    /// So many failures stop a plan.
    pub stop_after: usize,
    /// How long a plan holds.
    pub valid_for: Duration,
    /// Most changes in a plan; none: no limit.
    pub maximum_rows: Option<usize>,
}

/// Four at a time, the first failure stops, a quarter of an hour, no limit.
impl Default for Bulk {
    fn default() -> Self {
        Self { concurrency: 4, stop_after: 1, valid_for: Duration::from_mins(15), maximum_rows: None }
    }
}

impl Settings {
    /// The view of a name.
    pub fn view(&self, name: &str) -> Option<&SavedView> {
        self.views.iter().find(|view| view.name == name)
    }

    /// What goes on record of an organization that is changed here; `server_identity` as the journal calls it.
    pub(super) fn target(&self, server_identity: Untrusted, organization: &Organization) -> Target {
        let profile = match &self.badge {
            Badge::Profile(name) => name.clone(),
            Badge::Demo | Badge::Unnamed => Untrusted::default(),
        };
        Target {
            server: self.server.clone(),
            server_identity,
            domain: self.domain.clone(),
            user: self.user.clone(),
            profile,
            id: organization.id.clone(),
            name: organization.name.clone(),
            organization_id: organization.organization_id.clone(),
        }
    }
}

/// A setting in effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effective {
    /// Its key.
    pub key: &'static str,
    /// What holds; empty when there is nothing. Never a secret.
    pub value: Untrusted,
    /// Who said so: flag, variable, file with line, or `default`.
    pub origin: Untrusted,
}

/// What holds from the start of the program to its end, whatever is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its name, for the names of its changes.
    pub id: RunId,
    /// Wall clock at [`Moment::START`](crate::domain::Moment::START), in seconds since 1970, to show ages of
    /// the server's times.
    pub started_at: i64,
    /// Whether changes can be put on record.
    pub journal: JournalState,
    /// What the journal holds.
    pub entries: Vec<Entry>,
    /// What an earlier run left open.
    pub open_operations: Vec<OpenOperation>,
    /// Plans that are to be offered: those an earlier run did not finish.
    pub offered: Vec<Offered>,
    /// A plan that is opened at the start: its file.
    pub plan_file: Option<String>,
    /// How much is to be sent to the terminal.
    pub bandwidth: Bandwidth,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Where the log is, to name it on the help screen; empty when there is none.
    pub log_file: Untrusted,
}

/// How the journal stands at the start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JournalState {
    /// It takes changes.
    Ready,
    /// It takes changes; the words say what is wrong with what is in it: a torn end, or an altered line.
    Damaged(Untrusted),
    /// There is none, and nothing can be changed; the words say why and what can be done.
    Off(Untrusted),
    /// It takes changes and keeps them in memory: the demo leaves no file.
    InMemory,
    /// The operator said in words that changes need no record.
    Waived,
}

/// The word that says whose data is on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Badge {
    /// The embedded demo server.
    Demo,
    /// A named profile.
    Profile(Untrusted),
    /// A server given by flags or environment.
    Unnamed,
}
