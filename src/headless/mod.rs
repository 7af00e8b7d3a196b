//! The core without a screen: for commands that read, and for those that apply what was decided before.
//!
//! There is one core. What signs in, pages, checks, sends and settles is what the dashboard does; here it goes on
//! by itself until what was asked for is there, and a window that would ask the operator something is the end.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::app::modal::Modal;
use crate::app::{Effect, Message, Stamped, State, explain, next_deadline, update};
use crate::domain::Failure;
use crate::keymap::{Command, Keymap};
use crate::runtime::{Clock, End, Event, Inbox, Perform};
use crate::text::one_line;

/// Shortest time between two services of a deadline that does not move.
const STEP: Duration = Duration::from_millis(16);

/// Nobody is asked for one.
const NO_PASSWORD: &str =
    "no password: give password_file or password_command, CCKM_PASSWORD_FILE, or --password-stdin";

/// Most messages that are applied before anybody looks at the state.
const BATCH: usize = 256;

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
pub struct Headless<'a, P> {
    parts: Parts<'a, P>,
    state: State,
    deadline_at: Instant,
    ended: Option<End>,
}

/// Why it does not go on.
#[derive(Clone, Debug, PartialEq)]
pub enum Trouble {
    /// Something ended it.
    Ended(End),
    /// The server, or the way to it; one line that says what to do next.
    Failed(String),
    /// No way to sign in was given; one line.
    NoPassword(String),
}

impl<'a, P: Perform> Headless<'a, P> {
    /// Begins: signs in, and reads what the dashboard would read.
    pub fn start(parts: Parts<'a, P>, state: State) -> Self {
        let long_ago = Instant::now().checked_sub(STEP).unwrap_or_else(Instant::now);
        let mut headless = Self { parts, state, deadline_at: long_ago, ended: None };
        headless.tell(Message::Started);
        headless
    }

    /// What is known.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// Goes on until `look` finds what it waits for.
    ///
    /// # Errors
    ///
    /// [`Trouble`] when that will not come.
    pub async fn until<T>(&mut self, mut look: impl FnMut(&State) -> Option<T>) -> Result<T, Trouble> {
        loop {
            if let Some(end) = &self.ended {
                return Err(Trouble::Ended(end.clone()));
            }
            if let Some(found) = look(&self.state) {
                return Ok(found);
            }
            if let Some(trouble) = trouble(&self.state) {
                return Err(trouble);
            }
            self.turn().await;
        }
    }

    async fn turn(&mut self) {
        let wake = next_deadline(&self.state)
            .map(|moment| self.parts.clock.instant(moment).max(self.deadline_at + STEP));
        tokio::select! {
            biased;
            event = self.parts.events.recv() => {
                self.take(event.unwrap_or(Event::End(End::Failed)));
            }
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
        }
        let now = Instant::now();
        if wake.is_some_and(|wake| wake <= now) {
            self.deadline_at = now;
            self.tell(Message::DeadlineReached);
        }
        for _ in 0..BATCH {
            match self.parts.events.try_recv() {
                Some(event) if self.ended.is_none() => self.take(event),
                _ => break,
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Happened(message) => self.tell(message),
            Event::Told(client, message) => {
                if self.parts.shell.is_present(client) {
                    self.tell(message);
                }
            }
            Event::SizeChanged | Event::ScreenLost => {}
            Event::End(why) => {
                self.tell(Message::ShutdownRequested);
                self.ended = Some(why);
            }
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

    /// Has something done to the state that no key asks for.
    pub fn act(&mut self, work: impl FnOnce(&mut State) -> Vec<Effect>) {
        for effect in work(&mut self.state) {
            self.parts.shell.perform(effect);
        }
    }

    /// The same where it may not be done.
    ///
    /// # Errors
    ///
    /// Why it was not.
    pub fn act_if<E>(&mut self, work: impl FnOnce(&mut State) -> Result<Vec<Effect>, E>) -> Result<(), E> {
        work(&mut self.state).map(|effects| self.act(|_| effects))
    }

    /// Hands a message to the core and sees to its effects.
    pub fn tell(&mut self, message: Message) {
        let stamped = Stamped { at: self.parts.clock.now(), message };
        for effect in update(&mut self.state, self.parts.keymap, stamped) {
            match effect {
                Effect::Quit => {
                    self.ended.get_or_insert(End::Quit);
                }
                Effect::Repaint => {}
                effect => self.parts.shell.perform(effect),
            }
        }
    }
}

/// What the core would ask the operator about.
fn trouble(state: &State) -> Option<Trouble> {
    if state.stopped.is_some() {
        let words = "the server has another certificate than the one it is trusted by: nothing was sent; look at it \
                     with `cckm-tui trust show`";
        return Some(Trouble::Failed(words.to_owned()));
    }
    state.modals.iter().rev().find_map(|modal| match modal {
        Modal::FirstContact(window) => {
            let address = window.distrust.address.brief();
            Some(Trouble::Failed(format!(
                "the certificate of {address} is trusted by nobody here: compare its fingerprint and store it with \
                 `cckm-tui trust replace {address}`, or give --ca-file or --pin"
            )))
        }
        Modal::SignIn(window) if !window.busy => Some(match &window.failure {
            Some(failure) => Trouble::Failed(told(failure)),
            None => Trouble::NoPassword(NO_PASSWORD.to_owned()),
        }),
        Modal::Problem(problem) => Some(Trouble::Failed(told(&problem.failure))),
        _ => None,
    })
}

/// A failure in one line: what failed, why, in whose words, and what to do.
pub fn told(failure: &Failure) -> String {
    let words = explain::explain(failure);
    let said = if failure.words.message.is_empty() { &failure.detail } else { &failure.words.message };
    let said = if said.is_empty() { String::new() } else { format!(" ({})", said.brief()) };
    one_line(&format!("{} failed: {}{said}: {}", failure.call, words.title, words.next))
}
