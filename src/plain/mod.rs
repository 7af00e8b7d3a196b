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

mod lines;
mod paper;
mod place;
mod typed;
mod words;

use std::io;

use tokio::time::{Instant, sleep_until};

use self::lines::Typed;
pub use self::lines::{Keyboard, Lines};
pub use self::paper::Paper;
use self::place::Place;
use self::typed::{Act, meaning};
use crate::app::change::{Change, Note, Phase};
use crate::app::list::RowKey;
use crate::app::modal::{Modal, Question};
use crate::app::notice::Notice;
use crate::app::{Effect, Message, Stamped, State, next_deadline, update};
use crate::input::{Key, KeyCode};
use crate::keymap::{Command, Context, Keymap};
use crate::runtime::{Clock, End, Event, Inbox, Perform};
use crate::text::{self, Untrusted};

/// Shortest time between two services of a deadline that does not move.
const STEP: std::time::Duration = std::time::Duration::from_millis(16);

/// Most messages that are applied before the operator is told.
const BATCH: usize = 1024;

/// Rows of a page of the list.
const PAGE: usize = 20;

/// What plain mode works with.
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
    /// Whether there was no more input where an answer was needed to go on.
    pub failed: bool,
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
    let long_ago = Instant::now().checked_sub(STEP).unwrap_or_else(Instant::now);
    Conversation {
        parts,
        state,
        place: None,
        told: Vec::new(),
        notice: None,
        numbers: Numbers::default(),
        first: 0,
        open: None,
        patient: true,
        again: false,
        asked: false,
        reading: false,
        ending: false,
        failed: false,
        deadline_at: long_ago,
        why: None,
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
    parts: Parts<'a, P>,
    state: State,
    /// Where the operator was told to be.
    place: Option<Place>,
    /// What was told there last, where it may change by itself.
    told: Vec<String>,
    /// The notice that was told last.
    notice: Option<Notice>,
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
    failed: bool,
    deadline_at: Instant,
    why: Option<End>,
}

