//! The lines of the activity window: the requests of this run, the latest first, then the journal's changes.

use ratatui::layout::Size;

use super::activity::{Activity, CallLine};
use super::age;
use super::curl;
use super::detail::json_lines;
use super::ledger::Past;
use super::line::{Line, labelled};
use super::modal::{ActivityWindow, Modal};
use super::recovery::outcome_role;
use super::state::State;
use crate::domain::{OrganizationPatch, Outcome};
use crate::layout::{full_window, inside};
use crate::text::{self, Untrusted};
use crate::theme::Role;

/// One line of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When: the age of a request of this run, the time of a change of the past.
    pub when: String,
    /// What kind.
    pub what: String,
    /// About what.
    pub target: String,
    /// Code and outcome.
    pub outcome: (Role, String),
    /// The request, where it can be made again.
    pub call: Option<CallLine>,
    /// What else is known.
    pub more: Vec<(&'static str, String)>,
    /// The answer as it came.
    pub answer: Untrusted,
}

impl Entry {
    fn text(&self) -> String {
        [&self.when, &self.what, &self.target, &self.outcome.1].map(|part| part.to_lowercase()).join(" ")
    }
}

/// How many lines the window shows at a time.
pub fn rows_in_sight(size: Size) -> usize {
    // A third of the window is for the particulars of the selected line, and a row for the rule.
    let height = usize::from(inside(full_window(size)).height);
    height.saturating_sub(height / 3 + 1)
}

/// The window, while it is open.
fn window(state: &State) -> Option<&ActivityWindow> {
    state.modals.iter().find_map(|modal| match modal {
        Modal::Activity(window) => Some(window),
        _ => None,
    })
}

/// The words of the filter, in lower case.
fn words(state: &State) -> Vec<String> {
    let typed = window(state).map(|window| window.filter.text().to_lowercase()).unwrap_or_default();
    typed.split_whitespace().map(str::to_owned).collect()
}

/// All lines, each made when it is looked at: a journal is long.
pub fn latest(state: &State) -> impl Iterator<Item = Entry> {
    let requests = state.activity.latest_first().map(|activity| request(activity, state));
    requests.chain(state.ledger.past.iter().rev().map(change))
}

/// The lines that hold every word of the filter.
pub fn lines(state: &State) -> impl Iterator<Item = Entry> {
    let words = words(state);
    latest(state).filter(move |line| {
        words.is_empty() || {
            let text = line.text();
            words.iter().all(|word| text.contains(word.as_str()))
        }
    })
}

/// How many lines there are.
pub fn count(state: &State) -> usize {
    if words(state).is_empty() {
        state.activity.len() + state.ledger.past.len()
    } else {
        lines(state).count()
    }
}

/// The selected line.
pub fn selected(state: &State) -> Option<Entry> {
    let place = window(state)?.selected;
    lines(state).nth(place)
}

fn request(activity: &Activity, state: &State) -> Entry {
    let role = match activity.code.as_str() {
        "" => Role::Dim,
        code if code.starts_with('2') => Role::Good,
        _ => Role::Bad,
    };
    let took = activity.took.map(|took| format!("{} ms", took.as_millis())).unwrap_or_default();
    let ago = age::short(state.now.since(activity.at));
    Entry {
        when: format!("{ago} ago"),
        what: activity.what.to_owned(),
        target: activity.target.clone(),
        outcome: (role, format!("{} {} {took}", activity.code, activity.outcome).trim().to_owned()),
        call: activity.call.clone(),
        more: Vec::new(),
        answer: activity.answer.clone(),
    }
}

fn change(past: &Past) -> Entry {
    let outcome = past.outcome.map_or("open", Outcome::word);
    let code = past.status.map(|status| format!("{status} ")).unwrap_or_default();
    let body = OrganizationPatch { connection: past.after.clone() }.body();
    Entry {
        when: if past.at.is_empty() { "this run".to_owned() } else { past.at.clone() },
        what: "CHANGE".to_owned(),
        target: format!("{}: {} → {}", past.name.brief(), past.before.brief(), past.after.brief()),
        outcome: (past.outcome.map_or(Role::Warning, outcome_role), format!("{code}{outcome}")),
        call: Some(CallLine { method: "PATCH", path: past.id.path(), body: Some(body) }),
        more: vec![
            ("entry", past.operation.to_string()),
            ("user", past.user.display().into_string()),
            ("reason", past.reason.brief().into_string()),
        ],
        answer: Untrusted::default(),
    }
}

/// The selected line in particular: request, command, answer.
pub fn particulars(entry: &Entry, state: &State, width: usize) -> Vec<Line> {
    let mut lines = Vec::new();
    if let Some(call) = &entry.call {
        let body = call.body.as_deref().map(text::escape);
        let request = format!("{} {} {}", call.method, text::escape(&call.path), body.unwrap_or_default());
        lines.extend(labelled("request", (Role::Text, request.trim()), 10, width));
        let settings = &state.settings;
        let command =
            curl::command(&settings.server, &settings.ca_file, call.method, &call.path, call.body.as_deref());
        lines.extend(labelled("curl", (Role::Dim, &text::escape(&command)), 10, width));
    }
    for (label, value) in entry.more.iter().filter(|(_, value)| !value.is_empty()) {
        lines.extend(labelled(label, (Role::Text, value), 10, width));
    }
    if !entry.answer.is_empty() {
        lines.push(Line::new(Role::Dim, "answer"));
        lines.extend(json_lines(&entry.answer, width));
    }
    lines
}
