//! The first row: whose data this is, what may be done, how fresh it is and how long the session lasts.

use std::time::Duration;

use ratatui::layout::Rect;

use super::canvas::{Canvas, cells};
use crate::app::line::Line;
use crate::app::{Badge, Session, State, age, identity};
use crate::domain::{Failure, FailureKind};
use crate::layout::SizeClass;
use crate::text;
use crate::theme::Role;

/// `[DEMO]`, `[prod-eu]`, or `[no profile]`.
pub(crate) fn badge(state: &State) -> String {
    format!("[{}]", whose(state))
}

fn whose(state: &State) -> String {
    let word = state.settings.badge_word.brief();
    match &state.settings.badge {
        Badge::Demo => "DEMO".to_owned(),
        Badge::Profile(name) if word.as_str().is_empty() => name.brief().into_string(),
        Badge::Profile(name) => format!("{word} {}", name.brief()),
        Badge::Unnamed if word.as_str().is_empty() => "no profile".to_owned(),
        Badge::Unnamed => word.into_string(),
    }
}

/// `WRITE` or `READ-ONLY`.
pub(crate) const fn mode(state: &State) -> &'static str {
    if state.settings.read_only { "READ-ONLY" } else { "WRITE" }
}

/// The server without its scheme.
pub(super) fn host(state: &State) -> String {
    let server = state.settings.server.brief().into_string();
    server.split_once("://").map_or_else(|| server.clone(), |(_, host)| host.to_owned())
}

/// The domain that the server says the session is for; else the one asked for, `root` where none was.
pub(crate) fn domain(state: &State) -> String {
    let told = state.introduction.as_ref().map(|(_, who)| &who.domain).filter(|domain| !domain.is_empty());
    let domain = told.unwrap_or(&state.settings.domain);
    if domain.is_empty() { "root".to_owned() } else { domain.brief().into_string() }
}

pub(super) fn paint(state: &State, area: Rect, class: SizeClass, canvas: &mut Canvas<'_>) {
    let freshness = freshness(state, class);
    let width = cells(&freshness.text());
    let start = area.right().saturating_sub(width + 1);
    let room = start.saturating_sub(area.x + 1);
    canvas.line(area.x, area.y, room, &left(state, class, usize::from(room)));
    canvas.line(start, area.y, width, &freshness);
}

/// Who, where, as whom: every part is there at every width, the longest cut first.
fn left(state: &State, class: SizeClass, room: usize) -> Line {
    let user = state.settings.user.brief().into_string();
    let wide = class >= SizeClass::L;
    let server = if wide { state.settings.server.brief().into_string() } else { host(state) };
    let (before, gaps) = match class {
        SizeClass::XS | SizeClass::S => (" ", [" ", " ", "/"]),
        SizeClass::M => (" cckm-tui  ", ["  ", " ", "/"]),
        SizeClass::L | SizeClass::XL => (" cckm-tui  ", ["   ", "  domain ", "  user "]),
    };
    let appliance = if class == SizeClass::XL { appliance(state) } else { String::new() };
    let fixed = before.len() + 3 + mode(state).len() + gaps.concat().len() + text::width(&appliance);
    let mut parts = [whose(state), server, domain(state), user];
    share(&mut parts, room.saturating_sub(fixed));
    let [whose, server, domain, user] = parts;
    let [to_server, to_domain, to_user] = gaps;
    let gap_role = if wide { Role::Dim } else { Role::Text };
    let mode_role = if state.settings.read_only { Role::Warning } else { Role::Text };
    Line::new(Role::Title, before)
        .and(state.settings.badge_role, format!("[{whose}]"))
        .and(mode_role, format!(" {}", mode(state)))
        .and(Role::Text, format!("{to_server}{server}"))
        .and(gap_role, to_domain)
        .and(Role::Text, domain)
        .and(gap_role, to_user)
        .and(Role::Text, user)
        .and(Role::Dim, appliance)
}

