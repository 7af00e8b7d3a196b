//! Everything that can end or stop the program, in every state it can be in.
//!
//! Thirteen states, each with four signals, five ways to lose the terminal, and a stop: small here, so that it
//! runs with the other tests, and in full by a named command that prints how long a terminal was kept:
//!
//! ```text
//! MATRIX=full cargo test --test e2e matrix -- --nocapture --test-threads=1
//! ```

use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::change::{press_yes, review};
use crate::outside::DemoServer;
use crate::rotation::apply_three;
use crate::terminal::{DEADLINE, Terminal, Way};

/// What the program is doing when it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    StartUp,
    SignIn,
    Idle,
    Loading,
    Flood,
    Detail,
    Filter,
    Review,
    Sending,
    Settling,
    Bulk,
    Paste,
    Blocked,
}

const STATES: [Doing; 13] = [
    Doing::StartUp,
    Doing::SignIn,
    Doing::Idle,
    Doing::Loading,
    Doing::Flood,
    Doing::Detail,
    Doing::Filter,
    Doing::Review,
    Doing::Sending,
    Doing::Settling,
    Doing::Bulk,
    Doing::Paste,
    Doing::Blocked,
];

/// How the terminal is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// Closed.
    Closed,
    /// Closed, and SIGHUP is ignored, as under `nohup`.
    Ignored,
    /// Closed, under a wrapper that is told of it and tells nobody.
    Swallowed,
    /// Closed while a key is half typed.
    HalfAKey,
    /// Made of no size, and closed.
    Shrunk,
}

const LOSSES: [Loss; 5] = [Loss::Closed, Loss::Ignored, Loss::Swallowed, Loss::HalfAKey, Loss::Shrunk];

/// A program in such a state, and the server it talks to.
struct Scene {
    terminal: Terminal,
    _server: Option<DemoServer>,
}

impl Scene {
    fn set(doing: Doing, way: Way) -> Self {
        let flags: &[&str] = match doing {
            Doing::Loading => &["--fault", "hang@GET /api/v1/cckm/sfdc/organizations"],
            Doing::Sending | Doing::Bulk => &["--fault", "hang"],
            Doing::Settling => &["--fault", "close"],
            Doing::SignIn => &[],
            _ => return Self::of_the_demo(doing, way),
        };
        let (server, lines) = DemoServer::start(&[&["--listen", "127.0.0.1:0", "--http"], flags].concat());
        let password = lines[2].trim_start_matches("password ").to_owned();
        let known: &[(&str, &str)] = &[("CCKM_PASSWORD", &password)];
        let args = ["--url", &lines[0], "--username", "admin"];
        let mut terminal =
            Terminal::start_by(way, &args, if doing == Doing::SignIn { &[] } else { known }, (100, 30));
        match doing {
            Doing::SignIn => drop(terminal.wait_for_text("assword")),
            Doing::Loading => terminal.wait_until_taken(),
            Doing::Bulk => {
                apply_three(&mut terminal);
                terminal.wait_for_text("0 of 3");
            }
            _ => {
                review(&mut terminal);
                press_yes(&mut terminal);
                terminal.wait_for("end of the review", |screen| {
                    !screen.contents().contains("nothing is sent yet")
                });
            }
        }
        Self { terminal, _server: Some(server) }
    }

    fn of_the_demo(doing: Doing, way: Way) -> Self {
        let size = if doing == Doing::Blocked { (200, 60) } else { (100, 30) };
        let mut terminal = Terminal::start_by(way, &["--demo", "--mouse"], &[], size);
        terminal.wait_until_taken();
        if doing == Doing::StartUp {
            return Self { terminal, _server: None };
        }
        terminal.wait_for_text("Organizations 56");
        match doing {
            Doing::Detail => {
                terminal.send("\t");
                terminal.wait_for_text("Esc back");
            }
            Doing::Filter => {
                terminal.send("/Acme");
                terminal.wait_for_text("/[Acme");
            }
            Doing::Review => review(&mut terminal),
            Doing::Paste => {
                terminal.send("/");
                terminal.wait_for_text("Enter accept");
                terminal.send("\x1b[200~Acme");
            }
            Doing::Flood => terminal.send(&"jk".repeat(20_000)),
            Doing::Blocked => terminal.block(),
            _ => {}
        }
        Self { terminal, _server: None }
    }
}

/// How often each combination is tried.
fn times(in_full: usize) -> usize {
    if is_full() { in_full } else { 1 }
}

fn is_full() -> bool {
    std::env::var_os("MATRIX").is_some_and(|value| value == "full")
}

/// Tries all of them, some at a time, and gives how long each took, shortest first.
fn try_all<T: Copy + Sync>(all: &[T], attempt: impl Fn(T) -> Duration + Sync) -> Vec<Duration> {
    let (next, took) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let workers = thread::available_parallelism().map_or(2, |cores| 2 * cores.get());
    thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                while let Some(one) = all.get(next.fetch_add(1, Ordering::SeqCst)) {
                    let duration = attempt(*one);
                    took.lock().unwrap().push(duration);
                }
            });
        }
    });
    let mut took = took.into_inner().unwrap();
    assert_eq!(took.len(), all.len(), "all of them");
    took.sort();
    took
}

