//! `reload`: the configuration is read again. What of it can hold at once does; the rest is told. A file with a mistake
//! in it changes nothing.

use super::effect::{Effect, RequestId};
use super::line::{Line, wrapped};
use super::modal::Modal;
use super::notice::Notice;
use super::plan;
use super::saved::SavedView;
use super::settings::{Badge, Effective, Settings};
use super::state::State;
use super::switch::{self, ConnectFailure};
use crate::text::Untrusted;
use crate::theme::Role;

/// The settings that hold as soon as they are read.
const AT_ONCE: [&str; 12] = [
    "protected",
    "reason_required",
    "denied_organizations",
    "guarded_organizations",
    "plan_concurrency",
    "plan_stop_after",
    "plan_minutes",
    "plan_maximum_rows",
    "badge",
    "badge_color",
    "theme",
    "refresh_seconds",
];

/// The settings of what is made once in a run: how the terminal is drawn to, where files go. The others are of the
/// client, which is made whenever the place is entered.
const OF_THE_RUN: [&str; 7] =
    ["color", "ascii", "low_bandwidth", "mouse", "clipboard", "log_level", "export_directory"];

/// The window of what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reloaded {
    /// What is told, one line or more each.
    told: Vec<(Role, String)>,
    /// First line on the screen.
    pub scroll: usize,
}

impl Reloaded {
    /// The lines, `width` cells wide.
    pub(super) fn lines(&self, width: usize) -> Vec<Line> {
        self.told.iter().flat_map(|(role, words)| wrapped(*role, words, width)).collect()
    }
}

/// Why the configuration is not read again now.
pub(super) fn obstacle(state: &State) -> Option<String> {
    if state.settings.badge == Badge::Demo {
        return Some("the demo reads no configuration".to_owned());
    }
    let planning = state.draft.is_some().then_some("a plan is being made: close it first");
    switch::bound(state).or(planning).map(str::to_owned)
}

/// Has it read.
pub(super) fn ask(state: &mut State) -> Vec<Effect> {
    let request = state.requests.next();
    state.reloading = Some(request);
    let to = state.settings.destination.clone();
    vec![Effect::Reload { request, to }]
}

/// It was read, or cannot be used.
pub(super) fn read(state: &mut State, request: RequestId, result: Result<Box<Settings>, ConnectFailure>) {
    if state.reloading.take_if(|waited_for| *waited_for == request).is_none() {
        return;
    }
    let told = match (result, obstacle(state)) {
        (Err(failure), _) => refused(&failure),
        (Ok(_), Some(why)) => {
            state.notice = Some(Notice::warning(format!("the configuration was not taken: {why}")));
            return;
        }
        (Ok(new), None) => take(state, *new),
    };
    if told.is_empty() {
        let words = "the configuration says what it said before; keys are read at the start only";
        state.notice = Some(Notice::info(words, state.now));
        return;
    }
    state.modals.retain(|modal| !matches!(modal, Modal::Reloaded(_)));
    state.modals.push(Modal::Reloaded(Reloaded { told, scroll: 0 }));
}

/// Every mistake, as at the start.
fn refused(failure: &ConnectFailure) -> Vec<(Role, String)> {
    let head = (Role::Bad, "Nothing was changed: the configuration has mistakes.".to_owned());
    let mistakes = failure.reason.as_sent().split('\n').map(Untrusted::from);
    let mistakes = mistakes.map(|mistake| (Role::Text, mistake.display().into_string()));
    [head, (Role::Text, String::new())].into_iter().chain(mistakes).collect()
}

/// Takes over what can hold at once; tells what is different.
fn take(state: &mut State, new: Settings) -> Vec<(Role, String)> {
    let old = &state.settings;
    // Without a profile the name to be typed is that of the server, and the server stays the one it is.
    let same_name = old.server == new.server || matches!(old.badge, Badge::Profile(_));
    let at_once = |key: &str| AT_ONCE.contains(&key) && (key != "protected" || same_name);
    let (mut now, mut entered, mut restarted, mut effective) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for row in &old.effective {
        let read = new.effective.iter().find(|read| read.key == row.key).unwrap_or(row);
        if read.value != row.value {
            let told = match row.key {
                key if at_once(key) => &mut now,
                key if OF_THE_RUN.contains(&key) => &mut restarted,
                _ => &mut entered,
            };
            told.push((Role::Text, difference(row, read)));
        }
        effective.push(if at_once(row.key) || read.value == row.value { read } else { row }.clone());
    }
    now.extend(views(&old.views, &new.views).into_iter().map(|words| (Role::Text, words)));
    let mut rules = new.rules;
    if !same_name {
        rules.confirm_by_name.clone_from(&old.rules.confirm_by_name);
    }
    if old.theme != new.theme {
        state.theme = new.theme;
    }
    let settings = &mut state.settings;
    (settings.rules, settings.bulk, settings.views, settings.effective) =
        (rules, new.bulk, new.views, effective);
    (settings.badge_word, settings.badge_role) = (new.badge_word, new.badge_role);
    (settings.theme, settings.refresh_every) = (new.theme, new.refresh_every);
    plan::weigh(state);
    [
        headed("Holds from now on", now),
        headed("Holds when this place is entered again, or after a restart", entered),
        headed("Holds after a restart", restarted),
    ]
    .concat()
}

fn headed(head: &str, rows: Vec<(Role, String)>) -> Vec<(Role, String)> {
    if rows.is_empty() {
        return rows;
    }
    let gap = (Role::Text, String::new());
    std::iter::once((Role::Title, head.to_owned())).chain(rows).chain([gap]).collect()
}

/// `badge: PROD → PROD EU  (config.toml:3)`.
fn difference(old: &Effective, new: &Effective) -> String {
    let value = |row: &Effective| {
        if row.value.is_empty() { "–".to_owned() } else { row.value.display().into_string() }
    };
    format!("  {}: {} → {}  ({})", old.key, value(old), value(new), new.origin.display())
}

/// The views that are new, other or gone.
fn views(old: &[SavedView], new: &[SavedView]) -> Vec<String> {
    let before = |view: &SavedView| old.iter().find(|other| other.name == view.name);
    let come = new.iter().filter_map(|view| match before(view) {
        None => Some(format!("  view {} is new", view.name)),
        Some(before) if before != view => Some(format!("  view {} is another", view.name)),
        Some(_) => None,
    });
    let gone = old.iter().filter(|view| new.iter().all(|other| other.name != view.name));
    come.chain(gone.map(|view| format!("  view {} is gone", view.name))).collect()
}
