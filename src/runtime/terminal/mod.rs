//! The terminal: taken, written to, and given back exactly once, whatever happens.
//!
//! ```text
//!            take            suspend / resume
//!  before ─────────▶ taken ◀──────────────────▶ suspended
//!    │                 │ restore                    │ restore
//!    └────────────────▶└──────▶ given back ◀────────┘        nothing is written from here on
//! ```
//!
//! Whoever ends the program (the loop, the [`guard`](super::guard), a panic, a drop) calls
//! [`Restorer::restore`]; the first call does it, the others wait until it is done. Frames come from the
//! [`Glass`], which writes through the gate.
//!
//! The line settings are read before and written back after without the library, which keeps them behind a
//! lock and believes them unchanged while a shell had the terminal.

mod gate;
mod job;
mod panic;

use std::fs::File;
use std::io::{self, IsTerminal as _};
use std::os::fd::{AsFd as _, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::termios::{OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcgetwinsize, tcsetattr};

use self::gate::{Gate, Stage, lock_within};
pub use self::job::NoShell;
pub(super) use self::job::stop_self;
pub use self::panic::install_panic_hook;
use super::glass::{Abilities, Glass};
use super::sieve;

/// The other screen, pastes between marks, no cursor.
const ENTER: &[u8] = b"\x1b[?1049h\x1b[?2004h\x1b[?25l";

/// The end of a frame that may be unfinished, plain text, pastes as they were, the cursor, the first screen.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l";

/// Presses, releases and the wheel of the mouse, by numbers that have no end at column 223; and the end of that.
const TAKE_MOUSE: &[u8] = b"\x1b[?1000h\x1b[?1006h";
const LEAVE_MOUSE: &[u8] = b"\x1b[?1006l\x1b[?1000l";

/// How long a restore waits for a terminal that takes no output.
const PATIENCE: Duration = Duration::from_millis(200);

/// How long what is still typed is thrown away before the shell gets the terminal: it was not meant for it.
const DRAIN: Duration = Duration::from_millis(50);

/// A pause in what is typed that ends this before its time.
const QUIET: Duration = Duration::from_millis(10);

/// The size of the terminal, by its own word; nothing by nothing when it does not say.
///
/// Not crossterm's `size`, which runs `tput` then.
pub fn size() -> Size {
    tcgetwinsize(io::stdout()).map(|size| Size::new(size.ws_col, size.ws_row)).unwrap_or_default()
}

/// The terminal to read keys from: standard input, or the one that controls this program where standard
/// input is something else.
///
/// # Errors
///
/// When there is none.
pub fn input() -> io::Result<OwnedFd> {
    let input = io::stdin();
    if input.is_terminal() {
        return input.as_fd().try_clone_to_owned();
    }
    Ok(File::open("/dev/tty")?.into())
}

/// Gives the terminal back, from any thread.
#[derive(Clone, Debug)]
pub struct Restorer(Arc<Line>);

/// The terminal's two directions.
#[derive(Debug)]
struct Line {
    gate: Gate,
    /// Whether the mouse may be listened to.
    mouse: AtomicBool,
    /// What the settings were. Held only for as long as settings are read or written.
    settings: Mutex<Option<Settings>>,
}

/// The line settings before the terminal was taken, and where to write them to.
#[derive(Debug)]
struct Settings {
    input: OwnedFd,
    before: Termios,
}

impl Restorer {
    /// A terminal on standard output that was not yet taken.
    ///
    /// # Errors
    ///
    /// When standard output is closed.
    pub fn new() -> io::Result<Self> {
        Ok(Self::on(Gate::open()?))
    }

    /// A file in place of a terminal that is taken.
    #[cfg(test)]
    pub(super) fn of_paper(out: File) -> Self {
        Self::on(Gate::new(out, Stage::Taken))
    }

    fn on(gate: Gate) -> Self {
        Self(Arc::new(Line { gate, mouse: AtomicBool::new(false), settings: Mutex::new(None) }))
    }

    /// Takes the terminal: raw mode, the other screen, bracketed paste, no cursor.
    ///
    /// # Errors
    ///
    /// When it cannot be set up; then it is as before.
    pub fn take(&self) -> io::Result<Taken> {
        let input = input()?;
        let before = tcgetattr(&input)?;
        *self.0.settings.lock().unwrap_or_else(PoisonError::into_inner) = Some(Settings { input, before });
        let taken = Taken { restorer: self.clone() };
        self.0.gate.set(Stage::Taken);
        self.set_up()?;
        Ok(taken)
    }

    /// Gives the terminal back for good. Only the first call does something; the others wait until that is
    /// done. Says whether the writing of frames came to an end: it does not where only the shell's own open
    /// file could be had, and the terminal takes nothing.
    pub fn restore(&self) -> bool {
        let mut waited = Duration::ZERO;
        loop {
            match self.0.gate.stage() {
                Stage::GivenBack => return true,
                Stage::Taken if self.0.gate.change(Stage::Taken, Stage::Leaving) => {
                    let free = self.clean_up();
                    self.0.gate.set(Stage::GivenBack);
                    return free;
                }
                now @ (Stage::Before | Stage::Suspended) => {
                    if self.0.gate.change(now, Stage::GivenBack) {
                        return true;
                    }
                }
                Stage::Taken | Stage::Leaving if waited > 3 * PATIENCE => return false,
                Stage::Taken | Stage::Leaving => {
                    let step = Duration::from_millis(1);
                    thread::sleep(step);
                    waited += step;
                }
            }
        }
    }

    /// Whether frames are being shown.
    pub fn is_taken(&self) -> bool {
        self.0.gate.stage() == Stage::Taken
    }

    /// Gives the terminal back until [`resume`](Self::resume).
    pub(super) fn suspend(&self) {
        if self.0.gate.change(Stage::Taken, Stage::Leaving) {
            self.clean_up();
            self.0.gate.set(Stage::Suspended);
        }
    }

    /// Takes the terminal again, after a suspension or after a stop that came without warning.
    pub(super) fn resume(&self) -> io::Result<()> {
        if self.0.gate.stage() == Stage::Suspended {
            // Whoever had the terminal in between may have changed its settings on purpose.
            if let Some(settings) = &mut *self.0.settings.lock().unwrap_or_else(PoisonError::into_inner) {
                settings.before = tcgetattr(&settings.input)?;
            }
            self.0.gate.change(Stage::Suspended, Stage::Taken);
        }
        self.set_up()
    }

    /// Gives the terminal to the shell and stops, with every process of this job.
    ///
    /// # Errors
    ///
    /// When there is no shell that could let the program go on.
    pub(super) fn stop(&self) -> Result<(), NoShell> {
        job::has_a_shell()?;
        self.suspend();
        job::stop();
        Ok(())
    }

    /// Asks the terminal to take a text into its clipboard, with bytes that do nothing else; afterwards it drops
    /// what it is given.
    pub(super) fn copy(&self, bytes: &[u8]) -> io::Result<()> {
        if !sieve::asks_for_the_clipboard(bytes) {
            return Err(io::Error::other("a fault of this program: that is no request to a clipboard"));
        }
        self.0.gate.write(bytes).map(drop)
    }

    /// Listens to the mouse from here on, or leaves it to the terminal.
    pub(super) fn take_mouse(&self, take: bool) -> io::Result<()> {
        // Before it is done: whoever gives the terminal back in between ends it once too often rather than never.
        self.0.mouse.store(true, Ordering::SeqCst);
        self.write(if take { TAKE_MOUSE } else { LEAVE_MOUSE })?;
        self.0.mouse.store(take, Ordering::SeqCst);
        Ok(())
    }

    /// Writes while the terminal is ours, and only what we mean to send; afterwards it drops what it is given. Says
    /// how long the terminal made it wait.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<Duration> {
        self.0.gate.write(&sieve::strained(bytes))
    }

    /// Sets up a terminal that is taken; nothing where it was given back in the meantime.
    fn set_up(&self) -> io::Result<()> {
        let settings = self.0.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.is_taken() {
            return Ok(());
        }
        if let Some(settings) = &*settings {
            let mut raw = settings.before.clone();
            raw.make_raw();
            tcsetattr(&settings.input, OptionalActions::Now, &raw)?;
        }
        drop(settings);
        self.write(ENTER).map(drop)
    }

    /// Leaves the screen, throws away what is still typed, writes the settings back: each as far as it can be
    /// done within its time. Says whether the writer of frames is out of the way.
    fn clean_up(&self) -> bool {
        let mouse = if self.0.mouse.swap(false, Ordering::SeqCst) { LEAVE_MOUSE } else { b"" };
        // Past the sieve, which may not stop a restore at a fault: a test holds these constants to it.
        let left = self.0.gate.write_last(&[mouse, LEAVE].concat(), PATIENCE);
        let restored = match lock_within(&self.0.settings, PATIENCE).as_deref() {
            Some(Some(settings)) => {
                drain(&settings.input);
                tcsetattr(&settings.input, OptionalActions::Now, &settings.before)
            }
            _ => Ok(()),
        };
        let free = *left.as_ref().unwrap_or(&true);
        if let Err(error) = left.and(restored.map_err(io::Error::from)) {
            tracing::warn!(%error, "the terminal is not quite as it was");
        }
        free
    }
}

