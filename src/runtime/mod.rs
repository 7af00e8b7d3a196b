//! The shell around the core: the loop, the terminal, the clock, the tasks.
//!
//! Everything that happens comes through one bounded queue to one consumer, which stamps it, hands it to
//! the core and does what the core asks for. Nothing here decides anything about organizations.

pub mod client;
pub mod clock;
pub mod connector;
pub mod doors;
pub mod executor;
#[cfg(debug_assertions)]
mod faults;
pub mod glass;
pub mod guard;
mod inbox;
pub mod input;
mod recorder;
pub mod signals;
pub mod terminal;

use std::time::Duration;

use ratatui::backend::Backend;
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};
use tokio::time::{Instant, sleep_until};

pub use self::client::ClientNumber;
pub use self::clock::Clock;
pub use self::inbox::{Bell, Inbox, queue};
use crate::app::{Effect, Message, Stamped, State, next_deadline, update};
use crate::ui::{self, Look};

/// Shortest time between two frames: sixty a second.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / 60);

/// Most messages that are applied before the screen has its turn again.
const BATCH: usize = 1024;

/// What reaches the loop.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// For the core.
    Happened(Message),
    /// For the core, while this client is the present one.
    Told(ClientNumber, Message),
    /// The terminal has another size, which it is to be asked for.
    SizeChanged,
    /// The terminal was used by somebody else: its modes and its content are unknown.
    ScreenLost,
    /// The program must end.
    End(End),
}

/// Why the loop ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// The operator asked for it.
    Quit,
    /// A signal of this number did, or the terminal hung up, which counts as signal 1.
    Signal(i32),
    /// Nothing more can be read from the terminal; the words say why.
    InputLost(String),
    /// A part of the program that nobody waits for failed; the log has more.
    Failed,
}

impl End {
    /// The terminal went away, which counts as the signal of that name.
    pub const HANG_UP: Self = Self::Signal(signal_hook::consts::SIGHUP);
}

/// Does what the core asks for, except drawing and quitting, which the loop does itself.
pub trait Perform {
    /// Begins to do it and returns at once; what comes of it is sent to the loop's queue.
    fn perform(&mut self, effect: Effect);

    /// Whether what this client tells is of the place that is shown.
    fn is_present(&self, client: ClientNumber) -> bool;
}

/// What the loop works with.
#[derive(Debug)]
pub struct Parts<'a, B: Backend, P> {
    /// The screen; as large as [`terminal()`] made it.
    pub terminal: &'a mut Terminal<B>,
    /// What happens.
    pub events: Inbox,
    /// Does what is asked for.
    pub shell: &'a mut P,
    /// The clock that stamps messages.
    pub clock: Clock,
    /// Looks and keys.
    pub look: Look<'a>,
}

/// The state at the end, and why it is the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// The last state.
    pub state: State,
    /// The reason.
    pub why: End,
}

/// A screen of this size. The loop alone changes it, with the message that tells the core, so that core and
/// screen never differ; ratatui would otherwise ask the backend before each frame.
///
/// # Errors
///
/// As the backend fails.
pub fn terminal<B: Backend>(backend: B, size: Size) -> Result<Terminal<B>, B::Error> {
    let viewport = Viewport::Fixed(Rect::from((ratatui::layout::Position::ORIGIN, size)));
    Terminal::with_options(backend, TerminalOptions { viewport })
}

/// Runs the dashboard until it ends: applies everything that is ready, draws once, waits.
///
/// Between two frames lies at least a sixtieth of a second; the first thing that happens after a rest is
/// drawn at once. When nothing happens nothing is drawn, and the loop sleeps until the core's next deadline.
///
/// # Errors
///
/// When the screen cannot be written.
pub async fn run<B, P>(parts: Parts<'_, B, P>, state: State) -> Result<Ended, B::Error>
where
    B: Backend,
    B::Error: std::error::Error + Send + Sync + 'static,
    P: Perform,
{
    let size = parts.terminal.get_frame().area().as_size();
    let long_ago = Instant::now().checked_sub(FRAME).unwrap_or_else(Instant::now);
    Loop { parts, state, size, screen: Screen::Stale, drawn_at: long_ago, deadline_at: long_ago, why: None }
        .run()
        .await
}

/// How the screen stands to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Screen {
    /// It shows the state.
    Fresh,
    /// The state is newer.
    Stale,
    /// Nobody knows what it shows.
    Unknown,
}

