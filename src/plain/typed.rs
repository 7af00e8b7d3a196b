//! What a typed line means where it was asked for.

use super::Numbers;
use super::place::Place;
use super::words;
use crate::app::State;
use crate::app::change::Note;
use crate::app::list::RowKey;
use crate::app::modal::Modal;
use crate::keymap::Command;
use crate::text::escape;

/// Something to be done.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Act {
    /// Press the key of a command.
    Press(Command),
    /// Put this text into the field that has the keyboard, in place of what is there.
    Type(String),
    /// The operator waits for what is being read.
    Await,
    /// Tell where we are once more.
    Show,
    /// Say this.
    Say(String),
    /// Print these.
    Tell(Vec<String>),
    /// Go to the next page of the list, or back.
    Turn(bool),
    /// Go to the page that holds the organization with this number.
    Page(usize),
    /// Open an organization.
    Open(RowKey),
    /// Change the open one.
    Change,
    /// Close the open one.
    Close,
    /// Give up what was typed.
    GiveUp,
    /// Send what is reviewed: by the word, or by the name of a protected profile.
    Consent(Option<String>),
    /// Apply the plan: by the number of its changes, and the profile.
    Agree(String),
    /// Leave.
    Quit,
}

/// The word that sends a change. Nothing shorter does.
pub(super) const YES: &str = "yes";

/// What a line means.
pub(super) fn meaning(place: Place, line: &str, state: &State, numbers: &Numbers) -> Vec<Act> {
    if place == Place::Password {
        return password(line);
    }
    let word = line.trim();
    match (place, word) {
        (Place::Waiting(_), _) => Vec::new(),
        (Place::Choose, _) => choose(line, numbers),
        (Place::Note(_), _) => note(line),
        (_, "q") => vec![Act::Quit],
        (_, "h" | "?") => vec![Act::Tell(words::help(place, state))],
        (Place::List, _) => list(word, state, numbers),
        (Place::Organization, _) => organization(word),
        (Place::Review, _) => review(word, state),
        (Place::Result, _) => result(word),
        (Place::Plan, _) => plan(word, state),
        (Place::Applying, _) => applying(word),
        (Place::Applied, _) => applied(word, state),
        (Place::Question, YES) => vec![Act::Press(Command::Confirm)],
        (Place::Question, "no" | "n" | "b") => vec![Act::Press(Command::Decline)],
        (Place::FirstContact, _) => first_contact(word, state),
        (Place::Problem, "r") => vec![Act::Press(Command::Refresh), Act::Await],
        (Place::Problem | Place::Recovery, "" | "b") => vec![Act::Press(Command::Close)],
        (Place::Elsewhere, _) => vec![Act::Press(Command::Back), Act::Press(Command::Close)],
        _ => unknown(word),
    }
}

fn unknown(word: &str) -> Vec<Act> {
    if word.is_empty() {
        return vec![Act::Say("Nothing was typed.".to_owned())];
    }
    vec![Act::Say(format!("\"{}\" means nothing here; h tells what does.", escape(word)))]
}

/// A password is taken as it was typed, blanks and all.
fn password(line: &str) -> Vec<Act> {
    if line.is_empty() {
        return vec![Act::Press(Command::Back)];
    }
    vec![Act::Type(line.to_owned()), Act::Press(Command::Accept)]
}

fn list(word: &str, state: &State, numbers: &Numbers) -> Vec<Act> {
    if let Some(filter) = word.strip_prefix('/') {
        return filtered(filter, state);
    }
    if let Some(number) = word.strip_prefix('g').map(str::trim_start) {
        return number.parse().map_or_else(|_| unknown(word), |number| vec![Act::Page(number), Act::Show]);
    }
    match word {
        "" => vec![Act::Show],
        "n" => vec![Act::Turn(true)],
        "p" => vec![Act::Turn(false)],
        "r" => vec![Act::Press(Command::Refresh), Act::Await, Act::Show],
        "u" | "z" => vec![Act::Press(Command::Undo)],
        _ => match word.parse::<usize>() {
            Ok(number) => match numbers.rows.iter().find(|(printed, _)| *printed == number) {
                Some((_, key)) => vec![Act::Open(key.clone())],
                None => vec![Act::Say(format!("{number} is not among the numbers printed last."))],
            },
            Err(_) => unknown(word),
        },
    }
}

/// The dashboard's filter: the one before is taken off, this one put on.
fn filtered(filter: &str, state: &State) -> Vec<Act> {
    let mut acts = Vec::new();
    if !state.list.filter.is_empty() {
        acts.push(Act::Press(Command::Back));
    }
    if !filter.trim().is_empty() {
        acts.extend([Act::Press(Command::Filter), Act::Type(filter.to_owned()), Act::Press(Command::Accept)]);
    }
    acts.extend([Act::Page(1), Act::Show]);
    acts
}

fn organization(word: &str) -> Vec<Act> {
    match word {
        "" => vec![Act::Show],
        "c" | "e" => vec![Act::Change],
        "r" => vec![Act::Press(Command::Refresh), Act::Await, Act::Show],
        "j" => vec![Act::Press(Command::ShowJson), Act::Show],
        "f" => vec![Act::Press(Command::ShowFields), Act::Show],
        "u" | "z" => vec![Act::Press(Command::Undo)],
        "b" => vec![Act::Press(Command::ShowFields), Act::Close],
        _ => unknown(word),
    }
}

