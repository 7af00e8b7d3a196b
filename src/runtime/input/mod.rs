//! What the terminal says, in the core's words: the only reader of it.
//!
//! crossterm's reader is not used, for four reasons, each measured: after the terminal is gone it spins at
//! half a core and never returns; its default event source loses the tail of a burst (of 8,000 keys in one
//! write it gives 5,120, the rest after the next key); a paste whose end mark does not come makes it deaf to
//! everything, Ctrl-C included, while its memory grows; half a key (`ESC [`, or the first byte of a
//! character) blocks it until the next byte, which it swallows.
//!
//! Here a thread waits for the terminal (level-triggered: what was not read is reported again), reads what
//! is there, lets the [`parser`] make keys of it, and puts them into the loop's bounded queue. A full queue
//! makes this thread wait, and nobody else: the kernel keeps what is typed, and signals take another way.

pub mod parser;
mod paste;
mod sequence;

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use tokio::sync::mpsc;
use tokio::time::Instant;

use self::parser::{Parser, Said};
use super::{End, Event};
use crate::app::Message;
use crate::input::{Mouse, MouseAction};

/// Bytes read at once: what the kernel keeps of a terminal's input.
const CHUNK: usize = 4096;

/// Starts to read this terminal into the queue.
///
/// # Errors
///
/// When a thread cannot be started.
pub fn start(terminal: OwnedFd, queue: &mpsc::Sender<Event>) -> io::Result<()> {
    let queue = queue.clone();
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        let ended = catch_unwind(AssertUnwindSafe(|| forward(terminal.as_fd(), &queue)));
        let why = ended.unwrap_or_else(|_panic| {
            Some(End::InputLost("a fault of this program; the log has more".to_owned()))
        });
        if let Some(why) = why {
            send(&queue, Event::End(why));
        }
    })?;
    Ok(())
}

/// Sends what is read until the loop is gone, which gives nothing, or nothing more can be read, which gives
/// the reason.
fn forward(terminal: BorrowedFd<'_>, queue: &mpsc::Sender<Event>) -> Option<End> {
    let (mut parser, started) = (Parser::default(), Instant::now());
    let (mut bytes, mut said) = ([0; CHUNK], Vec::new());
    loop {
        match read(terminal, &mut bytes, parser.patience()) {
            Ok(Some(0)) | Err(Errno::IO) => return Some(End::HANG_UP),
            Ok(Some(length)) => {
                parser.feed(started.elapsed(), bytes.get(..length).unwrap_or_default(), &mut said);
            }
            Ok(None) => parser.silence(started.elapsed(), &mut said),
            Err(Errno::INTR | Errno::AGAIN) => {}
            Err(error) => return Some(End::InputLost(error.to_string())),
        }
        for message in messages(said.drain(..)) {
            if !send(queue, Event::Happened(message)) {
                return None;
            }
        }
    }
}

/// Reads what is there; nothing when nothing came for so long.
fn read(
    terminal: BorrowedFd<'_>,
    bytes: &mut [u8],
    patience: Option<Duration>,
) -> Result<Option<usize>, Errno> {
    let patience = patience.and_then(|patience| Timespec::try_from(patience).ok());
    let mut fds = [PollFd::from_borrowed_fd(terminal, PollFlags::IN)];
    match poll(&mut fds, patience.as_ref())? {
        0 => Ok(None),
        _ => rustix::io::read(terminal, bytes).map(Some),
    }
}

fn send(queue: &mpsc::Sender<Event>, event: Event) -> bool {
    queue.blocking_send(event).is_ok()
}

/// The messages for what the terminal said. The mouse can say the same thousands of times a second: what it says
/// in a row is one message.
fn messages(said: impl Iterator<Item = Said>) -> Vec<Message> {
    let mut messages: Vec<Message> = Vec::new();
    for said in said {
        match (said, messages.last_mut()) {
            (Said::Mouse(again), Some(Message::Mouse { mouse, times })) if is_more_of(again, *mouse) => {
                *times = times.saturating_add(1);
            }
            (Said::Mouse(mouse), _) => messages.push(Message::Mouse { mouse, times: 1 }),
            (Said::Key(key), _) => messages.push(Message::Key(key)),
            (Said::Pasted(text), _) => messages.push(Message::Pasted(text)),
            (Said::Garbled, _) => messages.push(Message::Garbled),
        }
    }
    messages
}

/// Whether both say the same: for the wheel, wherever the mouse is.
fn is_more_of(again: Mouse, mouse: Mouse) -> bool {
    again == mouse || (again.action == mouse.action && again.action != MouseAction::Press)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_15_what_the_mouse_says_in_a_row_is_one_message() {
        let mouse = |action, row| Mouse { action, column: 3, row };
        let (down, up) = (MouseAction::WheelDown, MouseAction::WheelUp);
        let wheel = (0..1000).map(|row| Said::Mouse(mouse(down, row)));
        let others = [
            mouse(up, 1),
            mouse(MouseAction::Press, 1),
            mouse(MouseAction::Press, 1),
            mouse(MouseAction::Press, 2),
        ];
        let told = messages(wheel.chain(others.map(Said::Mouse)));
        let times = told.iter().map(|message| match message {
            Message::Mouse { mouse, times } => (mouse.action, *times),
            other => panic!("{other:?}"),
        });
        let press = MouseAction::Press;
        assert_eq!(times.collect::<Vec<_>>(), [(down, 1000), (up, 1), (press, 2), (press, 1)]);
    }
}
