//! Names that try to be commands: whatever a server says, every cell of every screen is harmless.

use std::sync::Arc;

use cckm_tui::app::{Badge, Message, Reply, Run, Settings};
use cckm_tui::domain::{
    Belief, Call, Connection, ConnectionState, Distrust, Doubt, Failure, FailureKind, Identity, Organization,
    OrganizationId, Page, PatchAnswer, Record, ServerWords, Shown,
};
use cckm_tui::text::escape;

use super::screens::resized;
use crate::support::app::{App, answer, run, settings};
use crate::support::identity::{identity, verified};
use crate::support::records::organization;
use crate::support::screen;

fn corpus() -> Vec<String> {
    let mut corpus: Vec<String> = [
        "\u{1b}[2J\u{1b}[31mred",
        "bell\u{7}bell",
        "\u{1b}]52;c;cHduZWQ=\u{7}",
        "\u{1b}P+q\u{1b}\\ \u{9b}6n",
        "prod\u{202e}dorp",
        "\u{2066}isolate\u{2069}",
        "👩\u{200d}👩\u{200d}👧",
        "❤\u{fe0f} 🇩🇪 1\u{20e3}",
        "tab\there",
        "nbsp\u{a0}\u{2003}\u{3000}here",
        "line\nbreak\r\nhere\u{2028}and\u{85}here",
        r"\x1b[2J \u{202e} \\x41",
        "",
        "   ",
        "\u{200b}\u{feff}\u{2800}\u{3164}",
        "–",
        "null",
        "│ ERROR: retype your password ┘ y Send the change",
        "ｆｕｌｌｗｉｄｔｈ 日本語 ﷽ ﷺ",
        "\u{e000}\u{f8ff}\u{10ffff}\u{fffe}",
        "\u{0}\u{1}\u{7f}\u{80}\u{9f}\u{ad}",
        "ไทย हिन्दी தமிழ் العربية עברית",
    ]
    .map(str::to_owned)
    .into();
    corpus.push(format!("e{}", "\u{301}".repeat(100)));
    corpus.push("\u{1b}".repeat(64 * 1024));
    corpus.push("long ".repeat(200_000));
    corpus
}

fn hostile(text: &str) -> Organization {
    Organization {
        name: text.into(),
        organization_id: text.into(),
        connection: text.into(),
        cloud_name: text.into(),
        kind: text.into(),
        created_at: text.into(),
        updated_at: text.into(),
        uri: text.into(),
        json: serde_json::json!({ text: text, "n": 1 }).to_string().into(),
        ..organization(1)
    }
}

fn words(text: &str) -> ServerWords {
    ServerWords { code: text.into(), message: text.into(), request_id: text.into() }
}

fn failed(text: &str, call: Call, status: u16) -> Failure {
    Failure { words: words(text), ..Failure::new(call, FailureKind::Refused { status }, text) }
}

/// A certificate whose every text is this one.
fn doubted(text: &str) -> Message {
    let offered = Identity {
        subject: text.into(),
        issuer: text.into(),
        names: vec![text.into(), text.into()],
        key: text.into(),
        signature: text.into(),
        serial: text.into(),
        ..identity(2)
    };
    let distrust = Distrust { address: text.into(), offered, doubt: Doubt::Unknown(text.into()) };
    Message::CertificateShown(Shown { believed: None, doubted: Some(Arc::new(distrust)) })
}

fn met(text: &str) -> App {
    let settings = Settings { badge: Badge::Profile(text.into()), ..settings() };
    App::of(run(), settings, 80, 24).message(doubted(text))
}

