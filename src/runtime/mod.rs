//! The shell around the core: the loop, the terminal, the clock, the tasks.
//!
//! Everything that happens comes through one bounded queue to one consumer, which stamps it, hands it to
//! the core and does what the core asks for. Nothing here decides anything about organizations.

pub mod client;
pub mod clipboard;
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
mod keeper;
mod recorder;
mod saver;
mod sieve;
pub mod signals;
pub mod terminal;
pub mod unseen;

use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Size};
use tokio::time::{Instant, sleep_until};

pub use self::client::ClientNumber;
pub use self::clock::Clock;
pub use self::inbox::{Bell, Inbox, queue};
use crate::app::{Effect, Message, Stamped, State, next_deadline, update};
use crate::ui::{self, Look, Sheet};

/// Frames that may be drawn before their time: signing in, the token, loading, the account and the first rows come
/// within a few milliseconds of the first frame.
const IN_ADVANCE: u32 = 5;

/// Time that a frame takes up. With those in advance that makes sixty in any second.
const FRAME: Duration = Duration::from_nanos(1_000_000_000 / (60 - IN_ADVANCE as u64));

/// The same on a slow line: ten a second, and none in advance.
const LOW_BANDWIDTH_FRAME: Duration = Duration::from_millis(100);

/// Most messages that are applied before the screen has its turn again, and when it has it at the latest: pages of a
/// long list come faster than they are taken over.
const BATCH: usize = 1024;
const BATCH_TIME: Duration = Duration::from_millis(8);

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

/// What frames are shown on.
pub trait Screen {
    /// Why nothing can be shown any more.
    type Error: std::error::Error + Send + Sync + 'static;

    /// Shows a frame, with the cursor at a place or hidden, and says how many bytes that took; none when
    /// nothing differs from what is shown. `changed`: the rows that may differ from the frame shown before, from
    /// the top.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written.
    fn show(
        &mut self,
        frame: &Buffer,
        changed: &[u16],
        cursor: Option<Position>,
    ) -> Result<usize, Self::Error>;

    /// Listens to the mouse from here on, or leaves it to the terminal.
    ///
    /// # Errors
    ///
    /// When the screen cannot be written.
    fn take_mouse(&mut self, take: bool) -> Result<(), Self::Error>;

    /// How long the latest frame waited for the terminal to take it.
    fn waited(&self) -> Duration {
        Duration::ZERO
    }

    /// Nobody knows what it shows any more: the next frame is shown as a whole.
    fn forget(&mut self);

    /// Its size, as it is now.
    fn size(&self) -> Size;
}

/// What the loop works with.
#[derive(Debug)]
pub struct Parts<'a, S, P> {
    /// The screen.
    pub screen: &'a mut S,
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

/// Shows a state once, before the loop runs.
///
/// # Errors
///
/// When the screen cannot be written.
pub fn show<S: Screen>(screen: &mut S, state: &State, look: Look<'_>) -> Result<(), S::Error> {
    paint(screen, state, look, &mut Sheet::default()).map(drop)
}

/// Paints on the sheet of the frame before, and shows that; says how many bytes that took.
fn paint<S: Screen>(
    screen: &mut S,
    state: &State,
    look: Look<'_>,
    sheet: &mut Sheet,
) -> Result<usize, S::Error> {
    if state.size.width == 0 || state.size.height == 0 {
        return Ok(0);
    }
    let cursor = ui::repaint(state, look, state.size, sheet);
    screen.show(sheet.cells(), sheet.changed(), cursor)
}

/// Runs the dashboard until it ends: applies everything that is ready, draws once, waits.
///
/// There are at most sixty frames a second; the first six things that happen after a rest are drawn at once, so that a
/// key need not wait because an age changed just before. When nothing happens nothing is drawn, and the loop sleeps
/// until the core's next deadline.
///
/// # Errors
///
/// When the screen cannot be written.
pub async fn run<S: Screen, P: Perform>(parts: Parts<'_, S, P>, state: State) -> Result<Ended, S::Error> {
    let long_ago = Instant::now().checked_sub(FRAME).unwrap_or_else(Instant::now);
    Loop {
        parts,
        state,
        sheet: Sheet::default(),
        shows: Shows::Stale,
        paid_until: long_ago,
        deadline_at: long_ago,
        why: None,
    }
    .run()
    .await
}

