//! The core without a screen: for commands that read, and for those that apply what was decided before.
//!
//! There is one core. What signs in, pages, checks, sends and settles is what the dashboard does; here it goes on
//! by itself until what was asked for is there, and a window that would ask the operator something is the end.

use tokio::time::{Instant, sleep_until};

use crate::app::modal::Modal;
use crate::app::{Effect, Message, State, explain};
use crate::domain::Failure;
use crate::keymap::Command;
pub use crate::runtime::unseen::Parts;
use crate::runtime::unseen::Unseen;
use crate::runtime::{End, Perform};
use crate::text::one_line;

/// Nobody is asked for one.
const NO_PASSWORD: &str =
    "no password: give password_file or password_command, CCKM_PASSWORD_FILE, or --password-stdin";

/// The core at work.
#[derive(Debug)]
pub struct Headless<'a, P> {
    core: Unseen<'a, P>,
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
        let mut core = Unseen::new(parts, state);
        core.tell(Message::Started);
        Self { core }
    }

    /// What is known.
    pub const fn state(&self) -> &State {
        &self.core.state
    }

    /// Goes on until `look` finds what it waits for.
    ///
    /// # Errors
    ///
    /// [`Trouble`] when that will not come.
    pub async fn until<T>(&mut self, mut look: impl FnMut(&State) -> Option<T>) -> Result<T, Trouble> {
        loop {
            if let Some(end) = &self.core.why {
                return Err(Trouble::Ended(end.clone()));
            }
            if let Some(found) = look(&self.core.state) {
                return Ok(found);
            }
            if let Some(trouble) = trouble(&self.core.state) {
                return Err(trouble);
            }
            self.turn().await;
        }
    }

    async fn turn(&mut self) {
        let wake = self.core.wake(None);
        tokio::select! {
            biased;
            event = self.core.parts.events.recv() => self.core.take(event),
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
        }
        self.core.catch_up(wake);
    }

    /// Presses the key of a command, where it has one.
    pub fn press(&mut self, command: Command) {
        self.core.press(command);
    }

    /// Has something done to the state that no key asks for.
    pub fn act(&mut self, work: impl FnOnce(&mut State) -> Vec<Effect>) {
        for effect in work(&mut self.core.state) {
            self.core.parts.shell.perform(effect);
        }
    }

    /// The same where it may not be done.
    ///
    /// # Errors
    ///
    /// Why it was not.
    pub fn act_if<E>(&mut self, work: impl FnOnce(&mut State) -> Result<Vec<Effect>, E>) -> Result<(), E> {
        work(&mut self.core.state).map(|effects| self.act(|_| effects))
    }

    /// Hands a message to the core and sees to its effects.
    pub fn tell(&mut self, message: Message) {
        self.core.tell(message);
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