impl<P: Perform> Conversation<'_, P> {
    async fn run(mut self) -> io::Result<Ended> {
        self.tell(Message::Started);
        self.say(words::title(&self.state))?;
        loop {
            if self.why.is_none() {
                self.present()?;
            }
            if let Some(why) = self.why {
                return Ok(Ended { state: self.state, why, failed: self.failed });
            }
            self.turn().await?;
        }
    }

    /// Waits for something to happen, for a line, or for the next deadline.
    async fn turn(&mut self) -> io::Result<()> {
        let wake = next_deadline(&self.state)
            .map(|moment| self.parts.clock.instant(moment).max(self.deadline_at + STEP));
        tokio::select! {
            biased;
            event = self.parts.events.recv() => {
                self.take(event.unwrap_or_else(|| Event::End(End::InputLost("every source is closed".to_owned()))));
            }
            line = self.parts.lines.next(), if self.reading => self.typed(line)?,
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => {}
        }
        let now = Instant::now();
        if wake.is_some_and(|wake| wake <= now) {
            self.deadline_at = now;
            self.tell(Message::DeadlineReached);
        }
        for _ in 0..BATCH {
            match self.parts.events.try_recv() {
                Some(event) if self.why.is_none() => self.take(event),
                _ => break,
            }
        }
        Ok(())
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
                self.why = Some(why);
            }
        }
    }

    /// Hands a message to the core and sees to its effects.
    fn tell(&mut self, message: Message) {
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

    /// Tells what is new, and asks where there is something to ask.
    fn present(&mut self) -> io::Result<()> {
        self.tidy()?;
        let place = Place::of(&self.state, self.open.is_some(), self.patient);
        if !matches!(place, Place::Waiting(_)) {
            self.patient = false;
        }
        self.tell_notice()?;
        self.tell_place(place)?;
        if self.ending && !self.in_flight() {
            self.failed |= place.needs_an_answer();
            self.quit();
            return Ok(());
        }
        if !self.ending && self.listens(place) { self.ask(place) } else { Ok(()) }
    }

    /// Sees to what happened in between: an organization that is gone, a question that is answered by itself.
    fn tidy(&mut self) -> io::Result<()> {
        if self.state.asks_to_leave() && !self.in_flight() {
            self.press(Command::Decline);
        }
        let gone = |open: &RowKey| self.state.list.selected.as_ref() != Some(open);
        if self.state.modals.is_empty() && self.open.as_ref().is_some_and(gone) {
            self.close();
            self.say([words::GONE.to_owned()])?;
        }
        if self.parts.keyboard.is_none()
            && matches!(self.state.modals.last(), Some(Modal::SignIn(window)) if !window.busy)
            && !self.ending
        {
            self.say(words::no_password(&self.state))?;
            self.ending = true;
        }
        Ok(())
    }

    fn tell_notice(&mut self) -> io::Result<()> {
        if self.state.notice != self.notice {
            self.notice.clone_from(&self.state.notice);
            if let Some(notice) = &self.state.notice {
                let words = format!("Note: {}", notice.text);
                self.say([words])?;
            }
        }
        Ok(())
    }

    fn tell_place(&mut self, place: Place) -> io::Result<()> {
        let is_news = self.place.replace(place) != Some(place);
        if place == Place::Review {
            return self.tell_review(is_news);
        }
        let again = std::mem::take(&mut self.again);
        let mut lines = Vec::new();
        if is_news || again {
            lines = self.describe(place);
        } else if place.changes_by_itself() {
            lines = self.describe(place);
            if lines == self.told {
                return Ok(());
            }
        }
        if lines.is_empty() {
            self.asked &= !is_news;
            return Ok(());
        }
        self.told.clone_from(&lines);
        self.say(lines)
    }

    /// A review is printed whole whenever the core says that what it shows was not read yet.
    fn tell_review(&mut self, is_news: bool) -> io::Result<()> {
        let again = std::mem::take(&mut self.again);
        let Some(Phase::Reviewing(review)) = self.state.change.as_ref().map(|change| &change.phase) else {
            return Ok(());
        };
        if review.drawn_at.is_none() || again {
            let lines = words::review(&self.state);
            self.say(lines)?;
            self.tell(Message::Drawn);
        } else if is_news {
            let lines = words::review_foot(&self.state);
            self.say(lines)?;
        }
        Ok(())
    }

    fn describe(&mut self, place: Place) -> Vec<String> {
        match place {
            Place::List => {
                let (lines, rows) = words::list(&self.state, self.first, PAGE);
                self.numbers.rows = rows;
                lines
            }
            Place::Choose => {
                let (lines, values) = words::choose(&self.state);
                self.numbers.values = values;
                lines
            }
            place => words::of(&self.state, self.parts.keymap, place),
        }
    }

    /// Whether a line may be asked for.
    fn listens(&self, place: Place) -> bool {
        match place {
            Place::Waiting(_) => false,
            // A script has nothing to say until the change is settled; a person may want to leave.
            Place::Flight(_) => self.parts.keyboard.is_some(),
            Place::Review => {
                self.state.change.as_ref().is_some_and(|change| change.listens(self.parts.clock.now()))
            }
            _ => true,
        }
    }

    fn ask(&mut self, place: Place) -> io::Result<()> {
        if self.asked {
            return Ok(());
        }
        if let Some(keyboard) = &self.parts.keyboard {
            keyboard.show_what_is_typed(place != Place::Password);
            if place.matters() {
                keyboard.forget_what_is_typed();
            }
        }
        if !self.reading {
            self.parts.lines.ask();
            self.reading = true;
        }
        self.asked = true;
        self.parts.paper.ask(&words::prompt(&self.state, place))
    }

    /// Prints lines. A prompt that was printed before stands above them and is asked anew.
    fn say(&mut self, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        self.asked = false;
        self.parts.paper.print(lines)
    }

    /// A line was typed, or there is none any more.
    fn typed(&mut self, line: Typed) -> io::Result<()> {
        self.reading = false;
        let asked = std::mem::take(&mut self.asked);
        let place = self.place.filter(|_| asked);
        match (line, place) {
            (Typed::Line(line), Some(place)) => {
                let shown =
                    if place == Place::Password { String::new() } else { text::escape(&line).into_owned() };
                let echoed = self.parts.keyboard.is_some() && place != Place::Password;
                self.parts.paper.answered(if echoed { None } else { Some(&shown) })?;
                self.follow(place, &line)
            }
            (Typed::Line(_), None) => self.say([words::TOO_EARLY.to_owned()]),
            (Typed::Refused(why), _) => {
                self.parts.paper.answered(Some(""))?;
                self.say([format!("That line is not used: {why}.")])
            }
            (Typed::End, _) => {
                self.ending = true;
                self.parts.paper.answered(Some(""))?;
                if self.in_flight() { self.say([words::ENDING.to_owned()]) } else { Ok(()) }
            }
        }
    }

    fn follow(&mut self, place: Place, line: &str) -> io::Result<()> {
        let acts = meaning(place, line, &self.state, &self.numbers);
        let answers = acts.iter().any(|act| matches!(act, Act::Press(_) | Act::Consent(_)));
        for act in acts {
            if self.why.is_some() {
                return Ok(());
            }
            self.act(act)?;
        }
        let now = Place::of(&self.state, self.open.is_some(), self.patient);
        if answers && now == place && self.why.is_none() {
            self.say(words::remark(&self.state, place))?;
        }
        Ok(())
    }

    fn act(&mut self, act: Act) -> io::Result<()> {
        match act {
            Act::Press(command) => self.press(command),
            Act::Type(text) => {
                self.tell(Message::Key(Key::ctrl('u')));
                self.tell(Message::Pasted(text));
            }
            Act::Await => self.patient = true,
            Act::Show => self.again = true,
            Act::Say(words) => self.say([words])?,
            Act::Tell(lines) => self.say(lines)?,
            Act::Turn(forward) => return self.turn_page(forward),
            Act::FirstPage => self.first = 0,
            Act::Open(key) => return self.open(key),
            Act::Change => {
                if self.open.clone().is_some_and(|key| self.select(&key)) {
                    self.press(Command::Edit);
                    self.patient = true;
                } else {
                    self.say([words::GONE.to_owned()])?;
                }
            }
            Act::Close => self.close(),
            Act::GiveUp => {
                self.press(Command::Back);
                if self.state.modals.last() == Some(&Modal::Question(Question::Discard)) {
                    self.press(Command::Confirm);
                }
            }
            Act::Consent(name) => self.consent(name),
            Act::Quit => self.quit(),
        }
        Ok(())
    }

    /// Presses the key of a command, where it has one.
    fn press(&mut self, command: Command) {
        let contexts = self.state.contexts();
        let keys =
            contexts.iter().find_map(|context: &Context| self.parts.keymap.keys(*context, command).next());
        for key in keys.cloned().iter().flat_map(|keys| keys.keys().to_vec()) {
            self.tell(Message::Key(key));
        }
    }

    /// The word, or on a protected profile its name. The core decides whether that is enough.
    fn consent(&mut self, name: Option<String>) {
        self.press(Command::Submit);
        let asks =
            |change: &mut Change| change.reviewed().is_some_and(|review| review.writing == Some(Note::Name));
        if !self.state.change.as_mut().is_some_and(asks) {
            return;
        }
        if let Some(name) = name {
            self.tell(Message::Key(Key::ctrl('u')));
            self.tell(Message::Pasted(name));
            self.press(Command::Accept);
        }
        if self.state.change.as_mut().is_some_and(asks) {
            self.press(Command::Back);
        }
    }

    fn turn_page(&mut self, forward: bool) -> io::Result<()> {
        let shown = self.state.list.rows.shown();
        let first = if forward { self.first + PAGE } else { self.first.saturating_sub(PAGE) };
        if first >= shown.max(1) || first == self.first {
            return self.say([if forward { words::LAST_PAGE } else { words::FIRST_PAGE }.to_owned()]);
        }
        (self.first, self.again) = (first, true);
        Ok(())
    }

    /// Opens an organization: the dashboard's selection goes there, and its record is read.
    fn open(&mut self, key: RowKey) -> io::Result<()> {
        if !self.select(&key) {
            return self.say([words::GONE.to_owned()]);
        }
        self.press(Command::Open);
        (self.open, self.patient, self.again) = (Some(key), true, true);
        Ok(())
    }

    /// Selects a row by its number in the order of now; says whether it is selected.
    fn select(&mut self, key: &RowKey) -> bool {
        if self.state.list.selected.as_ref() == Some(key) {
            return true;
        }
        self.leave_detail();
        let Some(position) = self.state.list.rows.position(key, self.first) else { return false };
        for digit in (position + 1).to_string().chars() {
            self.tell(Message::Key(Key::plain(KeyCode::Char(digit))));
        }
        self.press(Command::Last);
        self.state.list.selected.as_ref() == Some(key)
    }

    fn leave_detail(&mut self) {
        if self.state.contexts().first() == Some(&Context::Detail) {
            self.press(Command::Back);
        }
    }

    fn close(&mut self) {
        self.leave_detail();
        self.open = None;
    }

    fn in_flight(&self) -> bool {
        self.state.change.as_ref().is_some_and(Change::in_flight)
    }

    /// Leaves, from whatever is open: what was not sent is given up. While a change is not settled the core is
    /// told as by the key that asks first.
    fn quit(&mut self) {
        if !self.in_flight() {
            return self.tell(Message::ShutdownRequested);
        }
        self.press(Command::Interrupt);
        self.press(Command::Interrupt);
    }
}