/// How the screen stands to the state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shows {
    /// It shows the state.
    Fresh,
    /// The state is newer.
    Stale,
    /// Nobody knows what it shows.
    Unknown,
}

struct Loop<'a, S, P> {
    parts: Parts<'a, S, P>,
    state: State,
    /// Where frames are painted; between two, the latest one.
    sheet: Sheet,
    shows: Shows,
    /// The time that the frames so far take up.
    paid_until: Instant,
    /// When a deadline was last served: one that does not move must not keep the loop busy.
    deadline_at: Instant,
    why: Option<End>,
}

impl<S: Screen, P: Perform> Loop<'_, S, P> {
    async fn run(mut self) -> Result<Ended, S::Error> {
        self.apply(Message::Started);
        loop {
            if let Some(why) = self.why {
                return Ok(Ended { state: self.state, why });
            }
            if self.shows != Shows::Fresh && Instant::now() >= self.may_draw_at() {
                self.draw()?;
            }
            if self.why.is_none() {
                self.turn().await;
            }
        }
    }

    /// From when on the next frame may be drawn: some are given in advance, but on a slow line.
    fn may_draw_at(&self) -> Instant {
        if self.state.link.is_low() {
            return self.paid_until;
        }
        self.paid_until.checked_sub(FRAME * IN_ADVANCE).unwrap_or(self.paid_until)
    }

    /// Waits for something to happen, or for the time of the next deadline or frame; applies what is ready.
    async fn turn(&mut self) {
        let deadline = next_deadline(&self.state)
            .map(|moment| self.parts.clock.instant(moment).max(self.deadline_at + FRAME));
        let frame = (self.shows != Shows::Fresh).then(|| self.may_draw_at());
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
            if now.elapsed() > BATCH_TIME {
                break;
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
                let size = self.parts.screen.size();
                self.apply(Message::Resized(size));
            }
            Event::ScreenLost => {
                self.apply(Message::ScreenLost);
                self.shows = Shows::Unknown;
            }
            Event::End(why) => {
                self.apply(Message::ShutdownRequested);
                self.why = Some(why);
            }
        }
    }

    /// Hands a message to the core. The screen shows something older from here on.
    fn apply(&mut self, message: Message) {
        self.tell(message);
        if self.shows == Shows::Fresh {
            self.shows = Shows::Stale;
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
                Effect::Repaint => self.shows = Shows::Unknown,
                effect => self.parts.shell.perform(effect),
            }
        }
        any
    }

    /// Shows the state, and tells the core that it is shown. Only what the core then asks for, or a deadline
    /// that it sets, makes another frame.
    fn draw(&mut self) -> Result<(), S::Error> {
        let unknown = std::mem::replace(&mut self.shows, Shows::Fresh) == Shows::Unknown;
        if self.state.size.width == 0 || self.state.size.height == 0 {
            return Ok(());
        }
        #[cfg(debug_assertions)]
        faults::trip("drawing");
        let Parts { screen, look, .. } = &mut self.parts;
        if unknown {
            screen.forget();
        }
        screen.take_mouse(self.state.takes_mouse())?;
        let bytes = paint(*screen, &self.state, *look, &mut self.sheet)?;
        let waited = screen.waited();
        let frame = if self.state.link.is_low() { LOW_BANDWIDTH_FRAME } else { FRAME };
        self.paid_until = self.paid_until.max(Instant::now()) + frame;
        let deadline = next_deadline(&self.state);
        if bytes > 0 {
            self.tell(Message::Sent { bytes, waited });
        }
        let any = self.tell(Message::Drawn);
        if self.shows == Shows::Fresh && (any || next_deadline(&self.state) != deadline) {
            self.shows = Shows::Stale;
        }
        Ok(())
    }
}
