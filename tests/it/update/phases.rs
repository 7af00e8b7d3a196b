//! The phases of a change: every phase against everything that can happen.

use std::time::Duration;

use cckm_tui::app::change::{Gate, Outcome, Phase, Rules};
use cckm_tui::app::{Effect, Message, Reply, RequestId, Session, Settings};
use cckm_tui::domain::{Call, ConnectionState, FailureKind, JournalFailure, Moment, Transition};
use cckm_tui::keymap::{Context, Keymap};
use ratatui::layout::Size;

use crate::support::app::{App, JournalOf, answer, failure, number, refused, settings};
use crate::support::records::{connection, moved, thales};

const NEW: &str = "new-sfdc-connection";

/// The names of the phases, the review by what its checks allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Gone,
    Choosing,
    Reviewing,
    Recording,
    Sending,
    Settling,
    Closing,
    Settled,
}

fn at(app: &App) -> At {
    match app.state.change.as_ref().map(|change| &change.phase) {
        None => At::Gone,
        Some(Phase::Choosing) => At::Choosing,
        Some(Phase::Reviewing(_)) => At::Reviewing,
        Some(Phase::Recording { .. }) => At::Recording,
        Some(Phase::Sending { .. }) => At::Sending,
        Some(Phase::Settling { .. }) => At::Settling,
        Some(Phase::Closing { .. }) => At::Closing,
        Some(Phase::Settled { .. }) => At::Settled,
    }
}

/// The arrows of the picture, the window closed included. With a journal that answers within the same message,
/// `Recording` and `Closing` are passed through at once; here it is silent, so that they are seen.
fn is_arrow(from: At, to: At) -> bool {
    use At::{Choosing, Closing, Gone, Recording, Reviewing, Sending, Settled, Settling};
    from == to
        || matches!(
            (from, to),
            (Choosing, Reviewing | Gone)
                | (Reviewing, Choosing | Recording | Gone)
                | (Recording, Reviewing | Sending)
                // An answer is read back at once; a request that never left needs no reading.
                | (Sending, Settling | Closing | Settled)
                | (Settling, Sending | Closing | Settled)
                | (Closing, Settled)
                // `z` closes the result and opens the review of the reverse.
                | (Settled, Settling | Choosing | Gone | Reviewing)
        )
}

fn app() -> App {
    App::new(80, 24).with_organizations(3)
}

fn opened() -> App {
    app().choosing().text(NEW).keys("enter")
}

fn new_connection(app: App) -> App {
    let new = connection(NEW, ConnectionState::Ready);
    app.reply(Reply::ConnectionFetched(Box::new(Ok(new.clone()))))
        .reply(Reply::ConnectionTested(Box::new(Ok(new))))
}

fn silent(mut app: App) -> App {
    app.journal = JournalOf::Silent;
    app
}

fn settled(
    mut app: App,
    answer: Result<cckm_tui::domain::PatchAnswer, cckm_tui::domain::Failure>,
    seen: Option<&str>,
) -> App {
    app = app.patched(answer);
    for _ in 0..20 {
        if app.outcome().is_some() {
            return app;
        }
        app = app.wait(8000);
        if app.is_reading() {
            let unreadable = refused(Call::GetOrganization, 503);
            app = app.fetched(seen.map(|connection| moved(&thales(), connection)).ok_or(unreadable));
        }
    }
    app
}

/// One change in every phase; the journal is silent from here on.
fn phases() -> Vec<(&'static str, App)> {
    let ours = "00DB000000040bIMAQ";
    let rules = Rules { reason_required: false, confirm_by_name: Some("prod-eu".into()), ..Rules::default() };
    let named = App::with(Settings { rules, ..settings() }, 80, 24).with_organizations(3).reviewed();
    let sent = || app().sent();
    let ok = || Ok(answer(200, None));
    let unreachable = || Err(failure(Call::PatchOrganization, FailureKind::Unreachable));
    let closing = silent(sent().patched(ok())).fetched(Ok(moved(&thales(), NEW)));
    let phases = vec![
        ("choosing", app().choosing()),
        ("choosing, typed", app().choosing().text("new")),
        ("waiting", opened().drawn().wait(500)),
        ("waiting, not drawn", opened()),
        ("open", app().reviewed()),
        ("open, not listening", opened().checked().drawn().wait(100)),
        (
            "conflict",
            new_connection(opened()).discovered(ours).fetched(Ok(moved(&thales(), "x"))).drawn().wait(500),
        ),
        (
            "stopped",
            new_connection(opened()).discovered("00D5g0000071QxKEAU").fetched(Ok(thales())).drawn().wait(500),
        ),
        ("reason typed", app().reviewed().keys("r").text("CHG")),
        ("name typed", named.keys("y").text("prod")),
        ("recording", silent(app().reviewed()).keys("y")),
        ("sending", sent()),
        ("settling, reading", sent().patched(ok())),
        ("settling, waiting", sent().patched(Ok(answer(503, None)))),
        ("settling, 401", sent().patched(Ok(answer(401, None)))),
        ("sending again", sent().patched(Ok(answer(401, None))).fetched(Ok(thales()))),
        ("settling, second 401", {
            let again = sent().patched(Ok(answer(401, None))).fetched(Ok(thales()));
            again.patched(Ok(answer(401, None)))
        }),
        ("closing", closing),
        ("verified", settled(sent(), ok(), Some(NEW))),
        ("applied", settled(sent(), Ok(answer(500, None)), Some(NEW))),
        ("not applied", settled(sent(), Ok(answer(500, None)), Some("sfdc-connection"))),
        ("never sent", settled(sent(), unreachable(), None)),
        ("refused", settled(sent(), Ok(answer(422, None)), Some("sfdc-connection"))),
        ("unknown", settled(sent(), Ok(answer(500, None)), None)),
    ];
    phases.into_iter().map(|(name, app)| (name, silent(app))).collect()
}

