//! The first row: whose data this is, what may be done, how fresh it is and how long the session lasts.

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use crate::app::line::Line;
use crate::app::{Badge, Session, State, age};
use crate::layout::SizeClass;
use crate::theme::Role;

/// `[DEMO]`, `[prod-eu]`, or `[no profile]`.
pub(super) fn badge(state: &State) -> String {
    match &state.settings.badge {
        Badge::Demo => "[DEMO]".to_owned(),
        Badge::Profile(name) => format!("[{}]", name.display()),
        Badge::Unnamed => "[no profile]".to_owned(),
    }
}

/// `WRITE` or `READ-ONLY`.
pub(super) const fn mode(state: &State) -> &'static str {
    if state.settings.read_only { "READ-ONLY" } else { "WRITE" }
}

/// The server without its scheme.
pub(super) fn host(state: &State) -> String {
    let server = state.settings.server.display().into_string();
    server.split_once("://").map_or_else(|| server.clone(), |(_, host)| host.to_owned())
}

/// The domain, `root` where none was asked for.
pub(super) fn domain(state: &State) -> String {
    let domain = &state.settings.domain;
    if domain.is_empty() { "root".to_owned() } else { domain.display().into_string() }
}

pub(super) fn paint(state: &State, area: Rect, class: SizeClass, canvas: &mut Canvas<'_>) {
    let freshness = freshness(state);
    let width = cells(&freshness.text());
    let start = area.right().saturating_sub(width + 1);
    let left = left(state, class);
    canvas.line(area.x, area.y, start.saturating_sub(area.x + 1), &left);
    canvas.line(start, area.y, width, &freshness);
}

fn left(state: &State, class: SizeClass) -> Line {
    let user = state.settings.user.display();
    let name = if class == SizeClass::S { " " } else { " cckm-tui  " };
    let mode_role = if state.settings.read_only { Role::Warning } else { Role::Text };
    let line = Line::new(Role::Title, name)
        .and(Role::Badge, badge(state))
        .and(mode_role, format!(" {}", mode(state)));
    match class {
        SizeClass::XS | SizeClass::S => line.and(Role::Text, format!("  {} {user}", host(state))),
        SizeClass::M => line.and(Role::Text, format!("  {} {}/{user}", host(state), domain(state))),
        SizeClass::L | SizeClass::XL => line
            .and(Role::Text, format!("   {}", state.settings.server.display()))
            .and(Role::Dim, "  domain ")
            .and(Role::Text, domain(state))
            .and(Role::Dim, "  user ")
            .and(Role::Text, user.into_string()),
    }
}

/// `tok 4m  ● 10s`: the token's life, and how old the data are.
fn freshness(state: &State) -> Line {
    let token = match state.session {
        Session::SignedOut if state.signing_in.is_some() => "signing in".to_owned(),
        Session::SignedOut => "signed out".to_owned(),
        Session::SignedIn { until } => format!("tok {}", age::short(until.since(state.now))),
    };
    let role = if state.session == Session::SignedOut { Role::Warning } else { Role::Text };
    let line = Line::new(role, token).and(Role::Text, "  ");
    let list = &state.list;
    let old = list.loaded_at.map(|at| age::short(state.now.since(at)));
    let (role, words) = match (&list.load, &list.stale, old) {
        (Some(load), _, None) => (Role::Good, format!("● loading {}{}", load.received, of(load.total))),
        (_, Some(_), Some(age)) => (Role::Warning, format!("○ stale {age}")),
        (_, None, Some(age)) if list.paused => (Role::Warning, format!("○ paused {age}")),
        (_, None, Some(age)) => (Role::Good, format!("● {age}")),
        (None, _, None) => (Role::Warning, "○ no data".to_owned()),
    };
    line.and(role, words)
}

/// `/412`, when the server told its total.
pub(super) fn of(total: Option<usize>) -> String {
    total.map(|total| format!("/{total}")).unwrap_or_default()
}
