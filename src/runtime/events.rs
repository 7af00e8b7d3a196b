//! What the terminal says, in the core's words: the only reader.
//!
//! It reads on a thread of its own: after half a key (`ESC [`, or the first byte of a character) the
//! library's reader blocks until the rest comes, and drawing must not wait for that.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;

use crossterm::event::{self, KeyEvent, KeyEventKind, KeyModifiers};
use rustix::event::{PollFd, PollFlags, poll};
use tokio::sync::mpsc;

use super::{End, Event};
use crate::app::Message;
use crate::input::{Key, KeyCode};

/// `SIGHUP`, which a terminal that goes away counts as.
const HANG_UP: i32 = 1;

/// Starts to read the terminal into the queue, and to watch for its end.
///
/// # Errors
///
/// When a thread cannot be started.
pub fn start(queue: &mpsc::Sender<Event>) -> io::Result<()> {
    let (keys, hang_up) = (queue.clone(), queue.clone());
    thread::Builder::new().name("input".to_owned()).spawn(move || {
        let ended = catch_unwind(AssertUnwindSafe(|| forward(&keys)));
        let why = ended.unwrap_or_else(|_panic| Some("the reader of the terminal failed".to_owned()));
        if let Some(why) = why {
            send(&keys, Event::End(End::InputLost(why)));
        }
    })?;
    thread::Builder::new().name("hang-up".to_owned()).spawn(move || {
        wait_for_hang_up();
        send(&hang_up, Event::End(End::Signal(HANG_UP)));
    })?;
    Ok(())
}

/// Sends what is read until the loop is gone, which gives nothing, or reading fails, which gives the reason.
fn forward(queue: &mpsc::Sender<Event>) -> Option<String> {
    loop {
        #[expect(clippy::disallowed_methods, reason = "this is the one reader of the terminal")]
        let event = match event::read() {
            Ok(event) => event,
            Err(error) => return Some(error.to_string()),
        };
        if let Some(message) = translate(event)
            && !send(queue, Event::Happened(message))
        {
            return None;
        }
    }
}

/// Returns when the terminal is gone. The library's reader does not notice: it would read nothing, for ever,
/// as fast as it can.
fn wait_for_hang_up() {
    let input = io::stdin();
    // No events asked for: the end of the line is reported all the same.
    let mut fds = [PollFd::new(&input, PollFlags::empty())];
    loop {
        match poll(&mut fds, None) {
            Ok(_) => return,
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => {
                tracing::error!(%error, "the terminal cannot be watched");
                return thread::park();
            }
        }
    }
}

fn send(queue: &mpsc::Sender<Event>, event: Event) -> bool {
    queue.blocking_send(event).is_ok()
}

/// The message for an event of the terminal, if the core knows such a thing.
///
/// A resize is not taken from here: the library finds the size by running `tput` when the terminal does not
/// say (see [`signals`](super::signals)).
pub fn translate(event: event::Event) -> Option<Message> {
    match event {
        event::Event::Key(key) if key.kind == KeyEventKind::Press => translate_key(key).map(Message::Key),
        event::Event::Paste(text) => Some(Message::Pasted(text)),
        event::Event::Key(_)
        | event::Event::Resize(..)
        | event::Event::Mouse(_)
        | event::Event::FocusGained
        | event::Event::FocusLost => None,
    }
}

fn translate_key(event: KeyEvent) -> Option<Key> {
    let known = KeyModifiers::CONTROL | KeyModifiers::ALT | KeyModifiers::SHIFT;
    if !known.contains(event.modifiers) {
        return None;
    }
    let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
    let code = match event.code {
        event::KeyCode::Char(c) if c.is_control() => return None,
        event::KeyCode::Char(c) if ctrl => KeyCode::Char(c.to_ascii_lowercase()),
        event::KeyCode::Char(c) => KeyCode::Char(c),
        event::KeyCode::Enter => KeyCode::Enter,
        event::KeyCode::Esc => KeyCode::Esc,
        event::KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        event::KeyCode::Tab => KeyCode::Tab,
        event::KeyCode::BackTab => KeyCode::BackTab,
        event::KeyCode::Backspace => KeyCode::Backspace,
        event::KeyCode::Delete => KeyCode::Delete,
        event::KeyCode::Up => KeyCode::Up,
        event::KeyCode::Down => KeyCode::Down,
        event::KeyCode::Left => KeyCode::Left,
        event::KeyCode::Right => KeyCode::Right,
        event::KeyCode::Home => KeyCode::Home,
        event::KeyCode::End => KeyCode::End,
        event::KeyCode::PageUp => KeyCode::PageUp,
        event::KeyCode::PageDown => KeyCode::PageDown,
        event::KeyCode::F(n @ 1..=12) => KeyCode::F(n),
        _ => return None,
    };
    Some(Key { code, ctrl, alt: event.modifiers.contains(KeyModifiers::ALT) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(code: event::KeyCode, modifiers: KeyModifiers) -> Option<String> {
        match translate(event::Event::Key(KeyEvent::new(code, modifiers))) {
            Some(Message::Key(key)) => Some(key.to_string()),
            None => None,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn keys_have_the_names_of_the_keymap() {
        use event::KeyCode as C;
        let (none, ctrl) = (KeyModifiers::NONE, KeyModifiers::CONTROL);
        let (shift, alt) = (KeyModifiers::SHIFT, KeyModifiers::ALT);
        for (code, modifiers, name) in [
            (C::Char('j'), none, "j"),
            (C::Char('G'), shift, "G"),
            (C::Char('ñ'), none, "ñ"),
            (C::Char(' '), none, "space"),
            (C::Char('D'), ctrl | shift, "ctrl-d"),
            (C::Char('q'), alt, "alt-q"),
            (C::Enter, none, "enter"),
            (C::BackTab, shift, "backtab"),
            (C::Tab, shift, "backtab"),
            (C::PageDown, none, "pgdn"),
            (C::F(5), none, "f5"),
            (C::Up, ctrl | alt, "ctrl-alt-up"),
        ] {
            assert_eq!(key(code, modifiers).as_deref(), Some(name));
        }
    }

    #[test]
    fn keys_that_the_core_does_not_know_are_dropped() {
        use event::KeyCode as C;
        for code in [C::Null, C::Insert, C::CapsLock, C::F(13), C::Menu, C::Char('\u{1b}'), C::Char('\u{9b}')]
        {
            assert_eq!(key(code, KeyModifiers::NONE), None, "{code:?}");
        }
        assert_eq!(key(C::Char('q'), KeyModifiers::SUPER), None);
    }

    #[test]
    fn in_18_one_press_is_one_key_whatever_the_keyboard_reports() {
        for kind in [KeyEventKind::Release, KeyEventKind::Repeat] {
            let event = KeyEvent::new_with_kind(event::KeyCode::Char('d'), KeyModifiers::NONE, kind);
            assert_eq!(translate(event::Event::Key(event)), None);
        }
    }

    #[test]
    fn a_paste_comes_as_it_is_and_the_rest_is_nothing() {
        let pasted = translate(event::Event::Paste("q\ry\u{1b}".to_owned()));
        assert_eq!(pasted, Some(Message::Pasted("q\ry\u{1b}".to_owned())));
        for event in [event::Event::Resize(1, 1), event::Event::FocusGained, event::Event::FocusLost] {
            assert_eq!(translate(event), None);
        }
    }
}
