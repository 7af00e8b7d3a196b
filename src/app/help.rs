//! The lines of the help screen, made from the keymap.

use super::line::{Line, labelled, wrapped};
use super::settings::{Run, Settings};
use crate::keymap::{Context, Keymap};
use crate::theme::Role;

/// Width of the column of keys.
const KEYS: usize = 20;

/// The keys of the given places, then what else there is to know.
pub fn lines(
    keymap: &Keymap,
    contexts: &[Context],
    settings: &Settings,
    run: &Run,
    width: usize,
) -> Vec<Line> {
    let mut lines = Vec::new();
    for context in contexts {
        lines.push(Line::new(Role::Title, format!("Keys: {}", context.help())));
        for command in keymap.commands(*context) {
            let keys: Vec<String> = keymap.keys(*context, command).map(ToString::to_string).collect();
            lines.extend(labelled(
                &format!("  {}", keys.join("  ")),
                (Role::Text, command.help()),
                KEYS,
                width,
            ));
        }
        lines.push(Line::default());
    }
    lines.push(Line::new(Role::Title, "Marks"));
    for (mark, meaning) in [
        (">", "selected"),
        ("*", "marked: e plans one change for all that are marked"),
        ("Δ", "changed or added by somebody else since you last looked"),
        ("●", "live: the data are fresh"),
        (
            "○",
            "stale: the last refresh failed, or a request failed and is sent again; the age says since when",
        ),
        ("≈", "look-alike: a name that may be taken for another, by its letters or beside one on the list"),
        ("…", "there is more"),
        (r"\x1b \u{202e}", "a character of the server's text that a terminal could obey or hide"),
    ] {
        lines.extend(labelled(&format!("  {mark}"), (Role::Text, meaning), KEYS, width));
    }
    if contexts.iter().any(|context| matches!(context, Context::List | Context::Connections))
        || contexts.contains(&Context::FilterField)
    {
        lines.push(Line::default());
        lines.push(Line::new(Role::Title, "What can be typed after /"));
        for (form, meaning) in crate::app::query::FORMS {
            lines.extend(labelled(&format!("  {form}"), (Role::Text, meaning), KEYS, width));
        }
    }
    lines.push(Line::default());
    lines.extend(wrapped(Role::Text, "A number before a movement repeats it; 12G goes to row 12.", width));
    if settings.read_only {
        lines.extend(wrapped(Role::Warning, READ_ONLY, width));
    }
    if !run.log_file.is_empty() {
        let log = format!("log file: {}", run.log_file.brief());
        lines.extend(wrapped(Role::Dim, &log, width));
    }
    lines
}

/// Why nothing can be changed.
pub const READ_ONLY: &str = "e is off: this session is READ-ONLY (flag, environment or profile)";
