//! Answers made to be wrong, by the hundred thousand: through the reading, the state and the screen, without a
//! panic, without a second's delay, and without a character on the screen that a terminal could obey.
//!
//! `CCKM_ANSWERS=10000000 cargo test --release --test it fuzz:: -- --nocapture` tries ten million. What fails is
//! named by its seed, made smaller, and printed; `CCKM_SEED=<seed> CCKM_ANSWERS=1` tries it again.

mod mutate;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use cckm_tui::api::bodies;
use cckm_tui::app::{Effect, Reply, State};
use cckm_tui::domain::{Call, Page, Record};
use cckm_tui::keymap::Keymap;
use cckm_tui::text::escape;
use cckm_tui::theme::Surface;
use cckm_tui::ui::{Look, view};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use crate::support::app::{App, answer};
use crate::support::records::thales;
use mutate::{Kind, body, smaller};

/// Answers that are shown on one screen: a frame costs more than all of them.
const TOGETHER: u64 = 10;

/// How long the answers of one screen may take, on a machine that does other things as well.
const SLOW: Duration = Duration::from_secs(1);

/// How often what was slow is tried again.
const TRIES: usize = 3;

fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(otherwise)
}

/// A core that waits for the first page, a screen, and what both need.
struct Bench {
    app: App,
    fresh: (State, Vec<Effect>),
    screens: Vec<Terminal<TestBackend>>,
    keymap: Keymap,
}

impl Bench {
    fn new() -> Self {
        let app = App::new(80, 24).signed_in();
        let fresh = (app.state.clone(), app.effects.clone());
        let sizes = [(60, 16), (60, 16), (60, 16), (80, 24), (60, 16), (60, 16), (60, 16), (120, 30)];
        let screens = sizes.map(|(width, height)| Terminal::new(TestBackend::new(width, height)).unwrap());
        Self { app, fresh, screens: screens.into(), keymap: Keymap::shipped() }
    }

    /// What is wrong with these answers of one kind.
    #[expect(clippy::disallowed_methods, reason = "how long it takes is the question")]
    fn try_all(&mut self, kind: Kind, bodies: &[Vec<u8>], nth: u64) -> Result<(), String> {
        let mut timed = || {
            let since = Instant::now();
            let tried = catch_unwind(AssertUnwindSafe(|| self.show(kind, bodies, nth)));
            (tried, since.elapsed())
        };
        let (mut tried, mut took) = timed();
        // A machine that was busy with other things is not so each time.
        for _ in 1..TRIES {
            if took > SLOW {
                (tried, took) = timed();
            }
        }
        match tried {
            Err(_) => {
                // What was left halfway is not used again.
                *self = Self::new();
                Err("it panicked".to_owned())
            }
            Ok(Err(what)) => Err(what),
            Ok(Ok(())) if took > SLOW => Err(format!("it took {took:?}")),
            Ok(Ok(())) => Ok(()),
        }
    }

    fn show(&mut self, kind: Kind, bodies: &[Vec<u8>], nth: u64) -> Result<(), String> {
        let count = self.screens.len();
        let screen = usize::try_from(nth).unwrap() % count;
        let size = self.screens[screen].size().unwrap();
        let mut app = std::mem::replace(&mut self.app, App::new(0, 0));
        (app.state, app.effects) = (self.fresh.0.clone(), self.fresh.1.clone());
        app = app.message(cckm_tui::app::Message::Resized(size));
        app = told(app, kind, bodies, nth);
        let terminal = &mut self.screens[screen];
        let look = Look { surface: Surface::default(), keymap: &self.keymap };
        terminal.draw(|frame| _ = view(&app.state, look, frame.buffer_mut())).unwrap();
        self.app = app;
        forbidden(terminal.backend().buffer())
    }
}

/// The core after these answers.
fn told(mut app: App, kind: Kind, bodies: &[Vec<u8>], nth: u64) -> App {
    match kind {
        Kind::List => {
            let mut all = Page::new(0, None, Vec::new()).listed();
            for body in bodies {
                match bodies::organizations(body) {
                    Ok(page) => {
                        all.records.extend(page.records.into_iter().take(3));
                        all.others.extend(page.others);
                    }
                    // The last good page stays: the failure is told, and the next page comes after it.
                    Err(failure) => app = again(app.reply(Reply::Listed(Err(failure)))),
                }
            }
            all.total = Some(all.records.len());
            app = app.listed(all);
            match nth % 4 {
                0 => app,
                1 => app.keys("enter"),
                2 => app.keys("enter 2"),
                _ => app.keys("G e"),
            }
        }
        Kind::Record => {
            app = app.listed(Page::new(0, Some(1), vec![Record::Sound(thales())]));
            app = app.keys("enter");
            for body in bodies {
                app = app.keys("r").fetched(bodies::organization(body));
            }
            app.keys(if nth.is_multiple_of(2) { "1" } else { "2" })
        }
        Kind::Connections => {
            app = app.listed(Page::new(0, Some(1), vec![Record::Sound(thales())]));
            let mut records = Vec::new();
            for body in bodies {
                match bodies::connections(body) {
                    Ok(some) => records.extend(some),
                    Err(failure) => app = app.reply(Reply::ConnectionsListed(Err(failure))).keys("r"),
                }
            }
            app.reply(Reply::ConnectionsListed(Ok(records))).keys("e")
        }
        Kind::Error => {
            for (body, status) in
                bodies.iter().zip([400, 401, 403, 404, 409, 422, 429, 500, 502, 503].into_iter().cycle())
            {
                let failure = bodies::refused(Call::ListOrganizations, status, body);
                app = again(app.reply(Reply::Listed(Err(failure))));
            }
            app
        }
        Kind::Changed => {
            let body = bodies.first().map_or(&[][..], Vec::as_slice);
            let failure = bodies::refused(Call::PatchOrganization, 422, body);
            let text: String = String::from_utf8_lossy(body).into_owned();
            let refused = cckm_tui::domain::PatchAnswer {
                words: failure.words,
                body: text.into(),
                ..answer(422, None)
            };
            app = app.connections(Vec::new());
            app = app.listed(Page::new(0, Some(1), vec![Record::Sound(thales())]));
            app = app.keys("e").text("new").keys("enter").checked().drawn().wait(500).keys("y");
            app.patched(Ok(refused)).fetched(Ok(thales())).keys(if nth.is_multiple_of(2) { "j" } else { "r" })
        }
    }
}

