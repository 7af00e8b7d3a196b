//! The terminal: taken, written to, and given back exactly once, whatever happens.
//!
//! ```text
//!            take            suspend / resume
//!  before ─────────▶ taken ◀──────────────────▶ suspended
//!    │                 │ restore                    │ restore
//!    └────────────────▶└──────▶ given back ◀────────┘        nothing is written from here on
//! ```
//!
//! Whoever ends the program (the loop, a signal, a panic, a drop) calls [`Restorer::restore`]; the first
//! call does it. Frames come from the [`Glass`](super::glass::Glass), which writes through here.

use std::fs::File;
use std::io::{self, IsTerminal as _, Write};
use std::os::fd::{AsFd as _, OwnedFd};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread;
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, EnableBracketedPaste};
use crossterm::queue;
use crossterm::style::{Attribute, SetAttribute};
use crossterm::terminal::{
    EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
    window_size,
};
use ratatui::layout::Size;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::glass::Glass;
use crate::text::printable_lines;

/// How long a restore waits for a terminal that takes no output.
const PATIENCE: Duration = Duration::from_millis(200);

/// The size of the terminal, by its own word; nothing by nothing when it does not say.
///
/// Not the library's `size`, which runs `tput` then.
pub fn size() -> Size {
    window_size().map(|size| Size::new(size.columns, size.rows)).unwrap_or_default()
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

const BEFORE: u8 = 0;
const TAKEN: u8 = 1;
const SUSPENDED: u8 = 2;
const GIVEN_BACK: u8 = 3;

/// The way out: everything that is written to the terminal passes here.
#[derive(Debug)]
struct Gate {
    out: File,
    /// One of the four states above.
    state: AtomicU8,
    /// Held while writing, so that a restore does not land inside a frame.
    turn: Mutex<()>,
}

/// Gives the terminal back, from any thread.
#[derive(Clone, Debug)]
pub struct Restorer(Arc<Gate>);

impl Restorer {
    /// A terminal on standard output that was not yet taken.
    ///
    /// # Errors
    ///
    /// When standard output is closed.
    pub fn new() -> io::Result<Self> {
        let out = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        Ok(Self(Arc::new(Gate { out, state: AtomicU8::new(BEFORE), turn: Mutex::new(()) })))
    }

    /// A file in place of a terminal that is taken.
    #[cfg(test)]
    pub(super) fn of_paper(out: File) -> Self {
        Self(Arc::new(Gate { out, state: AtomicU8::new(TAKEN), turn: Mutex::new(()) }))
    }

    /// Takes the terminal: raw mode, the other screen, bracketed paste, no cursor.
    ///
    /// # Errors
    ///
    /// When it cannot be set up; then it is as before.
    pub fn take(&self) -> io::Result<Taken> {
        // The theme decides about colours. The library's own reading of NO_COLOR loses bold and reverse.
        crossterm::style::force_color_output(true);
        let taken = Taken { restorer: self.clone() };
        self.0.state.store(TAKEN, Ordering::SeqCst);
        self.set_up()?;
        Ok(taken)
    }

    /// Gives the terminal back for good. Only the first call does something.
    pub fn restore(&self) {
        let before = self.0.state.swap(GIVEN_BACK, Ordering::SeqCst);
        if before == TAKEN {
            self.clean_up();
        }
    }

    /// Whether frames are being shown.
    pub fn is_taken(&self) -> bool {
        self.0.state.load(Ordering::SeqCst) == TAKEN
    }

    /// Gives the terminal back until [`resume`](Self::resume).
    pub(super) fn suspend(&self) {
        if self.0.change(TAKEN, SUSPENDED) {
            self.clean_up();
        }
    }

    /// Takes the terminal again, after a suspension or after a stop that came without warning.
    pub(super) fn resume(&self) -> io::Result<()> {
        if self.0.change(SUSPENDED, TAKEN) {
            return self.set_up();
        }
        if self.is_taken() {
            // The shell has changed the modes; the library believes they are still its own.
            disable_raw_mode()?;
            self.set_up()?;
        }
        Ok(())
    }

    /// Hands a text to the terminal's clipboard (OSC 52). Whether it took it, no terminal tells.
    pub(super) fn copy(&self, text: &str) -> io::Result<()> {
        let mut bytes = Vec::new();
        queue!(bytes, crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))?;
        self.0.write(&bytes)
    }

    /// Writes while the terminal is ours; afterwards it drops what it is given.
    pub(super) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        self.0.write(bytes)
    }

    fn set_up(&self) -> io::Result<()> {
        enable_raw_mode()?;
        let mut bytes = Vec::new();
        queue!(bytes, EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        self.0.write(&bytes)
    }

    fn clean_up(&self) {
        let turn = self.0.turn_within(PATIENCE);
        let patience = if turn.is_some() { PATIENCE } else { Duration::ZERO };
        let mut bytes = Vec::new();
        let queued = queue!(
            bytes,
            EndSynchronizedUpdate,
            SetAttribute(Attribute::Reset),
            DisableBracketedPaste,
            Show,
            LeaveAlternateScreen
        );
        let written = queued.and_then(|()| {
            if self.0.takes_output_within(patience) { (&self.0.out).write_all(&bytes) } else { Ok(()) }
        });
        // What was typed and not read was meant for the dashboard, not for the shell.
        let flushed = rustix::termios::tcflush(&self.0.out, rustix::termios::QueueSelector::IFlush);
        let restored = disable_raw_mode();
        if let Err(error) = written.and(flushed.map_err(io::Error::from)).and(restored) {
            tracing::warn!(%error, "the terminal is not quite as it was");
        }
    }
}

