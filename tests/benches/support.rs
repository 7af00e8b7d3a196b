//! A core with a list of any length.

use std::time::Duration;

use cckm_tui::app::change::Rules;
use cckm_tui::app::link::Bandwidth;
use cckm_tui::app::{
    Badge, Destination, Effect, JournalState, Message, Reply, RequestId, Run, Session, Settings, Stamped,
    State, update,
};
use cckm_tui::domain::{Moment, Organization, OrganizationId, Page, Record, RunId, Window};
use cckm_tui::keymap::Keymap;
use ratatui::layout::Size;

/// Lengths of the list: from a hundred to a hundred thousand, or to `CCKM_BENCH_MOST`. A million rows and their copies
/// take some gigabytes.
pub fn lengths() -> Vec<usize> {
    let most = std::env::var("CCKM_BENCH_MOST").ok().and_then(|most| most.parse().ok()).unwrap_or(100_000);
    (2..=6).map(|power| 10_usize.pow(power)).filter(|length| *length <= most).collect()
}

/// What happens, a second after the start.
pub fn stamped(message: Message) -> Stamped {
    Stamped { at: Moment::after_start(Duration::from_secs(1)), message }
}

/// An organization made from a number; `edition` changes it.
pub fn organization(n: usize, edition: usize) -> Organization {
    let id = OrganizationId::new(&format!("00000000-0000-4000-8000-{n:012}")).expect("a valid id");
    Organization {
        // A permutation, so that pages do not come in the order of the rows.
        name: format!("Organization {:06}", n.wrapping_mul(7919) % 1_000_003).into(),
        organization_id: format!("00D{n:012}AAA").into(),
        connection: format!("sfdc-{}", (n + edition) % 50).into(),
        cloud_name: "sfdc".into(),
        kind: "Regular".into(),
        created_at: "2021-07-22T07:10:29.96176Z".into(),
        updated_at: "2026-01-02T03:04:05Z".into(),
        uri: format!("kylo:kylo:cckm:sfdc-organization:{id}").into(),
        json: format!(r#"{{"id":"{id}","edition":{edition}}}"#).into(),
        id,
    }
}

/// Records `from..to` of a list of `total`.
pub fn page(from: usize, to: usize, total: usize, edition: usize) -> Page<Organization> {
    let records = (from..to).map(|n| Record::Sound(organization(n, edition))).collect();
    Page::new(from, Some(total), records)
}

/// A core that shows `n` organizations.
pub fn loaded(n: usize, keymap: &Keymap) -> State {
    let settings = Settings {
        destination: Destination::default(),
        badge: Badge::Demo,
        badge_word: "".into(),
        badge_role: cckm_tui::theme::Role::Badge,
        theme: cckm_tui::theme::Theme::default(),
        read_only: false,
        server: "http://127.0.0.1:8080".into(),
        domain: "".into(),
        user: "admin".into(),
        password_known: true,
        keep_password: true,
        refresh_every: None,
        ca_file: "".into(),
        warnings: Vec::new(),
        bulk: cckm_tui::app::Bulk::default(),
        rules: Rules::default(),
        memory: None,
        views: Vec::new(),
        effective: Vec::new(),
    };
    let run = Run {
        id: RunId::new(1),
        started_at: 1_795_456_800,
        log_file: "".into(),
        journal: JournalState::Ready,
        entries: Vec::new(),
        bandwidth: Bandwidth::Full,
        mouse: false,
        open_operations: Vec::new(),
        offered: Vec::new(),
        plan_file: None,
    };
    let mut state = State::new(Size::new(120, 40), run, settings);
    let mut happens = |message| update(&mut state, keymap, stamped(message));
    let sign_in = list_or_sign_in(&happens(Message::Started));
    let until = Moment::after_start(Duration::from_hours(1));
    happens(Message::SessionChanged(Session::SignedIn { until }));
    let mut asked = windows(&happens(replied(sign_in, Reply::SignedIn(Ok(())))));
    while let Some((request, window)) = asked.pop() {
        let page = page(window.skip.min(n), (window.skip + window.limit).min(n), n, 0);
        asked.extend(windows(&happens(replied(request, Reply::Listed(Ok(page.into()))))));
    }
    assert!(state.list.load.is_none(), "all of it is there");
    state
}

/// The pages asked for.
fn windows(effects: &[Effect]) -> Vec<(RequestId, Window)> {
    let windows = effects.iter().filter_map(|effect| match effect {
        Effect::ListOrganizations { request, window, .. } => Some((*request, *window)),
        _ => None,
    });
    windows.collect()
}

/// The answer to a request.
pub fn replied(request: RequestId, reply: Reply) -> Message {
    Message::Replied { request, reply, took: Duration::ZERO }
}

/// Number of the sign-in or list request among the effects.
pub fn list_or_sign_in(effects: &[Effect]) -> RequestId {
    let request = effects.iter().find_map(|effect| match effect {
        Effect::SignIn { request, .. } | Effect::ListOrganizations { request, .. } => Some(*request),
        _ => None,
    });
    request.expect("it was asked for")
}