/// Throws away what is typed until it pauses.
fn drain(input: &OwnedFd) {
    let step = Timespec { tv_sec: 0, tv_nsec: i64::from(QUIET.subsec_nanos()) };
    for _ in 0..DRAIN.as_millis() / QUIET.as_millis() {
        if tcflush(input, QueueSelector::IFlush).is_err() {
            return;
        }
        let mut fds = [PollFd::new(input, PollFlags::IN)];
        let typed = poll(&mut fds, Some(&step)).is_ok_and(|ready| ready > 0);
        if !typed || fds.iter().any(|fd| fd.revents() != PollFlags::IN) {
            return;
        }
    }
}

/// Whether a failure means that the terminal is gone.
pub fn is_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

/// The terminal while it is ours; gives it back when dropped.
#[derive(Debug)]
pub struct Taken {
    restorer: Restorer,
}

impl Taken {
    /// The screen that frames are shown on.
    pub fn screen(&self) -> Glass {
        let term = std::env::var("TERM").unwrap_or_default();
        Glass::new(self.restorer.clone(), Abilities::of_term(&term))
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.restorer.restore();
        #[cfg(debug_assertions)]
        super::faults::trip("leaving");
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Seek as _};

    use super::*;

    fn read(file: &mut File) -> String {
        let mut text = String::new();
        file.rewind().unwrap();
        file.read_to_string(&mut text).unwrap();
        file.set_len(0).unwrap();
        file.rewind().unwrap();
        text
    }