/// `  cckm-demo 2.19.0+14195`, as far as the account may read it.
fn appliance(state: &State) -> String {
    let Some((_, who)) = &state.introduction else { return String::new() };
    let known = [&who.appliance, &who.version].into_iter().filter(|text| !text.is_empty());
    known.fold(String::from(" "), |line, text| line + " " + text::clip(text.brief().as_str(), 24).0)
}

/// Cuts the longest parts until all together fit; none under six cells.
fn share(parts: &mut [String], room: usize) {
    let mut widths: Vec<usize> = parts.iter().map(|part| text::width(part)).collect();
    while widths.iter().sum::<usize>() > room {
        let Some(longest) = widths.iter_mut().max().filter(|longest| **longest > 6) else { break };
        *longest -= 1;
    }
    for (part, width) in parts.iter_mut().zip(widths) {
        if text::width(part) > width {
            *part = text::pad(part, width, '…');
        }
    }
}

/// Cells for the token's life: a renewal moves nothing.
const LIFE: usize = 3;

/// `tls  tok  4m  ● 10s`: how the server is recognized where there is room, the token's life, and how old the
/// data are.
fn freshness(state: &State, class: SizeClass) -> Line {
    let token = match state.session {
        Session::SignedOut if state.signing_in.is_some() => "signing in".to_owned(),
        Session::SignedOut => "signed out".to_owned(),
        Session::SignedIn { until } => format!("tok {:>LIFE$}", age::short(until.since(state.now))),
    };
    let role = if state.session == Session::SignedOut { Role::Warning } else { Role::Text };
    let identity = if class >= SizeClass::L {
        Line::new(Role::Text, format!("{}  ", identity::word(state)))
    } else {
        Line::default()
    };
    let (mode, short) = match (state.link.is_low(), SizeClass::of(state.size)) {
        (false, _) => ("", age::short as fn(Duration) -> String),
        // Longer, it would cut the name of the server.
        (true, SizeClass::XS | SizeClass::S | SizeClass::M) => {
            ("low-bw  ", age::in_minutes as fn(Duration) -> String)
        }
        (true, _) => ("low bandwidth  ", age::in_minutes as fn(Duration) -> String),
    };
    let line = identity.and(Role::Warning, mode).and(role, token).and(Role::Text, "  ");
    let list = &state.list;
    let old = state.data_at().map(|at| short(state.now.since(at)));
    if let Some(repeat) = &state.repeating {
        let age = old.map(|age| format!("{age}, ")).unwrap_or_default();
        let words = format!("○ {age}{}{}", refused(&repeat.failure), retry(state, class));
        return line.and(Role::Warning, words);
    }
    let (role, words) = match (&list.load, state.is_stale(), old) {
        (Some(load), _, None) => (Role::Good, format!("● loading {}{}", load.received(), of(load.total()))),
        (_, true, Some(age)) => (Role::Warning, format!("○ stale {age}{}", retry(state, class))),
        (_, false, Some(age)) if list.paused => (Role::Warning, format!("○ paused {age}")),
        (_, false, Some(age)) => (Role::Good, format!("● {age}")),
        (None, _, None) => (Role::Warning, "○ no data".to_owned()),
    };
    line.and(role, words)
}

/// What came of a read that is sent again.
fn refused(failure: &Failure) -> String {
    match failure.kind {
        FailureKind::Refused { status } => format!("HTTP {status}"),
        _ => "no answer".to_owned(),
    }
}

/// When the server that did not answer is asked again, to the second: what passes there is the operator's time.
fn retry(state: &State, class: SizeClass) -> String {
    if class <= SizeClass::S || state.link.is_low() {
        return String::new();
    }
    let is_asked = match &state.repeating {
        Some(repeat) => repeat.at <= state.now,
        None => state.list.load.is_some(),
    };
    match state.retries_at() {
        _ if is_asked => ", asking".to_owned(),
        Some(at) => format!(", again in {}s", at.since(state.now).as_secs_f64().ceil()),
        None => String::new(),
    }
}

/// `/412`, when the server told its total.
pub(super) fn of(total: Option<usize>) -> String {
    total.map(|total| format!("/{total}")).unwrap_or_default()
}