impl Gate {
    fn change(&self, from: u8, to: u8) -> bool {
        self.state.compare_exchange(from, to, Ordering::SeqCst, Ordering::SeqCst).is_ok()
    }

    /// Writes while the terminal is ours; afterwards it drops what it is given.
    fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        if self.state.load(Ordering::SeqCst) == TAKEN { (&self.out).write_all(bytes) } else { Ok(()) }
    }

    /// The turn to write, unless whoever has it is stuck.
    fn turn_within(&self, patience: Duration) -> Option<MutexGuard<'_, ()>> {
        let step = Duration::from_millis(2);
        let mut waited = Duration::ZERO;
        loop {
            match self.turn.try_lock() {
                Ok(turn) => return Some(turn),
                Err(TryLockError::Poisoned(turn)) => return Some(turn.into_inner()),
                Err(TryLockError::WouldBlock) if waited >= patience => return None,
                Err(TryLockError::WouldBlock) => thread::sleep(step),
            }
            waited += step;
        }
    }

    /// Whether something can be written soon.
    fn takes_output_within(&self, patience: Duration) -> bool {
        let mut fds = [PollFd::new(&self.out, PollFlags::OUT)];
        let patience = Timespec { tv_sec: 0, tv_nsec: i64::from(patience.subsec_nanos()) };
        poll(&mut fds, Some(&patience)).is_ok_and(|ready| ready > 0)
    }
}

/// The terminal while it is ours; gives it back when dropped.
#[derive(Debug)]
pub struct Taken {
    restorer: Restorer,
}

impl Taken {
    /// The backend that draws on it.
    pub fn backend(&self) -> Glass {
        Glass::new(self.restorer.clone())
    }
}

impl Drop for Taken {
    fn drop(&mut self) {
        self.restorer.restore();
    }
}

/// Makes panics end in order: one that ends the program gives the terminal back and is printed on standard
/// error, one of a task is logged, because the screen is still in use (whoever waits for the task is told).
pub fn install_panic_hook(
    restorer: Restorer,
    report: impl Fn(&PanicHookInfo<'_>) -> String + Send + Sync + 'static,
) {
    let main = thread::current().id();
    std::panic::set_hook(Box::new(move |info| {
        tracing::error!("panic: {info}");
        if thread::current().id() != main && restorer.is_taken() {
            return;
        }
        restorer.restore();
        let text = printable_lines(&report(info));
        let _there_is_nobody_else_to_tell = io::stderr().write_all(text.as_bytes());
    }));
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
        restorer.restore();
        assert_eq!(read(&mut file), "\x1b[?2026l\x1b[0m\x1b[?2004l\x1b[?25h\x1b[?1049l");
        restorer.restore();
        restorer.write(b"too late").unwrap();
        assert_eq!(read(&mut file), "");
        restorer.resume().unwrap();
        assert_eq!(read(&mut file), "", "what was given back for good is not taken again");
    }
}
