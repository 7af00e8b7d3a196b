//! The palette: every command by its name, with its key, what it does, and why it cannot run now.
//!
//! It lists what can be asked for in the place under it, so it is another way to every key and never more than
//! that. What sends a change, and what answers a question, is not among it: consent is a key of its own, given
//! in sight of what it means.

mod fuzzy;
mod obstacles;
mod phrase;

use super::field::Field;
use super::modal::Modal;
use super::reload;
use super::state::State;
use super::switch::Destination;
use crate::keymap::{Command, Context, Keymap};
pub use phrase::Phrase;
pub(super) use phrase::new_and_where;

/// The window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Palette {
    /// What is typed.
    pub field: Field,
    /// The line that the arrows chose.
    pub chosen: Option<usize>,
    /// What it lists.
    pub scope: Scope,
    /// The lines for a command that takes words, when one is being typed: found out when the line changes, since some
    /// look at every row.
    spoken: Option<Vec<Entry>>,
}

/// What the window lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Everything that can be asked for in the place under it.
    #[default]
    Everything,
    /// What can be done with the selected row.
    Row,
    /// What has a key in the place under it: the help, narrowed by what is typed.
    Keys,
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
    /// Read the configuration again.
    Reload,
    /// Copy the keys in effect, as a file.
    Keys,
    /// Go to another place.
    Switch(Destination),
    /// A command with its words; without any, its line is to be filled in.
    Say(Phrase, String),
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
    /// The window with nothing typed.
    pub fn of(scope: Scope) -> Self {
        Self { scope, ..Self::default() }
    }

    /// The lines that match what is typed, the best first; all of them while nothing is.
    pub fn entries(&self, state: &State, keymap: &Keymap) -> Vec<Entry> {
        if let Some(spoken) = &self.spoken {
            return spoken.clone();
        }
        let entries = match self.scope {
            Scope::Everything => all(state, keymap),
            Scope::Row => of_the_row(state, keymap),
            Scope::Keys => with_keys(state, keymap),
        };
        fuzzy::ranked(self.field.text().trim(), entries)
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

    /// Fills the line with the name of the highlighted command, or what completes its words.
    pub fn complete(&mut self, entries: &[Entry]) {
        let typed = self.field.text().trim();
        let chosen = self.chosen.and_then(|place| entries.get(place));
        let best = || entries.iter().find(|entry| self.spoken.is_none() || entry.name != typed);
        let Some(entry) = chosen.or_else(|| best().filter(|_| !typed.is_empty())) else { return };
        let takes_words =
            self.spoken.is_none() && Phrase::ALL.iter().any(|phrase| phrase.name() == entry.name);
        let blank = if takes_words { " " } else { "" };
        (self.field, self.chosen) = (Field::holding(&format!("{}{blank}", entry.name)), None);
    }

    /// The line holds this now.
    pub fn fill(&mut self, line: &str) {
        (self.field, self.chosen) = (Field::holding(line), None);
    }
}

/// Understands anew what is typed: after the line changed, or what it speaks of.
pub(super) fn understand(state: &mut State) {
    let Some(Modal::Palette(palette)) = state.modals.last() else { return };
    let spoken = match palette.scope {
        Scope::Everything => phrase::spoken(state, palette.field.text()),
        Scope::Row | Scope::Keys => None,
    };
    if let Some(Modal::Palette(palette)) = state.modals.last_mut() {
        palette.spoken = spoken;
    }
}

/// What can be done with the selected row, in the order of the keys.
fn of_the_row(state: &State, keymap: &Keymap) -> Vec<Entry> {
    let contexts = state.contexts_under();
    let Some(context) = contexts.first().copied() else { return Vec::new() };
    let commands = keymap.commands(context).filter(|command| is_about_a_row(*command));
    commands.map(|command| of_command(state, keymap, context, command)).collect()
}

const fn is_about_a_row(command: Command) -> bool {
    command.copies_a_part()
        || matches!(
            command,
            Command::Open
                | Command::Edit
                | Command::Test
                | Command::Users
                | Command::Connections
                | Command::Undo
                | Command::Mark
        )
}

/// Every command that has a key in the place under it, in the order of the keys, those of every place last.
fn with_keys(state: &State, keymap: &Keymap) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    for context in state.contexts_under() {
        for command in keymap.commands(context) {
            let action = action_of(command);
            if !entries.iter().any(|entry| entry.action == action) {
                entries.push(Entry { action, ..of_command(state, keymap, context, command) });
            }
        }
    }
    entries
}

/// What a command comes to: to quit is to leave the program, whatever window is open.
const fn action_of(command: Command) -> Action {
    match command {
        Command::Quit => Action::Quit,
        other => Action::Command(other),
    }
}

/// Everything that can be asked for in the place under the palette; what only moves comes last.
fn all(state: &State, keymap: &Keymap) -> Vec<Entry> {
    let is_this_window = |entry: &Entry| {
        matches!(entry.action, Action::Quit | Action::Command(Command::Palette | Command::Actions))
    };
    let mut entries = with_keys(state, keymap);
    entries.retain(|entry| !is_this_window(entry));
    if state.windows_under().is_empty() && state.fits() {
        // The list that is shown has no key to it, but a name.
        for command in [Command::Connections, Command::Organizations] {
            if !entries.iter().any(|entry| entry.action == Action::Command(command)) {
                entries.push(of_command(state, keymap, Context::Global, command));
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
    entries.push(Entry {
        name: "reload".to_owned(),
        keys: String::new(),
        help: "read the configuration again: what changed, and what needs a restart".to_owned(),
        action: Action::Reload,
        obstacle: reload::obstacle(state),
    });
    let named = |name: &str| entries.iter().any(|entry| entry.name == name);
    let phrases = Phrase::ALL.into_iter().filter(|phrase| !named(phrase.name()));
    let phrases: Vec<Entry> = phrases.map(Phrase::bare).collect();
    entries.extend(phrases);
    entries.push(Entry {
        name: "keys".to_owned(),
        keys: String::new(),
        help: "copy the keys, as a keymap file".to_owned(),
        action: Action::Keys,
        obstacle: None,
    });
    entries.push(Entry { action: Action::Quit, ..of_command(state, keymap, Context::Global, Command::Quit) });
    let views = state.settings.views.iter();
    entries.extend(views.map(|view| Phrase::View.with(state, &view.name)));
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