struct Loop<'a, B: Backend, P> {
    parts: Parts<'a, B, P>,
    state: State,
    size: Size,
    screen: Screen,
    drawn_at: Instant,
    /// When a deadline was last served: one that does not move must not keep the loop busy.
    deadline_at: Instant,
    why: Option<End>,
}

impl<B, P> Loop<'_, B, P>
where
    B: Backend,
    B::Error: std::error::Error + Send + Sync + 'static,
    P: Perform,
{
    async fn run(mut self) -> Result<Ended, B::Error> {
        self.apply(Message::Started);
        loop {
            if let Some(why) = self.why {
                return Ok(Ended { state: self.state, why });
            }
            if self.screen != Screen::Fresh && Instant::now() >= self.drawn_at + FRAME {
                self.draw()?;
            }
            if self.why.is_none() {
                self.turn().await;
            }
        }
    }

    /// Waits for something to happen, or for the time of the next deadline or frame; applies what is ready.
    async fn turn(&mut self) {
        let deadline = next_deadline(&self.state)
            .map(|moment| self.parts.clock.instant(moment).max(self.deadline_at + FRAME));
        let frame = (self.screen != Screen::Fresh).then(|| self.drawn_at + FRAME);
        let wake = deadline.into_iter().chain(frame).min();
        let event = tokio::select! {
            biased;
            event = self.parts.events.recv() => {
                Some(event.unwrap_or_else(|| Event::End(End::InputLost("every source is closed".to_owned()))))
            }
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => None,
        };
        let now = Instant::now();
        if deadline.is_some_and(|deadline| deadline <= now) {
            self.deadline_at = now;
            self.apply(Message::DeadlineReached);
        }
        if let Some(event) = event {
            self.take(event);
        }
        for _ in 0..BATCH {
            match self.parts.events.try_recv() {
                Some(event) if self.why.is_none() => self.take(event),
                _ => break,
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Happened(message) => self.apply(message),
            Event::Told(client, message) => {
                if self.parts.shell.is_present(client) {
                    self.apply(message);
                }
            }
            Event::SizeChanged => {
                if let Ok(size) = self.parts.terminal.size() {
                    self.apply(Message::Resized(size));
                }
            }
            Event::ScreenLost => {
                self.apply(Message::ScreenLost);
                self.screen = Screen::Unknown;
            }
            Event::End(why) => {
                self.apply(Message::ShutdownRequested);
                self.why = Some(why);
            }
        }
    }

    /// Hands a message to the core. The screen shows something older from here on.
    fn apply(&mut self, message: Message) {
        if let Message::Resized(size) = &message {
            self.size = *size;
        }
        self.tell(message);
        if self.screen == Screen::Fresh {
            self.screen = Screen::Stale;
        }
    }

    /// Hands a message to the core and sees to its effects; says whether there were any.
    fn tell(&mut self, message: Message) -> bool {
        let stamped = Stamped { at: self.parts.clock.now(), message };
        let effects = update(&mut self.state, self.parts.look.keymap, stamped);
        let any = !effects.is_empty();
        for effect in effects {
            match effect {
                Effect::Quit => {
                    self.why = Some(End::Quit);
                    break;
                }
                Effect::Repaint => self.screen = Screen::Unknown,
                effect => self.parts.shell.perform(effect),
            }
        }
        any
    }

    /// Shows the state, and tells the core that it is shown. Only what the core then asks for, or a deadline
    /// that it sets, makes another frame.
    fn draw(&mut self) -> Result<(), B::Error> {
        let unknown = std::mem::replace(&mut self.screen, Screen::Fresh) == Screen::Unknown;
        if self.size.width == 0 || self.size.height == 0 {
            return Ok(());
        }
        #[cfg(debug_assertions)]
        faults::trip("drawing");
        let Parts { terminal, look, .. } = &mut self.parts;
        if unknown || terminal.get_frame().area().as_size() != self.size {
            terminal.resize(Rect::from((ratatui::layout::Position::ORIGIN, self.size)))?;
        }
        terminal.draw(|frame| ui::view(&self.state, *look, frame))?;
        self.drawn_at = Instant::now();
        let deadline = next_deadline(&self.state);
        let any = self.tell(Message::Drawn);
        if self.screen == Screen::Fresh && (any || next_deadline(&self.state) != deadline) {
            self.screen = Screen::Stale;
        }
        Ok(())
    }
}
