//! The same dashboard line by line: for screen readers, serial consoles and terminals that cannot move a cursor.
//!
//! ```text
//!  line typed ─▶ typed::meaning ─▶ the keys of that command ─▶ app::update ─▶ effects, as ever
//!                      ▲                                            │
//!                      └── prompt ◀── lines printed ◀── words ◀── Place::of(&State)
//! ```
//!
//! There is one core. A line becomes the keys that would have been pressed in the dashboard, so every check,
//! every consent and every refusal is the same, and nothing here can send anything.
//!
//! Two rules are of this room. A line counts only for the question it was typed after: what is read before a
//! question was printed is not used for it, and on a terminal what was typed ahead is thrown away before one
//! that matters. And a review listens, as in the dashboard, only after it was printed to its last line.

mod acting;
mod lines;
mod paper;
mod place;
mod telling;
mod typed;
mod words;

use std::io;
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

pub use self::lines::{Keyboard, Lines};
pub use self::paper::Paper;
use self::place::Place;
use crate::app::change::Change;
use crate::app::list::RowKey;
use crate::app::notice::Notice;
use crate::app::{Message, State};
use crate::domain::{Moment, Outcome};
use crate::runtime::unseen::{self, Unseen};
use crate::runtime::{End, Perform};
use crate::text::Untrusted;

/// How long a change under way tells its steps before a prompt asks whether to leave.
const QUIET: Duration = Duration::from_secs(1);

/// Time between two lines about the progress of a plan.
const PROGRESS: Duration = Duration::from_secs(5);

/// Rows of a page of the list.
const PAGE: usize = 20;

/// What plain mode works with.
#[derive(Debug)]
pub struct Parts<'a, P> {
    /// What the core works with.
    pub core: unseen::Parts<'a, P>,
    /// What is typed, line by line.
    pub lines: Lines,
    /// The terminal that it is typed on; none: the lines come from a pipe or a file.
    pub keyboard: Option<Keyboard>,
    /// What is printed.
    pub paper: Paper,
}

/// How it ended.
#[derive(Clone, Debug, PartialEq)]
pub struct Ended {
    /// The last state.
    pub state: State,
    /// Why it is the end.
    pub why: End,
    /// What was not done when the input ended, or did not come to be; nothing when the operator left.
    pub unfinished: Option<String>,
}

/// What was printed with numbers, so that a number means what it stood beside.
#[derive(Clone, Debug, Default, PartialEq)]
struct Numbers {
    /// The organizations of the page, each with its number.
    rows: Vec<(usize, RowKey)>,
    /// The connections, from 1.
    values: Vec<Untrusted>,
}

/// Runs until the operator, a signal or the end of the input ends it.
///
/// # Errors
///
/// When nothing can be printed any more.
pub async fn run<P: Perform>(parts: Parts<'_, P>, state: State) -> io::Result<Ended> {
    let Parts { core, lines, keyboard, paper } = parts;
    Conversation {
        core: Unseen::new(core, state),
        lines,
        keyboard,
        paper,
        place: None,
        told: Vec::new(),
        notice: None,
        repeat: None,
        numbers: Numbers::default(),
        first: 0,
        open: None,
        patient: true,
        again: false,
        asked: false,
        reading: false,
        ending: false,
        outcome: None,
        quiet_until: Moment::default(),
        progress_at: Moment::default(),
        asked_at: None,
        unfinished: None,
    }
    .run()
    .await
}

/// Questions and answers.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a fact by itself, and any may hold with any other"
)]
struct Conversation<'a, P> {
    core: Unseen<'a, P>,
    lines: Lines,
    keyboard: Option<Keyboard>,
    paper: Paper,
    /// Where the operator was told to be.
    place: Option<Place>,
    /// What was told there last, where it may change by itself.
    told: Vec<String>,
    /// The notice that was told last.
    notice: Option<Notice>,
    /// When the request is sent again of which that was told last.
    repeat: Option<Moment>,
    numbers: Numbers,
    /// The place in the list of the first row of the page.
    first: usize,
    /// The organization that is open.
    open: Option<RowKey>,
    /// Whether the operator waits for what is being read.
    patient: bool,
    /// Whether the present place is to be told once more.
    again: bool,
    /// Whether the prompt of the present place was printed, and nothing since.
    asked: bool,
    /// Whether a line is being waited for.
    reading: bool,
    /// Whether there is no more input.
    ending: bool,
    /// What became of the last change.
    outcome: Option<Outcome>,
    /// Until when nothing is asked, because what is told goes on by itself.
    quiet_until: Moment,
    /// From when on the progress of a plan is told again.
    progress_at: Moment,
    /// Where the operator was when the line was asked for that is being waited for.
    asked_at: Option<Place>,
    unfinished: Option<String>,
}

impl<P: Perform> Conversation<'_, P> {
    async fn run(mut self) -> io::Result<Ended> {
        self.core.tell(Message::Started);
        self.say(words::title(&self.core.state))?;
        loop {
            if self.core.why.is_none() {
                self.present()?;
            }
            if let Some(why) = self.core.why {
                return Ok(Ended { state: self.core.state, why, unfinished: self.unfinished });
            }
            self.turn().await?;
        }
    }

    /// Waits for something to happen, for a line, or for the next deadline.
    async fn turn(&mut self) -> io::Result<()> {
        let quiet_until = Some(self.quiet_until).filter(|end| *end > self.core.parts.clock.now());
        let wake = self.core.wake(quiet_until);
        tokio::select! {
            biased;
            event = self.core.parts.events.recv() => self.core.take(event),
            // What it leads to is told before what comes of it: else a second failure would look like none.
            line = self.lines.next(), if self.reading => return self.typed(line),
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
        }
        self.core.catch_up(wake);
        Ok(())
    }

    fn in_flight(&self) -> bool {
        self.core.state.change.as_ref().is_some_and(Change::in_flight) || self.core.state.is_applying()
    }
}
