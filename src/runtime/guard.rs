//! Whatever happens to the terminal or to the program: the terminal is given back, and the program ends.
//!
//! ```text
//! signal ─▶ terminal given back ─▶ the loop is told ─▶ journal and session are closed ─▶ the same signal,
//! hang-up      from here                                within FAREWELL, else from here   as nobody caught it
//!              └──────────────── a second signal: the end, at once ────────────────────────────┘
//! ```
//!
//! Signals are handled on a thread of their own and not by tokio, whose handlers run only as long as its
//! workers do: this thread shares no lock with the drawing, waits for no queue, and works when every other
//! thread is stuck. A second thread waits for the terminal to go, because nothing tells of that where SIGHUP
//! is ignored (`nohup`) or kept back by a wrapper.
//!
//! A hang-up hastens nothing: nobody types it, and it comes twice, from the kernel and from the shell. But
//! without a terminal the whole end is over within a second.

use std::io;
use std::os::fd::AsFd as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, poll};
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH};
use signal_hook::iterator::Signals;
use signal_hook::low_level::emulate_default_handler;

use super::inbox::Bell;
use super::terminal::{self, Restorer};
use super::{End, Event};

/// How long the program may take, after the terminal was given back, to write its journal to the end and to
/// give its session back: a little more than either has.
const FAREWELL: Duration = Duration::from_millis(1_800);

/// The same when the terminal is gone.
const FAREWELL_WITHOUT_A_TERMINAL: Duration = Duration::from_millis(750);

/// No signal has this number.
const NONE: i32 = 0;

/// Starts to listen and to watch. From here on nothing leaves the terminal as it is.
///
/// # Errors
///
/// When a handler cannot be installed, or a thread not be started.
pub fn start(bell: Bell, restorer: Restorer) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGTSTP, SIGCONT, SIGWINCH])?;
    let guard = Guard { bell, restorer, first: Arc::new(AtomicI32::new(NONE)) };
    let watch = guard.clone();
    let input = terminal::input()?;
    thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        if wait_for_hang_up(&input) {
            watch.end(SIGHUP, FAREWELL_WITHOUT_A_TERMINAL);
        }
    })?;
    thread::Builder::new().name("signals".to_owned()).spawn(move || {
        loop {
            let mut numbers: Vec<i32> = signals.wait().collect();
            // A stopped program is often told to end and to go on in one breath.
            numbers.sort_by_key(|number| !ends(*number));
            for number in numbers {
                guard.handle(number);
            }
        }
    })?;
    Ok(())
}

const fn ends(number: i32) -> bool {
    matches!(number, SIGTERM | SIGINT | SIGQUIT | SIGHUP)
}

/// Ends the program as a signal of this number does to one that does not catch it: shells see `128 + number`.
pub fn die_by(number: i32) -> ! {
    if let Err(error) = emulate_default_handler(number) {
        tracing::error!(%error, number, "the signal has no default");
    }
    #[expect(clippy::exit, reason = "the signal was to end the program, and did not")]
    std::process::exit(128 + number);
}

/// What both threads work with.
#[derive(Clone)]
struct Guard {
    bell: Bell,
    restorer: Restorer,
    /// The number that the program ends by.
    first: Arc<AtomicI32>,
}

impl Guard {
    fn handle(&self, number: i32) {
        match number {
            SIGWINCH => self.bell.ring(Event::SizeChanged),
            SIGTSTP => {
                self.restorer.suspend();
                terminal::stop_self();
            }
            SIGCONT => {
                if let Err(error) = self.restorer.resume() {
                    tracing::error!(%error, "the terminal cannot be set up again");
                }
                self.bell.ring(Event::SizeChanged);
                self.bell.ring(Event::ScreenLost);
            }
            number => self.end(number, FAREWELL),
        }
    }

    /// Gives the terminal back, and sees that the program ends within `patience`.
    fn end(&self, number: i32, patience: Duration) {
        let first = self.first.compare_exchange(NONE, number, Ordering::SeqCst, Ordering::SeqCst);
        let is_meant = number != SIGHUP;
        let number = first.err().unwrap_or(number);
        let was_ending = first.is_err() || self.bell.is_deaf();
        let drawing_is_free = self.restorer.restore();
        if (was_ending && is_meant) || !drawing_is_free {
            die_by(number);
        }
        if !was_ending {
            self.bell.ring(Event::End(End::Signal(number)));
        }
        // On a thread of its own, because this one must go on to listen.
        let last_resort = thread::Builder::new().name("last-resort".to_owned()).spawn(move || {
            thread::sleep(patience);
            die_by(number);
        });
        if last_resort.is_err() {
            die_by(number);
        }
    }
}

/// Returns when the terminal is gone, on either side; with `false` when that cannot be watched.
fn wait_for_hang_up(input: &impl std::os::fd::AsFd) -> bool {
    let output = io::stdout();
    // No events asked for: the end of the line is reported all the same.
    let watched = |fd| PollFd::from_borrowed_fd(fd, PollFlags::empty());
    let mut fds = [watched(input.as_fd()), watched(output.as_fd())];
    loop {
        match poll(&mut fds, None) {
            Ok(_) => return true,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                tracing::error!(%error, "the terminal cannot be watched");
                return false;
            }
        }
    }
}