/// Every part of every screen that a server, a file or the operator's paste has a say in.
fn screens(text: &str) -> Vec<(&'static str, App)> {
    let settings = || Settings {
        badge: Badge::Profile(text.into()),
        server: text.into(),
        domain: text.into(),
        user: text.into(),
        ..settings()
    };
    let run = || Run { log_file: text.into(), ..run() };
    let listed = || {
        let connection = Connection {
            id: text.into(),
            name: text.into(),
            cloud_name: text.into(),
            state: ConnectionState::Fail,
            tested_at: text.into(),
            error: text.into(),
            created_at: text.into(),
            updated_at: text.into(),
            uri: text.into(),
            json: serde_json::json!({ text: text }).to_string().into(),
        };
        let records = vec![
            Record::Sound(hostile(text)),
            Record::Sound(organization(2)),
            Record::damaged(text.into(), text.into()),
        ];
        let app = App::of(run(), settings(), 80, 24).signed_in().connections(vec![connection]);
        app.listed(Page::new(0, Some(3), records))
    };
    let changed = || {
        let records = vec![Record::Sound(Organization { connection: "x".into(), ..hostile(text) })];
        listed().keys("r").listed(Page::new(0, Some(1), records))
    };
    let review =
        || listed().keys("s j j j enter g e").text("zz9").keys("enter enter").checked().drawn().wait(500);
    let sent =
        || changed().keys("e").text("new").keys("enter enter enter").checked().drawn().wait(500).keys("y");
    let refused =
        || PatchAnswer { words: words(text), body: text.into(), oddity: text.into(), ..answer(422, None) };
    let seen = || Ok(hostile(text));
    vec![
        ("list", listed()),
        ("list, last", listed().keys("G")),
        ("changed row", changed()),
        ("fields", listed().keys("enter")),
        ("json", listed().keys("enter 2")),
        ("damaged", listed().keys("G enter 2")),
        ("connections", listed().keys("c")),
        ("connection", listed().keys("c tab")),
        ("connection, json", listed().keys("c tab 2")),
        ("connections of damaged records", {
            let damaged = Record::damaged(text.into(), text.into());
            listed().keys("r").reply(Reply::ConnectionsListed(Ok(vec![damaged]))).keys("c G tab")
        }),
        ("tested", {
            let reply = Reply::ConnectionTested(Box::new(Err(failed(text, Call::TestConnection, 400))));
            let app = listed().keys("c t");
            // Where another row is selected, there is nothing to test.
            let asked = app.request_for(&reply).is_some();
            if asked { app.reply(reply).keys("tab") } else { app.keys("tab") }
        }),
        ("organizations of a connection", listed().keys("c enter")),
        ("help", listed().keys("?")),
        ("edit", listed().keys("e down")),
        ("review", review()),
        ("sending", sent()),
        ("result", sent().patched(Ok(refused())).fetched(seen())),
        ("whole answer", sent().patched(Ok(refused())).fetched(seen()).keys("r")),
        ("settling", sent().patched(Ok(answer(503, None))).wait(500).fetched(seen())),
        ("told", sent().keys("esc").patched(Ok(refused())).fetched(seen())),
        (
            "problem",
            App::of(run(), settings(), 80, 24).signed_in().reply(Reply::Listed(Err(failed(
                text,
                Call::ListOrganizations,
                500,
            )))),
        ),
        (
            "sign-in",
            App::of(run(), settings(), 80, 24).reply(Reply::SignedIn(Err(failed(text, Call::SignIn, 401)))),
        ),
        ("first contact", met(text)),
        ("certificate", met(text).keys("v")),
        ("stop", {
            let believed =
                Message::CertificateShown(Shown { believed: Some(verified(Belief::System)), doubted: None });
            App::of(run(), settings(), 80, 24).message(believed).message(doubted(text))
        }),
        ("pasted", {
            let line: String = text.chars().filter(|c| !c.is_control()).take(500).collect();
            listed().keys("/").message(Message::Pasted(line))
        }),
    ]
}

/// Whether a terminal shows these characters and does nothing else. A spacing mark has a cell of its own, beside
/// that of its base.
fn is_harmless(before: &str, symbol: &str) -> bool {
    let beside = format!("{before}{symbol}");
    // The mark of a cut is ours; in the text it is escaped.
    matches!(symbol, " " | "…") || escape(symbol) == symbol || escape(&beside) == beside
}

#[test]
fn m19_tx_01_to_tx_03_no_cell_of_any_screen_holds_what_a_terminal_could_obey_or_hide() {
    for text in corpus() {
        for (name, mut app) in screens(&text) {
            let sizes = if text.len() > 10_000 { &[(80, 24)][..] } else { &[(60, 16), (80, 24), (160, 40)] };
            for (width, height) in sizes {
                app = resized(app, *width, *height);
                let buffer = screen::cells(&app.state);
                let mut before = "";
                for cell in buffer.content() {
                    let symbol = cell.symbol();
                    let start: String = text.chars().take(40).collect();
                    assert!(is_harmless(before, symbol), "{symbol:?} on {name} with {start:?}");
                    before = symbol;
                    assert!(symbol.chars().count() <= 5, "{symbol:?} on {name}");
                }
            }
        }
    }
}

#[test]
fn tx_16_an_empty_value_cannot_be_imitated() {
    let dash = |connection: &str| {
        let row = Organization { connection: connection.into(), ..organization(1) };
        screen::text(&App::new(80, 24).loaded(vec![row]).state).lines().nth(3).unwrap().contains('–')
    };
    assert!(dash(""));
    assert!(!dash("–") && !dash("-") && !dash(" ") && !dash("\u{200b}") && !dash("null"));
}

#[test]
fn tx_18_a_name_of_a_megabyte_hides_nothing_that_is_agreed_to() {
    let endless = "x".repeat(1 << 20);
    let target = Organization {
        name: endless.as_str().into(),
        connection: endless.as_str().into(),
        ..organization(1)
    };
    let app = App::new(60, 16).loaded(vec![target]).keys("e").text("new-one").keys("enter enter");
    let app = app.checked().drawn().wait(500);
    let shown = screen::text(&app.state);
    for part in ["00000000-0000-4000-8000-000000000001", "- xxx", "+ new-one", "[ Cancel ]", "y Send"] {
        assert!(shown.contains(part), "{part:?} is missing\n{shown}");
    }
}

#[test]
fn a_hostile_id_never_becomes_a_path() {
    for text in corpus() {
        assert_eq!(OrganizationId::new(&text).is_some(), text == "null", "{:?}", text.get(..20));
    }
}

#[test]
fn tx_19_words_of_the_server_open_no_window_and_take_no_key() {
    let spoof = "┌ Review ┐ y Send the change";
    let app = App::new(80, 24).loaded(vec![hostile(spoof)]).onwards().keys("y");
    assert_eq!((app.asked(), app.state.modals.len()), (&[][..], 0));
}
