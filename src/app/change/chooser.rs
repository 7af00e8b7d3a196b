//! The first step of a change: typing or choosing the new connection.

use std::collections::BTreeMap;

use crate::app::connections::{Completeness, Connections};
use crate::app::field::{Field, PasteRefused};
use crate::app::list::{ListPane, LookAlike};
use crate::domain::ConnectionState;
use crate::input::Key;
use crate::text::Untrusted;

/// A connection that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its name: what is sent.
    pub name: Untrusted,
    /// Its id; empty when only its name is known, from a record that uses it.
    pub id: Untrusted,
    /// Its cloud, as the server words it; empty when unknown.
    pub cloud_name: Untrusted,
    /// The result of its last test; none when only its name is known.
    pub state: Option<ConnectionState>,
    /// How many of the listed organizations use it.
    pub uses: usize,
    /// Whether those are all.
    pub complete: Completeness,
    /// Why it may be taken for another.
    pub look_alike: Option<LookAlike>,
}

/// What can be chosen: the connections the account may list, and those that listed organizations use.
pub fn candidates(connections: &Connections, list: &ListPane) -> Vec<Candidate> {
    let (rows, complete) = (&list.rows, Completeness::of(list));
    let mut by_name: BTreeMap<Untrusted, Candidate> = BTreeMap::new();
    for name in rows.connections() {
        let uses = rows.uses(name);
        let (name, id, cloud_name) = (name.clone(), Untrusted::default(), Untrusted::default());
        let candidate = Candidate { name, id, cloud_name, state: None, uses, complete, look_alike: None };
        by_name.insert(candidate.name.clone(), candidate);
    }
    for connection in &connections.known {
        let candidate = Candidate {
            name: connection.name.clone(),
            id: connection.id.clone(),
            cloud_name: connection.cloud_name.clone(),
            state: Some(connection.state),
            uses: rows.uses(&connection.name),
            complete,
            look_alike: None,
        };
        by_name.insert(connection.name.clone(), candidate);
    }
    // A record that names a connection which is not listed: it may be dangling, so it comes last.
    let mut all: Vec<Candidate> = by_name.into_values().collect();
    find_look_alikes(&mut all);
    all.sort_by_key(|candidate| candidate.state.is_none());
    all
}

/// Tells each candidate that may be taken for another.
fn find_look_alikes(all: &mut [Candidate]) {
    let names: Vec<&Untrusted> = all.iter().map(|candidate| &candidate.name).collect();
    let found = LookAlike::among(&names);
    for (candidate, look_alike) in all.iter_mut().zip(found) {
        candidate.look_alike = look_alike;
    }
}

/// What `Enter` came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    /// This value goes to the review.
    Value(Untrusted),
    /// Nothing yet; this is to be told.
    Not(String),
}

/// The text field and the connections that match it.
///
/// `highlighted` is a place in `narrowed`; none means that the typed text itself is what `Enter` takes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Chooser {
    /// The typed value.
    pub field: Field,
    /// What can be chosen.
    pub candidates: Vec<Candidate>,
    /// Places in `candidates` of those that hold every typed word.
    pub narrowed: Vec<usize>,
    /// The one the arrows chose.
    pub highlighted: Option<usize>,
    /// What the last key came to, if that needs words.
    pub note: Option<String>,
    /// The reason given in a review that was left.
    pub reason: Field,
    /// Whether the operator was told that the text is no known connection.
    asked_as_typed: bool,
}

impl Chooser {
    /// Offers candidates, with nothing typed.
    pub fn new(candidates: Vec<Candidate>) -> Self {
        let mut chooser = Self { candidates, ..Self::default() };
        chooser.narrow();
        chooser
    }

    /// Offers other candidates; what is typed and chosen stays.
    pub fn offer(&mut self, candidates: Vec<Candidate>) {
        let chosen = self.chosen().map(|candidate| candidate.name.clone());
        self.candidates = candidates;
        self.narrow();
        self.highlighted = chosen.and_then(|name| self.shown().position(|candidate| candidate.name == name));
    }

    /// The candidates that match, in order.
    pub fn shown(&self) -> impl Iterator<Item = &Candidate> {
        self.narrowed.iter().filter_map(|place| self.candidates.get(*place))
    }

    /// The candidate the arrows chose.
    pub fn chosen(&self) -> Option<&Candidate> {
        self.shown().nth(self.highlighted?)
    }

    /// An editing key.
    pub fn key(&mut self, key: Key) {
        if self.field.key(key) {
            self.typed();
        }
    }

    /// Pasted text.
    ///
    /// # Errors
    /// When the text is not one line, or too long.
    pub fn paste(&mut self, text: &str) -> Result<(), PasteRefused> {
        self.field.paste(text)?;
        self.typed();
        Ok(())
    }

    /// After the text changed.
    fn typed(&mut self) {
        (self.highlighted, self.note, self.asked_as_typed) = (None, None, false);
        self.narrow();
    }

    fn narrow(&mut self) {
        let words: Vec<String> =
            self.field.text().to_lowercase().split_whitespace().map(str::to_owned).collect();
        let matches = |candidate: &Candidate| {
            let name = candidate.name.display().into_string().to_lowercase();
            words.iter().all(|word| name.contains(word.as_str()))
        };
        let places = self.candidates.iter().enumerate();
        self.narrowed = places.filter(|(_, candidate)| matches(candidate)).map(|(place, _)| place).collect();
    }

    /// Moves the choice down, or up; above the first candidate is the typed text.
    pub fn go(&mut self, down: bool) {
        let last = self.narrowed.len().checked_sub(1);
        self.note = None;
        self.highlighted = match (self.highlighted, down) {
            (None, true) => last.map(|_| 0),
            (Some(place), true) => last.map(|last| last.min(place + 1)),
            (None | Some(0), false) => None,
            (Some(place), false) => Some(place - 1),
        };
    }