    #[test]
    fn sg_17_the_terminal_is_given_back_once_and_nothing_is_written_after_it() {
        let mut file = tempfile::tempfile().unwrap();
        let restorer = Restorer::of_paper(file.try_clone().unwrap());
        assert!(restorer.restore());
        assert_eq!(read(&mut file), "\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l");
        restorer.restore();
        restorer.write(b"too late").unwrap();
        assert_eq!(read(&mut file), "");
        restorer.resume().unwrap();
        assert_eq!(read(&mut file), "", "what was given back for good is not taken again");
    }

    #[test]
    fn d4_what_takes_and_gives_back_the_terminal_is_what_the_sieve_lets_through() {
        for bytes in [ENTER, LEAVE, TAKE_MOUSE, LEAVE_MOUSE] {
            assert!(matches!(sieve::strained(bytes), std::borrow::Cow::Borrowed(_)));
        }
    }

    #[test]
    fn e40_the_mouse_is_left_with_the_terminal_and_only_where_it_was_taken() {
        let mut file = tempfile::tempfile().unwrap();
        for (takes, left) in [(&[][..], false), (&[true], true), (&[true, false], false), (&[false], false)] {
            let restorer = Restorer::of_paper(file.try_clone().unwrap());
            for take in takes {
                restorer.take_mouse(*take).unwrap();
            }
            read(&mut file);
            restorer.restore();
            assert_eq!(read(&mut file).contains("\x1b[?1006l\x1b[?1000l"), left, "{takes:?}");
        }
    }

    #[test]
    fn sg_17_whoever_comes_second_waits_until_it_is_done() {
        let file = tempfile::tempfile().unwrap();
        let restorer = Restorer::of_paper(file);
        let held = restorer.0.settings.lock().unwrap();
        let first = thread::spawn({
            let restorer = restorer.clone();
            move || restorer.restore()
        });
        while restorer.0.gate.stage() != Stage::Leaving {
            thread::yield_now();
        }
        let second = thread::spawn({
            let restorer = restorer.clone();
            move || {
                restorer.restore();
                restorer.0.gate.stage()
            }
        });
        drop(held);
        assert!(first.join().unwrap());
        assert_eq!(second.join().unwrap(), Stage::GivenBack);
    }

    #[test]
    fn a21_a_write_waits_only_where_the_terminal_does_not_take_it_at_once() {
        let (mut reader, writer) = io::pipe().unwrap();
        rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
        let restorer = Restorer::of_paper(OwnedFd::from(writer).into());
        assert_eq!(restorer.write(b"x").unwrap(), Duration::ZERO);
        let full = thread::spawn(move || restorer.write(&vec![b'x'; 1 << 20]).unwrap());
        io::copy(&mut reader, &mut io::sink()).unwrap();
        assert!(full.join().unwrap() > Duration::ZERO);
    }

    #[test]
    fn sg_01_a_writer_that_a_blocked_terminal_keeps_waiting_is_let_go_by_the_restore() {
        // A pipe that nobody reads takes no more than it holds.
        let (_reader, writer) = io::pipe().unwrap();
        rustix::fs::fcntl_setfl(&writer, rustix::fs::OFlags::NONBLOCK).unwrap();
        let restorer = Restorer::of_paper(OwnedFd::from(writer).into());
        let drawing = thread::spawn({
            let restorer = restorer.clone();
            move || restorer.write(&vec![b'x'; 1 << 20]).map(drop)
        });
        while restorer.0.gate.write_last(b"", Duration::ZERO).unwrap() {
            thread::yield_now();
        }
        restorer.restore();
        drawing.join().unwrap().unwrap();
    }
}
