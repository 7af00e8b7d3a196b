//! What is done with a line: the keys of its commands, page by page and place by place.

use std::io;

use super::lines::Typed;
use super::place::Place;
use super::typed::{Act, meaning};
use super::{Conversation, PAGE, words};
use crate::app::Message;
use crate::app::change::{Change, Note};
use crate::app::list::RowKey;
use crate::app::modal::{Modal, Question};
use crate::app::plan::{Planned, Writing};
use crate::input::{Key, KeyCode};
use crate::keymap::{Command, Context};
use crate::runtime::Perform;
use crate::text;

impl<P: Perform> Conversation<'_, P> {
    /// A line was typed, or there is none any more.
    pub(super) fn typed(&mut self, line: Typed) -> io::Result<()> {
        self.reading = false;
        let asked = std::mem::take(&mut self.asked);
        let place = self.place.filter(|_| asked);
        match (line, place) {
            (Typed::Line(line), Some(place)) => {
                let shown =
                    if place == Place::Password { String::new() } else { text::escape(&line).into_owned() };
                let echoed = self.keyboard.is_some() && place != Place::Password;
                self.paper.answered(if echoed { None } else { Some(&shown) })?;
                self.follow(place, &line)
            }
            (Typed::Line(_), None) => self.say([words::TOO_EARLY.to_owned()]),
            (Typed::Refused(why), _) => {
                self.paper.answered(Some(""))?;
                self.say([format!("That line is not used: {why}.")])
            }
            (Typed::End, _) => {
                self.ending = true;
                self.paper.answered(Some(""))?;
                if self.in_flight() { self.say([words::ending(&self.core.state)]) } else { Ok(()) }
            }
        }
    }

    fn follow(&mut self, place: Place, line: &str) -> io::Result<()> {
        let acts = meaning(place, line, &self.core.state, &self.numbers);
        let answers = acts.iter().any(|act| matches!(act, Act::Press(_) | Act::Consent(_) | Act::Agree(_)));
        for act in acts {
            if self.core.why.is_some() {
                return Ok(());
            }
            self.act(act)?;
        }
        let now = Place::of(&self.core.state, self.open.is_some(), self.patient);
        if answers && now == place && self.core.why.is_none() {
            self.say(words::remark(&self.core.state, place))?;
        }
        Ok(())
    }

    fn act(&mut self, act: Act) -> io::Result<()> {
        match act {
            Act::Press(command) => self.core.press(command),
            Act::Type(text) => {
                self.core.tell(Message::Key(Key::ctrl('u')));
                self.core.tell(Message::Pasted(text));
            }
            Act::Await => self.patient = true,
            Act::Show => self.again = true,
            Act::Say(words) => self.say([words])?,
            Act::Tell(lines) => self.say(lines)?,
            Act::Turn(forward) => return self.turn_page(forward),
            Act::Page(number) => self.first = number.saturating_sub(1) / PAGE * PAGE,
            Act::Open(key) => return self.open(key),
            Act::Change => {
                if self.open.clone().is_some_and(|key| self.select(&key)) {
                    self.core.press(Command::Edit);
                    self.patient = true;
                } else {
                    self.say([words::GONE.to_owned()])?;
                }
            }
            Act::Close => self.close(),
            Act::GiveUp => {
                self.core.press(Command::Back);
                if self.core.state.modals.last() == Some(&Modal::Question(Question::Discard)) {
                    // Asked and answered with one word.
                    self.core.tell(Message::Drawn);
                    self.core.press(Command::Confirm);
                }
            }
            Act::Consent(name) => self.consent(name),
            Act::Agree(text) => self.agree(text),
            Act::Quit => self.quit(),
        }
        Ok(())
    }

    /// The word, or on a protected profile its name. The core decides whether that is enough.
    fn consent(&mut self, name: Option<String>) {
        self.core.press(Command::Submit);
        let asks =
            |change: &mut Change| change.reviewed().is_some_and(|review| review.writing == Some(Note::Name));
        if !self.core.state.change.as_mut().is_some_and(asks) {
            return;
        }
        if let Some(name) = name {
            self.core.tell(Message::Key(Key::ctrl('u')));
            self.core.tell(Message::Pasted(name));
            self.core.press(Command::Accept);
        }
        if self.core.state.change.as_mut().is_some_and(asks) {
            self.core.press(Command::Back);
        }
    }

    /// What is typed to apply a plan, as it was asked for. The core decides whether that is enough.
    fn agree(&mut self, text: String) {
        let asks = |planned: &Planned| planned.writing == Some(Writing::Consent);
        self.core.press(Command::Submit);
        if self.planned().is_some_and(asks) {
            self.core.tell(Message::Pasted(text));
            self.core.press(Command::Accept);
        }
        if self.planned().is_some_and(asks) {
            self.core.press(Command::Back);
        }
    }

    pub(super) fn planned(&self) -> Option<&Planned> {
        self.core.state.draft.as_ref()?.planned()
    }

    fn turn_page(&mut self, forward: bool) -> io::Result<()> {
        let shown = self.core.state.list.rows.shown();
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
        self.core.press(Command::Open);
        (self.open, self.patient, self.again) = (Some(key), true, true);
        Ok(())
    }

    /// Selects a row by its number in the order of now; says whether it is selected.
    fn select(&mut self, key: &RowKey) -> bool {
        if self.core.state.list.selected.as_ref() == Some(key) {
            return true;
        }
        self.leave_detail();
        let Some(position) = self.core.state.list.rows.position(key, self.first) else { return false };
        for digit in (position + 1).to_string().chars() {
            self.core.tell(Message::Key(Key::plain(KeyCode::Char(digit))));
        }
        self.core.press(Command::Last);
        self.core.state.list.selected.as_ref() == Some(key)
    }

    fn leave_detail(&mut self) {
        if self.core.state.contexts().first() == Some(&Context::Detail) {
            self.core.press(Command::Back);
        }
    }

    pub(super) fn close(&mut self) {
        self.leave_detail();
        self.open = None;
    }

    /// Leaves, from whatever is open: what was not sent is given up. While a change is not settled the core is
    /// told as by the key that asks first.
    pub(super) fn quit(&mut self) {
        if !self.in_flight() {
            return self.core.tell(Message::ShutdownRequested);
        }
        self.core.press(Command::Interrupt);
        self.core.press(Command::Interrupt);
        // What the first one says is about keys.
        self.notice.clone_from(&self.core.state.notice);
    }
}
