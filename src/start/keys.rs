//! The operator's keys: where their file is, and what is wrong with it.

use std::process::ExitCode;

use color_eyre::eyre::{Report, eyre};

use super::{Problem, config_directory, print, setting};
use crate::files::{self, Demands};
use crate::keymap::{Keymap, Mistake};
use crate::text::one_line;

/// Name of the file in the configuration directory.
const FILE: &str = "keymap.toml";

/// Longest file that is read, in bytes.
const LARGEST: u64 = 1 << 20;

/// The keys as shipped, with those of the operator's file in their place. A file that somebody else could have
/// written is refused: it decides which key sends a change.
pub(super) fn keymap() -> Result<Keymap, Problem> {
    let Some(path) = config_directory().map(|directory| directory.join(FILE)) else {
        return Ok(Keymap::shipped());
    };
    let contents = match files::read(&path, Demands::trusted(LARGEST).following_links()) {
        Err(error) if error.leads_nowhere() => return Ok(Keymap::shipped()),
        contents => contents.map_err(setting)?,
    };
    let place = one_line(&path.to_string_lossy());
    let text = std::str::from_utf8(&contents.bytes)
        .map_err(|error| setting(eyre!("{place}: not UTF-8 text: {error}")))?;
    let told = |mistakes: Vec<Mistake>| -> Report {
        let lines: Vec<_> = mistakes.iter().map(|mistake| format!("{place}:{mistake}")).collect();
        eyre!("{}", lines.join("\ncckm-tui: "))
    };
    Keymap::with(text).map_err(|mistakes| setting(told(mistakes)))
}

/// Prints the keys in effect as a file that can be changed and put in place.
pub(super) fn show_keys() -> Result<ExitCode, Problem> {
    print(keymap()?.toml())
}