/// A name is taken as typed; `=` before it takes what would else be a number or a command.
fn choose(line: &str, numbers: &Numbers) -> Vec<Act> {
    let take = |text: &str| vec![Act::Type(text.to_owned()), Act::Press(Command::Accept)];
    if let Some(name) = line.strip_prefix('=') {
        return take(name);
    }
    let word = line.trim();
    match word {
        "" => return vec![Act::Press(Command::Accept)],
        "b" => return vec![Act::GiveUp],
        "q" => return vec![Act::Quit],
        "h" | "?" => return vec![Act::Tell(words::help_to_choose())],
        _ => {}
    }
    let number = word.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
    match number.and_then(|place| numbers.values.get(place)) {
        Some(value) => take(value.as_sent()),
        None => take(word),
    }
}

fn note(line: &str) -> Vec<Act> {
    if line.trim().is_empty() {
        return vec![Act::Press(Command::Back)];
    }
    vec![Act::Type(line.trim().to_owned()), Act::Press(Command::Accept)]
}

fn review(word: &str, state: &State) -> Vec<Act> {
    let rules = &state.settings.rules;
    let asked = state.change.as_ref().and_then(|change| rules.confirmation(&change.target));
    match word {
        "n" | "no" | "b" => vec![Act::Press(Command::Back)],
        "r" => vec![Act::Press(Command::Reason)],
        "o" => vec![Act::Press(Command::Override)],
        "c" => vec![Act::Press(Command::CheckAgain)],
        "" => vec![Act::Say("Enter alone is no consent: nothing was sent.".to_owned())],
        YES if let Some(asked) = asked => vec![Act::Say(format!(
            "{} is protected: its name sends, the word does not. Nothing was sent.",
            asked.this()
        ))],
        YES => vec![Act::Consent(None)],
        name if asked.is_some() => {
            vec![Act::Consent(Some(name.strip_prefix('=').unwrap_or(name).to_owned()))]
        }
        _ => vec![Act::Say(format!(
            "\"{}\" is no consent: nothing was sent. yes sends, n goes back.",
            escape(word)
        ))],
    }
}

fn result(word: &str) -> Vec<Act> {
    match word {
        "" | "b" => vec![Act::Press(Command::Close)],
        "r" => vec![Act::Press(Command::ShowResponse), Act::Show],
        "v" => vec![Act::Press(Command::LookAgain)],
        "c" | "e" => vec![Act::Press(Command::Edit)],
        "u" | "z" => vec![Act::Press(Command::Undo)],
        _ => unknown(word),
    }
}

/// What was agreed to in words of one's own would be agreed to without having read how much it is.
fn plan(word: &str, state: &State) -> Vec<Act> {
    let asked = words::consent(state);
    match word {
        "n" | "no" | "b" => vec![Act::Press(Command::Back)],
        "r" => vec![Act::Press(Command::Reason)],
        "w" => vec![Act::Press(Command::WritePlan)],
        "l" => vec![Act::Tell(words::every_row(state))],
        "" => vec![Act::Say("Enter alone is no consent: nothing was sent.".to_owned())],
        text if text == asked => vec![Act::Agree(asked)],
        _ => vec![Act::Say(format!(
            "\"{}\" is no consent: nothing was sent. {asked} applies the plan, n goes back.",
            escape(word)
        ))],
    }
}

fn applying(word: &str) -> Vec<Act> {
    match word {
        "" => vec![Act::Show],
        "p" => vec![Act::Press(Command::PausePlan), Act::Show],
        "s" => vec![Act::Press(Command::StopPlan), Act::Show],
        _ => unknown(word),
    }
}

fn applied(word: &str, state: &State) -> Vec<Act> {
    match word {
        "" | "b" => vec![Act::Press(Command::Close)],
        "l" => vec![Act::Tell(words::every_result(state))],
        "w" => vec![Act::Press(Command::WriteReport)],
        "R" => vec![Act::Press(Command::RetryPlan)],
        "Z" => vec![Act::Press(Command::RollBack)],
        _ => unknown(word),
    }
}

fn first_contact(word: &str, state: &State) -> Vec<Act> {
    match (word, state.modals.last()) {
        ("v", Some(Modal::FirstContact(window))) => {
            vec![Act::Tell(words::certificate(&window.distrust.offered))]
        }
        ("", _) => vec![Act::Say("Nothing was typed, and the server is not trusted.".to_owned())],
        _ => vec![Act::Type(word.to_owned()), Act::Press(Command::Accept)],
    }
}

/// The text that is asked for.
pub(super) const fn asks_for(note: Note) -> &'static str {
    match note {
        Note::Reason => "Reason or ticket, for the record; Enter alone leaves it as it is.",
        Note::Override => {
            "Why the failed check is overridden, for the record; Enter alone does not override."
        }
        Note::Name => "The name that is asked for.",
    }
}
