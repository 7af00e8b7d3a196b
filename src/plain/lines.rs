//! What is typed: a line when one is asked for, none before.
//!
//! Lines are read byte by byte and on demand, so that nothing that belongs to a later question, or to the shell
//! after this program, is taken out of the terminal or the pipe.

use std::io::{self, IsTerminal as _, Read};
use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError, mpsc as threads};
use std::thread;

use rustix::termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr};
use tokio::sync::mpsc;

/// Longest line, in bytes: more is no answer to anything.
const LONGEST: usize = 16 * 1024;

/// What came of asking for a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// A line without its end.
    Line(String),
    /// One that cannot be used, and why.
    Refused(&'static str),
    /// There is no more.
    End,
}

/// The lines, from a thread of their own.
#[derive(Debug)]
pub struct Lines {
    asks: threads::Sender<()>,
    typed: mpsc::Receiver<Typed>,
}

impl Lines {
    /// Reads nothing until it is asked to.
    ///
    /// # Errors
    ///
    /// When there can be no thread.
    pub fn start(mut from: impl Read + Send + 'static) -> io::Result<Self> {
        let (asks, asked) = threads::channel();
        let (sender, typed) = mpsc::channel(1);
        thread::Builder::new().name("lines".to_owned()).spawn(move || {
            while let Ok(()) = asked.recv() {
                if sender.blocking_send(read_line(&mut from)).is_err() {
                    return;
                }
            }
        })?;
        Ok(Self { asks, typed })
    }

    /// Asks for one line.
    pub(super) fn ask(&self) {
        let _a_thread_that_ended_is_told_by_next = self.asks.send(());
    }

    /// The line that was asked for, if it is there already.
    pub(super) fn early(&mut self) -> Option<Typed> {
        self.typed.try_recv().ok()
    }

    /// The line that was asked for.
    pub(super) async fn next(&mut self) -> Typed {
        self.typed.recv().await.unwrap_or(Typed::End)
    }
}

/// One line. What a file ends with counts as a line even without a line break.
fn read_line(from: &mut impl Read) -> Typed {
    let mut line = Vec::new();
    let mut too_long = false;
    loop {
        let mut byte = [0];
        match from.read(&mut byte) {
            Ok(0) if line.is_empty() && !too_long => return Typed::End,
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => break,
            Ok(_) if line.len() < LONGEST => line.extend(byte),
            Ok(_) => too_long = true,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(_) => return Typed::End,
        }
    }
    if too_long {
        return Typed::Refused("it is too long");
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).map_or(Typed::Refused("it is not UTF-8"), Typed::Line)
}

/// The terminal that lines are typed on: whether it shows what is typed.
#[derive(Clone, Debug)]
pub struct Keyboard(Arc<Mutex<Modes>>);

#[derive(Debug)]
struct Modes {
    terminal: OwnedFd,
    /// As they were found.
    before: Termios,
    hidden: bool,
}

impl Keyboard {
    /// The terminal behind this descriptor, if there is one.
    pub fn on(typed: &OwnedFd) -> Option<Self> {
        if !typed.is_terminal() {
            return None;
        }
        let terminal = typed.try_clone().ok()?;
        let before = tcgetattr(&terminal).ok()?;
        Some(Self(Arc::new(Mutex::new(Modes { terminal, before, hidden: false }))))
    }

    /// Whether what is typed is shown.
    pub fn show_what_is_typed(&self, shown: bool) {
        let mut modes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if modes.hidden == shown {
            modes.hidden = !shown;
            modes.apply();
        }
    }

    /// Sets the terminal up again after a shell had it.
    pub fn resume(&self) {
        let modes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if modes.hidden {
            modes.apply();
        }
    }

    /// Throws away what was typed and not read.
    pub(super) fn forget_what_is_typed(&self) {
        let modes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let _then_it_is_read_as_typed = tcflush(&modes.terminal, QueueSelector::IFlush);
    }
}

impl Modes {
    fn apply(&self) {
        let mut modes = self.before.clone();
        if self.hidden {
            modes.local_modes.remove(LocalModes::ECHO);
        }
        if let Err(error) = tcsetattr(&self.terminal, OptionalActions::Now, &modes) {
            tracing::warn!(%error, "the terminal is not as it should be");
        }
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        if self.hidden {
            self.hidden = false;
            self.apply();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Typed> {
        let mut from = bytes;
        std::iter::repeat_with(|| read_line(&mut from)).take(4).collect()
    }

    #[test]
    fn a_line_ends_as_terminals_and_files_end_it() {
        let line = |text: &str| Typed::Line(text.to_owned());
        assert_eq!(read(b"one\r\n\ntwo"), [line("one"), line(""), line("two"), Typed::End]);
    }

    #[test]
    fn what_is_no_text_or_too_much_is_refused_and_the_next_line_is_read() {
        let mut bytes = b"\xff\n".to_vec();
        bytes.extend(vec![b'x'; LONGEST + 1]);
        bytes.extend(b"\nyes\n");
        let wanted = [
            Typed::Refused("it is not UTF-8"),
            Typed::Refused("it is too long"),
            Typed::Line("yes".to_owned()),
            Typed::End,
        ];
        assert_eq!(read(&bytes), wanted);
    }
}
