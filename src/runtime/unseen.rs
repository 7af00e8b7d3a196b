//! The core without a screen: what happens is applied, what it asks for is done, and nothing is drawn.
//!
//! Whoever works with it waits by its own means: for [`Parts::events`], until [`Unseen::wake`], and perhaps for more.

use std::time::Duration;

use tokio::time::Instant;

use super::{BATCH, Clock, End, Event, Inbox, Perform};
use crate::app::{Effect, Message, Stamped, State, next_deadline, update};
use crate::domain::Moment;
use crate::keymap::{Command, Keymap};

/// Shortest time between two services of a deadline that does not move.
const STEP: Duration = Duration::from_millis(16);

/// What it works with.
#[derive(Debug)]
pub struct Parts<'a, P> {
    /// What happens.
    pub events: Inbox,
    /// Does what is asked for.
    pub shell: &'a mut P,
    /// The clock that stamps messages.
    pub clock: Clock,
    /// The keys of the commands.
    pub keymap: &'a Keymap,
}

/// The core at work.
#[derive(Debug)]
pub struct Unseen<'a, P> {
    /// What it works with.
    pub parts: Parts<'a, P>,
    /// What is known.
    pub state: State,
    /// Why it is the end, once it is.
    pub why: Option<End>,
    deadline_at: Instant,
}

impl<'a, P: Perform> Unseen<'a, P> {
    /// A core to which nothing happened yet.
    pub fn new(parts: Parts<'a, P>, state: State) -> Self {
        let long_ago = Instant::now().checked_sub(STEP).unwrap_or_else(Instant::now);
        Self { parts, state, why: None, deadline_at: long_ago }
    }

    /// When it has to be seen to at the latest: at its own deadline, or at `other`.
    pub fn wake(&self, other: Option<Moment>) -> Option<Instant> {
        let deadline = next_deadline(&self.state).into_iter().chain(other).min();
        deadline.map(|moment| self.parts.clock.instant(moment).max(self.deadline_at + STEP))
    }

    /// Serves the deadline of [`wake`](Self::wake) if it has come, and applies what else is ready.
    pub fn catch_up(&mut self, wake: Option<Instant>) {
        let now = Instant::now();
        if wake.is_some_and(|wake| wake <= now) {
            self.deadline_at = now;
            self.tell(Message::DeadlineReached);
        }
        for _ in 0..BATCH {
            match self.parts.events.try_recv() {
                Some(event) if self.why.is_none() => self.take(Some(event)),
                _ => break,
            }
        }
    }

    /// Applies what happened; none when nothing can happen any more.
    pub fn take(&mut self, event: Option<Event>) {
        match event {
            Some(Event::Happened(message)) => self.tell(message),
            Some(Event::Told(client, message)) => {
                if self.parts.shell.is_present(client) {
                    self.tell(message);
                }
            }
            Some(Event::SizeChanged | Event::ScreenLost) => {}
            Some(Event::End(why)) => {
                self.tell(Message::ShutdownRequested);
                self.why = Some(why);
            }
            None => self.take(Some(Event::End(End::InputLost("every source is closed".to_owned())))),
        }
    }

    /// Presses the key of a command, where it has one.
    pub fn press(&mut self, command: Command) {
        let contexts = self.state.contexts();
        let keys = contexts.iter().find_map(|context| self.parts.keymap.keys(*context, command).next());
        for key in keys.map(|keys| keys.keys().to_vec()).unwrap_or_default() {
            self.tell(Message::Key(key));
        }
    }

    /// Hands a message to the core and sees to its effects.
    pub fn tell(&mut self, message: Message) {
        let stamped = Stamped { at: self.parts.clock.now(), message };
        for effect in update(&mut self.state, self.parts.keymap, stamped) {
            match effect {
                Effect::Quit => {
                    self.why = Some(End::Quit);
                    break;
                }
                Effect::Repaint => {}
                effect => self.parts.shell.perform(effect),
            }
        }
    }
}