/// Every key that some context gives a meaning, each as a whole sequence.
fn keys() -> Vec<String> {
    let keymap = Keymap::shipped();
    let mut keys: Vec<String> = Context::ALL
        .iter()
        .flat_map(|context| keymap.commands(*context).map(move |command| (*context, command)))
        .flat_map(|(context, command)| {
            keymap.keys(context, command).map(ToString::to_string).collect::<Vec<_>>()
        })
        .collect();
    keys.sort();
    keys.dedup();
    keys
}

/// Every kind of answer, good and bad.
fn replies() -> Vec<Reply> {
    let new = || Box::new(Ok(connection(NEW, ConnectionState::Ready)));
    let timed_out = FailureKind::TimedOut { after: Duration::from_secs(30) };
    vec![
        Reply::SignedIn(Ok(())),
        Reply::SignedIn(Err(refused(Call::SignIn, 401))),
        Reply::Listed(Err(refused(Call::ListOrganizations, 503))),
        Reply::Fetched(Box::new(Ok(thales()))),
        Reply::Fetched(Box::new(Ok(moved(&thales(), NEW)))),
        Reply::Fetched(Box::new(Ok(moved(&thales(), "others")))),
        Reply::Fetched(Box::new(Err(refused(Call::GetOrganization, 404)))),
        Reply::Fetched(Box::new(Err(failure(Call::GetOrganization, FailureKind::SignInNeeded)))),
        Reply::Patched(Box::new(Ok(answer(200, Some(moved(&thales(), NEW)))))),
        Reply::Patched(Box::new(Ok(answer(401, None)))),
        Reply::Patched(Box::new(Ok(answer(500, None)))),
        Reply::Patched(Box::new(Err(failure(Call::PatchOrganization, timed_out)))),
        Reply::Patched(Box::new(Err(failure(Call::PatchOrganization, FailureKind::Unreachable)))),
        Reply::ConnectionFetched(new()),
        Reply::ConnectionFetched(Box::new(Err(refused(Call::GetConnection, 404)))),
        Reply::ConnectionTested(new()),
        Reply::ConnectionTested(Box::new(Err(refused(Call::TestConnection, 403)))),
        Reply::Discovered(Ok(Vec::new())),
        Reply::Discovered(Err(refused(Call::DiscoverOrganizations, 403))),
        Reply::Recorded(Ok(9)),
        Reply::Recorded(Err(JournalFailure { reason: "no space".into() })),
        Reply::ConnectionsListed(Ok(Vec::new())),
    ]
}

/// Every request that was ever made for such an answer, answered already or not.
fn requests_for(app: &App, reply: &Reply) -> Vec<RequestId> {
    let mut requests: Vec<RequestId> = match reply {
        Reply::Recorded(_) => app.records.iter().map(|(request, ..)| *request).collect(),
        _ => app.request_for(reply).into_iter().collect(),
    };
    requests.dedup();
    requests
}

fn others() -> Vec<(&'static str, Message)> {
    let until = Moment::after_start(Duration::from_mins(15));
    vec![
        ("deadline", Message::DeadlineReached),
        ("drawn", Message::Drawn),
        ("smaller", Message::Resized(Size::new(60, 16))),
        ("too small", Message::Resized(Size::new(20, 5))),
        ("larger", Message::Resized(Size::new(200, 60))),
        ("pasted", Message::Pasted("y".to_owned())),
        ("pasted lines", Message::Pasted("y\n\ny".to_owned())),
        ("signed out", Message::SessionChanged(Session::SignedOut)),
        ("signed in", Message::SessionChanged(Session::SignedIn { until })),
        ("shutdown", Message::ShutdownRequested),
    ]
}

