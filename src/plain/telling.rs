//! What is told: what is new since the last line, and the question that stands now.

use std::io;
use std::time::Duration;

use super::place::Place;
use super::{Conversation, PAGE, PROGRESS, QUIET, words};
use crate::app::change::Phase;
use crate::app::explain::explain;
use crate::app::list::RowKey;
use crate::app::modal::Modal;
use crate::app::{Message, Repeat};
use crate::domain::Outcome;
use crate::keymap::Command;
use crate::runtime::Perform;

/// Shorter waits for a server that is asked again are not told: they are over when that is read.
const TOLD_WAIT: Duration = Duration::from_millis(1_500);

impl<P: Perform> Conversation<'_, P> {
    /// Tells what is new, and asks where there is something to ask.
    pub(super) fn present(&mut self) -> io::Result<()> {
        self.tidy()?;
        let place = Place::of(&self.core.state, self.open.is_some(), self.patient);
        if !matches!(place, Place::Waiting(_)) {
            self.patient = false;
        }
        self.tell_notice()?;
        self.tell_repeat()?;
        self.tell_place(place)?;
        if self.ending && !self.in_flight() {
            self.unfinished = self.unfinished_at(place);
            self.quit();
            return Ok(());
        }
        if self.ending && place == Place::Password {
            // Nobody will ever type it, and without it the plan cannot go on.
            self.unfinished = self.unfinished_at(place);
            self.core.tell(Message::ShutdownRequested);
            return Ok(());
        }
        if !self.ending && self.listens(place) { self.ask(place) } else { Ok(()) }
    }

    /// What the end of the input leaves undone: an honest exit code for whoever wrote the lines.
    fn unfinished_at(&self, place: Place) -> Option<String> {
        let failed = |outcome: &Outcome| !matches!(outcome, Outcome::Verified | Outcome::Applied);
        if let Some(words) = place.unfinished() {
            return Some(words.to_owned());
        }
        if let Some(outcome) = self.outcome.filter(failed) {
            return Some(format!("the last change is {}", outcome.word()));
        }
        let applying = self.core.state.applying.as_ref();
        if let Some(applying) = applying.filter(|applying| !applying.is_accomplished()) {
            return Some(applying.summary());
        }
        self.core.state.list.loaded_at.is_none().then(|| "the organizations were not read".to_owned())
    }

    /// Sees to what happened in between: an organization that is gone, a question that is answered by itself.
    fn tidy(&mut self) -> io::Result<()> {
        if self.core.state.asks_to_leave() && !self.in_flight() {
            self.core.press(Command::Decline);
        }
        let alone = self.keyboard.is_none() || self.ending;
        if let Some(applying) = self.core.state.applying.as_ref()
            && alone
            && self.core.state.modals.last() == Some(&Modal::Progress)
            && applying.waits_for_the_operator()
        {
            self.say(applying.standing().map(|why| format!("{why}.")))?;
            self.core.press(Command::StopPlan);
        }
        let gone = |open: &RowKey| self.core.state.list.selected.as_ref() != Some(open);
        if self.core.state.modals.is_empty() && self.open.as_ref().is_some_and(gone) {
            self.close();
            self.say([words::GONE.to_owned()])?;
        }
        if self.keyboard.is_none()
            && matches!(self.core.state.modals.last(), Some(Modal::SignIn(window)) if !window.busy)
            && !self.ending
        {
            self.say(words::no_password(&self.core.state))?;
            self.ending = true;
        }
        Ok(())
    }

    fn tell_notice(&mut self) -> io::Result<()> {
        if self.core.state.notice != self.notice {
            self.notice.clone_from(&self.core.state.notice);
            if let Some(notice) = &self.core.state.notice {
                let words = format!("Note: {}", notice.text);
                self.say([words])?;
            }
        }
        Ok(())
    }

    /// Tells what is waited for where that takes a while.
    fn tell_repeat(&mut self) -> io::Result<()> {
        let state = &self.core.state;
        let is_news = |repeat: &&Repeat| self.repeat != Some(repeat.at);
        let Some(repeat) = state.repeating.as_ref().filter(is_news) else { return Ok(()) };
        self.repeat = Some(repeat.at);
        let wait = repeat.at.since(state.now);
        if wait < TOLD_WAIT {
            return Ok(());
        }
        let why = explain(&repeat.failure).title;
        let words = format!("Note: {why}: the server is asked again in {} s.", wait.as_secs_f64().ceil());
        self.say([words])
    }

    fn tell_place(&mut self, place: Place) -> io::Result<()> {
        let is_news = self.place.replace(place) != Some(place);
        if is_news && matches!(place, Place::Flight(_) | Place::Applying) {
            self.quiet_until = self.core.parts.clock.now() + QUIET;
        }
        if let Some(Phase::Settled { outcome, .. }) =
            self.core.state.change.as_ref().map(|change| &change.phase)
        {
            self.outcome = Some(*outcome);
        }
        match place {
            Place::Review => return self.tell_review(is_news),
            Place::Plan => return self.tell_plan(),
            Place::Applying => return self.tell_progress(is_news),
            _ => {}
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
        self.say(lines)?;
        if self.core.state.asks_for_consent() {
            self.core.tell(Message::Drawn);
        }
        Ok(())
    }

    /// A review is printed whole whenever the core says that what it shows was not read yet.
    fn tell_review(&mut self, is_news: bool) -> io::Result<()> {
        let again = std::mem::take(&mut self.again);
        let Some(Phase::Reviewing(review)) = self.core.state.change.as_ref().map(|change| &change.phase)
        else {
            return Ok(());
        };
        if !review.sight.is_drawn() || again {
            let lines = words::review(&self.core.state);
            self.say(lines)?;
            self.core.tell(Message::Drawn);
        } else if is_news {
            let lines = words::review_foot(&self.core.state);
            self.say(lines)?;
        }
        Ok(())
    }

    /// The same for a plan. What became of its rows meanwhile is told by printing it anew.
    fn tell_plan(&mut self) -> io::Result<()> {
        let again = std::mem::take(&mut self.again);
        let lines = words::plan(&self.core.state);
        let is_read = self.planned().is_some_and(|planned| planned.sight.is_drawn()) && lines == self.told;
        if !is_read || again {
            self.told.clone_from(&lines);
            self.say(lines)?;
            self.core.tell(Message::Drawn);
        }
        Ok(())
    }

    /// How far a plan is: not for each row, which nobody could listen to.
    fn tell_progress(&mut self, is_news: bool) -> io::Result<()> {
        let again = std::mem::take(&mut self.again);
        let Some(applying) = &self.core.state.applying else { return Ok(()) };
        let now = self.core.parts.clock.now();
        let (words, stands) = match applying.standing() {
            Some(why) => (why, true),
            None => (applying.summary(), false),
        };
        let lines = vec![format!("{words}.")];
        let is_due = stands || now >= self.progress_at;
        if is_news || again || is_due && lines != self.told {
            self.progress_at = now + PROGRESS;
            self.told.clone_from(&lines);
            self.say(lines)?;
        }
        Ok(())
    }

    fn describe(&mut self, place: Place) -> Vec<String> {
        match place {
            Place::List => {
                let last = self.core.state.list.rows.shown().saturating_sub(1);
                self.first = self.first.min(last / PAGE * PAGE);
                let (lines, rows) = words::list(&self.core.state, self.first, PAGE);
                self.numbers.rows = rows;
                lines
            }
            Place::Choose => {
                let (lines, values) = words::choose(&self.core.state);
                self.numbers.values = values;
                lines
            }
            place => words::of(&self.core.state, self.core.parts.keymap, place),
        }
    }

    /// Whether a line may be asked for.
    fn listens(&self, place: Place) -> bool {
        match place {
            Place::Waiting(_) => false,
            // What the file of a plan asks comes first: a line that was meant for it would be taken for one of the list.
            Place::List => self.core.state.reading.is_none(),
            // A script has nothing to say until the change is settled; a person may want to leave a slow one.
            Place::Flight(_) | Place::Applying => {
                self.keyboard.is_some() && self.core.parts.clock.now() >= self.quiet_until
            }
            Place::Review => self
                .core
                .state
                .change
                .as_ref()
                .is_some_and(|change| change.listens(self.core.parts.clock.now())),
            Place::Plan => {
                let now = self.core.parts.clock.now();
                self.planned().is_some_and(|planned| planned.sight.listens(now))
            }
            _ => true,
        }
    }

    fn ask(&mut self, place: Place) -> io::Result<()> {
        if self.asked {
            return Ok(());
        }
        if let Some(keyboard) = &self.keyboard {
            keyboard.show_what_is_typed(place != Place::Password);
            if place.matters() {
                keyboard.forget_what_is_typed();
            }
        }
        if self.reading
            && self.asked_at != Some(place)
            && let Some(line) = self.lines.early()
        {
            return self.typed(line);
        }
        if !self.reading {
            self.lines.ask();
            self.reading = true;
        }
        (self.asked, self.asked_at) = (true, Some(place));
        self.paper.ask(&words::prompt(&self.core.state, place))
    }

    /// Prints lines. A prompt that was printed before stands above them and is asked anew.
    pub(super) fn say(&mut self, lines: impl IntoIterator<Item = String>) -> io::Result<()> {
        self.asked = false;
        self.paper.print(lines)
    }
}