    /// Fills the field with the chosen candidate, or the only one that matches, or what all that match
    /// begin with.
    pub fn complete(&mut self) {
        let names: Vec<&str> = self.shown().map(|candidate| candidate.name.as_sent()).collect();
        let whole = self.chosen().map(|candidate| candidate.name.as_sent().to_owned());
        let text = whole.unwrap_or_else(|| common_start(&names));
        if text.len() > self.field.text().len() || self.highlighted.is_some() {
            self.field = Field::holding(&text);
            self.typed();
        }
    }

    /// What `Enter` takes, for many organizations at once.
    pub fn accept_any(&mut self) -> Accepted {
        self.accept(&Untrusted::default())
    }

    /// What `Enter` takes, for an organization whose connection is `now`.
    ///
    /// A text that is no known name but matches some is not sent at once: it may be a name half typed.
    pub fn accept(&mut self, now: &Untrusted) -> Accepted {
        if let Some(candidate) = self.chosen() {
            return take(candidate.name.clone(), now);
        }
        let typed = self.field.text();
        if typed.trim().is_empty() {
            return Accepted::Not("type the name of a connection, or choose one with the arrows".to_owned());
        }
        let known = self.candidates.iter().any(|c| c.name.as_sent() == typed || c.id.as_sent() == typed);
        let by_id = self.candidates.iter().find(|candidate| candidate.id.as_sent() == typed);
        if by_id.is_some_and(|candidate| candidate.name == *now) {
            return take(now.clone(), now);
        }
        if known || self.asked_as_typed || self.narrowed.is_empty() {
            return take(typed.into(), now);
        }
        if self.narrowed.len() == 1 {
            self.highlighted = Some(0);
            self.complete();
            return Accepted::Not("completed from the list; Enter goes on to the review".to_owned());
        }
        self.asked_as_typed = true;
        let count = self.narrowed.len();
        Accepted::Not(format!(
            "{count} connections match: choose with the arrows, or Enter again for the text as typed"
        ))
    }
}

fn take(value: Untrusted, now: &Untrusted) -> Accepted {
    if value == *now {
        return Accepted::Not("that is its connection now: there is nothing to change".to_owned());
    }
    Accepted::Value(value)
}

fn common_start(names: &[&str]) -> String {
    let Some((first, others)) = names.split_first() else { return String::new() };
    let shared = |name: &&str| first.chars().zip(name.chars()).take_while(|(a, b)| a == b).count();
    let length = others.iter().map(shared).min().unwrap_or(usize::MAX);
    first.chars().take(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chooser(typed: &str) -> Chooser {
        let names = ["new-sfdc-connection", "sfdc-connection", "sfdc-eu-2025"];
        let candidates = names.map(|name| Candidate {
            name: name.into(),
            id: format!("id-of-{name}").into(),
            cloud_name: "Salesforce Cloud".into(),
            state: Some(ConnectionState::Ready),
            uses: 0,
            complete: Completeness::Whole,
            look_alike: None,
        });
        let mut chooser = Chooser::new(candidates.to_vec());
        chooser.field = Field::holding(typed);
        chooser.typed();
        chooser
    }

    fn now() -> Untrusted {
        "sfdc-connection".into()
    }

    #[test]
    fn a_name_typed_in_full_is_taken_at_once_even_where_others_hold_it() {
        assert_eq!(chooser("sfdc-eu-2025").accept(&now()), Accepted::Value("sfdc-eu-2025".into()));
        assert_eq!(chooser("sfdc-connection").accept(&"x".into()), Accepted::Value("sfdc-connection".into()));
        assert_eq!(
            chooser("id-of-sfdc-eu-2025").accept(&now()),
            Accepted::Value("id-of-sfdc-eu-2025".into())
        );
    }

    #[test]
    fn half_a_name_is_completed_before_it_is_taken() {
        let mut chooser = chooser("new");
        assert!(matches!(chooser.accept(&now()), Accepted::Not(_)));
        assert_eq!(chooser.field.text(), "new-sfdc-connection");
        assert_eq!(chooser.accept(&now()), Accepted::Value("new-sfdc-connection".into()));
    }

    #[test]
    fn an_ambiguous_text_is_taken_only_when_asked_for_twice() {
        let mut chooser = chooser("sfdc");
        assert!(
            matches!(chooser.accept(&now()), Accepted::Not(note) if note.starts_with("3 connections match"))
        );
        assert_eq!(chooser.accept(&now()), Accepted::Value("sfdc".into()));
    }

    #[test]
    fn a_free_text_that_matches_nothing_is_taken() {
        assert_eq!(chooser("made-today").accept(&now()), Accepted::Value("made-today".into()));
    }

    #[test]
    fn wr_18_the_same_value_and_no_value_are_not_taken() {
        assert!(matches!(chooser("sfdc-connection").accept(&now()), Accepted::Not(_)));
        assert!(matches!(chooser("  ").accept(&now()), Accepted::Not(_)));
    }

    #[test]
    fn the_arrows_choose_among_what_matches_and_lead_back_to_the_text() {
        let mut chooser = chooser("sfdc");
        chooser.go(true);
        chooser.go(true);
        assert_eq!(chooser.accept(&"x".into()), Accepted::Value("sfdc-connection".into()));
        chooser.go(false);
        chooser.go(false);
        assert_eq!(chooser.highlighted, None);
    }

    #[test]
    fn completion_goes_as_far_as_all_that_match_agree() {
        let mut chooser = chooser("sfdc-e");
        chooser.complete();
        assert_eq!(chooser.field.text(), "sfdc-eu-2025");
    }
}
