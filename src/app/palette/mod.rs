//! The palette: every command by its name, with its key, what it does, and why it cannot run now.
//!
//! It lists what can be asked for in the place under it, so it is another way to every key and never more than
//! that. What sends a change, and what answers a question, is not among it: consent is a key of its own, given
//! in sight of what it means.

mod fuzzy;
mod obstacles;

use super::field::Field;
use super::state::State;
use super::switch::Destination;
use crate::keymap::{Command, Context, Keymap};

/// The window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Palette {
    /// What is typed.
    pub field: Field,
    /// The line that the arrows chose.
    pub chosen: Option<usize>,
}

/// What a line does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// The same as its key.
    Command(Command),
    /// Leave the program, from wherever it is asked for.
    Quit,
    /// Show the settings in effect.
    Settings,
    /// Go to another place.
    Switch(Destination),
}

/// A line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What is typed for it; displayed text.
    pub name: String,
    /// Its keys.
    pub keys: String,
    /// What it does.
    pub help: String,
    /// What running it comes to.
    pub action: Action,
    /// Why it cannot run now.
    pub obstacle: Option<String>,
}

impl Palette {
    /// The lines that match what is typed, the best first; all of them while nothing is.
    pub fn entries(&self, state: &State, keymap: &Keymap) -> Vec<Entry> {
        fuzzy::ranked(self.field.text().trim(), all(state, keymap))
    }

    /// Which line `Enter` runs: the chosen one, or the best match of what was typed.
    pub fn highlighted(&self, entries: &[Entry]) -> Option<usize> {
        let first = (!self.field.text().trim().is_empty()).then_some(0);
        self.chosen.or(first).filter(|place| *place < entries.len())
    }

    /// Moves the choice.
    pub fn go(&mut self, down: bool, entries: &[Entry]) {
        let last = entries.len().saturating_sub(1);
        self.chosen = match (self.highlighted(entries), down) {
            (None, true) => Some(0),
            (None, false) => Some(last),
            (Some(place), true) => Some((place + 1).min(last)),
            (Some(place), false) => Some(place.saturating_sub(1)),
        };
    }

    /// Fills the line with the name of the highlighted command.
    pub fn complete(&mut self, entries: &[Entry]) {
        if let Some(entry) = self.highlighted(entries).and_then(|place| entries.get(place)) {
            (self.field, self.chosen) = (Field::holding(&entry.name), None);
        }
    }
}

/// Everything that can be asked for in the place under the palette; what only moves comes last.
fn all(state: &State, keymap: &Keymap) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for context in state.contexts_under() {
        for command in keymap.commands(context) {
            let known = |entry: &Entry| entry.action == Action::Command(command);
            if command != Command::Palette && command != Command::Quit && !entries.iter().any(known) {
                entries.push(of_command(state, keymap, context, command));
            }
        }
    }
    entries.push(Entry {
        name: "settings".to_owned(),
        keys: String::new(),
        help: "every setting in effect, and where it comes from".to_owned(),
        action: Action::Settings,
        obstacle: None,
    });
    entries.push(Entry { action: Action::Quit, ..of_command(state, keymap, Context::Global, Command::Quit) });
    entries.extend(state.profiles.known.iter().map(|profile| Entry {
        name: match &profile.to.profile {
            Some(_) => format!("profile {}", profile.name()),
            None => "profile".to_owned(),
        },
        keys: String::new(),
        help: match &profile.settings {
            Ok(settings) => format!("go to {}", settings.server.brief()),
            Err(_) => String::new(),
        },
        action: Action::Switch(profile.to.clone()),
        obstacle: match &profile.settings {
            Ok(_) => obstacles::of_switch(state, &profile.to),
            Err(failure) => Some(failure.reason.brief().into_string()),
        },
    }));
    entries.sort_by_key(|entry| matches!(entry.action, Action::Command(command) if moves(command)));
    entries
}

const fn moves(command: Command) -> bool {
    matches!(
        command,
        Command::MoveDown
            | Command::MoveUp
            | Command::First
            | Command::Last
            | Command::PageDown
            | Command::PageUp
            | Command::HalfDown
            | Command::HalfUp
            | Command::NextPane
            | Command::Back
    )
}

fn of_command(state: &State, keymap: &Keymap, context: Context, command: Command) -> Entry {
    let keys: Vec<String> = keymap.keys(context, command).map(ToString::to_string).collect();
    Entry {
        name: command.name().to_owned(),
        keys: keys.join("  "),
        help: command.help().to_owned(),
        action: Action::Command(command),
        obstacle: obstacles::of_command(state, command),
    }
}