fn intents(app: &App) -> usize {
    app.records.iter().filter(|(.., step)| matches!(step, Transition::Intent(_))).count()
}

/// What must hold whatever happened.
fn holds(what: &str, before: &App, happened: Option<&Message>, after: &App) {
    let (from, to) = (at(before), at(after));
    assert!(is_arrow(from, to), "{what}: {from:?} to {to:?}");
    let sent = after.patches() - before.patches();
    assert!(sent <= 1 && after.patches() <= 2, "{what}: {sent} more PATCHes");
    if sent == 1 {
        let durable = matches!(happened, Some(Message::Replied { reply: Reply::Recorded(Ok(_)), .. }));
        let change = before.state.change.as_ref().unwrap();
        let proven = matches!(&change.phase, Phase::Settling { evidence, .. }
            if change.sends == 1 && matches!(&evidence.answer, Ok(answer) if answer.status == 401));
        assert!((from == At::Recording && durable) || proven, "{what}: sent from {from:?}");
    }
    let in_flight = matches!(from, At::Recording | At::Sending | At::Settling | At::Closing);
    assert!(!in_flight || to != At::Gone, "{what}: the change is lost");
    assert!(!in_flight || intents(before) == intents(after), "{what}: a second intent");
    if to == At::Recording && from != to {
        let Phase::Reviewing(review) = &before.state.change.as_ref().unwrap().phase else {
            panic!("{what}: recorded from {from:?}")
        };
        assert_eq!(review.checks.gate(), Gate::Open, "{what}");
    }
}

fn copy(app: &App) -> App {
    App {
        state: app.state.clone(),
        keymap: app.keymap.clone(),
        effects: app.effects.clone(),
        now: app.now,
        records: app.records.clone(),
        journal: app.journal,
        plans: app.plans,
        told: app.told,
    }
}

#[test]
fn every_phase_against_everything_that_can_happen_holds_in_more_than_3000_cases() {
    let (phases, keys, replies, others) = (phases(), keys(), replies(), others());
    assert_eq!(phases.len(), 24);
    let mut cases = 0;
    for (name, start) in &phases {
        for key in &keys {
            for pause in [0, 600] {
                let before = copy(start).wait(pause);
                let after = copy(&before).keys(key);
                holds(&format!("{name}: {key} after {pause} ms"), &before, None, &after);
                cases += 1;
            }
        }
        for reply in &replies {
            for request in requests_for(start, reply) {
                let message = Message::Replied { request, reply: reply.clone(), took: Duration::ZERO };
                let after = copy(start).message(message.clone());
                holds(&format!("{name}: {reply:?}"), start, Some(&message), &after);
                // The same answer once more says nothing new.
                let again = copy(&after).message(message);
                assert_eq!(at(&again), at(&after), "{name}: {reply:?} twice");
                assert_eq!(again.patches(), after.patches(), "{name}: {reply:?} twice");
                cases += 2;
            }
            let after = copy(start).answer(number(77_777), reply.clone());
            let same = after.state.change == start.state.change && after.effects == start.effects;
            assert!(same && after.records.len() == start.records.len(), "{name}: a stray {reply:?}");
            cases += 1;
        }
        for (what, message) in &others {
            let after = copy(start).message(message.clone());
            holds(&format!("{name}: {what}"), start, Some(message), &after);
            let quits =
                after.effects.len() > start.effects.len() && after.effects.last() == Some(&Effect::Quit);
            assert_eq!(quits, *what == "shutdown", "{name}: {what}");
            cases += 1;
        }
    }
    assert!(cases > 3000, "{cases}");
}

#[test]
fn the_phases_of_the_table_are_what_their_names_say() {
    let outcomes = |wanted: &str| {
        let found = phases().into_iter().find(|(name, _)| *name == wanted).unwrap().1;
        (at(&found), found.outcome())
    };
    let table = [
        ("waiting", At::Reviewing, None),
        ("conflict", At::Reviewing, None),
        ("recording", At::Recording, None),
        ("sending again", At::Sending, None),
        ("settling, second 401", At::Settling, None),
        ("closing", At::Closing, None),
        ("verified", At::Settled, Some(Outcome::Verified)),
        ("applied", At::Settled, Some(Outcome::Applied)),
        ("not applied", At::Settled, Some(Outcome::NotApplied)),
        ("never sent", At::Settled, Some(Outcome::NotApplied)),
        ("refused", At::Settled, Some(Outcome::Refused)),
        ("unknown", At::Settled, Some(Outcome::Unknown)),
    ];
    for (name, place, outcome) in table {
        assert_eq!(outcomes(name), (place, outcome), "{name}");
    }
}