/// Prints the count and the percentiles.
fn tell(what: &str, took: &[Duration]) {
    let at = |percent: usize| took[(took.len() - 1) * percent / 100];
    let line =
        format!("{what}: {} of {0}; p50 {:?}, p99 {:?}, most {:?}\n", took.len(), at(50), at(99), at(100));
    std::io::stderr().write_all(line.as_bytes()).unwrap();
}

#[test]
fn matrix_sg_01_every_signal_in_every_state_gives_the_terminal_back() {
    let signals = [(Signal::TERM, 143), (Signal::INT, 130), (Signal::QUIT, 131), (Signal::HUP, 129)];
    let all: Vec<_> = STATES
        .into_iter()
        .flat_map(|doing| signals.map(|signal| (doing, signal)))
        .flat_map(|one| std::iter::repeat_n(one, times(3)))
        .collect();
    let attempt = |(doing, (signal, code)): (Doing, (Signal, u32))| {
        let Scene { mut terminal, _server } = Scene::set(doing, Way::Straight);
        let sent = Instant::now();
        terminal.signal(signal);
        let took = terminal.wait_for_cooked(sent);
        if doing == Doing::Blocked {
            terminal.unblock();
        }
        assert_eq!(terminal.wait_for_exit(), code, "{doing:?} {signal:?}");
        terminal.assert_given_back();
        took
    };
    let (blocked, free): (Vec<_>, Vec<_>) = all.into_iter().partition(|(doing, _)| *doing == Doing::Blocked);
    tell("signals, settings back", &try_all(&free, attempt));
    tell("signals, settings back, output blocked", &try_all(&blocked, attempt));
}

#[test]
fn matrix_sg_02_to_sg_04_a_lost_terminal_in_every_state_ends_the_program() {
    let all: Vec<_> = STATES
        .into_iter()
        .flat_map(|doing| LOSSES.map(|loss| (doing, loss)))
        .flat_map(|one| std::iter::repeat_n(one, times(2)))
        .collect();
    let took = try_all(&all, |(doing, loss)| {
        let way = match loss {
            Loss::Ignored => Way::HangUpIgnored,
            Loss::Swallowed => Way::Wrapped,
            _ => Way::Straight,
        };
        let Scene { mut terminal, _server } = Scene::set(doing, way);
        match loss {
            Loss::HalfAKey => terminal.send("\x1b["),
            Loss::Shrunk => terminal.resize_unseen(0, 0),
            _ => {}
        }
        let program = terminal.program();
        let lost = Instant::now();
        terminal.hang_up();
        while is_there(program) {
            assert!(lost.elapsed() < DEADLINE, "{doing:?} {loss:?}: still there");
            thread::sleep(Duration::from_millis(1));
        }
        lost.elapsed()
    });
    tell("lost terminals, program gone", &took);
}

#[test]
fn matrix_sg_08_ctrl_z_and_fg_in_every_state_show_the_same_screen_again() {
    let all: Vec<_> = STATES.into_iter().filter(|doing| *doing != Doing::Blocked).collect();
    let took = try_all(&all, |doing| {
        let Scene { mut terminal, _server } = Scene::set(doing, Way::Straight);
        let same = matches!(doing, Doing::Idle | Doing::Detail | Doing::Filter);
        if same {
            // The last thing to arrive, and the frame that shows it to its end.
            terminal.wait_for_text("Ready (");
            terminal.wait_for_whole_frame();
        }
        let before = terminal.with_screen(below_the_header);
        let stop = Instant::now();
        terminal.signal(Signal::TSTP);
        terminal.wait_until_stopped();
        let took = stop.elapsed();
        terminal.assert_given_back();
        if !same {
            terminal.resize(90, 28);
        }
        terminal.signal(Signal::CONT);
        terminal.wait_until_taken();
        terminal.wait_for("screen as before, or of the new size", |screen| {
            if same {
                return below_the_header(screen) == before;
            }
            (0..28).any(|row| screen.cell(row, 88).is_some_and(|cell| !cell.contents().trim().is_empty()))
        });
        terminal.signal(Signal::TERM);
        assert_eq!(terminal.wait_for_exit(), 143, "{doing:?}");
        terminal.assert_given_back();
        took
    });
    tell("stops", &took);
}

/// The screen without its first row, whose ages go on.
fn below_the_header(screen: &vt100::Screen) -> Vec<String> {
    screen.rows(0, 100).skip(1).map(|row| row.trim_end().to_owned()).collect()
}

/// Whether the process is there, other than as a zombie.
fn is_there(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat"))
        .is_ok_and(|stat| !stat.rsplit_once(')').is_some_and(|(_, rest)| rest.trim_start().starts_with('Z')))
}