/// The list is asked for again: from the window of a failure, or from the list.
fn again(app: App) -> App {
    app.keys("r")
}

/// What a terminal could obey, hide or misplace.
fn forbidden(buffer: &Buffer) -> Result<(), String> {
    let mut before = "";
    for cell in buffer.content() {
        let symbol = cell.symbol();
        let plain = matches!(symbol.as_bytes(), [b' '..=b'~']) || symbol == "…";
        if !plain && escape(symbol) != symbol {
            // A mark of its own width stands beside its base.
            let beside = format!("{before}{symbol}");
            if escape(&beside) != beside {
                return Err(format!("{symbol:?} is on the screen"));
            }
        }
        if symbol.len() > 64 {
            return Err(format!("a cell of {} bytes", symbol.len()));
        }
        before = symbol;
    }
    Ok(())
}

fn bodies_of(seed: u64) -> (Kind, Vec<Vec<u8>>) {
    let kind = Kind::of(seed);
    let count = if kind == Kind::Changed { 1 } else { TOGETHER };
    (kind, (0..count).map(|n| body(kind, seed.wrapping_mul(TOGETHER).wrapping_add(n))).collect())
}

/// What fails, with as few and as short answers as still do.
fn report(bench: &mut Bench, seed: u64, what: &str) -> String {
    let (kind, mut bodies) = bodies_of(seed);
    let fails = |bench: &mut Bench, bodies: &[Vec<u8>]| bench.try_all(kind, bodies, seed).is_err();
    if let Some(alone) = bodies.iter().find(|body| fails(bench, std::slice::from_ref(body))) {
        bodies = vec![alone.clone()];
    }
    if let [only] = bodies.as_slice() {
        bodies = vec![smaller(only, |body| fails(bench, &[body.to_vec()]))];
    }
    let shown: Vec<_> = bodies
        .iter()
        .map(|body| String::from_utf8_lossy(&body[..body.len().min(2000)]).into_owned())
        .collect();
    format!("seed {seed} ({kind:?}): {what}\n{shown:#?}")
}

#[test]
fn js_18_g4_no_answer_makes_it_panic_hang_or_show_what_a_terminal_obeys() {
    let answers = setting("CCKM_ANSWERS", 100_000);
    let first = setting("CCKM_SEED", 0);
    let screens = answers.div_ceil(TOGETHER);
    let next = AtomicU64::new(0);
    let threads = thread::available_parallelism().map_or(2, usize::from);
    let wrong: Vec<String> = thread::scope(|scope| {
        let work = || {
            let mut bench = Bench::new();
            loop {
                let nth = next.fetch_add(1, Ordering::Relaxed);
                if nth >= screens {
                    return None;
                }
                let seed = first.wrapping_add(nth);
                let (kind, bodies) = bodies_of(seed);
                // What is slow once may have waited for the machine.
                let tried =
                    bench.try_all(kind, &bodies, seed).or_else(|_| bench.try_all(kind, &bodies, seed));
                if let Err(what) = tried {
                    return Some(report(&mut bench, seed, &what));
                }
            }
        };
        let all: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        all.into_iter().filter_map(|one| one.join().unwrap()).collect()
    });
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// The mutations reach what they are for: sound records, damaged ones, and bodies that are no list.
#[test]
fn the_mutated_answers_are_of_every_sort() {
    let (mut sound, mut damaged, mut no_list) = (0, 0, 0);
    for seed in 0..3000 {
        match bodies::organizations(&body(Kind::List, seed)) {
            Ok(page) => {
                let bad = page.records.iter().filter(|record| matches!(record, Record::Damaged(_))).count();
                damaged += bad;
                sound += page.records.len() - bad;
            }
            Err(_) => no_list += 1,
        }
    }
    assert!(sound > 300 && damaged > 200 && no_list > 300, "{sound} {damaged} {no_list}");
}
